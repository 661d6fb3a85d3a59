//! The loss of a network, minimised through the adapter.

use super::recorded::{data, minimum};
use crate::minimise::{CentralDifferences, Lbfgs, Minimiser, NetworkObjective, NewtonCg, Objective};
use crate::testing::{Points, points};
use crate::{Error, Mode, Network, NonFinite, Workspace};

/// The inputs of the recorded problem.
fn recorded() -> (Vec<f64>, Vec<u32>) {
    (data("points"), (0..30).map(|example| example % 3).collect())
}

/// A network of zeros and a workspace for it.
fn begun(threads: usize) -> (Points<f64>, Workspace<Points<f64>>) {
    let mut model = Points::<f64>::new(0);
    model.parameters_mut().fill(0.0);
    (model, Points::workspace().batch(30).threads(threads).build())
}

/// All parameters in canonical order.
fn canonical(model: &Points<f64>) -> Vec<f64> {
    Points::<f64>::LAYOUT
        .parameters
        .iter()
        .flat_map(|parameter| {
            let values = &model.parameters()[parameter.range.clone()];
            parameter.places().map(|place| values[place]).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn lbfgs_does_as_l_bfgs_b_on_the_same_network() {
    let (inputs, classes) = recorded();
    let (mut model, mut work) = begun(1);
    let minimiser = Lbfgs::new().decrease_tolerance(1e-12);
    let report = NetworkObjective::new(&mut model, &mut work, Mode::Evaluate, (&inputs, &classes))
        .minimise(|loss, parameters| minimiser.minimise(loss, parameters))
        .unwrap();
    let expected = minimum("lbfgs", "network");
    assert!((report.value - expected.value).abs() < 1e-9, "{report}");
    assert!(
        report.evaluations as f64 <= 1.2 * expected.values as f64,
        "{report}"
    );
    for (found, expected) in canonical(&model).iter().zip(&expected.at) {
        assert!((found - expected).abs() < 2e-3, "{found} {expected}");
    }
}

#[test]
fn newton_cg_finds_the_same_by_central_differences() {
    let (inputs, classes) = recorded();
    let (mut model, mut work) = begun(1);
    let report = NetworkObjective::new(&mut model, &mut work, Mode::Evaluate, (&inputs, &classes))
        .minimise(|loss, parameters| NewtonCg::new().minimise(&mut CentralDifferences::of(loss), parameters))
        .unwrap();
    assert!(
        (report.value - minimum("lbfgs", "network").value).abs() < 1e-8,
        "{report}"
    );
}

#[test]
fn the_number_of_threads_changes_no_bit_and_gaps_stay_as_they_are() {
    let (inputs, classes) = recorded();
    let run = |threads: usize| {
        let (mut model, mut work) = begun(threads);
        model.parameters_mut()[10] = 7.0;
        NetworkObjective::new(&mut model, &mut work, Mode::Train, (&inputs, &classes))
            .minimise(|loss, parameters| Lbfgs::new().minimise(loss, parameters))
            .unwrap();
        assert_eq!(model.parameters()[10], 7.0);
        assert_eq!(work.step(), 0);
        model
            .parameters()
            .iter()
            .map(|value| value.to_bits())
            .collect::<Vec<_>>()
    };
    assert_eq!(run(1), run(4));
}

#[test]
fn after_an_error_the_network_is_as_it_was() {
    let (inputs, mut classes) = points::<f64>(30, 1);
    let (mut model, mut work) = begun(1);
    let minimise = |model: &mut Points<f64>, work: &mut Workspace<_>, inputs: &[f64], classes: &[u32]| {
        NetworkObjective::new(model, work, Mode::Train, (inputs, classes))
            .minimise(|loss, parameters| Lbfgs::new().minimise(loss, parameters))
            .unwrap_err()
    };
    classes[3] = 3;
    let error = minimise(&mut model, &mut work, &inputs, &classes);
    assert!(matches!(error, Error::IndexOutOfRange { .. }), "{error}");
    classes[3] = 0;
    let error = minimise(&mut model, &mut work, &[f64::NAN; 60], &classes);
    assert!(
        matches!(
            error,
            Error::NonFiniteLoss {
                network: "Points",
                ..
            }
        ),
        "{error}"
    );
    assert!(model.parameters().iter().all(|value| *value == 0.0));
    model.parameters_mut()[1] = f64::INFINITY;
    let error = minimise(&mut model, &mut work, &inputs, &classes);
    let named = matches!(
        error,
        Error::NonFiniteLoss {
            parameter: Some(NonFinite {
                name: "logits.dense1.weight",
                ..
            }),
            ..
        }
    );
    assert!(named, "{error}");
    assert_eq!(model.parameters()[1], f64::INFINITY);
}

#[test]
fn an_error_within_a_minimisation_puts_the_network_back() {
    let (inputs, classes) = recorded();
    let (mut model, mut work) = begun(1);
    let mut objective = NetworkObjective::new(&mut model, &mut work, Mode::Train, (&inputs, &classes));
    let error = objective.minimise(|loss, parameters| {
        Lbfgs::new().iterations(3).minimise(loss, parameters)?;
        Lbfgs::new().memory(0).minimise(loss, parameters)
    });
    assert!(matches!(error, Err(Error::Hyperparameter { .. })));
    let error = objective.value(&[0.0; 3]).unwrap_err();
    assert!(
        matches!(
            error,
            Error::MinimiserLength {
                found: 3,
                expected: 32,
                ..
            }
        ),
        "{error}"
    );
    assert!(model.parameters().iter().all(|value| *value == 0.0));
}

#[test]
fn an_inference_workspace_is_an_error() {
    let (inputs, classes) = recorded();
    let (mut model, _) = begun(1);
    let mut work = Points::workspace().batch(30).inference().build();
    let error = NetworkObjective::new(&mut model, &mut work, Mode::Train, (&inputs, &classes))
        .minimise(|loss, parameters| Lbfgs::new().minimise(loss, parameters))
        .unwrap_err();
    assert!(
        matches!(error, Error::InferenceWorkspace { network: "Points" }),
        "{error}"
    );
}
