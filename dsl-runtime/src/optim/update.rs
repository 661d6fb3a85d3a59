//! The passes of one step over all parameters: what is added to the gradient, then the rule.

use std::ops::Range;

use dsl_compute::update::{Penalty, Scalar};

use super::clip::Clipped;
use super::groups::Settings;
use super::plan::Span;
use super::rule::{Decay, Rule, Step};
use super::shared;
use crate::kernels::scal;
use crate::parallel::{Executor, Phase, Share, Team, rows_mut};
use crate::{AlignedBuffer, Parameter, Real};

/// The most moments of a rule.
pub(super) const MOST_MOMENTS: usize = 4;

/// The number of buffers that a pass writes: the parameters and the moments.
const BUFFERS: usize = 1 + MOST_MOMENTS;

/// The number of elements that are prepared before the rule updates them; all of it stays in the nearest caches.
const BLOCK: usize = 2048;

/// A span in one step.
#[derive(Debug, Clone)]
pub(super) struct Move<T> {
    range: Range<usize>,
    tensor: Option<&'static Parameter>,
    as_vector: bool,
    step: Step,
    /// The bound of every value of the gradient.
    bound: Option<T>,
    /// The factor of the gradient, and what is added to it.
    penalty: Option<Penalty<T>>,
    /// The weight of the distance from the start.
    pull: T,
    /// The fraction of the parameters that is kept.
    keep: T,
}

impl<T: Real> Move<T> {
    /// The move of a span in a step with this number and learning rate, whose gradient is bounded by `clip`.
    pub fn new(span: &Span, (number, rate): (u64, f64), decay: Decay, clip: Clipped) -> Self {
        let Settings {
            rate: share,
            weight_decay,
            l2,
            decoupled,
            l1,
            from_start,
            frozen: _,
            as_vectors,
        } = span.settings;
        let rate = rate * share;
        let weight = |form| if decay == form { weight_decay } else { 0.0 };
        let (l2, decoupled) = (l2 + weight(Decay::L2), decoupled + weight(Decay::Decoupled));
        let Clipped { factor, bound } = clip;
        let adds_nothing = [factor, l2, l1] == [1.0, 0.0, 0.0];
        Move {
            range: span.range.clone(),
            tensor: span.tensor,
            as_vector: as_vectors,
            step: Step::new(number, rate, weight(Decay::ByRule)),
            bound: bound.map(T::literal),
            penalty: (!adds_nothing).then(|| Penalty {
                factor: T::literal(factor),
                l2: T::literal(l2),
                l1: T::literal(l1),
            }),
            pull: T::literal(from_start),
            keep: T::literal(1.0 - rate * decoupled),
        }
    }

    /// True if the rule sees the gradient as it is.
    fn sees_all(&self) -> bool {
        self.bound.is_none() && self.penalty.is_none() && self.pull == T::ZERO
    }

    /// True if nothing is done before the rule's update.
    fn is_plain(&self) -> bool {
        self.sees_all() && self.keep == T::ONE
    }

    /// What the rule sees of a gradient: itself, or what is made of it in `prepared`.
    fn seen<'a>(
        &self,
        prepared: &'a mut [T],
        parameters: &mut [T],
        gradient: &'a [T],
        start: &[T],
    ) -> &'a [T] {
        if self.sees_all() {
            return gradient;
        }
        match self.bound {
            Some(bound) => T::clip(Scalar(bound), [&mut *prepared], gradient),
            None => prepared.copy_from_slice(gradient),
        }
        if let Some(penalty) = self.penalty {
            T::penalise(penalty, [&mut *prepared], parameters);
        }
        if self.pull != T::ZERO {
            T::pull(Scalar(self.pull), [&mut *prepared, parameters], start);
        }
        prepared
    }

    /// Takes the decoupled decay.
    fn decay(&self, parameters: &mut [T]) {
        if self.keep != T::ONE {
            scal(self.keep, parameters);
        }
    }
}

/// The buffers of one step, each whole.
pub(super) struct Buffers<'a, T, const K: usize> {
    pub parameters: &'a mut [T],
    pub moments: [&'a mut [T]; K],
    pub gradient: &'a [T],
    /// The parameters at the start; empty if no move asks for them.
    pub start: &'a [T],
}

/// A range of elements, under a rule of elements.
struct Elements<'a, T, R, const K: usize> {
    rule: &'a R,
    moves: &'a [Move<T>],
    /// The place of the first row.
    first: usize,
    gradient: &'a [T],
    start: &'a [T],
}

/// The first `K` of the slices behind the first one.
#[inline(always)]
fn split<T, const K: usize>(values: [&mut [T]; BUFFERS]) -> (&mut [T], [&mut [T]; K]) {
    const { assert!(K <= MOST_MOMENTS, "a rule has at most 4 moments") };
    let mut values = values.into_iter();
    let mut next = || values.next().unwrap_or_default();
    (next(), std::array::from_fn(|_| next()))
}

