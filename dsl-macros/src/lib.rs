//! The compiler behind `network!`.
#![allow(dead_code)]

mod differentiate;
mod emit;
mod graph;
mod math;
mod names;
mod ops;
mod optimise;
mod schedule;
mod syntax;
