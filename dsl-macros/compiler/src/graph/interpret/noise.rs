//! Random numbers as the runtime draws them (`dsl_runtime::kernels::Draws`): the same function of the same key.

use crate::ops::leaf::Distribution;

/// The place at which a number is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub site: u32,
    /// Index in the batch.
    pub example: usize,
    /// The turn of the loops around; 0 outside of them.
    pub turn: usize,
    /// Place among the elements of the value.
    pub element: usize,
}

/// The number at `place` in a step of a workspace with this seed.
pub fn draw(distribution: Distribution, seed: u64, step: u64, place: Place) -> f64 {
    // 64 elements are 16 blocks of four words: the first words of all, then the second ones …
    let (group, within) = (place.element / 64, place.element % 64);
    let (word, lane) = (within / 16, within % 16);
    let counter = [
        (group * 16 + lane) as u32,
        place.example as u32,
        place.turn as u32,
        place.site,
    ];
    let words = philox(counter, key(seed, step));
    // Between 0 and 1, neither of them; exact in f32 as in f64.
    let uniform = |word: usize| (f64::from(words[word] >> 9) + 0.5) / f64::from(1 << 23);
    match distribution {
        Distribution::Uniform => uniform(word),
        // Box and Muller, 1958: a pair of words makes a pair of numbers.
        Distribution::Normal => {
            let pair = word / 2 * 2;
            let radius = (-2.0 * uniform(pair).ln()).sqrt();
            let (sine, cosine) = (std::f64::consts::TAU * uniform(pair + 1)).sin_cos();
            radius * if word == pair { cosine } else { sine }
        }
    }
}

fn key(seed: u64, step: u64) -> [u32; 2] {
    let key = mix(mix(seed) ^ step);
    [key as u32, (key >> 32) as u32]
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, 2011).
fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    let product = |a: u32, b: u32| {
        let product = u64::from(a) * u64::from(b);
        ((product >> 32) as u32, product as u32)
    };
    for _ in 0..10 {
        let (high0, low0) = product(0xd251_1f53, counter[0]);
        let (high1, low1) = product(0xcd9e_8d57, counter[2]);
        counter = [
            high1 ^ counter[1] ^ key[0],
            low1,
            high0 ^ counter[3] ^ key[1],
            low0,
        ];
        key = [key[0].wrapping_add(0x9e37_79b9), key[1].wrapping_add(0xbb67_ae85)];
    }
    counter
}

#[cfg(test)]
mod tests {
    use super::philox;

    #[test]
    fn philox_agrees_with_its_published_vectors() {
        // `kat_vectors` of Random123, philox4x32 with 10 rounds.
        assert_eq!(
            philox([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }
}
