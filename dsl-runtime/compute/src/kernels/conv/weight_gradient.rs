//! The gradient by the weight: for each element of the weight, the dot product of an output channel's
//! gradient with a frame of the image shifted by the element's offset.
//!
//! The examples of a block are taken in chunks: a few whole examples, or bands of rows of one. Register tiles
//! of output channels by taps go through all of a chunk before their sums leave the registers.

use super::Conv2d;
use super::frame::{Frame, ROUND, Rows, band, bands, copy_planes};
use crate::Real;
use crate::isa::Isa;
use crate::kernels::lanes::Lanes;
use crate::parallel::BLOCK;

/// The amount of scratch memory, in elements, to use before an image is cut into bands.
const ROOM: usize = 1 << 19;

/// The number of elements of the weight whose offsets are known at a time: whole tiles, and whole 3×3
/// kernels.
const RUN: usize = 72;

/// The number of elements of the largest tile, one vector each.
const TILE: usize = 6 * 4 * ROUND;

/// The number of elements of an output channel from which the work on a chunk far exceeds adding its sums.
const ENOUGH: usize = 1536;

impl Conv2d {
    /// The number of rows of outputs taken at a time.
    const fn weight_gradient_band(&self) -> usize {
        let frame = self.image_frame(0);
        let each = (frame.planes + self.output[0] / self.groups) * frame.width;
        band(self.output[1], frame.width, frame.used(), each, ROOM)
    }

    /// The number of elements kept of one example of a chunk.
    const fn chunk_len(&self, rows: usize) -> usize {
        let frame = self.image_frame(rows);
        frame.len() + self.output[0] / self.groups * frame.stretch(rows, self.output[2])
    }

    /// The number of examples of a chunk, a divisor of [`BLOCK`].
    const fn together(&self) -> usize {
        let rows = self.weight_gradient_band();
        let stretch = self.image_frame(rows).stretch(rows, self.output[2]);
        let mut examples = 1;
        while rows >= self.output[1]
            && examples < BLOCK
            && examples * stretch < ENOUGH
            && 2 * examples * self.chunk_len(rows) <= 2 * ROOM
        {
            examples *= 2;
        }
        examples
    }

    pub(super) const fn weight_gradient_scratch_len(&self) -> usize {
        self.together() * self.chunk_len(self.weight_gradient_band()) + TILE
    }
}

/// [`conv2d_weight_gradient`](super::conv2d_weight_gradient) of all examples.
pub(super) fn weight_gradient<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    d_out: &[T],
    partials: &mut [T],
    scratch: &mut [T],
) {
    let groups = geometry.groups;
    let (group_out, group_image) = (geometry.out_len() / groups, geometry.image_len() / groups);
    let (together, [channels, height, width]) = (geometry.together(), geometry.output);
    partials.fill(T::ZERO);
    let (sums, scratch) = scratch.split_at_mut(TILE);
    let band = geometry.weight_gradient_band();
    let scratch = &mut scratch[..together * geometry.chunk_len(band)];
    scratch.fill(T::ZERO);
    for (block, partial) in partials.chunks_exact_mut(geometry.weight_len()).enumerate() {
        let end = ((block + 1) * BLOCK).min(examples);
        for (group, partial) in partial
            .chunks_exact_mut(geometry.weight_len() / groups)
            .enumerate()
        {
            for first in (block * BLOCK..end).step_by(together) {
                let here = together.min(end - first);
                for rows in bands(height, band) {
                    let frame = geometry.image_frame(rows.len());
                    let stretch = frame.stretch(rows.len(), width);
                    if band < height {
                        scratch.fill(T::ZERO);
                    }
                    let (padded, stretches) = scratch.split_at_mut(together * frame.len());
                    let stretches = &mut stretches[..together * (channels / groups) * stretch];
                    let frames = padded.chunks_exact_mut(frame.len());
                    let outs = stretches.chunks_exact_mut(channels / groups * stretch);
                    let copied = Rows {
                        count: rows.len(),
                        width,
                        from: rows.start * width,
                        from_pitch: width,
                        from_step: 1,
                        into: 0,
                        into_pitch: frame.width,
                        into_step: 1,
                    };
                    for (example, (padded, stretches)) in frames.zip(outs).enumerate().take(here) {
                        let part = (first + example) * groups + group;
                        geometry.frame_image(
                            &image[part * group_image..][..group_image],
                            rows.clone(),
                            padded,
                        );
                        let d_out = &d_out[part * group_out..][..group_out];
                        copy_planes(
                            copied,
                            channels / groups,
                            d_out,
                            height * width,
                            stretches,
                            stretch,
                        );
                    }
                    let padded = &padded[..here * frame.len()];
                    let stretches = &stretches[..here * (channels / groups) * stretch];
                    let dots = Dots {
                        geometry,
                        frame,
                        padded,
                        stretches,
                        stretch,
                    };
                    dots.add_to(partial, sums);
                }
            }
        }
    }
}

