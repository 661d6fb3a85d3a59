//! What is drawn of a function: boxes and the values that pass between them, whatever draws them.
//!
//! `values` draws every value of a graph, `layers` makes of that a picture of a few dozen boxes: the layers that the user called.

#![cfg_attr(
    not(feature = "pictures"),
    allow(dead_code, reason = "pictures by layers are drawn as SVG only")
)]

#[cfg(any(test, feature = "pictures"))]
mod layers;
#[cfg(test)]
mod tests;
mod values;

use crate::graph::Val;

/// A drawing without coordinates.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    pub nodes: Vec<Node>,
    pub groups: Vec<Group>,
    pub edges: Vec<Edge>,
}

/// One box.
#[derive(Clone, Debug)]
pub struct Node {
    /// No other box of the picture has this name: `logits.dense1`.
    pub name: String,
    /// The first line in the box.
    pub title: String,
    /// The lines below it: how the value is computed, its type.
    pub lines: Vec<String>,
    pub kind: NodeKind,
    /// True if it belongs to a derivative.
    pub backward: bool,
    /// The group that it stands in.
    pub group: Option<usize>,
    /// The calls that led there: `logits.block2.attention1`.
    path: String,
    /// The source expression that it belongs to.
    text: String,
    /// The word of its operator.
    word: &'static str,
    /// The number of elements, of a parameter.
    elements: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    Input,
    Parameter,
    /// State that is saved but not trained.
    Buffer,
    Operation,
    /// A value that a loop hands from one turn to the next.
    Carry,
    /// A result, or the new contents of a buffer.
    Result,
    /// The derivative by a parameter.
    Gradient,
}

/// A frame around boxes and other groups.
#[derive(Clone, Debug)]
pub struct Group {
    pub title: String,
    /// The group that it stands in, always an earlier one.
    pub parent: Option<usize>,
    pub kind: GroupKind,
    pub backward: bool,
    /// The calls that it stands for; of a loop, those that it stands in.
    path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// A function, a block or a layer.
    Call,
    /// A loop over time, which holds one turn.
    Loop,
}

/// A value on its way from one box to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    /// Its type.
    pub label: String,
    pub kind: EdgeKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    Forward,
    Backward,
    /// A value of the forward pass that the backward pass reads.
    Kept,
    /// From one turn of a loop to the next.
    Next,
}

/// An output of a function as a picture shows it.
pub struct Output {
    pub name: String,
    pub val: Val,
    /// True for the derivative by a parameter.
    pub is_gradient: bool,
}
