//! Minimisers at their edges: walls, saddles, flat functions, no parameters, single precision.

use super::problems::smooth;
use crate::minimise::{
    CentralDifferences, Function, Lbfgs, LevenbergMarquardt, Minimiser, NewtonCg, Residuals, StopReason,
};

#[test]
fn a_line_search_comes_back_from_where_nothing_is_finite() {
    // Defined for x > 0 only, with a steep start: the first steps go beyond.
    let mut barrier = |x: &[f64], gradient: &mut [f64]| {
        gradient[0] = 1e3 - 1.0 / x[0];
        1e3 * x[0] - x[0].ln()
    };
    let mut x = [0.5];
    let report = Lbfgs::new().minimise(&mut barrier, &mut x).unwrap();
    assert!(report.reason.is_converged(), "{report}");
    assert!((x[0] - 1e-3).abs() < 1e-6, "{x:?} {report}");
}

#[test]
fn a_trust_region_and_a_damping_come_back_from_where_nothing_is_finite() {
    let mut barrier = Function::new(
        |x: &[f64]| x[0] - x[0].ln(),
        |x: &[f64], gradient: &mut [f64]| gradient[0] = 1.0 - 1.0 / x[0],
    )
    .hessian_product(|x: &[f64], v: &[f64], product: &mut [f64]| product[0] = v[0] / (x[0] * x[0]));
    let mut x = [40.0];
    let report = NewtonCg::new()
        .radius(1e4)
        .minimise(&mut barrier, &mut x)
        .unwrap();
    assert!((x[0] - 1.0).abs() < 1e-4, "{x:?} {report}");
    let mut root = Residuals::new(
        1,
        |x: &[f64], r: &mut [f64]| r[0] = x[0].ln(),
        |x: &[f64], j: &mut [f64]| j[0] = 1.0 / x[0],
    );
    let mut x = [40.0];
    let report = LevenbergMarquardt::new().minimise(&mut root, &mut x).unwrap();
    assert!((x[0] - 1.0).abs() < 1e-4, "{x:?} {report}");
}

#[test]
fn newton_cg_leaves_a_saddle_along_negative_curvature() {
    let mut saddle = Function::new(
        |x: &[f64]| x[0] * x[0] - x[1] * x[1] + x[1].powi(4),
        |x: &[f64], gradient: &mut [f64]| {
            gradient[0] = 2.0 * x[0];
            gradient[1] = -2.0 * x[1] + 4.0 * x[1].powi(3);
        },
    )
    .hessian_product(|x: &[f64], v: &[f64], product: &mut [f64]| {
        product[0] = 2.0 * v[0];
        product[1] = (-2.0 + 12.0 * x[1] * x[1]) * v[1];
    });
    let mut x = [1.0, 1e-3];
    let report = NewtonCg::new().minimise(&mut saddle, &mut x).unwrap();
    assert!((report.value + 0.25).abs() < 1e-9, "{x:?} {report}");
    assert!(x[0].abs() < 1e-5 && (x[1] - 0.5f64.sqrt()).abs() < 1e-5, "{x:?}");
}

#[test]
fn damping_shortens_steps_and_leaves_the_minimum() {
    let run = |damping: f64| {
        let mut objective = smooth("logistic");
        let mut at = objective.start.clone();
        let report = NewtonCg::new()
            .damping(damping)
            .minimise(&mut objective, &mut at)
            .unwrap();
        assert!(report.reason.is_converged(), "{report}");
        (report.iterations, at)
    };
    let (plain, damped) = (run(0.0), run(0.1));
    assert!(damped.0 > plain.0, "{damped:?} {plain:?}");
    for (a, b) in plain.1.iter().zip(&damped.1) {
        assert!((a - b).abs() < 1e-2, "{plain:?} {damped:?}");
    }
}

#[test]
fn central_differences_do_as_products() {
    for problem in ["rosenbrock2", "beale", "logistic"] {
        let mut objective = smooth(problem);
        let (mut exact, mut central) = (objective.start.clone(), objective.start.clone());
        NewtonCg::new().minimise(&mut objective, &mut exact).unwrap();
        let mut differences = CentralDifferences::of(&mut objective);
        let report = NewtonCg::new().minimise(&mut differences, &mut central).unwrap();
        assert!(report.reason.is_converged(), "{problem}: {report}");
        for (exact, central) in exact.iter().zip(&central) {
            assert!((exact - central).abs() < 1e-3, "{problem}: {exact} {central}");
        }
    }
}

#[test]
fn many_parameters_of_different_units_are_fitted_by_conjugate_gradients() {
    // xᵢ² for i = 1 … 100, in units that differ by up to 10⁴, and a parameter that no residual depends on.
    let unit = |i: usize| 10f64.powf(-2.0 + 4.0 * i as f64 / 99.0);
    let mut objective = Residuals::new(
        100,
        |x: &[f64], r: &mut [f64]| {
            for i in 0..100 {
                r[i] = (unit(i) * x[i]).powi(2) - (i + 1) as f64;
            }
        },
        |x: &[f64], j: &mut [f64]| {
            for i in 0..100 {
                j[101 * i + i] = 2.0 * unit(i) * unit(i) * x[i];
            }
        },
    );
    let mut x: Vec<f64> = (0..100).map(|i| 3.0 / unit(i)).collect();
    x.push(7.0);
    let minimiser = LevenbergMarquardt::new().gradient_tolerance(1e-8);
    let report = minimiser.minimise(&mut objective, &mut x).unwrap();
    assert!(report.reason.is_converged(), "{report}");
    for (i, x) in x[..100].iter().enumerate() {
        assert!(
            (unit(i) * x - ((i + 1) as f64).sqrt()).abs() < 1e-6,
            "{i} {x} {report}"
        );
    }
    assert_eq!(x[100], 7.0);
    // In the metric of the scale all eigenvalues are close to one another.
    assert!(report.products < 10 * report.iterations, "{report}");
}

