//! Softmax and its logarithm over the last axis: operators of their own because the stable form (the maximum is
//! subtracted first) is one kernel, and because their derivatives are short.

use super::{Expr, Kernel, KernelFunction, Linearity, Lowered, Operator, Sizes, need_real, real};
use crate::arena::{Array, Mismatch, Type};

fn check(name: &str, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
    need_real(name, args)?;
    match args[0].shape.0.last() {
        None => Err(Mismatch::new(format!("`{name}` needs an axis, this is a scalar"))),
        Some(0) => Err(Mismatch::new(format!("`{name}` of nothing: {}", args[0].shape))),
        Some(_) => real(args, args[0].shape.clone()),
    }
}

/// Σ over the last axis, repeated along it.
fn row_sum<'g>(x: Expr<'g>) -> Expr<'g> {
    let shape = x.shape();
    let last = shape.rank() - 1;
    x.sum(vec![last]).broadcast(shape, (0..last).collect())
}

fn rows(x: &Array, row: impl Fn(&[f64]) -> Vec<f64>) -> Array {
    let width = *x.shape.0.last().expect("checked by infer");
    Array {
        shape: x.shape.clone(),
        data: x.data.chunks_exact(width).flat_map(row).collect(),
    }
}

/// A row without what softmax takes out of it, so that its exponentials neither overflow nor all vanish: its maximum.
/// Infinite elements are beyond all others and equal to each other. Nothing where all are −∞.
fn centred(row: &[f64]) -> Option<Vec<f64>> {
    let largest = row.iter().copied().fold(f64::NEG_INFINITY, crate::math::max);
    match largest {
        f64::NEG_INFINITY => None,
        f64::INFINITY => Some(
            row.iter()
                .map(|&x| if x == largest { 0.0 } else { f64::NEG_INFINITY })
                .collect(),
        ),
        _ => Some(row.iter().map(|x| x - largest).collect()),
    }
}

fn kernel(function: KernelFunction, args: &[Type]) -> Kernel {
    let width = *args[0].shape.0.last().expect("checked by infer");
    let rows = args[0].shape.count() / width.max(1);
    Kernel {
        flops: 8 * args[0].shape.count(),
        ..Kernel::new(function, rows, Sizes::Width(width), 1)
    }
}

/// `eˣ / Σ eˣ` over the last axis; a row of −∞ (fully masked) gives zeros, infinite elements share the whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Softmax;

impl Operator for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        check(self.name(), args)
    }

    fn linearity(&self) -> Linearity {
        Linearity::None
    }

    fn vjp<'g>(&self, _: &[Expr<'g>], y: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        vec![Some(y * (dy - row_sum(dy * y)))]
    }

    fn jvp<'g>(&self, _: &[Expr<'g>], y: Expr<'g>, dx: &[Option<Expr<'g>>]) -> Option<Expr<'g>> {
        let dx = dx[0]?;
        Some(y * (dx - row_sum(dx * y)))
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        super::on_stacks(Softmax, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        rows(args[0], |row| {
            let Some(row) = centred(row) else {
                return vec![0.0; row.len()];
            };
            let sum: f64 = row.iter().map(|x| x.exp()).sum();
            row.iter().map(|x| x.exp() / sum).collect()
        })
    }

    fn is_heavy(&self) -> bool {
        true
    }

    fn lower(&self, args: &[Type]) -> Option<Lowered> {
        let kernel = kernel(KernelFunction::Softmax, args);
        Some(Lowered::kernel(kernel, self.clone()))
    }
}

/// `x − log Σ eˣ` over the last axis; −∞ throughout a row of −∞.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LogSoftmax;

impl Operator for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        check(self.name(), args)
    }

    fn linearity(&self) -> Linearity {
        Linearity::None
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        vec![Some(dy - x[0].softmax() * row_sum(dy))]
    }

    fn jvp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dx: &[Option<Expr<'g>>]) -> Option<Expr<'g>> {
        let dx = dx[0]?;
        Some(dx - row_sum(x[0].softmax() * dx))
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        super::on_stacks(LogSoftmax, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        rows(args[0], |row| {
            let Some(row) = centred(row) else {
                return row.to_vec();
            };
            let sum: f64 = row.iter().map(|x| x.exp()).sum();
            row.iter().map(|x| x - sum.ln()).collect()
        })
    }

    fn is_heavy(&self) -> bool {
        true
    }

    fn lower(&self, args: &[Type]) -> Option<Lowered> {
        let kernel = kernel(KernelFunction::LogSoftmax, args);
        Some(Lowered::kernel(kernel, self.clone()))
    }
}

impl<'g> Expr<'g> {
    /// Softmax over the last axis.
    pub fn softmax(self) -> Expr<'g> {
        self.graph.expr(self.graph.apply(Softmax, &[self.val]))
    }

    /// Logarithm of the softmax over the last axis.
    pub fn log_softmax(self) -> Expr<'g> {
        self.graph.expr(self.graph.apply(LogSoftmax, &[self.val]))
    }
}

#[cfg(test)]
fn samples(op: &super::Op) -> Vec<super::sample::Sample> {
    use super::sample::{Sample, any, index};
    let one = |shape: &[usize]| {
        Sample::new(op.clone(), [any(shape)])
            .refuses([any([])], "scalar")
            .refuses([any([3, 0])], "[3, 0]")
            .refuses([index(4, [2])], "[B, 2] < 4")
    };
    vec![one(&[4]), one(&[2, 3]), one(&[2, 1, 2])]
}

#[cfg(test)]
impl super::sample::Sampled for Softmax {
    fn samples() -> Vec<super::sample::Sample> {
        samples(&Softmax.into())
    }
}

#[cfg(test)]
impl super::sample::Sampled for LogSoftmax {
    fn samples() -> Vec<super::sample::Sample> {
        samples(&LogSoftmax.into())
    }
}
