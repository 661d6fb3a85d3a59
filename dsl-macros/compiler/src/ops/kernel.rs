//! Calls of the runtime's kernels, as data: which function, which sizes, which arguments.

use super::{conv, pool};

/// A call of a runtime kernel: `function(count, sizes…, arguments…, result, scratch?)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kernel {
    pub function: KernelFunction,
    /// The factor of the leading count of the call: `examples * count`.
    pub count: usize,
    /// The sizes between count and arguments.
    pub sizes: Sizes,
    /// The order in which the operator's arguments are passed.
    pub order: Vec<usize>,
    /// The arguments of which there is one for all examples of a call: weights, tables.
    pub shared: &'static [usize],
    /// True if the count is of blocks of examples.
    pub blocks: bool,
    /// True if scratch memory is passed last: as much as its geometry says.
    pub scratch: bool,
    /// The part of the batch that the result is of.
    pub yields: Yields,
    /// Floating-point operations of one example.
    pub flops: usize,
}

impl Kernel {
    /// A kernel that makes one result for each example of arguments in their order, none of them shared. The other
    /// fields say how an operator's call differs.
    pub fn new(function: KernelFunction, count: usize, sizes: Sizes, arguments: usize) -> Kernel {
        Kernel {
            function,
            count,
            sizes,
            order: (0..arguments).collect(),
            shared: &[],
            blocks: false,
            scratch: false,
            yields: Yields::Examples,
            flops: 0,
        }
    }
}

/// The sizes that a kernel is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Sizes {
    /// The width of a row.
    Width(usize),
    /// The sizes of what runs along an axis: its length, the elements of one step, and whether the last step comes first.
    Along {
        length: usize,
        inner: usize,
        reverse: bool,
    },
    /// The sizes of a convolution.
    Conv2d(conv::Geometry),
    /// The sizes of a pooling.
    Pool2d(pool::Geometry),
}

/// The part of the batch that a kernel's result is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Yields {
    /// One result per example.
    Examples,
    /// Defined only under `batch_sum`: one partial sum per block of 16 examples.
    Blocks,
    /// Defined only under `batch_sum`: the rows of the sum, each by whom it belongs to.
    Rows,
}

macro_rules! kernels {
    ($($variant:ident $name:literal)*) => {
        /// A function of the runtime's `kernels` that emitted code may call.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum KernelFunction { $($variant),* }

        impl KernelFunction {
            /// Every kernel.
            pub const ALL: &'static [KernelFunction] = &[$(KernelFunction::$variant),*];

            /// The name of the function.
            pub fn name(self) -> &'static str {
                match self { $(KernelFunction::$variant => $name),* }
            }
        }
    };
}

kernels! {
    ClearMissing "clear_missing"
    Gemm "gemm"
    GemmBf16 "gemm_bf16"
    Conv2d "conv2d"
    Conv2dBf16 "conv2d_bf16"
    Conv2dBlocks "conv2d_blocks"
    Conv2dBlocksBf16 "conv2d_blocks_bf16"
    Conv2dBlocksInputGradient "conv2d_blocks_input_gradient"
    Conv2dBlocksInputGradientBf16 "conv2d_blocks_input_gradient_bf16"
    Conv2dBlocksMaxPool "conv2d_blocks_max_pool"
    Conv2dBlocksMaxPoolBf16 "conv2d_blocks_max_pool_bf16"
    Conv2dBlocksWeightGradient "conv2d_blocks_weight_gradient"
    Conv2dBlocksWeightGradientBf16 "conv2d_blocks_weight_gradient_bf16"
    Conv2dChannelsLast "conv2d_channels_last"
    Conv2dInputGradient "conv2d_input_gradient"
    Conv2dInputGradientBf16 "conv2d_input_gradient_bf16"
    Conv2dWeightGradient "conv2d_weight_gradient"
    Conv2dWeightGradientBf16 "conv2d_weight_gradient_bf16"
    FromBlocks "from_blocks"
    MaxPool2d "max_pool2d"
    MaxPool2dBlocks "max_pool2d_blocks"
    MaxPool2dBlocksGradient "max_pool2d_blocks_gradient"
    MaxPool2dBlocksSpread "max_pool2d_blocks_spread"
    MaxPool2dBlocksWinners "max_pool2d_blocks_winners"
    MaxPool2dAt "max_pool2d_at"
    MaxPool2dChannelsLast "max_pool2d_channels_last"
    MaxPool2dGradient "max_pool2d_gradient"
    MeanPool2d "mean_pool2d"
    MeanPool2dChannelsLast "mean_pool2d_channels_last"
    MeanPool2dBlocks "mean_pool2d_blocks"
    MeanPool2dBlocksGradient "mean_pool2d_blocks_gradient"
    MeanPool2dGradient "mean_pool2d_gradient"
    Softmax "softmax"
    LogSoftmax "log_softmax"
    Cumsum "cumsum"
    Gather "gather"
    ScatterAdd "scatter_add"
    Sum "sum"
    SumBlocks "sum_blocks"
    SumExamples "sum_examples"
    SumOfBlocks "sum_of_blocks"
    ToBlocks "to_blocks"
    UniformNoise "uniform_noise"
    NormalNoise "normal_noise"
}

