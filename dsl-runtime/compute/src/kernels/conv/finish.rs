//! The epilogue of a convolution, applied after its products are stored.

use core::ops::Range;

use crate::Real;
use crate::kernels::Epilogue;

impl<T: Real> Epilogue<'_, T> {
    /// Calls a function with the epilogue of some examples, whose outputs are those in `range`.
    pub(super) fn of_examples(self, range: Range<usize>, apply: impl FnOnce(Epilogue<'_, T>)) {
        match self {
            Epilogue::Normalise(normalise) => {
                let part = normalise.part(0..normalise.mean.len(), range.start);
                apply(Epilogue::Normalise(&part));
            }
            Epilogue::ReluGate(gate) => apply(Epilogue::ReluGate(&gate[range])),
            then => apply(then),
        }
    }

    /// The epilogue of the results from the one number `at` on, whose channels are the same.
    pub(super) fn beyond(self, at: usize) -> Self {
        match self {
            Epilogue::ReluGate(gate) => Epilogue::ReluGate(&gate[at..]),
            _ => self,
        }
    }

    /// Applies the epilogue to outputs of one channel, which lie `at` elements into the whole. An
    /// accumulation has already happened.
    #[inline(always)]
    pub(super) fn channel(self, channel: usize, at: usize, out: &mut [T]) {
        match self {
            Epilogue::Store | Epilogue::Accumulate => {}
            Epilogue::Bias(bias) => {
                let bias = bias[channel];
                out.iter_mut().for_each(|out| *out += bias);
            }
            Epilogue::BiasRelu(bias) => {
                let bias = bias[channel];
                out.iter_mut().for_each(|out| *out = T::max(*out + bias, T::ZERO));
            }
            Epilogue::Normalise(normalise) => normalise.channel(channel, at, out),
            Epilogue::ReluGate(gate) => {
                let gate = &gate[at..][..out.len()];
                out.iter_mut()
                    .zip(gate)
                    .for_each(|(out, gate)| *out = if *gate > T::ZERO { *out } else { T::ZERO });
            }
        }
    }
}

vectorised! {
    /// Applies the epilogue to a range of each plane of `len` elements. The planes go through `channels`
    /// channels again and again; the first of these is number `first` of the whole.
    pub(super) fn finish_planes<'a, T, FMA, BYTES>(
        channels: usize,
        len: usize,
        first: usize,
        range: Range<usize>,
        then: Epilogue<'a, T>,
        out: &'a mut [T],
    ) {
        for (plane, out) in (first..).zip(out.chunks_exact_mut(len)) {
            then.channel(plane % channels, plane * len + range.start, &mut out[range.clone()]);
        }
    }
}
