//! The graph level: what a network computes, in real numbers, with the operators of `ops`.
//!
//! A graph is differentiated, optimised and printed; its interpreter defines what it means.

pub mod interpret;
#[cfg(test)]
pub mod verify;

pub use crate::arena::{Array, Batching, Element, Mismatch, Number, Origin, Shape, Type, Val};
pub use crate::ops::{Expr, Function, Graph, Node};
