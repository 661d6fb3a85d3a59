//! Multiversioning: one body is compiled for several instruction sets, and the process chooses among them at
//! run time.
//!
//! A binary built without `-C target-cpu` may only assume the baseline of its architecture. Each body is
//! therefore compiled once per entry of [`InstructionSet`], inlined into a wrapper that enables it, and the
//! process picks the best one the machine has when it first needs one. The environment variable `DSL_ISA`
//! (`avx512bf16`, `avx512`, `avx2`, `portable`) asks for another; a name that is unknown, or that this
//! machine lacks, is ignored. Results are reproducible bit for bit on one instruction set, not between two.
//!
//! `avx512bf16` adds one instruction to `avx512`, for products in bf16; everything else is the same machine
//! code.

use std::sync::OnceLock;

/// A body to be compiled for every instruction set.
pub(crate) trait Kernel {
    /// The result of the body.
    type Output;
    /// The body; implementations are `#[inline(always)]`, or they would keep the baseline instructions. `FMA`
    /// is true if fused multiply-add is one instruction, `BYTES` is the size of a vector register.
    fn run<const FMA: bool, const BYTES: usize>(self) -> Self::Output;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InstructionSet {
    /// The baseline of the target this crate was compiled for.
    Portable,
    /// AVX2 with fused multiply-add: vectors of 256 bits.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 as of Skylake-X and Zen 4: vectors of 512 bits.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX-512 with products of bf16 numbers, as of Cooper Lake and Zen 4.
    #[cfg(target_arch = "x86_64")]
    Avx512Bf16,
}

/// True if the baseline itself has fused multiply-add.
const PORTABLE_FMA: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

/// Runs `kernel` compiled for the instruction set of this process.
#[inline]
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    match chosen() {
        // SAFETY: `chosen` returns only what `available` found on this machine.
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 | InstructionSet::Avx512Bf16 => unsafe { wide::avx512(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2 => unsafe { middle::avx2(kernel) },
        InstructionSet::Portable => baseline::portable(kernel),
    }
}

/// Wrappers for each instruction set, in modules of their own: the compiler divides its parallel work by
/// module, and all phases of a network would otherwise be one unit.
#[cfg(target_arch = "x86_64")]
mod wide {
    use super::Kernel;

    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,fma,avx2")]
    pub(super) fn avx512<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<true, 64>()
    }
}

#[cfg(target_arch = "x86_64")]
mod middle {
    use super::Kernel;

    #[inline(never)]
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn avx2<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<true, 32>()
    }
}

mod baseline {
    use super::{Kernel, PORTABLE_FMA};

    #[inline(never)]
    pub(super) fn portable<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<PORTABLE_FMA, 16>()
    }
}

/// True if this process multiplies bf16 numbers by machine instructions. The machine then has AVX-512 F, VL,
/// BW, DQ and BF16.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn multiplies_bf16() -> bool {
    chosen() == InstructionSet::Avx512Bf16
}

/// The bytes of a vector register of this process's instruction set: the `BYTES` that a [`Kernel`] is run
/// with.
#[inline]
pub(crate) fn register_bytes() -> usize {
    match chosen() {
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 | InstructionSet::Avx512Bf16 => 64,
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2 => 32,
        InstructionSet::Portable => 16,
    }
}

/// The instruction set of this process, fixed by the first call.
#[inline]
fn chosen() -> InstructionSet {
    static CHOSEN: OnceLock<InstructionSet> = OnceLock::new();
    *CHOSEN.get_or_init(|| choose(std::env::var("DSL_ISA").ok().as_deref(), available()))
}

/// The requested instruction set if it is available, else the best (the last).
fn choose(asked: Option<&str>, available: &[InstructionSet]) -> InstructionSet {
    let named = available.iter().find(|set| Some(set.name()) == asked);
    *named.or(available.last()).unwrap_or(&InstructionSet::Portable)
}

impl InstructionSet {
    fn name(self) -> &'static str {
        match self {
            InstructionSet::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512Bf16 => "avx512bf16",
        }
    }
}

/// The instruction sets that this machine can run, worst first.
#[cfg(target_arch = "x86_64")]
fn available() -> &'static [InstructionSet] {
    use InstructionSet::{Avx2, Avx512, Avx512Bf16, Portable};
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq");
    match (avx2, avx512, is_x86_feature_detected!("avx512bf16")) {
        (true, true, true) => &[Portable, Avx2, Avx512, Avx512Bf16],
        (true, true, false) => &[Portable, Avx2, Avx512],
        (true, false, _) => &[Portable, Avx2],
        (false, ..) => &[Portable],
    }
}

/// The instruction sets that this machine can run.
#[cfg(not(target_arch = "x86_64"))]
fn available() -> &'static [InstructionSet] {
    &[InstructionSet::Portable]
}

/// The name of the instruction set that kernels and phases of this process run on: `avx512bf16`, `avx512`,
/// `avx2` or `portable`. The environment variable `DSL_ISA` set to one of these requests it; a name that is
/// unknown, or that this machine lacks, is ignored in favour of the best available.
pub fn instruction_set() -> &'static str {
    chosen().name()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_chosen_unless_another_available_one_is_asked_for() {
        let all = available();
        let best = *all.last().unwrap();
        assert_eq!(choose(None, all), best);
        assert_eq!(choose(Some("portable"), all), InstructionSet::Portable);
        assert_eq!(choose(Some("sse9"), all), best);
        assert_eq!(
            choose(Some("avx512"), &[InstructionSet::Portable]),
            InstructionSet::Portable
        );
    }
}