/// The dot products of a chunk.
struct Dots<'a, T> {
    geometry: &'a Conv2d,
    frame: Frame,
    /// A frame for each example.
    padded: &'a [T],
    /// The output channels for each example.
    stretches: &'a [T],
    /// The number of elements of one output channel there.
    stretch: usize,
}

impl<T: Real> Dots<'_, T> {
    /// Adds the products to the gradient. `sums` holds the sums of a tile, one vector each.
    fn add_to(&self, partial: &mut [T], sums: &mut [T]) {
        let taps = self.geometry.taps();
        let mut offsets = [0; RUN];
        for first in (0..taps).step_by(RUN) {
            let count = RUN.min(taps - first);
            for (place, offset) in offsets[..count].iter_mut().enumerate() {
                *offset = self.geometry.tap_offset(self.frame, first + place);
            }
            self.add_run(first, &offsets[..count], partial, sums);
        }
    }

    /// Adds the elements of the weight from `first` on, in tiles that fill the registers.
    fn add_run(&self, first: usize, offsets: &[usize], partial: &mut [T], sums: &mut [T]) {
        let (channels, taps) = (
            self.geometry.output[0] / self.geometry.groups,
            self.geometry.taps(),
        );
        let (isa, mut channel) = (Isa::current(), 0);
        while channel < channels {
            // Eight channels are computed as two times four, rather than six and two single ones.
            let rows = match channels - channel {
                0..2 => 1,
                2..4 => 2,
                4..6 | 8 => 4,
                _ if isa.tiles.are_large() => 6,
                _ => 2,
            };
            let mut tap = 0;
            while tap < offsets.len() {
                let offsets = &offsets[tap..];
                let columns = match (rows, offsets.len()) {
                    (1, 9..) => 9,
                    (_, 4..) => 4,
                    _ => 1,
                };
                match (rows, columns) {
                    (1, 9) => row_of_nine(self, channel, offsets, sums),
                    (1, 4) => row_of_four(self, channel, offsets, sums),
                    (1, _) => single(self, channel, offsets, sums),
                    (2, 4) => two_rows(self, channel, offsets, sums),
                    (2, _) => two_single(self, channel, offsets, sums),
                    (4, 4) => four_rows(self, channel, offsets, sums),
                    (4, _) => four_single(self, channel, offsets, sums),
                    (_, 4) => six_rows(self, channel, offsets, sums),
                    _ => six_single(self, channel, offsets, sums),
                }
                let lanes = isa.lanes::<T>();
                for (row, sums) in sums.chunks_exact(columns * lanes).take(rows).enumerate() {
                    let partial = &mut partial[(channel + row) * taps + first + tap..][..columns];
                    for (partial, sums) in partial.iter_mut().zip(sums.chunks_exact(lanes)) {
                        *partial += fold(sums);
                    }
                }
                tap += columns;
            }
            channel += rows;
        }
    }

    #[inline(always)]
    fn tile<const FMA: bool, const BYTES: usize, const R: usize, const S: usize>(
        &self,
        channel: usize,
        offsets: &[usize],
        sums: &mut [T],
    ) {
        match const { BYTES / size_of::<T>() } {
            16 => self.lanes::<FMA, 16, R, S>(channel, offsets, sums),
            8 => self.lanes::<FMA, 8, R, S>(channel, offsets, sums),
            4 => self.lanes::<FMA, 4, R, S>(channel, offsets, sums),
            _ => self.lanes::<FMA, 2, R, S>(channel, offsets, sums),
        }
    }

    /// Computes `R` output channels by `S` taps.
    // Indices, not iterators, for loops that must unroll completely.
    #[inline(always)]
    fn lanes<const FMA: bool, const L: usize, const R: usize, const S: usize>(
        &self,
        channel: usize,
        offsets: &[usize],
        into: &mut [T],
    ) {
        let channels = self.geometry.output[0] / self.geometry.groups;
        let mut sums = [[Lanes::<T, L>::ZERO; S]; R];
        let frames = self.padded.chunks_exact(self.frame.len());
        let outs = self.stretches.chunks_exact(channels * self.stretch);
        for (frame, outs) in frames.zip(outs) {
            // The number of whole vectors is the same for all, so that the loop below needs no checks.
            let vectors = self.stretch / L;
            let mut shifted = [&[][..]; S];
            for j in 0..S {
                shifted[j] = &frame[offsets[j]..].as_chunks::<L>().0[..vectors];
            }
            let mut d_out = [&[][..]; R];
            for i in 0..R {
                d_out[i] = &outs[(channel + i) * self.stretch..].as_chunks::<L>().0[..vectors];
            }
            for position in 0..vectors {
                let mut x = [Lanes::<T, L>::ZERO; S];
                for j in 0..S {
                    x[j] = Lanes(shifted[j][position]);
                }
                for i in 0..R {
                    let d = Lanes(d_out[i][position]);
                    for j in 0..S {
                        sums[i][j] = d.mul_add::<FMA>(x[j], sums[i][j]);
                    }
                }
            }
        }
        for i in 0..R {
            for j in 0..S {
                sums[i][j].store(&mut into[(i * S + j) * L..]);
            }
        }
    }
}

