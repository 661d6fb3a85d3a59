//! Structural operators, each as one expression.

use super::{Writer, aligned, batch, number, sizes, tuple};
use crate::graph::{Batching, Val};
use crate::ops::Op;
use crate::ops::contract::Contract;

impl Writer<'_> {
    /// The expression of `val`, which is `op(args)`; `None` of an operator that has no short one.
    pub(super) fn structural(&self, val: Val, op: &Op, args: &[Val]) -> Option<String> {
        let ty = self.graph.ty(val);
        let batching = ty.batching;
        let x = || self.name(args[0]);
        // Axes count from behind the batch.
        let axis = |axis: usize| axis + usize::from(batching == Batching::PerExample);
        let axes = |of: &[usize]| {
            let first = usize::from(self.batching(args[0]) == Batching::PerExample);
            tuple(of.iter().map(|axis| (axis + first).to_string()))
        };
        Some(match op {
            Op::Input(input) => format!("inputs[{}]", input.index),
            Op::Parameter(parameter) => format!("parameters[{}]", parameter.index),
            Op::Buffer(buffer) => format!("buffers[{}]", buffer.index),
            Op::Constant(constant) => format!("np.float64({})", number(constant.0.0)),
            Op::BatchSize(_) => "np.float64(examples)".to_string(),
            Op::Iota(iota) => format!("np.arange({}, dtype=float)", iota.size),
            Op::Mark(_) | Op::StopGradient(_) => x().to_string(),
            Op::BatchSum(_) => match self.batching(args[0]) {
                Batching::Shared => format!("examples * {}", x()),
                _ => format!("np.sum({}, axis=0)", x()),
            },
            Op::Contract(contract) => {
                let batchings = [args[0], args[1], val].map(|val| self.batching(val));
                let (left, right) = (x(), self.name(args[1]));
                format!("np.einsum(\"{}\", {left}, {right})", letters(contract, batchings))
            }
            Op::Sum(sum) => format!("np.sum({}, axis={})", x(), axes(&sum.axes)),
            Op::Max(max) => format!("np.max({}, axis={})", x(), axes(&max.axes)),
            Op::Cumsum(cumsum) => {
                let (x, axis) = (x(), axis(cumsum.axis));
                match cumsum.reverse {
                    false => format!("np.cumsum({x}, {axis})"),
                    true => format!("np.flip(np.cumsum(np.flip({x}, {axis}), {axis}), {axis})"),
                }
            }
            Op::Broadcast(broadcast) => {
                // New axes have size 1 before they are repeated along.
                let size = |axis: usize| match broadcast.axes.contains(&axis) {
                    true => broadcast.shape.0[axis],
                    false => 1,
                };
                let own: Vec<usize> = (0..broadcast.shape.rank()).map(size).collect();
                format!(
                    "np.broadcast_to(np.reshape({}, {}), {})",
                    x(),
                    sizes(batching, &own),
                    sizes(batching, &ty.shape.0)
                )
            }
            Op::Reshape(reshape) => format!("np.reshape({}, {})", x(), sizes(batching, &reshape.shape.0)),
            Op::Transpose(transpose) => {
                let first = (batching == Batching::PerExample).then(|| "0".to_string());
                let order = transpose.order.iter().map(|&from| axis(from).to_string());
                format!("np.transpose({}, {})", x(), tuple(first.into_iter().chain(order)))
            }
            Op::Slice(slice) => {
                let whole = batch(batching).map(|_| ":".to_string());
                let ranges = slice.starts.iter().zip(&slice.sizes);
                let ranges = ranges.map(|(start, size)| format!("{start}:{}", start + size));
                let ranges: Vec<String> = whole.chain(ranges).collect();
                match ranges.is_empty() {
                    true => x().to_string(),
                    false => format!("{}[{}]", x(), ranges.join(", ")),
                }
            }
            Op::Pad(pad) => {
                let none = batch(batching).map(|_| "(0, 0)".to_string());
                let widths = pad.before.iter().zip(&pad.after);
                let widths = widths.map(|(before, after)| format!("({before}, {after})"));
                format!("np.pad({}, {})", x(), tuple(none.chain(widths)))
            }
            Op::Concat(concat) => {
                let parts = args.iter().map(|&arg| self.aligned(arg, batching));
                let parts: Vec<String> = parts.collect();
                format!(
                    "np.concatenate([{}], axis={})",
                    parts.join(", "),
                    axis(concat.axis)
                )
            }
            Op::OneHot(one_hot) => {
                let of_class = format!("np.arange({})", one_hot.classes);
                format!("np.where(np.expand_dims({}, -1) == {of_class}, 1.0, 0.0)", x())
            }
            Op::Gather(_) => {
                let index = self.name(args[1]);
                match (self.batching(args[0]), self.batching(args[1])) {
                    (Batching::Shared, _) => format!("{}[{index}]", x()),
                    (_, Batching::Shared) => format!("{}[:, {index}]", x()),
                    _ => of_each(&format!("{}[b][{index}[b]]", x())),
                }
            }
            Op::ScatterAdd(scatter) => {
                let rows = scatter.rows;
                match batching {
                    Batching::Shared => format!("scatter_add({rows}, {}, {})", x(), self.name(args[1])),
                    _ => {
                        let (index, values) =
                            (self.aligned(args[0], batching), self.aligned(args[1], batching));
                        of_each(&format!("scatter_add({rows}, {index}[b], {values}[b])"))
                    }
                }
            }
            Op::Softmax(_) => format!("softmax({})", x()),
            Op::LogSoftmax(_) => format!("log_softmax({})", x()),
            _ => return None,
        })
    }

    /// A value with the batch as its first axis, if `to` asks for one.
    pub(super) fn aligned(&self, val: Val, to: Batching) -> String {
        let ty = self.graph.ty(val);
        aligned(self.name(val), ty.batching, to, &ty.shape)
    }
}

/// The stack of the values of `example` for each example `b`, formed one after the other.
fn of_each(example: &str) -> String {
    format!("np.stack([{example} for b in range(examples)])")
}

/// A contraction as `np.einsum` reads it; the batch is one more letter.
fn letters(contract: &Contract, batchings: [Batching; 3]) -> String {
    let axes = [&contract.left, &contract.right, &contract.result];
    let [left, right, result] = [0, 1, 2].map(|place| {
        let batch = batchings[place].batch_axis().unwrap_or_default();
        format!("{batch}{}", String::from_utf8_lossy(axes[place]))
    });
    format!("{left},{right}->{result}")
}
