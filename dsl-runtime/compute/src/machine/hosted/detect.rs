//! Detection of the instruction sets of this machine, and the choice of one for this process.
//!
//! The process takes the best one the machine has when it first needs one. The environment variable `DSL_ISA`
//! (`avx512bf16`, `avx512`, `avx2`, `neon`, `portable`) asks for another; a name that is unknown, or that this
//! machine lacks, is ignored.

use std::sync::OnceLock;

use crate::isa::Isa;

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
