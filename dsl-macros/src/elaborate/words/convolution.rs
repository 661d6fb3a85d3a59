//! Convolution and pooling over images `[channels, height, width]`.

use super::{Word, WordFormal, apply, needed, optional, tensor, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::value::Value;
use crate::graph::Shape;
use crate::ops::conv::{Conv2d, Geometry};
use crate::ops::pool::{self, MaxPool2d, MeanPool2d};

pub const WORDS: &[Word] = &[
    word(
        "convolve",
        &[
            tensor("image"),
            tensor("weight"),
            optional("stride", "1"),
            optional("pad", "0"),
            optional("dilation", "1"),
            optional("groups", "1"),
        ],
        convolve,
        "Two-dimensional cross-correlation of `image` [channels, height, width] with `weight` [out, in / groups, height, width]: \
         `y[o, y, x] = Σ w[o, c, i, j] · x[c, y·s + i·d − p, x·s + j·d − p]`. Sizes are one for both directions, or `[vertical, horizontal]`. \
         The layer with parameters of its own is `conv`.",
    ),
    word(
        "max_pool",
        &[
            tensor("image"),
            needed("window"),
            optional("stride", "window"),
            optional("pad", "0"),
        ],
        max_pool,
        "The largest element of each window of the last two axes; padding never wins.",
    ),
    word(
        "mean_pool",
        MEAN_POOL,
        mean_pool,
        "The mean of each window of the last two axes, padding counted as zeros; without a window the mean of each whole plane, whose two axes are dropped.",
    ),
];

const MEAN_POOL: &[WordFormal] = &[
    tensor("image"),
    optional("window", "all"),
    optional("stride", "window"),
    optional("pad", "0"),
];

fn convolve<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (image, weight) = (a.tensor(e, 0)?, a.tensor(e, 1)?);
    let (input, kernel) = (e.graph.ty(image).shape, e.graph.ty(weight).shape);
    let (&[channels, height, width], &[out, inner, rows, columns]) =
        (input.0.as_slice(), kernel.0.as_slice())
    else {
        let text = "`convolve` needs an image [channels, height, width] and a weight [out, in / groups, height, width]";
        let both = format!("{}, {}", a.shown_with_shape(e, 0), a.shown_with_shape(e, 1));
        return Err(Fault::new(format!("{text}: {both}")));
    };
    let stride = a.pair(e, 2, 1, [1, 1])?;
    let pad = a.pair(e, 3, 0, [0, 0])?.map(|pad| [pad, pad]);
    let dilation = a.pair(e, 4, 1, [1, 1])?;
    let groups = a.size_or(e, 5, 1, 1)?;
    let geometry = Geometry::new(
        [channels, height, width],
        out,
        [rows, columns],
        stride,
        pad,
        dilation,
        groups,
    )?;
    if inner != channels / groups {
        let text =
            format!("the weight sums over {inner} channels, the image has {channels} in {groups} groups");
        let both = format!("{}, {}", a.shown_with_shape(e, 0), a.shown_with_shape(e, 1));
        return Err(Fault::new(format!("{text}: {both}")).at(1));
    }
    apply(e, Conv2d(geometry), &[image, weight])
}

fn max_pool<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (image, planes) = planes(e, a)?;
    let geometry = pooling(e, a, planes)?;
    apply(e, MaxPool2d(geometry), &[image])
}

fn mean_pool<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (image, planes) = planes(e, a)?;
    if a.get(1).is_some() {
        let geometry = pooling(e, a, planes)?;
        return apply(e, MeanPool2d(geometry), &[image]);
    }
    if a.get(2).is_some() || a.get(3).is_some() {
        let fault =
            Fault::new("`mean_pool` without a window takes whole planes: it has no stride or padding");
        return Err(fault.help("write `mean_pool(2, stride = 2)`"));
    }
    let image = e.graph.expr(image);
    let rank = image.shape().rank();
    let sum = image.sum(vec![rank - 2, rank - 1]);
    Ok(Value::Tensor((sum * (1.0 / (planes[0] * planes[1]) as f64)).val))
}

/// The image and the sizes of its planes.
fn planes<'a>(e: &Elaborator<'a>, a: &Arguments<'a>) -> Result<(crate::graph::Val, [usize; 2]), Fault> {
    let image = a.tensor(e, 0)?;
    let Shape(sizes) = e.graph.ty(image).shape;
    match sizes.as_slice() {
        &[.., height, width] => Ok((image, [height, width])),
        _ => {
            let text = format!(
                "`{}` needs height and width as the last two axes, but {}",
                a.word,
                a.shown_with_shape(e, 0)
            );
            Err(Fault::new(text).help("`.reshape([channels, height, width])` makes an image"))
        }
    }
}

fn pooling<'a>(e: &Elaborator<'a>, a: &Arguments<'a>, planes: [usize; 2]) -> Result<pool::Geometry, Fault> {
    let window = a.pair(e, 1, 1, [1, 1])?;
    let stride = a.pair(e, 2, 1, window)?;
    let pad = a.pair(e, 3, 0, [0, 0])?.map(|pad| [pad, pad]);
    Ok(pool::Geometry::new(planes, window, stride, pad)?)
}
