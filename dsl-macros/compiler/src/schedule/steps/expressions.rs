//! The expressions that a loop computes for each element: trees of element-wise operators over its operands.

use super::super::fusion::is_scalar;
use super::Builder;
use crate::lowered::{Leaf, Lowered, Movement, ScalarOp, Shape, Val};
use crate::plan::*;
use crate::view::View;

impl Builder<'_> {
    /// The expression of an element-wise node; `map` transforms the view of each operand.
    pub(super) fn expression(
        &mut self,
        val: Val,
        map: &dyn Fn(&View) -> View,
        operands: &mut Vec<Operand>,
    ) -> Scalar {
        let node = self.graph.node(val);
        match &node.op {
            Lowered::OneHot(one_hot) => {
                // Both sides are broadcast to the result's shape: the index repeats along the classes, the
                // class is the position along the last axis.
                let shape = self.graph.ty(val).shape;
                let last = shape.rank() - 1;
                let mut index = self.strided(node.args[0]);
                index.view = map(&index.view.broadcast(&shape, &(0..last).collect::<Vec<usize>>()));
                let class = View::whole(&Shape::from([one_hot.classes])).broadcast(&shape, &[last]);
                Scalar::OneHot {
                    operand: place(operands, index),
                    class: map(&class),
                }
            }
            Lowered::Iota(_) => Scalar::Place(map(&View::whole(&self.graph.ty(val).shape))),
            Lowered::Scalar(op) => self.applied(op, &node.args, map, operands),
            _ => unreachable!("only an expression of one element is computed in a loop"),
        }
    }

    fn applied(
        &mut self,
        op: &ScalarOp,
        args: &[Val],
        map: &dyn Fn(&View) -> View,
        operands: &mut Vec<Operand>,
    ) -> Scalar {
        let args = args.iter().map(|&arg| self.reading(arg, map, operands));
        Scalar::Apply {
            args: args.collect(),
            op: op.clone(),
        }
    }

    /// A value as a loop reads it: a constant, an operand, or an expression computed in place.
    pub(super) fn reading(
        &mut self,
        val: Val,
        map: &dyn Fn(&View) -> View,
        operands: &mut Vec<Operand>,
    ) -> Scalar {
        let node = self.graph.node(val);
        if let Lowered::Leaf(Leaf::BatchSize) = &node.op {
            return Scalar::BatchSize;
        }
        if let Some(constant) = self.graph.as_constant(val) {
            return Scalar::Constant(constant);
        }
        if let Some(mut operand) = self.window(val) {
            operand.view = map(&operand.view);
            return Scalar::Load(place(operands, operand));
        }
        match &node.op {
            Lowered::Movement(movement) => {
                let arg = node.args[0];
                // A reshape that strides cannot describe within an inlined expression needs its argument in
                // memory.
                if matches!(movement, Movement::Reshape(_)) {
                    self.dense(arg);
                    if self.window(val).is_none() {
                        self.store(arg);
                    }
                    let mut operand = self.window(val).expect("its argument is dense");
                    operand.view = map(&operand.view);
                    return Scalar::Load(place(operands, operand));
                }
                let through = move |inner: &View| map(&movement.view(inner).expect("only regroupings fail"));
                self.reading(arg, &through, operands)
            }
            _ if is_scalar(self.graph, val) => self.expression(val, map, operands),
            _ => unreachable!("everything else was computed before its readers"),
        }
    }
}

/// The index of an operand in a loop's list; a new operand is appended.
fn place(operands: &mut Vec<Operand>, operand: Operand) -> usize {
    match operands.iter().position(|known| *known == operand) {
        Some(place) => place,
        None => {
            operands.push(operand);
            operands.len() - 1
        }
    }
}
