//! Padded images of blocks: the pixels that some rows of outputs see, with the padding as zeros around them.
//!
//! In a padded image every output sees a whole kernel, so that a tile of neighbours reads one slice for each
//! row of the kernel, without a case for edges. The copy also has distances between rows and channels that
//! are no powers of two, so that pixels above one another do not evict one another from the cache. An image
//! without padding is read in place.
//!
//! The gradient by the image is a convolution of the gradient by the output, with the kernel turned by half a
//! turn. Here the image is turned instead, and so is the result: then the elements of the kernel are summed
//! over in the same order, and one tile computes both.

use core::ops::Range;

use super::super::Conv2d;
use super::runs::Direction;
use crate::Real;
use crate::parallel::BLOCK;

/// The number of elements of a copy, about: half of a second cache of a mebibyte.
const ROOM: usize = 1 << 17;

/// The largest number of elements of a copy: rows of an image may be long.
const MOST: usize = 3 << 18;

/// A convolution with steps of one pixel, in terms of a source that is padded and of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dense {
    /// The number of source channels of a group.
    pub sources: usize,
    pub source_size: [usize; 2],
    pub target_size: [usize; 2],
    pub kernel: [usize; 2],
    /// The rows of zeros above the source, and the columns of zeros to the left of it.
    pub before: [usize; 2],
    /// True if the source must be copied, or else is read in place.
    pub copied: bool,
    /// True if source and target are turned by half a turn: their last pixel comes first.
    pub turned: bool,
}

impl Conv2d {
    /// The convolution in these terms, if it has steps of one pixel and padding that a kernel covers, and the
    /// copy is of a bounded size.
    pub(super) const fn dense(&self, direction: Direction) -> Option<Dense> {
        match self.unbounded_dense(direction) {
            Some(dense) if dense.copy_len() <= MOST => Some(dense),
            _ => None,
        }
    }

    const fn unbounded_dense(&self, direction: Direction) -> Option<Dense> {
        let (stride, dilation, pad) = (&self.stride, &self.dilation, &self.pad);
        if stride[0] != 1 || stride[1] != 1 || dilation[0] != 1 || dilation[1] != 1 {
            return None;
        }
        let (image, out) = ([self.input[1], self.input[2]], [self.output[1], self.output[2]]);
        if self.is_pointwise() {
            // All pixels are one row.
            let size = [1, image[0] * image[1]];
            return Some(Dense {
                sources: match direction {
                    Direction::Forward => self.input[0] / self.groups,
                    Direction::Backward => self.output[0] / self.groups,
                },
                source_size: size,
                target_size: size,
                kernel: [1, 1],
                before: [0, 0],
                copied: false,
                turned: false,
            });
        }
        let (last_row, last_column) = (self.kernel[0] - 1, self.kernel[1] - 1);
        match direction {
            Direction::Forward => Some(Dense {
                sources: self.input[0] / self.groups,
                source_size: image,
                target_size: out,
                kernel: self.kernel,
                before: [pad[0][0], pad[1][0]],
                copied: pad[0][0] + pad[0][1] + pad[1][0] + pad[1][1] > 0,
                turned: false,
            }),
            Direction::Backward if pad[0][1] <= last_row && pad[1][1] <= last_column => Some(Dense {
                sources: self.output[0] / self.groups,
                source_size: out,
                target_size: image,
                kernel: self.kernel,
                before: [last_row - pad[0][1], last_column - pad[1][1]],
                copied: true,
                turned: true,
            }),
            Direction::Backward => None,
        }
    }

    /// The number of elements of scratch memory for a copy in either direction.
    pub(super) const fn padded_len(&self) -> usize {
        let forward = match self.dense(Direction::Forward) {
            Some(dense) => dense.copy_len(),
            None => 0,
        };
        match self.dense(Direction::Backward) {
            Some(dense) if dense.copy_len() > forward => dense.copy_len(),
            _ => forward,
        }
    }
}

impl Dense {
    /// The number of pixels from a row of the padded source to the next.
    const fn pitch(&self) -> usize {
        if self.copied {
            self.target_size[1] + self.kernel[1] - 1
        } else {
            self.source_size[1]
        }
    }

