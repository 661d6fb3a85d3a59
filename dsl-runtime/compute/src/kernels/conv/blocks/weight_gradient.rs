//! The gradient by the weight, for whole blocks: each element of the weight is the sum, over the pixels and
//! the examples of a block, of an output's gradient times the pixel it saw.
//!
//! A register tile is a few output channels by a few elements of the weight: neighbours along a row of the
//! kernel, for one input channel or several. It goes through some rows of outputs: few enough that the
//! outputs' gradient it reads stays in a near cache for the next tile, and many, since its sums take a while
//! to leave the registers. Whole blocks have forms of their own for [square kernels](super::whole_kernels) and for
//! [those of a single pixel](super::pointwise).

use core::ops::Range;

use super::super::Conv2d;
use super::{full, pointwise, present, whole_kernels};
use crate::Real;
use crate::isa::{Isa, Tiles};
use crate::kernels::lanes::Lanes;
use crate::parallel::{BLOCK, rows_mut};

/// The bytes of the outputs' gradient that a tile goes through before its sums leave the registers.
const NEAR: usize = 256 << 10;

/// The number of elements of the largest tile, one vector each.
const TILE: usize = 24 * BLOCK;

/// The number of elements along a row of the kernel that are summed at a time, with `left` left.
const fn across(left: usize, tiles: Tiles) -> usize {
    match left {
        0..=1 => 1,
        4 | 5 | 7.. if tiles.are_large() => 5,
        _ => 3,
    }
}

/// The number of input channels summed at a time, with `left` left.
const fn deep(left: usize, across: usize, tiles: Tiles) -> usize {
    match across {
        1 if tiles.are_large() => 6,
        1 => 3,
        3 if tiles.are_large() && left > 1 => 2,
        _ => 1,
    }
}

/// The number of output channels summed at a time, with `left` left: at least three, since fewer sums take no
/// less time.
const fn rows(left: usize, tiles: Tiles) -> usize {
    match left {
        0..=3 | 6 if tiles.are_large() => 3,
        _ => 4,
    }
}

/// Computes the gradient of each block. Idle workers each take some output channels of a single block.
pub(super) fn weight_gradient<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    d_out: &[T],
    partials: &mut [T],
    scratch: &mut [T],
) {
    let (all, taps) = (geometry.output[0], geometry.taps());
    let [plane, seen] =
        [geometry.pixels(), geometry.input[1] * geometry.input[2]].map(|pixels| pixels * BLOCK);
    // A row for each channel of the only block; of several blocks the one part is all rows.
    let partials = rows_mut(partials, examples.div_ceil(BLOCK) * taps);
    geometry.share_out(examples, all, scratch, |channels, scratch| {
        // SAFETY: each part is computed once, and no two have a channel in common.
        let partials = unsafe { partials.cut(&channels) };
        if channels.len() == all {
            return blocks(examples, geometry, image, d_out, partials, scratch);
        }
        let (part, from) = geometry.of_outputs(&channels);
        let image = &image[from.start * seen..from.end * seen];
        let d_out = &d_out[channels.start * plane..channels.end * plane];
        blocks(examples, &part, image, d_out, partials, scratch);
    });
}

/// Computes the gradient of each block, of which the last may have a form of its own.
fn blocks<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    d_out: &[T],
    partials: &mut [T],
    scratch: &mut [T],
) {
    let whole = full::<T>(examples);
    let (filled, last) = partials.split_at_mut(whole * geometry.weight_len());
    match geometry.in_whole_kernels() {
        Some(padding) => whole_kernels::weight_gradient(geometry, &padding, image, d_out, filled, scratch),
        None if pointwise::multiplies_gradient(geometry) => {
            pointwise::weight_gradient(geometry, image, d_out, filled);
        }
        None => return in_tiles(examples, geometry, image, d_out, partials),
    }
    if whole < examples.div_ceil(BLOCK) {
        let [image_len, out_len] = [geometry.image_len(), geometry.out_len()].map(|len| len * BLOCK);
        let (image, d_out) = (&image[whole * image_len..], &d_out[whole * out_len..]);
        in_tiles(examples % BLOCK, geometry, image, d_out, last);
    }
}

