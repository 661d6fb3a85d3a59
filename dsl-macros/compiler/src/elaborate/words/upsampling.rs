//! Upsampling of images by an integer factor: the last two axes, each by itself.

use super::windows::{Directions, Pair, pair};
use super::{Word, WordFormal, needed, tensor, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::limits;
use crate::elaborate::value::Value;
use crate::graph::{Expr, Mismatch, Shape};
use crate::ops::concat::Concat;

const LARGER: &[WordFormal] = &[tensor("image"), needed("factor")];

pub const WORDS: &[Word] = &[
    word(
        "upsample_nearest",
        LARGER,
        upsample_nearest,
        "Every element of the last two axes `factor` times, or `[vertical, horizontal]` times, in both directions.",
        "(image: Tensor<1, 1, 2>) -> Tensor<1, 2, 4> { image.upsample_nearest(2) } [1.0, 2.0]",
    )
    .alias(&["interpolate"]),
    word(
        "upsample_bilinear",
        LARGER,
        upsample_bilinear,
        "The last two axes `factor` times, or `[vertical, horizontal]` times, as long, by linear interpolation between the centres of \
         elements: entry `i` lies at `(i + ½) / factor − ½`, and what is outside is as the edge (PyTorch's `align_corners=False`).",
        "(image: Tensor<1, 1, 2>) -> Tensor<1, 1, 4> { image.upsample_bilinear([1, 2]) } [1.0, 2.0]",
    )
    .alias(&["interpolate"]),
];

/// The image and the factors of its last two axes.
fn larger<'a, 'g>(e: &'g Elaborator<'a>, a: &Arguments<'a>) -> Result<(Expr<'g>, Pair), Fault> {
    let image = e.graph.expr(a.tensor(e, 0)?);
    if image.shape().rank() < 2 {
        let text = format!(
            "`{}` needs height and width as the last two axes, but {}",
            a.word,
            a.shown_with_shape(e, 0)
        );
        return Err(Fault::new(text).help("`.reshape([channels, height, width])` makes an image"));
    }
    let factors = pair(e, a, 1, Directions::Two, [1, 1])?;
    if factors[0].max(factors[1]) > limits::TURNS {
        let text = format!(
            "`{}` makes an axis at most {} times as long",
            a.word,
            limits::TURNS
        );
        return Err(Fault::new(text).at(1));
    }
    let shape = image.shape();
    let mut sizes = shape.0.clone();
    for (size, factor) in sizes.iter_mut().rev().zip(factors.iter().rev()) {
        *size *= factor;
    }
    limits::shape(sizes).map_err(|fault| fault.at(1))?;
    Ok((image, factors))
}

fn upsample_nearest<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (image, [down, across]) = larger(e, a)?;
    let mut sizes = image.shape().0;
    let planes = sizes.len() - 2;
    let (height, width) = (sizes[planes], sizes[planes + 1]);
    let count = sizes[..planes].iter().product();
    let repeated = image
        .reshape([count, height, width])
        .broadcast(Shape::from([count, height, down, width, across]), vec![0, 1, 3]);
    (sizes[planes], sizes[planes + 1]) = (height * down, width * across);
    Ok(Value::Tensor(repeated.reshape(sizes).val))
}

fn upsample_bilinear<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (mut image, factors) = larger(e, a)?;
    for (place, factor) in factors.into_iter().enumerate() {
        let axis = image.shape().rank() - 2 + place;
        image = interpolate(image, axis, factor)?;
    }
    Ok(Value::Tensor(image.val))
}

/// Interpolates one axis to `factor` times its length: each entry lies between an element and its neighbour
/// before or behind.
fn interpolate(x: Expr<'_>, axis: usize, factor: usize) -> Result<Expr<'_>, Mismatch> {
    let shape = x.shape();
    let size = shape.0[axis];
    if factor == 1 {
        return Ok(x);
    }
    let cut = |from: usize, count: usize| {
        let (mut starts, mut sizes) = (vec![0; shape.rank()], shape.0.clone());
        (starts[axis], sizes[axis]) = (from, count);
        x.slice(starts, sizes).val
    };
    let join = |axis: usize, parts: &[_]| {
        Ok::<_, Mismatch>(x.graph.expr(x.graph.try_apply(Concat { axis }.into(), parts)?))
    };
    // On an axis of one element, the element is its own neighbour.
    let (before, behind) = match size {
        1 => (x, x),
        _ => (
            join(axis, &[cut(0, 1), cut(0, size - 1)])?,
            join(axis, &[cut(1, size - 1), cut(size - 1, 1)])?,
        ),
    };
    let mut entry = shape.0.clone();
    entry.insert(axis + 1, 1);
    let number = |value: f64| x.graph.constant(value).broadcast_to(&shape);
    let entries: Vec<_> = (0..factor)
        .map(|phase| {
            let place = (phase as f64 + 0.5) / factor as f64 - 0.5;
            let neighbour = if place < 0.0 { before } else { behind };
            let between = match place.abs() {
                0.0 => x,
                share => x * number(1.0 - share) + neighbour * number(share),
            };
            between.reshape(entry.clone()).val
        })
        .collect();
    let mut sizes = shape.0.clone();
    sizes[axis] *= factor;
    Ok(join(axis + 1, &entries)?.reshape(sizes))
}
