//! The items of a program that declares and trains networks: `use dsl_runtime::prelude::*;`.
//!
//! Declarations: [`network!`](crate::network) and [`blocks!`](crate::blocks). Networks and calls: the traits
//! [`Network`] and [`Train`] (their methods are those of every network), [`HessianVector`] and
//! [`GaussNewtonVector`], [`Workspace`], [`Parameters`],
//! [`Error`]. Training: the optimizers, [`Trainer`], [`evaluate`], [`argmax`]. Data and results: the items of
//! [`data`](crate::data), and [`checkpoint`]. An item of the same name that the program declares itself takes
//! precedence.

pub use crate::blocks;
#[cfg(feature = "checkpoint")]
pub use crate::checkpoint;
pub use crate::data::{
    Augment, Batch, Batches, CharVocabulary, Cifar10, Dataset, Examples, Mnist, SequencePairs, Tokens,
};
pub use crate::network;
pub use crate::optim::{Adam, Momentum, Optimizer, Sgd};
pub use crate::train::{EpochReport, Trainer, argmax, evaluate};
pub use crate::{
    Classifier, Error, GaussNewtonVector, HessianVector, Initializer, Layout, Mode, Network, Parameters,
    Real, Train, Workspace,
};
