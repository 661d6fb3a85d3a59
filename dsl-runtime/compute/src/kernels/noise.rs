//! Random numbers that depend only on the place at which they are drawn: not on threads, batches or layouts.

use crate::{Real, mix};

/// The key of the random numbers of one step: seed, number of the step and site in the network.
///
/// Numbers come from Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, *Parallel random numbers: as easy as 1,
/// 2, 3*): a bijection of 128-bit counters under a 64-bit key. The key is SplitMix64 of seed and step; the
/// counter consists of the site in the network, the example's index in the batch and the element's index
/// within the example. So any number can be computed by itself, in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws {
    key: [u32; 2],
    site: u32,
}

impl Draws {
    /// The draws of the `step`-th step under `seed`.
    pub fn new(seed: u64, step: u64) -> Draws {
        let key = mix(mix(seed) ^ step);
        Draws {
            key: [key as u32, (key >> 32) as u32],
            site: 0,
        }
    }

    /// The draws of one site in the network, independent of those of all other sites.
    #[inline]
    pub fn site(self, site: u32) -> Draws {
        Draws { site, ..self }
    }
}

/// Uniform random numbers between 0 and 1, both excluded: odd multiples of 2⁻²⁴, the same in `f32` and in
/// `f64`.
///
/// * `first`, `examples`: index in the batch of the first example of `out`, and the number of examples.
/// * `width`: the number of elements of each example; `out` is `[examples, width]`.
/// * `draws`: the key of the numbers.
#[inline]
pub fn uniform_noise<T: Real>(first: usize, examples: usize, width: usize, draws: Draws, out: &mut [T]) {
    T::uniform_noise(first, examples, width, draws, out);
}

/// Normally distributed random numbers with mean 0 and variance 1, by the transform of Box & Muller (1958);
/// none is larger than 5.8.
///
/// Arguments as for [`uniform_noise`].
#[inline]
pub fn normal_noise<T: Real>(first: usize, examples: usize, width: usize, draws: Draws, out: &mut [T]) {
    T::normal_noise(first, examples, width, draws, out);
}

/// The number of counters processed side by side.
const LANES: usize = 16;

/// The four words of each counter.
type Words = [[u32; LANES]; 4];

/// The number of elements from one group of counters: the first words of all, then the second ones and so on.
const GROUP: usize = 4 * LANES;

vectorised! {
    pub(super) fn uniform_noise_body<'a, T, FMA, BYTES>(
        first: usize, examples: usize, width: usize, draws: Draws, out: &'a mut [T],
    ) {
        let group = |words: Words, out: &mut [T; GROUP]| {
            for (out, words) in out.as_chunks_mut::<LANES>().0.iter_mut().zip(&words) {
                for lane in 0..LANES {
                    out[lane] = between(words[lane]);
                }
            }
        };
        fill(first, examples, width, draws, out, group);
    }
}

vectorised! {
    pub(super) fn normal_noise_body<'a, T, FMA, BYTES>(
        first: usize, examples: usize, width: usize, draws: Draws, out: &'a mut [T],
    ) {
        let group = |words: Words, out: &mut [T; GROUP]| {
            let (pairs, _) = out.as_chunks_mut::<{ 2 * LANES }>();
            for (out, words) in pairs.iter_mut().zip(words.as_chunks::<2>().0) {
                for lane in 0..LANES {
                    let radius = (T::literal(-2.0) * T::ln::<FMA>(between(words[0][lane]))).sqrt();
                    let (sine, cosine) = turn::<T, FMA>(words[1][lane]);
                    out[lane] = radius * cosine;
                    out[LANES + lane] = radius * sine;
                }
            }
        };
        fill(first, examples, width, draws, out, group);
    }
}

