//! The epilogue of outputs whose channels lie last, on vectors of channels before they are stored.

use crate::Real;
use crate::kernels::Epilogue;
use crate::kernels::lanes::{Lanes, unroll};
use crate::kernels::packed_tile::Sums;

/// The epilogue of `V` vectors of channels: a normalisation, of which a bias is the shift, then a residual and a rectifier.
pub(super) struct Finish<'a, T, const L: usize, const V: usize> {
    mean: [Lanes<T, L>; V],
    scale: [Lanes<T, L>; V],
    shift: [Lanes<T, L>; V],
    residual: Option<&'a [T]>,
    /// The least value of an output.
    floor: T,
}

impl<'a, T: Real, const L: usize, const V: usize> Finish<'a, T, L, V> {
    /// That of the channels from one on.
    #[inline(always)]
    pub fn of(then: Epilogue<'a, T>, channel: usize) -> Self {
        // What changes no bits of a sum: less 0, times 1, plus -0.
        let mut finish = Finish {
            mean: [Lanes::ZERO; V],
            scale: [Lanes::splat(T::ONE); V],
            shift: [Lanes::splat(-T::ZERO); V],
            residual: None,
            floor: T::NEG_INFINITY,
        };
        match then {
            Epilogue::Bias(bias) => finish.shift = vectors(bias, channel),
            Epilogue::BiasRelu(bias) => {
                (finish.shift, finish.floor) = (vectors(bias, channel), T::ZERO);
            }
            Epilogue::Normalise(normalise) => {
                finish.mean = vectors(normalise.mean, channel);
                finish.scale = vectors(normalise.scale, channel);
                finish.shift = vectors(normalise.shift, channel);
                (finish.residual, finish.floor) = (normalise.residual, normalise.floor());
            }
            Epilogue::Store | Epilogue::Accumulate | Epilogue::ReluGate(_) => {}
        }
        finish
    }

    /// Applies the epilogue to the channels of `R` outputs, the first of which lie at these places in the whole.
    #[inline(always)]
    pub fn apply<const R: usize>(&self, sums: &mut Sums<T, L, V, R>, places: [usize; R]) {
        each(sums, &self.mean, |x, mean| x - mean);
        each(sums, &self.scale, |x, scale| x * scale);
        each(sums, &self.shift, |x, shift| x + shift);
        if let Some(residual) = self.residual {
            beside(sums, residual, places);
        }
        each(sums, &[Lanes::splat(self.floor); V], T::max);
    }
}

/// Applies a function of a sum and a number of its channel.
#[inline(always)]
fn each<T: Real, const L: usize, const V: usize, const R: usize>(
    sums: &mut Sums<T, L, V, R>,
    numbers: &[Lanes<T, L>; V],
    of: impl Fn(T, T) -> T,
) {
    unroll::<R>(
        #[inline(always)]
        |i| {
            unroll::<V>(
                #[inline(always)]
                |j| sums[i][j] = sums[i][j].zip(numbers[j], &of),
            );
        },
    );
}

/// Adds to each sum the element of the residual that lies beside it.
#[inline(always)]
fn beside<T: Real, const L: usize, const V: usize, const R: usize>(
    sums: &mut Sums<T, L, V, R>,
    residual: &[T],
    places: [usize; R],
) {
    unroll::<R>(
        #[inline(always)]
        |i| {
            let own = vectors::<T, L, V>(residual, places[i]);
            unroll::<V>(
                #[inline(always)]
                |j| sums[i][j] = sums[i][j].zip(own[j], |x, residual| x + residual),
            );
        },
    );
}

/// The elements from one on, as far as there are any, then zeros.
#[inline(always)]
fn vectors<T: Real, const L: usize, const V: usize>(elements: &[T], first: usize) -> [Lanes<T, L>; V] {
    let mut vectors = [Lanes::ZERO; V];
    if let Some(whole) = elements.get(first..first + V * L) {
        let whole = whole.as_chunks::<L>().0;
        for j in 0..V {
            vectors[j] = Lanes(whole[j]);
        }
    } else {
        let rest = elements.get(first..).unwrap_or_default();
        for (vector, rest) in vectors.iter_mut().zip(rest.chunks(L)) {
            *vector = Lanes::load_padded(rest);
        }
    }
    vectors
}

/// Stores the channels of an output, as many as there is place for.
#[inline(always)]
pub(super) fn store<T: Real, const L: usize, const V: usize>(sums: &[Lanes<T, L>; V], out: &mut [T]) {
    if let Some(whole) = out.get_mut(..V * L) {
        let whole = whole.as_chunks_mut::<L>().0;
        for j in 0..V {
            whole[j] = sums[j].0;
        }
        return;
    }
    // A copy, or the sums would not stay in registers.
    let mut line = [[T::ZERO; L]; V];
    for j in 0..V {
        line[j] = sums[j].0;
    }
    out.copy_from_slice(&line.as_flattened()[..out.len()]);
}

vectorised! {
    /// Applies the epilogue to outputs that see no channels.
    pub(super) fn finish_zeros<'a, T, FMA, BYTES>(channels: usize, then: Epilogue<'a, T>, out: &'a mut [T]) {
        for (place, out) in out.iter_mut().enumerate() {
            let mut sum = [[Lanes::<T, 1>::ZERO]];
            Finish::of(then, place % channels).apply(&mut sum, [place]);
            *out = sum[0][0].0[0];
        }
    }
}
