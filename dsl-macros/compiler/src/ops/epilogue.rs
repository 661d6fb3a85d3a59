//! Epilogues: the operations that a product or a convolution applies to its result before it is stored.
//!
//! An epilogue is a chain of stages. Which stages a kernel can do is declared here, function by function; the scheduler
//! recognises them, the plan holds them, and back ends write them.

use StageKind::{Bias, Gate, MaxPool, Mean, Relu, Residual, Scale, Shift};

use super::KernelFunction;

/// A chain of stages, in the order in which they are applied; `V` stands for their operands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Epilogue<V> {
    pub stages: Vec<Stage<V>>,
}

macro_rules! stages {
    ($($(#[$doc:meta])* $name:ident $(($operand:ident))?),* $(,)?) => {
        /// One operation of an epilogue.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum Stage<V> { $($(#[$doc])* $name $(($operand))?),* }

        /// The kind of a stage, whatever its operand is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum StageKind { $($name),* }

        impl<V> Stage<V> {
            pub fn kind(&self) -> StageKind {
                match self { $(Stage::$name { .. } => StageKind::$name),* }
            }
        }
    };
}

stages! {
    /// Adds a vector along the columns of a product, or the channels of a convolution.
    Bias(V),
    /// Subtracts the mean of each column or channel: the first stage of a normalisation.
    Mean(V),
    /// Multiplies each column or channel by a factor: the second stage of a normalisation.
    Scale(V),
    /// Adds a vector along the columns or channels: the last stage of a normalisation.
    Shift(V),
    /// Adds a value that has the layout of the product.
    Residual(V),
    /// The larger of the value and 0.
    Relu,
    /// Keeps the value where the operand is positive and replaces it by 0 elsewhere.
    Gate(V),
    /// The maximum of every 2×2 window. The operand is written: the index of the maximum.
    MaxPool(V),
}

impl<V> Stage<V> {
    /// The value that the stage reads.
    pub fn read(&self) -> Option<&V> {
        match self {
            Stage::Bias(operand)
            | Stage::Mean(operand)
            | Stage::Scale(operand)
            | Stage::Shift(operand)
            | Stage::Residual(operand)
            | Stage::Gate(operand) => Some(operand),
            Stage::Relu | Stage::MaxPool(_) => None,
        }
    }

    /// The value that the stage writes besides the result.
    pub fn written(&self) -> Option<&V> {
        match self {
            Stage::MaxPool(winners) => Some(winners),
            _ => None,
        }
    }

    /// The same stage with another operand.
    pub fn map<W>(self, of: impl FnOnce(V) -> W) -> Stage<W> {
        match self {
            Stage::Bias(operand) => Stage::Bias(of(operand)),
            Stage::Mean(operand) => Stage::Mean(of(operand)),
            Stage::Scale(operand) => Stage::Scale(of(operand)),
            Stage::Shift(operand) => Stage::Shift(of(operand)),
            Stage::Residual(operand) => Stage::Residual(of(operand)),
            Stage::Relu => Stage::Relu,
            Stage::Gate(operand) => Stage::Gate(of(operand)),
            Stage::MaxPool(operand) => Stage::MaxPool(of(operand)),
        }
    }
}

impl<V> Epilogue<V> {
    /// No stage: the product is stored as it is.
    pub fn store() -> Epilogue<V> {
        Epilogue { stages: Vec::new() }
    }

    /// The values that the stages read.
    pub fn reads(&self) -> impl Iterator<Item = &V> {
        self.stages.iter().filter_map(Stage::read)
    }

    /// The indices of the maxima, if the result is pooled.
    pub fn winners(&self) -> Option<&V> {
        self.stages.iter().find_map(Stage::written)
    }

    /// The values that the stages read or write.
    pub fn operands_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.stages.iter_mut().filter_map(|stage| match stage {
            Stage::Bias(operand)
            | Stage::Mean(operand)
            | Stage::Scale(operand)
            | Stage::Shift(operand)
            | Stage::Residual(operand)
            | Stage::Gate(operand)
            | Stage::MaxPool(operand) => Some(operand),
            Stage::Relu => None,
        })
    }

    /// True if the epilogue adds or multiplies vectors along the product's columns.
    pub fn is_by_columns(&self) -> bool {
        let along = |stage: &Stage<V>| {
            matches!(
                stage.kind(),
                StageKind::Bias | StageKind::Mean | StageKind::Scale | StageKind::Shift
            )
        };
        self.stages.iter().any(along)
    }
}

/// The stages of one chain.
pub type Pattern = &'static [StageKind];

/// Every chain that is looked for, in the order in which they are tried.
pub const PATTERNS: &[Pattern] = &[
    &[Bias],
    BIAS_RELU,
    &[Mean, Scale, Shift],
    &[Mean, Scale, Shift, Relu],
    &[Mean, Scale, Shift, Residual],
    &[Mean, Scale, Shift, Residual, Relu],
    &[Gate],
    &[Bias, Relu, MaxPool],
];

/// A rectified sum with a bias.
pub const BIAS_RELU: Pattern = &[Bias, Relu];

impl KernelFunction {
    /// The stages that the kernel can do; it can do every one of [`PATTERNS`] that consists of them.
    fn stages(self) -> &'static [StageKind] {
        match self {
            KernelFunction::Gemm | KernelFunction::GemmBf16 => &[Bias, Mean, Scale, Shift, Relu, Gate],
            // The twin of a kernel with rounded factors can do what that kernel can.
            KernelFunction::Conv2d | KernelFunction::Conv2dChannelsLast => {
                &[Bias, Mean, Scale, Shift, Residual, Relu]
            }
            KernelFunction::Conv2dBlocks => &[Bias, Mean, Scale, Shift, Residual, Relu, Gate, MaxPool],
            KernelFunction::Conv2dBlocksInputGradient => &[Bias, Mean, Scale, Shift, Residual, Relu, Gate],
            _ => &[],
        }
    }

    /// True if the kernel can do a chain of these stages.
    pub fn can_do(self, pattern: &[StageKind]) -> bool {
        pattern.iter().all(|stage| self.stages().contains(stage))
    }

    /// True if the kernel takes an epilogue.
    pub fn takes_epilogue(self) -> bool {
        !self.stages().is_empty()
    }
}
