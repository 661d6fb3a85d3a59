//! Operators that only move elements: linear, and in generated code mostly another way to read the same memory.

use super::{Expr, Linearity, Lowered, Operator};
use crate::arena::{Array, Mismatch, Shape, Type};
use crate::view::View;

/// A movement keeps kind and element; only the shape changes.
fn moved(args: &[Type], shape: Shape) -> Result<Vec<Type>, Mismatch> {
    Ok(vec![Type {
        shape,
        ..args[0].clone()
    }])
}

fn in_front(first: usize, rest: &[usize]) -> Vec<usize> {
    [&[first], rest].concat()
}

impl<'g> Expr<'g> {
    /// The value once for each of `length` steps, along a new first axis.
    pub fn repeated_over(self, length: usize) -> Expr<'g> {
        let shape = self.shape();
        let axes = (1..=shape.rank()).collect();
        self.broadcast(Shape(in_front(length, &shape.0)), axes)
    }
}

/// Own axis `i` becomes axis `axes[i]` of `shape`, the other axes repeat. The adjoint sums over those.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Broadcast {
    pub shape: Shape,
    pub axes: Vec<usize>,
}

impl Operator for Broadcast {
    fn name(&self) -> &'static str {
        "broadcast"
    }

    fn attributes(&self) -> String {
        format!("{} along {:?}", self.shape, self.axes)
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        let own = &args[0].shape;
        let fits = self.axes.len() == own.rank()
            && self.axes.windows(2).all(|pair| pair[0] < pair[1])
            && self
                .axes
                .iter()
                .zip(&own.0)
                .all(|(&axis, &size)| self.shape.0.get(axis) == Some(&size));
        if !fits {
            return Err(Mismatch::new(format!(
                "{own} does not broadcast to {}",
                self.shape
            )));
        }
        moved(args, self.shape.clone())
    }

    fn linearity(&self) -> Linearity {
        Linearity::Jointly
    }

    fn vjp<'g>(&self, _: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        vec![Some(
            dy.sum(
                (0..self.shape.rank())
                    .filter(|axis| !self.axes.contains(axis))
                    .collect(),
            ),
        )]
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        let axes = std::iter::once(0)
            .chain(self.axes.iter().map(|axis| axis + 1))
            .collect();
        let shape = Shape(in_front(length, &self.shape.0));
        super::on_stacks(Broadcast { shape, axes }, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        Array::from_fn(&self.shape, |at| {
            args[0].at(&self.axes.iter().map(|&axis| at[axis]).collect::<Vec<_>>())
        })
    }

    fn picks_elements(&self) -> bool {
        true
    }

    fn is_view(&self) -> bool {
        true
    }

    fn view(&self, of: &View) -> Option<View> {
        Some(of.broadcast(&self.shape, &self.axes))
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(self.clone().into())
    }
}

/// The same elements in the same row-major order under another shape.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reshape {
    pub shape: Shape,
}

impl Operator for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn attributes(&self) -> String {
        self.shape.to_string()
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        let own = &args[0].shape;
        if own.count() != self.shape.count() {
            return Err(Mismatch::new(format!(
                "`reshape` keeps the number of elements: {own} holds {}, {} would hold {}",
                own.count(),
                self.shape,
                self.shape.count()
            )));
        }
        moved(args, self.shape.clone())
    }

    fn linearity(&self) -> Linearity {
        Linearity::Jointly
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        vec![Some(dy.reshape(x[0].shape()))]
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        let shape = Shape(in_front(length, &self.shape.0));
        super::on_stacks(Reshape { shape }, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        Array {
            shape: self.shape.clone(),
            data: args[0].data.clone(),
        }
    }

    fn picks_elements(&self) -> bool {
        true
    }

    fn is_view(&self) -> bool {
        true
    }

    fn view(&self, of: &View) -> Option<View> {
        of.reshape(&self.shape)
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(self.clone().into())
    }
}

