//! Pixels with their channels side by side, from images and to outputs whose channels lie one after the other.

use core::ops::Range;

use super::CHANNELS;
use crate::Real;
use crate::kernels::Epilogue;
use crate::kernels::conv::Conv2d;
use crate::parallel::RowsMut;

/// Rows of padded images.
pub(super) struct Images {
    /// Channels, height and width.
    pub input: [usize; 3],
    /// Padding above and to the left.
    pub pad: [usize; 2],
    /// Rows of the padded image.
    pub rows: Range<usize>,
    /// Pixels of a row.
    pub width: usize,
}

impl Images {
    /// Copies the rows of an image to `pixels`, where padding to the left and right is zero already, and so are channels that
    /// round up their number.
    pub fn frame<T: Real>(&self, image: &[T], pixels: &mut [T]) {
        let [channels, height, width] = self.input;
        let padded = channels.next_multiple_of(CHANNELS);
        let [above, left] = self.pad;
        let seen = width.min(self.width.saturating_sub(left));
        if channels == 0 {
            return;
        }
        let rows = pixels.chunks_exact_mut(self.width * padded);
        for (row, into) in self.rows.clone().zip(rows) {
            let Some(row) = row.checked_sub(above).filter(|row| *row < height) else {
                into.fill(T::ZERO);
                continue;
            };
            if seen == 0 {
                continue;
            }
            let into = &mut into[left * padded..];
            for first in (0..channels).step_by(CHANNELS) {
                let line = |channel: usize| &image[((first + channel) * height + row) * width..][..seen];
                interleave(
                    channels.min(first + CHANNELS) - first,
                    line,
                    &mut into[first..],
                    padded,
                );
            }
        }
    }
}

/// Some rows of the outputs of an example.
pub(super) struct Planes<'a, T> {
    pub geometry: &'a Conv2d,
    pub rows: Range<usize>,
    pub example: usize,
    pub then: Epilogue<'a, T>,
}

impl<T: Real> Planes<'_, T> {
    /// Brings outputs to their places and applies the epilogue. `planes` has room for the outputs of some channels.
    pub fn store(&self, outputs: &[T], planes: &mut [T], out: &RowsMut<'_, T>) {
        let [channels, _, width] = self.geometry.output;
        let (padded, count) = (channels.next_multiple_of(CHANNELS), self.rows.len() * width);
        for first in (0..channels).step_by(CHANNELS) {
            let some = first..channels.min(first + CHANNELS);
            for pixel in (0..count).step_by(CHANNELS) {
                let line = |line: usize| &outputs[(pixel + line) * padded + first..][..some.len()];
                interleave((count - pixel).min(CHANNELS), line, &mut planes[pixel..], count);
            }
            finish(self, some, planes, out);
        }
    }
}

/// Element `p` of line `j` becomes element `j` of row `p`, for at most [`CHANNELS`] lines; rows are `width` apart.
#[inline(always)]
fn interleave<'a, T: Real>(count: usize, line: impl Fn(usize) -> &'a [T], rows: &mut [T], width: usize) {
    let mut done = 0;
    if count == CHANNELS {
        done = T::transpose_squares(&core::array::from_fn(&line), rows, width);
    }
    for j in 0..count {
        for (p, element) in line(j).iter().enumerate().skip(done) {
            rows[p * width + j] = *element;
        }
    }
}

vectorised! {
    /// Copies the planes of some channels to their places, and applies the epilogue to them there.
    fn finish<'a, T, FMA, BYTES>(
        rows: &'a Planes<'a, T>,
        channels: Range<usize>,
        planes: &'a [T],
        out: &'a RowsMut<'a, T>,
    ) {
        let [all, _, width] = rows.geometry.output;
        let count = rows.rows.len() * width;
        for (channel, plane) in channels.zip(planes.chunks_exact(count)) {
            let place = (rows.example * all + channel) * rows.geometry.pixels() + rows.rows.start * width;
            // SAFETY: only this call computes these rows, and no other slice of them is in use.
            let out = unsafe { out.cut(&(place..place + count)) };
            out.copy_from_slice(plane);
            rows.then.channel(channel, place, out);
        }
    }
}
