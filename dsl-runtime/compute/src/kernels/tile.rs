//! The register-tiled micro-kernel behind `gemm` and convolution.
//!
//! `C = A B` is computed in tiles of a few rows by a few vectors of columns, with the sums in registers: for
//! each term an element of `A` is broadcast and multiplied by a row of `B`, which is read in place. Every
//! element of `C` is one chain of additions in the order of the terms, whatever tile it falls into, so its
//! bits depend neither on the size of `C` nor on the shape of the tiles.

use super::lanes::Lanes;
use super::packed_tile::EIGHT;
use super::prefetch::prefetch;
use super::row::multiply_row;
use crate::Real;
use crate::isa::Isa;

/// The terms of a product: the iteration counts of three nested loops, outermost first, and the steps by
/// which each moves in `A` and in `B`. A plain product uses the innermost loop; a convolution loops over
/// channels, kernel rows and columns. Steps may wrap around, to walk backwards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub counts: [usize; 3],
    pub a_steps: [usize; 3],
    pub b_steps: [usize; 3],
}

impl Terms {
    /// The same terms with the outermost loop innermost, if the other two are so short that they would be all
    /// overhead.
    pub fn longest_inside(self) -> Terms {
        let turned = |[outer, middle, inner]: [usize; 3]| [middle, inner, outer];
        if self.counts[1] * self.counts[2] > 4 || self.counts[0] < 4 {
            return self;
        }
        Terms {
            counts: turned(self.counts),
            a_steps: turned(self.a_steps),
            b_steps: turned(self.b_steps),
        }
    }
}

/// A matrix product on slices.
pub(super) struct Product<'a, T> {
    /// Rows and columns of the result.
    pub m: usize,
    pub n: usize,
    pub terms: Terms,
    /// The left factor: row `i` starts at `i·a_row`.
    pub a: &'a [T],
    pub a_row: usize,
    /// The right factor: column `j` starts at `b_first + j`.
    pub b: &'a [T],
    pub b_first: usize,
    /// True if the product is added to the old contents of the result.
    pub accumulate: bool,
    /// The distance between rows of the result.
    pub c_row: usize,
}

/// The number of vectors in the strips of 8 or 16 rows: eight rows are computed at a time, so that a right factor
/// that no near cache holds is read once for all of them, and its rows are prefetched.
const VECTORS_OF_EIGHT_ROWS: usize = 3;

/// The number of terms by which rows are prefetched.
const AHEAD: usize = 12;

/// Computes a product: row `i` of `c` starts at `i·c_row`. The columns are cut into strips of four vectors
/// (two on machines with few registers, more for a single row), then of two and of one, then the remainder.
pub(super) fn multiply<T: Real>(product: &Product<'_, T>, c: &mut [T]) {
    let isa = Isa::current();
    // A row of a convolution may be an image of one pixel, with terms in three loops.
    let plain = matches!(product.terms.counts, [1, 1, _]);
    let lanes = isa.lanes::<T>();
    let wide = match isa.tiles.are_large() {
        true if matches!(product.m, 8 | 16) && plain && lanes > 4 => VECTORS_OF_EIGHT_ROWS,
        true => 4,
        false => 2,
    };
    let mut column = if product.m == 1 && plain {
        multiply_row(product, c)
    } else {
        0
    };
    while column + wide * lanes <= product.n {
        match wide {
            VECTORS_OF_EIGHT_ROWS => strip_of_eight_rows(product, column, c),
            _ => wide_strip(product, column, c),
        }
        column += wide * lanes;
    }
    if wide > 2 && column + 2 * lanes <= product.n {
        double_strip(product, column, c);
        column += 2 * lanes;
    }
    while column + lanes <= product.n {
        single_strip(product, column, c);
        column += lanes;
    }
    match product.n - column {
        0 => {}
        1 => last_column(product, column, c),
        8 if isa.halves && lanes == 16 => half_strip(product, column, c),
        _ => partial_strip(product, column, c),
    }
}

// Each strip is a function of its own: in one large function the sums do not stay in registers. Strips that
// an instruction set does not use are not compiled for it.

vectorised! {
    fn wide_strip<'a, T, FMA, BYTES>(product: &'a Product<'a, T>, column: usize, c: &'a mut [T]) {
        if const { Isa::of::<FMA, BYTES>().tiles.are_large() } {
            product.strip::<FMA, BYTES, 4, false>(column, c);
        } else {
            product.strip::<FMA, BYTES, 2, false>(column, c);
        }
    }
}

