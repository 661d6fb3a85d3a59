//! Pooling over windows of the last axes; all leading axes are pooled alike.

use super::windows::{Directions, Padded, Pair, padding, pair};
use super::{Word, WordFormal, needed, optional, tensor, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::limits;
use crate::elaborate::value::Value;
use crate::graph::{Expr, Mismatch};
use crate::ops::Op;
use crate::ops::concat::Concat;
use crate::ops::pool::{Geometry, MaxPool2d, MeanPool2d};

const MAX: &[WordFormal] = &[
    tensor("x"),
    needed("window"),
    optional("stride", "window"),
    optional("pad", "0"),
];

const MEAN: &[WordFormal] = &[
    tensor("x"),
    optional("window", "all"),
    optional("stride", "window"),
    optional("pad", "0"),
    optional("count_pad", "true"),
];

const MEAN_1D: &[WordFormal] = &[
    tensor("x"),
    needed("window"),
    optional("stride", "window"),
    optional("pad", "0"),
    optional("count_pad", "true"),
];

const ADAPTIVE: &[WordFormal] = &[tensor("x"), needed("size")];

pub const WORDS: &[Word] = &[
    word(
        "max_pool",
        MAX,
        |e, a| windows(e, a, Directions::Two, Fold::Max),
        "The largest element of each window of the last two axes; padding never wins, and of equal ones the first row by row gets \
         the derivative. Sizes are one for both directions, or \
         `[vertical, horizontal]`; `pad` is also `[[top, bottom], [left, right]]` or `\"same\"`.",
        "(image: Tensor<1, 2, 4>) -> Tensor<1, 1, 2> { image.max_pool(2) } [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]",
    )
    .alias(&["MaxPool2d"]),
    word(
        "mean_pool",
        MEAN,
        mean_pool,
        "The mean of each window of the last two axes. Padding counts as zeros, unless `count_pad = false`: then each mean is that \
         of the elements inside. Without a window the mean of each whole plane, whose two axes are dropped.",
        "(image: Tensor<1, 2, 4>) -> Tensor<1, 1, 2> { image.mean_pool(2) } [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]",
    )
    .alias(&["AvgPool2d"]),
    word(
        "max_pool1d",
        MAX,
        |e, a| windows(e, a, Directions::One, Fold::Max),
        "The largest element of each window of the last axis, of equal ones the first gets the derivative; `pad` is also `[before, after]` or `\"same\"`.",
        "(x: Tensor<1, 4>) -> Tensor<1, 2> { x.max_pool1d(2) } [1.0, 2.0, 3.0, 4.0]",
    ),
    word(
        "mean_pool1d",
        MEAN_1D,
        |e, a| windows(e, a, Directions::One, Fold::Mean),
        "The mean of each window of the last axis, padding counted as zeros unless `count_pad = false`.",
        "(x: Tensor<1, 4>) -> Tensor<1, 2> { x.mean_pool1d(2) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["AvgPool1d"]),
    word(
        "adaptive_max_pool",
        ADAPTIVE,
        |e, a| adaptive(e, a, Fold::Max),
        "The last two axes pooled to `size`, or `[height, width]`, whatever they were: entry `i` of `n` is the largest of the elements \
         `⌊i·old/n⌋ .. ⌈(i+1)·old/n⌉`, of equal ones the first row by row gets the derivative.",
        "(image: Tensor<1, 1, 4>) -> Tensor<1, 1, 2> { image.adaptive_max_pool([1, 2]) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["AdaptiveMaxPool2d"]),
    word(
        "adaptive_mean_pool",
        ADAPTIVE,
        |e, a| adaptive(e, a, Fold::Mean),
        "The last two axes pooled to `size`, or `[height, width]`, whatever they were: entry `i` of `n` is the mean of the elements \
         `⌊i·old/n⌋ .. ⌈(i+1)·old/n⌉`.",
        "(image: Tensor<1, 1, 4>) -> Tensor<1, 1, 2> { image.adaptive_mean_pool([1, 2]) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["AdaptiveAvgPool2d"]),
];

/// The reduction of a window.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    Max,
    Mean,
}

impl Fold {
    fn apply<'g>(self, x: Expr<'g>, geometry: Geometry) -> Result<Expr<'g>, Mismatch> {
        let op: Op = match self {
            Fold::Max => MaxPool2d(geometry).into(),
            Fold::Mean => MeanPool2d(geometry).into(),
        };
        Ok(x.graph.expr(x.graph.try_apply(op, &[x.val])?))
    }
}

fn mean_pool<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    if a.get(1).is_some() {
        return windows(e, a, Directions::Two, Fold::Mean);
    }
    let Planes { x, sizes, .. } = planes(e, a, Directions::Two)?;
    if (2..5).any(|place| a.get(place).is_some()) {
        let fault =
            Fault::new("`mean_pool` without a window takes whole planes: it has no stride or padding");
        return Err(fault.help("write `mean_pool(2, stride = 2)`"));
    }
    let rank = x.shape().rank();
    let sum = x.sum(vec![rank - 2, rank - 1]);
    Ok(Value::Tensor((sum * (1.0 / (sizes[0] * sizes[1]) as f64)).val))
}

