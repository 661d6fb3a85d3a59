//! Convolutions of images and sequences, and upsampling.

use super::{Production, anywhere, making};
use crate::random::maker::{ELEMENTS, Maker};
use crate::random::value::{Range, Value};

pub const TABLE: &[Production] = &[
    anywhere(convolve),
    anywhere(convolve_transpose),
    making(conv),
    making(conv),
    making(filters),
    making(conv1d),
    making(depthwise_conv),
    making(conv_transpose),
    anywhere(upsample),
    anywhere(shuffle),
];

/// A window along one axis.
#[derive(Clone, Copy)]
pub struct Window {
    pub kernel: usize,
    pub stride: usize,
    pub pad: [usize; 2],
    pub dilation: usize,
}

impl Window {
    /// A window that fits `size` elements; `pad` is smaller than the kernel.
    pub fn new(m: &mut Maker, size: usize) -> Window {
        let kernel: usize = m.chance.of(&[1, 1, 2, 3]);
        let dilation = if kernel > 1 && m.chance.one_in(4) { 2 } else { 1 };
        let extent = (kernel - 1) * dilation + 1;
        let pad = match extent.saturating_sub(size) {
            0 if m.chance.one_in(2) => [0, 0],
            missing => [missing + m.chance.below(kernel), m.chance.below(kernel)],
        };
        Window {
            kernel,
            stride: m.chance.of(&[1, 1, 2, 3]),
            pad,
            dilation,
        }
    }

    pub fn output(self, size: usize) -> usize {
        let extent = (self.kernel - 1) * self.dilation + 1;
        (size + self.pad[0] + self.pad[1] - extent) / self.stride + 1
    }

    /// The size of the image whose convolution has `size` positions; `None` if padding cuts it off.
    fn input(self, size: usize, more: usize) -> Option<usize> {
        let extent = (self.kernel - 1) * self.dilation + 1;
        ((size - 1) * self.stride + extent + more)
            .checked_sub(self.pad[0] + self.pad[1])
            .filter(|&size| size > 0)
    }
}

/// A window in both directions, usually different ones.
fn windows(m: &mut Maker, size: [usize; 2]) -> [Window; 2] {
    size.map(|size| Window::new(m, size))
}

/// `stride = [1, 2], …`, as one number if both directions are equal.
fn options([down, across]: [Window; 2]) -> String {
    let both = |a: usize, b: usize| {
        if a == b {
            a.to_string()
        } else {
            format!("[{a}, {b}]")
        }
    };
    let pad = match (down.pad, across.pad) {
        ([0, 0], [0, 0]) => "0".to_string(),
        (a, b) if a[0] == a[1] && b[0] == b[1] => both(a[0], b[0]),
        (a, b) => format!("[{a:?}, {b:?}]"),
    };
    let (stride, dilation) = (
        both(down.stride, across.stride),
        both(down.dilation, across.dilation),
    );
    format!("stride = {stride}, pad = {pad}, dilation = {dilation}")
}

fn groups(m: &mut Maker, channels: usize) -> usize {
    if m.chance.one_in(3) { channels } else { 1 }
}

fn small(shape: &[usize]) -> Option<()> {
    (shape.iter().product::<usize>() <= ELEMENTS).then_some(())
}

fn sum_of(from: &[&Value], terms: usize) -> Range {
    Range::around(from.iter().map(|value| value.range.size()).product::<f64>() * terms as f64)
}

fn convolve(m: &mut Maker) -> Option<()> {
    let x = m.of_rank(3);
    let [channels, height, width] = *x.shape else {
        return None;
    };
    let w = windows(m, [height, width]);
    let groups = groups(m, channels);
    let out = groups * m.chance.between(1, 2);
    let shape = vec![out, w[0].output(height), w[1].output(width)];
    small(&shape)?;
    let inner = channels / groups;
    let weight = m.shaped(&[out, inner, w[0].kernel, w[1].kernel]);
    let text = format!(
        "{}.convolve({}, {}, groups = {groups})",
        x.text,
        weight.text,
        options(w)
    );
    let range = sum_of(&[&x, &weight], inner * w[0].kernel * w[1].kernel);
    m.keep(Value::of(text, shape, range, &[&x, &weight]));
    Some(())
}

fn convolve_transpose(m: &mut Maker) -> Option<()> {
    let x = m.of_rank(3);
    let [channels, height, width] = *x.shape else {
        return None;
    };
    let w = windows(m, [height, width]);
    let more = w.map(|w| w.stride - 1);
    let groups = groups(m, channels);
    let outer = m.chance.between(1, 2);
    let shape = vec![
        outer * groups,
        w[0].input(height, more[0])?,
        w[1].input(width, more[1])?,
    ];
    small(&shape)?;
    let weight = m.shaped(&[channels, outer, w[0].kernel, w[1].kernel]);
    let text = format!(
        "{}.convolve_transpose({}, {}, output_pad = {more:?}, groups = {groups})",
        x.text,
        weight.text,
        options(w)
    );
    let range = sum_of(&[&x, &weight], channels / groups * w[0].kernel * w[1].kernel);
    m.keep(Value::of(text, shape, range, &[&x, &weight]));
    Some(())
}

fn layer(m: &mut Maker, x: &Value, text: String, shape: Vec<usize>, terms: usize) -> Option<()> {
    small(&shape)?;
    m.trained = true;
    let range = Range::around(0.5 * x.range.size() * terms as f64 + 0.5);
    let value = Value::of(text, shape, range, &[x]);
    m.keep(Value {
        trained: true,
        ..value
    });
    Some(())
}

