//! Networks compiled by `network!`: kernels, optimizers, training loop, data and checkpoints.

mod real;

pub use real::Real;
