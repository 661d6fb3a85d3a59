//! Padded images of blocks: the pixels that some rows of outputs see, with the padding as zeros around them.
//!
//! In a padded image every output sees a whole kernel, so that a tile of neighbours reads one slice for each
//! row of the kernel, without a case for edges. The copy also has distances between rows and channels that
//! are no powers of two, so that pixels above one another do not evict one another from the cache. An image
//! without padding is read in place.

use core::ops::Range;

use super::super::Conv2d;
use crate::Real;
use crate::parallel::BLOCK;

/// The number of elements of a copy, about: half of a second cache of a mebibyte.
const ROOM: usize = 1 << 17;

/// The largest number of elements of a copy: rows of an image may be long.
const MOST: usize = 3 << 18;

/// How the image of a group is padded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Padding {
    channels: usize,
    /// The height and width of an image, and of an output.
    image: [usize; 2],
    output: [usize; 2],
    kernel: [usize; 2],
    /// The rows of zeros above the image, and the columns of zeros to the left of it.
    before: [usize; 2],
    /// True if there is any padding: else the image is read in place.
    copied: bool,
}

impl Conv2d {
    /// How the image is padded, if the steps are of one pixel and the copy is of a bounded size.
    pub(super) const fn padding(&self) -> Option<Padding> {
        let (stride, dilation, pad) = (&self.stride, &self.dilation, &self.pad);
        if stride[0] != 1 || stride[1] != 1 || dilation[0] != 1 || dilation[1] != 1 {
            return None;
        }
        let padding = Padding {
            channels: self.input[0] / self.groups,
            image: [self.input[1], self.input[2]],
            output: [self.output[1], self.output[2]],
            kernel: self.kernel,
            before: [pad[0][0], pad[1][0]],
            copied: pad[0][0] + pad[0][1] + pad[1][0] + pad[1][1] > 0,
        };
        if padding.copy_len() <= MOST {
            Some(padding)
        } else {
            None
        }
    }

    /// The number of elements of scratch memory for a padded image.
    pub(super) const fn padded_len(&self) -> usize {
        match self.padding() {
            Some(padding) => padding.copy_len(),
            None => 0,
        }
    }
}

impl Padding {
    /// The number of pixels from a row of the padded image to the next.
    const fn pitch(&self) -> usize {
        if self.copied {
            self.output[1] + self.kernel[1] - 1
        } else {
            self.image[1]
        }
    }

    /// The number of pixels from a channel of the padded image to the next, where `rows` rows of outputs see
    /// it.
    const fn plane(&self, rows: usize) -> usize {
        if self.copied {
            // An odd number, so that channels fall into different sets of the cache.
            ((rows + self.kernel[0] - 1) * self.pitch()) | 1
        } else {
            self.image[0] * self.image[1]
        }
    }

    /// The number of rows of outputs that see one copy.
    pub(super) const fn band(&self) -> usize {
        let ([rows, _], seen) = (self.output, self.kernel[0] - 1);
        let row = self.channels * self.pitch() * BLOCK;
        if !self.copied || row == 0 || rows == 0 {
            return if rows == 0 { 1 } else { rows };
        }
        // At least as many rows as are copied twice.
        let fitting = (ROOM / row).saturating_sub(seen);
        let least = if seen == 0 { 1 } else { seen };
        let most = if fitting < least { least } else { fitting };
        rows.div_ceil(rows.div_ceil(most))
    }

    const fn copy_len(&self) -> usize {
        if !self.copied {
            return 0;
        }
        self.channels * self.plane(self.band()) * BLOCK
    }

    /// The pixels that `rows` of outputs see: copied into `memory`, or where they are in `image`, the channels
    /// of a group in a block.
    pub(super) fn padded<'a, T: Real>(
        &self,
        image: &'a [T],
        rows: Range<usize>,
        memory: &'a mut [T],
    ) -> Padded<'a, T> {
        let (pitch, plane) = (self.pitch(), self.plane(rows.len()));
        if !self.copied {
            let from = &image[rows.start * pitch * BLOCK..];
            return Padded { from, pitch, plane };
        }
        let memory = &mut memory[..self.channels * plane * BLOCK];
        copy(self, image, rows, memory);
        Padded {
            from: memory,
            pitch,
            plane,
        }
    }
}

/// What some rows of outputs see. The output at `(y, x)` of them sees, through element `(i, j)` of the kernel,
/// the pixel at `(y + i)·pitch + x + j` of each channel.
#[derive(Clone, Copy)]
pub(super) struct Padded<'a, T> {
    pub from: &'a [T],
    /// The numbers of pixels from a row to the next, and from a channel to the next.
    pub pitch: usize,
    pub plane: usize,
}

vectorised! {
    fn copy<'a, T, FMA, BYTES>(padding: &'a Padding, image: &'a [T], rows: Range<usize>, into: &'a mut [T]) {
        let ([height, width], [above, left]) = (padding.image, padding.before);
        let (image, into) = (image.as_chunks::<BLOCK>().0, into.as_chunks_mut::<BLOCK>().0);
        let (pitch, plane) = (padding.pitch(), padding.plane(rows.len()));
        for channel in 0..padding.channels {
            let image = &image[channel * height * width..][..height * width];
            let lines = into[channel * plane..][..plane].chunks_exact_mut(pitch);
            for (line, y) in lines.zip(rows.start..) {
                let Some(y) = y.checked_sub(above).filter(|y| *y < height) else {
                    line.fill([T::ZERO; BLOCK]);
                    continue;
                };
                let (before, line) = line.split_at_mut(left);
                let (inside, after) = line.split_at_mut(width.min(line.len()));
                before.fill([T::ZERO; BLOCK]);
                inside.copy_from_slice(&image[y * width..][..inside.len()]);
                after.fill([T::ZERO; BLOCK]);
            }
        }
    }
}
