//! Every rule compared with its formula, written out for one number.

use std::ops::Range;

use super::*;
use crate::testing::Points;
use crate::{Layout, Network};

mod averages;
mod clips;
mod groups;
mod problem;
mod recorded;
mod state;

/// A gradient by parameters without names.
fn of<T: Real>(values: &[T]) -> Gradient<T> {
    let len = values.len();
    Gradient::from_values(
        Layout {
            parameters: &[],
            len,
            packed: &[],
        },
        values,
    )
}

/// Follows `rule` on the loss `w²/2 + w` from `w = 1`, whose gradient is `w + 1`, for five steps.
fn follow(optimizer: &mut impl Optimizer<f64>) -> Vec<f64> {
    let mut w = [1.0];
    (0..5)
        .map(|_| {
            let gradient = [w[0] + 1.0];
            optimizer.step(&mut w, &of(&gradient)).unwrap();
            w[0]
        })
        .collect()
}

/// The same by a closure `(t, w, ∇) -> w`.
fn expect(mut rule: impl FnMut(i32, f64, f64) -> f64) -> Vec<f64> {
    let mut w = 1.0;
    (1..=5)
        .map(|t| {
            w = rule(t, w, w + 1.0);
            w
        })
        .collect()
}

fn assert_close(found: &[f64], expected: &[f64]) {
    let close = found
        .iter()
        .zip(expected)
        .all(|(a, b)| (a - b).abs() <= 1e-14 * b.abs().max(1.0));
    assert!(
        found.len() == expected.len() && close,
        "{found:?} for {expected:?}"
    );
}

#[test]
fn gradient_descent() {
    assert_close(&follow(&mut Sgd::new(0.1)), &expect(|_, w, g| w - 0.1 * g));
    let decayed = expect(|_, w, g| w - 0.1 * (g + 0.01 * w));
    assert_close(&follow(&mut Sgd::new(0.1).weight_decay(0.01)), &decayed);
}

#[test]
fn classical_momentum() {
    let mut v = 0.0;
    let expected = expect(|_, w, g| {
        v = 0.9 * v + g + 0.01 * w;
        w - 0.1 * v
    });
    assert_close(
        &follow(&mut Momentum::new(0.1, 0.9).weight_decay(0.01)),
        &expected,
    );
}

#[test]
fn averaging_momentum_is_classical_momentum_at_another_rate() {
    let mut delta = 0.0;
    let expected = expect(|_, w, g| {
        delta = 0.9 * delta + 0.1 * g;
        w - 0.5 * delta
    });
    assert_close(&follow(&mut Momentum::averaging(0.5, 0.9)), &expected);
    assert_close(&follow(&mut Momentum::new(0.05, 0.9)), &expected);
}

#[test]
fn nesterov_momentum() {
    let mut v = 0.0;
    let expected = expect(|_, w, g| {
        v = 0.9 * v + g;
        w - 0.1 * (g + 0.9 * v)
    });
    assert_close(&follow(&mut Momentum::nesterov(0.1, 0.9)), &expected);
}

#[test]
fn adam_and_adamw() {
    for decay in [0.0, 0.1] {
        let (mut m, mut v) = (0.0, 0.0);
        let expected = expect(|t, w, g| {
            m = 0.8 * m + 0.2 * g;
            v = 0.95 * v + 0.05 * g * g;
            let (corrected1, corrected2) = (m / (1.0 - 0.8f64.powi(t)), v / (1.0 - 0.95f64.powi(t)));
            w - 0.01 * decay * w - 0.01 * corrected1 / (corrected2.sqrt() + 1e-6)
        });
        let mut adam = Adam::new(0.01).betas(0.8, 0.95).epsilon(1e-6).weight_decay(decay);
        assert_close(&follow(&mut adam), &expected);
        assert_eq!(adam.steps(), 5);
        assert_close(&adam.moments().concat(), &[m, v]);
    }
}

#[test]
fn the_gaps_of_a_layout_stay_zero() {
    let mut w = [0.0f32; 4];
    Adam::new(0.1)
        .weight_decay(0.1)
        .step(&mut w, &of(&[0.0; 4]))
        .unwrap();
    Momentum::averaging(0.1, 0.9)
        .step(&mut w, &of(&[0.0; 4]))
        .unwrap();
    assert_eq!(w, [0.0; 4]);
}

#[test]
fn the_learning_rate_may_change_between_steps() {
    let mut sgd = Sgd::new(0.0);
    let mut w = [1.0];
    sgd.set_learning_rate(0.5);
    sgd.step(&mut w, &of(&[1.0])).unwrap();
    assert_eq!((w, sgd.learning_rate()), ([0.5], 0.5));
}

#[test]
fn misuse_is_an_error_that_changes_nothing() {
    let mut w = [1.0f32, 2.0];
    let mut adam = Adam::new(0.1);
    adam.step(&mut w, &of(&[0.1, 0.1])).unwrap();
    let after = w;
    let refused = adam.step(&mut w[..1], &of(&[0.1])).unwrap_err();
    assert!(
        matches!(
            refused,
            Error::OptimizerState {
                optimizer: "Adam",
                held: 2,
                asked: 1
            }
        ),
        "{refused}"
    );
    assert!(matches!(
        adam.step(&mut w, &of(&[0.1])),
        Err(Error::GradientLength {
            parameters: 2,
            gradient: 1
        })
    ));
    for bad in [
        Adam::new(f64::NAN),
        Adam::new(-1.0),
        Adam::new(0.1).epsilon(0.0),
        Adam::new(0.1).epsilon(1e-60),
    ] {
        assert!(
            matches!(
                bad.clone().step(&mut w, &of(&[0.1, 0.1])),
                Err(Error::Hyperparameter { .. })
            ),
            "{bad:?}"
        );
    }
    let message = Adam::new(0.1)
        .betas(1.0, 0.9)
        .step(&mut w, &of(&[0.1, 0.1]))
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        "the first beta of Adam is 1, but must be at least 0 and below 1"
    );
    assert!(Momentum::new(0.1, 1.5).step(&mut w, &of(&[0.1, 0.1])).is_err());
    assert!(
        Sgd::new(0.1)
            .weight_decay(f64::INFINITY)
            .step(&mut w, &of(&[0.1, 0.1]))
            .is_err()
    );
    assert_eq!(w, after);
    adam.reset();
    adam.step(&mut w[..1], &of(&[0.1])).unwrap();
}

