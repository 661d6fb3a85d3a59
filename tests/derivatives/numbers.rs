//! The numbers of every derivative of every network.

use dsl_runtime::prelude::*;

use crate::networks::{Attention, Data, Dense, Derived, Images, Normalised, Recurrent, Repeated};

/// `for_every_network!(check)`: one test for each network.
macro_rules! for_every_network {
    ($($check:ident)+) => { $(
        mod $check {
            use super::*;

            #[test]
            fn dense() {
                super::$check::<Dense<f64>>();
            }

            #[test]
            fn images() {
                super::$check::<Images<f64>>();
            }

            #[test]
            fn normalised() {
                super::$check::<Normalised<f64>>();
            }

            #[test]
            fn recurrent() {
                super::$check::<Recurrent<f64>>();
            }

            #[test]
            fn attention() {
                super::$check::<Attention<f64>>();
            }

            #[test]
            fn repeated() {
                super::$check::<Repeated<f64>>();
            }
        }
    )+ };
}

for_every_network!(jvp hvp gnvp grad threads);

/// More than a block of 16, and no multiple of it; and less than one.
const BATCHES: [usize; 2] = [3, 19];

/// The step of a central difference by one number, and that along a direction, which moves many.
const STEP: f64 = 1e-6;
const STEP_ALONG: f64 = 2e-7;

/// Numbers between -1 and 1 (SplitMix64).
pub fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let number = |place: u64| {
        let mut h = (place + 1)
            .wrapping_add(seed << 32)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((h ^ (h >> 31)) >> 40) as f64 / f64::from(1 << 23) - 1.0
    };
    (0..count as u64).map(number).collect()
}

/// A batch of examples and their classes.
pub fn batch<N: Derived>(examples: usize) -> (Vec<f64>, Vec<u32>) {
    let classes = (0..examples).map(|example| (example * 7 % N::CLASSES) as u32);
    (numbers(examples * N::WIDTH, 3), classes.collect())
}

/// A direction, which is 0 in the gaps between parameters.
pub fn direction<N: Derived>(seed: u64) -> Vec<f64> {
    let mut v = vec![0.0; N::LAYOUT.len];
    for (place, parameter) in N::LAYOUT.parameters.iter().enumerate() {
        let own = numbers(parameter.len(), seed + 100 * place as u64);
        v[parameter.range.clone()].copy_from_slice(&own);
    }
    v
}

