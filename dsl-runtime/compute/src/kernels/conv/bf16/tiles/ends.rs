//! The end of tiles of sums: an epilogue or a pooling, on the way to the target.

use core::arch::x86_64::*;

use super::super::form::Form;
use super::strips::Strip;
use crate::kernels::bf16::tile_sums::{MOST, Square};
use crate::kernels::bf16::vectors::{load, store};
use crate::kernels::pool::rectified_winner;
use crate::kernels::{Epilogue, Normalise};
use crate::parallel::BLOCK;

/// The number of channels of a tile.
const SIDE: usize = 16;

/// Where sums go, and what is done to them before.
pub(super) struct End<'a> {
    then: Epilogue<'a, f32>,
    winners: Option<&'a mut [f32]>,
    to: &'a mut [f32],
    groups: usize,
    /// The number of channels of a group.
    targets: usize,
    /// The number of elements of a channel in a block, after pooling.
    plane: usize,
}

impl<'a> End<'a> {
    /// The end of a form, whose results are pooled if there are `winners`.
    pub fn new(
        form: &Form,
        then: Epilogue<'a, f32>,
        winners: Option<&'a mut [f32]>,
        to: &'a mut [f32],
    ) -> End<'a> {
        let [height, width] = form.whole;
        let pixels = match winners {
            Some(_) => (height / 2) * (width / 2),
            None => height * width,
        };
        End {
            then,
            winners,
            to,
            groups: form.groups,
            targets: form.targets,
            plane: pixels * BLOCK,
        }
    }

    /// True if the results are pooled.
    pub fn pools(&self) -> bool {
        self.winners.is_some()
    }

    /// Stores the sums of a strip: those of tile number `tile` of the channels of a group; `part` numbers the groups of
    /// all blocks.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
    pub fn store(&mut self, part: usize, tile: usize, strip: &Strip, sums: &[Square; MOST]) {
        let first = tile * SIDE;
        let channels = SIDE.min(self.targets - first);
        // The first of the channels among those of the whole weight, and in the target.
        let channel = part % self.groups * self.targets + first;
        let start = (part * self.targets + first) * self.plane;
        if let Some(winners) = &mut self.winners {
            let Epilogue::Bias(bias) = self.then else {
                unreachable!("what is pooled has a bias")
            };
            let bias = &bias[channel..][..channels];
            for (row, bias) in bias.iter().enumerate() {
                let place = start + row * self.plane + strip.places[0] * BLOCK;
                let place = place..place + BLOCK;
                let (out, winners) = (&mut self.to[place.clone()], &mut winners[place]);
                pool(sums, row, *bias, out, winners);
            }
            return;
        }
        if strip.are_neighbours() {
            let len = strip.count * BLOCK;
            for row in 0..channels {
                let place = start + row * self.plane + strip.places[0] * BLOCK;
                let out = self.to[place..place + len].as_chunks_mut::<BLOCK>().0;
                let sums = sums.iter().map(|square| load(&square.0[row]));
                end(self.then, channel + row, place, sums, out);
            }
            return;
        }
        for row in 0..channels {
            for (square, pixel) in sums.iter().zip(&strip.places[..strip.count]) {
                let place = start + row * self.plane + pixel * BLOCK;
                let out = self.to[place..place + BLOCK].as_chunks_mut::<BLOCK>().0;
                let sum = core::iter::once(load(&square.0[row]));
                end(self.then, channel + row, place, sum, out);
            }
        }
    }
}

/// Ends the sums of some pixels of a channel, which lie `at` elements into the whole target.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn end(
    then: Epilogue<'_, f32>,
    channel: usize,
    at: usize,
    sums: impl Iterator<Item = __m512>,
    out: &mut [[f32; BLOCK]],
) {
    let zero = _mm512_setzero_ps();
    match then {
        Epilogue::Store => {
            for (out, sum) in out.iter_mut().zip(sums) {
                store(sum, out);
            }
        }
        Epilogue::Accumulate => {
            for (out, sum) in out.iter_mut().zip(sums) {
                store(_mm512_add_ps(load(out), sum), out);
            }
        }
        Epilogue::Bias(bias) => {
            let bias = _mm512_set1_ps(bias[channel]);
            for (out, sum) in out.iter_mut().zip(sums) {
                store(_mm512_add_ps(sum, bias), out);
            }
        }
        Epilogue::BiasRelu(bias) => {
            let bias = _mm512_set1_ps(bias[channel]);
            for (out, sum) in out.iter_mut().zip(sums) {
                // Of a NaN and a number the machine takes the second, so NaN stays NaN.
                store(_mm512_max_ps(zero, _mm512_add_ps(sum, bias)), out);
            }
        }
        Epilogue::ReluGate(gate) => {
            let gate = gate[at..][..out.len() * BLOCK].as_chunks::<BLOCK>().0;
            for ((out, gate), sum) in out.iter_mut().zip(gate).zip(sums) {
                let open = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(load(gate), zero);
                store(_mm512_maskz_mov_ps(open, sum), out);
            }
        }
        Epilogue::Normalise(normalise) => normal(normalise, channel, at, sums, out),
    }
}

/// The same for a normalisation.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn normal(
    normalise: &Normalise<'_, f32>,
    channel: usize,
    at: usize,
    sums: impl Iterator<Item = __m512>,
    out: &mut [[f32; BLOCK]],
) {
    for (out, sum) in out.iter_mut().zip(sums) {
        store(sum, out);
    }
    normalise.channel(channel, at, out.as_flattened_mut());
}

/// Pools the sums of one channel in a window.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn pool(sums: &[Square; MOST], row: usize, bias: f32, out: &mut [f32], winners: &mut [f32]) {
    let window: [&[f32; BLOCK]; MOST] = core::array::from_fn(|pixel| &sums[pixel].0[row]);
    for (lane, (out, winner)) in out.iter_mut().zip(winners).enumerate() {
        (*out, *winner) = rectified_winner(window.map(|sums| sums[lane] + bias));
    }
}
