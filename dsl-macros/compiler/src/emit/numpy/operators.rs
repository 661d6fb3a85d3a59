//! Structural operators, each as one expression.

use super::{Writer, aligned, batch, number, sizes, tuple};
use crate::graph::{Batching, Val};
use crate::ops::Op;
use crate::ops::contract::Contract;

impl Writer<'_> {
    /// The expression of `val`, which is `op(args)`; `None` of an operator that has no short one.
    pub(super) fn structural(&self, val: Val, op: &Op, args: &[Val]) -> Option<String> {
        let call = Call {
            writer: self,
            val,
            args,
            batching: self.batching(val),
        };
        if args.is_empty() {
            return call.leaf(op);
        }
        call.passed_on(op)
            .or_else(|| call.reduction(op))
            .or_else(|| call.movement(op))
            .or_else(|| call.rows(op))
    }

    /// A value with the batch as its first axis, if `to` asks for one.
    pub(super) fn aligned(&self, val: Val, to: Batching) -> String {
        let ty = self.graph.ty(val);
        aligned(self.name(val), ty.batching, to, &ty.shape)
    }
}

/// An operator on its arguments.
struct Call<'c, 'g> {
    writer: &'c Writer<'g>,
    val: Val,
    args: &'c [Val],
    batching: Batching,
}

impl Call<'_, '_> {
    /// The first argument.
    fn x(&self) -> &str {
        self.writer.name(self.args[0])
    }

    /// An axis of the result. Axes count from behind the batch.
    fn axis(&self, axis: usize) -> usize {
        axis + usize::from(self.batching == Batching::PerExample)
    }

    /// Axes of the first argument.
    fn axes(&self, of: &[usize]) -> String {
        let first = usize::from(self.writer.batching(self.args[0]) == Batching::PerExample);
        tuple(of.iter().map(|axis| (axis + first).to_string()))
    }

    /// Operators that pass their first argument on.
    fn passed_on(&self, op: &Op) -> Option<String> {
        matches!(
            op,
            Op::Mark(_) | Op::Opaque(_) | Op::Again(_) | Op::StopGradient(_) | Op::CustomGradient(_)
        )
        .then(|| self.x().to_string())
    }

    /// Operators without an argument.
    fn leaf(&self, op: &Op) -> Option<String> {
        Some(match op {
            Op::Input(input) => format!("inputs[{}]", input.index),
            Op::Parameter(parameter) => format!("parameters[{}]", parameter.index),
            Op::Direction(direction) => format!("directions[{}]", direction.index),
            Op::Buffer(buffer) => format!("buffers[{}]", buffer.index),
            Op::Constant(constant) => format!("np.float64({})", number(constant.0.0)),
            Op::BatchSize(_) => "np.float64(examples)".to_string(),
            Op::Iota(iota) => format!("np.arange({}, dtype=float)", iota.size),
            _ => return None,
        })
    }

    /// Products and sums.
    fn reduction(&self, op: &Op) -> Option<String> {
        let x = self.x();
        Some(match op {
            Op::BatchSum(_) => match self.writer.batching(self.args[0]) {
                Batching::Shared => format!("examples * {x}"),
                _ => format!("np.sum({x}, axis=0)"),
            },
            Op::Contract(contract) => {
                let batchings = [self.args[0], self.args[1], self.val].map(|val| self.writer.batching(val));
                let right = self.writer.name(self.args[1]);
                format!("np.einsum(\"{}\", {x}, {right})", letters(contract, batchings))
            }
            Op::Sum(sum) => format!("np.sum({x}, axis={})", self.axes(&sum.axes)),
            Op::Max(max) => format!("np.max({x}, axis={})", self.axes(&max.axes)),
            Op::Cumsum(cumsum) => {
                let axis = self.axis(cumsum.axis);
                match cumsum.reverse {
                    false => format!("np.cumsum({x}, {axis})"),
                    true => format!("np.flip(np.cumsum(np.flip({x}, {axis}), {axis}), {axis})"),
                }
            }
            Op::Softmax(_) => format!("softmax({x})"),
            Op::LogSoftmax(_) => format!("log_softmax({x})"),
            _ => return None,
        })
    }

    /// Operators that only arrange elements anew.
    fn movement(&self, op: &Op) -> Option<String> {
        let (x, batching) = (self.x(), self.batching);
        Some(match op {
            Op::Broadcast(broadcast) => {
                // New axes have size 1 before they are repeated along.
                let size = |axis: usize| match broadcast.axes.contains(&axis) {
                    true => broadcast.shape.0[axis],
                    false => 1,
                };
                let own: Vec<usize> = (0..broadcast.shape.rank()).map(size).collect();
                format!(
                    "np.broadcast_to(np.reshape({x}, {}), {})",
                    sizes(batching, &own),
                    sizes(batching, &broadcast.shape.0)
                )
            }
            Op::Reshape(reshape) => format!("np.reshape({x}, {})", sizes(batching, &reshape.shape.0)),
            Op::Transpose(transpose) => {
                let first = (batching == Batching::PerExample).then(|| "0".to_string());
                let order = transpose.order.iter().map(|&from| self.axis(from).to_string());
                format!("np.transpose({x}, {})", tuple(first.into_iter().chain(order)))
            }
            Op::Slice(slice) => {
                let whole = batch(batching).map(|_| ":".to_string());
                let ranges = slice.starts.iter().zip(&slice.sizes);
                let ranges = ranges.map(|(start, size)| format!("{start}:{}", start + size));
                let ranges: Vec<String> = whole.chain(ranges).collect();
                match ranges.is_empty() {
                    true => x.to_string(),
                    false => format!("{x}[{}]", ranges.join(", ")),
                }
            }
            Op::Pad(pad) => {
                let none = batch(batching).map(|_| "(0, 0)".to_string());
                let widths = pad.before.iter().zip(&pad.after);
                let widths = widths.map(|(before, after)| format!("({before}, {after})"));
                format!("np.pad({x}, {})", tuple(none.chain(widths)))
            }
            Op::Concat(concat) => {
                let parts = self.args.iter().map(|&arg| self.writer.aligned(arg, batching));
                let (parts, axis) = (parts.collect::<Vec<String>>().join(", "), self.axis(concat.axis));
                format!("np.concatenate([{parts}], axis={axis})")
            }
            _ => return None,
        })
    }

    /// Operators that pick rows by their indices.
    fn rows(&self, op: &Op) -> Option<String> {
        let x = self.x();
        Some(match op {
            Op::OneHot(one_hot) => {
                let of_class = format!("np.arange({})", one_hot.classes);
                format!("np.where(np.expand_dims({x}, -1) == {of_class}, 1.0, 0.0)")
            }
            Op::Gather(_) => {
                let index = self.writer.name(self.args[1]);
                match [self.args[0], self.args[1]].map(|arg| self.writer.batching(arg)) {
                    [Batching::Shared, _] => format!("{x}[{index}]"),
                    [_, Batching::Shared] => format!("{x}[:, {index}]"),
                    _ => of_each(&format!("{x}[b][{index}[b]]")),
                }
            }
            Op::ScatterAdd(scatter) => {
                let rows = scatter.rows;
                match self.batching {
                    Batching::Shared => {
                        let values = self.writer.name(self.args[1]);
                        format!("scatter_add({rows}, {x}, {values})")
                    }
                    to => {
                        let [index, values] = [0, 1].map(|place| self.writer.aligned(self.args[place], to));
                        of_each(&format!("scatter_add({rows}, {index}[b], {values}[b])"))
                    }
                }
            }
            _ => return None,
        })
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