/// Computes the gradient of each block in tiles of a few elements of the weight.
fn in_tiles<T: Real>(examples: usize, geometry: &Conv2d, image: &[T], d_out: &[T], partials: &mut [T]) {
    let groups = geometry.groups;
    let (group_image, group_out) = (geometry.image_len() / groups, geometry.out_len() / groups);
    partials.fill(T::ZERO);
    let mut tile = [T::ZERO; TILE];
    for (part, partial) in partials
        .chunks_exact_mut(geometry.weight_len() / groups)
        .enumerate()
    {
        let sums = Sums {
            geometry,
            present: present(examples, part / groups),
            image: &image[part * group_image * BLOCK..][..group_image * BLOCK],
            d_out: &d_out[part * group_out * BLOCK..][..group_out * BLOCK],
        };
        sums.add_to(Isa::current().tiles, partial, &mut tile);
    }
}

/// One group of one block.
struct Sums<'a, T> {
    geometry: &'a Conv2d,
    /// The number of examples in the block.
    present: usize,
    image: &'a [T],
    d_out: &'a [T],
}

/// The elements of the weight that are summed together, over some rows of outputs.
#[derive(Clone, Debug)]
struct Taps {
    /// The first output channel, and their number.
    channel: usize,
    channels: usize,
    /// The first input channel, and their number.
    source: usize,
    sources: usize,
    /// The row of the kernel, its first element, and their number.
    row: usize,
    first: usize,
    count: usize,
    /// The rows of outputs, all of which see a row of the image.
    outputs: Range<usize>,
}

