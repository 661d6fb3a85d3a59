//! Joining values along an axis.

use super::{Expr, Linearity, Lowered, Operator, need_real, real};
use crate::arena::{Array, Mismatch, Shape, Type};

/// The arguments one after the other along `axis`. The adjoint cuts them apart again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Concat {
    pub axis: usize,
}

impl Concat {
    /// The position at which each argument begins along the axis.
    fn starts<'a>(&self, shapes: impl Iterator<Item = &'a Shape>) -> Vec<usize> {
        let sizes = shapes.map(|shape| shape.0[self.axis]);
        sizes
            .scan(0, |next, size| Some(std::mem::replace(next, *next + size)))
            .collect()
    }

    /// The position in the result at which each argument begins.
    pub fn corners(&self, shapes: &[Shape]) -> Vec<Vec<usize>> {
        let corner = |(start, shape): (usize, &Shape)| {
            let mut corner = vec![0; shape.rank()];
            corner[self.axis] = start;
            corner
        };
        self.starts(shapes.iter())
            .into_iter()
            .zip(shapes)
            .map(corner)
            .collect()
    }
}

impl Operator for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }

    fn attributes(&self) -> String {
        format!("axis = {}", self.axis)
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        need_real(self.name(), args)?;
        let first = args
            .first()
            .ok_or_else(|| Mismatch::new("`concat` needs at least one value"))?;
        if self.axis >= first.shape.rank() {
            return Err(Mismatch::new(format!(
                "{} has no axis {}",
                first.shape, self.axis
            )));
        }
        let mut sum = 0;
        for arg in args {
            let mut like_first = arg.shape.clone();
            if like_first.rank() == first.shape.rank() {
                sum += like_first.0[self.axis];
                like_first.0[self.axis] = first.shape.0[self.axis];
            }
            if like_first != first.shape {
                return Err(Mismatch::new(format!(
                    "`concat` along axis {} needs equal sizes along the others: {} and {}",
                    self.axis, first.shape, arg.shape
                )));
            }
        }
        let mut shape = first.shape.clone();
        shape.0[self.axis] = sum;
        real(args, shape)
    }

    fn linearity(&self) -> Linearity {
        Linearity::Jointly
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        let shapes: Vec<Shape> = x.iter().map(|arg| arg.shape()).collect();
        let corners = self.corners(&shapes).into_iter().zip(&shapes);
        corners
            .map(|(corner, shape)| Some(dy.slice(corner, shape.0.clone())))
            .collect()
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        let vmapped = Concat { axis: self.axis + 1 };
        super::on_stacks(vmapped, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        let starts = self.starts(args.iter().map(|arg| &arg.shape));
        let mut shape = args[0].shape.clone();
        shape.0[self.axis] = args.iter().map(|arg| arg.shape.0[self.axis]).sum();
        Array::from_fn(&shape, |at| {
            let part = starts
                .iter()
                .rposition(|&start| start <= at[self.axis])
                .expect("the first part starts at 0");
            let mut from = at.to_vec();
            from[self.axis] -= starts[part];
            args[part].at(&from)
        })
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some((*self).into())
    }
}

impl<'g> Expr<'g> {
    /// Values one after the other along `axis`.
    pub fn concat(parts: &[Expr<'g>], axis: usize) -> Expr<'g> {
        let vals: Vec<_> = parts.iter().map(|part| part.val).collect();
        parts[0].graph.expr(parts[0].graph.apply(Concat { axis }, &vals))
    }
}

#[cfg(test)]
impl super::sample::Sampled for Concat {
    fn samples() -> Vec<super::sample::Sample> {
        use super::sample::{Sample, any, index};
        vec![
            Sample::new(Concat { axis: 0 }, [any([2, 3]), any([1, 3])])
                .refuses([any([2, 3]), any([2, 4])], "[2, 3] and [2, 4]")
                .refuses([any([2, 3]), any([3])], "[2, 3] and [3]")
                .refuses([index(2, [2]), any([2])], "[B, 2] < 2"),
            Sample::new(Concat { axis: 1 }, [any([2, 1]), any([2, 2]), any([2, 3])])
                .refuses([any([2])], "[2] has no axis 1")
                .refuses([any([2, 3]), any([1, 3])], "[2, 3] and [1, 3]"),
            Sample::new(Concat { axis: 0 }, [any([2])]).refuses([], "at least one"),
        ]
    }
}