/// A tensor as a batch of planes: a tensor with one direction gets a height of 1.
struct Planes<'g> {
    x: Expr<'g>,
    /// The axes before the planes.
    outer: Vec<usize>,
    /// Height, width.
    sizes: Pair,
}

fn planes<'a, 'g>(
    e: &'g Elaborator<'a>,
    a: &Arguments<'a>,
    directions: Directions,
) -> Result<Planes<'g>, Fault> {
    let x = e.graph.expr(a.tensor(e, 0)?);
    let shape = x.shape().0;
    let (outer, sizes, wanted) = match (directions, shape.as_slice()) {
        (Directions::Two, &[ref outer @ .., height, width]) => (outer.to_vec(), [height, width], ""),
        (Directions::One, &[ref outer @ .., time]) => (outer.to_vec(), [1, time], ""),
        (Directions::Two, _) => (Vec::new(), [0, 0], "height and width as the last two axes"),
        (Directions::One, []) => (Vec::new(), [0, 0], "an axis"),
    };
    if !wanted.is_empty() {
        let text = format!("`{}` needs {wanted}, but {}", a.word, a.shown_with_shape(e, 0));
        return Err(Fault::new(text).help("`.reshape([channels, height, width])` makes an image"));
    }
    let x = x.reshape([&outer[..], &sizes].concat());
    Ok(Planes { x, outer, sizes })
}

fn windows<'a>(
    e: &mut Elaborator<'a>,
    a: &Arguments<'a>,
    directions: Directions,
    fold: Fold,
) -> Result<Value, Fault> {
    let Planes { x, outer, sizes } = planes(e, a, directions)?;
    let window = pair(e, a, 1, directions, [1, 1])?;
    let stride = pair(e, a, 2, directions, window)?;
    let padded = Padded {
        image: sizes,
        window,
        stride,
    };
    let pad = padding(e, a, 3, directions, Some(padded))?;
    let geometry = Geometry::new(sizes, window, stride, pad)?;
    let output = geometry.output;
    let mut y = fold.apply(x, geometry.clone())?;
    if fold == Fold::Mean && !a.condition(e, 4, true)? && pad != [[0, 0]; 2] {
        // The number of elements of each window that lie inside: the same for every plane.
        let ones = e.graph.constant(1.0).broadcast_to(&sizes.into());
        y = y / fold.apply(ones, geometry)?.broadcast_to(&y.shape());
    }
    Ok(Value::Tensor(match directions {
        Directions::One => y.reshape([&outer[..], &output[1..]].concat()).val,
        Directions::Two => y.val,
    }))
}

fn adaptive<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>, fold: Fold) -> Result<Value, Fault> {
    let Planes { x, outer, sizes } = planes(e, a, Directions::Two)?;
    let wanted = pair(e, a, 1, Directions::Two, [1, 1])?;
    if wanted[0].max(wanted[1]) > limits::TURNS {
        let text = format!("`{}` makes at most {} of an axis", a.word, limits::TURNS);
        return Err(Fault::new(text).at(1));
    }
    let none = [[0, 0]; 2];
    if (0..2).all(|axis| sizes[axis].is_multiple_of(wanted[axis])) {
        let window = [0, 1].map(|axis| sizes[axis] / wanted[axis]);
        let geometry = Geometry::new(sizes, window, window, none)?;
        return Ok(Value::Tensor(fold.apply(x, geometry)?.val));
    }
    // Windows of different sizes are pooled one direction after the other, each entry by itself. Maxima start
    // along the rows: among equals the first of its row wins, then the first row, as in every window.
    let mut y = x;
    let mut now = sizes;
    for axis in if fold == Fold::Max { [1, 0] } else { [0, 1] } {
        let (old, new) = (sizes[axis], wanted[axis]);
        let mut entries = Vec::new();
        for entry in 0..new {
            let (from, to) = (entry * old / new, ((entry + 1) * old).div_ceil(new));
            let (mut starts, mut window) = (vec![0; outer.len() + 2], [1, 1]);
            (starts[outer.len() + axis], window[axis]) = (from, to - from);
            let mut part = now;
            part[axis] = to - from;
            let slice = y.slice(starts, [&outer[..], &part].concat());
            entries.push(fold.apply(slice, Geometry::new(part, window, window, none)?)?.val);
        }
        y = match entries.as_slice() {
            &[only] => e.graph.expr(only),
            several => {
                let axis = outer.len() + axis;
                e.graph.expr(e.graph.try_apply(Concat { axis }.into(), several)?)
            }
        };
        now[axis] = new;
    }
    Ok(Value::Tensor(y.val))
}
