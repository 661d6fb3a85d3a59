//! The compiler behind `network!`.
#![allow(dead_code)]

mod differentiate;
mod emit;
mod graph;
mod math;

mod names;
mod ops;
mod schedule;
mod syntax;
