//! Bands: rows of outputs that are computed together, so that what they see stays in a near cache.

use core::ops::Range;

use super::finish::{Finish, store};
use super::{CHANNELS, Conv2d, Convolution, PackedWeight};
use crate::Real;
use crate::kernels::Epilogue;
use crate::kernels::lanes::unroll;
use crate::kernels::packed_tile::Sums;
use crate::machine::help;
use crate::parallel::{RowsMut, part, rows_mut};

/// The number of elements of pixels and outputs of a band: they stay in a near cache.
const ROOM: usize = 1 << 15;

/// The number of outputs of a band if there are so many: the weight is read once for all of them.
const LEAST: usize = 64;

impl Conv2d {
    /// The number of rows of outputs in a band, if there are outputs.
    const fn band_rows(&self) -> usize {
        let [channels, height, width] = self.output;
        let each = self.stride[0] * self.band_frame().pitch() + width * channels;
        let (fitting, least) = (ROOM / (each + 1), LEAST.div_ceil(width));
        let most = if fitting < least { least } else { fitting };
        if most < height {
            height.div_ceil(height.div_ceil(most))
        } else {
            height
        }
    }

    /// The number of elements of the frame of a band, and of a vector after it; 0 where pixels are read in place.
    pub(super) const fn band_frame_len(&self) -> usize {
        if self.pixels() == 0 || !self.is_framed() {
            return 0;
        }
        self.rows_seen(self.band_rows()) * self.band_frame().pitch() + CHANNELS
    }
}

/// Rows of outputs of an example, side by side, and the pixels that they see.
pub(super) struct Band<'a, T> {
    pub geometry: &'a Conv2d,
    /// The pixels from the first that the first output sees on.
    pub pixels: &'a [T],
    /// The distance between rows of pixels.
    pub pitch: usize,
    pub then: Epilogue<'a, T>,
    /// Where the first output lies in the whole.
    pub at: usize,
}

/// Computes a band.
pub(super) type Multiply<T> = fn(&Band<'_, T>, PackedWeight<'_, T>, &mut [T]);

/// A convolution of all examples, band by band. Idle workers each take some rows.
pub(super) struct Bands<'a, T> {
    pub convolution: &'a Convolution<'a, T>,
    pub multiply: Multiply<T>,
}

impl<T: Real> Bands<'_, T> {
    /// Computes all outputs.
    pub fn form(&self, out: &mut [T], scratch: &mut [T]) {
        let geometry = self.convolution.geometry;
        let ([channels, height, width], room) = (geometry.output, geometry.band_frame_len());
        let rows = self.convolution.examples * height;
        let parts = self.convolution.parts(rows, scratch.len(), room);
        let (scratch, out) = (rows_mut(scratch, room), rows_mut(out, width * channels));
        help::together(parts, &|index| {
            // SAFETY: each part is computed once, with a row of scratch memory of its own.
            let frame = unsafe { scratch.cut(&(index..index + 1)) };
            self.form_rows(part(rows, parts, index), frame, &out);
        });
    }

    /// Computes rows, which are numbered through all examples, and which nobody else writes at the same time.
    fn form_rows(&self, rows: Range<usize>, frame: &mut [T], out: &RowsMut<'_, T>) {
        let geometry = self.convolution.geometry;
        let [channels, height, width] = geometry.output;
        if geometry.is_framed() {
            geometry.band_frame().clear_sides(frame);
        }
        let mut row = rows.start;
        while row < rows.end {
            let (example, first) = (row / height, row % height);
            let count = geometry.band_rows().min(height - first).min(rows.end - row);
            let (pixels, pitch) = self.seen(example, first..first + count, frame);
            let band = Band {
                geometry,
                pixels,
                pitch,
                then: self.convolution.then,
                at: row * width * channels,
            };
            // SAFETY: only this call computes these rows, and no other slice of them is in use.
            let out = unsafe { out.cut(&(row..row + count)) };
            (self.multiply)(&band, self.convolution.weight, out);
            row += count;
        }
    }

    /// The pixels that rows of outputs see, and the distance between rows of these.
    fn seen<'p>(&'p self, example: usize, rows: Range<usize>, frame: &'p mut [T]) -> (&'p [T], usize) {
        let (geometry, image) = (self.convolution.geometry, self.convolution.image(example));
        let first = rows.start * geometry.stride[0];
        if geometry.is_framed() {
            let into = geometry.band_frame();
            into.copy(image, first..first + geometry.rows_seen(rows.len()), frame);
            return (frame, into.pitch());
        }
        let pitch = geometry.input[0] * geometry.input[2];
        (&image[first * pitch..], pitch)
    }
}

/// The next output of a band.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The first element that it sees, and that the first output of its row sees.
    corner: usize,
    row: usize,
    /// The number of outputs from it to the end of its row.
    pub left: usize,
}

/// The distances between the corners of neighbours, and between rows of them.
#[derive(Clone, Copy)]
struct Steps {
    across: usize,
    down: usize,
    width: usize,
}

impl Place {
    #[inline(always)]
    fn step(&mut self, steps: Steps) {
        self.left -= 1;
        self.corner += steps.across;
        if self.left == 0 {
            self.row += steps.down;
            (self.corner, self.left) = (self.row, steps.width);
        }
    }
}

impl<T: Real> Band<'_, T> {
    /// The first output.
    #[inline(always)]
    pub fn first_place(&self) -> Place {
        Place {
            corner: 0,
            row: 0,
            left: self.geometry.output[2],
        }
    }

    /// The first elements that `R` outputs see, from `place` on, which then is the output after the first `count` of them. Those too
    /// many are the last one again.
    #[expect(
        clippy::needless_range_loop,
        reason = "by index, so that the loops unroll completely"
    )]
    #[inline(always)]
    pub fn corners<const R: usize>(&self, place: &mut Place, count: usize) -> [usize; R] {
        let geometry = self.geometry;
        let steps = Steps {
            across: geometry.stride[1] * geometry.input[0],
            down: geometry.stride[0] * self.pitch,
            width: geometry.output[2],
        };
        let mut corners = [0; R];
        if count == R && place.left >= R {
            for i in 0..R {
                corners[i] = place.corner + i * steps.across;
            }
            place.corner += (R - 1) * steps.across;
            place.left -= R - 1;
            place.step(steps);
            return corners;
        }
        for i in 0..R {
            corners[i] = place.corner;
            if i + 1 < count {
                place.step(steps);
            }
        }
        place.step(steps);
        corners
    }

    /// Applies the epilogue to sums of `R` outputs and of channels from `column` on, and stores the first `count` of them: `out` is
    /// what lies from the first of these outputs on, which is number `first` of the band.
    ///
    /// Whole vectors are stored: after the last channel of an output the first ones of the next are written over, which have to be
    /// stored later.
    #[expect(
        clippy::needless_range_loop,
        reason = "by index, so that the loops unroll completely"
    )]
    #[inline(always)]
    pub fn store<const L: usize, const V: usize, const R: usize>(
        &self,
        sums: &mut Sums<T, L, V, R>,
        finish: &Finish<'_, T, L, V>,
        [first, count, column]: [usize; 3],
        out: &mut [T],
    ) {
        let channels = self.geometry.output[0];
        let mut places = [0; R];
        for i in 0..R {
            places[i] = self.at + (first + i.min(count - 1)) * channels + column;
        }
        finish.apply(sums, places);
        unroll::<R>(
            #[inline(always)]
            |i| {
                if i < count {
                    store(&sums[i], &mut out[i * channels + column..]);
                }
            },
        );
    }
}
