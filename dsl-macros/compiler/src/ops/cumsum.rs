//! The running sum along an axis: an operator of its own because a product with a triangle of ones takes as many steps for
//! each element as the axis is long.

use super::{Expr, Kernel, KernelFunction, Linearity, Lowered, Operator, Sizes, need_real, real};
use crate::arena::{Array, Mismatch, Type};

/// `yᵢ = Σⱼ xⱼ` over all `j ≤ i` along the axis, or over all `j ≥ i` if it is `reverse`: either is the other one's adjoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cumsum {
    pub axis: usize,
    pub reverse: bool,
}

impl Operator for Cumsum {
    fn name(&self) -> &'static str {
        "cumsum"
    }

    fn attributes(&self) -> String {
        let direction = if self.reverse { ", reverse" } else { "" };
        format!("axis = {}{direction}", self.axis)
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        need_real(self.name(), args)?;
        let own = &args[0].shape;
        if self.axis >= own.rank() {
            return Err(Mismatch::new(format!("{own} has no axis {}", self.axis)));
        }
        real(args, own.clone())
    }

    fn linearity(&self) -> Linearity {
        Linearity::Jointly
    }

    fn vjp<'g>(&self, _: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        vec![Some(dy.cumsum(Cumsum {
            reverse: !self.reverse,
            ..*self
        }))]
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        let vmapped = Cumsum {
            axis: self.axis + 1,
            ..*self
        };
        super::on_stacks(vmapped, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        Array::from_fn(&args[0].shape, |at| {
            let terms = match self.reverse {
                false => 0..at[self.axis] + 1,
                true => at[self.axis]..args[0].shape.0[self.axis],
            };
            let mut from = at.to_vec();
            let term = |place| {
                from[self.axis] = place;
                args[0].at(&from)
            };
            terms.map(term).sum()
        })
    }

    fn is_heavy(&self) -> bool {
        true
    }

    fn lower(&self, args: &[Type]) -> Option<Lowered> {
        let shape = &args[0].shape;
        let (outer, rest) = shape.0.split_at(self.axis);
        let (count, sizes) = (
            outer.iter().product(),
            Sizes::Along {
                length: rest[0],
                inner: rest[1..].iter().product(),
                reverse: self.reverse,
            },
        );
        let kernel = Kernel {
            flops: shape.count(),
            ..Kernel::new(KernelFunction::Cumsum, count, sizes, 1)
        };
        Some(Lowered::kernel(kernel, *self))
    }
}

impl<'g> Expr<'g> {
    /// The running sum.
    pub fn cumsum(self, along: Cumsum) -> Expr<'g> {
        self.graph.expr(self.graph.apply(along, &[self.val]))
    }
}

#[cfg(test)]
impl super::sample::Sampled for Cumsum {
    fn samples() -> Vec<super::sample::Sample> {
        use super::sample::{Sample, any, index};
        let cumsum = |shape: &[usize], axis, reverse| {
            Sample::new(Cumsum { axis, reverse }, [any(shape)])
                .refuses([any([])], "[] has no axis")
                .refuses([index(4, shape)], "< 4")
        };
        vec![
            cumsum(&[4], 0, false),
            cumsum(&[2, 3], 0, true),
            cumsum(&[2, 3], 1, false),
            cumsum(&[2, 3, 2], 1, true),
        ]
    }
}
