//! Integers to numbers: one-hot rows, the number itself, rows of a table, and sums into rows of a table.

use super::formula::Formula;
use super::{
    Expr, Kernel, KernelFunction, Linearity, Lowered, Operator, Sizes, Yields, joint_kind, need_real,
};
use crate::arena::{Array, Element, Mismatch, Shape, Type};

fn need_index(name: &str, arg: &Type, classes: usize) -> Result<(), Mismatch> {
    match arg.element {
        Element::Index { limit } if limit <= classes => Ok(()),
        Element::Index { limit } => Err(Mismatch::new(format!(
            "`{name}` has {classes} rows, but the index may be as large as {}",
            limit - 1
        ))),
        Element::Real => Err(
            Mismatch::new(format!("`{name}` needs an index, this holds numbers: {arg}"))
                .help("declare the argument as `Index<N>`"),
        ),
    }
}

/// A row of `classes` zeros with a 1 at the index.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OneHot {
    pub classes: usize,
}

impl Operator for OneHot {
    fn name(&self) -> &'static str {
        "one_hot"
    }

    fn attributes(&self) -> String {
        self.classes.to_string()
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        need_index(self.name(), &args[0], self.classes)?;
        let mut shape = args[0].shape.clone();
        shape.0.push(self.classes);
        Ok(vec![Type::real(args[0].batching, shape)])
    }

    fn linearity(&self) -> Linearity {
        Linearity::Constant
    }

    fn vjp<'g>(&self, _: &[Expr<'g>], _: Expr<'g>, _: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        vec![None]
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        super::on_stacks(self.clone(), length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        let mut shape = args[0].shape.clone();
        shape.0.push(self.classes);
        Array::from_fn(&shape, |at| {
            let (class, index) = at.split_last().expect("the class axis is there");
            f64::from(args[0].at(index) == *class as f64)
        })
    }

    fn yields_mask(&self) -> bool {
        true
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(Lowered::OneHot(self.clone()))
    }
}

/// The index as a number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number;

impl Operator for Number {
    fn name(&self) -> &'static str {
        "number"
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        need_index(self.name(), &args[0], usize::MAX)?;
        Ok(vec![Type::real(args[0].batching, args[0].shape.clone())])
    }

    fn linearity(&self) -> Linearity {
        Linearity::Constant
    }

    fn vjp<'g>(&self, _: &[Expr<'g>], _: Expr<'g>, _: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        vec![None]
    }

    fn vmap<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        super::on_stacks(self.clone(), length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        args[0].clone()
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(self.clone().into())
    }

    fn formula(&self) -> Option<Formula> {
        Some(Formula::FromInteger)
    }
}

/// Rows of a table: `table[index]`. Linear in the table; the adjoint adds into rows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Gather;

impl Operator for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        need_real(self.name(), &args[..1])?;
        let (&rows, row) = args[0]
            .shape
            .0
            .split_first()
            .ok_or_else(|| Mismatch::new("`gather` needs a table with rows"))?;
        need_index(self.name(), &args[1], rows)?;
        let shape = args[1].shape.0.iter().chain(row).copied().collect::<Vec<usize>>();
        Ok(vec![Type::real(joint_kind(args), shape)])
    }

    fn linearity(&self) -> Linearity {
        Linearity::Each(&[0])
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        let scatter = ScatterAdd {
            rows: x[0].shape().0[0],
        };
        vec![
            Some(dy.graph.expr(dy.graph.apply(scatter, &[x[1].val, dy.val]))),
            None,
        ]
    }

    fn vmap<'g>(&self, _: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        // Rows of one table; a table for each step has no form of its own.
        (!over[0]).then(|| {
            args[0]
                .graph
                .expr(args[0].graph.apply(Gather, &[args[0].val, args[1].val]))
        })
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        let width: usize = args[0].shape.0[1..].iter().product();
        let rows = args[1]
            .data
            .iter()
            .flat_map(|&index| &args[0].data[index as usize * width..][..width]);
        let shape = args[1]
            .shape
            .0
            .iter()
            .chain(&args[0].shape.0[1..])
            .copied()
            .collect::<Vec<usize>>();
        Array {
            data: rows.copied().collect(),
            shape: Shape(shape),
        }
    }

    fn is_heavy(&self) -> bool {
        true
    }

    fn picks_elements(&self) -> bool {
        true
    }

    fn lower(&self, args: &[Type]) -> Option<Lowered> {
        let width: usize = args[0].shape.0[1..].iter().product();
        let count = args[1].shape.count();
        let kernel = Kernel {
            shared: &[0],
            ..Kernel::new(KernelFunction::Gather, count, Sizes::Width(width), 2)
        };
        Some(Lowered::kernel(kernel, self.clone()))
    }
}