/// Three steps over 100,003 parameters, alone or on a team.
fn steps(optimizer: &mut impl Optimizer<f32>, mut team: Option<Team>) -> Vec<u32> {
    let mut parameters: Vec<f32> = (0..100_003).map(|i| (i % 97) as f32 / 97.0).collect();
    for step in 0..3 {
        let gradient: Vec<f32> = parameters.iter().map(|w| w * w - step as f32).collect();
        match &mut team {
            None => optimizer.step(&mut parameters, &of(&gradient)).unwrap(),
            Some(team) => optimizer.step_on(team, &mut parameters, &of(&gradient)).unwrap(),
        }
    }
    parameters.iter().map(|w| w.to_bits()).collect()
}

#[test]
fn a_team_takes_the_same_steps() {
    for threads in [1, 2, 3, 7] {
        let team = || Some(Team::new(threads));
        let sgd = || Sgd::new(0.1).weight_decay(0.01);
        assert!(steps(&mut sgd(), None) == steps(&mut sgd(), team()));
        let momentum = || Momentum::new(0.1, 0.9);
        assert!(steps(&mut momentum(), None) == steps(&mut momentum(), team()));
        let adam = || Adam::new(0.1).weight_decay(0.01);
        assert!(steps(&mut adam(), None) == steps(&mut adam(), team()));
    }
}

#[test]
fn a_team_refuses_slices_of_two_lengths() {
    let error = Sgd::new(0.1).step_on(&mut Team::new(2), &mut [0.0; 3], &of(&[0.0; 2]));
    assert!(matches!(
        error,
        Err(Error::GradientLength {
            parameters: 3,
            gradient: 2
        })
    ));
}

/// Calls `check` with every sort of optimizer, set up with everything that could move parameters without a
/// gradient.
fn each(mut check: impl FnMut(&mut dyn FnMut(&mut [f32], &Gradient<f32>) -> Result<(), Error>)) {
    let (mut sgd, mut adam) = (Sgd::new(0.1).weight_decay(0.1), Adam::new(0.1).weight_decay(0.1));
    let mut momentum = Momentum::nesterov(0.1, 0.9).weight_decay(0.1);
    let mut team = Team::new(2);
    check(&mut |w, g| sgd.step(w, g));
    check(&mut |w, g| momentum.step(w, g));
    check(&mut |w, g| adam.step_on(&mut team, w, g));
}

#[test]
fn a_parameter_that_no_gradient_reaches_does_not_move() {
    const BIAS: Range<usize> = 16..19;
    each(|step| {
        let mut gradient = Gradient::from_values(Points::<f32>::LAYOUT, &[1.0; 32]);
        let mut w = vec![1.0; 32];
        // Momentum and averages exist by now.
        step(&mut w, &gradient).unwrap();
        let before = w.clone();
        let [d_bias] = gradient.mean_over(1, [BIAS]);
        d_bias.fill(1.0);
        step(&mut w, &gradient).unwrap();
        assert_eq!(w[..16], before[..16]);
        assert!(
            w[BIAS]
                .iter()
                .zip(&before[BIAS])
                .all(|(after, before)| after < before)
        );
        assert_eq!(gradient.reached(), [BIAS]);
        assert!(gradient.get("logits.dense1.weight").is_none());
        assert_eq!(gradient.get("logits.dense1.bias"), Some([1.0; 3].as_slice()));
    });
}

#[test]
fn a_gradient_that_is_not_finite_changes_nothing_and_is_named() {
    each(|step| {
        let mut w = vec![1.0; 32];
        let mut gradient = Gradient::from_values(Points::<f32>::LAYOUT, &[1.0; 32]);
        step(&mut w, &gradient).unwrap();
        let before = w.clone();
        gradient[17] = f32::NEG_INFINITY;
        let error = step(&mut w, &gradient).unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("element 1 of `logits.dense1.bias` is -inf in the gradient"),
            "{text}"
        );
        assert_eq!(w, before);
    });
}

#[test]
fn adam_forgets_what_it_refused() {
    let good = Gradient::from_values(Points::<f32>::LAYOUT, &[0.5; 32]);
    let bad = Gradient::from_values(Points::<f32>::LAYOUT, &[f32::NAN; 32]);
    let steps = |gradients: &[&Gradient<f32>]| {
        let (mut adam, mut w) = (Adam::new(0.1), vec![1.0; 32]);
        for gradient in gradients {
            let _ = adam.step(&mut w, gradient);
        }
        (w, adam.steps(), adam.moments().concat())
    };
    assert_eq!(steps(&[&good, &bad, &good]), steps(&[&good, &good]));
}

#[test]
fn a_large_gradient_is_looked_at_by_a_team() {
    let len = 100_003;
    let mut team = Team::new(3);
    let mut values = vec![0.0f32; len];
    assert!(shared::all_finite(&mut team, &values));
    for at in [0, 40_000, len - 1] {
        values[at] = f32::NAN;
        assert!(!shared::all_finite(&mut team, &values), "{at}");
        values[at] = 0.0;
    }
}
