//! The share of a worker: its rows of every slice.

use core::marker::PhantomData;
use core::ops::Range;

use super::turns::{Own, Slices, Turn};
use super::{BLOCK, Watch};
use crate::Real;

/// The part of a phase's data that one worker handles.
#[derive(Debug)]
pub struct Share<'a, T, const R: usize, const I: usize, const W: usize> {
    /// The number of examples in this share; if values are cut by their own rows, that of the whole batch.
    pub examples: usize,
    /// The number of blocks of [`BLOCK`] examples that these make, the last of which may be smaller.
    pub blocks: usize,
    /// Index in the batch of the share's first example; 0 if values are cut by their own rows.
    pub first: usize,
    /// Per-example values read: this share's rows.
    pub reals: [&'a [T]; R],
    /// Integer inputs: this share's rows.
    pub indices: [&'a [u32]; I],
    /// Values written: this share's rows.
    pub values: [&'a mut [T]; W],
    /// The range of rows of each written value.
    pub rows: [Range<usize>; W],
    /// This worker's own scratch memory; its contents are arbitrary.
    pub scratch: &'a mut [T],
    /// Who is shown what the steps overwrite.
    pub watch: Watch<'a>,
}

impl<'a, T: Real, const R: usize, const I: usize, const W: usize> Share<'a, T, R, I, W> {
    /// The share of `R`, `I` and `W` slices that a turn gives.
    ///
    /// # Safety
    /// While the result lives, no other share may have rows of the same values that overlap the turn's own.
    pub(super) unsafe fn of(turn: Turn<'a, T>, slices: &Slices<'a, T>) -> Self {
        let mut share = Share {
            examples: turn.examples.len(),
            blocks: turn.examples.len().div_ceil(BLOCK),
            first: turn.examples.start,
            reals: [&[]; R],
            indices: [&[]; I],
            values: core::array::from_fn(|_| Default::default()),
            rows: [const { 0..0 }; W],
            scratch: turn.scratch,
            watch: turn.watch,
        };
        cut_reads(slices.reals, &turn.examples, &mut share.reals);
        cut_reads(slices.indices, &turn.examples, &mut share.indices);
        // SAFETY: by the contract.
        unsafe { cut_writes(slices.values, &turn.own, &mut share.rows, &mut share.values) };
        share
    }
}

/// The rows of each slice that belong to a range of examples. Compiled once, rather than for each number of slices.
#[inline(never)]
fn cut_reads<'a, E>(slices: &[Rows<'a, E>], examples: &Range<usize>, cut: &mut [&'a [E]]) {
    for (cut, slice) in cut.iter_mut().zip(slices) {
        *cut = slice.cut(examples);
    }
}

/// The rows of each value that are a turn's own. Compiled once, rather than for each number of values.
///
/// # Safety
/// As of [`RowsMut::cut`].
#[inline(never)]
unsafe fn cut_writes<'a, T: Real>(
    values: &[RowsMut<'a, T>],
    own: &Own,
    rows: &mut [Range<usize>],
    cut: &mut [&'a mut [T]],
) {
    for ((cut, rows), value) in cut.iter_mut().zip(rows).zip(values) {
        *rows = own.rows_of(value);
        // SAFETY: by the contract; each value is cut once.
        *cut = unsafe { value.cut(rows) };
    }
}

/// A slice that is read, one row per example or block.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a, E> {
    data: &'a [E],
    width: usize,
    /// The number of examples that one row stands for.
    examples_per_row: usize,
}

/// `data` as rows of `width` elements, one per example.
pub fn rows<E>(data: &[E], width: usize) -> Rows<'_, E> {
    Rows {
        data,
        width,
        examples_per_row: 1,
    }
}

/// `data` as rows of `width` elements, one per block of [`BLOCK`] examples (the last block may be smaller).
pub fn blocks<E>(data: &[E], width: usize) -> Rows<'_, E> {
    Rows {
        examples_per_row: BLOCK,
        ..rows(data, width)
    }
}

/// A slice that is written, in rows of `width` elements, to be cut between rows among the workers.
#[derive(Debug)]
pub struct RowsMut<'a, T> {
    data: *mut T,
    len: usize,
    width: usize,
    /// The number of examples that one row stands for.
    examples_per_row: usize,
    borrowed: PhantomData<&'a mut [T]>,
}

