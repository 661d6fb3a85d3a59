//! Averages of the parameters.

use super::problem::Problem;
use super::*;
use crate::testing::points;
use crate::{Parameters, Train};

/// Six steps of descent: the parameters after each, and the average after each.
fn averaged(average: WeightAverage) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let mut problem = Problem::<f64>::new();
    let mut sgd = Sgd::new(0.1).average(average);
    let mut both = (Vec::new(), Vec::new());
    for step in 1..=6 {
        problem.steps(step, 1, &mut sgd);
        both.0.push(problem.parameters.to_vec());
        sgd.exchange(&mut problem.parameters);
        both.1.push(problem.parameters.to_vec());
        sgd.exchange(&mut problem.parameters);
        assert_eq!(problem.parameters[..], both.0.last().unwrap()[..]);
    }
    both
}

fn assert_close(found: &[f64], expected: &[f64]) {
    let mut pairs = found.iter().zip(expected);
    assert!(
        pairs.all(|(a, b)| (a - b).abs() < 1e-14),
        "{found:?} for {expected:?}"
    );
}

#[test]
fn the_exponential_average_is_its_formula() {
    let (trained, averages) = averaged(WeightAverage::exponential(0.75));
    let mut expected = trained[0].clone();
    for (trained, average) in trained.iter().zip(&averages) {
        for (a, w) in expected.iter_mut().zip(trained) {
            *a = 0.75 * *a + 0.25 * w;
        }
        assert_close(average, &expected);
    }
}

#[test]
fn the_uniform_average_is_the_mean_of_what_is_averaged() {
    let (trained, averages) = averaged(WeightAverage::uniform().after(1).every(2));
    // Steps 3 and 5 are averaged; until then the average is the parameters.
    assert_eq!(averages[..3], trained[..3]);
    assert_eq!(averages[3], trained[2]);
    let mean: Vec<f64> = trained[2]
        .iter()
        .zip(&trained[4])
        .map(|(a, b)| (a + b) / 2.0)
        .collect();
    assert_close(&averages[4], &mean);
    assert_eq!(averages[5], averages[4]);
}

#[test]
fn a_network_has_the_average_while_it_is_looked_at() {
    let (inputs, classes) = points::<f32>(30, 1);
    let mut model = Points::<f32>::new(0);
    let mut work = Points::workspace().batch(30).threads(2).build();
    let mut optimizer = Momentum::new(0.1, 0.9).average(WeightAverage::exponential(0.5));
    for _ in 0..3 {
        model
            .train_step(&mut work, (&inputs, &classes), &mut optimizer)
            .unwrap();
    }
    let trained = model.parameters().to_vec();
    let seen: Parameters<f32> = optimizer.with_average(&mut model, |model| model.parameters().clone());
    assert_eq!(model.parameters().to_vec(), trained);
    assert!(seen[..6] != trained[..6]);
    assert_eq!(optimizer.state().moments[1], ("average", &*seen));
    // Without an average these are the parameters themselves.
    let seen = Sgd::new(0.1).with_average(&mut model, |model| model.parameters().to_vec());
    assert_eq!(seen, trained);
    // A panic leaves the trained parameters, too.
    let panics =
        std::panic::AssertUnwindSafe(|| optimizer.with_average(&mut model, |_| panic!("in between")));
    assert!(std::panic::catch_unwind(panics).is_err());
    assert_eq!(model.parameters().to_vec(), trained);
}

#[test]
fn schedule_free_parameters_come_back_exactly() {
    let mut problem = Problem::<f32>::new();
    let mut optimizer = ScheduleFree::new(0.1);
    problem.steps(1, 5, &mut optimizer);
    let trained = problem.parameters.clone();
    optimizer.exchange(&mut problem.parameters);
    assert!(problem.parameters[..6] != trained[..6]);
    optimizer.exchange(&mut problem.parameters);
    assert_eq!(problem.parameters[..], trained[..]);
}
