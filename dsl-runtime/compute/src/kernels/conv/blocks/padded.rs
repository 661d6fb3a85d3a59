//! Padded images of blocks: the pixels that some rows of outputs see, with the padding as zeros around them.
//!
//! In a padded image every output sees a whole kernel, so that a tile of neighbours reads one slice for each
//! row of the kernel, without a case for edges. The copy also has distances between rows and channels that
//! are no powers of two, so that pixels above one another do not evict one another from the cache. An image
//! without padding is read in place.

use core::ops::Range;

use super::super::Conv2d;
use super::runs::Direction;
use crate::Real;
use crate::isa::Isa;
use crate::parallel::BLOCK;

/// The number of elements of a copy, about: half of a second cache of a mebibyte.
const ROOM: usize = 1 << 17;

/// The largest number of elements of a copy: rows of an image may be long.
const MOST: usize = 3 << 18;

/// A number of pixels, 128 KiB of a block in `f32`. Channels that are a multiple of it apart evict one another from the
/// second cache as well as from the first, which takes longer than to copy them.
const APART: usize = 2048;

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
        padding.bounded()
    }

    /// How the source of a sum over a kernel is framed, padded and copied, where that pays: where its channels are apart by
    /// a multiple of [`APART`], the kernel has more than one element and the steps are of one pixel.
    pub(super) const fn frame(&self, direction: Direction) -> Option<Padding> {
        let (kernel, pad) = (self.kernel, &self.pad);
        if kernel[0] * kernel[1] == 1 || pad[0][0] >= kernel[0] || pad[1][0] >= kernel[1] {
            return None;
        }
        let Some(padding) = self.padding() else {
            return None;
        };
        let framed = match direction {
            Direction::Forward => padding,
            // A pixel of the image sees outputs through the kernel turned round.
            Direction::Backward => Padding {
                channels: self.output[0] / self.groups,
                image: padding.output,
                output: padding.image,
                before: [kernel[0] - 1 - pad[0][0], kernel[1] - 1 - pad[1][0]],
                ..padding
            },
        };
        let plane = framed.image[0] * framed.image[1];
        if plane == 0 || !plane.is_multiple_of(APART) {
            return None;
        }
        Padding {
            copied: true,
            ..framed
        }
        .bounded()
    }

    /// The number of elements of scratch memory for a padded image, or a framed source.
    pub(super) const fn padded_len(&self) -> usize {
        let sources = [
            self.padding(),
            self.frame(Direction::Forward),
            self.frame(Direction::Backward),
        ];
        let (mut most, mut at) = (0, 0);
        while at < sources.len() {
            if let Some(padding) = sources[at]
                && padding.copy_len() > most
            {
                most = padding.copy_len();
            }
            at += 1;
        }
        most
    }
}

impl Padding {
    const fn bounded(self) -> Option<Padding> {
        if self.copy_len() <= MOST { Some(self) } else { None }
    }

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
    /// of a group in a block. Of the vectors of a pixel only those that hold some of `present` examples are copied.
    pub(super) fn padded<'a, T: Real>(
        &self,
        image: &'a [T],
        present: usize,
        rows: Range<usize>,
        memory: &'a mut [T],
    ) -> Padded<'a, T> {
        let (pitch, plane) = (self.pitch(), self.plane(rows.len()));
        let lanes = Isa::current().lanes::<T>();
        let vectors = if self.copied {
            present.div_ceil(lanes)
        } else {
            BLOCK / lanes
        };
        let from = if self.copied {
            let memory = &mut memory[..self.channels * plane * vectors * lanes];
            copy(self, vectors, image, rows, memory);
            memory
        } else {
            &image[rows.start * pitch * BLOCK..]
        };
        Padded {
            from,
            pitch,
            plane,
            vectors,
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
    /// The number of vectors of a pixel.
    pub vectors: usize,
}

vectorised! {
    fn copy<'a, T, FMA, BYTES>(
        padding: &'a Padding,
        vectors: usize,
        image: &'a [T],
        rows: Range<usize>,
        into: &'a mut [T],
    ) {
        match const { BYTES / size_of::<T>() } {
            16 => copy_lanes::<T, 16>(padding, vectors, image, rows, into),
            8 => copy_lanes::<T, 8>(padding, vectors, image, rows, into),
            4 => copy_lanes::<T, 4>(padding, vectors, image, rows, into),
            _ => copy_lanes::<T, 2>(padding, vectors, image, rows, into),
        }
    }
}

#[inline(always)]
fn copy_lanes<T: Real, const L: usize>(
    padding: &Padding,
    vectors: usize,
    image: &[T],
    rows: Range<usize>,
    into: &mut [T],
) {
    let parts = BLOCK / L;
    let ([height, width], [above, left]) = (padding.image, padding.before);
    let (image, into) = (image.as_chunks::<L>().0, into.as_chunks_mut::<L>().0);
    let (pitch, plane) = (padding.pitch(), padding.plane(rows.len()));
    for channel in 0..padding.channels {
        let image = &image[channel * height * width * parts..][..height * width * parts];
        let lines = into[channel * plane * vectors..][..plane * vectors].chunks_exact_mut(pitch * vectors);
        for (line, y) in lines.zip(rows.start..) {
            let Some(y) = y.checked_sub(above).filter(|y| *y < height) else {
                line.fill([T::ZERO; L]);
                continue;
            };
            let (before, line) = line.split_at_mut(left * vectors);
            let within = width.min(line.len() / vectors);
            let (inside, after) = line.split_at_mut(within * vectors);
            before.fill([T::ZERO; L]);
            let pixels = &image[y * width * parts..][..within * parts];
            if vectors == parts {
                inside.copy_from_slice(pixels);
            } else {
                let pixels = pixels.chunks_exact(parts);
                for (inside, pixel) in inside.chunks_exact_mut(vectors).zip(pixels) {
                    inside.copy_from_slice(&pixel[..vectors]);
                }
            }
            after.fill([T::ZERO; L]);
        }
    }
}
