//! The lowered level: how a value is computed, and where the examples of a batch lie in it.
//!
//! Its operators are few and each is a way to compute: an expression of one element, another view of memory, a fold, a product, a
//! call of a kernel, a loop over time. A graph is lowered after it has been differentiated and optimised; then values are laid out
//! and scheduled.

#[cfg(test)]
pub mod interpret;
#[cfg(test)]
pub mod print;
#[cfg(test)]
pub mod verify;

pub use crate::arena::{Element, Number, Shape, Val};
pub use crate::ops::lowered::{
    Assembly, BLOCK, Border, Computes, Function, Graph, KernelOp, Layout, Leaf, Lowered, Movement,
    PerExample, Reduction, ScalarOp, Scan, Type, blocked, channels_last, lower,
};
