//! Naive formulas stay finite and right at scores where the naive form overflows.

use super::*;
use crate::differentiate::gradient;
use crate::optimise::{optimise, stabilise};

/// Loss, and gradient by the one parameter `x`, of a loss written in `x` and the number `t`.
fn at(build: for<'g> fn(Expr<'g>, Expr<'g>) -> Expr<'g>, x: &[f64], t: &[f64]) -> (f64, Vec<f64>) {
    let graph = Graph::new();
    let score = parameter(&graph, 0, "x", [x.len()]);
    let loss = build(score, input(&graph, 0, "t", [t.len()]));
    let mean = mean(loss).val;
    let outputs = vec![mean, score.val];
    let Function { graph, outputs } = stabilise(Function { graph, outputs });
    let gradient = gradient(&graph, outputs[0], &outputs[1..]).expect("the score is reached");
    let outputs = vec![outputs[0], gradient[0]];
    let function = optimise(Function { graph, outputs });
    let row = |data: &[f64]| Array {
        shape: [data.len()].into(),
        data: data.to_vec(),
    };
    let mut environment = Environment {
        examples: EXAMPLES,
        ..Environment::default()
    };
    environment
        .inputs
        .insert(0, Batch::PerExample(vec![row(t); EXAMPLES]));
    environment.parameters.insert(0, row(x));
    let values = values(&function, &environment);
    (numbers(&values[0])[0], numbers(&values[1]))
}

fn assert_at(
    build: for<'g> fn(Expr<'g>, Expr<'g>) -> Expr<'g>,
    x: &[f64],
    t: &[f64],
    loss: f64,
    gradient: &[f64],
) {
    let (own_loss, own_gradient) = at(build, x, t);
    assert!(
        (own_loss - loss).abs() <= 1e-9 * (1.0 + loss.abs()),
        "loss at {x:?}: {own_loss}, not {loss}"
    );
    for (own, expected) in own_gradient.iter().zip(gradient) {
        assert!(
            (own - expected).abs() <= 1e-9,
            "gradient at {x:?}: {own_gradient:?}, not {gradient:?}"
        );
    }
}

#[test]
fn binary_cross_entropy_of_sigmoid() {
    for build in [
        (|x, t| -(t * log(sigmoid(x)) + (1.0 - t) * log(1.0 - sigmoid(x))).sum_all())
            as for<'g> fn(Expr<'g>, Expr<'g>) -> Expr<'g>,
        |x, t| {
            let y = 1.0 / (1.0 + exp(-x));
            (-(1.0 - t) * log(1.0 - y) - t * log(y)).sum_all()
        },
        |x, t| {
            let y = exp(x) / (1.0 + exp(x));
            -(log(y) * t).sum_all() - (log(1.0 - y) * (1.0 - t)).sum_all()
        },
    ] {
        assert_at(build, &[1e4], &[1.0], 0.0, &[0.0]);
        assert_at(build, &[1e4], &[0.0], 1e4, &[1.0]);
        assert_at(build, &[-1e4], &[1.0], 1e4, &[-1.0]);
        assert_at(build, &[-1e4], &[0.0], 0.0, &[0.0]);
        assert_at(build, &[0.0], &[0.25], std::f64::consts::LN_2, &[0.25]);
    }
}

#[test]
fn logistic_loss() {
    let build: for<'g> fn(Expr<'g>, Expr<'g>) -> Expr<'g> = |x, t| log(1.0 + exp(-t * x)).sum_all();
    assert_at(build, &[1e4], &[-1.0], 1e4, &[1.0]);
    assert_at(build, &[1e4], &[1.0], 0.0, &[0.0]);
}

#[test]
fn cross_entropy_of_softmax() {
    for build in [
        (|x, t| -(t * log(x.softmax())).sum_all()) as for<'g> fn(Expr<'g>, Expr<'g>) -> Expr<'g>,
        |x, t| -(t * log(exp(x) / exp(x).sum_all())).sum_all(),
        |x, t| {
            let shifted = x - x.max_over(vec![0]);
            -(t * log(exp(shifted) / exp(shifted).sum_all())).sum_all()
        },
        |x, t| (t * (log(exp(x).sum_all()) - x)).sum_all(),
        |x, t| log(exp(x).sum_all()) - (t * x).sum_all(),
    ] {
        assert_at(build, &[1e4, 0.0, -1e4], &[1.0, 0.0, 0.0], 0.0, &[0.0, 0.0, 0.0]);
        assert_at(build, &[1e4, 0.0, -1e4], &[0.0, 0.0, 1.0], 2e4, &[1.0, 0.0, -1.0]);
        assert_at(
            build,
            &[-1e4, -1e4],
            &[0.5, 0.5],
            std::f64::consts::LN_2,
            &[0.0, 0.0],
        );
    }
}

#[test]
fn a_class_that_is_ruled_out_costs_nothing_where_another_is_right() {
    let (loss, gradient) = {
        let graph = Graph::new();
        let score = parameter(&graph, 0, "x", [3]);
        let class = one_hot(label(&graph, 0, "class", 3, []), 3);
        let mask = input(&graph, 1, "mask", [3]);
        let mean = mean(-(class * log((score + mask).softmax())).sum_all()).val;
        let outputs = vec![mean, score.val];
        let Function { graph, outputs } = stabilise(Function { graph, outputs });
        let gradient = gradient(&graph, outputs[0], &outputs[1..]).expect("the score is reached");
        let outputs = vec![outputs[0], gradient[0]];
        let function = optimise(Function { graph, outputs });
        let row = |data: [f64; 3]| Array {
            shape: [3].into(),
            data: data.to_vec(),
        };
        let mut environment = Environment {
            examples: 1,
            ..Environment::default()
        };
        environment
            .inputs
            .insert(0, Batch::PerExample(vec![Array::scalar(0.0)]));
        environment
            .inputs
            .insert(1, Batch::PerExample(vec![row([0.0, 0.0, f64::NEG_INFINITY])]));
        environment.parameters.insert(0, row([1.0, 1.0, 5.0]));
        let values = values(&function, &environment);
        (numbers(&values[0])[0], numbers(&values[1]))
    };
    assert!((loss - std::f64::consts::LN_2).abs() < 1e-12, "{loss}");
    assert_eq!(gradient, [-0.5, 0.5, 0.0]);
}
