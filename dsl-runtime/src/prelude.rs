//! What a program that declares and trains networks needs: `use dsl_runtime::prelude::*;`.
//!
//! To declare: [`network!`](crate::network) and [`blocks!`](crate::blocks). To make and call: the traits [`Network`] and [`Train`] (their methods are those
//! of every network), [`Workspace`], [`Parameters`], [`Error`]. To train: the optimizers, [`Trainer`], [`evaluate`],
//! [`argmax`]. For data and results: what [`data`](crate::data) holds, and
//! [`checkpoint`]. Of these, what a program declares itself
//! under the same name takes precedence.

pub use crate::blocks;
#[cfg(feature = "checkpoint")]
pub use crate::checkpoint;
pub use crate::data::{
    Augment, Batch, Batches, CharVocabulary, Cifar10, Dataset, Examples, Mnist, SequencePairs, Tokens,
};
pub use crate::network;
pub use crate::optim::{Adam, Momentum, Optimizer, Sgd};
pub use crate::train::{EpochReport, Trainer, argmax, evaluate};
pub use crate::{Classifier, Error, Initializer, Layout, Mode, Network, Parameters, Real, Train, Workspace};
