//! What compiled networks compute with: [`kernels`], the vector maths of an element type ([`Real`]), the update loops
//! of optimizers, and [`parallel`], the threads that all of it runs on.
//!
//! A part of `dsl-runtime`, which publishes what users and emitted code call. It is a crate of its own because it
//! depends on nothing: it is built while the compiler behind `network!` is.
//!
//! # Cargo features
//!
//! * `f64`: the kernels for `f64` are compiled with this crate. Without it (as is usual, since most networks are
//!   computed in `f32`) they are compiled with each crate that calls them, under its optimisation level.

pub mod kernels;
mod math;
mod mix;
pub mod parallel;
mod real;
mod update;

pub use mix::mix;
pub use real::Real;
pub use update::{AdamRule, MomentumRule, UpdateRules};
