//! Calls of kernels, with their meaning.

use super::{Layout, Lowered, PerExample, Type, blocked, channels_last, infer_unit};
use crate::arena::{self, Mismatch};
use crate::ops::{Kernel, KernelFunction, Op, Operator, Sizes};

/// A call of a kernel, and its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KernelOp {
    pub kernel: Kernel,
    pub computes: Computes,
}

/// The meaning of a kernel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Computes {
    /// An operator, for each example.
    Operator(Op),
    /// An operator on all examples of each block: on shared arguments as they are, on values in blocks example
    /// by example.
    InBlocks {
        op: PerExample,
        /// True if the result is the sum over the examples of a block instead of one result for each.
        summed: bool,
    },
    /// An operator on images, for each example, whose channels lie last.
    ChannelsLast(Op),
    Border(Border),
}

/// A kernel at the border of a region of blocks; it is told how many examples there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Border {
    /// Values of examples, brought into blocks; the examples that the last block lacks are 0.
    ToBlocks,
    /// Values of blocks, brought back to their examples.
    FromBlocks,
    /// Σ over the examples of each block: with [`Lowered::BatchSum`] the way from values in blocks to shared
    /// ones.
    BlockSum,
    /// 0 for the examples that the last block lacks, which a kernel that sums over a block must read. It is
    /// done in place.
    ClearMissing,
}

impl Lowered {
    /// A kernel that computes an operator for each example.
    pub fn kernel(kernel: Kernel, op: impl Into<Op>) -> Lowered {
        Lowered::from(KernelOp {
            kernel,
            computes: Computes::Operator(op.into()),
        })
    }

    /// A kernel at the border of a region of blocks, whose examples have `width` elements each.
    pub fn border(border: Border, width: usize) -> Lowered {
        Lowered::from(KernelOp {
            kernel: Kernel::new(border.function(), 1, Sizes::Width(width), 1),
            computes: Computes::Border(border),
        })
    }
}

impl From<KernelOp> for Lowered {
    fn from(op: KernelOp) -> Lowered {
        Lowered::Kernel(Box::new(op))
    }
}

impl KernelOp {
    /// The word in printed graphs, and in the names of values.
    pub fn name(&self) -> &'static str {
        match &self.computes {
            Computes::Operator(op) => op.rules().name(),
            Computes::ChannelsLast(op) => op.rules().name(),
            Computes::InBlocks { op, .. } => op.name(),
            Computes::Border(border) => border.name(),
        }
    }

    /// The attributes that distinguish this instance.
    pub fn attributes(&self) -> String {
        match &self.computes {
            Computes::Operator(op) => op.rules().attributes(),
            Computes::InBlocks { op, summed } => {
                let summed = if *summed { ", summed" } else { "" };
                format!("{}, in blocks{summed}", op.attributes())
            }
            Computes::ChannelsLast(op) => format!("{}, channels last", op.rules().attributes()),
            Computes::Border(_) => String::new(),
        }
    }

    /// The rules of the operator of graphs that it computes on every unit of its arguments, if it is one.
    pub fn rules(&self) -> Option<&dyn Operator> {
        match &self.computes {
            Computes::Operator(op) => Some(op.rules()),
            Computes::InBlocks { .. } | Computes::ChannelsLast(_) | Computes::Border(_) => None,
        }
    }

    /// The types it yields, or why it refuses the arguments.
    pub fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        match &self.computes {
            Computes::Operator(op) => infer_unit(Some(op.rules()), args),
            Computes::InBlocks { op, summed } => {
                let of_example: Result<Vec<arena::Type>, Mismatch> =
                    args.iter().map(Type::of_example).collect();
                let types = op.infer(&of_example?)?.into_iter();
                let in_blocks = |ty: arena::Type| match summed {
                    true => Type::real(Layout::Blocks, ty.shape),
                    false => Type::real(Layout::Blocks, blocked(&ty.shape)),
                };
                Ok(types.map(in_blocks).collect())
            }
            Computes::ChannelsLast(op) => {
                let units: Vec<arena::Type> = args.iter().map(Type::of_unit).collect();
                Ok(channels_last::infer(op, &units)?
                    .into_iter()
                    .map(Type::from)
                    .collect())
            }
            Computes::Border(border) => Ok(vec![border.infer(&args[0])?]),
        }
    }

    /// True if the channels of the images that it takes and yields lie last.
    pub fn has_channels_last(&self) -> bool {
        matches!(self.computes, Computes::ChannelsLast(_))
    }

    /// True if it updates its argument in place.
    pub fn is_in_place(&self) -> bool {
        self.computes == Computes::Border(Border::ClearMissing)
    }
}

impl Border {
    fn function(self) -> KernelFunction {
        match self {
            Border::ToBlocks => KernelFunction::ToBlocks,
            Border::FromBlocks => KernelFunction::FromBlocks,
            Border::BlockSum => KernelFunction::SumOfBlocks,
            Border::ClearMissing => KernelFunction::ClearMissing,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Border::ToBlocks => "to_blocks",
            Border::FromBlocks => "from_blocks",
            Border::BlockSum => "block_sum",
            Border::ClearMissing => "clear_missing",
        }
    }

    fn infer(self, arg: &Type) -> Result<Type, Mismatch> {
        let from = match self {
            Border::ToBlocks => Layout::Examples,
            Border::FromBlocks | Border::BlockSum | Border::ClearMissing => Layout::Blocks,
        };
        if arg.layout != from || arg.is_index() {
            return Err(Mismatch::new(format!("`{}` is not for {arg}", self.name())));
        }
        let shape = arg.of_example()?.shape;
        Ok(match self {
            Border::ToBlocks | Border::ClearMissing => Type::real(Layout::Blocks, blocked(&shape)),
            Border::FromBlocks => Type::real(Layout::Examples, shape),
            Border::BlockSum => Type::real(Layout::Blocks, shape),
        })
    }
}
