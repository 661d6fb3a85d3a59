//! Values that are there before the first step.

use super::{Layout, Type};
use crate::arena::Shape;
use crate::ops::{Operator, leaf};

/// A value that is there before the first step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Leaf {
    Input(leaf::Input),
    Parameter(leaf::Parameter),
    Direction(leaf::Direction),
    Buffer(leaf::Buffer),
    Constant(leaf::Constant),
    /// The number of examples of the batch.
    BatchSize,
    /// An argument of the body of a loop over time.
    Formal {
        index: usize,
        ty: Type,
    },
}

impl Leaf {
    pub fn name(&self) -> &'static str {
        match self {
            Leaf::Input(leaf) => leaf.name(),
            Leaf::Parameter(leaf) => leaf.name(),
            Leaf::Direction(leaf) => leaf.name(),
            Leaf::Buffer(leaf) => leaf.name(),
            Leaf::Constant(leaf) => leaf.name(),
            Leaf::BatchSize => leaf::BatchSize.name(),
            Leaf::Formal { .. } => "formal",
        }
    }

    pub fn attributes(&self) -> String {
        match self {
            Leaf::Input(leaf) => leaf.attributes(),
            Leaf::Parameter(leaf) => leaf.attributes(),
            Leaf::Direction(leaf) => leaf.attributes(),
            Leaf::Buffer(leaf) => leaf.attributes(),
            Leaf::Constant(leaf) => leaf.attributes(),
            Leaf::BatchSize => String::new(),
            Leaf::Formal { index, .. } => index.to_string(),
        }
    }

    pub fn ty(&self) -> Type {
        match self {
            Leaf::Input(leaf) => leaf.ty.clone().into(),
            Leaf::Parameter(leaf) => Type::real(Layout::Shared, leaf.shape.clone()),
            Leaf::Direction(leaf) => Type::real(Layout::Shared, leaf.shape.clone()),
            Leaf::Buffer(leaf) => Type::real(Layout::Shared, leaf.shape.clone()),
            Leaf::Constant(_) | Leaf::BatchSize => Type::real(Layout::Shared, Shape::scalar()),
            Leaf::Formal { ty, .. } => ty.clone(),
        }
    }
}
