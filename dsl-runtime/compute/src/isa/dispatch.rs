//! Multiversioning: one body is compiled for several instruction sets, and the process chooses among them at
//! run time.
//!
//! A binary built without `-C target-cpu` may only assume the baseline of its architecture. Each body is
//! therefore compiled once per [`Version`], inlined into a wrapper that enables its instructions, and the
//! process picks the best one the machine has when it first needs one. The environment variable `DSL_ISA`
//! (`avx512bf16`, `avx512`, `avx2`, `neon`, `portable`) asks for another; a name that is unknown, or that this
//! machine lacks, is ignored. Results are reproducible bit for bit on one instruction set, not between two.

use std::sync::OnceLock;

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
        // SAFETY: `current` is one of those that `available` found on this machine.
        #[cfg(target_arch = "x86_64")]
        Version::Avx512 => unsafe { wide::avx512(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Version::Avx2 => unsafe { middle::avx2(kernel) },
        _ => baseline::portable(kernel),
    }
}

/// Wrappers for each instruction set, in modules of their own: the compiler divides its parallel work by
/// module, and all phases of a network would otherwise be one unit.
#[cfg(target_arch = "x86_64")]
mod wide {
    use super::{Isa, Kernel};

    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,fma,avx2")]
    pub(super) fn avx512<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<{ Isa::AVX512.fma }, { Isa::AVX512.bytes }>()
    }
}

#[cfg(target_arch = "x86_64")]
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

/// True if this process multiplies bf16 numbers by machine instructions. The machine then has AVX-512 F, VL,
/// BW, DQ and BF16.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn multiplies_bf16() -> bool {
    Isa::current().bf16
}

impl Isa {
    /// The instruction set of this process, fixed by the first call.
    #[inline]
    pub fn current() -> &'static Isa {
        static CURRENT: OnceLock<Isa> = OnceLock::new();
        CURRENT.get_or_init(|| choose(std::env::var("DSL_ISA").ok().as_deref(), available()))
    }
}

/// The requested instruction set if it is available, else the best (the last).
fn choose(asked: Option<&str>, available: &[Isa]) -> Isa {
    let named = available.iter().find(|isa| Some(isa.name) == asked);
    *named.or(available.last()).unwrap_or(&Isa::BASELINE)
}

/// The instruction sets that this machine can run, worst first.
#[cfg(target_arch = "x86_64")]
fn available() -> &'static [Isa] {
    const ALL: [Isa; 4] = [Isa::BASELINE, Isa::AVX2, Isa::AVX512, Isa::AVX512_BF16];
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq");
    match (avx2, avx512, is_x86_feature_detected!("avx512bf16")) {
        (true, true, true) => &ALL,
        (true, true, false) => &ALL[..3],
        (true, false, _) => &ALL[..2],
        (false, ..) => &ALL[..1],
    }
}

/// The instruction sets that this machine can run.
#[cfg(not(target_arch = "x86_64"))]
fn available() -> &'static [Isa] {
    &[Isa::BASELINE]
}

/// The name of the instruction set that kernels and phases of this process run on: `avx512bf16`, `avx512`,
/// `avx2`, `neon` or `portable`. The environment variable `DSL_ISA` set to one of these requests it; a name
/// that is unknown, or that this machine lacks, is ignored in favour of the best available.
pub fn instruction_set() -> &'static str {
    Isa::current().name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_chosen_unless_another_available_one_is_asked_for() {
        let all = available();
        let best = *all.last().unwrap();
        assert_eq!(choose(None, all), best);
        assert_eq!(choose(Some(Isa::BASELINE.name), all), Isa::BASELINE);
        assert_eq!(choose(Some("sse9"), all), best);
        assert_eq!(choose(Some("avx512"), &[Isa::BASELINE]), Isa::BASELINE);
    }
}