/// The sum of the lanes of one vector, halved until one is left.
fn fold<T: Real>(lanes: &[T]) -> T {
    match *lanes {
        [a, b] => a + b,
        [a, b, c, d] => (a + c) + (b + d),
        _ => {
            let mut four = [T::ZERO; 4];
            if let Some(eight) = lanes.first_chunk::<8>() {
                let mut eight = *eight;
                if let Some(rest) = lanes[8..].first_chunk::<8>() {
                    eight.iter_mut().zip(rest).for_each(|(sum, x)| *sum += *x);
                }
                four = core::array::from_fn(|lane| eight[lane] + eight[lane + 4]);
            }
            (four[0] + four[2]) + (four[1] + four[3])
        }
    }
}

// Each tile is a function of its own: in one large function the sums do not stay in registers.
macro_rules! tiles {
    ($($name:ident: $rows:literal by $columns:literal),+ $(,)?) => {$(
        vectorised! {
            fn $name<'a, T, FMA, BYTES>(dots: &'a Dots<'a, T>, channel: usize, offsets: &'a [usize], sums: &'a mut [T]) {
                if const { $rows == 6 && !Isa::of::<FMA, BYTES>().tiles.are_large() } {
                    unreachable!("a tile of more registers than there are");
                }
                dots.tile::<FMA, BYTES, $rows, $columns>(channel, offsets, sums);
            }
        }
    )+};
}

tiles! {
    row_of_nine: 1 by 9,
    row_of_four: 1 by 4,
    single: 1 by 1,
    two_rows: 2 by 4,
    two_single: 2 by 1,
    four_rows: 4 by 4,
    four_single: 4 by 1,
    six_rows: 6 by 4,
    six_single: 6 by 1,
}
