//! The numbers of emitted code: against PyTorch, against the interpreter, against finite differences, against
//! themselves on other threads and in other batches, and on input that is wrong.
//!
//! The crate forbids `unsafe`, as a user's may.

#![forbid(unsafe_code)]

#[path = "../agrees/mod.rs"]
mod agrees;
mod bad_input;
mod determinism;
mod edges;
mod emitted;
mod families;
mod fixtures;
mod from_start;
mod gradients;
mod half_width;
mod long_sums;
mod losses;
mod parity;
#[path = "../recorded/mod.rs"]
mod recorded;
#[path = "../recorded/edges.rs"]
mod recorded_edges;
mod state;
mod training;
