//! Values that lie in blocks: the 16 examples of a block side by side, in the last axis.
//!
//! Convolutions and poolings run fastest so: each vector register holds one element of 16 examples, no kernel is too
//! narrow, and no row too short. The scheduler lays a training step out like this (`schedule::batch_tiling`) after it was
//! differentiated; the operators here are the borders of such a region and what happens inside.

use super::{Expr, Kernel, KernelFunction, Linearity, Lowering, Op, Operator, Sizes, Yields, need_real};
use crate::arena::{Array, BLOCK, Batching, Mismatch, Shape, Type};

/// The shape of a block of values of this shape.
pub fn blocked(shape: &Shape) -> Shape {
    Shape(shape.0.iter().copied().chain([BLOCK]).collect())
}

/// The shape of one example's value in a block.
fn single(shape: &Shape) -> Option<Shape> {
    let (&last, before) = shape.0.split_last()?;
    (last == BLOCK).then(|| Shape(before.to_vec()))
}

/// The type of what one example has of an argument.
fn of_example(arg: &Type) -> Result<Type, Mismatch> {
    if arg.batching != Batching::PerBlock {
        return Ok(arg.clone());
    }
    let shape = single(&arg.shape).ok_or_else(|| Mismatch::new(format!("{arg} is no block of examples")))?;
    Ok(Type::real(Batching::PerExample, shape))
}

fn one_of_kind(name: &str, args: &[Type], batching: Batching) -> Result<(), Mismatch> {
    need_real(name, args)?;
    match args.iter().all(|arg| arg.batching == batching) {
        true => Ok(()),
        false => Err(Mismatch::new(format!("`{name}` is not for {}", args[0]))),
    }
}

/// A kernel that moves or sums whole blocks, told how many examples there are.
fn over_examples(function: KernelFunction, width: usize) -> Lowering {
    Lowering::Kernel(Kernel {
        function,
        count: 1,
        sizes: Sizes::Width(width),
        order: vec![0],
        shared: &[],
        blocks: false,
        scratch: false,
        yields: Yields::Examples,
        flops: 0,
    })
}

macro_rules! border {
    ($(#[$doc:meta])* $name:ident $word:literal, $function:ident, $from:ident -> |$shape:ident| $to:expr, per $width:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name;

        impl Operator for $name {
            fn name(&self) -> &'static str {
                $word
            }

            fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
                one_of_kind($word, args, Batching::$from)?;
                let $shape = &args[0].shape;
                Ok(vec![$to?])
            }

            fn linearity(&self) -> Linearity {
                Linearity::Jointly
            }

            fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, _: Expr<'g>) -> Vec<Option<Expr<'g>>> {
                unreachable!("values are laid out after differentiation: {}", x.len())
            }

            fn evaluate(&self, _: &[&Array]) -> Array {
                unreachable!("the interpreter knows which examples a block has")
            }

            fn lower(&self, args: &[Type]) -> Lowering {
                over_examples(KernelFunction::$function, args[0].shape.count() / $width)
            }
        }
    };
}

fn in_block(shape: &Shape) -> Result<Shape, Mismatch> {
    single(shape).ok_or_else(|| Mismatch::new(format!("{shape} is no block of examples")))
}

border! {
    /// Values of examples, brought into blocks; what is missing in the last block is 0.
    ToBlocks "to_blocks", ToBlocks, PerExample -> |shape| Ok(Type::real(Batching::PerBlock, blocked(shape))), per 1
}
border! {
    /// Values of blocks, brought back to their examples.
    FromBlocks "from_blocks", FromBlocks, PerBlock -> |shape| in_block(shape).map(|own| Type::real(Batching::PerExample, own)), per BLOCK
}
border! {
    /// Σ over the examples of each block: with `batch_sum` the way from values in blocks to shared ones.
    BlockSum "block_sum", SumOfBlocks, PerBlock -> |shape| in_block(shape).map(|own| Type::real(Batching::PerBlock, own)), per BLOCK
}

border! {
    /// 0 for the examples that the last block lacks, wherever the others of a batch may have left something there: what a
    /// kernel that sums over a block may read. It is done in place.
    ClearMissing "clear_missing", ClearMissing, PerBlock -> |shape| in_block(shape).map(|own| Type::real(Batching::PerBlock, blocked(&own))), per BLOCK
}

/// An operator of convolution or pooling on all examples of each block: on shared arguments as they are, on values in
/// blocks example by example.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Blocked {
    pub op: Box<Op>,
    /// True if the result is the sum over the examples of a block instead of one result for each.
    pub summed: bool,
}

impl Blocked {
    /// True if there is a kernel for an operator on blocks.
    pub fn is_known(op: &Op) -> bool {
        op.rules().kernel().and_then(KernelFunction::on_blocks).is_some()
    }
}

impl Operator for Blocked {
    fn name(&self) -> &'static str {
        self.op.rules().name()
    }

    fn attributes(&self) -> String {
        let summed = if self.summed { ", summed" } else { "" };
        format!("{}, in blocks{summed}", self.op.rules().attributes())
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        let singles = args
            .iter()
            .map(of_example)
            .collect::<Result<Vec<Type>, Mismatch>>()?;
        let mut types = self.op.rules().infer(&singles)?;
        for ty in &mut types {
            let shape = match self.summed {
                true => ty.shape.clone(),
                false => blocked(&ty.shape),
            };
            *ty = Type::real(Batching::PerBlock, shape);
        }
        Ok(types)
    }

    fn linearity(&self) -> Linearity {
        Linearity::None
    }

    fn vjp<'g>(&self, x: &[Expr<'g>], _: Expr<'g>, _: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        unreachable!("values are laid out after differentiation: {}", x.len())
    }

    fn evaluate(&self, _: &[&Array]) -> Array {
        unreachable!("the interpreter evaluates the examples of a block one by one")
    }

    fn lower(&self, args: &[Type]) -> Lowering {
        let singles: Vec<Type> = args.iter().filter_map(|arg| of_example(arg).ok()).collect();
        let Lowering::Kernel(kernel) = self.op.rules().lower(&singles) else {
            unreachable!("only kernels run on blocks")
        };
        let function = kernel.function.on_blocks().expect("checked when it was laid out");
        Lowering::Kernel(Kernel {
            function,
            blocks: true,
            yields: Yields::Examples,
            ..kernel
        })
    }
}

// These operators come about only after differentiation, so they have no samples; see `ops::tests`.
#[cfg(test)]
mod samples {
    use super::*;
    use crate::ops::sample::{Sample, Sampled};

    macro_rules! none {
        ($($name:ident),+) => {$(
            impl Sampled for $name {
                fn samples() -> Vec<Sample> {
                    Vec::new()
                }
            }
        )+};
    }
    none!(ToBlocks, FromBlocks, BlockSum, ClearMissing, Blocked);
}
