//! The compiler behind `network!`: a declaration's tokens in, the tokens of its forward and backward pass out.
//!
//! [`expand`] is what the procedural macros call. Everything else is the compiler's own: `compile` lists its stages in
//! order.

#![forbid(unsafe_code)]

pub mod expand;

mod arena;
mod collections;
mod compile;
mod diagnostics;
mod differentiate;
#[cfg(test)]
mod documentation;
mod elaborate;
mod emit;
mod graph;
mod import;
mod layers;
mod lowered;
mod math;
mod names;
mod ops;
mod optimise;
mod picture;
mod plan;
mod prelude;
mod program;
mod publish;
#[cfg(test)]
mod random;
mod reference;
mod schedule;
mod syntax;
#[cfg(test)]
mod tests;
mod view;