vectorised! {
    fn strip_of_eight_rows<'a, T, FMA, BYTES>(product: &'a Product<'a, T>, column: usize, c: &'a mut [T]) {
        if const { !Isa::of::<FMA, BYTES>().tiles.are_large() } {
            unreachable!("a strip of more registers than there are");
        }
        product.strip::<FMA, BYTES, VECTORS_OF_EIGHT_ROWS, false>(column, c);
    }
}

vectorised! {
    fn double_strip<'a, T, FMA, BYTES>(product: &'a Product<'a, T>, column: usize, c: &'a mut [T]) {
        if const { !Isa::of::<FMA, BYTES>().tiles.are_large() } {
            unreachable!("a strip of more registers than there are");
        }
        product.strip::<FMA, BYTES, 2, false>(column, c);
    }
}

vectorised! {
    fn single_strip<'a, T, FMA, BYTES>(product: &'a Product<'a, T>, column: usize, c: &'a mut [T]) {
        product.strip::<FMA, BYTES, 1, false>(column, c);
    }
}

vectorised! {
    fn half_strip<'a, T, FMA, BYTES>(product: &'a Product<'a, T>, column: usize, c: &'a mut [T]) {
        if const { !Isa::of::<FMA, BYTES>().halves } {
            unreachable!("half of a narrower register");
        }
        product.rows::<FMA, 8, 1, false>(column, c);
    }
}

vectorised! {
    fn partial_strip<'a, T, FMA, BYTES>(product: &'a Product<'a, T>, column: usize, c: &'a mut [T]) {
        product.strip::<FMA, BYTES, 1, true>(column, c);
    }
}

vectorised! {
    fn last_column<'a, T, FMA, BYTES>(product: &'a Product<'a, T>, column: usize, c: &'a mut [T]) {
        product.rows::<FMA, 1, 1, false>(column, c);
    }
}