    /// The number of pixels from a channel of the padded source to the next, where `rows` rows of the target
    /// are computed from it.
    const fn plane(&self, rows: usize) -> usize {
        if self.copied {
            // An odd number, so that channels fall into different sets of the cache.
            ((rows + self.kernel[0] - 1) * self.pitch()) | 1
        } else {
            self.source_size[0] * self.source_size[1]
        }
    }

    /// The number of rows of the target that are computed from one copy.
    pub(super) const fn band(&self) -> usize {
        let ([rows, _], seen) = (self.target_size, self.kernel[0] - 1);
        let row = self.sources * self.pitch() * BLOCK;
        if !self.copied || row == 0 || rows == 0 {
            return if rows == 0 { 1 } else { rows };
        }
        // At least as many rows as are copied twice.
        let fitting = (ROOM / row).saturating_sub(seen);
        let least = if seen == 0 { 1 } else { seen };
        let most = if fitting < least { least } else { fitting };
        rows.div_ceil(rows.div_ceil(most))
    }

    /// The rows of the kernel through which row `y` of the target sees the source rather than padding.
    #[inline(always)]
    pub(super) fn rows_seen(&self, y: usize) -> Range<usize> {
        let end = (self.before[0] + self.source_size[0]).saturating_sub(y);
        let end = end.min(self.kernel[0]);
        self.before[0].saturating_sub(y).min(end)..end
    }

    const fn copy_len(&self) -> usize {
        if !self.copied {
            return 0;
        }
        self.sources * self.plane(self.band()) * BLOCK
    }

    /// The pixels that `rows` of the target see: copied into `memory`, or where they are in `source`, the
    /// channels of a group in a block.
    pub(super) fn padded<'a, T: Real>(
        &self,
        source: &'a [T],
        rows: Range<usize>,
        memory: &'a mut [T],
    ) -> Padded<'a, T> {
        let (pitch, plane) = (self.pitch(), self.plane(rows.len()));
        if !self.copied {
            let from = &source[rows.start * pitch * BLOCK..];
            return Padded { from, pitch, plane };
        }
        let memory = &mut memory[..self.sources * plane * BLOCK];
        copy(self, source, rows, memory);
        Padded {
            from: memory,
            pitch,
            plane,
        }
    }
}

/// Some rows of a padded source. An output at `(y, x)` of them sees, through element `(i, j)` of the kernel,
/// the pixel at `(y + i)·pitch + x + j` of each channel.
#[derive(Clone, Copy)]
pub(super) struct Padded<'a, T> {
    pub from: &'a [T],
    /// The numbers of pixels from a row to the next, and from a channel to the next.
    pub pitch: usize,
    pub plane: usize,
}

impl<'a, T> Padded<'a, T> {
    /// What the rows of the target from `row` on see.
    pub fn below(self, row: usize) -> Padded<'a, T> {
        let from = &self.from[row * self.pitch * BLOCK..];
        Padded { from, ..self }
    }
}

vectorised! {
    fn copy<'a, T, FMA, BYTES>(dense: &'a Dense, source: &'a [T], rows: Range<usize>, into: &'a mut [T]) {
        let ([height, width], [above, left]) = (dense.source_size, dense.before);
        let (source, into) = (source.as_chunks::<BLOCK>().0, into.as_chunks_mut::<BLOCK>().0);
        let (pitch, plane) = (dense.pitch(), dense.plane(rows.len()));
        for channel in 0..dense.sources {
            let source = &source[channel * height * width..][..height * width];
            let lines = into[channel * plane..][..plane].chunks_exact_mut(pitch);
            for (line, y) in lines.zip(rows.start..) {
                let Some(y) = y.checked_sub(above).filter(|y| *y < height) else {
                    line.fill([T::ZERO; BLOCK]);
                    continue;
                };
                let (before, line) = line.split_at_mut(left);
                let seen = width.min(line.len());
                let (inside, after) = line.split_at_mut(seen);
                before.fill([T::ZERO; BLOCK]);
                after.fill([T::ZERO; BLOCK]);
                if dense.turned {
                    let from = &source[(height - y) * width - seen..][..seen];
                    inside.iter_mut().zip(from.iter().rev()).for_each(|(into, from)| *into = *from);
                } else {
                    inside.copy_from_slice(&source[y * width..][..seen]);
                }
            }
        }
    }
}
