//! Groups, freezing, decay and penalties.

use super::problem::{LAYOUT, Problem};
use super::*;

const WEIGHT: Range<usize> = 0..6;
const BIAS: Range<usize> = 16..19;
const KERNEL: Range<usize> = 32..40;

/// The parameters after so many steps.
fn after<T: Real>(steps: u64, mut optimizer: impl Optimizer<T>) -> Vec<f64> {
    let mut problem = Problem::<T>::new();
    problem.steps(1, steps, &mut optimizer);
    problem.parameters.iter().map(|w| w.to_f64()).collect()
}

#[test]
fn each_group_learns_as_an_optimizer_with_its_settings_would() {
    let grouped = || {
        Adam::<f64>::new(0.1)
            .weight_decay(0.5)
            .group("head.*", |group| group.rate(3.0))
            .group("*.bias", |group| group.weight_decay(0.0))
    };
    let found = after(5, grouped());
    let whole = after(5, Adam::<f64>::new(0.1).weight_decay(0.5));
    let head = after(5, Adam::<f64>::new(0.1 * 3.0).weight_decay(0.5));
    let bias = after(5, Adam::<f64>::new(0.1));
    assert_eq!(found[WEIGHT], whole[WEIGHT]);
    assert_eq!(found[KERNEL], head[KERNEL]);
    assert_eq!(found[BIAS], bias[BIAS]);
    assert!(found[BIAS] != whole[BIAS] && found[KERNEL] != whole[KERNEL]);
}

#[test]
fn groups_are_the_same_for_rules_of_tensors() {
    let found = after(
        5,
        Lamb::<f64>::new(0.1)
            .group("head.*", |group| group.rate(0.5))
            .l1(0.1),
    );
    let head = after(5, Lamb::<f64>::new(0.05).l1(0.1));
    let whole = after(5, Lamb::<f64>::new(0.1).l1(0.1));
    assert_eq!(found[KERNEL], head[KERNEL]);
    assert_eq!(found[..32], whole[..32]);
}

#[test]
fn later_groups_win_setting_by_setting() {
    let optimizer = Sgd::<f64>::new(0.1)
        .group("*", |group| group.rate(0.5).l2(1.0))
        .group("body.*", |group| group.rate(2.0).freeze())
        .group("*.bias", |group| group.thaw());
    let found = after(3, optimizer);
    let start = after(0, Sgd::<f64>::new(0.1));
    assert_eq!(found[WEIGHT], start[WEIGHT]);
    assert_eq!(found[BIAS], after(3, Sgd::<f64>::new(0.2).l2(1.0))[BIAS]);
    assert_eq!(found[KERNEL], after(3, Sgd::<f64>::new(0.05).l2(1.0))[KERNEL]);
}

#[test]
fn what_is_frozen_stays_with_its_moments() {
    let mut optimizer = Adam::<f64>::new(0.1).weight_decay(0.1).l1(0.1).freeze("body.*");
    let mut problem = Problem::new();
    let start = problem.parameters.clone();
    problem.steps(1, 3, &mut optimizer);
    assert_eq!(problem.parameters[..32], start[..32]);
    assert!(problem.parameters[KERNEL] != start[KERNEL]);
    for moment in optimizer.moments() {
        assert!(moment[..32].iter().all(|m| *m == 0.0) && moment[KERNEL].iter().all(|m| *m != 0.0));
    }
}

#[test]
fn biases_and_norms_are_exempt_from_decay_by_a_word() {
    for penalised in [Sgd::<f64>::new(0.1).l2(0.5), Sgd::new(0.1).decoupled_decay(0.5)] {
        let whole = after(4, penalised.clone());
        let found = after(4, penalised.no_decay_on_biases_and_norms());
        assert_eq!(found[BIAS], after(4, Sgd::<f64>::new(0.1))[BIAS]);
        assert_eq!([&found[WEIGHT], &found[KERNEL]], [&whole[WEIGHT], &whole[KERNEL]]);
    }
}

#[test]
fn penalties_are_the_gradients_of_their_formulas() {
    let mut problem = Problem::<f64>::new();
    let start = problem.parameters.clone();
    let mut optimizer = Sgd::new(0.1)
        .l2(0.3)
        .l1(0.2)
        .l2_from_start(0.7)
        .decoupled_decay(0.05);
    for step in 1..=3 {
        let before = problem.parameters.clone();
        let gradient = problem.gradient(step);
        problem.steps(step, 1, &mut optimizer);
        for at in WEIGHT.chain(BIAS).chain(KERNEL) {
            let w = before[at];
            let slope = gradient[at] + 0.3 * w + 0.2 * w.signum() + 0.7 * (w - start[at]);
            let expected = w * (1.0 - 0.1 * 0.05) - 0.1 * slope;
            assert!(
                (problem.parameters[at] - expected).abs() < 1e-15,
                "{at} in {step}"
            );
        }
        assert!(problem.parameters[6..16].iter().all(|gap| *gap == 0.0));
    }
}

