//! Words that move elements: shapes, axes, parts.

use std::rc::Rc;

use super::{Word, apply, needed, optional, tensor, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::broadcast;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::limits;
use crate::elaborate::value::Value;
use crate::graph::{Shape, Val};
use crate::ops::movement::{Pad, Slice, Transpose};

pub const WORDS: &[Word] = &[
    word(
        "reshape",
        &[tensor("x"), needed("shape")],
        reshape,
        "The same elements in row-major order under another shape, `x.reshape([4, 7])`; one size may be -1: what is left.",
        "(x: Tensor<4>) -> Tensor<2, 2> { x.reshape([2, -1]) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["view"]),
    word(
        "flatten",
        &[tensor("x"), optional("from", "0")],
        flatten,
        "All axes as one, in row-major order, or those from `from` on.",
        "(x: Tensor<2, 2>) -> Tensor<4> { x.flatten() } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["ravel"]),
    word(
        "t",
        &[tensor("x")],
        t,
        "The last two axes exchanged: the transposed matrix.",
        "(x: Tensor<2, 2>) -> Tensor<2, 2> { x.t() } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["transpose"]),
    word(
        "transpose",
        &[tensor("x"), needed("i"), needed("j")],
        transpose,
        "Axes `i` and `j` exchanged.",
        "(x: Tensor<2, 1, 2>) -> Tensor<2, 1, 2> { x.transpose(0, 2) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["swapaxes", "permute"]),
    word(
        "at",
        &[tensor("x"), needed("index"), optional("axis", "0")],
        at,
        "One entry of an axis, which is dropped: `x.at(t)`; negative places count from the end.",
        "(x: Tensor<2, 2>) -> Tensor<2> { x.at(-1) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["select", "index"]),
    word(
        "slice",
        &[tensor("x"), needed("axis"), needed("from"), needed("to")],
        slice,
        "The entries `from..to` of an axis.",
        "(x: Tensor<4>) -> Tensor<2> { x.slice(0, 1, 3) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["narrow"]),
    word(
        "split",
        &[tensor("x"), needed("parts"), optional("axis", "-1")],
        split,
        "Equal parts along an axis: `let [q, k, v] = x.split(3, axis = -1);`.",
        "(x: Tensor<4>) -> Tensor<2> { let [a, b] = x.split(2); a * b } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["chunk"]),
    word(
        "pad",
        &[tensor("x"), needed("axis"), needed("before"), needed("after")],
        pad,
        "Zeros before and after the entries of an axis.",
        "(x: Tensor<2>) -> Tensor<5> { x.pad(0, 1, 2) } [1.0, 2.0]",
    ),
];

fn reshape<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let x = a.any_tensor(e, 0)?;
    let own = e.graph.ty(x).shape;
    let mut sizes = a.sizes(e, 1)?;
    let bad = sizes.iter().find(|&&size| size == 0 || size < -1);
    if let Some(size) = bad {
        return Err(Fault::new(format!("a size is at least 1, or -1 for what is left: {size}")).at(1));
    }
    let open: Vec<usize> = (0..sizes.len()).filter(|&place| sizes[place] == -1).collect();
    let known = sizes
        .iter()
        .filter(|&&size| size > 0)
        .try_fold(1i64, |count, &size| count.checked_mul(size));
    let count = own.count() as i64;
    match (open.as_slice(), known) {
        ([], _) => {}
        ([place], Some(known)) if count % known == 0 => sizes[*place] = count / known,
        ([_], _) => {
            let text = format!("{} elements do not divide into `{}`", count, a.shown(e, 1));
            return Err(Fault::new(format!("{}: {text}", a.shown_with_shape(e, 0))).at(1));
        }
        _ => return Err(Fault::new("only one size of `reshape` can be -1").at(1)),
    }
    let shape =
        limits::shape(sizes.iter().map(|&size| size as usize).collect()).map_err(|fault| fault.at(1))?;
    if shape.count() != own.count() {
        let text = format!(
            "`reshape` keeps the number of elements: {}, that is {}",
            a.shown_with_shape(e, 0),
            own.count()
        );
        let fault = Fault::new(format!("{text}; {shape} would hold {}", shape.count()));
        return Err(fault.help("one size may be -1, it becomes what is left").at(1));
    }
    Ok(Value::Tensor(broadcast::reshape(&e.graph, x, shape)))
}

fn flatten<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let x = a.any_tensor(e, 0)?;
    let shape = e.graph.ty(x).shape;
    let from = match a.get(1) {
        None => 0,
        Some(_) => a.axis(e, 1, &shape, 0)?,
    };
    let mut sizes = shape.0[..from].to_vec();
    sizes.push(shape.0[from..].iter().product());
    Ok(Value::Tensor(broadcast::reshape(&e.graph, x, Shape(sizes))))
}

fn t<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let x = a.any_tensor(e, 0)?;
    let rank = e.graph.ty(x).shape.rank();
    if rank < 2 {
        let fault = Fault::new(format!(
            "`t` exchanges the last two axes, but {}",
            a.shown_with_shape(e, 0)
        ));
        return Err(fault.help("`.reshape([1, n])` makes a row, `.reshape([n, 1])` a column"));
    }
    Ok(exchange(e, x, rank - 2, rank - 1))
}

fn transpose<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let x = a.any_tensor(e, 0)?;
    let shape = e.graph.ty(x).shape;
    let (i, j) = (a.axis(e, 1, &shape, 0)?, a.axis(e, 2, &shape, 0)?);
    Ok(exchange(e, x, i, j))
}

/// Axes `i` and `j` exchanged; a transposition of a transposition is one.
fn exchange(e: &Elaborator<'_>, x: Val, i: usize, j: usize) -> Value {
    let mut order: Vec<usize> = (0..e.graph.ty(x).shape.rank()).collect();
    order.swap(i, j);
    let node = e.graph.node(x);
    let x = match node.op.get() {
        Some(Transpose { order: before }) => {
            order = order.iter().map(|&axis| before[axis]).collect();
            node.args[0]
        }
        None => x,
    };
    Value::Tensor(e.graph.expr(x).transpose(order).val)
}

fn at<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let x = a.any_tensor(e, 0)?;
    let shape = e.graph.ty(x).shape;
    let axis = a.axis(e, 2, &shape, 0)?;
    let size = shape.0[axis];
    if let Some(Value::Tensor(_)) = a.get(1) {
        let text = format!(
            "`at` needs a place known while compiling, but {}",
            a.shown_with_shape(e, 1)
        );
        return Err(Fault::new(text)
            .help("rows of a table are taken by an index with `table.gather(index)`")
            .at(1));
    }
    if let Some(Value::Induction(turn)) = a.get(1) {
        let texts = (a.shown_with_shape(e, 0), a.shown(e, 1));
        let part = e.at_turn(x, axis, *turn, texts).map_err(|fault| fault.at(1))?;
        return Ok(Value::Tensor(part));
    }
    let index = a.integer(e, 1)?;
    let place = if index < 0 {
        index.saturating_add(size as i64)
    } else {
        index
    };
    let Some(place) = usize::try_from(place).ok().filter(|&place| place < size) else {
        let text = format!(
            "there is no entry {index} along axis {axis}: {}",
            a.shown_with_shape(e, 0)
        );
        return Err(Fault::new(text)
            .help(format!("entries are 0 to {}", size - 1))
            .at(1));
    };
    let part = cut(e, x, axis, place, 1);
    let mut sizes = shape.0;
    sizes.remove(axis);
    Ok(Value::Tensor(e.graph.expr(part).reshape(sizes).val))
}

fn slice<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let x = a.any_tensor(e, 0)?;
    let shape = e.graph.ty(x).shape;
    let axis = a.axis(e, 1, &shape, 0)?;
    let (from, to) = (a.size(e, 2, 0)?, a.size(e, 3, 0)?);
    if from >= to || to > shape.0[axis] {
        let text = format!(
            "`{from}..{to}` is no part of axis {axis}: {}",
            a.shown_with_shape(e, 0)
        );
        return Err(Fault::new(text).help(format!(
            "write `slice(axis, from, to)` with from < to ≤ {}",
            shape.0[axis]
        )));
    }
    Ok(Value::Tensor(cut(e, x, axis, from, to - from)))
}

fn split<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let x = a.any_tensor(e, 0)?;
    let shape = e.graph.ty(x).shape;
    let axis = a.axis(e, 2, &shape, -1)?;
    let parts = a.size(e, 1, 1)?;
    let size = shape.0[axis];
    if parts > limits::TURNS {
        return Err(Fault::new(format!("`split` makes at most {} parts", limits::TURNS)).at(1));
    }
    if !size.is_multiple_of(parts) {
        let text = format!(
            "axis {axis} does not divide into {parts} equal parts: {}",
            a.shown_with_shape(e, 0)
        );
        return Err(Fault::new(text)
            .help("unequal parts are taken by `slice(axis, from, to)`")
            .at(1));
    }
    let size = size / parts;
    let values: Vec<Value> = (0..parts)
        .map(|part| Value::Tensor(cut(e, x, axis, part * size, size)))
        .collect();
    Ok(Value::Array(Rc::from(values)))
}

/// `size` entries of an axis from `start` on.
fn cut(e: &Elaborator<'_>, x: Val, axis: usize, start: usize, size: usize) -> Val {
    let mut sizes = e.graph.ty(x).shape.0;
    if sizes[axis] == size {
        return x;
    }
    let mut starts = vec![0; sizes.len()];
    (starts[axis], sizes[axis]) = (start, size);
    e.graph.apply(Slice { starts, sizes }, &[x])
}

fn pad<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let x = a.tensor(e, 0)?;
    let shape = e.graph.ty(x).shape;
    let axis = a.axis(e, 1, &shape, 0)?;
    let (mut before, mut after) = (vec![0; shape.rank()], vec![0; shape.rank()]);
    (before[axis], after[axis]) = (a.size(e, 2, 0)?, a.size(e, 3, 0)?);
    if before[axis] == 0 && after[axis] == 0 {
        return Ok(Value::Tensor(x));
    }
    apply(e, Pad { before, after }, &[x])
}
