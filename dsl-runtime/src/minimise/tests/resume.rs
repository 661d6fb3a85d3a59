//! A minimisation that stops and goes on has the bits of one that does not.

use std::cell::Cell;
use std::ops::ControlFlow;

use super::problems::{smooth, squares};
use crate::minimise::{
    Lbfgs, LbfgsState, LevenbergMarquardt, LevenbergMarquardtState, Minimiser, NewtonCg, NewtonCgState,
    Objective, StopReason,
};

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// The points of 9 iterations, in calls of so many; the state is copied by `copy` between two calls.
fn points<O: Objective<f64>, M: Minimiser<f64, O>>(
    minimiser: &M,
    objective: &mut O,
    start: &[f64],
    calls: &[usize],
    copy: impl Fn(&M::State) -> M::State,
) -> (Vec<Vec<u64>>, M::State) {
    let (mut at, mut state, mut points) = (start.to_vec(), M::State::default(), Vec::new());
    for &iterations in calls {
        let mut left = iterations;
        let report = minimiser.resume(objective, &mut at, &mut state, &mut |iteration| {
            points.push(bits(iteration.parameters));
            left -= 1;
            match left {
                0 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        });
        assert_eq!(report.unwrap().reason, StopReason::Observer);
        assert_eq!(points.last().unwrap(), &bits(&at));
        state = copy(&state);
    }
    (points, state)
}

#[test]
fn lbfgs_goes_on() {
    let run = |calls: &[usize]| {
        let mut objective = smooth("rosenbrock10");
        let start = objective.start.clone();
        let copy = |state: &LbfgsState<f64>| LbfgsState {
            iterations: state.iterations,
            steps: state.steps.clone(),
            changes: state.changes.clone(),
        };
        points(&Lbfgs::new().memory(4), &mut objective, &start, calls, copy)
    };
    let whole = run(&[9]);
    assert_eq!((whole.1.iterations, whole.1.steps.len()), (9, 4));
    assert!(run(&[2, 1, 6]) == whole);
}

#[test]
fn newton_cg_goes_on() {
    let run = |calls: &[usize]| {
        let mut objective = smooth("rosenbrock2");
        let start = objective.start.clone();
        let copy = |state: &NewtonCgState| NewtonCgState {
            iterations: state.iterations,
            radius: state.radius,
        };
        points(&NewtonCg::new(), &mut objective, &start, calls, copy)
    };
    let whole = run(&[9]);
    assert_eq!(whole.1.iterations, 9);
    assert!(run(&[2, 1, 6]) == whole);
}

#[test]
fn levenberg_marquardt_goes_on() {
    let run = |calls: &[usize]| {
        let counters = [Cell::new(0), Cell::new(0)];
        let (start, mut objective) = squares("valley", [&counters[0], &counters[1]]);
        let copy = |state: &LevenbergMarquardtState<f64>| LevenbergMarquardtState {
            iterations: state.iterations,
            damping: state.damping,
            growth: state.growth,
            scale: state.scale.clone(),
        };
        points(&LevenbergMarquardt::new(), &mut objective, &start, calls, copy)
    };
    let whole = run(&[9]);
    assert_eq!(whole.1.iterations, 9);
    assert!(run(&[2, 1, 6]) == whole);
}

#[test]
fn a_limit_of_evaluations_ends_between_iterations_and_loses_nothing() {
    let minimiser = |evaluations| NewtonCg::new().evaluations(evaluations);
    let mut objective = smooth("rosenbrock2");
    let mut whole = objective.start.clone();
    minimiser(u64::MAX).minimise(&mut objective, &mut whole).unwrap();
    let (mut at, mut state) = (objective.start.clone(), NewtonCgState::default());
    loop {
        let report = minimiser(3).resume(&mut objective, &mut at, &mut state, &mut |_| {
            ControlFlow::Continue(())
        });
        let report = report.unwrap();
        if report.reason != StopReason::Evaluations {
            break;
        }
        assert_eq!(report.evaluations, 3);
    }
    assert_eq!(bits(&at), bits(&whole));
}
