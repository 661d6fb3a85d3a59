//! The reasons why a file makes no network or training.

use super::{ImportProblem, Mismatch, shown};

/// The reason why a checkpoint cannot be loaded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointProblem {
    /// The file is not in the safetensors format, or truncated.
    #[error("no whole safetensors file ({0})")]
    Format(String),
    /// The file lacks an entry that resuming a training needs.
    #[error(
        "holds no training to go on with, or a broken one: its metadata lack `{lacks}`; see `save_training`"
    )]
    NoTraining {
        /// The entry of the metadata.
        lacks: &'static str,
    },
    /// The contents differ from those that were saved.
    #[error(
        "is damaged: its contents do not have the checksum they were saved with; take another copy of it, or if a \
         program has changed it on purpose, drop `contents_xxh64` from its metadata"
    )]
    Damaged,
    /// A count that no training reaches.
    #[error("says that `{name}` of its training is {found}, but no training has more than {most}")]
    Count {
        /// The entry of the metadata.
        name: &'static str,
        /// The count in the file.
        found: u64,
        /// The largest valid count.
        most: u64,
    },
    /// The file holds an average of an optimizer that, as it says, has taken no step.
    #[error("holds `{name}`, but says that the optimizer has taken no step")]
    MomentsWithoutSteps {
        /// The average's name.
        name: String,
    },
    /// The training was one of another network.
    #[error(
        "holds a training of `{found}`, and `{asked}` cannot go on with it; `load` reads its parameters alone"
    )]
    OtherNetwork {
        /// The network in the file.
        found: String,
        /// The network that was to resume it.
        asked: &'static str,
    },
    /// The training was one with another optimizer.
    #[error("was trained with {found}, and {asked} cannot go on with what that remembers")]
    OtherOptimizer {
        /// The optimizer in the file.
        found: String,
        /// The optimizer that was to resume it.
        asked: &'static str,
    },
    /// The tensors are not those of the network.
    #[error("{0}")]
    Mismatch(Box<Mismatch>),
    /// The rules of an import cannot be applied.
    #[error("{0}")]
    Import(Box<ImportProblem>),
    /// The index of a checkpoint in several files is malformed.
    #[error("no index of a checkpoint in several files ({0})")]
    Index(String),
    /// The index names a file that does not lie beside it.
    #[error("names the file `{}`, which does not lie beside it", shown(.name))]
    ShardName {
        /// The name.
        name: String,
    },
    /// One of several files does not hold what the index says.
    #[error("{}", match .listed {
        true => format!("says that `{}` holds `{}`, which it lacks", shown(.shard), shown(.tensor)),
        false => format!("does not say that `{}` holds `{}`, which it does", shown(.shard), shown(.tensor)),
    })]
    ShardContents {
        /// The file.
        shard: String,
        /// The tensor.
        tensor: String,
        /// True if the index names the tensor and the file lacks it, false if it is the other way round.
        listed: bool,
    },
    /// The network has a parameter that the file lacks.
    #[error("lacks `{name}`, which `{network}` needs")]
    Missing {
        /// The parameter's name.
        name: &'static str,
        /// The network's name.
        network: &'static str,
    },
    /// The file holds a tensor that the network does not have.
    #[error("holds `{name}`, which `{network}` does not have")]
    Unexpected {
        /// The tensor's name.
        name: String,
        /// The network's name.
        network: &'static str,
    },
    /// A tensor has another shape than the parameter of its name.
    #[error("`{name}` has the shape {found:?}, but the network needs {expected:?}")]
    Shape {
        /// The parameter's name.
        name: &'static str,
        /// The shape in the file.
        found: Vec<usize>,
        /// The parameter's canonical shape.
        expected: &'static [usize],
    },
    /// A tensor's elements are of a type that cannot be read.
    #[error(
        "`{}` has elements of type {}, but only BOOL, integers, F16, BF16, F32 and F64 can be loaded",
        shown(.name), shown(.found)
    )]
    ElementType {
        /// The tensor's name.
        name: String,
        /// The element type in the file.
        found: String,
    },
    /// A value is infinite or NaN: such values are neither saved nor loaded.
    #[error("element {position} of `{name}` is {value}, and only finite numbers are saved and loaded")]
    NonFinite {
        /// The tensor's name.
        name: String,
        /// The index of the element, in canonical order.
        position: usize,
        /// Its value.
        value: f64,
    },
    /// A finite `f64` is too large for the network's `f32`.
    #[error("`{name}` holds {value:e} at element {position}, too large for the network's element type")]
    Overflow {
        /// The parameter's name.
        name: &'static str,
        /// The index of the element, in canonical order.
        position: usize,
        /// Its value.
        value: f64,
    },
}
