//! Networks compiled by [`network!`](network): kernels, optimizers, training loop, data and checkpoints.
//!
//! A crate that declares networks depends on this one alone.
//!
//! ```
//! use dsl_runtime::prelude::*;
//!
//! network! {
//!     /// Two scores for a point of the plane: outside, inside.
//!     pub struct Point;
//!
//!     pub fn scores(&self, at: Tensor<2>) -> Tensor<2> {
//!         at.dense(8).tanh().dense(2)
//!     }
//!
//!     pub fn loss(&self, at: Tensor<2>, inside: Index<2>) -> Scalar {
//!         self.scores(at).softmax_cross_entropy(inside)
//!     }
//! }
//!
//! # fn main() -> Result<(), Error> {
//! // Four points, one after the other, and a class for each.
//! let points = [0.1, 0.2, 0.9, -0.8, -0.3, 0.1, 0.7, 0.9];
//! let inside = [1, 0, 1, 0];
//!
//! let mut model = Point::new(1);
//! let mut work = Point::workspace().batch(4).build();
//! let mut optimizer = Momentum::new(0.5, 0.9);
//! let before = model.loss(&mut work, &points, &inside)?;
//! for _ in 0..50 {
//!     model.train_step(&mut work, (&points, &inside), &mut optimizer)?;
//! }
//! assert!(model.loss(&mut work, &points, &inside)? < 0.5 * before);
//!
//! // Any number of examples up to the workspace's batch; the first of these points lies inside.
//! assert_eq!(argmax(model.scores(&mut work, &points[..2])?), Some(1));
//! # Ok(())
//! # }
//! ```
//!
//! # A network
//!
//! [`network!`](network) emits a type with one method for each entry point, and implements [`Network`] for
//! it; if an entry point is named `loss`, [`Train`] too, which steps of training need. A network whose loss
//! takes a tensor and a class is a [`Classifier`]: [`train::Trainer`] trains it on a [`data::Dataset`],
//! [`train::evaluate`] evaluates it.
//!
//! Its parameters are one flat buffer, [`Parameters`], whose parts the [`Layout`] names. The gradient and the
//! state of an optimizer have the same layout.
//!
//! ```
//! # use dsl_runtime::prelude::*;
//! # network! {
//! #     pub struct Point;
//! #     pub fn loss(&self, at: Tensor<2>, height: Tensor<1>) -> Scalar { at.dense(1).squared_error(height) }
//! # }
//! # fn main() -> Result<(), Error> {
//! // The same declaration in f64, and a gradient taken by hand.
//! let mut model = <Point<f64> as Network>::new(1);
//! let mut work = <Point<f64> as Network>::workspace().threads(1).build();
//! let (loss, gradient) = model.loss_and_grad(&mut work, &[1.0, 2.0], &[3.0])?;
//! assert!(loss > 0.0);
//! let step: Vec<f64> = gradient.iter().map(|slope| 0.01 * slope).collect();
//! for (parameter, step) in model.parameters_mut().iter_mut().zip(step) {
//!     *parameter -= step;
//! }
//! let weight = model.parameters().get("loss.dense1.weight").expect("the layout names it");
//! assert_eq!(weight.len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # A workspace
//!
//! A [`Workspace`] holds everything else that a call needs: memory for a limited number of examples, and
//! threads. It is made once, and the calls that borrow it allocate nothing. One for inference is smaller:
//! `Point::workspace().inference()`.
//!
//! # Errors
//!
//! A run-time [`Error`] names the culprit; nothing has changed then:
//!
//! ```
//! # use dsl_runtime::prelude::*;
//! # network! {
//! #     pub struct Point;
//! #     pub fn loss(&self, at: Tensor<2>, inside: Index<2>) -> Scalar {
//! #         at.dense(2).softmax_cross_entropy(inside)
//! #     }
//! # }
//! let mut work = Point::workspace().batch(2).build();
//! let error = Point::new(1).loss(&mut work, &[0.0; 4], &[0, 2]).unwrap_err();
//! assert_eq!(error.to_string(), "`inside[1]` is 2, but must be below 2");
//! ```
//!
//! # Cargo features
//!
//! The first two are on unless `default-features = false` says otherwise; the fewer, the faster the first
//! build.
//!
//! * `checkpoint`: networks and trainings saved in safetensors files, the module `checkpoint` and
//!   `Trainer::checkpoint`.
//! * `gzip`: reads compressed data files; without it they are an error that says so.
//! * `csv`: tables in files of comma-separated values, `data::Table`.
//! * `images`: images in folders of PNG and JPEG files, `data::ImageFolder`.
//! * `arrays`: arrays in NumPy's files and in safetensors files, `data::npy` and `data::safetensors`.
//! * `text`: vocabularies of words and of byte pairs, `data::WordVocabulary` and `data::BytePairs`.
//! * `import`: other people's networks, whose tensors have other names or layouts, `checkpoint::Import`.
//! * `progress`: the bar that a [`Trainer`](train::Trainer) draws; without it there is none.
//! * `run`: the folder of what is to be seen of a training, `run::RunFolder`: configuration, log, events for TensorBoard.
//! * `report`: the page that shows a training, `run::Report`; with it `run`.
//! * `notebook`: results as pictures, formulas and tables in a notebook, `notebook`.
//! * `tracing`: spans of trainings, epochs, steps (at the level debug), evaluations, saves and loads, for subscribers of the
//!   crate of that name; without it there are none, and they cost nothing.
//! * `pictures`: pictures of networks, `#[document(svg)]`; without it that word is an error.
//! * `ctrlc`: Ctrl-C ends a training after the step it is in, where a `Trainer` is told so.
//! * `f64`: the kernels for `f64` are compiled with this crate, and optimised as it is. Without it they are
//!   compiled with each crate that declares a network in `f64`: slower to build, and slow to run in a debug
//!   build.

