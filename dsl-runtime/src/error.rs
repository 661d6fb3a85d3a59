//! All run-time errors, in one type.

use std::path::PathBuf;

pub use crate::problems::{
    CheckpointProblem, DataProblem, DatasetProblem, ImportProblem, MetricProblem, Mismatch, MisshapenTensor,
    MissingTensor, NamedShape, RunProblem, TableProblem, VocabularyProblem,
};
use crate::{FirstNonFinite, NonFinite};

/// A run-time error, naming the culprit and the remedy.
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
    /// An argument that is one value for the whole batch has the wrong length.
    #[error("`{input}` holds {len} values, but is one value of {expected} for the whole batch")]
    SharedInput {
        /// The argument's name.
        input: &'static str,
        /// Its length.
        len: usize,
        /// The length it must have.
        expected: usize,
    },
    /// A direction of the parameters does not have one value for each place of their layout.
    #[error(
        "a direction of {len} values, but `{network}` has parameters of {expected}: it is laid out as they are"
    )]
    DirectionLength {
        /// The network's name.
        network: &'static str,
        /// The direction's length.
        len: usize,
        /// The length of the network's layout.
        expected: usize,
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
        /// The position in the argument.
        position: usize,
        /// The value at that position.
        value: u32,
        /// The first value that is too large.
        limit: usize,
    },
    /// A gradient, or another derivative, was requested from a workspace without room for it.
    #[error(
        "a derivative of `{network}`, or a call in training mode, needs a training workspace, and this one was built \
         with `.inference()`; build it with `.training()`"
    )]
    InferenceWorkspace {
        /// The network's name.
        network: &'static str,
    },
    /// The gradient of evaluation mode, or another derivative, was requested of a network that is compiled without it.
    #[error(
        "`{network}` computes its derivatives in training mode only, since these are what trains it; where those of \
         evaluation mode are wanted too, write `#[gradient(evaluation)]` before its `loss`"
    )]
    NoEvaluationGradient {
        /// The network's name.
        network: &'static str,
    },
    /// The loss of a training step is infinite or NaN; nothing was updated.
    #[error("the loss of `{network}` is {loss}: {}", match (.parameter, .first) {
        (Some(at), _) => format!("{at}, so an earlier update overflowed; lower the learning rate"),
        (None, Some(first)) => format!("{first}; {}", first.advice()),
        (None, None) => "its parameters are finite, so look at the inputs, at parameters grown too large (lower the \
                 learning rate) and at what the loss does at its edges (logarithms and quotients of 0)".to_string(),
    })]
    NonFiniteLoss {
        /// The network's name.
        network: &'static str,
        /// The loss.
        loss: f64,
        /// The first parameter that holds a non-finite value, if there is one.
        parameter: Option<NonFinite>,
        /// Else the first value of the step that does, where one could look.
        first: Option<Box<FirstNonFinite>>,
    },
    /// A value of the gradient is infinite or NaN; nothing was updated.
    #[error("{at} in the gradient{}", match .first {
        Some(first) => format!(": {first}; {}", first.advice()),
        None => "; look at what the loss does at its edges (roots, logarithms and quotients of 0), at the inputs, and at \
                 parameters grown too large (lower the learning rate)".to_owned(),
    })]
    NonFiniteGradient {
        /// The first such value, in the order of the layout.
        at: NonFinite,
        /// The first value of the step that is not finite, in the order of the computation, where one could look.
        first: Option<Box<FirstNonFinite>>,
    },
    /// A training ends an epoch with a value that is infinite or NaN.
    #[error("after an update, {at} of `{network}`{}; lower the learning rate", match .average {
        Some(average) => format!(" in the optimizer's average {average}"),
        None => String::new(),
    })]
    NonFiniteTraining {
        /// The network's name.
        network: &'static str,
        /// The first such value.
        at: NonFinite,
        /// The optimizer's average that holds it, unless the network itself does.
        average: Option<&'static str>,
    },
    /// A step was requested while the gradients of micro-batches wait to be applied.
    #[error(
        "the workspace holds the gradient of {examples} examples that were accumulated and not applied; call \
         `model.apply(…)`, or `work.discard_accumulated()`, first"
    )]
    Accumulating {
        /// The number of accumulated examples.
        examples: usize,
    },
    /// An accumulated gradient was to be applied, but there is none.
    #[error("there is nothing to apply: `{network}` has accumulated no gradient in this workspace")]
    NothingAccumulated {
        /// The network's name.
        network: &'static str,
    },
    /// The new value of a buffer is infinite or NaN; nothing was updated.
    #[error(
        "the new value of a buffer of `{network}` is not finite: {at}{}; the variance of a batch with a single \
         value per channel is undefined, so train with larger batches; else look at the inputs",
        match .first {
            Some(first) => format!(" ({first})"),
            None => String::new(),
        }
    )]
    NonFiniteBuffer {
        /// The network's name.
        network: &'static str,
        /// The first such value.
        at: NonFinite,
        /// The first value of the step that is not finite, where one could look.
        first: Option<Box<FirstNonFinite>>,
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
        /// The condition on its value.
        expected: &'static str,
    },
    /// A group of an optimizer's parameters has no members.
    #[error("no parameter matches the group `{pattern}` of {owner}{}", match &.near[..] {
        [] => "; the network has no parameters".to_owned(),
        near => format!("; the nearest names are `{}`", near.join("`, `")),
    })]
    NoParameterMatches {
        /// The optimizer.
        owner: &'static str,
        /// The pattern of the group.
        pattern: String,
        /// The nearest names that there are.
        near: Vec<&'static str>,
    },
    /// An optimizer that holds state for one network was used on another.
    #[error(
        "{optimizer} holds state for {held} parameters and cannot update {asked}; make one optimizer per model, \
         or call `reset` to forget the state"
    )]
    OptimizerState {
        /// The optimizer.
        optimizer: &'static str,
        /// The number of parameters that its state is for.
        held: usize,
        /// The number of parameters that it was asked to update.
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
    /// A value, a derivative or a product of the objective of a minimiser is infinite or NaN; nothing was
    /// changed.
    #[error(
        "{}the {quantity} of the objective is {value}; look at where the minimiser starts, and at what the \
         objective does at its edges (roots, logarithms and quotients of 0)", match .position {
            Some(position) => format!("element {position} of "),
            None => String::new(),
        }
    )]
    NonFiniteObjective {
        /// The quantity: the value, the gradient, a product, residuals.
        quantity: &'static str,
        /// The index of the first such element, if the quantity is a vector.
        position: Option<usize>,
        /// Its value.
        value: f64,
    },
    /// A vector of a minimiser, or of its state, has not the length that the problem has.
    #[error("{vector} holds {found} values, but {expected} are needed")]
    MinimiserLength {
        /// The vector.
        vector: &'static str,
        /// Its length.
        found: usize,
        /// The length it must have.
        expected: usize,
    },
    /// A file could not be opened, read or written.
    #[error("cannot {action} `{}`: {source}", .path.display())]
    File {
        /// The action that failed.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason for the failure.
        source: std::io::Error,
    },
    /// The contents of a data file are not as expected.
    #[error("`{}`: {problem}", .path.display())]
    Data {
        /// The file (or folder).
        path: PathBuf,
        /// The problem with it.
        problem: DataProblem,
    },
    /// Inputs and labels do not make a data set.
    #[error("not a data set: {0}")]
    Dataset(DatasetProblem),
    /// Predictions cannot be held against their targets.
    #[error("{metric}: {problem}")]
    Metric {
        /// The metric.
        metric: &'static str,
        /// The reason.
        problem: MetricProblem,
    },
    /// What a training is to watch is not measured.
    #[error("nothing called `{name}` is measured at the end of an epoch; there are `{}`", known.join("`, `"))]
    NothingToWatch {
        /// The name that was asked for.
        name: String,
        /// The names of what is measured.
        known: Vec<String>,
    },
    /// A setting of the training loop that only a network it knows can have.
    #[error(
        "`fit_with` knows no network, so it cannot {setting}; train by `fit_examples`, or do it in a callback"
    )]
    NoNetwork {
        /// What it cannot do.
        setting: &'static str,
    },
    /// A training is to mix examples of a network whose loss takes one class for each.
    #[error(
        "mixtures of examples have shares of several classes, and this loss takes one class for each example: declare \
         a loss that takes `Tensor<CLASSES>` for its `Index<CLASSES>`, and train by `fit_shares`"
    )]
    MixedClasses,
    /// A training cannot wait for Ctrl-C.
    #[error("no training can be stopped by Ctrl-C: {0}")]
    CtrlC(String),
    /// Text cannot be turned into tokens, or tokens into text.
    #[error("not in the vocabulary: {0}")]
    Vocabulary(VocabularyProblem),
    /// The folder of a run is not as expected.
    #[error("the run `{}`: {problem}", .path.display())]
    Run {
        /// The folder.
        path: PathBuf,
        /// The problem with it.
        problem: RunProblem,
    },
    /// A safetensors file is at fault, or a checkpoint does not fit the network it is loaded into; the network is unchanged.
    #[error("checkpoint `{}`: {problem}", .path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// The problem with it.
        problem: CheckpointProblem,
    },
}

#[cfg(test)]
mod tests {
    use super::{Error, NonFinite};

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
            parameter: Some(NonFinite {
                name: "dense1.weight",
                position: 3,
                value: f64::INFINITY,
            }),
            first: None,
        };
        let text = error.to_string();
        assert!(
            text.contains("element 3 of `dense1.weight` is inf, so an earlier update overflowed"),
            "{text}"
        );
    }

    #[test]
    fn errors_travel_between_threads_and_stay_small() {
        fn travels<T: Send + Sync + 'static>() {}
        travels::<Error>();
        assert!(size_of::<Error>() <= 128);
    }
}
