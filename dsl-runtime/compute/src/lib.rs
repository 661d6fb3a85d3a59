//! The computational core of compiled networks: [`kernels`], the vector maths of an element type ([`Real`]),
//! the update loops of optimizers, and [`parallel`], the threads that all of it runs on. Each
//! [instruction set](isa) has a version of its own.
//!
//! This crate is a part of `dsl-runtime`, which publishes the items that users and emitted code call. It is
//! separate because it depends on nothing, so it is built at the same time as the compiler behind `network!`.
//!
//! # Cargo features
//!
//! * `f64`: compiles the kernels for `f64` with this crate. Without it (as is usual, since most networks are
//!   computed in `f32`) they are compiled with each crate that calls them, under its optimisation level.

pub mod isa;
pub mod kernels;
mod machine;
mod math;
mod mix;
pub mod parallel;
mod real;
mod update;

pub use mix::mix;
pub use real::Real;
pub use update::{AdamRule, MomentumRule, UpdateRules};
