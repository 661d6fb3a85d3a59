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
    /// As the weight of convolutions of images whose channels lie last: output channels, input channels that each of them sees, and
    /// elements of the kernel. They read it no other way.
    Weight(WeightForm, [usize; 3]),
}

/// The form that the weight of convolutions lies packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightForm {
    /// For products of each element of a kernel with the pixels that it sees.
    Direct,
    /// Transformed, for Winograd's filtering in tiles.
    Winograd,
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

    /// True if a convolution reads its weight packed, and no other way.
    pub fn needs_packed(&self) -> bool {
        self.innermost().any(|kind| kind.packed_weight().is_some())
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
            _ => self.packed_weight(),
        }
    }

    /// The parameter that the step itself reads packed, and no other way.
    pub fn packed_weight(&self) -> Option<usize> {
        match self {
            StepKind::Kernel(call) => call.packed_weight().map(|(parameter, _)| parameter),
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
    /// True for a convolution that reads its weight packed, and no other way.
    pub fn reads_packed(&self) -> bool {
        self.op.kernel.function == KernelFunction::Conv2dChannelsLast
    }

    /// The parameter that is such a weight, and the sizes of the convolution, if it is read from its start on and without gaps, the same
    /// in all turns of loops.
    pub fn packed_weight(&self) -> Option<(usize, &Geometry)> {
        let (Sizes::Conv2d(geometry), [_, weight]) = (&self.op.kernel.sizes, &self.args[..]) else {
            return None;
        };
        let Source::Parameter(parameter) = weight.source else {
            return None;
        };
        let is_whole = weight.per_example.is_none()
            && weight.loop_strides.is_empty()
            && weight.view.offset == 0
            && weight.view.is_contiguous();
        (self.reads_packed() && self.mode == CallMode::Batch && is_whole && !self.rounded)
            .then_some((parameter, geometry))
    }
}