/// Calls `group` for each group of counters; the last group of an example may be needed only in part.
#[inline(always)]
fn fill<T: Real>(
    first: usize,
    examples: usize,
    width: usize,
    draws: Draws,
    out: &mut [T],
    group: impl Fn(Words, &mut [T; GROUP]),
) {
    assert!(
        examples.checked_mul(width) == Some(out.len()),
        "noise: out holds {} elements, not [{examples}, {width}]",
        out.len()
    );
    for (example, row) in out.chunks_exact_mut(width.max(1)).enumerate() {
        for (block, out) in row.chunks_mut(GROUP).enumerate() {
            let mut counter = [
                [0; LANES],
                [first.wrapping_add(example) as u32; LANES],
                [0; LANES],
                [draws.site; LANES],
            ];
            for (lane, word) in counter[0].iter_mut().enumerate() {
                *word = (block * LANES + lane) as u32;
            }
            // One call site for each of the two, so that both are inlined where vectors are wide.
            let mut numbers = [T::ZERO; GROUP];
            group(philox(counter, draws.key), &mut numbers);
            out.copy_from_slice(&numbers[..out.len()]);
        }
    }
}

/// Ten rounds of Philox on all lanes.
#[inline(always)]
fn philox(mut counter: Words, mut key: [u32; 2]) -> Words {
    for _ in 0..10 {
        let mut next = [[0; LANES]; 4];
        for lane in 0..LANES {
            let first = u64::from(counter[0][lane]) * 0xd251_1f53;
            let second = u64::from(counter[2][lane]) * 0xcd9e_8d57;
            next[0][lane] = (second >> 32) as u32 ^ counter[1][lane] ^ key[0];
            next[1][lane] = second as u32;
            next[2][lane] = (first >> 32) as u32 ^ counter[3][lane] ^ key[1];
            next[3][lane] = first as u32;
        }
        counter = next;
        key = [key[0].wrapping_add(0x9e37_79b9), key[1].wrapping_add(0xbb67_ae85)];
    }
    counter
}

/// The upper 23 bits of a word as a number between 0 and 1, without rounding even in `f32`.
#[inline(always)]
fn between<T: Real>(word: u32) -> T {
    (T::whole((word >> 9) as i32) + T::literal(0.5)) * T::literal(1.0 / f64::from(1 << 23))
}

