//! The minima are those that SciPy finds, with at most 1.2 times as many evaluations.

use std::cell::Cell;

use super::problems::{Smooth, smooth, squares};
use super::recorded::{Minimum, minimum};
use crate::minimise::{Lbfgs, LevenbergMarquardt, Minimiser, NewtonCg, Report};

/// Checks minimum and counts (values, gradients, products) against SciPy's.
fn assert_agrees(
    problem: &str,
    found: &[f64],
    report: &Report,
    counts: [u64; 3],
    expected: &Minimum,
    tolerance: f64,
) {
    let say = format!("{problem}: {report}, {counts:?} for {expected:?}");
    assert!(report.reason.is_converged(), "{say}");
    let excess = report.value - expected.value;
    assert!(excess.abs() <= 1e-8 * expected.value.abs().max(1.0), "{say}");
    for (found, expected) in found.iter().zip(&expected.at) {
        assert!(
            (found - expected).abs() <= tolerance * expected.abs().max(1.0),
            "{found} {say}"
        );
    }
    let allowed = [expected.values, expected.gradients, expected.products];
    for (count, allowed) in counts.into_iter().zip(allowed) {
        assert!(count as f64 <= 1.2 * allowed as f64, "{say}");
    }
}

const SMOOTH: [&str; 6] = [
    "rosenbrock2",
    "rosenbrock10",
    "beale",
    "quadratic",
    "wells",
    "logistic",
];

/// The error of parameters that a gradient of `gradient` leaves, by the smallest curvature at the minimum.
fn tolerance(problem: &str, gradient: f64) -> f64 {
    match problem {
        "quadratic" => 1e3 * gradient,
        _ => 1e2 * gradient,
    }
}

/// Minimises a problem by `minimiser` and compares.
fn compare(method: &str, problem: &str, gradient: f64, minimiser: &impl Minimiser<f64, Smooth>) {
    let mut objective = smooth(problem);
    let mut at = objective.start.clone();
    let report = minimiser.minimise(&mut objective, &mut at).unwrap();
    let counts = objective.counts;
    assert_eq!(counts, [report.evaluations, report.gradients, report.products]);
    let expected = minimum(method, problem);
    assert_agrees(
        problem,
        &at,
        &report,
        counts,
        &expected,
        tolerance(problem, gradient),
    );
}

#[test]
fn lbfgs_does_as_l_bfgs_b() {
    let minimiser = Lbfgs::new().gradient_tolerance(1e-5).decrease_tolerance(1e-12);
    for problem in SMOOTH {
        compare("lbfgs", problem, 1e-5, &minimiser);
    }
}

#[test]
fn newton_cg_does_as_trust_ncg() {
    for problem in SMOOTH {
        // SciPy's tolerance is one of the Euclidean norm.
        let gradient = 1e-6 / (smooth(problem).start.len() as f64).sqrt();
        let minimiser = NewtonCg::new()
            .gradient_tolerance(gradient)
            .decrease_tolerance(0.0);
        compare("newton_cg", problem, 1e-6, &minimiser);
    }
}

const SQUARES: [&str; 7] = [
    "valley",
    "decay",
    "powell",
    "helix",
    "bard",
    "misra_far",
    "misra_near",
];

/// Minimises least squares. Returns the parameters, the report, and the numbers of residuals and Jacobians.
fn fit(problem: &str, minimiser: &LevenbergMarquardt) -> (Vec<f64>, Report, [u64; 2]) {
    let (values, jacobians) = (Cell::new(0), Cell::new(0));
    let (mut at, mut objective) = squares(problem, [&values, &jacobians]);
    let report = minimiser.minimise(&mut objective, &mut at).unwrap();
    (at, report, [values.get(), jacobians.get()])
}

/// The minimum of Powell's function is singular: its parameters are the square root of its accuracy.
fn accuracy(problem: &str) -> f64 {
    if problem == "powell" { 5e-3 } else { 1e-6 }
}

#[test]
fn levenberg_marquardt_does_as_minpack() {
    let minimiser = LevenbergMarquardt::new()
        .gradient_tolerance(1e-8)
        .decrease_tolerance(1e-10);
    for problem in SQUARES {
        let (at, report, [values, jacobians]) = fit(problem, &minimiser);
        let expected = minimum("levenberg_marquardt", problem);
        let counts = [values, jacobians, 0];
        assert_agrees(problem, &at, &report, counts, &expected, accuracy(problem));
    }
}

#[test]
fn conjugate_gradients_find_the_same_least_squares() {
    let minimiser = LevenbergMarquardt::new()
        .dense(0)
        .gradient_tolerance(1e-8)
        .decrease_tolerance(1e-12);
    for problem in SQUARES {
        let (at, report, _) = fit(problem, &minimiser);
        let expected = minimum("levenberg_marquardt", problem);
        assert!(report.reason.is_converged(), "{problem}: {report}");
        for (found, expected) in at.iter().zip(&expected.at) {
            let close = (found - expected).abs() <= accuracy(problem) * expected.abs().max(1.0);
            assert!(close, "{problem}: {at:?} for {expected}, {report}");
        }
    }
}

#[test]
fn a_certified_fit_is_found_to_ten_digits() {
    // The certified values of Misra1a.
    let minimiser = LevenbergMarquardt::new()
        .gradient_tolerance(0.0)
        .decrease_tolerance(1e-14);
    let (at, report, _) = fit("misra_far", &minimiser);
    assert!((at[0] / 2.3894212918e2 - 1.0).abs() < 1e-9, "{at:?} {report}");
    assert!((at[1] / 5.5015643181e-4 - 1.0).abs() < 1e-9, "{at:?} {report}");
    assert!(
        (2.0 * report.value / 1.2455138894e-1 - 1.0).abs() < 1e-9,
        "{report}"
    );
}
