//! Products in bf16 on the tile unit.
//!
//! Both factors are rounded and packed by tiles: of the right one [`DEPTH`] terms of [`COLUMNS`] columns at a time,
//! of the left one 32 rows, which the first-level cache holds while they are multiplied by all of those columns. Zeros
//! fill the last tiles, and change no sum.

use core::arch::x86_64::*;
use std::cell::RefCell;

use super::super::matrix::Matrix;
use super::super::pack::transpose::{LANES, transpose};
use super::super::panels::Factors;
use super::few_rows::{FEW, multiply_few_rows};
use super::tile_unit::{SIDE, TERMS, Tile, TileUnit, Tiles};
use super::vectors::{load, neighbours, pairs, store_words};

/// The most terms that are packed at a time.
const DEPTH: usize = 512;

/// The number of columns of the right factor that are packed at a time.
const COLUMNS: usize = 512;

/// The packed parts of both factors: for each 32 rows or columns, for each 32 terms, two tiles.
struct Packed {
    left: Box<[[Tile; 2]]>,
    right: Box<[[Tile; 2]]>,
}

impl Packed {
    fn new() -> Packed {
        let tiles = |across: usize| vec![[Tile::ZERO; 2]; DEPTH / TERMS * (across / SIDE)].into_boxed_slice();
        Packed {
            left: tiles(SIDE),
            right: tiles(COLUMNS),
        }
    }
}

/// Computes a product with at least one row, column and term, or adds it to `c`; returns `false` without a tile
/// unit.
///
/// The first call of a thread allocates its buffers, half a megabyte that few processes need.
pub(super) fn multiply(factors: &Factors<'_, f32>, accumulate: bool, c: &mut [f32], c_row: usize) -> bool {
    thread_local! {
        static PACKED: RefCell<Option<Packed>> = const { RefCell::new(None) };
    }
    let Some(unit) = TileUnit::of_this_process() else {
        return false;
    };
    if factors.sizes[0] <= FEW {
        multiply_few_rows(factors, accumulate, c, c_row);
    } else {
        PACKED.with_borrow_mut(|packed| {
            let packed = packed.get_or_insert_with(Packed::new);
            packed.multiply(&unit.configure(), factors, accumulate, c, c_row);
        });
    }
    true
}

impl Packed {
    fn multiply(
        &mut self,
        tiles: &Tiles,
        factors: &Factors<'_, f32>,
        accumulate: bool,
        c: &mut [f32],
        c_row: usize,
    ) {
        let &Factors {
            sizes: [m, n, k],
            a,
            b,
        } = factors;
        // Equal parts, of whole tiles.
        let depth = k.div_ceil(k.div_ceil(DEPTH)).next_multiple_of(TERMS);
        for term in (0..k).step_by(depth) {
            let terms = depth.min(k - term);
            let accumulate = accumulate || term > 0;
            for column in (0..n).step_by(COLUMNS) {
                let columns = COLUMNS.min(n - column);
                let b = b.from(term, column);
                let right = Lines {
                    x: b.data,
                    across: b.strides[1],
                    along: b.strides[0],
                };
                // SAFETY: a machine with tiles has AVX-512 with bf16.
                unsafe { pack::<true>(columns, terms, right, &mut self.right) };
                for row in (0..m).step_by(SIDE) {
                    let rows = SIDE.min(m - row);
                    let a: Matrix<'_, f32> = a.from(row, term);
                    let left = Lines {
                        x: a.data,
                        across: a.strides[0],
                        along: a.strides[1],
                    };
                    // SAFETY: as above.
                    unsafe { pack::<false>(rows, terms, left, &mut self.left) };
                    let c = &mut c[row * c_row + column..];
                    self.row_of_tiles(tiles, [rows, columns, terms], accumulate, c, c_row);
                }
            }
        }
    }

