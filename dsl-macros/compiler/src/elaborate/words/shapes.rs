//! Words that read the sizes of a value; blocks are written with them.

use std::rc::Rc;

use super::{Word, asker, needed, optional, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::value::Value;
use crate::graph::{Element, Shape};

pub const WORDS: &[Word] = &[
    word(
        "size",
        &[needed("x"), needed("axis")],
        size,
        "The size of an axis; negative axes count from the end.",
        "(x: Tensor<2, 3>) -> Tensor<3, 2> { x.reshape([x.size(1), x.size(0)]) } [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]",
    ),
    word(
        "sizes",
        &[needed("x"), optional("from", "0")],
        sizes,
        "The sizes of all axes, or of those from `from` on: `y.reshape(x.sizes())`.",
        "(x: Tensor<2, 2>) -> Tensor<2, 2> { x.flatten().cumsum().reshape(x.sizes()) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["shape"]),
    word("rank", &[needed("x")], rank, "The number of axes.",
        "(x: Tensor<2, 2>) -> Tensor<2, 2> { if x.rank() == 2 { x.t() } else { x } } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["dim", "ndim"]),
    word(
        "limit",
        &[needed("index")],
        limit,
        "The number of values an index may have: the `N` of `Index<N>`.",
        "(class: Index<4>) -> Tensor<4> { class.one_hot() / class.limit() } [1]",
    )
    .alias(&["num_classes"]),
    word(
        "same_shape",
        &[needed("a"), needed("b")],
        same_shape,
        "Refuses values of different shapes, where broadcasting would hide a slip.",
        "fn distance(a: Tensor<_>, b: Tensor<_>) -> Scalar { same_shape(a, b); (a - b).norm() } pub fn f(&self, a: Tensor<2>, b: Tensor<2>) -> Scalar { distance(a, b) } [3.0, 5.0], [0.0, 1.0]",
    ),
    word(
        "require",
        &[
            needed("condition"),
            needed("what"),
            optional("x", ""),
            optional("y", ""),
        ],
        require,
        "Refuses a call where a condition on sizes does not hold, saying what is needed and of which values: \
         `require(x.size(-1) % heads == 0, \"a width that divides into the heads\", x);`.",
        "fn halves(x: Tensor<_>) -> Tensor<_, _> { require(x.size(0) % 2 == 0, \"an even size\", x); x.reshape([2, -1]) } pub fn f(&self, x: Tensor<4>) -> Tensor<2, 2> { x.halves() } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["assert"]),
    word(
        "same_classes",
        &[needed("scores"), needed("class")],
        same_classes,
        "Refuses scores whose last axis is not as long as there are classes.",
        "fn chosen(p: Tensor<_>, class: Index<_>) -> Scalar { same_classes(p, class); (p * class.one_hot()).sum() } pub fn f(&self, p: Tensor<3>, class: Index<3>) -> Scalar { chosen(p, class) } [0.25, 0.5, 0.25], [1]",
    ),
];

fn size<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let shape = e.graph.ty(a.any_tensor(e, 0)?).shape;
    let axis = a.axis(e, 1, &shape, 0)?;
    Ok(Value::Integer(shape.0[axis] as i64))
}

fn sizes<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let shape = e.graph.ty(a.any_tensor(e, 0)?).shape;
    let from = match a.get(1) {
        None => 0,
        Some(_) => a.axis(e, 1, &shape, 0)?,
    };
    let sizes: Rc<[Value]> = shape.0[from..]
        .iter()
        .map(|&size| Value::Integer(size as i64))
        .collect();
    Ok(Value::Array(sizes))
}

fn rank<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let shape = e.graph.ty(a.any_tensor(e, 0)?).shape;
    Ok(Value::Integer(shape.rank() as i64))
}

fn limit<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    match e.graph.ty(a.index(e, 0)?).element {
        Element::Index { limit } => Ok(Value::Integer(limit as i64)),
        Element::Real => Err(Fault::new("`limit` needs an index")),
    }
}

fn same_shape<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (left, right) = (
        e.graph.ty(a.any_tensor(e, 0)?).shape,
        e.graph.ty(a.any_tensor(e, 1)?).shape,
    );
    if left == right {
        return Ok(Value::unit());
    }
    let both = format!("{}, {}", a.shown_with_shape(e, 0), a.shown_with_shape(e, 1));
    Err(Fault::new(format!(
        "`{}` needs equal shapes: {both}",
        asker(e, a)
    )))
}

fn require<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let Some(Value::Text(what)) = a.get(1) else {
        return Err(Fault::new("`require` needs a text that says what is needed").at(1));
    };
    let what = what.clone();
    match a.get(0) {
        Some(Value::Bool(true)) => return Ok(Value::unit()),
        Some(Value::Bool(false)) => {}
        _ => {
            let text = format!("`require` needs a condition, but {}", a.shown_with_shape(e, 0));
            return Err(Fault::new(text)
                .help("compare sizes: `x.size(-1) % heads == 0`")
                .at(0));
        }
    }
    let given: Vec<String> = (2..4)
        .filter(|&place| a.get(place).is_some())
        .map(|place| a.shown_with_shape(e, place))
        .collect();
    // A user's block is named in its messages too.
    let own = e.frames.last().map(|frame| frame.function.as_str());
    let asker = e.asked().or(own).unwrap_or(a.word);
    let text = format!("`{asker}` needs {what}");
    Err(Fault::new(match given.is_empty() {
        true => text,
        false => format!("{text}: {}", given.join(", ")),
    }))
}

fn same_classes<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (scores, class) = (e.graph.ty(a.tensor(e, 0)?).shape, e.graph.ty(a.index(e, 1)?));
    let mut expected = class.shape.0;
    let Element::Index { limit } = class.element else {
        return Err(Fault::new("`same_classes` needs an index"));
    };
    expected.push(limit);
    if scores.0 == expected {
        return Ok(Value::unit());
    }
    let both = format!("{}, {}", a.shown_with_shape(e, 0), a.shown_with_shape(e, 1));
    let fault = Fault::new(format!("`{}` needs a score for each class: {both}", asker(e, a)));
    Err(match scores.0.split_last() {
        Some((&classes, rows)) if rows == &expected[..expected.len() - 1] => fault.help(format!(
            "compute {limit} scores, or declare the class as an `Index` below {classes}"
        )),
        _ => fault.help(format!("the scores should be {}", Shape(expected))),
    })
}
