//! Sums of products of tiles whose right factors lie anywhere: what a convolution adds up on the
//! [tile unit](super::tile_unit).
//!
//! ```text
//! sums[k] = Σ row, chunk:  left[row, chunk] · lines[start[k] + row·row_step + 16·chunk ..][..16]
//! ```
//!
//! A chunk is 32 terms: a tile of 16 rows by 32 terms, times 16 lines of 16 pairs of terms. The terms of a row that do
//! not fill a chunk are its rest, for which two tiles are configured to that length: no number beyond is multiplied,
//! not even by 0, so that one that is not finite stays where it belongs.

use core::arch::asm;

use super::super::pack::transpose::LANES;
use super::tile_unit::{Configured, Tile, TileUnit};

/// 16 pairs of rounded numbers, the even one in the lower half of each word.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(in super::super) struct Line(pub [u32; LANES]);

impl Line {
    pub(in super::super) const ZERO: Line = Line([0; LANES]);
}

/// A tile of sums: row by row.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(in super::super) struct Square(pub [[f32; LANES]; LANES]);

impl Square {
    pub(in super::super) const ZERO: Square = Square([[0.0; LANES]; LANES]);
}

/// The most tiles of sums that are computed at a time.
pub(in super::super) const MOST: usize = 4;

/// The chunks that are summed: of each of some rows, whole ones and perhaps a rest.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Chunks {
    pub rows: usize,
    /// The number of pairs of terms of a row.
    pub pairs: usize,
    /// The number of lines from a row to the next.
    pub row_step: usize,
}

impl Chunks {
    /// The number of tiles of the left factor in each row.
    pub(in super::super) const fn tiles(&self) -> usize {
        self.pairs.div_ceil(LANES)
    }

    /// The number of lines from the first that is read to the end of the last.
    const fn reach(&self) -> usize {
        (self.rows - 1) * self.row_step + self.pairs
    }
}

/// The tile unit, configured for rows of one number of pairs.
pub(in super::super) struct TileSums {
    _tiles: Configured,
    rest: usize,
}

impl TileSums {
    /// Configures the tile unit of this thread for rows of so many pairs, if this process has one.
    pub(in super::super) fn of_pairs(pairs: usize) -> Option<TileSums> {
        let rest = pairs % LANES;
        let unit = TileUnit::of_this_process()?;
        Some(TileSums {
            _tiles: unit.configure_with_rest(if rest == 0 { LANES } else { rest }),
            rest,
        })
    }

    /// Computes as many tiles of sums as there are `starts`, or adds to them with `accumulate`.
    ///
    /// # Panics
    /// If a factor ends before the last of its chunks, or there are more sums than [`MOST`].
    #[inline]
    pub(in super::super) fn sum(
        &self,
        left: &[Tile],
        lines: &[Line],
        starts: &[usize],
        chunks: Chunks,
        accumulate: bool,
        sums: &mut [Square; MOST],
    ) {
        assert!(chunks.rows > 0 && chunks.pairs > 0 && chunks.pairs % LANES == self.rest);
        assert!(left.len() >= chunks.rows * chunks.tiles());
        let reach = chunks.reach();
        assert!(starts.iter().all(|start| start + reach <= lines.len()));
        let at = |k: usize| lines[starts[k]..].as_ptr();
        let left = left.as_ptr();
        // SAFETY: the tiles are configured, and the assertions above hold all that is read.
        unsafe {
            match (starts.len(), self.rest) {
                (1, 0) => one(left, [at(0)], chunks, accumulate, sums),
                (2, 0) => two(left, [at(0), at(1)], chunks, accumulate, sums),
                (3, 0) => three(left, [at(0), at(1), at(2)], chunks, accumulate, sums),
                (4, 0) => four(left, [at(0), at(1), at(2), at(3)], chunks, accumulate, sums),
                (1, _) => one_and_rest(left, [at(0)], chunks, accumulate, sums),
                (2, _) => two_and_rest(left, [at(0), at(1)], chunks, accumulate, sums),
                (3, _) => three_and_rest(left, [at(0), at(1), at(2)], chunks, accumulate, sums),
                (4, _) => four_and_rest(left, [at(0), at(1), at(2), at(3)], chunks, accumulate, sums),
                (count, _) => panic!("{count} tiles of sums at a time"),
            }
        }
    }
}

