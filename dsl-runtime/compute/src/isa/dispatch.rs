//! Multiversioning: one body is compiled for several instruction sets, and the process chooses among them at
//! run time.
//!
//! A binary built without `-C target-cpu` may only assume the baseline of its architecture. Each body is
//! therefore compiled once per [`Version`], inlined into a wrapper that enables its instructions, and runs as
//! the version of [`Isa::current`]. Without the standard library nothing is detected, so only the baseline is
//! compiled. Results are reproducible bit for bit on one instruction set, not between two.

use super::Isa;

/// A body to be compiled for every instruction set.
pub(crate) trait Kernel {
    /// The result of the body.
    type Output;
    /// The body; implementations are `#[inline(always)]`, or they would keep the baseline instructions. `FMA`
    /// is true if fused multiply-add is one instruction, `BYTES` is the size of a vector register. Anything
    /// else that a body decides by is in [`Isa::of`] these two.
    fn run<const FMA: bool, const BYTES: usize>(self) -> Self::Output;
}

/// A compiled version of every body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// With the instructions that every machine of the target has.
    Baseline,
    /// With AVX2 and fused multiply-add.
    Avx2,
    /// With AVX-512 F, VL, BW and DQ.
    Avx512,
}

/// Runs `kernel` compiled for the instruction set of this process.
#[inline]
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    match Isa::current().version {
        // SAFETY: `current` is one of those that were detected on this machine.
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        Version::Avx512 => unsafe { wide::avx512(kernel) },
        // SAFETY: as above.
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        Version::Avx2 => unsafe { middle::avx2(kernel) },
        _ => baseline::portable(kernel),
    }
}

/// Wrappers for each instruction set, in modules of their own: the compiler divides its parallel work by
/// module, and all phases of a network would otherwise be one unit.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod wide {
    use super::{Isa, Kernel};

    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,fma,avx2")]
    pub(super) fn avx512<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<{ Isa::AVX512.fma }, { Isa::AVX512.bytes }>()
    }
}

#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod middle {
    use super::{Isa, Kernel};

    #[inline(never)]
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn avx2<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<{ Isa::AVX2.fma }, { Isa::AVX2.bytes }>()
    }
}

mod baseline {
    use super::{Isa, Kernel};

    #[inline(never)]
    pub(super) fn portable<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<{ Isa::BASELINE.fma }, { Isa::BASELINE.bytes }>()
    }
}
