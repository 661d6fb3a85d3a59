//! Helpers of the kernels' tests: awkward sizes, pseudo-random numbers, comparison.

use crate::Real;

/// Lengths around the widths of vectors and tiles.
pub const SIZES: [usize; 12] = [0, 1, 2, 7, 8, 9, 15, 16, 17, 33, 64, 100];

/// `n` pseudo-random numbers in `[-1, 1)`, determined by the seed.
pub fn values<T: Real>(n: usize, seed: u64) -> Vec<T> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..n)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            T::literal((state >> 40) as f64 / (1u64 << 23) as f64 - 1.0)
        })
        .collect()
}

/// Asserts that sums of `terms` products of numbers around 1 agree with those computed in double precision.
#[track_caller]
pub fn close<T: Real>(got: &[T], want: &[f64], terms: usize) {
    assert_eq!(got.len(), want.len());
    let tolerance = T::EPSILON.to_f64() * (terms as f64 + 4.0);
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        let error = (got.to_f64() - want).abs();
        assert!(
            error <= tolerance * want.abs().max(1.0),
            "element {i}: {got} for {want}"
        );
    }
}
