//! Operators in the brief form: what the type of a line says is left out.

use super::{Printer, Product, Written, is_implied, is_stack};
use crate::graph::{Shape, Val};
use crate::ops::Op;
use crate::ops::conv::Geometry;
use crate::ops::formula::Precedence;
use crate::ops::movement::Slice;

impl Printer<'_> {
    /// The operator of `val`; its arguments are read as its place asks for.
    pub(super) fn brief_operation(&self, val: Val) -> Written {
        let node = self.graph.node(val);
        let arg = |place: usize| self.argument(val, place);
        let call = |attributes: String| {
            let args = (0..node.args.len()).map(|place| arg(place).text);
            let attributes = Some(attributes).filter(|attributes| !attributes.is_empty());
            let args: Vec<String> = args.chain(attributes).collect();
            Written::atom(format!("{}({})", node.op.rules().name(), args.join(", ")))
        };
        match &node.op {
            Op::Contract(contract) => {
                let product = self.product(val, contract);
                match product
                    .sum_of_outer()
                    .filter(|_| node.args.iter().any(|&arg| is_stack(self.graph, arg)))
                {
                    Some(rows) => {
                        let outer = Product::Outer { rows };
                        self.sum_over(outer.write(&[self.turn(&arg(0)), self.turn(&arg(1))]))
                    }
                    None => product.write(&[arg(0), arg(1)]),
                }
            }
            Op::Sum(sum) if sum.axes == [0] && is_stack(self.graph, node.args[0]) => {
                self.sum_over(self.turn(&arg(0)))
            }
            Op::Slice(slice) => {
                let ranges = ranges(slice, &self.graph.ty(node.args[0]).shape);
                Written::atom(format!("{}[{ranges}]", arg(0).within(Precedence::Atom)))
            }
            Op::Sum(sum) if sum.axes.len() == self.graph.ty(node.args[0]).shape.rank() => call(String::new()),
            // These have a line of their own, with the type.
            Op::Reshape(_) | Op::OneHot(_) | Op::ScatterAdd(_) => call(String::new()),
            Op::Conv2d(conv) => call(without_kernel(&conv.0)),
            Op::Conv2dInputGradient(conv) => call(without_kernel(&conv.0)),
            op => {
                let args: Vec<Written> = (0..node.args.len()).map(arg).collect();
                Written::operation(op.rules(), &args)
            }
        }
    }

    /// One turn of a stack.
    fn turn(&self, stack: &Written) -> Written {
        Written::atom(format!("{}[{}]", stack.within(Precedence::Atom), self.counter()))
    }

    /// The sum of a value over the turns.
    fn sum_over(&self, turn: Written) -> Written {
        Written {
            text: format!("sum over {} of {}", self.counter(), turn.text),
            precedence: Precedence::Choice,
        }
    }

    /// An argument as it is read at its place: a broadcast, where one says so.
    fn argument(&self, user: Val, place: usize) -> Written {
        let node = self.graph.node(user);
        let arg = node.args[place];
        // Another argument of the whole shape shows which that is.
        let shows = |&other: &Val| !matches!(self.graph.node(self.read(other)).op, Op::Broadcast(_));
        let next_to_one = node.op.rules().is_elementwise() && node.args.iter().any(shows);
        self.broadcast(arg, next_to_one)
    }

    /// A value that may be a broadcast, with its axes unless they are implied.
    pub(super) fn broadcast(&self, val: Val, shape_is_known: bool) -> Written {
        let read = self.read(val);
        let node = self.graph.node(read);
        match &node.op {
            Op::Broadcast(broadcast) if shape_is_known => {
                let inner = self.graph.ty(node.args[0]).shape;
                match is_implied(broadcast, &inner) {
                    true => self.broadcast(node.args[0], false),
                    false => self.reference(read),
                }
            }
            _ => self.reference(val),
        }
    }

    /// The value that is read in place of `val`.
    pub(super) fn read(&self, mut val: Val) -> Val {
        while self.silent.contains(&val) {
            val = self.graph.node(val).args[0];
        }
        val
    }
}

/// `0..6`, of an axis that is taken as a whole `..`; axes at the end that are taken so are left out.
fn ranges(slice: &Slice, of: &Shape) -> String {
    let whole = |axis: usize| slice.starts[axis] == 0 && slice.sizes[axis] == of.0[axis];
    let last = (0..of.rank()).rfind(|&axis| !whole(axis)).unwrap_or(0);
    let range = |axis: usize| match (whole(axis), slice.starts[axis]) {
        (true, _) => "..".to_string(),
        (false, start) => format!("{start}..{}", start + slice.sizes[axis]),
    };
    (0..=last).map(range).collect::<Vec<String>>().join(", ")
}

/// The attributes of a convolution; its kernel is as large as the weight beside it.
fn without_kernel(geometry: &Geometry) -> String {
    let all = geometry.to_string();
    let kernel = format!("kernel = {:?}", geometry.kernel);
    let others = all.strip_prefix(&kernel).unwrap_or(&all);
    others.trim_start_matches(", ").to_string()
}
