//! Types of the lowered level: like those of graphs, and where the examples of a batch lie.

use std::fmt;

use crate::arena::{self, Batching, Element, Mismatch, Shape, write_type};

/// The number of examples of a block; the last block of a batch may hold fewer.
pub const BLOCK: usize = 16;

/// The place of the examples of a batch within a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layout {
    /// One value for the whole batch.
    Shared,
    /// One value for each example, one after the other; printed with a leading `B` axis.
    Examples,
    /// One value for each block of [`BLOCK`] examples; printed with a leading `B/16` axis. It is either what
    /// the examples of a block have side by side, in its last axis, or a sum over them.
    Blocks,
}

impl Layout {
    /// The number of elements that belong to one example, if a value has `elements` in all.
    pub fn of_one(self, elements: usize) -> usize {
        match self {
            Layout::Blocks => elements.div_ceil(BLOCK),
            Layout::Examples | Layout::Shared => elements,
        }
    }

    /// The number of values of this layout that a batch of so many examples has.
    pub fn units(self, examples: usize) -> usize {
        match self {
            Layout::Shared => 1,
            Layout::Examples => examples,
            Layout::Blocks => examples.div_ceil(BLOCK),
        }
    }

    /// The name of the batch axis in front of a shape, if it has one.
    pub fn batch_axis(self) -> Option<&'static str> {
        match self {
            Layout::Shared => None,
            Layout::Examples => Some("B"),
            Layout::Blocks => Some("B/16"),
        }
    }
}

impl From<Batching> for Layout {
    fn from(batching: Batching) -> Layout {
        match batching {
            Batching::Shared => Layout::Shared,
            Batching::PerExample => Layout::Examples,
        }
    }
}

/// The type of a value of a lowered graph.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    pub layout: Layout,
    pub element: Element,
    pub shape: Shape,
}

impl Type {
    pub fn real(layout: Layout, shape: impl Into<Shape>) -> Type {
        Type {
            layout,
            element: Element::Real,
            shape: shape.into(),
        }
    }

    pub fn is_index(&self) -> bool {
        matches!(self.element, Element::Index { .. })
    }

    /// The type of one of its units as an operator of graphs sees it: a block counts as one example.
    pub fn of_unit(&self) -> arena::Type {
        arena::Type {
            batching: match self.layout {
                Layout::Shared => Batching::Shared,
                Layout::Examples | Layout::Blocks => Batching::PerExample,
            },
            element: self.element,
            shape: self.shape.clone(),
        }
    }

    /// The type of one example's value: of a block, what lies in one place of its last axis.
    pub fn of_example(&self) -> Result<arena::Type, Mismatch> {
        let mut ty = self.of_unit();
        if self.layout == Layout::Blocks {
            ty.shape = unblocked(&self.shape)
                .ok_or_else(|| Mismatch::new(format!("{self} is no block of examples")))?;
        }
        Ok(ty)
    }
}

impl From<arena::Type> for Type {
    fn from(ty: arena::Type) -> Type {
        Type {
            layout: ty.batching.into(),
            element: ty.element,
            shape: ty.shape,
        }
    }
}

/// `[B/16, 6, 28, 28, 16]` in blocks; otherwise like a type of a graph.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_type(f, self.layout.batch_axis(), &self.shape, self.element)
    }
}

/// The shape of a block of values of this shape: the examples are its last axis.
pub fn blocked(shape: &Shape) -> Shape {
    Shape(shape.0.iter().copied().chain([BLOCK]).collect())
}

/// The shape of one example's value in a block of this shape.
pub fn unblocked(block: &Shape) -> Option<Shape> {
    let (&last, before) = block.0.split_last()?;
    (last == BLOCK).then(|| Shape(before.to_vec()))
}
