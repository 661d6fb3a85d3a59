//! Sums and maxima over axes of one example.

use super::elementwise::Elementwise;
use super::{Expr, Linearity, Lowered, Operator, need_real, real};
use crate::arena::{Array, Mismatch, Shape, Type};
use crate::math;

/// The shape without `axes`, which are ascending.
fn without(shape: &Shape, axes: &[usize]) -> Shape {
    Shape(
        (0..shape.rank())
            .filter(|axis| !axes.contains(axis))
            .map(|axis| shape.0[axis])
            .collect(),
    )
}

fn check(name: &str, args: &[Type], axes: &[usize]) -> Result<Vec<Type>, Mismatch> {
    need_real(name, args)?;
    let own = &args[0].shape;
    if !axes.windows(2).all(|pair| pair[0] < pair[1]) || axes.last().is_some_and(|&axis| axis >= own.rank()) {
        return Err(Mismatch::new(format!("{axes:?} are not axes of {own}")));
    }
    real(args, without(own, axes))
}

fn fold(x: &Array, axes: &[usize], start: f64, by: impl Fn(f64, f64) -> f64) -> Array {
    let shape = without(&x.shape, axes);
    let mut result = Array {
        data: vec![start; shape.count()],
        shape,
    };
    for at in x.shape.positions() {
        let kept: Vec<usize> = (0..at.len())
            .filter(|axis| !axes.contains(axis))
            .map(|axis| at[axis])
            .collect();
        let place = result.place(&kept);
        result.data[place] = by(result.data[place], x.at(&at));
    }
    result
}

/// `dy` repeated along the folded axes.
fn spread<'g>(value: Expr<'g>, like: &Shape, axes: &[usize]) -> Expr<'g> {
    value.broadcast(
        like.clone(),
        (0..like.rank()).filter(|axis| !axes.contains(axis)).collect(),
    )
}

/// Σ over axes. The adjoint repeats.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sum {
    pub axes: Vec<usize>,
}

impl Operator for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn attributes(&self) -> String {
        format!("axes = {:?}", self.axes)
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        check(self.name(), args, &self.axes)
    }

    fn linearity(&self) -> Linearity {
        Linearity::Jointly
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        vec![Some(spread(dy, &x[0].shape(), &self.axes))]
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        let axes = self.axes.iter().map(|axis| axis + 1).collect();
        super::on_stacks(Sum { axes }, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        fold(args[0], &self.axes, 0.0, |a, b| a + b)
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(self.clone().into())
    }
}

/// The largest element over axes; where several are equal they share the derivative evenly.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Max {
    pub axes: Vec<usize>,
}

impl Max {
    /// The mask of the k elements equal to the largest, and k itself for each element of the result.
    fn winners<'g>(&self, x: Expr<'g>, y: Expr<'g>) -> (Expr<'g>, Expr<'g>) {
        let largest = x.binary(Elementwise::Equal, spread(y, &x.shape(), &self.axes));
        (largest, largest.sum(self.axes.clone()))
    }
}

impl Operator for Max {
    fn name(&self) -> &'static str {
        "max_over"
    }

    fn attributes(&self) -> String {
        format!("axes = {:?}", self.axes)
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        let types = check(self.name(), args, &self.axes)?;
        match self.axes.iter().any(|&axis| args[0].shape.0[axis] == 0) {
            true => Err(Mismatch::new(format!(
                "nothing has no largest element: {}",
                args[0].shape
            ))),
            false => Ok(types),
        }
    }

    fn linearity(&self) -> Linearity {
        Linearity::None
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], y: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        // Chosen rather than multiplied: where nothing passes the slope behind may be infinite.
        let (largest, count) = self.winners(x[0], y);
        let share = spread(dy / count, &x[0].shape(), &self.axes);
        vec![Some(largest.select(share, dy.graph.constant(0.0)))]
    }

    fn jvp<'g>(&self, x: &[Expr<'g>], y: Expr<'g>, dx: &[Option<Expr<'g>>]) -> Option<Expr<'g>> {
        let (largest, count) = self.winners(x[0], y);
        let moved = largest.select(dx[0]?, y.graph.constant(0.0));
        Some(moved.sum(self.axes.clone()) / count)
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        let axes = self.axes.iter().map(|axis| axis + 1).collect();
        super::on_stacks(Max { axes }, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        fold(args[0], &self.axes, f64::NEG_INFINITY, math::max)
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(self.clone().into())
    }
}

impl<'g> Expr<'g> {
    /// The largest element over `axes`.
    pub fn max_over(self, axes: Vec<usize>) -> Expr<'g> {
        self.graph.expr(self.graph.apply(Max { axes }, &[self.val]))
    }
}

#[cfg(test)]
impl super::sample::Sampled for Sum {
    fn samples() -> Vec<super::sample::Sample> {
        use super::sample::{Sample, any, index};
        [vec![0], vec![1], vec![2], vec![0, 2], vec![0, 1, 2]]
            .map(|axes| {
                Sample::new(Sum { axes }, [any([2, 3, 2])])
                    .refuses([any([])], "[]")
                    .refuses([index(3, [2, 3, 2])], "[B, 2, 3, 2] < 3")
            })
            .into()
    }
}

#[cfg(test)]
impl super::sample::Sampled for Max {
    fn samples() -> Vec<super::sample::Sample> {
        use super::sample::{Sample, any, apart};
        [vec![0], vec![1], vec![0, 2], vec![0, 1, 2]]
            .map(|axes| {
                Sample::new(Max { axes }, [apart([2, 3, 2])])
                    .refuses([any([])], "[]")
                    .refuses([any([0, 0, 0])], "[0, 0, 0]")
            })
            .into()
    }
}
