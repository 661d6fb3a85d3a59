//! The form of a sum over a kernel as the tile unit computes it: a convolution, or its gradient by the image, as a
//! convolution with steps of the source, a padding before it, and a kernel that may be turned by half a turn.
//!
//! ```text
//! target[t, y, x] = Σ i, j, s:  weight[t, s, i, j] · source[s, y·stride + i - before, x·stride + j - before]
//! ```

use super::super::Conv2d;
use super::Direction;
use crate::parallel::BLOCK;

/// The number of lines of a copy of the source, about: half a mebibyte.
const ROOM: usize = 1 << 13;

/// The largest number of lines of a copy: rows may be long.
const MOST: usize = 1 << 16;

/// The least number of channels of a group on either side, if there are several: with fewer, tiles would be as good as
/// empty.
const FEW: usize = 4;

/// The number of pairs of terms of a tile, and of rows and columns of a tile of sums.
pub(super) const SIDE: usize = 16;

/// The largest stride of a gradient by the image: it has a form for each remainder of a place by the stride.
const MOST_STEPS: usize = 4;

/// The form of one group of channels, for all pixels of the target or for those that are a stride apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub groups: usize,
    /// The number of channels summed over, and of channels computed.
    pub sources: usize,
    pub targets: usize,
    /// The distances, in the weight of a group, between channels summed over, between channels computed, and between rows
    /// of the kernel.
    pub source_step: usize,
    pub target_step: usize,
    pub row_step: usize,
    /// The height and width of the source.
    pub source_size: [usize; 2],
    /// The height and width of the whole target.
    pub whole: [usize; 2],
    /// The first pixel that is computed, the distance to the next, and their number, down and across.
    pub first: [usize; 2],
    pub spread: [usize; 2],
    pub target_size: [usize; 2],
    /// The number of elements of the kernel that are summed over, the first of them in memory, and the distance to the
    /// next.
    pub kernel: [usize; 2],
    pub tap: [usize; 2],
    pub tap_step: [usize; 2],
    /// True if the last of those elements is the first of the form.
    pub turned: bool,
    pub stride: [usize; 2],
    /// The rows and columns of padding before the source; fewer than none if the first pixels are not seen.
    pub before: [isize; 2],
}

impl Conv2d {
    /// The number of forms of a direction.
    pub(super) const fn forms(&self, direction: Direction) -> usize {
        match direction {
            Direction::Forward => 1,
            Direction::Backward => self.stride[0] * self.stride[1],
        }
    }

    /// True if the tile unit is of use for a direction.
    pub(super) const fn fits_tiles(&self, direction: Direction) -> bool {
        let (from, to) = (self.input[0] / self.groups, self.output[0] / self.groups);
        let few = self.groups > 1 && (from < FEW || to < FEW);
        if self.dilation[0] != 1 || self.dilation[1] != 1 || few || from == 0 || to == 0 {
            return false;
        }
        if !self.is_within(0) || !self.is_within(1) {
            return false;
        }
        if matches!(direction, Direction::Backward)
            && (self.stride[0] > MOST_STEPS || self.stride[1] > MOST_STEPS)
        {
            return false;
        }
        let mut number = 0;
        while number < self.forms(direction) {
            if self.form(direction, number).lines() > MOST {
                return false;
            }
            number += 1;
        }
        true
    }

    /// A form of a convolution, or of its gradient by the image.
    pub(super) const fn form(&self, direction: Direction, number: usize) -> Form {
        let (from, to) = (self.input[0] / self.groups, self.output[0] / self.groups);
        let (kernel, taps) = (self.kernel[0] * self.kernel[1], self.taps());
        let (input, output) = ([self.input[1], self.input[2]], [self.output[1], self.output[2]]);
        match direction {
            Direction::Forward => Form {
                groups: self.groups,
                sources: from,
                targets: to,
                source_step: kernel,
                target_step: taps,
                row_step: self.kernel[1],
                source_size: input,
                whole: output,
                first: [0; 2],
                spread: [1; 2],
                target_size: output,
                kernel: self.kernel,
                tap: [0; 2],
                tap_step: [1; 2],
                turned: false,
                stride: self.stride,
                before: [self.pad[0][0] as isize, self.pad[1][0] as isize],
            },
            Direction::Backward => {
                let [down, across] = [
                    self.backward(0, number / self.stride[1]),
                    self.backward(1, number % self.stride[1]),
                ];
                Form {
                    groups: self.groups,
                    sources: to,
                    targets: from,
                    source_step: taps,
                    target_step: kernel,
                    row_step: self.kernel[1],
                    source_size: output,
                    whole: input,
                    first: [down.first, across.first],
                    spread: self.stride,
                    target_size: [down.count, across.count],
                    kernel: [down.taps, across.taps],
                    tap: [down.tap, across.tap],
                    tap_step: self.stride,
                    turned: true,
                    stride: [1; 2],
                    before: [down.before, across.before],
                }
            }
        }
    }