/// Axis `i` of the result is axis `order[i]` of the argument.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transpose {
    pub order: Vec<usize>,
}

impl Operator for Transpose {
    fn name(&self) -> &'static str {
        "transpose"
    }

    fn attributes(&self) -> String {
        format!("{:?}", self.order)
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        let own = &args[0].shape;
        let mut sorted = self.order.clone();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..own.rank()) {
            return Err(Mismatch::new(format!(
                "{:?} is not an order of the axes of {own}",
                self.order
            )));
        }
        moved(args, Shape(self.order.iter().map(|&axis| own.0[axis]).collect()))
    }

    fn linearity(&self) -> Linearity {
        Linearity::Jointly
    }

    fn vjp<'g>(&self, _: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        let mut inverse = vec![0; self.order.len()];
        for (to, &from) in self.order.iter().enumerate() {
            inverse[from] = to;
        }
        vec![Some(dy.transpose(inverse))]
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        let order = std::iter::once(0)
            .chain(self.order.iter().map(|axis| axis + 1))
            .collect();
        super::on_stacks(Transpose { order }, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        let shape = Shape(self.order.iter().map(|&axis| args[0].shape.0[axis]).collect());
        Array::from_fn(&shape, |at| {
            let mut from = vec![0; at.len()];
            for (to, &axis) in self.order.iter().enumerate() {
                from[axis] = at[to];
            }
            args[0].at(&from)
        })
    }

    fn picks_elements(&self) -> bool {
        true
    }

    fn is_view(&self) -> bool {
        true
    }

    fn view(&self, of: &View) -> Option<View> {
        Some(of.transpose(&self.order))
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(self.clone().into())
    }
}

/// The part of `sizes` that begins at `starts`. The adjoint pads with zeros.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slice {
    pub starts: Vec<usize>,
    pub sizes: Vec<usize>,
}

impl Operator for Slice {
    fn name(&self) -> &'static str {
        "slice"
    }

    fn attributes(&self) -> String {
        let ranges = self
            .starts
            .iter()
            .zip(&self.sizes)
            .map(|(start, size)| format!("{start}..{}", start + size));
        format!("[{}]", ranges.collect::<Vec<_>>().join(", "))
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        let own = &args[0].shape;
        let inside = self.starts.len() == own.rank()
            && self.sizes.len() == own.rank()
            && (0..own.rank()).all(|axis| self.starts[axis] + self.sizes[axis] <= own.0[axis]);
        if !inside {
            return Err(Mismatch::new(format!(
                "{} is not inside {own}",
                self.attributes()
            )));
        }
        moved(args, Shape(self.sizes.clone()))
    }

    fn linearity(&self) -> Linearity {
        Linearity::Jointly
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        let own = x[0].shape();
        let after = (0..own.rank())
            .map(|axis| own.0[axis] - self.starts[axis] - self.sizes[axis])
            .collect();
        vec![Some(dy.pad(self.starts.clone(), after))]
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        let (starts, sizes) = (in_front(0, &self.starts), in_front(length, &self.sizes));
        super::on_stacks(Slice { starts, sizes }, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        Array::from_fn(&Shape(self.sizes.clone()), |at| {
            args[0].at(&at
                .iter()
                .zip(&self.starts)
                .map(|(i, start)| i + start)
                .collect::<Vec<_>>())
        })
    }

    fn picks_elements(&self) -> bool {
        true
    }

    fn is_view(&self) -> bool {
        true
    }

    fn view(&self, of: &View) -> Option<View> {
        Some(of.slice(&self.starts, &self.sizes))
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(self.clone().into())
    }
}

/// Zeros around: `before[i]` and `after[i]` along axis `i`. The adjoint cuts them off.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pad {
    pub before: Vec<usize>,
    pub after: Vec<usize>,
}

