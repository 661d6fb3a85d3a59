//! Clipping.

use super::problem::{LAYOUT, Problem};
use super::*;

/// What is left of the gradient of the first step: that of a descent at rate 1.
fn left(optimizer: Sgd<f64>) -> (Vec<f64>, Vec<f64>) {
    let mut problem = Problem::new();
    let (before, gradient) = (problem.parameters.clone(), problem.gradient(1));
    problem.steps(1, 1, &mut { optimizer });
    let moved = before.iter().zip(&*problem.parameters).map(|(a, b)| a - b);
    (moved.collect(), gradient.to_vec())
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

fn assert_close(found: &[f64], expected: impl IntoIterator<Item = f64>) {
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < 1e-14, "{at}: {found} for {expected}");
    }
}

#[test]
fn values_are_clipped_one_by_one() {
    let (found, gradient) = left(Sgd::new(1.0).clip_value(0.75));
    assert!(gradient.iter().any(|g| *g > 0.75) && gradient.iter().any(|g| *g < -0.75));
    assert_close(&found, gradient.iter().map(|g| g.clamp(-0.75, 0.75)));
}

#[test]
fn a_norm_is_that_of_all_that_is_trained() {
    let (found, gradient) = left(Sgd::new(1.0).clip_norm(1.5));
    let factor = 1.5 / norm(&gradient);
    assert!(factor < 1.0);
    assert_close(&found, gradient.iter().map(|g| factor * g));
    let (found, gradient) = left(Sgd::new(1.0).clip_norm(1.5).freeze("body.*"));
    let factor = 1.5 / norm(&gradient[32..]);
    assert_close(&found[32..], gradient[32..].iter().map(|g| factor * g));
}

#[test]
fn a_gradient_within_the_bound_is_not_changed() {
    let (plain, _) = left(Sgd::new(1.0));
    for optimizer in [
        Sgd::new(1.0).clip_norm(1e3),
        Sgd::new(1.0).clip_block(1e3),
        Sgd::new(1.0).clip_value(1e3),
    ] {
        assert_eq!(left(optimizer).0, plain);
    }
}

#[test]
fn each_tensor_is_a_block_of_its_own() {
    let (found, gradient) = left(Sgd::new(1.0).clip_block(1.25));
    let mut clipped = 0;
    for parameter in LAYOUT.parameters {
        let gradient = &gradient[parameter.range.clone()];
        let factor = (1.25 / norm(gradient)).min(1.0);
        clipped += usize::from(factor < 1.0);
        assert_close(
            &found[parameter.range.clone()],
            gradient.iter().map(|g| factor * g),
        );
    }
    assert!(clipped > 0);
}

#[test]
fn what_is_added_to_the_gradient_is_not_clipped() {
    let (found, gradient) = left(Sgd::new(1.0).clip_norm(1.5).l2(10.0));
    let (start, factor) = (Problem::<f64>::new().parameters, 1.5 / norm(&gradient));
    assert_close(
        &found,
        gradient.iter().zip(&*start).map(|(g, w)| factor * g + 10.0 * w),
    );
}

#[test]
fn a_norm_has_the_same_bits_for_any_number_of_threads() {
    let len = 1_000_003;
    let gradient: Vec<f32> = (0..len)
        .map(|i| ((i * 7919 % 1013) as f32 - 500.0) / 77.0)
        .collect();
    let run = |threads| {
        let (mut w, mut sgd) = (vec![0.0f32; len], Sgd::new(1.0).clip_norm(1.0));
        sgd.step_on(&mut Team::new(threads), &mut w, &of(&gradient))
            .unwrap();
        w
    };
    let alone = run(1);
    let squares: f64 = alone.iter().map(|w| f64::from(*w).powi(2)).sum();
    assert!((squares.sqrt() - 1.0).abs() < 1e-6, "{squares}");
    for threads in [2, 3, 5] {
        assert!(run(threads) == alone, "{threads} threads");
    }
}
