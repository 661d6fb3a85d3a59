//! The gradient of a loss, and the set of parameters that it reaches.

use std::ops::{Deref, DerefMut, Range};

use crate::layout::GRAIN;
use crate::parallel::{Executor, Team};
use crate::{AlignedBuffer, Error, Layout, NonFinite, Real, Rest, optim};

/// The gradient of a mean over examples by the parameters it reaches, laid out as the parameters are; derefs
/// to the slice.
///
/// A product of a matrix of second derivatives with a direction, as of [`HessianVector`](crate::HessianVector), comes in this form,
/// too.
///
/// A parameter that no gradient reaches, since the loss does not depend on it or only behind a
/// `stop_gradient`, has zeros here, and [`reached`](Gradient::reached) leaves it out: an
/// [`Optimizer`](crate::Optimizer) does not touch it, neither by weight decay nor by its averages of earlier
/// steps.
#[derive(Debug, Clone)]
pub struct Gradient<T: Real> {
    layout: Layout,
    values: AlignedBuffer<T>,
    /// Ascending; the gaps that alignment leaves between two parameters of one range belong to it.
    reached: Vec<Range<usize>>,
    examples: usize,
}

impl<T: Real> Gradient<T> {
    /// A gradient of zeros that reaches no parameter.
    pub(crate) fn zeros(layout: Layout) -> Self {
        Gradient {
            layout,
            values: AlignedBuffer::zeros(layout.len),
            reached: Vec::with_capacity(layout.parameters.len()),
            examples: 0,
        }
    }

    /// The gradient with these values by all parameters of `layout`, for example one computed by other means.
    ///
    /// # Panics
    ///
    /// If the number of values is not the length of the layout.
    pub fn from_values(layout: Layout, values: &[T]) -> Self {
        assert_eq!(values.len(), layout.len, "one value for each place of the layout");
        let mut gradient = Gradient::zeros(layout);
        gradient.values.copy_from_slice(values);
        gradient.reached.push(0..layout.len);
        gradient.examples = 1;
        gradient
    }

    /// The location of each parameter.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The ranges of the parameters it reaches, ascending.
    pub fn reached(&self) -> &[Range<usize>] {
        &self.reached
    }

    /// The gradient by the parameter called `name`, in the order of its memory; `None` if it does not reach
    /// one of that name.
    pub fn get(&self, name: &str) -> Option<&[T]> {
        let range = self.layout.find(name)?.range.clone();
        let within = |reached: &Range<usize>| reached.start <= range.start && range.end <= reached.end;
        self.reached
            .iter()
            .any(within)
            .then(|| &self.values[range.clone()])
    }

    /// The number of examples whose mean it is the gradient of.
    pub fn examples(&self) -> usize {
        self.examples
    }

    /// Begins the gradient of a mean over so many examples by the parameters of `ranges`, which ascend.
    /// Returns the slices to write it to; everything else is zero.
    ///
    /// For emitted code.
    ///
    /// # Panics
    ///
    /// If the ranges overlap, descend, or end after the buffer.
    #[doc(hidden)]
    pub fn mean_over<const N: usize>(&mut self, examples: usize, ranges: [Range<usize>; N]) -> [&mut [T]; N] {
        self.begin_mean(examples, &ranges).split(ranges)
    }

    /// [`mean_over`](Gradient::mean_over) for so many ranges that they are split off a few at a time.
    ///
    /// For emitted code.
    ///
    /// # Panics
    ///
    /// If the ranges overlap, descend, or end after the buffer.
    #[doc(hidden)]
    pub fn begin_mean(&mut self, examples: usize, ranges: &[Range<usize>]) -> Rest<'_, T> {
        self.examples = examples;
        self.reached.clear();
        let mut done = 0;
        for range in ranges {
            match self.reached.last_mut() {
                // No parameter lies between the two.
                Some(last) if range.start < last.end + GRAIN => last.end = range.end,
                _ => {
                    self.values[done..range.start].fill(T::ZERO);
                    self.reached.push(range.clone());
                }
            }
            done = range.end;
        }
        self.values[done..].fill(T::ZERO);
        Rest::of(&mut self.values)
    }

    /// Sets the gradient to `sum` divided by its number of examples.
    pub(crate) fn set_mean_of(&mut self, sum: &Gradient<T>, team: &mut Team) {
        self.reached.clone_from(&sum.reached);
        self.examples = sum.examples;
        let count = T::literal(sum.examples as f64);
        optim::shared::update(team, [&mut *self.values], &sum.values, |[mean], sum| {
            T::quotient(count, sum, mean);
        });
    }

    /// Adds `other`, weighted by its number of examples, to a weighted sum.
    pub(crate) fn add_weighted(&mut self, other: &Gradient<T>, team: &mut Team) {
        if self.examples == 0 {
            self.reached.clone_from(&other.reached);
        }
        self.examples += other.examples;
        let count = T::literal(other.examples as f64);
        optim::shared::update(team, [&mut *self.values], &other.values, |[sum], other| {
            crate::kernels::axpy(count, other, sum);
        });
    }

    /// Resets it to the sum over no examples.
    pub(crate) fn clear(&mut self) {
        self.values.fill(T::ZERO);
        self.reached.clear();
        self.examples = 0;
    }

    /// The number of bytes it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.values.bytes()
    }

    /// Checks that every value is finite.
    ///
    /// # Errors
    ///
    /// [`Error::NonFiniteGradient`] names the first that is not.
    pub fn check_finite(&self) -> Result<(), Error> {
        match T::all_finite(&self.values) {
            true => Ok(()),
            false => self.refuse(),
        }
    }

    /// The same with the help of `team`.
    pub(crate) fn check_finite_on<E: Executor>(&self, team: &mut Team<E>) -> Result<(), Error> {
        match optim::shared::all_finite(team, &self.values) {
            true => Ok(()),
            false => self.refuse(),
        }
    }

    #[cold]
    fn refuse(&self) -> Result<(), Error> {
        match NonFinite::first(&self.layout, &self.values) {
            Some(at) => Err(Error::NonFiniteGradient { at, first: None }),
            // The values in gaps between parameters are no gradient.
            None => Ok(()),
        }
    }
}

impl<T: Real> Deref for Gradient<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.values
    }
}

impl<T: Real> DerefMut for Gradient<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.values
    }
}
