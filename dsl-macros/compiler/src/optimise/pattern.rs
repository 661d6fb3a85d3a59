//! Pattern matching on expressions: the accessors that rules are written with.

use std::rc::Rc;

use crate::graph::{Expr, Node};
use crate::ops::elementwise::Elementwise;
use crate::ops::movement::Broadcast;
use crate::ops::{Operator, Registered};

/// Accessors that match a value against a pattern.
pub trait Pattern<'g>: Sized {
    fn node(self) -> Rc<Node>;

    /// The `index`-th argument.
    fn arg(self, index: usize) -> Expr<'g>;

    /// The operator, if it is an instance of `T`.
    fn op<T: Registered + Clone>(self) -> Option<T>;

    /// True if the value is a result of the operator `T`.
    fn made_by<T: Registered>(self) -> bool;

    /// True if the value is a result of an operator with this property.
    fn has(self, property: fn(&dyn Operator) -> bool) -> bool;

    /// The first argument, if the value is a result of this element-wise operator.
    fn of(self, op: Elementwise) -> Option<Expr<'g>>;

    /// Both arguments, if the value is a result of this binary element-wise operator.
    fn both(self, op: Elementwise) -> Option<(Expr<'g>, Expr<'g>)>;

    /// Mask, chosen and other value, if this is a `select`.
    fn choice(self) -> Option<(Expr<'g>, Expr<'g>, Expr<'g>)>;

    /// The value that is repeated, and the broadcast, if this is a broadcast.
    fn repeated(self) -> Option<(Expr<'g>, Broadcast)>;

    /// The single number that all elements equal: the value itself if it is a scalar, or the scalar that a
    /// broadcast repeats along all axes.
    fn scalar(self) -> Option<Expr<'g>>;

    /// The axes along which elements may differ: those of a broadcast's argument, all axes of other values.
    fn own_axes(self) -> Vec<usize>;

    /// The value without `axes`, if it repeats along all of them.
    fn without_axes(self, axes: &[usize]) -> Option<Expr<'g>>;

    /// True if the value belongs to a derivative.
    fn of_derivative(self) -> bool;

    /// The same operator on other arguments.
    fn with_args(self, args: &[Expr<'g>]) -> Expr<'g>;
}

impl<'g> Pattern<'g> for Expr<'g> {
    fn node(self) -> Rc<Node> {
        self.graph.node(self.val)
    }

    fn arg(self, index: usize) -> Expr<'g> {
        self.graph.expr(self.node().args[index])
    }

    fn op<T: Registered + Clone>(self) -> Option<T> {
        self.node().op.get::<T>().cloned()
    }

    fn made_by<T: Registered>(self) -> bool {
        self.node().op.is::<T>()
    }

    fn has(self, property: fn(&dyn Operator) -> bool) -> bool {
        property(self.node().op.rules())
    }

    fn of(self, op: Elementwise) -> Option<Expr<'g>> {
        let node = self.node();
        (node.op.get() == Some(&op)).then(|| self.graph.expr(node.args[0]))
    }

    fn both(self, op: Elementwise) -> Option<(Expr<'g>, Expr<'g>)> {
        let node = self.node();
        let arg = |index: usize| self.graph.expr(node.args[index]);
        (node.op.get() == Some(&op)).then(|| (arg(0), arg(1)))
    }

    fn choice(self) -> Option<(Expr<'g>, Expr<'g>, Expr<'g>)> {
        let node = self.node();
        let arg = |index: usize| self.graph.expr(node.args[index]);
        (node.op.get() == Some(&Elementwise::Select)).then(|| (arg(0), arg(1), arg(2)))
    }

    fn repeated(self) -> Option<(Expr<'g>, Broadcast)> {
        let node = self.node();
        let broadcast = node.op.get::<Broadcast>()?.clone();
        Some((self.graph.expr(node.args[0]), broadcast))
    }

    fn scalar(self) -> Option<Expr<'g>> {
        let node = self.node();
        if node.types[0].shape.rank() == 0 {
            return Some(self);
        }
        let repeats_one = node.op.get::<Broadcast>()?.axes.is_empty();
        repeats_one.then(|| self.graph.expr(node.args[0]))
    }

    fn own_axes(self) -> Vec<usize> {
        match self.repeated() {
            Some((_, broadcast)) => broadcast.axes,
            None => (0..self.shape().rank()).collect(),
        }
    }

    fn without_axes(self, axes: &[usize]) -> Option<Expr<'g>> {
        let (source, broadcast) = self.repeated()?;
        if broadcast.axes.iter().any(|axis| axes.contains(axis)) {
            return None;
        }
        let kept: Vec<usize> = (0..broadcast.shape.rank())
            .filter(|axis| !axes.contains(axis))
            .collect();
        let shape: Vec<usize> = kept.iter().map(|&axis| broadcast.shape.0[axis]).collect();
        Some(source.broadcast(shape.into(), places(&broadcast.axes, &kept)))
    }

    fn of_derivative(self) -> bool {
        self.node().origin.backward
    }

    fn with_args(self, args: &[Expr<'g>]) -> Expr<'g> {
        let args: Vec<_> = args.iter().map(|arg| arg.val).collect();
        self.graph.expr(self.graph.apply(self.node().op.clone(), &args))
    }
}

/// The position of each of `axes` within `among`.
pub fn places(axes: &[usize], among: &[usize]) -> Vec<usize> {
    let place = |axis| among.iter().position(|other| other == axis);
    axes.iter().filter_map(place).collect()
}
