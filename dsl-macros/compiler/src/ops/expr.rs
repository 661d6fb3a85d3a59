//! The operators that rules are written in: `dy * (1.0 - y * y)`.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::elementwise::Elementwise;
use super::{Expr, Graph, Op, contract, leaf, movement, reduce};
use crate::arena::{Batching, Number, Shape};

impl Graph {
    pub fn constant(&self, value: f64) -> Expr<'_> {
        self.expr(self.apply(leaf::Constant(Number(value)), &[]))
    }
}

impl<'g> Expr<'g> {
    pub fn shape(self) -> Shape {
        self.ty().shape
    }

    pub fn batching(self) -> Batching {
        self.ty().batching
    }

    /// The literal this is, broadcast or not.
    pub fn as_constant(self) -> Option<f64> {
        match &self.graph.node(self.val).op {
            Op::Constant(leaf::Constant(number)) => Some(number.0),
            Op::Broadcast(_) => self.graph.expr(self.graph.node(self.val).args[0]).as_constant(),
            _ => None,
        }
    }

    pub fn is(self, value: f64) -> bool {
        self.as_constant() == Some(value)
    }

    pub fn unary(self, op: Elementwise) -> Expr<'g> {
        self.graph.expr(self.graph.apply(op, &[self.val]))
    }

    /// An element-wise operator on two values, broadcast to a common shape first.
    pub fn binary(self, op: Elementwise, other: Expr<'g>) -> Expr<'g> {
        let shape = self
            .shape()
            .broadcast(&other.shape())
            .expect("rules combine shapes that broadcast");
        let (a, b) = (self.broadcast_to(&shape), other.broadcast_to(&shape));
        self.graph.expr(self.graph.apply(op, &[a.val, b.val]))
    }

    /// `then` where this mask is not zero, `otherwise` elsewhere.
    pub fn select(self, then: Expr<'g>, otherwise: Expr<'g>) -> Expr<'g> {
        let shape = self
            .shape()
            .broadcast(&then.shape())
            .and_then(|s| s.broadcast(&otherwise.shape()));
        let shape = shape.expect("rules combine shapes that broadcast");
        let args = [self, then, otherwise].map(|x| x.broadcast_to(&shape).val);
        self.graph.expr(self.graph.apply(Elementwise::Select, &args))
    }

    /// NumPy's broadcasting to `shape`: sizes of 1 are repeated, missing leading axes added.
    pub fn broadcast_to(self, shape: &Shape) -> Expr<'g> {
        let own = self.shape();
        if own == *shape {
            return self;
        }
        let lead = shape.rank() - own.rank();
        let kept: Vec<usize> = (0..own.rank())
            .filter(|&axis| own.0[axis] == shape.0[axis + lead])
            .collect();
        let squeezed = self.reshape(kept.iter().map(|&axis| own.0[axis]).collect::<Vec<_>>());
        squeezed.broadcast(shape.clone(), kept.iter().map(|axis| axis + lead).collect())
    }

    /// Own axis `i` becomes axis `axes[i]` of `shape`; the other axes repeat.
    pub fn broadcast(self, shape: Shape, axes: Vec<usize>) -> Expr<'g> {
        if shape == self.shape() {
            return self;
        }
        self.graph
            .expr(self.graph.apply(movement::Broadcast { shape, axes }, &[self.val]))
    }

    pub fn reshape(self, shape: impl Into<Shape>) -> Expr<'g> {
        let shape = shape.into();
        if shape == self.shape() {
            return self;
        }
        self.graph
            .expr(self.graph.apply(movement::Reshape { shape }, &[self.val]))
    }

    pub fn transpose(self, order: Vec<usize>) -> Expr<'g> {
        if order.iter().enumerate().all(|(to, &from)| to == from) {
            return self;
        }
        self.graph
            .expr(self.graph.apply(movement::Transpose { order }, &[self.val]))
    }

    pub fn slice(self, starts: Vec<usize>, sizes: Vec<usize>) -> Expr<'g> {
        if sizes == self.shape().0 {
            return self;
        }
        self.graph
            .expr(self.graph.apply(movement::Slice { starts, sizes }, &[self.val]))
    }

    /// Zeros around: `before[i]` and `after[i]` of them along axis `i`.
    pub fn pad(self, before: Vec<usize>, after: Vec<usize>) -> Expr<'g> {
        if before.iter().chain(&after).all(|&size| size == 0) {
            return self;
        }
        self.graph
            .expr(self.graph.apply(movement::Pad { before, after }, &[self.val]))
    }

    pub fn sum(self, axes: Vec<usize>) -> Expr<'g> {
        if axes.is_empty() {
            return self;
        }
        self.graph
            .expr(self.graph.apply(reduce::Sum { axes }, &[self.val]))
    }

    pub fn sum_all(self) -> Expr<'g> {
        self.sum((0..self.shape().rank()).collect())
    }

    /// A generalised matrix product, by Einstein's summation: `"ij,kj->ik"`.
    pub fn contract(self, spec: &str, other: Expr<'g>) -> Expr<'g> {
        self.graph.expr(
            self.graph
                .apply(contract::Contract::parse(spec), &[self.val, other.val]),
        )
    }

    /// A value of the same type and numbers through which no derivative passes.
    pub fn stop_gradient(self) -> Expr<'g> {
        self.graph.expr(self.graph.apply(leaf::StopGradient, &[self.val]))
    }

    /// This value, with the derivatives of another.
    pub fn custom_gradient(self, of: Expr<'g>) -> Expr<'g> {
        self.graph
            .expr(self.graph.apply(leaf::CustomGradient, &[self.val, of.val]))
    }
}