#![forbid(unsafe_code)]

mod buffer;
#[cfg(feature = "checkpoint")]
pub mod checkpoint;
mod cost;
pub mod data;
pub mod diagnosis;
mod error;
mod finite;
mod foreign;
mod gradient;
mod initialise;
mod inputs;
mod layout;
#[doc(hidden)]
pub mod macros;
pub mod metrics;
pub mod minimise;
mod network;
#[cfg(feature = "notebook")]
pub mod notebook;
pub mod optim;
mod packed;
mod parameters;
pub mod prelude;
mod problems;
pub mod random;
#[doc(hidden)]
pub mod reference;
#[cfg(any(feature = "checkpoint", feature = "run"))]
mod replace;
#[cfg(feature = "run")]
pub mod run;
#[cfg(not(feature = "run"))]
#[path = "run/absent.rs"]
mod run;
pub mod schedule;
mod second_order;
mod slots;
mod span;
mod step;
#[cfg(test)]
mod testing;
pub mod train;
pub mod words;
mod workspace;
#[cfg(any(feature = "checkpoint", feature = "run"))]
mod xxh64;

pub use buffer::AlignedBuffer;
pub use cost::{Cost, Costs};
pub use diagnosis::{Diagnosis, FirstNonFinite, Trace};
pub use dsl_compute::{Real, kernels, parallel};
pub use error::{
    CheckpointProblem, DataProblem, DatasetProblem, Error, ImportProblem, MetricProblem, Mismatch,
    MisshapenTensor, MissingTensor, NamedShape, RunProblem, TableProblem, VocabularyProblem,
};
pub use finite::NonFinite;
pub use gradient::Gradient;
pub use initialise::{Initializer, initialise};
pub use inputs::{check_indices, check_shared};
pub use layout::{Layout, Parameter, Places};
pub use network::Network;
pub use optim::{Adam, Momentum, Optimizer, OptimizerState, Sgd};
pub use packed::{Packed, PackedParameter, Packing};
pub use parameters::Parameters;
pub use second_order::{GaussNewtonVector, HessianVector, check_direction};
pub use slots::{Rest, Slot, carve};
pub use step::{Classifier, SoftClassifier, Train};
pub use workspace::{Memory, Mode, Parts, Updates, Workspace, WorkspaceBuilder};

/// The programs of the documents, compiled as tests.
#[cfg(all(doctest, feature = "checkpoint"))]
pub mod documents {
    #[doc = include_str!("../../README.md")]
    pub struct Readme;

    #[doc = include_str!("../../docs/language.md")]
    pub struct Language;

    #[cfg(all(feature = "import", feature = "run"))]
    #[doc = include_str!("../../docs/training.md")]
    pub struct Training;

    #[doc = include_str!("../../docs/guide/first-network.md")]
    pub struct FirstNetwork;

    #[cfg(feature = "images")]
    #[doc = include_str!("../../docs/guide/images.md")]
    pub struct Images;

    #[doc = include_str!("../../docs/guide/generated-code.md")]
    pub struct GeneratedCode;

    #[doc = include_str!("../../docs/guide/second-order.md")]
    pub struct SecondOrder;

    #[doc = include_str!("../../docs/guide/serving.md")]
    pub struct Serving;
}
