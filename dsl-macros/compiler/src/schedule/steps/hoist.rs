//! Right factors of products in a loop over time that stay the same from turn to turn: one whose rows do not lie in one
//! piece (`x · W`, where the memory of `W` is ordered for `x · Wᵀ`) is laid out anew once, before the loop.

use super::super::plan::*;
use super::super::view::View;
use super::Builder;
use crate::graph::{Batching, Element, Shape, Val};

/// A matrix as the steps before the loop have it, and the copy of it that the loop reads.
pub(super) struct Hoisted {
    from: Operand,
    to: Operand,
}

impl Builder<'_> {
    /// The same product, its right factor a copy that lies row after row, where that saves every turn the trouble.
    pub(super) fn with_factor_in_rows(&mut self, gemm: Gemm) -> Gemm {
        let [row, column] = gemm.b_strides;
        let is_older = match gemm.b.source {
            Source::Value(value) => value < self.before_loops,
            Source::Gradient(_) => false,
            _ => true,
        };
        let same_every_turn = is_older
            && gemm.b.per_example.is_none()
            && gemm.b.loop_strides.is_empty()
            && gemm.loops.is_empty();
        let is_matrix = gemm.n.is_literal() && gemm.k.is_literal() && gemm.n.times > 1 && gemm.k.times > 1;
        if self.loop_kind.is_none() || !same_every_turn || !is_matrix || row != 1 || column == 1 {
            return gemm;
        }
        let shape = Shape::from([gemm.k.times, gemm.n.times]);
        let from = Operand {
            view: View {
                shape: shape.clone(),
                strides: vec![row, column],
                offset: gemm.b.view.offset,
            },
            ..gemm.b.clone()
        };
        let to = match self.hoisted.iter().find(|known| known.from == from) {
            Some(known) => known.to.clone(),
            None => {
                let value = self.named_value("transposed", Extent::Shared(shape.count()));
                let to = Operand {
                    source: Source::Value(value),
                    view: View::whole(&shape),
                    per_example: None,
                    element: Element::Real,
                    loop_strides: Vec::new(),
                };
                let copy = Hoisted { from, to: to.clone() };
                self.hoisted.push(copy);
                to
            }
        };
        Gemm {
            b: to,
            b_strides: [gemm.n.times, 1],
            ..gemm
        }
    }

    /// The copy itself, a step before the loop of `val`; further out if that stands in a loop too.
    pub(super) fn lay_out(&mut self, val: Val, copy: Hoisted) {
        if self.loop_kind.is_some() {
            self.hoisted.push(copy);
            return;
        }
        let Hoisted { from, to } = copy;
        let name = match to.source {
            Source::Value(value) => self.result.values[value].name.clone(),
            _ => unreachable!("copies are values"),
        };
        let shape = to.view.shape.clone();
        let statements = vec![Statement {
            name,
            value: Scalar::Load(0),
            store: Some(to),
        }];
        let nest = Loop {
            batching: Batching::Shared,
            shape,
            operands: vec![from],
            statements,
        };
        self.push(val, 0, StepKind::Loop(nest));
    }
}