/// A table of `rows` zero rows to which each row of `dy` is added at its index: the adjoint of `gather`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ScatterAdd {
    pub rows: usize,
}

impl Operator for ScatterAdd {
    fn name(&self) -> &'static str {
        "scatter_add"
    }

    fn attributes(&self) -> String {
        format!("{} rows", self.rows)
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        need_index(self.name(), &args[0], self.rows)?;
        need_real(self.name(), &args[1..])?;
        let (index, dy) = (&args[0].shape, &args[1].shape);
        if !dy.0.starts_with(&index.0) {
            return Err(Mismatch::new(format!(
                "`scatter_add` needs a row for each index: {index} and {dy}"
            )));
        }
        let shape = std::iter::once(self.rows)
            .chain(dy.0[index.rank()..].iter().copied())
            .collect::<Vec<usize>>();
        Ok(vec![Type::real(joint_kind(args), shape)])
    }

    fn linearity(&self) -> Linearity {
        Linearity::Each(&[1])
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        vec![
            None,
            Some(dy.graph.expr(dy.graph.apply(Gather, &[dy.val, x[0].val]))),
        ]
    }

    /// A table for each step has no form of its own; their sum takes the rows of all steps.
    fn vmap_sum<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        super::on_stacks(self.clone(), length, args, over)
    }

    fn evaluate(&self, args: &[&Array]) -> Array {
        let row = &args[1].shape.0[args[0].shape.rank()..];
        let width: usize = row.iter().product();
        let shape = Shape(std::iter::once(self.rows).chain(row.iter().copied()).collect());
        let mut table = Array::zeros(&shape);
        for (place, &index) in args[0].data.iter().enumerate() {
            for j in 0..width {
                table.data[index as usize * width + j] += args[1].data[place * width + j];
            }
        }
        table
    }

    fn is_heavy(&self) -> bool {
        true
    }

    fn needs_batch_sum(&self) -> bool {
        true
    }

    fn lower(&self, args: &[Type]) -> Option<Lowered> {
        let width: usize = args[1].shape.0[args[0].shape.rank()..].iter().product();
        let count = args[0].shape.count();
        let kernel = Kernel {
            yields: Yields::Rows,
            flops: args[1].shape.count(),
            ..Kernel::new(KernelFunction::ScatterAdd, count, Sizes::Width(width), 2)
        };
        Some(Lowered::kernel(kernel, self.clone()))
    }
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::ops::sample::{Sample, Sampled, any, index};

    impl Sampled for OneHot {
        fn samples() -> Vec<Sample> {
            let one_hot = |arg| {
                Sample::new(OneHot { classes: 4 }, [arg])
                    .refuses([any([2])], "[B, 2]")
                    .refuses([index(5, [2])], "as large as 4")
            };
            vec![one_hot(index(4, [])), one_hot(index(3, [2]))]
        }
    }

    impl Sampled for Number {
        fn samples() -> Vec<Sample> {
            vec![
                Sample::new(Number, [index(4, [])]).refuses([any([2])], "[B, 2]"),
                Sample::new(Number, [index(300, [2, 3])]),
            ]
        }
    }

    impl Sampled for Gather {
        fn samples() -> Vec<Sample> {
            vec![
                Sample::new(Gather, [any([4, 2]), index(4, [3])])
                    .refuses([any([]), index(4, [3])], "rows")
                    .refuses([any([4, 2]), any([3])], "[B, 3]")
                    .refuses([any([4, 2]), index(5, [3])], "4 rows"),
                Sample::new(Gather, [any([3]), index(3, [])]),
                Sample::new(Gather, [any([3, 2, 2]), index(2, [2, 2])]),
            ]
        }
    }

    impl Sampled for ScatterAdd {
        fn samples() -> Vec<Sample> {
            let rows = 3;
            vec![
                // More indices than rows: some row is added to twice.
                Sample::new(ScatterAdd { rows }, [index(3, [4]), any([4, 2])])
                    .refuses([index(3, [4]), any([3, 2])], "[4] and [3, 2]")
                    .refuses([index(4, [4]), any([4, 2])], "3 rows")
                    .refuses([any([4]), any([4, 2])], "[B, 4]"),
                Sample::new(ScatterAdd { rows }, [index(3, []), any([2])]),
            ]
        }
    }
}