#[test]
fn decay_has_the_form_that_is_customary_for_the_rule() {
    assert_eq!(
        after(4, Momentum::<f32>::new(0.1, 0.9).weight_decay(0.1)),
        after(4, Momentum::<f32>::new(0.1, 0.9).l2(0.1))
    );
    assert_eq!(
        after(4, Adam::<f32>::new(0.1).weight_decay(0.1)),
        after(4, Adam::<f32>::new(0.1).decoupled_decay(0.1))
    );
}

#[test]
fn matrices_can_be_taken_for_vectors() {
    let found = after(
        5,
        Muon::<f64>::new(0.1).group("head.*", |group| group.as_vectors()),
    );
    let adam = after(5, Adam::<f64>::new(0.1).betas(0.9, 0.95));
    let whole = after(5, Muon::<f64>::new(0.1));
    assert_eq!(found[KERNEL], adam[KERNEL]);
    assert_eq!(found[..32], whole[..32]);
}

#[test]
fn a_pattern_that_matches_nothing_is_an_error_with_near_names() {
    let mut problem = Problem::<f64>::new();
    let before = problem.parameters.clone();
    let gradient = problem.gradient(1);
    let mut optimizer = Adam::new(0.1).freeze("body.dense2.*");
    let error = optimizer.step(&mut problem.parameters, &gradient).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no parameter matches the group `body.dense2.*` of Adam; the nearest names are \
         `body.dense1.weight`, `body.dense1.bias`, `head.conv1.weight`"
    );
    assert_eq!(problem.parameters[..], before[..]);
    assert_eq!((optimizer.steps(), optimizer.moments()), (0, [&[][..]; 2]));
    assert_eq!(LAYOUT.nearest("hed.*", 1), ["head.conv1.weight"]);
    assert_eq!(LAYOUT.nearest("*bais", 1), ["body.dense1.bias"]);
}

#[test]
fn numbers_out_of_range_are_errors_that_change_nothing() {
    fn refused<R: Rule<f64, K>, const K: usize>(mut optimizer: Descent<f64, R, K>) {
        let mut problem = Problem::<f64>::new();
        let before = problem.parameters.clone();
        let gradient = problem.gradient(1);
        let error = optimizer.step(&mut problem.parameters, &gradient).unwrap_err();
        assert!(matches!(error, Error::Hyperparameter { .. }), "{error}");
        assert_eq!(problem.parameters[..], before[..]);
        assert_eq!(optimizer.steps(), 0);
    }
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        refused(Sgd::new(bad));
        refused(Sgd::new(0.1).l2(bad));
        refused(Sgd::new(0.1).l1(bad));
        refused(Sgd::new(0.1).decoupled_decay(bad));
        refused(Sgd::new(0.1).l2_from_start(bad));
        refused(Sgd::new(0.1).group("*.bias", |group| group.rate(bad)));
        refused(Sgd::new(0.1).clip_norm(bad));
        refused(Momentum::new(0.1, bad));
        refused(AmsGrad::new(0.1).betas(0.9, bad));
        refused(Nadam::new(0.1).momentum_decay(bad));
        refused(RmsProp::new(0.1).alpha(bad));
        refused(CenteredRmsProp::new(0.1, bad));
        refused(Adagrad::new(0.1).initial_sum(bad));
        refused(Adadelta::new(0.1).rho(bad));
        refused(Lion::new(0.1).betas(bad, 0.9));
        refused(Lamb::new(0.1).epsilon(bad));
        refused(Adafactor::new(0.1).bound(bad));
        refused(Muon::new(0.1).vector_rate(bad));
        refused(ScheduleFree::new(0.1).betas(bad, 0.9));
        refused(Sgd::new(0.1).average(WeightAverage::exponential(bad)));
    }
    refused(Sgd::new(0.1).clip_value(0.0));
    refused(Sgd::new(0.1).average(WeightAverage::uniform().every(0)));
    refused(ScheduleFree::new(0.1).betas(0.0, 0.9));
}
