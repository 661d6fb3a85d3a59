//! Detection of the instruction sets of this machine, and the choice of one for this process.
//!
//! The process takes the best one the machine has when it first needs one. The environment variable `DSL_ISA`
//! (`amx`, `avx512bf16`, `avx512`, `avx2`, `neon`, `portable`) asks for another; a name that is unknown, or that this
//! machine lacks, is ignored.

use std::sync::OnceLock;

use crate::isa::Isa;

impl Isa {
    /// The instruction set of this process, fixed by the first call.
    #[inline]
    pub fn current() -> &'static Isa {
        static CURRENT: OnceLock<Isa> = OnceLock::new();
        CURRENT.get_or_init(|| choose(std::env::var("DSL_ISA").ok().as_deref(), &available()))
    }
}

/// The requested instruction set if it is available, else the best (the last).
fn choose(asked: Option<&str>, available: &[Isa]) -> Isa {
    let named = available.iter().find(|isa| Some(isa.name) == asked);
    *named.or(available.last()).unwrap_or(&Isa::BASELINE)
}

/// The instruction sets that this machine can run, worst first.
fn available() -> Vec<Isa> {
    let mut all = vec![Isa::BASELINE];
    all.extend(beyond_baseline());
    all
}

/// Other architectures have one.
#[cfg(not(target_arch = "x86_64"))]
fn beyond_baseline() -> [Isa; 0] {
    []
}

/// The instruction sets of x86-64 that this machine can run, worst first.
#[cfg(target_arch = "x86_64")]
fn beyond_baseline() -> Vec<Isa> {
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq");
    match (avx2, avx512, is_x86_feature_detected!("avx512bf16")) {
        (false, ..) => vec![],
        (true, false, _) => vec![Isa::AVX2],
        (true, true, false) => vec![Isa::AVX2, Isa::AVX512],
        // Intel's processors multiply pairs at half the rate of single numbers.
        (true, true, true) if is_by_intel() => match super::amx::is_permitted() {
            false => vec![Isa::AVX2, Isa::AVX512_BF16, Isa::AVX512],
            true => vec![Isa::AVX2, Isa::AVX512_BF16, Isa::AVX512, Isa::AMX],
        },
        (true, true, true) => vec![Isa::AVX2, Isa::AVX512, Isa::AVX512_BF16],
    }
}

/// True on a processor of Intel's, by the name it gives of its vendor.
#[cfg(target_arch = "x86_64")]
fn is_by_intel() -> bool {
    let vendor = core::arch::x86_64::__cpuid(0);
    [vendor.ebx, vendor.edx, vendor.ecx]
        .map(u32::to_le_bytes)
        .concat()
        == b"GenuineIntel"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_chosen_unless_another_available_one_is_asked_for() {
        let all = &available();
        let best = *all.last().unwrap();
        assert_eq!(choose(None, all), best);
        assert_eq!(choose(Some(Isa::BASELINE.name), all), Isa::BASELINE);
        assert_eq!(choose(Some("sse9"), all), best);
        assert_eq!(choose(Some("avx512"), &[Isa::BASELINE]), Isa::BASELINE);
    }
}
