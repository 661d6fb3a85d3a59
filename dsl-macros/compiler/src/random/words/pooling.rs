//! Pooling over windows.

use super::images::Window;
use super::{Production, anywhere};
use crate::random::maker::Maker;
use crate::random::value::{Range, Value};

pub const TABLE: &[Production] = &[
    anywhere(plane),
    anywhere(line),
    anywhere(adaptive),
    anywhere(whole),
];

/// A window without gaps, and the resulting size.
fn window(m: &mut Maker, size: usize) -> (Window, usize) {
    let window = Window {
        dilation: 1,
        ..Window::new(m, size)
    };
    // Every window holds an element.
    let pad = window.pad.map(|pad| pad.min(window.kernel - 1));
    let window = Window { pad, ..window };
    let kernel = window.kernel.min(size + pad[0] + pad[1]);
    let window = Window {
        kernel,
        pad: pad.map(|pad| pad.min(kernel - 1)),
        ..window
    };
    (window, window.output(size))
}

fn pooled(m: &mut Maker, x: &Value, text: String, shape: Vec<usize>) -> Option<()> {
    let range = x.range.with(Range::new(0.0, 0.0));
    m.keep(Value {
        range,
        ..x.as_text(text, shape)
    });
    Some(())
}

fn plane(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(2);
    let mut shape = x.shape.clone();
    let rank = shape.len();
    let [(down, height), (across, width)] = [shape[rank - 2], shape[rank - 1]].map(|size| window(m, size));
    (shape[rank - 2], shape[rank - 1]) = (height, width);
    let word = m.chance.of(&["max_pool", "mean_pool"]);
    let count = match word {
        "mean_pool" => m.chance.of(&["", ", count_pad = false"]),
        _ => "",
    };
    let text = format!(
        "{}.{word}([{}, {}], stride = [{}, {}], pad = [{:?}, {:?}]{count})",
        x.text, down.kernel, across.kernel, down.stride, across.stride, down.pad, across.pad
    );
    let simple = [down, across]
        .iter()
        .all(|w| w.pad == [0, 0] && w.stride == w.kernel);
    let text = match simple {
        true if down.kernel == across.kernel => format!("{}.{word}({})", x.text, down.kernel),
        true => format!("{}.{word}([{}, {}])", x.text, down.kernel, across.kernel),
        false => text,
    };
    pooled(m, &x, text, shape)
}

fn line(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let mut shape = x.shape.clone();
    let (window, size) = window(m, x.last());
    *shape.last_mut()? = size;
    let word = m.chance.of(&["max_pool1d", "mean_pool1d"]);
    let count = match word {
        "mean_pool1d" => m.chance.of(&["", ", count_pad = false"]),
        _ => "",
    };
    let Window {
        kernel, stride, pad, ..
    } = window;
    let text = format!(
        "{}.{word}({kernel}, stride = {stride}, pad = {pad:?}{count})",
        x.text
    );
    pooled(m, &x, text, shape)
}

fn adaptive(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(2);
    let mut shape = x.shape.clone();
    let rank = shape.len();
    let [height, width] = [rank - 2, rank - 1].map(|axis| m.chance.between(1, shape[axis]));
    (shape[rank - 2], shape[rank - 1]) = (height, width);
    let word = m.chance.of(&["adaptive_max_pool", "adaptive_mean_pool"]);
    let size = if height == width {
        height.to_string()
    } else {
        format!("[{height}, {width}]")
    };
    pooled(m, &x, format!("{}.{word}({size})", x.text), shape)
}

/// Pooling of whole planes.
fn whole(m: &mut Maker) -> Option<()> {
    if m.chance.one_in(3) {
        let x = m.with_axes(2);
        let shape = x.shape[..x.rank() - 2].to_vec();
        return pooled(m, &x, format!("{}.mean_pool()", x.text), shape);
    }
    let x = m.of_rank(3);
    let word = m.chance.of(&["global_mean_pool", "global_max_pool"]);
    pooled(m, &x, format!("{}.{word}()", x.text), vec![x.shape[0]])
}
