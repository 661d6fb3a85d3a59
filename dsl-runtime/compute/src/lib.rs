//! The computational core of compiled networks: [`kernels`], the vector maths of an element type ([`Real`]),
//! the update loops of optimizers, [`parallel`], the threads that all of it runs on, and [`isa`], the
//! instruction sets that it is compiled for.
//!
//! This crate is a part of `dsl-runtime`, which publishes the items that users and emitted code call. It is
//! separate because it depends on next to nothing, so it is built at the same time as the compiler behind
//! `network!`.
//!
//! Kernels and mathematics are written for `core`. What needs more of the machine lies in one folder,
//! `machine`: with the standard library threads, and the detection of the instruction set; without it the
//! calling thread, and the instruction set of the target.
//!
//! # Cargo features
//!
//! * `std`, on unless asked otherwise: threads, the detection of instruction sets, and the mathematical
//!   functions of the standard library. Without it the crate is `no_std`, allocates nothing, and needs the
//!   next feature.
//! * `libm`: the mathematical functions of the crate [libm](https://docs.rs/libm), used only without `std`.
//! * `f64`: compiles the kernels for `f64` with this crate. Without it (as is usual, since most networks are
//!   computed in `f32`) they are compiled with each crate that calls them, under its optimisation level.
//! * `matrixmultiply`: computes products by the crate of that name, as on architectures without kernels of
//!   their own (all but x86-64 and 64-bit ARM). It finds instructions by itself, whatever `DSL_ISA` asks for,
//!   and allocates. Needs `std`: without it the portable kernels compute all products.

#![cfg_attr(not(any(feature = "std", test)), no_std)]

pub mod isa;
pub mod kernels;
mod machine;
mod math;
mod mix;
pub mod parallel;
mod real;
#[doc(hidden)]
pub mod update;

pub use machine::{HUGE_PAGE, prefer_huge_pages};
pub use mix::mix;
pub use real::Real;