// SAFETY: it stands for the `&mut [T]` it was made from; sharing it shares only the pointer and the sizes,
// and `RowsMut::cut` requires of its callers that ranges do not overlap.
unsafe impl<T: Send> Sync for RowsMut<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for RowsMut<'_, T> {}

/// `data` as rows of `width` elements: one per example, or any number of them in a phase by rows.
pub fn rows_mut<T: Real>(data: &mut [T], width: usize) -> RowsMut<'_, T> {
    RowsMut {
        len: data.len(),
        data: data.as_mut_ptr(),
        width,
        examples_per_row: 1,
        borrowed: PhantomData,
    }
}

/// `data` as rows of `width` elements, one per block of [`BLOCK`] examples (the last block may be smaller).
pub fn blocks_mut<T: Real>(data: &mut [T], width: usize) -> RowsMut<'_, T> {
    RowsMut {
        examples_per_row: BLOCK,
        ..rows_mut(data, width)
    }
}

impl<'a, E> Rows<'a, E> {
    pub(super) fn check(&self, examples: usize) {
        let rows = examples.div_ceil(self.examples_per_row);
        let (len, width) = (self.data.len(), self.width);
        assert!(
            width.checked_mul(rows) == Some(len),
            "a value read holds {len} elements, which is not {rows} rows of {width} for {examples} examples"
        );
    }

    /// True if it has a row for every example, rather than for every block.
    pub(super) fn is_by_examples(&self) -> bool {
        self.examples_per_row == 1
    }

    pub(super) fn cut(&self, examples: &Range<usize>) -> &'a [E] {
        let (start, end) = (
            examples.start / self.examples_per_row,
            examples.end.div_ceil(self.examples_per_row),
        );
        &self.data[start * self.width..end * self.width]
    }
}

impl<'a, T> RowsMut<'a, T> {
    /// The number of elements in a row.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The number of rows of the slice. Panics if the slice does not divide into rows.
    pub(super) fn count(&self) -> usize {
        if self.width == 0 {
            assert!(
                self.len == 0,
                "a value written holds {} elements in rows of none",
                self.len
            );
            return 0;
        }
        assert!(
            self.len.is_multiple_of(self.width),
            "a value written holds {} elements, which is not a whole number of rows of {}",
            self.len,
            self.width
        );
        self.len / self.width
    }

    pub(super) fn check(&self, examples: usize) {
        let rows = examples.div_ceil(self.examples_per_row);
        let (len, width) = (self.len, self.width);
        assert!(
            width.checked_mul(rows) == Some(len),
            "a value written holds {len} elements, which is not {rows} rows of {width} for {examples} examples"
        );
    }

    /// True if it has a row for every example, rather than for every block.
    pub(super) fn is_by_examples(&self) -> bool {
        self.examples_per_row == 1
    }

    /// The rows that belong to a range of examples, which starts at a whole block if rows stand for blocks.
    pub(super) fn rows_of(&self, examples: &Range<usize>) -> Range<usize> {
        examples.start / self.examples_per_row..examples.end.div_ceil(self.examples_per_row)
    }

    /// The approximate number of elements that belong to so many examples.
    pub(super) fn elements_for(&self, examples: usize) -> usize {
        self.width
            .saturating_mul(examples.div_ceil(self.examples_per_row))
    }

    /// The elements of a range of rows.
    ///
    /// # Safety
    /// While the result lives, no other range that overlaps `rows` may be cut.
    ///
    /// # Panics
    /// If the rows lie outside the slice.
    // The result borrows from the slice this was made from, not from `self`.
    pub(crate) unsafe fn cut(&self, rows: &Range<usize>) -> &'a mut [T] {
        let end = rows.end.checked_mul(self.width);
        let Some(end) = end.filter(|end| rows.start <= rows.end && *end <= self.len) else {
            panic!(
                "rows {rows:?} of {} elements lie outside a value of {}",
                self.width, self.len
            );
        };
        // At most `end`, so this product does not overflow either.
        let start = rows.start * self.width;
        // SAFETY: in bounds by the assertion, and within the borrow `'a`. Disjoint from others by the
        // contract, since disjoint rows are disjoint elements if no product wraps around.
        unsafe { core::slice::from_raw_parts_mut(self.data.add(start), end - start) }
    }
}