/// The network moved along a direction.
fn moved<N: Derived>(model: &N, by: f64, v: &[f64]) -> N {
    let mut moved = N::new(11);
    let moving = moved.parameters_mut().iter_mut().zip(model.parameters().iter());
    for ((to, from), v) in moving.zip(v) {
        *to = from + by * v;
    }
    moved.buffers_mut().copy_from_slice(model.buffers());
    moved
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn assert_close(found: f64, expected: f64, bound: f64, what: &str) {
    // Written so that NaN fails.
    let close = (found - expected).abs() <= bound * (1.0 + expected.abs());
    assert!(close, "{what}: {found}, not {expected}");
}

fn assert_all_close(found: &[f64], expected: &[f64], bound: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (place, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        assert_close(found, expected, bound, &format!("{what} at {place}"));
    }
}

/// Calls `check` with the network, a workspace that holds no sound number, and a batch, in each mode.
fn each_batch<N: Derived>(check: impl Fn(&N, &mut Workspace<N>, Mode, Data<'_>, &str)) {
    for examples in BATCHES {
        let (x, class) = batch::<N>(examples);
        for &mode in N::MODES {
            let model = N::new(11);
            let mut work = N::workspace().batch(examples + 2).threads(1).build();
            work.poison(f64::NAN);
            let what = format!("{}, {mode:?}, {examples} examples", N::NAME);
            check(&model, &mut work, mode, (&x, &class), &what);
        }
    }
}

/// The derivative along a direction is the slope of the results.
fn jvp<N: Derived>() {
    each_batch::<N>(|model, work, mode, data, what| {
        let v = direction::<N>(5);
        let (loss, along) = model.loss_along(work, mode, data, &v);
        let (scores, scores_along) = model.scores_along(work, mode, data, &v);
        assert_close(loss, model.loss_in(work, mode, data).unwrap(), 1e-14, what);
        let ahead = moved(model, STEP_ALONG, &v);
        let behind = moved(model, -STEP_ALONG, &v);
        let loss_of = |model: &N, work: &mut Workspace<N>| model.loss_in(work, mode, data).unwrap();
        let slope = (loss_of(&ahead, work) - loss_of(&behind, work)) / (2.0 * STEP_ALONG);
        assert_close(along, slope, 1e-8, &format!("{what}: the slope of the loss"));
        let scores_ahead = ahead.scores_along(work, mode, data, &v).0;
        let scores_behind = behind.scores_along(work, mode, data, &v).0;
        let pairs = scores_ahead.iter().zip(&scores_behind);
        let slopes: Vec<f64> = pairs
            .map(|(ahead, behind)| (ahead - behind) / (2.0 * STEP_ALONG))
            .collect();
        assert_all_close(
            &scores_along,
            &slopes,
            1e-8,
            &format!("{what}: the slope of the scores"),
        );
        assert!(
            scores_along.iter().any(|slope| slope.abs() > 1e-3),
            "{what}: nothing moves"
        );
        assert_eq!(scores.len(), data.1.len() * N::CLASSES);
        let (_, gradient) = model.loss_and_grad_in(work, mode, data).unwrap();
        assert_close(along, dot(gradient, &v), 1e-12, &format!("{what}: ⟨∇loss, v⟩"));
    });
}

/// The product with the Hessian is the slope of the gradient, and symmetric.
fn hvp<N: Derived>() {
    each_batch::<N>(|model, work, mode, data, what| {
        let (v, w) = (direction::<N>(5), direction::<N>(6));
        let (loss, product) = model.loss_hvp_in(work, mode, data, &v).unwrap();
        let (along_v, reached) = (product.to_vec(), product.reached().to_vec());
        assert_close(loss, model.loss_in(work, mode, data).unwrap(), 1e-14, what);
        let gradient = |model: &N, work: &mut Workspace<N>| {
            let (_, gradient) = model.loss_and_grad_in(work, mode, data).unwrap();
            gradient.to_vec()
        };
        let ahead = gradient(&moved(model, STEP_ALONG, &v), work);
        let behind = gradient(&moved(model, -STEP_ALONG, &v), work);
        let pairs = ahead.iter().zip(&behind);
        let slopes: Vec<f64> = pairs
            .map(|(ahead, behind)| (ahead - behind) / (2.0 * STEP_ALONG))
            .collect();
        assert_all_close(
            &along_v,
            &slopes,
            1e-7,
            &format!("{what}: the slope of the gradient"),
        );
        assert!(
            along_v.iter().any(|slope| slope.abs() > 1e-3),
            "{what}: the gradient is still"
        );
        let along_w = model.loss_hvp_in(work, mode, data, &w).unwrap().1;
        let (vhw, whv) = (dot(&v, along_w), dot(&w, &along_v));
        assert_close(vhw, whv, 1e-12, &format!("{what}: ⟨v, H w⟩"));
        assert!(!reached.is_empty());
        for (place, &product) in along_v.iter().enumerate() {
            let is_reached = reached.iter().any(|range| range.contains(&place));
            assert!(is_reached || product == 0.0, "{what}: {place} is not reached");
        }
    });
}

/// `⟨w, G v⟩` is `1/n Σ (J w)ᵀ H (J v)` over the examples, with the Hessian `H = diag(p) - p pᵀ` of the cross-entropy of
/// probabilities `p` by the scores, and the regulariser's own Hessian.
fn gnvp<N: Derived>() {
    each_batch::<N>(|model, work, mode, data, what| {
        let (v, w) = (direction::<N>(5), direction::<N>(6));
        let (loss, product) = model.loss_gnvp_in(work, mode, data, &v).unwrap();
        let along_v = product.to_vec();
        assert_close(loss, model.loss_in(work, mode, data).unwrap(), 1e-14, what);
        let (scores, jv) = model.scores_along(work, mode, data, &v);
        let (_, jw) = model.scores_along(work, mode, data, &w);
        let bent = |a: &[f64], b: &[f64]| {
            let examples = scores
                .chunks(N::CLASSES)
                .zip(a.chunks(N::CLASSES).zip(b.chunks(N::CLASSES)));
            let each = examples.map(|(scores, (a, b))| {
                let total: f64 = scores.iter().map(|score| score.exp()).sum();
                let p: Vec<f64> = scores.iter().map(|score| score.exp() / total).collect();
                let products: Vec<f64> = a.iter().zip(b).map(|(a, b)| a * b).collect();
                dot(&p, &products) - dot(&p, a) * dot(&p, b)
            });
            each.sum::<f64>() / data.1.len() as f64
        };
        let expected = bent(&jw, &jv) + 2.0 * N::DECAY * dot(&v, &w);
        assert_close(dot(&w, &along_v), expected, 1e-11, &format!("{what}: ⟨w, G v⟩"));
        assert!(dot(&v, &along_v) > 1e-3, "{what}: it is positive");
        // Not the Hessian, whose other term these networks have too.
        let (_, hessian) = model.loss_hvp_in(work, mode, data, &v).unwrap();
        let apart = hessian.iter().zip(&along_v).any(|(h, g)| (h - g).abs() > 1e-3);
        assert!(
            apart,
            "{what}: the scores are no linear function of the parameters"
        );
    });
}

/// The gradient by the examples is the slope of the sum of their losses; that by the parameters is that of the mean.
fn grad<N: Derived>() {
    each_batch::<N>(|model, work, mode, data, what| {
        let (loss, by_input, by_parameters) = model.gradients(work, mode, data);
        assert_close(loss, model.loss_in(work, mode, data).unwrap(), 1e-14, what);
        let examples = data.1.len() as f64;
        let mut x = data.0.to_vec();
        let stride = (x.len() / 40).max(1) | 1;
        for at in (0..x.len()).step_by(stride) {
            let mut loss_at = |value: f64| {
                x[at] = value;
                examples * model.loss_in(work, mode, (&x, data.1)).unwrap()
            };
            let slope = (loss_at(data.0[at] + STEP) - loss_at(data.0[at] - STEP)) / (2.0 * STEP);
            x[at] = data.0[at];
            assert_close(
                by_input[at],
                slope,
                2e-8,
                &format!("{what}: the slope by input {at}"),
            );
        }
        assert!(
            by_input.iter().any(|slope| slope.abs() > 1e-3),
            "{what}: every slope is zero"
        );
        let (_, gradient) = model.loss_and_grad_in(work, mode, data).unwrap();
        assert_all_close(
            &by_parameters,
            gradient,
            1e-12,
            &format!("{what}: by the parameters"),
        );
    });
}

/// The number of threads changes no bit, nor does what a larger batch leaves behind.
fn threads<N: Derived>() {
    let model = N::new(11);
    let v = direction::<N>(5);
    let mut works = [1, 2, 5].map(|threads| N::workspace().batch(64).threads(threads).build());
    for examples in [64, 3, 19] {
        let (x, class) = batch::<N>(examples);
        let data = (x.as_slice(), class.as_slice());
        for &mode in N::MODES {
            let bits = |work: &mut Workspace<N>| {
                work.poison(f64::NAN);
                let hvp = model.loss_hvp_in(work, mode, data, &v).unwrap().1.to_vec();
                let gnvp = model.loss_gnvp_in(work, mode, data, &v).unwrap().1.to_vec();
                let (loss, along) = model.loss_along(work, mode, data, &v);
                let (_, by_input, by_parameters) = model.gradients(work, mode, data);
                let all = [hvp, gnvp, vec![loss, along], by_input, by_parameters].concat();
                all.into_iter().map(f64::to_bits).collect::<Vec<u64>>()
            };
            let found = works.each_mut().map(bits);
            assert!(
                found[0] == found[1] && found[0] == found[2],
                "{mode:?}, {examples} examples"
            );
        }
    }
}
