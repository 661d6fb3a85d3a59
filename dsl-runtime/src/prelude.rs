//! What a program that declares and trains networks needs: `use dsl_runtime::prelude::*;`.

pub use crate::checkpoint;
pub use crate::data::{Batch, Dataset, Mnist};
pub use crate::network;
pub use crate::optim::{Adam, Momentum, Optimizer, Sgd};
pub use crate::train::{EpochReport, Trainer, argmax, evaluate};
pub use crate::{Classifier, Error, Initializer, Layout, Mode, Network, Parameters, Real, Train, Workspace};
