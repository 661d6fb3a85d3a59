//! Losses of any values, with arguments from their domains.

use super::{Production, anywhere, outside};
use crate::random::maker::Maker;
use crate::random::value::{Range, Value};

pub const TABLE: &[Production] = &[
    anywhere(of_numbers),
    anywhere(of_numbers),
    anywhere(of_class),
    anywhere(of_distribution),
    anywhere(of_probability),
    anywhere(gaussian),
    outside(ignoring),
];

fn loss(m: &mut Maker, text: String, size: f64, from: &[&Value]) -> Option<()> {
    m.keep(Value::of(text, Vec::new(), Range::around(size), from));
    Some(())
}

fn of_numbers(m: &mut Maker) -> Option<()> {
    let y = m.any();
    let t = m.shaped(&y.shape);
    let size = y.range.size() + t.range.size();
    let count = y.count() as f64;
    let (word, rest, largest) = m.chance.of(&[
        ("squared_error", "", count * size * size),
        ("mean_squared_error", "", size * size),
        ("absolute_error", "", count * size),
        ("mean_absolute_error", "", size),
        ("huber", "", size),
        ("huber", ", delta = 0.4321", size),
        ("smooth_l1", "", size),
        ("smooth_l1", ", beta = 0.4321", size),
        ("hinge", "", 1.0 + y.range.size() * t.range.size()),
    ]);
    loss(
        m,
        format!("{}.{word}({}{rest})", y.text, t.text),
        largest,
        &[&y, &t],
    )
}

/// A class for each row of scores.
fn class(m: &mut Maker) -> (Value, Value) {
    let scores = m.with_axes(1);
    let rows = match scores.rank() {
        0..=2 => scores.shape.clone(),
        _ => vec![scores.count() / scores.last(), scores.last()],
    };
    let scores = m.fit(scores, &rows);
    let index = m.index(rows[rows.len() - 1], &rows[..rows.len() - 1]);
    (scores, index)
}

fn of_class(m: &mut Maker) -> Option<()> {
    let (scores, class) = class(m);
    let size = 2.0 * scores.range.size() + 2.0;
    let (s, c) = (&scores.text, &class.text);
    let text = match m.chance.below(6) {
        0 => format!("{s}.softmax_cross_entropy({c}, label_smoothing = 0.125)"),
        1 => format!("{s}.softmax().cross_entropy({c})"),
        2 => format!("{s}.log_softmax().negative_log_likelihood({c})"),
        3 => format!("{s}.hinge({c}, margin = 0.77)"),
        _ => format!("{s}.softmax_cross_entropy({c})"),
    };
    loss(m, text, size, &[&scores, &class])
}

/// Ignored rows: a mean over the batch.
fn ignoring(m: &mut Maker) -> Option<()> {
    let (scores, class) = class(m);
    let ignored = m.chance.below(class.limit?);
    let (s, c) = (&scores.text, &class.text);
    let size = 2.0 * scores.range.size() + 2.0;
    let text = match m.chance.below(3) {
        0 => format!("{s}.log_softmax().negative_log_likelihood({c}, ignore = {ignored}.0)"),
        1 => format!("{s}.sum(axis = -1).mean_of_others({c}, {ignored}.0)"),
        _ => format!("{s}.softmax_cross_entropy({c}, ignore = {ignored}.0)"),
    };
    loss(m, text, size * scores.last() as f64, &[&scores, &class])
}

fn of_distribution(m: &mut Maker) -> Option<()> {
    let scores = m.with_axes(1);
    let truth = m.shaped(&scores.shape);
    let (s, t) = (&scores.text, format!("{}.softmax()", truth.text));
    let size = 2.0 * scores.range.size() + 2.0;
    let text = match m.chance.below(5) {
        0 => format!("{s}.softmax_cross_entropy({t}, label_smoothing = 0.25)"),
        1 => format!("{s}.softmax().cross_entropy({t})"),
        // The divergence of a distribution from itself is 0, and rounding alone decides its sign.
        2 if scores.text != truth.text => format!("{s}.softmax().kl_divergence({t})"),
        _ => format!("{s}.softmax_cross_entropy({t})"),
    };
    loss(m, text, size, &[&scores, &truth])
}

fn of_probability(m: &mut Maker) -> Option<()> {
    let x = m.any();
    let size = x.range.size() + 1.0;
    if m.chance.one_in(3) {
        let x = m.fit(x, &[]);
        let class = m.index(2, &[]);
        let text = match m.chance.one_in(2) {
            true => format!("{}.sigmoid().binary_cross_entropy({})", x.text, class.text),
            false => format!("{}.binary_cross_entropy_with_logits({})", x.text, class.text),
        };
        return loss(m, text, size, &[&x, &class]);
    }
    let truth = m.shaped(&x.shape);
    let text = match m.chance.one_in(2) {
        true => format!(
            "{}.sigmoid().binary_cross_entropy({}.sigmoid())",
            x.text, truth.text
        ),
        false => format!(
            "{}.binary_cross_entropy_with_logits({}.sigmoid())",
            x.text, truth.text
        ),
    };
    loss(m, text, size, &[&x, &truth])
}

fn gaussian(m: &mut Maker) -> Option<()> {
    let mean = m.any();
    let variance = m.shaped(&mean.shape);
    let variance = m.bounded(variance, 2.0);
    let (size, count) = (mean.range.size(), mean.count() as f64);
    if m.chance.one_in(2) {
        let text = format!("{}.gaussian_kl_divergence({})", mean.text, variance.text);
        return loss(m, text, count * (size * size + 8.0), &[&mean, &variance]);
    }
    let truth = m.shaped(&mean.shape);
    let error = size + truth.range.size();
    let (v, t) = (&variance.text, &truth.text);
    let text = format!("{}.gaussian_negative_log_likelihood({v}, {t})", mean.text);
    loss(m, text, 8.0 * error * error + 2.0, &[&mean, &variance, &truth])
}