impl<T: Real> Sums<'_, T> {
    fn add_to(&self, tiles: Tiles, partial: &mut [T], into: &mut [T; TILE]) {
        let geometry = self.geometry;
        let channels = geometry.output[0] / geometry.groups;
        let row_bytes = geometry.output[2] * BLOCK * size_of::<T>();
        let band = (NEAR / (4 * row_bytes)).max(1);
        for top in (0..geometry.output[1]).step_by(band) {
            let outputs = top..(top + band).min(geometry.output[1]);
            let mut channel = 0;
            while channel < channels {
                let rows = rows(channels - channel, tiles);
                self.channels(tiles, channel, rows, outputs.clone(), partial, into);
                channel += rows;
            }
        }
    }

    /// Computes all elements of the weight of a few output channels.
    fn channels(
        &self,
        tiles: Tiles,
        channel: usize,
        rows: usize,
        outputs: Range<usize>,
        partial: &mut [T],
        into: &mut [T; TILE],
    ) {
        let geometry = self.geometry;
        let ([height, width], sources) = (geometry.kernel, geometry.input[0] / geometry.groups);
        let mut first = 0;
        while first < width {
            let across = across(width - first, tiles);
            let mut source = 0;
            while source < sources {
                let deep = deep(sources - source, across, tiles);
                for row in 0..height {
                    let [top, end] = self.seen(0, row);
                    let taps = Taps {
                        channel,
                        channels: rows.min(geometry.output[0] / geometry.groups - channel),
                        source,
                        sources: deep.min(sources - source),
                        row,
                        first,
                        count: across.min(width - first),
                        outputs: outputs.start.max(top)..outputs.end.min(end),
                    };
                    if taps.outputs.is_empty() {
                        continue;
                    }
                    match (rows, deep, across) {
                        (4, 6, 1) => four_by_six_of_one(self, &taps, partial, into),
                        (_, 6, 1) => three_by_six_of_one(self, &taps, partial, into),
                        (_, 3, 1) => four_by_three_of_one(self, &taps, partial, into),
                        (4, 2, 3) => four_by_two_of_three(self, &taps, partial, into),
                        (_, 2, 3) => three_by_two_of_three(self, &taps, partial, into),
                        (4, 1, 3) => four_by_one_of_three(self, &taps, partial, into),
                        (_, 1, 3) => three_by_one_of_three(self, &taps, partial, into),
                        (4, ..) => four_by_one_of_five(self, &taps, partial, into),
                        _ => three_by_one_of_five(self, &taps, partial, into),
                    }
                }
                source += deep;
            }
            first += across;
        }
    }

    /// The outputs along an axis that see a pixel through an element of the kernel, rather than padding.
    #[inline(always)]
    fn seen(&self, axis: usize, tap: usize) -> [usize; 2] {
        let geometry = self.geometry;
        let (stride, before) = (geometry.stride[axis], geometry.pad[axis][0]);
        let shift = tap * geometry.dilation[axis];
        let end = (before + geometry.input[axis + 1])
            .saturating_sub(shift)
            .div_ceil(stride);
        let end = end.min(geometry.output[axis + 1]);
        [before.saturating_sub(shift).div_ceil(stride).min(end), end]
    }

    #[inline(always)]
    fn tile<const FMA: bool, const BYTES: usize, const R: usize, const C: usize, const S: usize>(
        &self,
        taps: &Taps,
        partial: &mut [T],
        into: &mut [T; TILE],
    ) {
        match const { BYTES / size_of::<T>() } {
            16 => self.lanes::<FMA, 16, R, C, S>(taps, partial, into),
            8 => self.lanes::<FMA, 8, R, C, S>(taps, partial, into),
            4 => self.lanes::<FMA, 4, R, C, S>(taps, partial, into),
            _ => self.lanes::<FMA, 2, R, C, S>(taps, partial, into),
        }
    }

    /// Computes `R` output channels by `C` input channels by `S` elements of the kernel; if there are fewer,
    /// the last of them is computed several times.
    #[expect(
        clippy::needless_range_loop,
        reason = "by index, so that the loops unroll completely"
    )]
    #[inline(always)]
    fn lanes<const FMA: bool, const L: usize, const R: usize, const C: usize, const S: usize>(
        &self,
        taps: &Taps,
        partial: &mut [T],
        into: &mut [T; TILE],
    ) {
        let (geometry, parts) = (self.geometry, BLOCK / L);
        // Vectors without an example are not read: nobody has cleared them.
        let some = self.present.div_ceil(L).min(parts);
        let ([_, height, width], [_, out_height, out_width]) = (geometry.input, geometry.output);
        let ([stride_y, stride], [dilation_y, dilation]) = (geometry.stride, geometry.dilation);
        let (image, d_out) = (self.image.as_chunks::<L>().0, self.d_out.as_chunks::<L>().0);
        let mut shifts = [0; S];
        let [mut left, mut right] = [0, out_width];
        for s in 0..S {
            let tap = taps.first + s.min(taps.count - 1);
            let [first, end] = self.seen(1, tap);
            (left, right) = (left.max(first), right.min(end));
            shifts[s] = (tap * dilation).wrapping_sub(geometry.pad[1][0]);
        }
        right = right.max(left);
        let mut sums = [[[Lanes::<T, L>::ZERO; S]; C]; R];
        let mut planes = [&[][..]; C];
        for c in 0..C {
            let source = taps.source + c.min(taps.sources - 1);
            planes[c] = &image[source * height * width * parts..][..height * width * parts];
        }
        let mut outs = [&[][..]; R];
        for i in 0..R {
            let channel = taps.channel + i.min(taps.channels - 1);
            outs[i] = &d_out[channel * out_height * out_width * parts..][..out_height * out_width * parts];
        }
        let across = right - left;
        for y in taps.outputs.clone().filter(|_| across > 0) {
            let line = (y * stride_y + taps.row * dilation_y - geometry.pad[0][0]) * width;
            // Slices of equal length, so that the loop compares one index with one length.
            let (mut rows, mut d_rows) = ([[&[][..]; S]; C], [&[][..]; R]);
            for s in 0..S {
                let at = (line + left * stride).wrapping_add(shifts[s]) * parts;
                for c in 0..C {
                    rows[c][s] = &planes[c][at..][..((across - 1) * stride + 1) * parts];
                }
            }
            for i in 0..R {
                d_rows[i] = &outs[i][(y * out_width + left) * parts..][..across * parts];
            }
            for x in 0..across {
                for part in 0..some {
                    let mut seen = [[Lanes::<T, L>::ZERO; S]; C];
                    for c in 0..C {
                        for s in 0..S {
                            seen[c][s] = Lanes(rows[c][s][x * stride * parts + part]);
                        }
                    }
                    for i in 0..R {
                        let d = Lanes(d_rows[i][x * parts + part]);
                        for c in 0..C {
                            for s in 0..S {
                                sums[i][c][s] = d.mul_add::<FMA>(seen[c][s], sums[i][c][s]);
                            }
                        }
                    }
                }
            }
        }
        // The case in which some of the elements see padding.
        let padding = [T::ZERO; L];
        for x in (0..left).chain(right..out_width) {
            for y in taps.outputs.clone() {
                let line = (y * stride_y + taps.row * dilation_y - geometry.pad[0][0]) * width;
                for part in 0..some {
                    let mut seen = [[Lanes::<T, L>::ZERO; S]; C];
                    for s in 0..S {
                        let column = (x * stride).wrapping_add(shifts[s]);
                        for c in 0..C {
                            let pixel = if column < width {
                                &planes[c][(line + column) * parts + part]
                            } else {
                                &padding
                            };
                            seen[c][s] = Lanes(*pixel);
                        }
                    }
                    for i in 0..R {
                        let d = Lanes(outs[i][(y * out_width + x) * parts + part]);
                        for c in 0..C {
                            for s in 0..S {
                                sums[i][c][s] = d.mul_add::<FMA>(seen[c][s], sums[i][c][s]);
                            }
                        }
                    }
                }
            }
        }
        for i in 0..R {
            for c in 0..C {
                for s in 0..S {
                    sums[i][c][s].store(&mut into[((i * C + c) * S + s) * L..]);
                }
            }
        }
        taps.fold::<T, L, C, S>(geometry, into, partial);
    }
}

