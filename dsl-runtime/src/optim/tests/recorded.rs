//! Every rule against the trajectory of another library's; `record.py` recorded these.

use super::*;
use crate::optim::tests::problem::{Problem, canonical};

/// The recorded parameters after a step, for a name and an element type.
fn recorded(name: &str, kind: &str, step: u64) -> Option<Vec<f64>> {
    let head = format!("{name}|{kind}|{step}|");
    let mut lines = include_str!("trajectories.txt").lines();
    let numbers = lines.find_map(|line| line.strip_prefix(&*head))?;
    let numbers = numbers.split(' ').map(|number| number.parse().expect("a number"));
    Some(numbers.collect())
}

fn kind<T: Real>() -> (&'static str, f64) {
    match size_of::<T>() {
        4 => ("f32", 1e-6),
        _ => ("f64", 1e-12),
    }
}

fn compare<T: Real>(name: &str, step: u64, found: &[T]) -> bool {
    let (kind, bound) = kind::<T>();
    let Some(expected) = recorded(name, kind, step) else {
        return false;
    };
    for (found, expected) in canonical(found).into_iter().zip(&expected) {
        let error = (found - expected).abs();
        assert!(
            error <= bound * expected.abs().max(1.0),
            "{name} in {kind}, step {step}: {found} for {expected}"
        );
    }
    true
}

/// Follows the problem for 20 steps, and compares what is recorded of them.
fn follow<T: Real>(name: &str, mut optimizer: impl Optimizer<T>, rate: impl Fn(u64) -> Option<f64>) {
    let mut problem = Problem::<T>::new();
    let mut compared = 0;
    for step in 1..=20 {
        if let Some(rate) = rate(step) {
            optimizer.set_learning_rate(rate);
        }
        let gradient = problem.gradient(step);
        optimizer.step(&mut problem.parameters, &gradient).unwrap();
        compared += usize::from(compare(name, step, &problem.parameters));
        optimizer.exchange(&mut problem.parameters);
        compare(&format!("{name}.evaluated"), step, &problem.parameters);
        optimizer.exchange(&mut problem.parameters);
    }
    assert_eq!(compared, 4, "{name}");
}

fn each<T: Real>() {
    let same = |_| None;
    follow::<T>("sgd", Sgd::new(0.1).weight_decay(0.01), same);
    follow::<T>("momentum", Momentum::new(0.05, 0.9).weight_decay(0.01), same);
    follow::<T>("nesterov", Momentum::nesterov(0.05, 0.9), same);
    follow::<T>("adam", Adam::new(0.1).betas(0.8, 0.95).epsilon(1e-6), same);
    follow::<T>("adam_l2", Adam::new(0.1).l2(0.05), same);
    follow::<T>("adamw", Adam::new(0.1).weight_decay(0.05), same);
    follow::<T>(
        "amsgrad",
        AmsGrad::new(0.1).betas(0.8, 0.7).weight_decay(0.05),
        same,
    );
    follow::<T>("nadam", Nadam::new(0.1).weight_decay(0.05), same);
    follow::<T>("rms_prop", RmsProp::new(0.05).alpha(0.9).weight_decay(0.01), same);
    let centered = CenteredRmsProp::new(0.02, 0.7).alpha(0.8).epsilon(1e-2);
    follow::<T>("centered", centered, same);
    let adagrad = Adagrad::new(0.3).initial_sum(0.1).weight_decay(0.01);
    follow::<T>("adagrad", adagrad, same);
    let adadelta = Adadelta::new(1.0).rho(0.8).epsilon(1e-3).weight_decay(0.01);
    follow::<T>("adadelta", adadelta, same);
    follow::<T>("lion", Lion::new(0.05).weight_decay(0.1), same);
    follow::<T>("lamb", Lamb::new(0.1).betas(0.9, 0.95).weight_decay(0.1), same);
    follow::<T>("adafactor", Adafactor::new(0.2), same);
    follow::<T>("muon", Muon::new(0.1).vector_rate(0.5).weight_decay(0.05), same);
    let muon = Muon::new(0.3).momentum(0.8).as_long_as_adam();
    follow::<T>("muon_as_adam", muon.weight_decay(0.05), same);
    let warming = |step| Some(0.1 * (step as f64 / 3.0).min(1.0));
    follow::<T>(
        "schedule_free",
        ScheduleFree::new(0.0).weight_decay(0.05),
        warming,
    );
    follow::<T>("clip_norm", Momentum::new(0.1, 0.5).clip_norm(1.5), same);
}

#[test]
fn every_rule_follows_its_trajectory_in_f64() {
    each::<f64>();
}

#[test]
fn every_rule_follows_its_trajectory_in_f32() {
    each::<f32>();
}