fn conv(m: &mut Maker) -> Option<()> {
    let x = m.of_rank(3);
    let [channels, height, width] = *x.shape else {
        return None;
    };
    let bias = m.chance.of(&["", ", bias = false"]);
    let out = m.chance.between(1, 3);
    if m.chance.one_in(4) {
        let shape = vec![out, height.div_ceil(2), width.div_ceil(2)];
        let text = format!("{}.conv({out}, 3, stride = 2, pad = \"same\"{bias})", x.text);
        return layer(m, &x, text, shape, 9 * channels);
    }
    let w = windows(m, [height, width]);
    let groups = groups(m, channels);
    let out = out * groups;
    let shape = vec![out, w[0].output(height), w[1].output(width)];
    let kernel = format!("[{}, {}]", w[0].kernel, w[1].kernel);
    let end = m.chance.of(&["", ".relu()", ".tanh()"]);
    let text = format!(
        "{}.conv({out}, {kernel}, {}, groups = {groups}{bias}){end}",
        x.text,
        options(w)
    );
    layer(m, &x, text, shape, channels / groups * w[0].kernel * w[1].kernel)
}

/// Filters over channels enough for results to lay them last, and to compute those of 3×3 by tiles, and of single pixels enough for
/// blocks to multiply them as matrices; the mean of the channels is kept.
fn filters(m: &mut Maker) -> Option<()> {
    let x = m.of_rank(3);
    let [_, height, width] = *x.shape else {
        return None;
    };
    let first = m
        .chance
        .of(&["3, pad = 2", "[5, 3], pad = [3, 2]", "3, pad = 3, dilation = 2"]);
    let same = m.chance.of(&[
        "",
        ".conv(24, 1).conv(25, 1)",
        ".depthwise_conv(3, pad = 1)",
        ".max_pool(3, stride = 1, pad = 1)",
        ".mean_pool([1, 3], stride = 1, pad = [0, 1])",
    ]);
    let (out, bias) = (m.chance.of(&[8, 9, 17]), m.chance.of(&["", ", bias = false"]));
    let (stride, end) = (m.chance.of(&[1, 1, 2]), m.chance.of(&["", ".relu()"]));
    let text = format!(
        "{}.conv(8, {first}){same}.conv({out}, 3, stride = {stride}, pad = 1{bias}){end}.mean(axis = 0).tanh()",
        x.text
    );
    let shape = [height, width].map(|size| (size + 1) / stride + 1);
    layer(m, &x, text, shape.to_vec(), 2)
}

fn conv1d(m: &mut Maker) -> Option<()> {
    let x = m.of_rank(2);
    let [channels, time] = *x.shape else { return None };
    let w = Window::new(m, time);
    let groups = groups(m, channels);
    let out = groups * m.chance.between(1, 2);
    let options = format!(
        "stride = {}, pad = {:?}, dilation = {}",
        w.stride, w.pad, w.dilation
    );
    let text = format!(
        "{}.conv1d({out}, {}, {options}, groups = {groups})",
        x.text, w.kernel
    );
    layer(
        m,
        &x,
        text,
        vec![out, w.output(time)],
        channels / groups * w.kernel,
    )
}

fn depthwise_conv(m: &mut Maker) -> Option<()> {
    let x = m.of_rank(3);
    let [channels, height, width] = *x.shape else {
        return None;
    };
    let w = windows(m, [height, width]);
    let multiplier = m.chance.between(1, 2);
    let shape = vec![channels * multiplier, w[0].output(height), w[1].output(width)];
    let kernel = format!("[{}, {}]", w[0].kernel, w[1].kernel);
    let text = format!(
        "{}.depthwise_conv({kernel}, {}, multiplier = {multiplier})",
        x.text,
        options(w)
    );
    layer(m, &x, text, shape, w[0].kernel * w[1].kernel)
}

fn conv_transpose(m: &mut Maker) -> Option<()> {
    let x = m.of_rank(3);
    let [channels, height, width] = *x.shape else {
        return None;
    };
    let w = windows(m, [height, width]);
    let groups = groups(m, channels);
    let out = groups * m.chance.between(1, 2);
    let shape = vec![out, w[0].input(height, 0)?, w[1].input(width, 0)?];
    let kernel = format!("[{}, {}]", w[0].kernel, w[1].kernel);
    let text = format!(
        "{}.conv_transpose({out}, {kernel}, {}, groups = {groups})",
        x.text,
        options(w)
    );
    layer(m, &x, text, shape, channels / groups * w[0].kernel * w[1].kernel)
}

fn upsample(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(2);
    let (word, [down, across]) = (
        m.chance.of(&["upsample_nearest", "upsample_bilinear"]),
        m.chance.of(&[[2, 2], [1, 2], [3, 1]]),
    );
    let factor = if down == across {
        down.to_string()
    } else {
        format!("[{down}, {across}]")
    };
    let mut shape = x.shape.clone();
    let rank = shape.len();
    shape[rank - 2] *= down;
    shape[rank - 1] *= across;
    small(&shape)?;
    m.keep(x.as_text(format!("{}.{word}({factor})", x.text), shape));
    Some(())
}

fn shuffle(m: &mut Maker) -> Option<()> {
    let [a, b, c] = [
        m.chance.between(1, 2),
        m.chance.between(1, 2),
        m.chance.between(1, 2),
    ];
    let apart = [4 * a, b, c];
    let whole = [a, 2 * b, 2 * c];
    let (word, from, to) = match m.chance.one_in(2) {
        true => ("pixel_shuffle", apart, whole),
        false => ("pixel_unshuffle", whole, apart),
    };
    let x = m.shaped(&from);
    m.keep(x.as_text(format!("{}.{word}(2)", x.text), to.to_vec()));
    Some(())
}
