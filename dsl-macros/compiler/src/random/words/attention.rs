//! Attention and the layers of a Transformer.

use super::{Production, anywhere, making};
use crate::random::maker::Maker;
use crate::random::value::{Range, Value};

pub const TABLE: &[Production] = &[
    anywhere(dot_product),
    making(own),
    making(cross),
    making(forward),
    making(encoder),
    making(decoder),
    anywhere(heads),
    anywhere(positions),
    making(learned),
];

/// Rows of width 1, or of an even width for one or two heads.
fn rows(m: &mut Maker) -> (Value, usize) {
    let (time, width) = (m.chance.between(1, 3), m.chance.of(&[1, 2, 2, 4]));
    let heads = if width > 1 { m.chance.between(1, 2) } else { 1 };
    (m.shaped(&[time, width]), heads)
}

/// `, mask`, if there is one.
fn masked(m: &mut Maker, keys: usize, queries: usize) -> String {
    match m.chance.below(3) {
        0 => String::new(),
        _ => {
            let mask = m.mask(&[queries, keys]);
            format!("mask = {}, ", mask.text)
        }
    }
}

fn made(m: &mut Maker, text: String, shape: &[usize], from: &[&Value]) -> Option<()> {
    m.trained = true;
    let size = from.iter().map(|value| value.range.size()).fold(1.0, f64::max);
    let value = Value::of(text, shape.to_vec(), Range::around(3.0 * size), from);
    // The values that masks depend on count too.
    m.keep(Value {
        trained: true,
        shared: false,
        ..value
    });
    Some(())
}

fn dot_product(m: &mut Maker) -> Option<()> {
    let [queries, keys, width, features] = [3, 3, 3, 2].map(|most| m.chance.between(1, most));
    let q = m.shaped(&[queries, width]);
    let k = m.shaped(&[keys, width]);
    let v = m.shaped(&[keys, features]);
    let mask = masked(m, keys, queries);
    let rest = m.chance.of(&["", "causal = true", "dropout = 0.25"]);
    let text = format!(
        "{}.scaled_dot_product_attention({}, {}, {mask}{rest})",
        q.text, k.text, v.text
    );
    let value = Value::of(
        text,
        vec![queries, features],
        Range::around(1.4 * v.range.size()),
        &[&q, &k, &v],
    );
    m.keep(Value {
        shared: false,
        trained: true,
        ..value
    });
    Some(())
}

fn own(m: &mut Maker) -> Option<()> {
    let (x, heads) = rows(m);
    let mask = masked(m, x.shape[0], x.shape[0]);
    let rest = m.chance.of(&["", ", causal = true", ", bias = false"]);
    made(
        m,
        format!("{}.multi_head_attention({mask}heads = {heads}{rest})", x.text),
        &x.shape,
        &[&x],
    )
}

fn cross(m: &mut Maker) -> Option<()> {
    let (x, heads) = rows(m);
    let keys = m.chance.between(1, 3);
    let memory = m.shaped(&[keys, x.shape[1]]);
    let mask = masked(m, keys, x.shape[0]);
    let text = format!(
        "{}.cross_attention({}, {mask}heads = {heads})",
        x.text, memory.text
    );
    made(m, text, &x.shape, &[&x, &memory])
}

fn forward(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let hidden = m.chance.of(&[1, 2, 3]);
    let rest = m.chance.of(&[
        "",
        ", activation = gelu",
        ", activation = tanh",
        ", dropout = 0.25",
    ]);
    made(
        m,
        format!("{}.feed_forward({hidden}{rest})", x.text),
        &x.shape,
        &[&x],
    )
}

fn encoder(m: &mut Maker) -> Option<()> {
    let (x, heads) = rows(m);
    let mask = masked(m, x.shape[0], x.shape[0]);
    let rest = m.chance.of(&[
        "",
        ", norm_first = true",
        ", causal = true",
        ", activation = silu",
    ]);
    let sizes = format!("heads = {heads}, hidden = 3, epsilon = 0.01");
    made(
        m,
        format!("{}.encoder_layer({mask}{sizes}{rest})", x.text),
        &x.shape,
        &[&x],
    )
}

fn decoder(m: &mut Maker) -> Option<()> {
    let (x, heads) = rows(m);
    let keys = m.chance.between(1, 3);
    let memory = m.shaped(&[keys, x.shape[1]]);
    let rest = m.chance.of(&["", ", norm_first = true", ", causal = false"]);
    let sizes = format!("heads = {heads}, hidden = 2, epsilon = 0.01");
    let text = format!("{}.decoder_layer({}, {sizes}{rest})", x.text, memory.text);
    made(m, text, &x.shape, &[&x, &memory])
}

fn heads(m: &mut Maker) -> Option<()> {
    let (x, heads) = rows(m);
    let [time, width] = *x.shape else { return None };
    if m.chance.one_in(2) {
        m.keep(x.as_text(
            format!("{}.split_heads({heads})", x.text),
            vec![heads, time, width / heads],
        ));
        return Some(());
    }
    let x = m.of_rank(3);
    let shape = vec![x.shape[1], x.shape[0] * x.shape[2]];
    m.keep(x.as_text(format!("{}.join_heads()", x.text), shape));
    Some(())
}

fn positions(m: &mut Maker) -> Option<()> {
    let (time, width) = (m.chance.between(1, 3), m.chance.of(&[2, 4]));
    let x = m.shaped(&[time, width]);
    let text = format!("({} + sinusoidal_positions({time}, {width}))", x.text);
    m.keep(Value::of(
        text,
        x.shape.clone(),
        x.range.plus(Range::around(1.0)),
        &[&x],
    ));
    Some(())
}

fn learned(m: &mut Maker) -> Option<()> {
    let (time, width) = (m.chance.between(1, 3), m.chance.size());
    m.trained = true;
    let text = format!("learned_positions({time}, {width})");
    let value = Value::of(text, vec![time, width], Range::around(0.5), &[]);
    m.keep(Value {
        trained: true,
        ..value
    });
    Some(())
}
