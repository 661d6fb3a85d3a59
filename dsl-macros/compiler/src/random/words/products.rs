//! Matrix products of every pair of ranks.

use super::{Production, anywhere, outside};
use crate::random::maker::{ELEMENTS, Maker};
use crate::random::value::{Range, Value};
use crate::schedule::weight_packing::LEAST;

pub const TABLE: &[Production] = &[
    anywhere(matmul),
    anywhere(matmul),
    anywhere(turned),
    anywhere(biased),
    outside(wide),
    outside(wide),
];

fn product(text: String, shape: Vec<usize>, inner: usize, from: [&Value; 2]) -> Value {
    let size = from[0].range.size() * from[1].range.size() * inner as f64;
    Value::of(text, shape, Range::around(size), &from)
}

fn matmul(m: &mut Maker) -> Option<()> {
    let a = m.with_axes(1);
    let inner = a.last();
    let columns = m.chance.size();
    let shape = match m.chance.below(5) {
        0 => vec![inner],
        1 if a.rank() == 3 => vec![a.shape[0], inner, columns],
        2 => vec![m.chance.between(1, 2), inner, columns],
        _ => vec![inner, columns],
    };
    let b = m.shaped(&shape);
    let (lead_a, lead_b) = (a.rank().saturating_sub(2), shape.len().saturating_sub(2));
    let lead = match (lead_a, lead_b) {
        (0, _) => shape[..lead_b].to_vec(),
        (_, 0) => a.shape[..lead_a].to_vec(),
        _ if lead_a == 1 && lead_b == 1 => {
            let (x, y) = (a.shape[0], shape[0]);
            if x != y && x != 1 && y != 1 {
                return None;
            }
            vec![x.max(y)]
        }
        _ => return None,
    };
    let rows = (a.rank() > 1).then(|| a.shape[a.rank() - 2]);
    let result: Vec<usize> = lead
        .into_iter()
        .chain(rows)
        .chain((shape.len() > 1).then(|| shape[shape.len() - 1]))
        .collect();
    if result.iter().product::<usize>() > ELEMENTS {
        return None;
    }
    let text = format!("{}.matmul({})", a.text, b.text);
    m.keep(product(text, result, inner, [&a, &b]));
    Some(())
}

/// Factors, either of which may be transposed.
fn turned(m: &mut Maker) -> Option<()> {
    let a = m.of_rank(2);
    let columns = m.chance.size();
    let text_a = format!("{}.t()", a.text);
    let [rows, inner] = [a.shape[1], a.shape[0]];
    let (b, text_b) = match m.chance.one_in(2) {
        true => {
            let b = m.shaped(&[columns, inner]);
            let text = format!("{}.t()", b.text);
            (b, text)
        }
        false => {
            let b = m.shaped(&[inner, columns]);
            let text = b.text.clone();
            (b, text)
        }
    };
    m.keep(product(
        format!("{text_a}.matmul({text_b})"),
        vec![rows, columns],
        inner,
        [&a, &b],
    ));
    Some(())
}

/// A product followed by a sum and an activation, which one step can compute as its epilogue.
fn biased(m: &mut Maker) -> Option<()> {
    let a = m.with_axes(1);
    let columns = m.chance.of(&[1, 1, 2, 4, 5]);
    let b = m.shaped(&[a.last(), columns]);
    let mut shape = a.shape.clone();
    *shape.last_mut()? = columns;
    if shape.iter().product::<usize>() > ELEMENTS {
        return None;
    }
    let own = m.repeating(&shape);
    let bias = m.shaped(&own);
    let end = m.chance.of(&["", ".relu()", ".tanh()"]);
    let text = format!("({}.matmul({}) + {}){end}", a.text, b.text, bias.text);
    let value = product(text, shape, a.last(), [&a, &b]);
    let range = Range::around(value.range.size() + bias.range.size());
    let from = Value::of(String::new(), Vec::new(), range, &[&value, &bias]);
    m.keep(Value {
        text: value.text,
        shape: value.shape,
        ..from
    });
    Some(())
}

/// A product by a parameter that is large enough to be packed, of whose columns the mean is kept.
fn wide(m: &mut Maker) -> Option<()> {
    let a = m.with_axes(1);
    let columns = LEAST.div_ceil(a.last()) + m.chance.below(2);
    let weight = m.parameter(&[a.last(), columns]);
    let end = m.chance.of(&["", ".relu()", ".tanh()"]);
    let text = format!("{}.matmul({}){end}.mean(axis = -1)", a.text, weight.text);
    let shape = a.shape[..a.rank() - 1].to_vec();
    m.keep(product(text, shape, a.last(), [&a, &weight]));
    Some(())
}
