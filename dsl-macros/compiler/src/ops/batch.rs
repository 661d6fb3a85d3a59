//! The one crossing from per-example to shared values.

use super::elementwise::Elementwise;
use super::gather::OneHot;
use super::leaf::BatchSize;
use super::{Expr, Graph, Linearity, Lowered, Op, Operator, need_real};
use crate::arena::{Array, Batching, Element, Mismatch, Type, Val};

/// Σ over the examples of the batch. Its adjoint uses the shared value in every example. Its argument is per example:
/// `Expr::batch_sum` makes `n · x` of a shared one, which this would be as well if a rewrite made its argument shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BatchSum;

impl Operator for BatchSum {
    fn name(&self) -> &'static str {
        "batch_sum"
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        need_real(self.name(), args)?;
        Ok(vec![Type::real(Batching::Shared, args[0].shape.clone())])
    }

    fn linearity(&self) -> Linearity {
        Linearity::None
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        vec![Some(match x[0].batching() {
            Batching::PerExample => dy,
            Batching::Shared => dy.batch_sum(),
        })]
    }

    fn jvp<'g>(&self, _: &[Expr<'g>], _: Expr<'g>, dx: &[Option<Expr<'g>>]) -> Option<Expr<'g>> {
        Some(dx[0]?.batch_sum())
    }

    fn vmap<'g>(&self, _: usize, args: &[Expr<'g>], _: &[bool]) -> Option<Expr<'g>> {
        Some(args[0].batch_sum())
    }

    fn evaluate(&self, _: &[&Array]) -> Array {
        unreachable!("the interpreter sums over the batch itself")
    }

    fn passes_sums(&self) -> bool {
        true
    }

    fn sums_batch(&self) -> bool {
        true
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(Lowered::BatchSum)
    }
}

impl<'g> Expr<'g> {
    /// Σ over the examples of the batch: a shared value.
    pub fn batch_sum(self) -> Expr<'g> {
        match self.batching() {
            Batching::PerExample => self.graph.expr(self.graph.apply(BatchSum, &[self.val])),
            Batching::Shared => self.graph.batch_size() * self,
        }
    }

    /// A shared value as one of each example: selected by a mask that depends on the example, as `like` does, but is always 0.
    pub fn for_each(self, like: Expr<'g>) -> Expr<'g> {
        let like = match like.ty().element {
            Element::Real => like,
            Element::Index { limit } => self
                .graph
                .expr(self.graph.apply(OneHot { classes: limit }, &[like.val])),
        };
        let shape = like.shape().0;
        let first = like.slice(vec![0; shape.len()], vec![1; shape.len()]);
        let number = first.reshape(Vec::new());
        let never = number.binary(Elementwise::Greater, number);
        never.select(number, self)
    }
}

impl Graph {
    /// `op(args)`, of arguments that may have become shared: their sum over the batch is `n · x`.
    pub fn reapply(&self, op: &Op, args: &[Val]) -> Val {
        match op {
            Op::BatchSum(_) => self.expr(args[0]).batch_sum().val,
            op => self.apply(op.clone(), args),
        }
    }

    /// The number of examples, `n`.
    pub fn batch_size(&self) -> Expr<'_> {
        self.expr(self.apply(BatchSize, &[]))
    }
}

#[cfg(test)]
impl super::sample::Sampled for BatchSum {
    fn samples() -> Vec<super::sample::Sample> {
        use super::sample::{Sample, any, index};
        let node = || Sample::new(BatchSum, [any([2, 3])]).refuses([index(4, [2])], "[B, 2] < 4");
        let mut handle = node();
        handle.build = Box::new(|_, args| vec![args[0].batch_sum()]);
        vec![node(), handle]
    }
}
