//! Everything that can go wrong at run time, in one type.

use std::path::PathBuf;

/// What went wrong, naming the culprit and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An input's length is not a whole number of examples.
    #[error("`{input}` holds {len} values, which is no whole number of examples of {width} values each")]
    RaggedInput {
        /// The argument's name.
        input: &'static str,
        /// Its length.
        len: usize,
        /// Values per example.
        width: usize,
    },
    /// Two inputs of one call hold different numbers of examples.
    #[error(
        "`{input}` holds {len} values, that is {examples} examples of {width}, but `{first}` holds {expected} \
         examples; every input of a call must hold the same number"
    )]
    UnequalInputs {
        /// The argument's name.
        input: &'static str,
        /// Its length.
        len: usize,
        /// Values per example.
        width: usize,
        /// Its number of examples.
        examples: usize,
        /// The first argument.
        first: &'static str,
        /// The first argument's number of examples.
        expected: usize,
    },
    /// An input holds no example at all.
    #[error("`{input}` is empty; a call needs at least one example of {width} values")]
    EmptyInput {
        /// The argument's name.
        input: &'static str,
        /// Values per example.
        width: usize,
    },
    /// More examples than the workspace was built for.
    #[error(
        "`{input}` holds {len} values, that is {examples} examples of {width}, but the workspace was built for \
         at most {capacity}; build it with `.batch({examples})` or pass fewer examples"
    )]
    BatchTooLarge {
        /// The argument's name.
        input: &'static str,
        /// Its length.
        len: usize,
        /// Values per example.
        width: usize,
        /// Its number of examples.
        examples: usize,
        /// The workspace's capacity.
        capacity: usize,
    },
    /// An index (a class label, a token) is too large.
    #[error("`{input}[{position}]` is {value}, but must be below {limit}")]
    IndexOutOfRange {
        /// The argument's name.
        input: &'static str,
        /// Where in the argument.
        position: usize,
        /// What stands there.
        value: u32,
        /// The first value that is too large.
        limit: usize,
    },
    /// A gradient was asked for, but the workspace has no room for it.
    #[error(
        "a gradient of `{network}` needs a training workspace, and this one was built with `.inference()`; build \
         it with `.training()`"
    )]
    InferenceWorkspace {
        /// The network's name.
        network: &'static str,
    },
    /// The loss of a training step is infinite or not a number; nothing was updated.
    #[error("the loss of `{network}` is {loss}: {}", match .parameter {
        Some(name) => format!("the parameter `{name}` holds a non-finite value, so an earlier update overflowed \
                               or had a non-finite gradient; lower the learning rate"),
        None => "its parameters are finite, so look at the inputs and at what the loss does at its edges \
                 (logarithms and quotients of 0)".to_string(),
    })]
    NonFiniteLoss {
        /// The network's name.
        network: &'static str,
        /// The loss.
        loss: f64,
        /// The first parameter that holds a non-finite value, where there is one.
        parameter: Option<&'static str>,
    },
    /// A hyper-parameter of an optimizer or of the training loop is outside its range.
    #[error("the {name} of {owner} is {value}, but must be {expected}")]
    Hyperparameter {
        /// The optimizer.
        owner: &'static str,
        /// The hyper-parameter.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        expected: &'static str,
    },
    /// An optimizer that holds state for one network was used on another.
    #[error(
        "{optimizer} holds state for {held} parameters and cannot update {asked}; make one optimizer per model, \
         or call `reset` to forget the state"
    )]
    OptimizerState {
        /// The optimizer.
        optimizer: &'static str,
        /// How many parameters its state is for.
        held: usize,
        /// How many it was asked to update.
        asked: usize,
    },
    /// Parameters and gradient differ in length.
    #[error(
        "the gradient holds {gradient} values for {parameters} parameters; both must come from one model"
    )]
    GradientLength {
        /// The parameters' length.
        parameters: usize,
        /// The gradient's length.
        gradient: usize,
    },
    /// A file could not be opened, read or written.
    #[error("cannot {action} `{}`: {source}", .path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A data file does not hold what it should.
    #[error("`{}`: {problem}", .path.display())]
    Data {
        /// The file (or folder).
        path: PathBuf,
        /// What is wrong with it.
        problem: DataProblem,
    },
    /// Inputs and labels do not make a data set.
    #[error("not a data set: {0}")]
    Dataset(DatasetProblem),
    /// A checkpoint does not fit the network it is loaded into; the network is unchanged.
    #[error("checkpoint `{}`: {problem}", .path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: CheckpointProblem,
    },
}