impl<T: Real, R: Rule<T, K>, const K: usize> Phase<T, 0, 0, BUFFERS> for Elements<'_, T, R, K> {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: Share<'_, T, 0, 0, BUFFERS>) {
        let first = self.first + share.rows[0].start;
        let end = self.first + share.rows[0].end;
        let (parameters, mut moments) = split::<T, K>(share.values);
        let before = self.moves.partition_point(|one| one.range.end <= first);
        for one in self.moves[before..]
            .iter()
            .take_while(|one| one.range.start < end)
        {
            let range = one.range.start.max(first)..one.range.end.min(end);
            let own = range.start - first..range.end - first;
            let moments = moments.each_mut().map(|moment| &mut moment[own.clone()]);
            self.update(one, range, &mut parameters[own.clone()], moments);
        }
    }
}

impl<T: Real, R: Rule<T, K>, const K: usize> Elements<'_, T, R, K> {
    /// Updates the elements of `range`, which are given as slices of their own.
    #[inline(always)]
    fn update(&self, one: &Move<T>, range: Range<usize>, parameters: &mut [T], mut moments: [&mut [T]; K]) {
        if one.is_plain() {
            return self
                .rule
                .update(&one.step, parameters, &self.gradient[range], moments);
        }
        let mut prepared = [T::ZERO; BLOCK];
        for at in (0..range.len()).step_by(BLOCK) {
            let own = at..range.len().min(at + BLOCK);
            let all = range.start + own.start..range.start + own.end;
            let (prepared, parameters) = (&mut prepared[..own.len()], &mut parameters[own.clone()]);
            let start = self.start.get(all.clone()).unwrap_or_default();
            let gradient = one.seen(prepared, parameters, &self.gradient[all], start);
            one.decay(parameters);
            let moments = moments.each_mut().map(|moment| &mut moment[own.clone()]);
            self.rule.update(&one.step, parameters, gradient, moments);
        }
    }
}

/// A whole tensor, under a rule of tensors.
struct Whole<'a, T, R, const K: usize> {
    rule: &'a R,
    one: &'a Move<T>,
    tensor: &'static Parameter,
    gradient: &'a [T],
    start: &'a [T],
}

impl<T: Real, R: Rule<T, K>, const K: usize> Phase<T, 0, 0, BUFFERS> for Whole<'_, T, R, K> {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: Share<'_, T, 0, 0, BUFFERS>) {
        let (parameters, moments) = split::<T, K>(share.values);
        let (prepared, scratch) = share.scratch.split_at_mut(self.tensor.len());
        let Whole {
            rule, one, tensor, ..
        } = self;
        let gradient = one.seen(prepared, parameters, self.gradient, self.start);
        one.decay(parameters);
        if one.as_vector {
            return rule.update(&one.step, parameters, gradient, moments);
        }
        let scratch = &mut scratch[..rule.scratch(tensor)];
        rule.update_tensor(&one.step, tensor, scratch, parameters, gradient, moments);
    }
}

/// Updates the elements of one range that the gradient reaches.
pub(super) fn elements<T: Real, R: Rule<T, K>, E: Executor, const K: usize>(
    team: &mut Team<E>,
    rule: &R,
    moves: &[Move<T>],
    reached: Range<usize>,
    buffers: &mut Buffers<'_, T, K>,
) {
    let phase = Elements {
        rule,
        moves,
        first: reached.start,
        gradient: buffers.gradient,
        start: buffers.start,
    };
    let len = reached.len();
    let values = slices(buffers, reached).map(|values| rows_mut(values, 1));
    team.by_rows(&phase, len, shared::FLOPS, values, &mut []);
}

/// The number of elements of scratch memory that the tensors of these spans take.
pub(super) fn scratch<T: Real, R: Rule<T, K>, const K: usize>(rule: &R, spans: &[Span]) -> usize {
    let tensors = spans.iter().filter_map(|span| span.tensor);
    let each = tensors.map(|tensor| tensor.len() + rule.scratch(tensor));
    each.max().unwrap_or(0)
}

/// Updates the tensors of one range that the gradient reaches, one after the other; the workers help with the
/// products of a rule.
pub(super) fn tensors<T: Real, R: Rule<T, K>, E: Executor, const K: usize>(
    team: &mut Team<E>,
    rule: &R,
    moves: &[Move<T>],
    reached: Range<usize>,
    scratch: &mut AlignedBuffer<T>,
    buffers: &mut Buffers<'_, T, K>,
) {
    let before = moves.partition_point(|one| one.range.end <= reached.start);
    let inside = moves[before..]
        .iter()
        .take_while(|one| one.range.start < reached.end);
    for (one, tensor) in inside.filter_map(|one| Some((one, one.tensor?))) {
        let phase = Whole {
            rule,
            one,
            tensor,
            gradient: &buffers.gradient[one.range.clone()],
            start: buffers.start.get(one.range.clone()).unwrap_or_default(),
        };
        let values = slices(buffers, one.range.clone()).map(|values| {
            let len = values.len();
            rows_mut(values, len)
        });
        team.by_examples(&phase, 1, 0, [], [], values, scratch);
    }
}

/// The parts of parameters and moments that belong to a range, and empty slices behind them.
fn slices<'a, T, const K: usize>(
    buffers: &'a mut Buffers<'_, T, K>,
    range: Range<usize>,
) -> [&'a mut [T]; BUFFERS] {
    let moments = buffers.moments.iter_mut().map(|moment| &mut **moment);
    let mut all = std::iter::once(&mut *buffers.parameters).chain(moments);
    std::array::from_fn(|_| match all.next() {
        Some(values) => &mut values[range.clone()],
        None => Default::default(),
    })
}
