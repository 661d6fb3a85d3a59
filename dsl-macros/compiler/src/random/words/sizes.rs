//! Sizes that are read and compared: blocks are written with them.

use super::{Production, anywhere};
use crate::random::maker::Maker;
use crate::random::value::{Range, Value};

pub const TABLE: &[Production] = &[anywhere(asked), anywhere(required), anywhere(chosen)];

fn asked(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let name = &x.text;
    let (text, shape) = match m.chance.below(4) {
        0 => (format!("({name} * {name}.size(-1))"), x.shape.clone()),
        1 => (format!("({name} / {name}.rank())"), x.shape.clone()),
        2 => (
            format!("{name}.flatten().reshape({name}.sizes())"),
            x.shape.clone(),
        ),
        _ => (
            format!("{name}.reshape([1, per_group({}, {})])", x.count(), 1),
            vec![1, x.count()],
        ),
    };
    let largest = x.last() as f64;
    m.keep(Value::of(
        text,
        shape,
        x.range.times(Range::new(-largest, largest)),
        &[&x],
    ));
    Some(())
}

fn required(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let y = m.shaped(&x.shape);
    match m.chance.below(4) {
        // The content of a leaf is arbitrary.
        3 => {
            let leaf = m.leaf(&x.shape);
            m.line(format!("takes({}, \"scores\");", leaf.text));
        }
        0 => m.line(format!("same_shape({}, {});", x.text, y.text)),
        1 => {
            let name = m.hold("n", format!("pair({})", x.shape[0]));
            let both = m.name("n");
            m.line(format!("let [{both}, _] = {name};"));
            m.line(format!(
                "require({}.size(0) == {both}, \"an axis\", {});",
                x.text, x.text
            ));
        }
        _ => {
            let classes = m.of_rank(1);
            let index = m.index(classes.last(), &[]);
            m.line(format!("same_classes({}, {});", classes.text, index.text));
        }
    }
    Some(())
}

/// A choice between sizes, made at compile time.
fn chosen(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let y = m.shaped(&x.shape);
    let asked = m.chance.of(&[x.shape[0], x.shape[0] + 1]);
    let text = format!(
        "(if {}.size(0) == {asked} {{ {} }} else {{ {} }})",
        x.text, x.text, y.text
    );
    m.keep(Value::of(text, x.shape.clone(), x.range.with(y.range), &[&x, &y]));
    Some(())
}
