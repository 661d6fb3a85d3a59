//! Clipping: what of a gradient is too large for a step.

use std::ops::Range;

use super::plan::Span;
use super::{demand, shared};
use crate::kernels::nrm2;
use crate::parallel::{Executor, Phase, Share, Team, rows_mut};
use crate::{AlignedBuffer, Error, Real};

/// A bound on the gradient, before anything is added to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Clip {
    /// On the magnitude of every element.
    Value(f64),
    /// On the 2-norm of all that is updated.
    Norm(f64),
    /// On the 2-norm of every tensor.
    Block(f64),
}

impl Clip {
    /// Checks the bound.
    pub fn check(self, owner: &'static str) -> Result<(), Error> {
        let (name, bound) = match self {
            Clip::Value(bound) => ("bound on the gradient's values", bound),
            Clip::Norm(bound) => ("bound on the gradient's norm", bound),
            Clip::Block(bound) => ("bound on the norm of each tensor's gradient", bound),
        };
        demand(
            bound.is_finite() && bound > 0.0,
            owner,
            name,
            bound,
            "finite and positive",
        )
    }
}

/// The number of elements whose norm one worker forms in one go. The cuts do not depend on the number of
/// workers, so nor do the bits.
const CHUNK: usize = 1 << 14;

/// The norms of gradients, formed in chunks.
#[derive(Debug, Clone)]
pub(super) struct Norms<T: Real> {
    chunks: Vec<Range<usize>>,
    /// The range of the chunks of each span.
    of_spans: Vec<Range<usize>>,
    /// The norm of each chunk.
    norms: AlignedBuffer<T>,
}

/// Forms the norms of some chunks.
struct OfChunks<'a, T> {
    chunks: &'a [Range<usize>],
    gradient: &'a [T],
}

impl<T: Real> Phase<T, 0, 0, 1> for OfChunks<'_, T> {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: Share<'_, T, 0, 0, 1>) {
        let ([norms], [chunks]) = (share.values, share.rows);
        for (norm, chunk) in norms.iter_mut().zip(&self.chunks[chunks]) {
            *norm = nrm2(&self.gradient[chunk.clone()]);
        }
    }
}

impl<T: Real> Norms<T> {
    /// Memory for the norms of these spans.
    pub fn of(spans: &[Span]) -> Self {
        let mut chunks = Vec::new();
        let of_spans = spans.iter().map(|span| {
            let (first, end) = (chunks.len(), span.range.end);
            let starts = span.range.clone().step_by(CHUNK);
            chunks.extend(starts.map(|start| start..end.min(start + CHUNK)));
            first..chunks.len()
        });
        let of_spans = of_spans.collect();
        Norms {
            norms: AlignedBuffer::zeros(chunks.len()),
            chunks,
            of_spans,
        }
    }

    /// Forms the norms of this gradient.
    fn form<E: Executor>(&mut self, team: &mut Team<E>, gradient: &[T]) {
        let phase = OfChunks {
            chunks: &self.chunks,
            gradient,
        };
        let norms = [rows_mut(&mut self.norms, 1)];
        team.by_rows(&phase, gradient.len(), shared::LOOK_FLOPS, norms, &mut []);
    }

    /// The norm of all spans together.
    fn whole(&self) -> f64 {
        nrm2(&self.norms).to_f64()
    }

    /// The norm of the span with this index.
    fn span(&self, index: usize) -> f64 {
        nrm2(&self.norms[self.of_spans[index].clone()]).to_f64()
    }
}

/// What is left of the gradient of a span.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clipped {
    /// The factor of the gradient.
    pub factor: f64,
    /// The bound on the magnitude of its values.
    pub bound: Option<f64>,
}

impl Clipped {
    /// The whole gradient.
    const NOT: Clipped = Clipped {
        factor: 1.0,
        bound: None,
    };

    /// The gradient brought down from a norm to `bound`.
    fn to(bound: f64, norm: f64) -> Clipped {
        let factor = if norm > bound { bound / norm } else { 1.0 };
        Clipped {
            factor,
            ..Clipped::NOT
        }
    }

    /// What `clip` leaves of the spans, by their index. The norms of the gradient, if it needs them, are
    /// formed first.
    pub fn by<T: Real, E: Executor>(
        clip: Option<Clip>,
        team: &mut Team<E>,
        norms: &mut Norms<T>,
        gradient: &[T],
    ) -> impl Fn(usize) -> Clipped {
        if let Some(Clip::Norm(_) | Clip::Block(_)) = clip {
            norms.form(team, gradient);
        }
        let all = match clip {
            Some(Clip::Norm(bound)) => Clipped::to(bound, norms.whole()),
            Some(Clip::Value(bound)) => Clipped {
                bound: Some(bound),
                ..Clipped::NOT
            },
            Some(Clip::Block(_)) | None => Clipped::NOT,
        };
        let norms = &*norms;
        move |index| match clip {
            Some(Clip::Block(bound)) => Clipped::to(bound, norms.span(index)),
            _ => all,
        }
    }
}