#[test]
fn a_gradient_that_is_not_finite_refuses_the_trial() {
    let mut hidden = Function::new(
        |x: &[f64]| x[0] * x[0],
        |x: &[f64], gradient: &mut [f64]| {
            gradient[0] = if x[0] < 0.0 { f64::NAN } else { 2.0 * x[0] };
        },
    )
    .hessian_product(|_: &[f64], v: &[f64], product: &mut [f64]| product[0] = v[0]);
    let mut x = [1.0];
    let report = NewtonCg::new().radius(4.0).minimise(&mut hidden, &mut x).unwrap();
    assert!(x[0] >= 0.0 && x[0] < 1e-4, "{x:?} {report}");
}

#[test]
fn a_start_at_the_minimum_is_the_end() {
    let mut objective = smooth("rosenbrock2");
    let mut at = [1.0, 1.0];
    let report = Lbfgs::new().minimise(&mut objective, &mut at).unwrap();
    assert_eq!((report.reason, report.evaluations), (StopReason::GradientNorm, 1));
    let mut nothing = |_: &[f64], _: &mut [f64]| 3.0;
    let report = Lbfgs::new().minimise(&mut nothing, &mut []).unwrap();
    assert_eq!((report.reason, report.value), (StopReason::GradientNorm, 3.0));
}

#[test]
fn a_gradient_that_is_none_of_the_value_ends_without_harm() {
    // The value rises along the negative "gradient".
    let mut wrong = |x: &[f64], gradient: &mut [f64]| {
        gradient[0] = -1.0;
        x[0]
    };
    let mut x = [0.0];
    let report = Lbfgs::new().minimise(&mut wrong, &mut x).unwrap();
    assert_eq!((report.reason, x), (StopReason::LineSearchFailed, [0.0]));
    let mut wrong = Function::new(
        |x: &[f64]| x[0],
        |_: &[f64], gradient: &mut [f64]| gradient[0] = -1.0,
    )
    .hessian_product(|_: &[f64], v: &[f64], product: &mut [f64]| product[0] = v[0]);
    let report = NewtonCg::new().minimise(&mut wrong, &mut x).unwrap();
    assert_eq!((report.reason, x), (StopReason::StepTooSmall, [0.0]));
    let mut wrong = Residuals::new(
        1,
        |x: &[f64], r: &mut [f64]| r[0] = 1.0 + x[0],
        |_: &[f64], j: &mut [f64]| j[0] = -1.0,
    );
    let report = LevenbergMarquardt::new().minimise(&mut wrong, &mut x).unwrap();
    assert_eq!((report.reason, report.value), (StopReason::StepTooSmall, 0.5));
}

#[test]
fn an_unbounded_descent_ends() {
    let mut slope = |_: &[f64], gradient: &mut [f64]| {
        gradient[0] = 1.0;
        f64::NAN
    };
    assert!(Lbfgs::new().minimise(&mut slope, &mut [0.0]).is_err());
    let mut slope = |x: &[f64], gradient: &mut [f64]| {
        gradient[0] = 1.0;
        x[0]
    };
    let report = Lbfgs::new()
        .iterations(50)
        .minimise(&mut slope, &mut [0.0])
        .unwrap();
    assert!(!report.reason.is_converged() && report.value < -1e10, "{report}");
    let mut slope = Function::new(
        |x: &[f64]| x[0],
        |_: &[f64], gradient: &mut [f64]| gradient[0] = 1.0,
    )
    .hessian_product(|_: &[f64], _: &[f64], product: &mut [f64]| product[0] = 0.0);
    let report = NewtonCg::new().minimise(&mut slope, &mut [0.0]).unwrap();
    assert!(report.value <= -1e100 && report.value.is_finite(), "{report}");
}

#[test]
fn single_precision_reaches_its_own_accuracy() {
    let mut rosenbrock = |x: &[f32], gradient: &mut [f32]| {
        let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
        gradient[0] = -2.0 * a - 400.0 * x[0] * b;
        gradient[1] = 200.0 * b;
        f64::from(a * a + 100.0 * b * b)
    };
    let mut x = [-1.2f32, 1.0];
    let report = Lbfgs::new().minimise(&mut rosenbrock, &mut x).unwrap();
    assert!(
        (x[0] - 1.0).abs() < 1e-3 && (x[1] - 1.0).abs() < 2e-3,
        "{x:?} {report}"
    );
    let mut x = [-1.2f32, 1.0];
    let mut differences = CentralDifferences::of(&mut rosenbrock);
    let report = NewtonCg::new().minimise(&mut differences, &mut x).unwrap();
    assert!((x[0] - 1.0).abs() < 0.05, "{x:?} {report}");
    let mut decay = Residuals::new(
        2,
        |x: &[f32], r: &mut [f32]| r.copy_from_slice(&[10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]]),
        |x: &[f32], j: &mut [f32]| j.copy_from_slice(&[-20.0 * x[0], 10.0, -1.0, 0.0]),
    );
    let mut x = [-1.2f32, 1.0];
    let report = LevenbergMarquardt::new().minimise(&mut decay, &mut x).unwrap();
    assert!(
        (x[0] - 1.0).abs() < 1e-3 && (x[1] - 1.0).abs() < 2e-3,
        "{x:?} {report}"
    );
}

#[test]
fn reports_and_reasons_are_sentences() {
    let report = Lbfgs::new()
        .minimise(&mut smooth("beale"), &mut [1.0, 1.0])
        .unwrap();
    let text = report.to_string();
    assert!(
        text.ends_with("0 products: the gradient is within its tolerance"),
        "{text}"
    );
}