impl Taps {
    /// Adds the lanes of each sum of a tile to its element of the gradient.
    #[inline(always)]
    fn fold<T: Real, const L: usize, const C: usize, const S: usize>(
        &self,
        geometry: &Conv2d,
        sums: &[T],
        partial: &mut [T],
    ) {
        let rows = sums.as_chunks::<L>().0.chunks_exact(C * S);
        for (row, sums) in rows.enumerate().take(self.channels) {
            for (source, sums) in sums.chunks_exact(S).enumerate().take(self.sources) {
                let (channel, source) = (self.channel + row, self.source + source);
                let at = channel * geometry.taps()
                    + source * geometry.kernel_len()
                    + self.row * geometry.kernel[1]
                    + self.first;
                for (partial, sums) in partial[at..][..self.count].iter_mut().zip(sums) {
                    *partial += Lanes(*sums).fold(|a, b| a + b);
                }
            }
        }
    }
}

// Each tile is a function of its own: in one large function the sums do not stay in registers.
macro_rules! tiles {
    (
        $($name:ident: $rows:literal by $deep:literal of $across:literal),+;
        $($wide:ident: $($size:literal)+),+ $(,)?
    ) => {
        $(vectorised! {
            fn $name<'a, T, FMA, BYTES>(
                sums: &'a Sums<'a, T>,
                taps: &'a Taps,
                partial: &'a mut [T],
                into: &'a mut [T; TILE],
            ) {
                sums.tile::<FMA, BYTES, $rows, $deep, $across>(taps, partial, into);
            }
        })+
        $(vectorised! {
            fn $wide<'a, T, FMA, BYTES>(
                sums: &'a Sums<'a, T>,
                taps: &'a Taps,
                partial: &'a mut [T],
                into: &'a mut [T; TILE],
            ) {
                // The tile is not compiled for narrower vectors.
                if const { !Isa::of::<FMA, BYTES>().tiles.are_large() } {
                    unreachable!("a tile of more registers than there are");
                }
                sums.tile::<FMA, BYTES, $($size),+>(taps, partial, into);
            }
        })+
    };
}

tiles! {
    four_by_three_of_one: 4 by 3 of 1,
    four_by_one_of_three: 4 by 1 of 3;
    // Tiles for machines with 32 registers.
    four_by_six_of_one: 4 6 1,
    three_by_six_of_one: 3 6 1,
    four_by_two_of_three: 4 2 3,
    three_by_two_of_three: 3 2 3,
    three_by_one_of_three: 3 1 3,
    four_by_one_of_five: 4 1 5,
    three_by_one_of_five: 3 1 5,
}
