//! Loop-invariant code motion for the layout of a matrix: a right factor that is the same in every iteration
//! of a loop over time, but whose rows are not contiguous (`x · W`, where `W` is stored for `x · Wᵀ`), is
//! copied into row-major order once, before the loop.
//!
//! In: a GEMM in the body of a loop. Out: the GEMM on the copy, and the copy as a step before the outermost
//! loop.
//!
//! ```text
//! for t: s ← s·W          →      c ← W (row-major);  for t: s ← s·c
//! ```
//!
//! Invariant: the factor is shared and no loop writes it: a parameter, buffer or input, or a value older than
//! the outermost loop. Cost: one look-up in the list of copies for each product.

use super::Builder;
use crate::lowered::{Element, Layout, Shape, Val};
use crate::plan::*;
use crate::view::View;

/// A matrix in the memory that it has before the loop, and the copy of it that the loop reads.
pub(super) struct Hoisted {
    from: Operand,
    to: Operand,
}

impl Builder<'_> {
    /// The same product; its right factor is replaced by a row-major copy if that saves every iteration the
    /// packing.
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
        if self.loop_layout.is_none() || !same_every_turn || !is_matrix || row != 1 || column == 1 {
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

    /// Emits the copy as a step before the loop of `val`, or hands it further out if that loop stands in
    /// another.
    pub(super) fn lay_out(&mut self, val: Val, copy: Hoisted) {
        if self.loop_layout.is_some() {
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
            layout: Layout::Shared,
            shape,
            operands: vec![from],
            statements,
        };
        self.push(val, 0, StepKind::Loop(nest));
    }
}
