//! Networks compiled by `network!`: kernels, optimizers, training loop, data and checkpoints.

mod buffer;
pub mod checkpoint;
pub mod data;
mod error;
mod initialise;
mod inputs;
pub mod kernels;
mod layout;
mod math;
mod network;
pub mod optim;
pub mod parallel;
mod parameters;
pub mod prelude;
mod problems;
pub mod random;
mod real;
#[doc(hidden)]
pub mod reference;
mod slots;
#[cfg(test)]
mod testing;
pub mod train;
mod workspace;

pub use buffer::AlignedBuffer;
pub use dsl_macros::{network, reference};
pub use error::{CheckpointProblem, DataProblem, DatasetProblem, Error};
pub use initialise::{Initializer, initialise};
pub use inputs::{check_indices, check_shared};
pub use layout::{Layout, Parameter, Places};
pub use network::{Classifier, Network, Train};
pub use optim::{Adam, Momentum, Optimizer, Sgd};
pub use parameters::Parameters;
pub use real::Real;
pub use slots::{Slot, carve, split_ranges};
pub use workspace::{Memory, Mode, Parts, Workspace, WorkspaceBuilder};
