//! The epilogue of a product with known statistics: a normalisation, a residual, a rectifier.

use core::ops::Range;

use crate::Real;

/// `(product - mean)·scale + shift`, a batch normalisation in evaluation (Ioffe and Szegedy, 2015), to which
/// a residual may be added and a rectifier applied. Each operation is rounded by itself, as in a loop over
/// stored values.
///
/// `mean`, `scale` and `shift` hold one element per column of a `gemm`, or per output
/// channel of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct Normalise<'a, T> {
    /// The number subtracted first.
    pub mean: &'a [T],
    /// The factor of the difference.
    pub scale: &'a [T],
    /// The number added to the product of these.
    pub shift: &'a [T],
    /// The residual added last, laid out like the result.
    pub residual: Option<&'a [T]>,
    /// True if `max(·, 0)` is taken at the end; NaN stays NaN.
    pub relu: bool,
}

impl<'a, T: Real> Normalise<'a, T> {
    /// Panics unless the vectors have `count` elements, and the residual at least `len`.
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

    /// The same for a range of the columns or channels, with the residual from `at` on.
    pub(super) fn part(&self, count: Range<usize>, at: usize) -> Normalise<'a, T> {
        Normalise {
            mean: &self.mean[count.clone()],
            scale: &self.scale[count.clone()],
            shift: &self.shift[count],
            residual: self.residual.map(|residual| &residual[at..]),
            relu: self.relu,
        }
    }

    /// The least value of the result: 0 after a rectifier, else `-∞`.
    #[inline(always)]
    pub(super) fn floor(&self) -> T {
        if self.relu {
            T::ZERO
        } else {
            T::literal(f64::NEG_INFINITY)
        }
    }

    /// Applies the epilogue to outputs of one channel, which lie `at` elements into the whole result.
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

    /// Applies the epilogue to a row of a matrix, which lies `at` elements into the whole result.
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
