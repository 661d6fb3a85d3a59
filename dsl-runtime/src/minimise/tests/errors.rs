//! What cannot be minimised is an error that names it, and changes nothing.

use std::ops::ControlFlow;

use super::problems::smooth;
use crate::Error;
use crate::minimise::{
    Function, Lbfgs, LbfgsState, LevenbergMarquardt, LevenbergMarquardtState, Minimiser, NewtonCg,
    NewtonCgState, Objective, Residuals,
};

/// The message of the error of a minimiser, after which parameters are as they were.
fn refused<O: Objective<f64>>(
    minimiser: &impl Minimiser<f64, O>,
    objective: &mut O,
    start: &[f64],
) -> String {
    let mut at = start.to_vec();
    let error = minimiser.minimise(objective, &mut at).unwrap_err();
    assert_eq!(at, start);
    error.to_string()
}

#[test]
fn hyper_parameters_out_of_range_are_named() {
    let mut objective = smooth("beale");
    let start = objective.start.clone();
    let mut lbfgs = |minimiser: Lbfgs| refused(&minimiser, &mut objective, &start);
    assert_eq!(
        lbfgs(Lbfgs::new().memory(0)),
        "the memory of Lbfgs is 0, but must be at least 1"
    );
    assert!(lbfgs(Lbfgs::new().gradient_tolerance(-1.0)).contains("gradient tolerance of Lbfgs is -1"));
    assert!(lbfgs(Lbfgs::new().decrease_tolerance(f64::NAN)).contains("decrease tolerance of Lbfgs is NaN"));
    let mut objective = smooth("beale");
    let mut newton = |minimiser: NewtonCg| refused(&minimiser, &mut objective, &start);
    assert!(newton(NewtonCg::new().radius(0.0)).contains("radius of NewtonCg is 0"));
    assert!(newton(NewtonCg::new().damping(-1.0)).contains("damping of NewtonCg is -1"));
    assert!(newton(NewtonCg::new().inner_iterations(0)).contains("inner iterations of NewtonCg is 0"));
    let mut objective = Residuals::new(
        1,
        |x: &[f64], r: &mut [f64]| r[0] = x[0],
        |_: &[f64], j: &mut [f64]| j[0] = 1.0,
    );
    let mut squares = |minimiser: LevenbergMarquardt| refused(&minimiser, &mut objective, &[1.0]);
    assert!(squares(LevenbergMarquardt::new().damping(0.0)).contains("damping of LevenbergMarquardt is 0"));
    assert!(squares(LevenbergMarquardt::new().inner_iterations(0)).contains("is 0, but must be at least 1"));
}

#[test]
fn what_is_not_finite_at_the_start_is_named() {
    let mut objective = |x: &[f64], gradient: &mut [f64]| {
        gradient.copy_from_slice(&[1.0, x[0].sqrt(), 0.0]);
        x[1].ln()
    };
    let message = refused(&Lbfgs::new(), &mut objective, &[1.0, 0.0, 0.0]);
    assert!(
        message.starts_with("the value of the objective is -inf"),
        "{message}"
    );
    let message = refused(&Lbfgs::new(), &mut objective, &[-1.0, 1.0, 0.0]);
    assert!(
        message.starts_with("element 1 of the gradient of the objective is NaN"),
        "{message}"
    );
    let residuals = |x: &[f64], r: &mut [f64]| r.copy_from_slice(&[x[0], x[0].ln()]);
    let mut objective = Residuals::new(2, residuals, |_: &[f64], j: &mut [f64]| j.fill(f64::NAN));
    let message = refused(&LevenbergMarquardt::new(), &mut objective, &[-1.0]);
    assert!(message.starts_with("element 1 of the residuals"), "{message}");
    let message = refused(&LevenbergMarquardt::new(), &mut objective, &[1.0]);
    assert!(message.starts_with("element 0 of the gradient"), "{message}");
}

