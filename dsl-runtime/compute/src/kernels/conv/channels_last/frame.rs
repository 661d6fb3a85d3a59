//! Frames: rows of an image copied to where padding surrounds them.

use core::ops::Range;

use super::{CHANNELS, Conv2d};
use crate::Real;

/// Where rows of an image lie in a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Channels, height and width of the image.
    pub input: [usize; 3],
    /// Padding above and to the left.
    pub pad: [usize; 2],
    /// Pixels of a row.
    pub width: usize,
    /// Elements of a pixel, of which those after the channels are zero.
    pub channels: usize,
}

impl Frame {
    /// The distance between rows.
    pub const fn pitch(&self) -> usize {
        self.width * self.channels
    }

    /// The pixels of a row of the image that are in it.
    fn columns(&self) -> Range<usize> {
        let left = self.pad[1].min(self.width);
        left..self.width.min(left + self.input[2])
    }

    /// Sets the padding to the left and right to zero, where copies leave it alone.
    pub fn clear_sides<T: Real>(&self, pixels: &mut [T]) {
        let columns = self.columns();
        for row in pixels.chunks_exact_mut(self.pitch()) {
            row[..columns.start * self.channels].fill(T::ZERO);
            row[columns.end * self.channels..].fill(T::ZERO);
        }
    }

    /// Copies rows of the padded image.
    pub fn copy<T: Real>(&self, image: &[T], rows: Range<usize>, pixels: &mut [T]) {
        let [channels, height, width] = self.input;
        let columns = self.columns();
        for (row, into) in rows.zip(pixels.chunks_exact_mut(self.pitch())) {
            let Some(row) = row.checked_sub(self.pad[0]).filter(|row| *row < height) else {
                into.fill(T::ZERO);
                continue;
            };
            let from = &image[row * width * channels..][..columns.len() * channels];
            let into = &mut into[columns.start * self.channels..columns.end * self.channels];
            if self.channels == channels {
                into.copy_from_slice(from);
                continue;
            }
            let pixels = into.chunks_exact_mut(self.channels);
            for (into, from) in pixels.zip(from.chunks_exact(channels)) {
                let (into, rest) = into.split_at_mut(channels);
                into.copy_from_slice(from);
                rest.fill(T::ZERO);
            }
        }
    }
}

impl Conv2d {
    /// The number of rows of padded pixels that so many rows of outputs see.
    pub(super) const fn rows_seen(&self, rows: usize) -> usize {
        (rows - 1) * self.stride[0] + (self.kernel[0] - 1) * self.dilation[0] + 1
    }

    /// The number of padded pixels in a row that a row of outputs sees.
    const fn columns_seen(&self) -> usize {
        (self.output[2] - 1) * self.stride[1] + (self.kernel[1] - 1) * self.dilation[1] + 1
    }

    /// True if pixels cannot be read in place: there is padding, or the last vector of channels of each by itself would end beyond
    /// the image.
    pub(super) const fn is_framed(&self) -> bool {
        let [[above, below], [left, right]] = self.pad;
        above + below + left + right > 0 || self.groups > 1 && !self.input[0].is_multiple_of(CHANNELS)
    }

    /// The frame that rows of outputs see.
    pub(super) const fn band_frame(&self) -> Frame {
        Frame {
            input: self.input,
            pad: [self.pad[0][0], self.pad[1][0]],
            width: self.columns_seen(),
            channels: self.input[0],
        }
    }
}
