//! The compiler behind `network!`.
#![allow(dead_code, unused_imports)]

mod diagnostics;
mod differentiate;
mod elaborate;
mod emit;
mod graph;
mod math;

mod names;
mod ops;
mod prelude;
mod schedule;
mod syntax;