/// Sine and cosine of `2π` times the fraction that the word represents, reduced to an eighth of a full turn
/// on either side of the nearest quarter, where few terms of their series are exact.
#[inline(always)]
fn turn<T: Real, const FMA: bool>(word: u32) -> (T, T) {
    let bits = word >> 9;
    // Rounds to quarters: bits 21 and 22 number them.
    let quarter = (bits + (1 << 20)) >> 21;
    let within = bits as i32 - (quarter << 21) as i32;
    let angle =
        (T::whole(within) + T::literal(0.5)) * T::literal(core::f64::consts::TAU / f64::from(1 << 23));
    let square = angle * angle;
    let series = |coefficients: [f64; 8]| {
        let mut sum = T::literal(coefficients[0]);
        for coefficient in &coefficients[1..] {
            sum = T::mul_add::<FMA>(sum, square, T::literal(*coefficient));
        }
        sum
    };
    // Σ ± x²ᵏ / (2k + 1)! and Σ ± x²ᵏ / (2k)!, from k = 7 down.
    let sine = angle
        * series([
            -1.0 / 1_307_674_368_000.0,
            1.0 / 6_227_020_800.0,
            -1.0 / 39_916_800.0,
            1.0 / 362_880.0,
            -1.0 / 5_040.0,
            1.0 / 120.0,
            -1.0 / 6.0,
            1.0,
        ]);
    let higher = T::mul_add::<FMA>(
        T::literal(1.0 / 20_922_789_888_000.0),
        square,
        T::literal(-1.0 / 87_178_291_200.0),
    );
    let cosine = {
        let mut sum = higher;
        for coefficient in [
            1.0 / 479_001_600.0,
            -1.0 / 3_628_800.0,
            1.0 / 40_320.0,
            -1.0 / 720.0,
            1.0 / 24.0,
            -0.5,
            1.0,
        ] {
            sum = T::mul_add::<FMA>(sum, square, T::literal(coefficient));
        }
        sum
    };
    let (swapped, flipped) = (quarter & 1 == 1, quarter & 2 == 2);
    let (sine, cosine) = if swapped { (cosine, -sine) } else { (sine, cosine) };
    if flipped { (-sine, -cosine) } else { (sine, cosine) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw<T: Real>(kernel: fn(usize, usize, usize, Draws, &mut [T]), width: usize) -> Vec<T> {
        let mut out = vec![T::ZERO; 5 * width];
        kernel(0, 5, width, Draws::new(3, 4).site(7), &mut out);
        out
    }

    #[test]
    fn philox_agrees_with_its_published_vectors() {
        // `kat_vectors` of Random123, philox4x32 with 10 rounds.
        let one =
            |counter: [u32; 4], key| philox(counter.map(|word| [word; LANES]), key).map(|lanes| lanes[3]);
        assert_eq!(
            one([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            one(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn an_example_gets_its_numbers_in_any_share() {
        for width in [1, 3, 63, 64, 65, 200] {
            let whole = draw::<f32>(normal_noise, width);
            for example in 0..5 {
                let mut alone = vec![0.0; width];
                normal_noise(example, 1, width, Draws::new(3, 4).site(7), &mut alone);
                assert_eq!(alone, whole[example * width..][..width]);
            }
            let mut longer = vec![0.0; 2 * width];
            normal_noise(0, 1, 2 * width, Draws::new(3, 4).site(7), &mut longer);
            assert_eq!(
                longer[..width],
                whole[..width],
                "an element's number depends on its place"
            );
        }
    }

    #[test]
    fn any_difference_in_the_key_gives_other_numbers() {
        let first = |seed, step, site, example| {
            let mut out = [0.0f64];
            uniform_noise(example, 1, 1, Draws::new(seed, step).site(site), &mut out);
            out[0]
        };
        let all = [
            first(0, 0, 0, 0),
            first(1, 0, 0, 0),
            first(0, 1, 0, 0),
            first(0, 0, 1, 0),
            first(0, 0, 0, 1),
        ];
        assert!((0..5).all(|a| (0..a).all(|b| all[a] != all[b])), "{all:?}");
    }

    #[test]
    fn element_types_draw_the_same_numbers() {
        let (single, double) = (draw::<f32>(uniform_noise, 100), draw::<f64>(uniform_noise, 100));
        assert!(single.iter().zip(&double).all(|(&s, &d)| f64::from(s) == d));
        let (single, double) = (draw::<f32>(normal_noise, 100), draw::<f64>(normal_noise, 100));
        assert!(
            single
                .iter()
                .zip(&double)
                .all(|(&s, &d)| (f64::from(s) - d).abs() < 1e-5)
        );
    }

    #[test]
    fn sines_and_cosines_are_those_of_the_library() {
        for word in (0..u32::MAX - (1 << 16)).step_by(65_521) {
            let angle = std::f64::consts::TAU * (f64::from(word >> 9) + 0.5) / f64::from(1 << 23);
            let (sine, cosine) = turn::<f64, true>(word);
            assert!(
                (sine - angle.sin()).abs() < 1e-14 && (cosine - angle.cos()).abs() < 1e-14,
                "{word}: {sine} {cosine}"
            );
        }
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let n = 100_000;
        let (mut uniform, mut normal) = (vec![0.0f64; n], vec![0.0f64; n]);
        uniform_noise(0, 10, n / 10, Draws::new(1, 0), &mut uniform);
        normal_noise(0, 10, n / 10, Draws::new(1, 0), &mut normal);
        let mean = |values: &[f64], power: i32| values.iter().map(|x| x.powi(power)).sum::<f64>() / n as f64;
        assert!(uniform.iter().all(|&u| u > 0.0 && u < 1.0));
        assert!((mean(&uniform, 1) - 0.5).abs() < 4e-3 && (mean(&uniform, 2) - 1.0 / 3.0).abs() < 4e-3);
        assert!(mean(&normal, 1).abs() < 0.015 && (mean(&normal, 2) - 1.0).abs() < 0.02);
        assert!(mean(&normal, 3).abs() < 0.05 && (mean(&normal, 4) - 3.0).abs() < 0.15);
        let neighbours = normal.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / n as f64;
        assert!(neighbours.abs() < 0.015, "{neighbours}");
    }
}