    /// Multiplies the packed rows by all packed columns.
    fn row_of_tiles(
        &self,
        tiles: &Tiles,
        [rows, columns, terms]: [usize; 3],
        accumulate: bool,
        c: &mut [f32],
        c_row: usize,
    ) {
        let deep = terms.div_ceil(TERMS);
        let left = &self.left[..deep];
        for (right, column) in self.right.chunks_exact(deep).zip((0..columns).step_by(SIDE)) {
            let width = SIDE.min(columns - column);
            let c = &mut c[column..];
            if rows == SIDE && width == SIDE {
                tiles.multiply(left, right, accumulate, c, c_row);
                continue;
            }
            // The elements of a border go through a whole square.
            let mut square = [0.0; SIDE * SIDE];
            if accumulate {
                for (i, line) in square.chunks_exact_mut(SIDE).take(rows).enumerate() {
                    line[..width].copy_from_slice(&c[i * c_row..][..width]);
                }
            }
            tiles.multiply(left, right, accumulate, &mut square, SIDE);
            for (i, line) in square.chunks_exact(SIDE).take(rows).enumerate() {
                c[i * c_row..][..width].copy_from_slice(&line[..width]);
            }
        }
    }
}

/// A factor as it is packed: its rows are across if it is the left one, its columns if it is the right one; its
/// terms are along.
#[derive(Clone, Copy)]
struct Lines<'a> {
    x: &'a [f32],
    /// The distances between neighbours.
    across: usize,
    along: usize,
}

/// Rounds and packs a factor.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn pack<const RIGHT: bool>(count: usize, terms: usize, lines: Lines<'_>, tiles: &mut [[Tile; 2]]) {
    let deep = terms.div_ceil(TERMS);
    for (start, tiles) in (0..count).step_by(SIDE).zip(tiles.chunks_exact_mut(deep)) {
        for (first, pair) in (0..terms).step_by(TERMS).zip(tiles) {
            for (half, tile) in pair.iter_mut().enumerate() {
                let start = start + half * LANES;
                let sizes = [count.saturating_sub(start).min(LANES), TERMS.min(terms - first)];
                // In a left tile a row of words belongs to a line, in a right one to a pair of terms.
                let (words, by_terms) = square(sizes, lines, start, first);
                let words = if by_terms == RIGHT {
                    words
                } else {
                    transpose(words)
                };
                for (words, into) in words.into_iter().zip(&mut tile.0) {
                    store_words(words, into);
                }
            }
        }
    }
}

/// The rounded words of 16 lines by 16 pairs of terms, zeros beyond `sizes`, and true if each vector is of a pair
/// of terms, not of a line.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn square(
    [count, terms]: [usize; 2],
    lines: Lines<'_>,
    start: usize,
    first: usize,
) -> ([__m512i; LANES], bool) {
    let mut words = [_mm512_setzero_si512(); LANES];
    if count == 0 {
        return (words, false);
    }
    let x = &lines.x[start * lines.across + first * lines.along..];
    if lines.along == 1 {
        for (i, words) in words.iter_mut().enumerate().take(count) {
            let line = &x[i * lines.across..][..terms];
            *words = neighbours(load(line), load(line.get(LANES..).unwrap_or_default()));
        }
    } else if lines.across == 1 {
        for (p, words) in words.iter_mut().enumerate().take(terms.div_ceil(2)) {
            let even = load(&x[2 * p * lines.along..][..count]);
            let odd = match 2 * p + 1 < terms {
                true => load(&x[(2 * p + 1) * lines.along..][..count]),
                false => _mm512_setzero_ps(),
            };
            *words = pairs(even, odd);
        }
        return (words, true);
    } else {
        for (i, words) in words.iter_mut().enumerate().take(count) {
            let mut line = [0.0; TERMS];
            for (p, number) in line.iter_mut().enumerate().take(terms) {
                *number = x[i * lines.across + p * lines.along];
            }
            *words = neighbours(load(&line), load(&line[LANES..]));
        }
    }
    (words, false)
}
