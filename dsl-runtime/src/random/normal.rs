//! Normally distributed numbers, by the ziggurat of Marsaglia & Tsang (2000, *The ziggurat method for
//! generating random variables*) in the form of Doornik (2005, *An improved ziggurat method to generate
//! normal random samples*).
//!
//! The curve `exp(-x²/2)` is covered by 255 layers of equal area, one upon the other, and a base with the
//! tail. A layer is drawn, and a position in it: nearly always the layer lies wholly under the curve there.
//! The numbers are those of the crate `rand_distr`, with which the tests compare them; it would bring three
//! crates more.

use std::sync::LazyLock;

use dsl_compute::Real;

/// The start of the tail.
const TAIL: f64 = 3.654_152_885_361_009;

/// The area of a layer, and of the base with the tail.
const AREA: f64 = 0.004_928_673_233_99;

/// The edges of the layers, from the base up to 0, and the height of the curve there.
struct Layers {
    edges: [f64; 257],
    heights: [f64; 257],
}

static LAYERS: LazyLock<Layers> = LazyLock::new(|| {
    let mut edges = [0.0; 257];
    // The base is as wide as a layer of its area would be without a tail.
    (edges[0], edges[1]) = (AREA / height(TAIL), TAIL);
    for layer in 1..255 {
        let above = AREA / edges[layer] + height(edges[layer]);
        edges[layer + 1] = (-2.0 * ln(above)).sqrt();
    }
    Layers {
        edges,
        heights: edges.map(height),
    }
});

/// A number of mean 0 and variance 1, from random words.
pub(super) fn normal(mut word: impl FnMut() -> u64) -> f64 {
    let Layers { edges, heights } = &*LAYERS;
    loop {
        let bits = word();
        let layer = (bits & 0xff) as usize;
        // The upper 52 bits, as a number from -1 to 1.
        let place = f64::from_bits(1024 << 52 | bits >> 12) - 3.0;
        let x = place * edges[layer];
        if x.abs() < edges[layer + 1] {
            return x;
        }
        if layer == 0 {
            return tail(word).copysign(place);
        }
        let fraction = (word() >> 11) as f64 / (1u64 << 53) as f64;
        if heights[layer + 1] + (heights[layer] - heights[layer + 1]) * fraction < height(x) {
            return x;
        }
    }
}

/// A number beyond [`TAIL`], as in Marsaglia (1964, *Generating a variable from the tail of the normal
/// distribution*).
fn tail(mut word: impl FnMut() -> u64) -> f64 {
    loop {
        // Between 0 and 1, both excluded.
        let mut open = || f64::from_bits(1023 << 52 | word() >> 12) - (1.0 - f64::EPSILON / 2.0);
        let (beyond, chance) = (-ln(open()) / TAIL, -ln(open()));
        if 2.0 * chance >= beyond * beyond {
            return TAIL + beyond;
        }
    }
}

/// The curve, with maximum 1. Logarithm and exponential are our own: their bits depend on no platform.
fn height(x: f64) -> f64 {
    Real::exp::<false>(-x * x / 2.0)
}

fn ln(x: f64) -> f64 {
    Real::ln::<false>(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng as _, RngExt as _};
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::SeedableRng as _;

    #[test]
    fn layers_have_equal_areas_and_end_at_the_top() {
        let Layers { edges, heights } = &*LAYERS;
        for layer in 1..255 {
            let area = edges[layer] * (heights[layer + 1] - heights[layer]);
            assert!((area / AREA - 1.0).abs() < 1e-12, "{layer}: {area}");
        }
        assert!((edges[255] * (1.0 - heights[255]) / AREA - 1.0).abs() < 1e-8);
    }

    #[test]
    fn numbers_are_those_of_rand_distr() {
        let (mut ours, mut theirs) = (
            Xoshiro256PlusPlus::seed_from_u64(5),
            Xoshiro256PlusPlus::seed_from_u64(5),
        );
        let mut beyond = 0;
        for _ in 0..300_000 {
            let (x, y): (f64, f64) = (
                normal(|| ours.next_u64()),
                theirs.sample(rand_distr::StandardNormal),
            );
            assert!((x - y).abs() <= 1e-15 * y.abs(), "{x} {y}");
            beyond += usize::from(y.abs() > TAIL);
        }
        assert!(beyond > 20, "the tail was drawn from {beyond} times");
    }
}