impl Operator for Pad {
    fn name(&self) -> &'static str {
        "pad"
    }

    fn attributes(&self) -> String {
        format!("before {:?}, after {:?}", self.before, self.after)
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        super::need_real(self.name(), args)?;
        let own = &args[0].shape;
        if self.before.len() != own.rank() || self.after.len() != own.rank() {
            return Err(Mismatch::new(format!(
                "`pad` needs two sizes for each axis of {own}"
            )));
        }
        let sizes = (0..own.rank()).map(|axis| self.before[axis] + own.0[axis] + self.after[axis]);
        moved(args, Shape(sizes.collect()))
    }

    fn linearity(&self) -> Linearity {
        Linearity::Jointly
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        vec![Some(dy.slice(self.before.clone(), x[0].shape().0))]
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        let (before, after) = (in_front(0, &self.before), in_front(0, &self.after));
        super::on_stacks(Pad { before, after }, length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        let own = &args[0].shape;
        let sizes = (0..own.rank()).map(|axis| self.before[axis] + own.0[axis] + self.after[axis]);
        Array::from_fn(&Shape(sizes.collect()), |at| {
            let from = at
                .iter()
                .zip(&self.before)
                .map(|(&i, &before)| i.checked_sub(before));
            match from.collect::<Option<Vec<usize>>>() {
                Some(from) if from.iter().zip(&own.0).all(|(i, size)| i < size) => args[0].at(&from),
                _ => 0.0,
            }
        })
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(self.clone().into())
    }
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::ops::sample::{Sample, Sampled, any, index};

    impl Sampled for Broadcast {
        fn samples() -> Vec<Sample> {
            let broadcast = |own: &[usize], shape: &[usize], axes: &[usize]| {
                let (shape, axes) = (Shape::from(shape), axes.to_vec());
                Sample::new(Broadcast { shape, axes }, [any(own)]).refuses([any([7, 7])], "[7, 7]")
            };
            vec![
                broadcast(&[], &[2, 3], &[]),
                broadcast(&[3], &[2, 3], &[1]),
                broadcast(&[2], &[2, 3], &[0]),
                broadcast(&[2, 3], &[2, 4, 3], &[0, 2]),
            ]
        }
    }

    impl Sampled for Reshape {
        fn samples() -> Vec<Sample> {
            let shapes: [&[usize]; 4] = [&[12], &[3, 4], &[2, 1, 6], &[2, 2, 3]];
            shapes
                .map(|shape| {
                    let shape = Shape::from(shape);
                    Sample::new(Reshape { shape }, [any([2, 6])]).refuses([any([5, 2])], "[5, 2] holds 10")
                })
                .into()
        }
    }

    impl Sampled for Transpose {
        fn samples() -> Vec<Sample> {
            let transpose = |order: &[usize]| {
                let order = order.to_vec();
                Sample::new(Transpose { order }, [any([2, 3, 4])]).refuses([any([2, 3])], "[2, 3]")
            };
            vec![
                transpose(&[1, 0, 2]),
                transpose(&[1, 2, 0]),
                transpose(&[2, 1, 0]),
            ]
        }
    }

    impl Sampled for Slice {
        fn samples() -> Vec<Sample> {
            let slice = |starts: &[usize], sizes: &[usize]| {
                let (starts, sizes) = (starts.to_vec(), sizes.to_vec());
                Sample::new(Slice { starts, sizes }, [any([3, 4])]).refuses([any([1, 1])], "[1, 1]")
            };
            vec![
                slice(&[0, 1], &[3, 2]),
                slice(&[2, 0], &[1, 4]),
                slice(&[1, 1], &[2, 3]),
            ]
        }
    }

    impl Sampled for Pad {
        fn samples() -> Vec<Sample> {
            let pad = |before: &[usize], after: &[usize]| {
                let (before, after) = (before.to_vec(), after.to_vec());
                Sample::new(Pad { before, after }, [any([2, 3])])
                    .refuses([any([2])], "[2]")
                    .refuses([index(2, [2, 3])], "[B, 2, 3] < 2")
            };
            vec![pad(&[0, 1], &[2, 0]), pad(&[1, 1], &[1, 1])]
        }
    }
}
