//! The compiler behind `network!`.
#![allow(dead_code)]

mod differentiate;
mod elaborate;
mod emit;
mod graph;
mod math;
mod names;
mod ops;
mod schedule;
mod syntax;