/// What is wrong with a data file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataProblem {
    /// None of the names a file may have exists.
    #[error("holds none of {}", .names.join(", "))]
    Absent {
        /// The names that were tried.
        names: Vec<String>,
    },
    /// It is not an IDX file of unsigned bytes.
    #[error(
        "begins with the bytes {found:02x?}, but an IDX file of unsigned bytes with {dimensions} dimensions begins \
         with [00, 00, 08, {dimensions:02x}]"
    )]
    Magic {
        /// The first four bytes.
        found: [u8; 4],
        /// The number of dimensions expected.
        dimensions: u8,
    },
    /// It ends too early.
    #[error("is truncated: {expected} bytes expected, {found} present")]
    Truncated {
        /// Bytes expected.
        expected: u64,
        /// Bytes present.
        found: u64,
    },
    /// Its values are complete, but the compressed file ends before their checksum.
    #[error("is truncated: it ends before its gzip checksum")]
    Unfinished,
    /// It goes on after its last value.
    #[error("goes on after its last value, at byte {expected}")]
    Trailing {
        /// Bytes expected.
        expected: u64,
    },
    /// Its header promises more values than can be addressed.
    #[error("its header promises {dimensions:?} values, more than memory can hold")]
    TooLarge {
        /// The dimensions in the header.
        dimensions: Vec<u32>,
    },
    /// Its dimensions are not the expected ones.
    #[error("holds items of {found:?}, but {expected:?} was expected")]
    Dimensions {
        /// Dimensions of one item in the file.
        found: Vec<u32>,
        /// Dimensions of one item expected.
        expected: Vec<u32>,
    },
    /// It holds no items.
    #[error("holds no item")]
    Empty,
    /// Images and labels differ in number.
    #[error("holds {labels} labels, but `{}` holds {images} images", .images_path.display())]
    Unpaired {
        /// The number of labels.
        labels: usize,
        /// The number of images.
        images: usize,
        /// The file of the images.
        images_path: PathBuf,
    },
    /// A label is not one of the classes.
    #[error("label {position} is {label}, but must be below {classes}")]
    Label {
        /// Which label, from 0.
        position: usize,
        /// Its value.
        label: u8,
        /// The number of classes.
        classes: u32,
    },
}

/// Why inputs and labels do not make a data set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetProblem {
    /// The number of inputs is not `labels · width`.
    #[error("{inputs} input values for {labels} labels of {width} values each; {} expected", .labels.saturating_mul(*.width))]
    Length {
        /// Input values.
        inputs: usize,
        /// Values per example.
        width: usize,
        /// Labels.
        labels: usize,
    },
    /// A label is not one of the classes.
    #[error("label {position} is {label}, but must be below {classes}")]
    Label {
        /// Which label, from 0.
        position: usize,
        /// Its value.
        label: u32,
        /// The number of classes.
        classes: usize,
    },
    /// There are no examples.
    #[error("it holds no example")]
    Empty,
}

/// Why a checkpoint cannot be loaded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointProblem {
    /// The file is not in the safetensors format, or cut.
    #[error("no whole safetensors file ({0})")]
    Format(String),
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
    /// A tensor's elements are neither `f32` nor `f64`.
    #[error("`{name}` has elements of type {found}, but only F32 and F64 can be loaded")]
    ElementType {
        /// The parameter's name.
        name: &'static str,
        /// The element type in the file.
        found: String,
    },
    /// A finite `f64` is too large for the network's `f32`.
    #[error("`{name}` holds {value:e} at element {position}, too large for the network's element type")]
    Overflow {
        /// The parameter's name.
        name: &'static str,
        /// Which element, in canonical order.
        position: usize,
        /// Its value.
        value: f64,
    },
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn messages_name_the_culprit_and_the_remedy() {
        let error = Error::BatchTooLarge {
            input: "image",
            len: 1568,
            width: 784,
            examples: 2,
            capacity: 1,
        }
        .to_string();
        assert_eq!(
            error,
            "`image` holds 1568 values, that is 2 examples of 784, but the workspace was built for at most 1; \
             build it with `.batch(2)` or pass fewer examples"
        );
        let error = Error::NonFiniteLoss {
            network: "Mlp",
            loss: f64::NAN,
            parameter: Some("dense1.weight"),
        };
        assert!(
            error
                .to_string()
                .contains("the parameter `dense1.weight` holds a non-finite value")
        );
    }

    #[test]
    fn errors_travel_between_threads_and_stay_small() {
        fn travels<T: Send + Sync + 'static>() {}
        travels::<Error>();
        assert!(size_of::<Error>() <= 128);
    }
}