#[test]
fn a_product_that_is_not_finite_is_named() {
    let mut objective = Function::new(
        |x: &[f64]| x[0] * x[0],
        |x: &[f64], g: &mut [f64]| g[0] = 2.0 * x[0],
    )
    .hessian_product(|_: &[f64], _: &[f64], product: &mut [f64]| product[0] = f64::INFINITY);
    let message = refused(&NewtonCg::new(), &mut objective, &[1.0]);
    assert!(
        message.starts_with("element 0 of the Hessian-vector product"),
        "{message}"
    );
}

#[test]
fn a_state_of_another_problem_is_refused_and_unchanged() {
    fn refused<M: Minimiser<f64, O>, O: Objective<f64>>(
        minimiser: &M,
        objective: &mut O,
        state: &mut M::State,
    ) -> Error {
        let mut at = [1.0, 1.0];
        let error = minimiser.resume(objective, &mut at, state, &mut |_| ControlFlow::Continue(()));
        assert_eq!(at, [1.0, 1.0]);
        error.unwrap_err()
    }
    let state = |step: &[f64], change: &[f64]| LbfgsState {
        iterations: 1,
        steps: vec![step.to_vec()],
        changes: vec![change.to_vec()],
    };
    let mut objective = smooth("beale");
    let three = state(&[1.0; 3], &[1.0; 3]);
    let mut held = three.clone();
    let error = refused(&Lbfgs::new(), &mut objective, &mut held);
    assert!(
        matches!(
            error,
            Error::MinimiserLength {
                found: 3,
                expected: 2,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(held, three);
    let error = refused(&Lbfgs::new(), &mut objective, &mut state(&[1.0; 2], &[-1.0; 2]));
    assert!(
        error
            .to_string()
            .contains("curvature of the state of Lbfgs is -2"),
        "{error}"
    );
    let mut unpaired = LbfgsState {
        changes: Vec::new(),
        ..state(&[1.0; 2], &[])
    };
    let error = refused(&Lbfgs::new(), &mut objective, &mut unpaired);
    assert!(
        matches!(
            error,
            Error::MinimiserLength {
                found: 0,
                expected: 1,
                ..
            }
        ),
        "{error}"
    );
    let mut radius = NewtonCgState {
        iterations: 1,
        radius: Some(f64::NAN),
    };
    assert!(matches!(
        refused(&NewtonCg::new(), &mut objective, &mut radius),
        Error::Hyperparameter { .. }
    ));
    let mut squares = Residuals::new(
        2,
        |x: &[f64], r: &mut [f64]| r.copy_from_slice(x),
        |_: &[f64], j: &mut [f64]| j.copy_from_slice(&[1.0, 0.0, 0.0, 1.0]),
    );
    let held = LevenbergMarquardtState {
        damping: Some(1.0),
        scale: vec![1.0],
        ..Default::default()
    };
    let error = refused(&LevenbergMarquardt::new(), &mut squares, &mut held.clone());
    assert!(
        matches!(
            error,
            Error::MinimiserLength {
                found: 1,
                expected: 2,
                ..
            }
        ),
        "{error}"
    );
    let mut negative = LevenbergMarquardtState {
        scale: vec![1.0, 0.0],
        ..held
    };
    let error = refused(&LevenbergMarquardt::new(), &mut squares, &mut negative);
    assert!(error.to_string().contains("smallest scale"), "{error}");
}

#[test]
fn an_error_of_the_objective_ends_the_call_and_changes_nothing() {
    /// Fails at the fourth value.
    struct Failing(u64);
    impl Objective<f64> for Failing {
        fn value(&mut self, at: &[f64]) -> Result<f64, Error> {
            self.0 += 1;
            match self.0 {
                4 => Err(Error::InferenceWorkspace { network: "Failing" }),
                _ => Ok(at[0].powi(4)),
            }
        }

        fn gradient(&mut self, at: &[f64], gradient: &mut [f64]) -> Result<(), Error> {
            gradient[0] = 4.0 * at[0].powi(3);
            Ok(())
        }
    }
    let (mut at, mut state) = ([2.0], LbfgsState::default());
    let error = Lbfgs::new().resume(&mut Failing(0), &mut at, &mut state, &mut |_| {
        ControlFlow::Continue(())
    });
    assert!(matches!(error, Err(Error::InferenceWorkspace { .. })));
    assert_eq!((at, state), ([2.0], LbfgsState::default()));
}