impl From<Vec<usize>> for Shape {
    fn from(sizes: Vec<usize>) -> Shape {
        Shape(sizes)
    }
}

impl<'g> Add for Expr<'g> {
    type Output = Expr<'g>;
    fn add(self, other: Expr<'g>) -> Expr<'g> {
        match () {
            _ if self.is(0.0) && other.covers(self) => other,
            _ if other.is(0.0) && self.covers(other) => self,
            _ => self.binary(Elementwise::Add, other),
        }
    }
}

impl<'g> Sub for Expr<'g> {
    type Output = Expr<'g>;
    fn sub(self, other: Expr<'g>) -> Expr<'g> {
        if other.is(0.0) && self.covers(other) {
            self
        } else {
            self.binary(Elementwise::Sub, other)
        }
    }
}

impl<'g> Mul for Expr<'g> {
    type Output = Expr<'g>;
    fn mul(self, other: Expr<'g>) -> Expr<'g> {
        match () {
            _ if self.is(1.0) && other.covers(self) => other,
            _ if other.is(1.0) && self.covers(other) => self,
            _ if self.is(-1.0) && other.covers(self) => -other,
            _ if other.is(-1.0) && self.covers(other) => -self,
            _ => self.binary(Elementwise::Mul, other),
        }
    }
}

impl<'g> Div for Expr<'g> {
    type Output = Expr<'g>;
    fn div(self, other: Expr<'g>) -> Expr<'g> {
        if other.is(1.0) && self.covers(other) {
            self
        } else {
            self.binary(Elementwise::Div, other)
        }
    }
}

impl<'g> Neg for Expr<'g> {
    type Output = Expr<'g>;
    fn neg(self) -> Expr<'g> {
        match self.as_constant() {
            Some(value) => self.graph.constant(-value).broadcast_to(&self.shape()),
            None => self.unary(Elementwise::Neg),
        }
    }
}

impl<'g> Expr<'g> {
    /// True if an element-wise result with `other` has this value's own shape.
    fn covers(self, other: Expr<'g>) -> bool {
        self.shape().broadcast(&other.shape()).as_ref() == Some(&self.shape())
    }
}

macro_rules! with_number {
    ($($trait:ident $method:ident),*) => { $(
        impl<'g> $trait<f64> for Expr<'g> {
            type Output = Expr<'g>;
            fn $method(self, other: f64) -> Expr<'g> {
                $trait::$method(self, self.graph.constant(other))
            }
        }
        impl<'g> $trait<Expr<'g>> for f64 {
            type Output = Expr<'g>;
            fn $method(self, other: Expr<'g>) -> Expr<'g> {
                $trait::$method(other.graph.constant(self), other)
            }
        }
    )* };
}
with_number!(Add add, Sub sub, Mul mul, Div div);
