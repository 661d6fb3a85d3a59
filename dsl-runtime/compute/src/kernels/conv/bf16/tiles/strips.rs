//! Strips: the pixels that are computed at a time, by where they see the copied source.

use core::ops::Range;

use super::super::form::Form;
use crate::kernels::bf16::tile_sums::MOST;

/// A few pixels: neighbours in the order of rows, or those of a window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strip {
    starts: [usize; MOST],
    pub count: usize,
    /// The number, in the whole target, of each pixel; of a window the first is that of its result.
    pub places: [usize; MOST],
}

impl Strip {
    /// The first line that each pixel sees.
    #[inline]
    pub fn starts(&self) -> &[usize] {
        &self.starts[..self.count]
    }

    /// True if the pixels follow one another.
    #[inline]
    pub fn are_neighbours(&self) -> bool {
        self.places[self.count - 1] - self.places[0] + 1 == self.count
    }
}

/// The strips of some rows of the target, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Strips {
    rows: Range<usize>,
    width: usize,
    /// The first pixel in the whole target, the distances to the next one below, and beside.
    first: usize,
    spread: [usize; 2],
    pooled: bool,
    /// The lines from a pixel to the next one below, and beside.
    steps: [usize; 2],
    /// The next pixel; its row is counted from the first of the rows.
    next: [usize; 2],
}

impl Strips {
    /// The strips of rows that see one copy; of windows of two by two pixels if they are `pooled`.
    pub fn new(form: &Form, rows: Range<usize>, pooled: bool) -> Strips {
        let row = form.pitch() * form.pairs();
        let width = form.whole[1];
        Strips {
            first: form.first[0] * width + form.first[1],
            spread: [form.spread[0] * width, form.spread[1]],
            rows,
            width: form.target_size[1],
            pooled,
            steps: [form.stride[0] * row, form.stride[1] * form.pairs()],
            next: [0, 0],
        }
    }

    fn start(&self, [y, x]: [usize; 2]) -> usize {
        y * self.steps[0] + x * self.steps[1]
    }

    fn place(&self, [y, x]: [usize; 2]) -> usize {
        self.first + (self.rows.start + y) * self.spread[0] + x * self.spread[1]
    }

    fn next_window(&mut self) -> Option<Strip> {
        let [mut y, mut x] = self.next;
        if x + 2 > self.width {
            [y, x] = [y + 2, 0];
        }
        if self.width < 2 || y + 2 > self.rows.len() {
            return None;
        }
        self.next = [y, x + 2];
        Some(Strip {
            starts: [[y, x], [y, x + 1], [y + 1, x], [y + 1, x + 1]].map(|pixel| self.start(pixel)),
            count: 4,
            places: [(self.rows.start + y) / 2 * (self.width / 2) + x / 2; MOST],
        })
    }
}

impl Iterator for Strips {
    type Item = Strip;

    #[inline]
    fn next(&mut self) -> Option<Strip> {
        if self.pooled {
            return self.next_window();
        }
        let [mut y, mut x] = self.next;
        let (mut starts, mut places, mut count) = ([0; MOST], [0; MOST], 0);
        while count < MOST && y < self.rows.len() {
            starts[count] = self.start([y, x]);
            places[count] = self.place([y, x]);
            count += 1;
            x += 1;
            if x == self.width {
                [y, x] = [y + 1, 0];
            }
        }
        self.next = [y, x];
        (count > 0).then_some(Strip {
            starts,
            count,
            places,
        })
    }
}
