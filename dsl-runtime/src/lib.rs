//! Networks compiled by `network!`: kernels, optimizers, training loop, data and checkpoints.

pub mod kernels;
mod math;
pub mod parallel;
mod real;

pub use real::Real;
