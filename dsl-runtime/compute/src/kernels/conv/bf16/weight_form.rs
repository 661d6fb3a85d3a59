//! The form of a gradient by the weight as the tile unit computes it: that of the convolution, whose channels and elements of
//! the kernel are the rows and columns of tiles of sums, and whose pixels are summed over.

use super::super::Conv2d;
use super::Direction;
use super::form::{Form, SIDE};
use crate::parallel::BLOCK;

/// The number of lines of the packed rows of both factors of a gradient by the weight, about: a mebibyte.
const WIDE_ROOM: usize = 1 << 14;

/// The largest number of lines of sums of a gradient by the weight.
const MOST_SUMS: usize = 1 << 18;

impl Conv2d {
    /// The form of the gradient by the weight, if the tile unit is of use for it: that of the convolution.
    pub(super) const fn weight_gradient_form(&self) -> Option<Form> {
        if !self.fits_tiles(Direction::Forward) {
            return None;
        }
        let form = self.form(Direction::Forward, 0);
        let [sums, target, source] = form.weight_gradient_parts();
        if target + source <= 4 * WIDE_ROOM && sums <= MOST_SUMS {
            Some(form)
        } else {
            None
        }
    }
}

impl Form {
    /// The number of columns of the padded source for each remainder of their number by the stride: those that follow
    /// one another when the target goes on by a pixel.
    pub const fn phase(&self) -> usize {
        self.target_size[1] + (self.kernel[1] - 1) / self.stride[1]
    }

    /// True if the columns of a tile of sums are elements of the kernel of every channel, not the channels for one element:
    /// of few channels these fill few tiles, instead of a little of many. The sums of two pixels take about as many cycles
    /// as a tile has rows, for each tile; to pack what they see takes a few times as many.
    pub const fn in_columns(&self) -> bool {
        const CHANNELS: usize = 100;
        const COLUMNS: usize = 200;
        let (kernel, sums) = (self.kernel[0] * self.kernel[1], self.tiles() * SIDE);
        let by_channels = self.sources.div_ceil(SIDE) * (kernel * sums + CHANNELS);
        let by_columns = (self.sources * kernel).div_ceil(SIDE) * (sums + COLUMNS);
        by_columns < by_channels
    }

    /// The height and width of the kernel that has a tile of sums for each element.
    pub const fn apart(&self) -> [usize; 2] {
        if self.in_columns() { [1, 1] } else { self.kernel }
    }

    /// The number of lines of a row of the packed source of a tile of columns, or of channels.
    pub const fn source_row(&self) -> usize {
        if self.in_columns() {
            return self.target_size[1] * SIDE / 2;
        }
        self.phases() * self.phase() * SIDE / 2
    }

    /// The number of rows of the packed source that so many rows of the target see.
    pub const fn source_rows(&self, rows: usize) -> usize {
        if self.in_columns() { rows } else { self.seen(rows) }
    }

    /// The number of rows of the packed source from a row of the target to the next.
    pub const fn source_stride(&self) -> usize {
        if self.in_columns() { 1 } else { self.stride[0] }
    }

    /// The number of phases that the kernel sees.
    pub const fn phases(&self) -> usize {
        if self.kernel[1] < self.stride[1] {
            self.kernel[1]
        } else {
            self.stride[1]
        }
    }

    /// The number of tiles of a row of the gradient of 16 channels: two pixels each.
    pub const fn target_row(&self) -> usize {
        self.target_size[1].div_ceil(2)
    }

    /// The number of columns, or of channels summed over, in tiles.
    pub const fn source_tiles(&self) -> usize {
        match self.in_columns() {
            true => (self.sources * self.kernel[0] * self.kernel[1]).div_ceil(SIDE),
            false => self.sources.div_ceil(SIDE),
        }
    }

    /// The number of lines that so many rows of the target take, of the target and of the source.
    const fn weight_gradient_lines(&self, rows: usize) -> [usize; 2] {
        [
            self.tiles() * rows * self.target_row() * SIDE,
            self.source_tiles() * self.source_rows(rows) * self.source_row(),
        ]
    }

    /// The number of rows of the target that are packed at a time.
    pub const fn weight_gradient_band(&self) -> usize {
        let rows = self.target_size[0];
        let ([target, one], [_, two]) = (self.weight_gradient_lines(1), self.weight_gradient_lines(2));
        let each = target + two - one;
        let most = 1 + WIDE_ROOM.saturating_sub(target + one) / each;
        if most >= rows {
            return rows;
        }
        rows.div_ceil(rows.div_ceil(most))
    }

    /// The number of lines of memory: for the sums, the packed target and the packed source.
    pub const fn weight_gradient_parts(&self) -> [usize; 3] {
        let [target, source] = self.weight_gradient_lines(self.weight_gradient_band());
        let squares = self.tiles() * self.source_tiles() * self.apart()[0] * self.apart()[1];
        // As many more as are computed at a time.
        [(squares + 4) * SIDE, target, source]
    }

    /// The number of elements of scratch memory for the gradient by the weight.
    pub const fn weight_gradient_len(&self) -> usize {
        let [sums, target, source] = self.weight_gradient_parts();
        (sums + target + source + 1) * BLOCK
    }
}