impl<T: Real> Product<'_, T> {
    /// Computes all rows of `V` vectors of `BYTES`.
    #[inline(always)]
    fn strip<const FMA: bool, const BYTES: usize, const V: usize, const PARTIAL: bool>(
        &self,
        column: usize,
        c: &mut [T],
    ) {
        match const { BYTES / size_of::<T>() } {
            16 => self.rows::<FMA, 16, V, PARTIAL>(column, c),
            8 => self.rows::<FMA, 8, V, PARTIAL>(column, c),
            4 => self.rows::<FMA, 4, V, PARTIAL>(column, c),
            _ => self.rows::<FMA, 2, V, PARTIAL>(column, c),
        }
    }

    /// Computes all rows, as many at a time as fill the registers; with a single vector as many as hide the
    /// latency of an addition.
    #[inline(always)]
    fn rows<const FMA: bool, const L: usize, const V: usize, const PARTIAL: bool>(
        &self,
        column: usize,
        c: &mut [T],
    ) {
        let mut row = 0;
        while const { V == 1 && L > 1 || V == VECTORS_OF_EIGHT_ROWS } && row + 8 <= self.m {
            self.tile::<FMA, L, V, 8, PARTIAL>(row, column, c);
            row += 8;
        }
        if const { V == VECTORS_OF_EIGHT_ROWS } {
            debug_assert_eq!(row, self.m, "rows that are no multiple of eight");
            return;
        }
        // Eight rows are computed as two times four, rather than six and two single ones. Of four short vectors
        // (NEON) four rows: the sums of six would be stored again and again.
        while const { V > 1 && !(V == 4 && L <= 4) } && row + 6 <= self.m && row + 8 != self.m {
            self.tile::<FMA, L, V, 6, PARTIAL>(row, column, c);
            row += 6;
        }
        while row + 4 <= self.m {
            self.tile::<FMA, L, V, 4, PARTIAL>(row, column, c);
            row += 4;
        }
        while row < self.m {
            self.tile::<FMA, L, V, 1, PARTIAL>(row, column, c);
            row += 1;
        }
    }

    /// Computes `R` rows of `V` vectors of columns; a partial vector is computed whole and stored in part.
    /// The elements it reads beyond its columns belong to the next row, or are zeros where `B` ends.
    #[expect(
        clippy::needless_range_loop,
        reason = "by index, so that the loops unroll completely"
    )]
    #[inline(always)]
    fn tile<const FMA: bool, const L: usize, const V: usize, const R: usize, const PARTIAL: bool>(
        &self,
        row: usize,
        column: usize,
        c: &mut [T],
    ) {
        let mut sums = [[Lanes::<T, L>::ZERO; V]; R];
        let width = if PARTIAL { self.n - column } else { L };
        if self.accumulate {
            for i in 0..R {
                for j in 0..V {
                    let c = &c[(row + i) * self.c_row + column + j * L..];
                    sums[i][j] = if PARTIAL {
                        Lanes::load_padded(&c[..width])
                    } else {
                        Lanes::load(c)
                    };
                }
            }
        }
        let Terms {
            counts,
            a_steps,
            b_steps,
        } = self.terms;
        let (mut a_outer, mut b_outer) = (row * self.a_row, self.b_first + column);
        // Without terms there are no lines to slice.
        let outer = if counts[2] == 0 { 0 } else { counts[0] };
        for _ in 0..outer {
            let (mut a_middle, mut b_middle) = (a_outer, b_outer);
            for _ in 0..counts[1] {
                let (mut a, mut b) = (a_middle, b_middle);
                // One term: multiplies a vector of B by an element of A for each row, then moves on to the
                // next.
                macro_rules! term {
                    ($i:ident => $element:expr) => {
                        let mut factors = [Lanes::<T, L>::ZERO; V];
                        if PARTIAL && self.b.len() - b < L {
                            factors[0] = Lanes::load_padded(&self.b[b..]);
                        } else {
                            let b_row = &self.b[b..][..V * L];
                            for j in 0..V {
                                factors[j] = Lanes::load(&b_row[j * L..]);
                            }
                            if const { V == VECTORS_OF_EIGHT_ROWS } {
                                prefetch::<T, L, V>(self.b, b.wrapping_add(b_steps[2].wrapping_mul(AHEAD)));
                            }
                        }
                        for $i in 0..R {
                            let factor = Lanes::broadcast::<FMA>($element);
                            for j in 0..V {
                                sums[$i][j] = factor.mul_add::<FMA>(factors[j], sums[$i][j]);
                            }
                        }
                        a = a.wrapping_add(a_steps[2]);
                        b = b.wrapping_add(b_steps[2]);
                    };
                }
                if const { R * V > 12 } {
                    let eights = if a_steps[2] == 1 { counts[2] / EIGHT } else { 0 };
                    let mut lines: [&[[T; EIGHT]]; R] = [&[]; R];
                    for i in 0..R {
                        lines[i] = self.a[a + i * self.a_row..][..eights * EIGHT].as_chunks().0;
                    }
                    for eight in 0..eights {
                        let mut factors = [&lines[0][eight]; R];
                        for i in 0..R {
                            factors[i] = &lines[i][eight];
                        }
                        for p in 0..EIGHT {
                            term!(i => factors[i][p]);
                        }
                    }
                    for _ in eights * EIGHT..counts[2] {
                        term!(i => self.a[a + i * self.a_row]);
                    }
                } else {
                    // A few multiplications leave no time to check every index into A. So a line is sliced
                    // for each row; all have the same length, and one comparison is enough for all.
                    let (low, span) = reach(a, a_steps[2], counts[2]);
                    let mut lines: [&[T]; R] = [&[]; R];
                    for i in 0..R {
                        lines[i] = &self.a[low + i * self.a_row..][..span];
                    }
                    a = a.wrapping_sub(low);
                    for _ in 0..counts[2] {
                        term!(i => lines[i][a]);
                    }
                }
                a_middle = a_middle.wrapping_add(a_steps[1]);
                b_middle = b_middle.wrapping_add(b_steps[1]);
            }
            a_outer = a_outer.wrapping_add(a_steps[0]);
            b_outer = b_outer.wrapping_add(b_steps[0]);
        }
        for i in 0..R {
            for j in 0..V {
                let c = &mut c[(row + i) * self.c_row + column + j * L..];
                if PARTIAL {
                    c[..width].copy_from_slice(&sums[i][j].0[..width]);
                } else {
                    sums[i][j].store(c);
                }
            }
        }
    }
}

/// The least of `count` offsets, at least one, which begin at `first` and are `step` apart (it may wrap
/// around, to walk backwards), and the distance from there to the greatest.
#[inline(always)]
fn reach(first: usize, step: usize, count: usize) -> (usize, usize) {
    let last = first.wrapping_add(step.wrapping_mul(count - 1));
    (first.min(last), first.abs_diff(last) + 1)
}
