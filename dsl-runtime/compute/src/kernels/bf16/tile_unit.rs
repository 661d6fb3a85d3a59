//! The tile unit (AMX) as stable Rust reaches it: by assembly.
//!
//! A tile register holds 16 rows of 64 bytes. `tdpbf16ps` adds to a tile of 16 by 16 sums the products of 16 rows
//! by 32 terms with 32 terms by 16 columns. The left tile has the terms of a row side by side, the right one *pairs* of
//! terms: its row `p` holds for each column the terms `2p` and `2p + 1`.
//!
//! For each 32 terms, the products of the even terms are one chain of fused multiply-adds from 0, those of the odd
//! terms another, and the sum of both is added to the element. Numbers below the smallest normal one are 0.

use core::arch::asm;

use super::super::pack::transpose::LANES;
use crate::isa::{Bf16, Isa};

/// The number of terms in a tile.
pub(super) const TERMS: usize = 2 * LANES;

/// The number of rows and of columns of the elements that are computed together: two tiles each way.
pub(super) const SIDE: usize = 2 * LANES;

/// A tile in memory, as it is loaded: 16 rows of 16 words of two numbers.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(in super::super) struct Tile(pub [[u32; LANES]; LANES]);

impl Tile {
    pub(in super::super) const ZERO: Tile = Tile([[0; LANES]; LANES]);
}

/// Proof that this process may use the tile unit.
#[derive(Clone, Copy)]
pub(super) struct TileUnit(());

/// The tile unit with its tiles configured. It gives them back at the end, so that a switch of threads has no tiles to
/// save.
pub(super) struct Configured(());

/// The tile unit with all tiles configured to their full size.
pub(super) struct Tiles(Configured);

impl TileUnit {
    /// The tile unit, if the instruction set of this process has one.
    pub(super) fn of_this_process() -> Option<TileUnit> {
        (Isa::current().bf16 == Bf16::Tiles).then_some(TileUnit(()))
    }

    /// Configures the tiles of this thread.
    pub(super) fn configure(self) -> Tiles {
        Tiles(self.configure_with_rest(LANES))
    }

    /// Configures the tiles of this thread, the last two of them for `rest` pairs of terms: tile 6 has so many words in
    /// a row, and tile 7 so many rows.
    ///
    /// # Panics
    /// If the rest is none, or more than a tile holds.
    pub(super) fn configure_with_rest(self, rest: usize) -> Configured {
        assert!((1..=LANES).contains(&rest), "the rest of a row: {rest} pairs");
        let mut configuration = Configuration::FULL;
        configuration.0[16 + 2 * 6] = (rest * size_of::<u32>()) as u8;
        configuration.0[48 + 7] = rest as u8;
        // SAFETY: a `TileUnit` is made only where the machine has the instruction and the system allows it.
        unsafe { asm!("ldtilecfg [{}]", in(reg) &configuration, options(nostack, readonly)) };
        Configured(())
    }
}

/// Palette 1: for each tile the bytes of a row, and the rows.
#[repr(C, align(64))]
struct Configuration([u8; 64]);

impl Configuration {
    /// All tiles of their full size.
    const FULL: Configuration = {
        let mut bytes = [0; 64];
        bytes[0] = 1;
        let mut tile = 0;
        while tile < 8 {
            bytes[16 + 2 * tile] = 64;
            bytes[48 + tile] = LANES as u8;
            tile += 1;
        }
        Configuration(bytes)
    };
}

impl Drop for Configured {
    fn drop(&mut self) {
        // SAFETY: tiles are configured only where the machine has the instruction.
        unsafe { asm!("tilerelease", options(nostack, nomem)) };
    }
}

impl Tiles {
    /// Multiplies two by two tiles for each 32 terms: 32 rows by 32 columns, `c_row` apart in `c`, are stored, or added
    /// to with `accumulate`.
    pub(super) fn multiply(
        &self,
        a: &[[Tile; 2]],
        b: &[[Tile; 2]],
        accumulate: bool,
        c: &mut [f32],
        c_row: usize,
    ) {
        assert!(a.len() == b.len() && !a.is_empty());
        assert!(c.len() > (SIDE - 1) * c_row && c.len() - (SIDE - 1) * c_row >= SIDE);
        macro_rules! block {
            ($($start:literal),*) => {
                // SAFETY: the tiles are configured; `a` and `b` are read to their ends, and the assertions above hold
                // the rows of `c`.
                unsafe {
                    asm!(
                        $($start,)*
                        "2:",
                        "tileloadd tmm4, [{a} + {line}*1]",
                        "tileloadd tmm6, [{b} + {line}*1]",
                        "tileloadd tmm7, [{b} + {line}*1 + 1024]",
                        "tdpbf16ps tmm0, tmm4, tmm6",
                        "tileloadd tmm5, [{a} + {line}*1 + 1024]",
                        "tdpbf16ps tmm1, tmm4, tmm7",
                        "tdpbf16ps tmm2, tmm5, tmm6",
                        "tdpbf16ps tmm3, tmm5, tmm7",
                        "add {a}, 2048",
                        "add {b}, 2048",
                        "dec {count}",
                        "jnz 2b",
                        "tilestored [{c} + {c_row}*1], tmm0",
                        "tilestored [{c} + {c_row}*1 + 64], tmm1",
                        "tilestored [{c_low} + {c_row}*1], tmm2",
                        "tilestored [{c_low} + {c_row}*1 + 64], tmm3",
                        a = inout(reg) a.as_ptr() => _,
                        b = inout(reg) b.as_ptr() => _,
                        count = inout(reg) a.len() => _,
                        line = in(reg) size_of::<[u32; LANES]>(),
                        c = in(reg) c.as_mut_ptr(),
                        c_low = in(reg) c[LANES * c_row..].as_mut_ptr(),
                        c_row = in(reg) c_row * size_of::<f32>(),
                        out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                        out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                        options(nostack),
                    )
                }
            };
        }
        if accumulate {
            block!(
                "tileloadd tmm0, [{c} + {c_row}*1]",
                "tileloadd tmm1, [{c} + {c_row}*1 + 64]",
                "tileloadd tmm2, [{c_low} + {c_row}*1]",
                "tileloadd tmm3, [{c_low} + {c_row}*1 + 64]"
            );
        } else {
            block!("tilezero tmm0", "tilezero tmm1", "tilezero tmm2", "tilezero tmm3");
        }
    }
}
