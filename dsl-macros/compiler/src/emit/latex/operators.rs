//! Values as a whole: which operators have a notation for them, and what it is.

use super::elements::{batch_sum, summed};
use super::legend::Legend;
use super::math::{Math, call, name, size};
use super::windows::{along, pooling};
use super::{Writer, formulas};
use crate::emit::text::{Product, is_implied, is_stack, says_nothing};
use crate::graph::Val;
use crate::ops::Op;
use crate::ops::formula::Precedence;
use crate::ops::leaf::{Distribution, Noise};

impl Writer<'_> {
    /// True if a value can be written as a whole, by its operator.
    pub(super) fn has_whole(&self, val: Val) -> bool {
        let node = self.graph.node(val);
        let scalar = self.graph.node(val).types[0].shape.rank() == 0;
        let args_do = || (0..node.args.len()).all(|place| self.is_whole(val, place));
        match &node.op {
            Op::Broadcast(_) | Op::Iota(_) => false,
            Op::Sum(sum) => scalar || sum.axes == [0] && is_stack(self.graph, node.args[0]),
            Op::Max(_) | Op::Cumsum(_) | Op::OneHot(_) | Op::Gather(_) | Op::ScatterAdd(_) => scalar,
            Op::Contract(_) => match self.product(val) {
                Some(Product::Indexed(_)) | None => scalar,
                Some(_) => args_do(),
            },
            Op::Transpose(transpose) => transpose.order.len() < 3 && args_do(),
            Op::Elementwise(_)
            | Op::Power(_)
            | Op::Number(_)
            | Op::BatchSum(_)
            | Op::Slice(_)
            | Op::Mark(_)
            | Op::Opaque(_)
            | Op::Again(_)
            | Op::StopGradient(_)
            | Op::CustomGradient(_) => args_do(),
            _ => true,
        }
    }

    /// True if the argument can be read as a whole at its place.
    fn is_whole(&self, user: Val, place: usize) -> bool {
        let node = self.graph.node(user);
        let arg = self.source(node.args[place]);
        if self.names.contains_key(&arg) {
            return true;
        }
        let Op::Broadcast(broadcast) = &self.graph.node(arg).op else {
            return self.has_whole(arg);
        };
        // Another argument of the whole shape shows which that is.
        let shows = |&other: &Val| {
            let other = self.source(other);
            self.names.contains_key(&other) || !matches!(self.graph.node(other).op, Op::Broadcast(_))
        };
        let inner = self.graph.node(arg).args[0];
        node.op.rules().is_elementwise()
            && node.args.iter().any(shows)
            && is_implied(broadcast, &self.shape(inner))
            && self.is_whole(arg, 0)
    }

    /// The value that is read in place of `val`.
    pub(super) fn source(&self, mut val: Val) -> Val {
        while self.silent.contains(&val) && !self.names.contains_key(&val) {
            val = self.graph.node(val).args[0];
        }
        val
    }

    /// The form of a contraction.
    fn product(&self, val: Val) -> Option<Product> {
        let node = self.graph.node(val);
        let Op::Contract(contract) = &node.op else {
            return None;
        };
        let shapes = [0, 1].map(|place| self.shape(node.args[place]));
        let bare = node.args.iter().any(|arg| self.silent.contains(arg));
        Some(Product::of(contract, [&shapes[0], &shapes[1]], bare))
    }

    /// True if all who read a value do so by its elements, or can.
    pub(super) fn is_read_by_elements(&self, val: Val) -> bool {
        let Some(users) = self.users.get(&val) else {
            return false;
        };
        users
            .iter()
            .all(|&(user, place)| match &self.graph.node(user).op {
                Op::Broadcast(_) => self.is_read_by_elements(user),
                Op::Reshape(_) => self.silent.contains(&user) && self.is_read_by_elements(user),
                Op::Contract(_) => matches!(self.product(user), Some(Product::Indexed(_))),
                Op::Transpose(transpose) => transpose.order.len() > 2,
                Op::Sum(sum) => !(sum.axes == [0] && is_stack(self.graph, val)),
                Op::Max(_) | Op::Cumsum(_) | Op::OneHot(_) | Op::Gather(_) | Op::ScatterAdd(_) => true,
                Op::BatchSum(_) => true,
                Op::Scan(scan) => scan.carries(place) && self.is_implied_constant(val),
                op => op.rules().is_elementwise(),
            })
    }

    /// True for a number in every element, which a type beside it says all about.
    fn is_implied_constant(&self, val: Val) -> bool {
        let node = self.graph.node(val);
        matches!(node.op, Op::Broadcast(_))
            && matches!(
                self.graph.node(node.args[0]).op,
                Op::Constant(_) | Op::BatchSize(_)
            )
    }

    /// A value as it is read as a whole.
    pub(super) fn read(&self, val: Val) -> Math {
        let source = self.source(val);
        match self.names.get(&source) {
            Some(name) => name.clone(),
            None => self.whole(source),
        }
    }

    /// A value as a whole, by its operator.
    pub(super) fn whole(&self, val: Val) -> Math {
        let node = self.graph.node(val);
        let args = || node.args.iter().map(|&arg| self.read(arg)).collect::<Vec<Math>>();
        let explained = |legend: Legend, math: Math| {
            self.explain(legend);
            math
        };
        match &node.op {
            Op::Constant(constant) => Math::number(constant.0.0),
            Op::BatchSize(_) => Math::new("B", Precedence::Atom, 1),
            // Its axes are implied.
            Op::Broadcast(_) => self.read(node.args[0]),
            Op::Mark(_) | Op::Opaque(_) | Op::Again(_) | Op::StopGradient(_) | Op::CustomGradient(_) => {
                self.read(node.args[0])
            }
            Op::Sum(_) if self.shape(val).rank() > 0 => {
                let letter = self.counter().to_string();
                let size = self.shape(node.args[0]).0[0];
                summed(&[(letter.clone(), size)], &self.read(node.args[0]).at(&[letter]))
            }
            Op::Contract(_) => self.contraction(val, &node.args),
            Op::BatchSum(_) => batch_sum(&self.read(node.args[0])),
            Op::Slice(slice) => {
                let sizes = self.shape(node.args[0]).0;
                let is_all = |axis: usize| slice.sizes[axis] == sizes[axis];
                let last = (0..sizes.len()).rfind(|&axis| !is_all(axis)).unwrap_or(0);
                let range = |axis: usize| match (is_all(axis), slice.starts[axis]) {
                    (true, _) => ":".to_string(),
                    (false, start) => format!(r"{start} \ldots {}", (start + slice.sizes[axis]).max(1) - 1),
                };
                let ranges: Vec<String> = (0..=last.min(sizes.len().max(1) - 1)).map(range).collect();
                let of = self.read(node.args[0]);
                Math::new(of.at(&ranges).text, Precedence::Atom, of.size)
            }
            Op::Transpose(transpose) => match transpose.order.as_slice() {
                [1, 0] => self.read(node.args[0]).transposed(),
                _ => self.read(node.args[0]),
            },
            Op::Reshape(_) if says_nothing(self.graph, val) => self.read(node.args[0]),
            Op::Reshape(_) => explained(Legend::Reshape, call(r"\operatorname{reshape}", &args())),
            Op::Softmax(_) => explained(Legend::Softmax, call(r"\operatorname{softmax}", &args())),
            Op::LogSoftmax(_) => explained(Legend::Softmax, call(r"\log \operatorname{softmax}", &args())),
            Op::Concat(concat) => {
                let function = format!(r"\operatorname{{concat}}_{{{}}}", concat.axis);
                explained(Legend::Concat, call(&function, &args()))
            }
            Op::Pad(pad) => {
                let sides = pad.before.iter().zip(&pad.after);
                let sides = sides.map(|(before, after)| format!("({before}, {after})"));
                let sides = sides.collect::<Vec<String>>().join(", ");
                explained(
                    Legend::Pad,
                    call(&format!(r"\operatorname{{pad}}_{{{sides}}}"), &args()),
                )
            }
            Op::Conv2d(op) => self.convolution(&op.0, r"\ast", [1, 0], &args()),
            Op::Conv2dInputGradient(op) => {
                self.explain(Legend::ConvolutionAdjoints);
                self.convolution(&op.0, r"\ast^{\top}", [1, 0], &args())
            }
            Op::Conv2dWeightGradient(op) => {
                self.explain(Legend::ConvolutionAdjoints);
                self.convolution(&op.0, r"\star", [0, 1], &args())
            }
            Op::MaxPool2d(op) => explained(Legend::MaxPool, call(&pooling("maxpool", "", &op.0), &args())),
            Op::MeanPool2d(op) => explained(Legend::MeanPool, call(&pooling("meanpool", "", &op.0), &args())),
            Op::MeanPool2dGradient(op) => {
                self.explain(Legend::Adjoint);
                explained(
                    Legend::MeanPool,
                    along(&pooling("meanpool", r"^{\top}", &op.0), "", &args()[0]),
                )
            }
            Op::MaxPool2dAt(op) => self.derivative(&op.0, "", &args()),
            Op::MaxPool2dGradient(op) => {
                self.explain(Legend::Adjoint);
                self.derivative(&op.0, r"^{\top}", &args())
            }
            op => match op.rules().formula() {
                Some(formula) => {
                    let ranks = node.args.iter().map(|&arg| self.shown_rank(arg));
                    let (math, legend) =
                        formulas::write(formula, &args(), ranks.filter(|&rank| rank > 0).count() < 2);
                    legend.into_iter().for_each(|legend| self.explain(legend));
                    math
                }
                None if self.shape(val).rank() == 0 && !node.args.is_empty() => self.element(val, &[], 0),
                None => Math::new(name(op.rules().name()), Precedence::Atom, 1),
            },
        }
    }

    /// The number of axes of a value without those that a broadcast adds.
    fn shown_rank(&self, val: Val) -> usize {
        let val = self.source(val);
        let node = self.graph.node(val);
        match &node.op {
            Op::Broadcast(_) if !self.names.contains_key(&val) => self.shown_rank(node.args[0]),
            _ => node.types[0].shape.rank(),
        }
    }

    fn contraction(&self, val: Val, args: &[Val]) -> Math {
        let product = self.product(val);
        let read = |place: usize| self.read(args[place]);
        let sized = |text: String| Math::new(text, Precedence::MatrixProduct, size(&[read(0), read(1)]));
        let outer = |rows: Math, columns: Math| {
            sized(format!(
                r"{} \, {}",
                rows.within(Precedence::Atom),
                columns.transposed().text
            ))
        };
        match product {
            Some(Product::Dot) => {
                let right = read(1).within(Precedence::Atom);
                sized(format!(r"{} \, {right}", read(0).transposed().text))
            }
            Some(Product::Outer { rows }) => outer(read(rows), read(1 - rows)),
            Some(Product::Matrices(factors)) => {
                let stacks = args.iter().any(|&arg| is_stack(self.graph, arg));
                if let Some(rows) = product
                    .as_ref()
                    .and_then(Product::sum_of_outer)
                    .filter(|_| stacks)
                {
                    let letter = self.counter().to_string();
                    let turn = |place: usize| read(place).at(std::slice::from_ref(&letter));
                    let length = self.shape(args[0]).0[0];
                    return summed(&[(letter.clone(), length)], &outer(turn(rows), turn(1 - rows)));
                }
                let factors = factors.map(|factor| match factor.transposed {
                    true => read(factor.place).transposed().text,
                    false => read(factor.place).within(Precedence::Atom),
                });
                sized(factors.join(r" \, "))
            }
            _ => self.element(val, &[], 0),
        }
    }
}

/// What random numbers are drawn from.
pub(super) fn distribution(noise: &Noise) -> &'static str {
    match noise.distribution {
        Distribution::Uniform => r"\mathcal{U}(0, 1) \text{ in each element}",
        Distribution::Normal => r"\mathcal{N}(0, 1) \text{ in each element}",
    }
}