impl KernelFunction {
    /// The kernel that does the same with blocks of 16 examples side by side, if there is one.
    pub fn on_blocks(self) -> Option<KernelFunction> {
        Some(match self {
            KernelFunction::Conv2d => KernelFunction::Conv2dBlocks,
            KernelFunction::Conv2dInputGradient => KernelFunction::Conv2dBlocksInputGradient,
            KernelFunction::Conv2dWeightGradient => KernelFunction::Conv2dBlocksWeightGradient,
            KernelFunction::MaxPool2d => KernelFunction::MaxPool2dBlocks,
            KernelFunction::MaxPool2dGradient => KernelFunction::MaxPool2dBlocksGradient,
            KernelFunction::MeanPool2d => KernelFunction::MeanPool2dBlocks,
            KernelFunction::MeanPool2dGradient => KernelFunction::MeanPool2dBlocksGradient,
            _ => return None,
        })
    }

    /// True for a kernel on blocks that is told the number of examples, so that it leaves out vectors that hold none.
    pub fn counts_examples(self) -> bool {
        matches!(
            self,
            KernelFunction::Conv2dBlocks
                | KernelFunction::Conv2dBlocksInputGradient
                | KernelFunction::Conv2dBlocksWeightGradient
        )
    }

    /// The kernel that does the same with factors rounded to bf16, if there is one.
    pub fn in_bf16(self) -> Option<KernelFunction> {
        Some(match self {
            KernelFunction::Gemm => KernelFunction::GemmBf16,
            KernelFunction::Conv2d => KernelFunction::Conv2dBf16,
            KernelFunction::Conv2dInputGradient => KernelFunction::Conv2dInputGradientBf16,
            KernelFunction::Conv2dWeightGradient => KernelFunction::Conv2dWeightGradientBf16,
            KernelFunction::Conv2dBlocks => KernelFunction::Conv2dBlocksBf16,
            KernelFunction::Conv2dBlocksMaxPool => KernelFunction::Conv2dBlocksMaxPoolBf16,
            KernelFunction::Conv2dBlocksInputGradient => KernelFunction::Conv2dBlocksInputGradientBf16,
            KernelFunction::Conv2dBlocksWeightGradient => KernelFunction::Conv2dBlocksWeightGradientBf16,
            _ => return None,
        })
    }

    /// The kernel that does the same with images whose channels lie last, if there is one.
    pub fn with_channels_last(self) -> Option<KernelFunction> {
        match self {
            KernelFunction::Conv2d => Some(KernelFunction::Conv2dChannelsLast),
            KernelFunction::MaxPool2d => Some(KernelFunction::MaxPool2dChannelsLast),
            KernelFunction::MeanPool2d => Some(KernelFunction::MeanPool2dChannelsLast),
            _ => None,
        }
    }

    /// True if the kernel takes images whose channels lie last.
    pub fn takes_channels_last(self) -> bool {
        let first = KernelFunction::ALL.iter();
        first
            .filter_map(|function| function.with_channels_last())
            .any(|function| function == self)
    }

    /// The kernel that also takes the maximum of every two by two elements, if there is one.
    pub fn with_max_pool(self) -> Option<KernelFunction> {
        match self {
            KernelFunction::Conv2dBlocks => Some(KernelFunction::Conv2dBlocksMaxPool),
            _ => None,
        }
    }
}