    /// The pixels along an axis that are seen through the elements `tap`, `tap + stride`, … of the kernel: pixel
    /// `first + u·stride` by the outputs `u - before + i`, where the last element is the first.
    const fn backward(&self, axis: usize, tap: usize) -> Axis {
        let (stride, pad, pixels) = (self.stride[axis], self.pad[axis][0], self.input[axis + 1]);
        // The least pixel at whose place, counted from the padding, the element may be.
        let first = (tap + stride - pad % stride) % stride;
        let count = pixels.saturating_sub(first).div_ceil(stride);
        let taps = self.kernel[axis].saturating_sub(tap).div_ceil(stride);
        let seen = ((first + pad) as isize - tap as isize) / stride as isize;
        Axis {
            first,
            count,
            tap,
            taps,
            before: taps as isize - 1 - seen,
        }
    }

    /// True if there are pixels along an axis, and the steps of the outputs do not lead beyond the bound that all sizes are
    /// checked against.
    const fn is_within(&self, axis: usize) -> bool {
        let (input, output) = (self.input[axis + 1], self.output[axis + 1]);
        input > 0 && output > 0 && output.saturating_mul(self.stride[axis]) <= self.extent(axis)
    }

    /// The number of elements of scratch memory for what is computed on the tile unit.
    pub(super) const fn tiles_len(&self) -> usize {
        let mut most = 0;
        let directions = [Direction::Forward, Direction::Backward];
        let mut at = 0;
        while at < directions.len() {
            let mut number = 0;
            while self.fits_tiles(directions[at]) && number < self.forms(directions[at]) {
                let len = self.form(directions[at], number).scratch_len();
                if len > most {
                    most = len;
                }
                number += 1;
            }
            at += 1;
        }
        if let Some(form) = self.weight_gradient_form() {
            let len = form.weight_gradient_len();
            if len > most {
                most = len;
            }
        }
        most
    }
}

/// What a gradient by the image sees along an axis.
struct Axis {
    first: usize,
    count: usize,
    tap: usize,
    taps: usize,
    before: isize,
}

impl Form {
    /// The number of pairs of channels summed over; the last may be half of one.
    pub const fn pairs(&self) -> usize {
        self.sources.div_ceil(2)
    }

    /// True if nothing is summed: the pixels are seen through no element of the kernel.
    pub const fn is_empty(&self) -> bool {
        self.kernel[0] == 0 || self.kernel[1] == 0
    }

    /// True if there are no pixels to compute.
    pub const fn has_no_target(&self) -> bool {
        self.target_size[0] == 0 || self.target_size[1] == 0
    }

    /// The number of pixels of a row of the padded source.
    pub const fn pitch(&self) -> usize {
        (self.target_size[1] - 1) * self.stride[1] + self.kernel[1]
    }

    /// The number of rows of the padded source that so many rows of the target see.
    pub const fn seen(&self, rows: usize) -> usize {
        (rows - 1) * self.stride[0] + self.kernel[0]
    }

    /// The number of rows of the target that see one copy of the source: an even number, or all.
    pub const fn band(&self) -> usize {
        let rows = self.target_size[0];
        if self.is_empty() || self.has_no_target() {
            return if rows == 0 { 1 } else { rows };
        }
        let row = self.pitch() * self.pairs();
        let fitting = (ROOM / row).saturating_sub(self.kernel[0]) / self.stride[0] + 1;
        // At least as many rows as are copied twice.
        let most = if fitting < self.kernel[0] {
            self.kernel[0]
        } else {
            fitting
        };
        if most >= rows {
            return rows;
        }
        rows.div_ceil(rows.div_ceil(most)).next_multiple_of(2)
    }

    /// The number of lines of a copy of the source.
    pub const fn lines(&self) -> usize {
        if self.is_empty() || self.has_no_target() {
            return 0;
        }
        self.seen(self.band()) * self.pitch() * self.pairs()
    }

    /// The number of channels of the target in tiles.
    pub const fn tiles(&self) -> usize {
        self.targets.div_ceil(SIDE)
    }

    /// The number of tiles of the weight of 16 channels: for each row of the kernel, for each 32 terms.
    pub const fn weight_tiles(&self) -> usize {
        self.kernel[0] * (self.kernel[1] * self.pairs()).div_ceil(SIDE)
    }

    /// The number of elements of scratch memory for the weight of all groups and a copy of the source, and to align
    /// both.
    const fn scratch_len(&self) -> usize {
        let weight = self.groups * self.tiles() * self.weight_tiles() * SIDE;
        (weight + self.lines() + 1) * BLOCK
    }
}
