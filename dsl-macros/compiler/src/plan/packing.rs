//! Parameters that lie packed, for all calls that only read them.

use std::collections::BTreeMap;

use super::{CallMode, Gemm, KernelCall, Plan, Size, Source, StepKind};
use crate::ops::conv::Geometry;
use crate::ops::{KernelFunction, Sizes};

/// The way in which a parameter lies packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// In the panels of products. A product that does not find it packed packs it itself.
    RightFactor(RightFactor),
    /// As the weight of convolutions by Winograd's filtering, transformed: its output and input channels. They read it no other way.
    Winograd([usize; 2]),
}

/// The right factor of a product that is a parameter, as the product reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RightFactor {
    pub terms: usize,
    pub columns: usize,
    /// The distances from term to term and from column to column.
    pub strides: [usize; 2],
}

/// The parameters of a network that lie packed.
pub type Packings = BTreeMap<usize, Packing>;

impl Plan {
    /// The most rows of a product by a packed factor, if there is one.
    pub fn packed_rows(&self) -> Option<Size> {
        let rows = self.innermost().filter_map(|kind| match kind {
            StepKind::Gemm(gemm) if gemm.packed => Some(gemm.m),
            _ => None,
        });
        rows.max_by_key(|rows| (!rows.is_literal(), rows.times))
    }

    /// True if a convolution reads its weight transformed, and no other way.
    pub fn needs_packed(&self) -> bool {
        let mut kinds = self.innermost();
        kinds.any(|kind| matches!(kind, StepKind::Kernel(call) if call.transformed))
    }

    fn innermost(&self) -> impl Iterator<Item = &StepKind> {
        let steps = self.phases.iter().flat_map(|phase| &phase.steps);
        steps.flat_map(|step| step.kind.innermost())
    }
}

impl StepKind {
    /// The parameter that the step itself reads packed, where it is.
    pub fn packed_parameter(&self) -> Option<usize> {
        match self {
            StepKind::Gemm(gemm) if gemm.packed => gemm.right_factor().map(|(parameter, _)| parameter),
            _ => self.transformed_parameter(),
        }
    }

    /// The parameter that the step itself reads transformed, and no other way.
    pub fn transformed_parameter(&self) -> Option<usize> {
        match self {
            StepKind::Kernel(call) => call.transformed_parameter(),
            _ => None,
        }
    }
}

impl Gemm {
    /// The parameter that is the right factor, if it is read from its start on and without gaps, by columns of several products,
    /// the same in all turns of loops.
    pub fn right_factor(&self) -> Option<(usize, RightFactor)> {
        let Source::Parameter(parameter) = self.b.source else {
            return None;
        };
        if !self.n.is_literal() || !self.k.is_literal() || self.rounded {
            return None;
        }
        let (terms, columns) = (self.k.times, self.n.times);
        let without_gaps = self.b_strides == [columns, 1] || self.b_strides == [1, terms];
        let moves = !self.b.loop_strides.is_empty() || self.loops.iter().any(|(_, strides)| strides[1] != 0);
        let is_whole = self.b.per_example.is_none() && self.b.view.offset == 0 && without_gaps && !moves;
        (is_whole && terms > 1 && columns > 1).then_some((
            parameter,
            RightFactor {
                terms,
                columns,
                strides: self.b_strides,
            },
        ))
    }
}

impl KernelCall {
    /// The parameter that is the weight of a convolution of images one by one, and its sizes, if it is read from its start on and
    /// without gaps, the same in all turns of loops.
    pub fn weight(&self) -> Option<(usize, &Geometry)> {
        let kernel = &self.op.kernel;
        let (Sizes::Conv2d(geometry), [_, weight]) = (&kernel.sizes, &self.args[..]) else {
            return None;
        };
        let Source::Parameter(parameter) = weight.source else {
            return None;
        };
        let is_convolution = kernel.function == KernelFunction::Conv2d && self.mode == CallMode::Batch;
        let is_whole = weight.per_example.is_none()
            && weight.loop_strides.is_empty()
            && weight.view.offset == 0
            && weight.view.is_contiguous();
        (is_convolution && is_whole && !self.rounded).then_some((parameter, geometry))
    }

    /// The weight, if it is read transformed.
    pub fn transformed_parameter(&self) -> Option<usize> {
        let weight = self.weight().filter(|_| self.transformed);
        weight.map(|(parameter, _)| parameter)
    }
}
