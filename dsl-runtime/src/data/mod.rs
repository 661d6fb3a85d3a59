//! Data sets: labelled examples in memory, their batches, and readers of files.

mod batches;
mod dataset;
pub mod idx;
mod mnist;
mod order;

pub use batches::{Batch, Batches, InOrder};
pub use dataset::Dataset;
pub use mnist::Mnist;
pub use order::Order;
