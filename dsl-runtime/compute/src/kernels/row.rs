//! The product of a single row by a matrix, as inference on one example needs it.
//!
//! Every element of the matrix is used once, so its memory bandwidth decides the speed: the longer the pieces
//! of its rows that are read at once, the further ahead the machine prefetches. So nearly all registers hold
//! sums of one strip of columns.

use super::lanes::Lanes;
use super::tile::Product;
use crate::Real;
use crate::isa::Isa;

/// The number of vectors in a group of sums. Loops over groups of a few vectors unroll; one loop over all of
/// them would not, and the sums would live in memory.
const GROUP: usize = 4;

vectorised! {
    /// Computes the leading columns of the only row of a product, in whole strips, and returns their number.
    /// Each element is one chain of additions in the order of the terms, as in a tile.
    pub(super) fn multiply_row<'a, T, FMA, BYTES>(product: &'a Product<'a, T>, c: &'a mut [T]) -> usize {
        match const { BYTES / size_of::<T>() } {
            16 => all_strips::<T, FMA, BYTES, 16>(product, c),
            8 => all_strips::<T, FMA, BYTES, 8>(product, c),
            4 => all_strips::<T, FMA, BYTES, 4>(product, c),
            _ => all_strips::<T, FMA, BYTES, 2>(product, c),
        }
    }
}

/// Computes whole strips of vectors of `L` elements, the widest that the registers hold first.
#[inline(always)]
fn all_strips<T: Real, const FMA: bool, const BYTES: usize, const L: usize>(
    product: &Product<'_, T>,
    c: &mut [T],
) -> usize {
    let mut column = 0;
    if const { Isa::of::<FMA, BYTES>().tiles.are_large() } {
        column = strips::<T, FMA, L, 4>(product, column, c);
    }
    strips::<T, FMA, L, 2>(product, column, c)
}

/// Computes whole strips of `G` groups of vectors from a column on; returns the column at which they end.
#[inline(always)]
fn strips<T: Real, const FMA: bool, const L: usize, const G: usize>(
    product: &Product<'_, T>,
    mut column: usize,
    c: &mut [T],
) -> usize {
    while column + G * GROUP * L <= product.n {
        strip::<T, FMA, L, G>(product, column, c);
        column += G * GROUP * L;
    }
    column
}

// Indices, not iterators, for loops that must unroll completely.
#[inline(always)]
fn strip<T: Real, const FMA: bool, const L: usize, const G: usize>(
    product: &Product<'_, T>,
    column: usize,
    c: &mut [T],
) {
    let c = &mut c[column..][..G * GROUP * L];
    let mut sums = [[Lanes::<T, L>::ZERO; GROUP]; G];
    if product.accumulate {
        for i in 0..G {
            for j in 0..GROUP {
                sums[i][j] = Lanes::load(&c[(i * GROUP + j) * L..]);
            }
        }
    }
    let [_, _, terms] = product.terms.counts;
    let ([_, _, a_step], [_, _, b_step]) = (product.terms.a_steps, product.terms.b_steps);
    let (mut a, mut b) = (0, product.b_first + column);
    for _ in 0..terms {
        let factor = Lanes::broadcast::<FMA>(product.a[a]);
        let row = &product.b[b..][..G * GROUP * L];
        for i in 0..G {
            for j in 0..GROUP {
                sums[i][j] = factor.mul_add::<FMA>(Lanes::load(&row[(i * GROUP + j) * L..]), sums[i][j]);
            }
        }
        a = a.wrapping_add(a_step);
        b = b.wrapping_add(b_step);
    }
    for i in 0..G {
        for j in 0..GROUP {
            sums[i][j].store(&mut c[(i * GROUP + j) * L..]);
        }
    }
}
