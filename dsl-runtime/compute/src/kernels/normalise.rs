//! What follows a product where statistics are known beforehand: a normalisation, what is added to it, a rectifier.

use std::ops::Range;

use crate::Real;

/// `(product - mean)·scale + shift`, a batch normalisation that evaluates (Ioffe and Szegedy, 2015), with a residual
/// added to it and then rectified if so asked for. Each step is rounded by itself, as in a loop over stored values.
///
/// `mean`, `scale` and `shift` hold one element per column of a [`gemm`](super::gemm()), per output channel of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct Normalise<'a, T> {
    /// What is taken away.
    pub mean: &'a [T],
    /// What the rest is multiplied by.
    pub scale: &'a [T],
    /// What is added.
    pub shift: &'a [T],
    /// What is added besides, laid out like the result.
    pub residual: Option<&'a [T]>,
    /// Whether `max(·, 0)` is taken in the end; NaN stays NaN.
    pub relu: bool,
}

impl<'a, T: Real> Normalise<'a, T> {
    /// Panics unless there are numbers for `count` columns or channels, and a residual of at least `len` elements.
    pub(super) fn check(&self, word: &str, count: usize, len: usize) {
        let each = [self.mean, self.scale, self.shift].map(<[T]>::len);
        assert_eq!(each, [count; 3], "{word}: the lengths of mean, scale and shift");
        if let Some(residual) = self.residual {
            assert!(
                residual.len() >= len,
                "{word}: the residual is shorter than the result"
            );
        }
    }

    /// The same for some of the columns or channels, with a residual from `at` on.
    pub(super) fn part(&self, count: Range<usize>, at: usize) -> Normalise<'a, T> {
        Normalise {
            mean: &self.mean[count.clone()],
            scale: &self.scale[count.clone()],
            shift: &self.shift[count],
            residual: self.residual.map(|residual| &residual[at..]),
            relu: self.relu,
        }
    }

    /// What the result is at least.
    #[inline(always)]
    pub(super) fn floor(&self) -> T {
        if self.relu {
            T::ZERO
        } else {
            T::literal(f64::NEG_INFINITY)
        }
    }

    /// Finishes outputs of one channel, which lie `at` elements into the whole.
    #[inline(always)]
    pub(super) fn channel(&self, channel: usize, at: usize, out: &mut [T]) {
        let (mean, scale, shift) = (self.mean[channel], self.scale[channel], self.shift[channel]);
        let floor = self.floor();
        let normalised = |x: T| (x - mean) * scale + shift;
        match self.residual {
            None => out
                .iter_mut()
                .for_each(|out| *out = T::max(normalised(*out), floor)),
            Some(residual) => {
                let both = out.iter_mut().zip(&residual[at..]);
                both.for_each(|(out, residual)| *out = T::max(normalised(*out) + *residual, floor));
            }
        }
    }

    /// Finishes a row of a matrix, which lies `at` elements into the whole.
    #[inline(always)]
    pub(super) fn row(&self, at: usize, row: &mut [T]) {
        let floor = self.floor();
        let numbers = self.mean.iter().zip(self.scale).zip(self.shift);
        let all = row.iter_mut().zip(numbers);
        let normalised = |x: T, ((mean, scale), shift): ((&T, &T), &T)| (x - *mean) * *scale + *shift;
        match self.residual {
            None => all.for_each(|(x, numbers)| *x = T::max(normalised(*x, numbers), floor)),
            Some(residual) => all.zip(&residual[at..]).for_each(|((x, numbers), residual)| {
                *x = T::max(normalised(*x, numbers) + *residual, floor);
            }),
        }
    }
}
