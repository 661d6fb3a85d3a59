//! The register-tiled product behind [`gemm`](super::gemm) and convolution.
//!
//! `C = A B` is formed a few rows by a few vectors of columns at a time, with the sums in registers: for each
//! term an element of `A` is broadcast and multiplied by a row of `B`, which is read in place. Every element
//! of `C` is one chain of additions in the order of the terms, however it falls into tiles, so its bits depend
//! neither on the size of `C` nor on the shape of the tiles.

use super::lanes::Lanes;
use crate::Real;

/// The terms of a product: three nested loops, outermost first, and how far each turn of them moves in `A` and
/// in `B`. A plain product uses the innermost loop, a convolution goes over channels, kernel rows and columns.
/// Steps may wrap around, to walk backwards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub counts: [usize; 3],
    pub a_steps: [usize; 3],
    pub b_steps: [usize; 3],
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
    /// Whether to add to what the result held.
    pub accumulate: bool,
    /// Distance between rows of the result.
    pub c_row: usize,
}

vectorised! {
    /// Forms a product: row `i` of `c` starts at `i·c_row`.
    pub(super) fn multiply<'a, T, FMA, BYTES>(product: &'a Product<'a, T>, c: &'a mut [T]) {
        product.run::<FMA, BYTES>(c);
    }
}

impl<T: Real> Product<'_, T> {
    /// Forms the product in tiles that fill the registers of a machine with vectors of `BYTES`.
    #[inline(always)]
    fn run<const FMA: bool, const BYTES: usize>(&self, c: &mut [T]) {
        let single = size_of::<T>() == 4;
        if BYTES == 64 {
            if single {
                self.tiles::<FMA, 16, 4>(c)
            } else {
                self.tiles::<FMA, 8, 4>(c)
            }
        } else if BYTES == 32 {
            if single {
                self.tiles::<FMA, 8, 2>(c)
            } else {
                self.tiles::<FMA, 4, 2>(c)
            }
        } else if single {
            self.tiles::<FMA, 4, 2>(c)
        } else {
            self.tiles::<FMA, 2, 2>(c)
        }
    }

    /// All columns, in strips of `V` vectors of `L`, then of one vector, of four elements, of one.
    #[inline(always)]
    fn tiles<const FMA: bool, const L: usize, const V: usize>(&self, c: &mut [T]) {
        let mut column = 0;
        while column + L * V <= self.n {
            self.strip::<FMA, L, V>(column, c);
            column += L * V;
        }
        while column + L <= self.n {
            self.strip::<FMA, L, 1>(column, c);
            column += L;
        }
        while column + 4 <= self.n {
            self.strip::<FMA, 4, 1>(column, c);
            column += 4;
        }
        while column < self.n {
            self.strip::<FMA, 1, 1>(column, c);
            column += 1;
        }
    }

    /// All rows of `V` vectors of columns.
    #[inline(always)]
    fn strip<const FMA: bool, const L: usize, const V: usize>(&self, column: usize, c: &mut [T]) {
        let mut row = 0;
        while row + 6 <= self.m {
            self.tile::<FMA, L, V, 6>(row, column, c);
            row += 6;
        }
        if row + 4 <= self.m {
            self.tile::<FMA, L, V, 4>(row, column, c);
            row += 4;
        }
        while row < self.m {
            self.tile::<FMA, L, V, 1>(row, column, c);
            row += 1;
        }
    }

    /// `R` rows of `V` vectors of columns.
    // Indices, not iterators, for loops that must unroll completely.
    #[allow(clippy::needless_range_loop)]
    #[inline(always)]
    fn tile<const FMA: bool, const L: usize, const V: usize, const R: usize>(
        &self,
        row: usize,
        column: usize,
        c: &mut [T],
    ) {
        let mut sums = [[Lanes::<T, L>::splat(T::ZERO); V]; R];
        if self.accumulate {
            for i in 0..R {
                for j in 0..V {
                    sums[i][j] = Lanes::load(&c[(row + i) * self.c_row + column + j * L..]);
                }
            }
        }
        let Terms {
            counts,
            a_steps,
            b_steps,
        } = self.terms;
        let (mut a_outer, mut b_outer) = (row * self.a_row, self.b_first + column);
        for _ in 0..counts[0] {
            let (mut a_middle, mut b_middle) = (a_outer, b_outer);
            for _ in 0..counts[1] {
                let (mut a, mut b) = (a_middle, b_middle);
                for _ in 0..counts[2] {
                    let b_row = &self.b[b..][..V * L];
                    let mut factors = [Lanes::<T, L>::splat(T::ZERO); V];
                    for j in 0..V {
                        factors[j] = Lanes::load(&b_row[j * L..]);
                    }
                    for i in 0..R {
                        let factor = Lanes::splat(self.a[a + i * self.a_row]);
                        for j in 0..V {
                            sums[i][j] = factor.mul_add::<FMA>(factors[j], sums[i][j]);
                        }
                    }
                    a = a.wrapping_add(a_steps[2]);
                    b = b.wrapping_add(b_steps[2]);
                }
                a_middle = a_middle.wrapping_add(a_steps[1]);
                b_middle = b_middle.wrapping_add(b_steps[1]);
            }
            a_outer = a_outer.wrapping_add(a_steps[0]);
            b_outer = b_outer.wrapping_add(b_steps[0]);
        }
        for i in 0..R {
            for j in 0..V {
                sums[i][j].store(&mut c[(row + i) * self.c_row + column + j * L..]);
            }
        }
    }
}