/// Functions for a number of sums: for each its number, the register of its lines, and the tile that the lines are
/// loaded to. The rest of a row is in tiles 6 and 7.
macro_rules! sums {
    (
        $name:ident, $count:literal, [$($number:literal $register:ident $tile:literal),+],
        [$($rest:literal),*]
    ) => {
        /// Sums chunks.
        ///
        /// # Safety
        /// The tiles are configured for the chunks, `left` points to all tiles of the left factor, and each of `lines` to
        /// all lines that its sum reads.
        #[inline]
        unsafe fn $name(
            left: *const Tile,
            [$($register),+]: [*const Line; $count],
            chunks: Chunks,
            accumulate: bool,
            sums: &mut [Square; MOST],
        ) {
            let full = chunks.pairs / LANES;
            // From the end of the whole chunks of a row to the start of the next row.
            let skip = chunks.row_step.wrapping_sub(full * LANES).wrapping_mul(size_of::<Line>());
            // SAFETY: the caller knows that all of this may be read; `sums` has more than enough tiles.
            unsafe {
                asm!(
                    "test {count}, {count}",
                    "jz 2f",
                    $(concat!("tileloadd tmm", $number, ", [{sums} + {line}*1 + 1024*", $number, "]"),)+
                    "jmp 3f",
                    "2:",
                    $(concat!("tilezero tmm", $number),)+
                    "3:",
                    "mov {count}, {full}",
                    "test {count}, {count}",
                    "jz 5f",
                    "4:",
                    "tileloadd tmm4, [{left} + {line}*1]",
                    $(
                        concat!("tileloadd ", $tile, ", [{", stringify!($register), "} + {line}*1]"),
                        concat!("add {", stringify!($register), "}, 1024"),
                        concat!("tdpbf16ps tmm", $number, ", tmm4, ", $tile),
                    )+
                    "add {left}, 1024",
                    "dec {count}",
                    "jnz 4b",
                    "5:",
                    $($rest,)*
                    $(concat!("add {", stringify!($register), "}, {skip}"),)+
                    "dec {rows}",
                    "jnz 3b",
                    $(concat!("tilestored [{sums} + {line}*1 + 1024*", $number, "], tmm", $number),)+
                    left = inout(reg) left => _,
                    $($register = inout(reg) $register => _,)+
                    count = inout(reg) usize::from(accumulate) => _,
                    rows = inout(reg) chunks.rows => _,
                    full = in(reg) full,
                    skip = in(reg) skip,
                    line = in(reg) size_of::<Line>(),
                    sums = in(reg) sums.as_mut_ptr(),
                    out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                    out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                    options(nostack),
                )
            }
        }
    };
}

sums!(one, 1, [0 a "tmm5"], []);
sums!(two, 2, [0 a "tmm5", 1 b "tmm6"], []);
sums!(three, 3, [0 a "tmm5", 1 b "tmm6", 2 c "tmm7"], []);
sums!(four, 4, [0 a "tmm5", 1 b "tmm6", 2 c "tmm7", 3 d "tmm5"], []);
sums!(one_and_rest, 1, [0 a "tmm5"], [
    "tileloadd tmm6, [{left} + {line}*1]",
    "tileloadd tmm7, [{a} + {line}*1]", "tdpbf16ps tmm0, tmm6, tmm7",
    "add {left}, 1024"
]);
sums!(two_and_rest, 2, [0 a "tmm5", 1 b "tmm5"], [
    "tileloadd tmm6, [{left} + {line}*1]",
    "tileloadd tmm7, [{a} + {line}*1]", "tdpbf16ps tmm0, tmm6, tmm7",
    "tileloadd tmm7, [{b} + {line}*1]", "tdpbf16ps tmm1, tmm6, tmm7",
    "add {left}, 1024"
]);
sums!(three_and_rest, 3, [0 a "tmm5", 1 b "tmm5", 2 c "tmm5"], [
    "tileloadd tmm6, [{left} + {line}*1]",
    "tileloadd tmm7, [{a} + {line}*1]", "tdpbf16ps tmm0, tmm6, tmm7",
    "tileloadd tmm7, [{b} + {line}*1]", "tdpbf16ps tmm1, tmm6, tmm7",
    "tileloadd tmm7, [{c} + {line}*1]", "tdpbf16ps tmm2, tmm6, tmm7",
    "add {left}, 1024"
]);
sums!(four_and_rest, 4, [0 a "tmm5", 1 b "tmm5", 2 c "tmm5", 3 d "tmm5"], [
    "tileloadd tmm6, [{left} + {line}*1]",
    "tileloadd tmm7, [{a} + {line}*1]", "tdpbf16ps tmm0, tmm6, tmm7",
    "tileloadd tmm7, [{b} + {line}*1]", "tdpbf16ps tmm1, tmm6, tmm7",
    "tileloadd tmm7, [{c} + {line}*1]", "tdpbf16ps tmm2, tmm6, tmm7",
    "tileloadd tmm7, [{d} + {line}*1]", "tdpbf16ps tmm3, tmm6, tmm7",
    "add {left}, 1024"
]);
