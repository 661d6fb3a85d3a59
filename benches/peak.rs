//! How many multiplications and additions the machine can do: the measure for every step's speed.

#![expect(unsafe_code, reason = "instructions that not every machine has")]

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

/// Chains of multiply-adds that do not wait for each other: more than latency times throughput of any core so far.
const CHAINS: usize = 12;
const ROUNDS: usize = 400_000;

/// Floating-point operations a second that `threads` threads do at once, in the widest vectors there are; the best of
/// several tries, as other programs can only take away from it.
pub fn measure(threads: usize) -> f64 {
    let (chain, lanes) = widest();
    let operations = (2 * lanes * CHAINS * ROUNDS) as f64;
    let barrier = Barrier::new(threads);
    let run = || {
        let attempt = || {
            barrier.wait();
            let start = Instant::now();
            black_box(chain(ROUNDS, black_box(0.999), black_box(1e-3)));
            operations / start.elapsed().as_secs_f64()
        };
        (0..15).map(|_| attempt()).collect::<Vec<_>>()
    };
    let speeds: Vec<Vec<f64>> = thread::scope(|scope| {
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        started
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    (0..15)
        .map(|attempt| speeds.iter().map(|speeds| speeds[attempt]).sum())
        .fold(0.0, f64::max)
}

/// Rounds of `x = x * scale + shift` in every chain.
type Chain = fn(usize, f32, f32) -> f32;

/// The machine's widest chain and how many lanes its vectors have.
fn widest() -> (Chain, usize) {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the machine has the feature.
            return (
                |rounds, scale, shift| unsafe { x86::avx512(rounds, scale, shift) },
                16,
            );
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the machine has the features.
            return (
                |rounds, scale, shift| unsafe { x86::avx2(rounds, scale, shift) },
                8,
            );
        }
    }
    (portable, 4)
}

/// What the compiler makes of it: four lanes on most machines.
fn portable(rounds: usize, scale: f32, shift: f32) -> f32 {
    let mut chains = [[1.0f32; 4]; CHAINS];
    for _ in 0..rounds {
        for lane in chains.as_flattened_mut() {
            *lane = if cfg!(target_feature = "fma") || cfg!(target_arch = "aarch64") {
                lane.mul_add(scale, shift)
            } else {
                *lane * scale + shift
            };
        }
    }
    chains.as_flattened().iter().sum()
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::CHAINS;

    #[target_feature(enable = "avx512f")]
    pub fn avx512(rounds: usize, scale: f32, shift: f32) -> f32 {
        let (scale, shift) = (_mm512_set1_ps(scale), _mm512_set1_ps(shift));
        let mut chains = [_mm512_set1_ps(1.0); CHAINS];
        for _ in 0..rounds {
            for chain in &mut chains {
                *chain = _mm512_fmadd_ps(*chain, scale, shift);
            }
        }
        chains.into_iter().map(|chain| _mm512_reduce_add_ps(chain)).sum()
    }

    #[target_feature(enable = "avx2,fma")]
    pub fn avx2(rounds: usize, scale: f32, shift: f32) -> f32 {
        let (scale, shift) = (_mm256_set1_ps(scale), _mm256_set1_ps(shift));
        let mut chains = [_mm256_set1_ps(1.0); CHAINS];
        for _ in 0..rounds {
            for chain in &mut chains {
                *chain = _mm256_fmadd_ps(*chain, scale, shift);
            }
        }
        let all = chains
            .into_iter()
            .reduce(|a, b| _mm256_add_ps(a, b))
            .expect("chains");
        _mm256_cvtss_f32(all)
    }
}
