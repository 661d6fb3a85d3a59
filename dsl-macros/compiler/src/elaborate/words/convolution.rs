//! Convolution and its transpose over images `[channels, height, width]` and sequences `[channels, time]`.

use std::rc::Rc;

use super::windows::{Directions, Padded, Pair, padding, pair};
use super::{Word, WordFormal, asker, needed, optional, tensor, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::value::Value;
use crate::graph::{Expr, Mismatch};
use crate::ops::Op;
use crate::ops::conv::{Conv2d, Conv2dInputGradient, Geometry};

const CONVOLVE: &[WordFormal] = &[
    tensor("image"),
    tensor("weight"),
    optional("stride", "1"),
    optional("pad", "0"),
    optional("dilation", "1"),
    optional("groups", "1"),
];

const CONVOLVE_TRANSPOSE: &[WordFormal] = &[
    tensor("image"),
    tensor("weight"),
    optional("stride", "1"),
    optional("pad", "0"),
    optional("output_pad", "0"),
    optional("dilation", "1"),
    optional("groups", "1"),
];

pub const WORDS: &[Word] = &[
    word(
        "convolve",
        CONVOLVE,
        convolve,
        "Cross-correlation of `image` [channels, height, width] with `weight` [out, in / groups, height, width], \
         `y[o, y, x] = Σ w[o, c, i, j] · x[c, y·s + i·d − p, x·s + j·d − p]`, or of [channels, time] with [out, in / groups, time]. \
         Sizes are one for both directions, or `[vertical, horizontal]`; `pad` is also `[[top, bottom], [left, right]]`, \
         `[before, after]` in one direction, or `\"same\"`: then the result is `⌈size / stride⌉` long, and what is odd is padded below \
         and to the right. The layers with parameters of their own are `conv`, `conv1d` and `depthwise_conv`.",
        "(image: Tensor<1, 3, 3>) -> Tensor<1, 2, 2> { let weight = param([1, 1, 2, 2], constant(0.25)); image.convolve(weight) } [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]",
    )
    .alias(&["conv2d"]),
    word(
        "convolve_transpose",
        CONVOLVE_TRANSPOSE,
        convolve_transpose,
        "The transpose of `convolve`, which carries its gradient back to the image: `image` [in, height, width], `weight` \
         [in, out / groups, height, width], `y[o, y·s + i·d − p, x·s + j·d − p] += w[c, o, i, j] · x[c, y, x]`. The result is \
         `(size − 1)·s + (kernel − 1)·d + 1 − pads + output_pad` long; `output_pad`, below the stride or the dilation, tells \
         apart the sizes that a stride makes equal. The layer with parameters of its own is `conv_transpose`.",
        "(image: Tensor<1, 1, 2>) -> Tensor<1, 2, 4> { let weight = param([1, 1, 2, 2], constant(0.5)); image.convolve_transpose(weight, stride = 2) } [1.0, 2.0]",
    )
    .alias(&["conv_transpose2d"]),
    word(
        "pair",
        &[needed("size")],
        both,
        "`[size, size]`; a list of two sizes of at least 1 stays as it is: what a kernel or window is written as.",
        "(image: Tensor<1, 3, 3>) -> Tensor<1, 2, 2> { let [height, width] = pair(2); image.slice(1, 0, height).slice(2, 0, width) } [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]",
    ),
    word(
        "per_group",
        &[needed("channels"), needed("groups")],
        per_group,
        "The channels of one of `groups` equal groups.",
        "(x: Tensor<6>) -> Tensor<2, 3> { x.reshape([2, per_group(x.size(0), 2)]) } [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]",
    ),
];

/// An image and a weight; a sequence is treated as an image of height 1.
struct Operands<'g> {
    directions: Directions,
    image: Expr<'g>,
    /// Channels, height, width.
    input: [usize; 3],
    weight: Expr<'g>,
    /// The first two sizes of the weight.
    channels: Pair,
    kernel: Pair,
}

fn operands<'a, 'g>(e: &'g Elaborator<'a>, a: &Arguments<'a>, weighs: &str) -> Result<Operands<'g>, Fault> {
    let (image, weight) = (e.graph.expr(a.tensor(e, 0)?), e.graph.expr(a.tensor(e, 1)?));
    let (input, kernel) = (image.shape(), weight.shape());
    let (directions, input, [first, second, rows, columns]) = match (input.0.as_slice(), kernel.0.as_slice())
    {
        (&[channels, height, width], &[first, second, rows, columns]) => {
            let sizes = [first, second, rows, columns];
            (Directions::Two, [channels, height, width], sizes)
        }
        (&[channels, time], &[first, second, taps]) => {
            (Directions::One, [channels, 1, time], [first, second, 1, taps])
        }
        _ => {
            let text = format!(
                "`{}` needs an image [channels, height, width] and a weight [{weighs}, height, width]",
                a.word
            );
            let both = format!("{}, {}", a.shown_with_shape(e, 0), a.shown_with_shape(e, 1));
            let help = format!("or a sequence [channels, time] and a weight [{weighs}, time]");
            return Err(Fault::new(format!("{text}: {both}")).help(help));
        }
    };
    Ok(Operands {
        directions,
        image: image.reshape(input),
        input,
        weight: weight.reshape([first, second, rows, columns]),
        channels: [first, second],
        kernel: [rows, columns],
    })
}

/// Applies `op` to the operands.
fn applied<'g>(operands: &Operands<'g>, op: impl Into<Op>) -> Result<Expr<'g>, Mismatch> {
    let graph = operands.image.graph;
    Ok(graph.expr(graph.try_apply(op.into(), &[operands.image.val, operands.weight.val])?))
}

