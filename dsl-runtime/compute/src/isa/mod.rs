//! Instruction sets as values: what the kernels know of the machine that they are compiled for.

mod dispatch;

pub(crate) use dispatch::{Kernel, Version, dispatch};

/// An instruction set, as far as kernels decide by it.
///
/// ```
/// use dsl_compute::isa::Isa;
/// assert_eq!(Isa::AVX2.lanes::<f32>(), 8);
/// println!("{} computes {} numbers at once", Isa::current().name, Isa::current().lanes::<f32>());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa {
    /// Its name: what `DSL_ISA` asks for, and [`instruction_set`] returns.
    pub name: &'static str,
    /// The size of a vector register in bytes.
    pub bytes: usize,
    /// The number of vector registers.
    pub registers: usize,
    /// True if fused multiply-add is one instruction.
    pub fma: bool,
    /// The instructions that multiply bf16 numbers and add the products to sums in `f32`.
    pub bf16: Bf16,
    /// The register tiles of products and convolutions. They fit the registers, and may be made for fewer.
    pub tiles: Tiles,
    /// True if 8 elements, half of a register of 16, are a tile of their own.
    pub halves: bool,
    /// The compiled version of every body that runs on it.
    version: Version,
}

/// The name of the instruction set that kernels and phases of this process run on: `amx`, `avx512bf16`,
/// `avx512`, `avx2`, `neon` or `portable`. The environment variable `DSL_ISA` set to one of these requests it; a name
/// that is unknown, or that this machine lacks, is ignored in favour of the best available.
pub fn instruction_set() -> &'static str {
    Isa::current().name
}

/// Instructions for products of bf16 numbers. Sums are `f32`; their order, and so their bits, differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bf16 {
    /// None: rounded numbers are multiplied as `f32`.
    None,
    /// One that multiplies the pairs of two registers (`vdpbf16ps`).
    Pairs,
    /// One that multiplies two tiles of 16 rows of 32 numbers (`tdpbf16ps`).
    Tiles,
}

/// The register tiles of products and convolutions: how many sums stay in registers, beside the factors that
/// are multiplied and added to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tiles {
    /// About 12 vectors of sums, for 16 registers.
    Small,
    /// About 24 vectors of sums, for 32 registers.
    Large,
}

impl Isa {
    /// AVX-512 as of Skylake-X and Zen 4: F, VL, BW and DQ.
    pub const AVX512: Isa = Isa {
        name: "avx512",
        bytes: 64,
        registers: 32,
        fma: true,
        bf16: Bf16::None,
        tiles: Tiles::Large,
        halves: true,
        version: Version::Avx512,
    };

    /// AVX-512 with products of bf16 numbers, as of Cooper Lake and Zen 4. It is `AVX512` and one instruction,
    /// so it runs the same version of every body but that product.
    pub const AVX512_BF16: Isa = Isa {
        name: "avx512bf16",
        bf16: Bf16::Pairs,
        ..Isa::AVX512
    };

    /// AVX-512 with tiles of bf16 numbers (AMX), as of Sapphire Rapids. It runs the same version of every body as
    /// `AVX512` but that of products in bf16.
    pub const AMX: Isa = Isa {
        name: "amx",
        bf16: Bf16::Tiles,
        ..Isa::AVX512
    };

    /// AVX2 with fused multiply-add, as of Haswell and Zen.
    pub const AVX2: Isa = Isa {
        name: "avx2",
        bytes: 32,
        registers: 16,
        fma: true,
        bf16: Bf16::None,
        tiles: Tiles::Small,
        halves: false,
        version: Version::Avx2,
    };

    /// NEON of 64-bit ARM, where it is part of the baseline: the portable code, compiled for its registers. An
    /// addition takes 4 cycles, and 2 to 4 begin in each, so 16 sums or more keep all units busy.
    pub const NEON: Isa = Isa {
        name: "neon",
        bytes: 16,
        registers: 32,
        fma: true,
        bf16: Bf16::None,
        tiles: Tiles::Large,
        halves: false,
        version: Version::Baseline,
    };

    /// Any other baseline, in vectors of 16 bytes; what the compiler makes of them is its own affair. Registers
    /// are counted as in SSE2.
    pub const PORTABLE: Isa = Isa {
        name: "portable",
        bytes: 16,
        registers: 16,
        fma: cfg!(target_feature = "fma"),
        bf16: Bf16::None,
        tiles: Tiles::Small,
        halves: false,
        version: Version::Baseline,
    };

    /// The instruction set that this crate may assume of its target.
    pub const BASELINE: Isa = if cfg!(all(target_arch = "aarch64", target_feature = "neon")) {
        Isa::NEON
    } else {
        Isa::PORTABLE
    };

    /// The instruction set for which a body is compiled with these parameters of [`Kernel::run`].
    pub(crate) const fn of<const FMA: bool, const BYTES: usize>() -> Isa {
        let all = [Isa::AVX512, Isa::AVX2, Isa::BASELINE];
        let mut index = 0;
        while index < all.len() {
            if all[index].fma == FMA && all[index].bytes == BYTES {
                return all[index];
            }
            index += 1;
        }
        panic!("no version is compiled with these parameters")
    }

    /// The number of elements of type `T` in a vector register.
    #[inline]
    pub const fn lanes<T>(&self) -> usize {
        self.bytes / size_of::<T>()
    }
}

impl Tiles {
    /// True for the tiles for 32 registers.
    #[inline]
    pub const fn are_large(self) -> bool {
        matches!(self, Tiles::Large)
    }

    /// The number of vectors in the widest tile of a product.
    #[inline]
    pub const fn vectors(self) -> usize {
        match self {
            Tiles::Small => 2,
            Tiles::Large => 4,
        }
    }

    /// The number of registers that the tiles are made for.
    pub const fn registers(self) -> usize {
        match self {
            Tiles::Small => 16,
            Tiles::Large => 32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_fit_the_registers_and_halves_are_of_16_elements() {
        for isa in [
            Isa::AMX,
            Isa::AVX512,
            Isa::AVX512_BF16,
            Isa::AVX2,
            Isa::NEON,
            Isa::PORTABLE,
        ] {
            assert!(isa.tiles.registers() <= isa.registers, "{isa:?}");
            assert!(!isa.halves || isa.lanes::<f32>() == 16, "{isa:?}");
        }
    }

    #[test]
    fn a_body_finds_the_instruction_set_it_is_compiled_for() {
        assert_eq!(Isa::of::<true, 64>(), Isa::AVX512);
        assert_eq!(Isa::of::<true, 32>(), Isa::AVX2);
        assert_eq!(Isa::of::<{ Isa::BASELINE.fma }, 16>(), Isa::BASELINE);

        struct Compiled;
        impl Kernel for Compiled {
            type Output = Isa;
            #[inline(always)]
            fn run<const FMA: bool, const BYTES: usize>(self) -> Isa {
                Isa::of::<FMA, BYTES>()
            }
        }
        let bf16 = Isa::current().bf16;
        let compiled = Isa {
            name: Isa::current().name,
            bf16,
            ..dispatch(Compiled)
        };
        assert_eq!(&compiled, Isa::current());
    }
}