/// The result, with as many directions as the operands have.
fn result(operands: &Operands<'_>, y: Expr<'_>, output: [usize; 3]) -> Value {
    Value::Tensor(match operands.directions {
        Directions::One => y.reshape([output[0], output[2]]).val,
        Directions::Two => y.val,
    })
}

/// The extent of a kernel including its gaps.
fn extent(kernel: Pair, dilation: Pair) -> Pair {
    [0, 1].map(|axis| (kernel[axis] - 1) * dilation[axis] + 1)
}

fn convolve<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let operands = operands(e, a, "out, in / groups")?;
    let Operands {
        directions,
        input,
        channels: [out, inner],
        kernel,
        ..
    } = operands;
    let stride = pair(e, a, 2, directions, [1, 1])?;
    let dilation = pair(e, a, 4, directions, [1, 1])?;
    let padded = Padded {
        image: [input[1], input[2]],
        window: extent(kernel, dilation),
        stride,
    };
    let pad = padding(e, a, 3, directions, Some(padded))?;
    let groups = a.size_or(e, 5, 1, 1)?;
    let geometry = Geometry::new(input, out, kernel, stride, pad, dilation, groups)?;
    if inner != input[0] / groups {
        let text = format!(
            "the weight sums over {inner} channels, the image has {} in {groups} groups",
            input[0]
        );
        return Err(unlike(e, a, text));
    }
    let output = geometry.output;
    Ok(result(&operands, applied(&operands, Conv2d(geometry))?, output))
}

fn unlike<'a>(e: &Elaborator<'a>, a: &Arguments<'a>, text: String) -> Fault {
    let both = format!("{}, {}", a.shown_with_shape(e, 0), a.shown_with_shape(e, 1));
    Fault::new(format!("{text}: {both}")).at(1)
}

fn convolve_transpose<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let operands = operands(e, a, "in, out / groups")?;
    let Operands {
        directions,
        input,
        channels: [channels, out],
        kernel,
        ..
    } = operands;
    if channels != input[0] {
        let text = format!("the weight is of {channels} channels, the image has {}", input[0]);
        return Err(unlike(e, a, text));
    }
    let stride = pair(e, a, 2, directions, [1, 1])?;
    let mut pad = padding(e, a, 3, directions, None)?;
    let more = padding(e, a, 4, directions, None)?.map(|[before, _]| before);
    let dilation = pair(e, a, 5, directions, [1, 1])?;
    let groups = a.size_or(e, 6, 1, 1)?;
    let extent = extent(kernel, dilation);
    let (mut size, mut zeros) = ([0; 2], [0; 2]);
    for axis in 0..2 {
        // The limit is PyTorch's: beyond both, only zeros would be added.
        let limit = stride[axis].max(dilation[axis]);
        if more[axis] >= limit {
            let text = format!(
                "`output_pad` is smaller than the stride or the dilation, but {} is not below {limit}",
                more[axis]
            );
            return Err(Fault::new(text).help("larger padding would hold nothing but zeros"));
        }
        // The convolution that this transposes never reads elements a stride or more beyond its last window:
        // so much less is cut off, and the rest is zeros below the result.
        let beyond = (more[axis] + 1).saturating_sub(stride[axis]);
        let kept = beyond.min(pad[axis][1]);
        pad[axis][1] -= kept;
        zeros[axis] = beyond - kept;
        let full = (input[axis + 1] - 1) * stride[axis] + extent[axis] + more[axis] - beyond;
        size[axis] = full.saturating_sub(pad[axis][0] + pad[axis][1]);
        if size[axis] == 0 {
            let side = ["height", "width"][axis];
            let text = format!(
                "padding {:?} cuts off the whole {side} of {full}: {}",
                pad[axis],
                a.shown_with_shape(e, 0)
            );
            return Err(Fault::new(text).help("padding makes the result of a transposed convolution smaller"));
        }
    }
    let output = [out * groups, size[0], size[1]];
    // The convolution that this transposes has the result as its image.
    let geometry = Geometry::new(output, channels, kernel, stride, pad, dilation, groups)?;
    let y = applied(&operands, Conv2dInputGradient(geometry))?.pad(vec![0; 3], vec![0, zeros[0], zeros[1]]);
    Ok(result(
        &operands,
        y,
        [output[0], output[1] + zeros[0], output[2] + zeros[1]],
    ))
}

fn both<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let sizes = pair(e, a, 0, Directions::Two, [1, 1])?;
    Ok(Value::Array(Rc::from(
        sizes.map(|size| Value::Integer(size as i64)),
    )))
}

fn per_group<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (channels, groups) = (a.size(e, 0, 1)?, a.size(e, 1, 1)?);
    if !channels.is_multiple_of(groups) {
        let them = if channels == 1 {
            "channel does"
        } else {
            "channels do"
        };
        let text = format!(
            "`{}`: {channels} {them} not divide into {groups} equal groups",
            asker(e, a)
        );
        return Err(Fault::new(text));
    }
    Ok(Value::Integer((channels / groups) as i64))
}
