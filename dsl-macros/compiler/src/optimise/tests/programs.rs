//! The gradients of whole losses, as a textbook writes them.

use super::*;
use crate::differentiate::gradient;
use crate::ops::elementwise::Elementwise::Relu;
use crate::optimise::{optimise, stabilise};

/// The loss and its gradients by the parameters: as differentiated without any rule, and as compiled.
fn compile(build: for<'g> fn(&'g Graph) -> Expr<'g>) -> (Function, Function) {
    let function = || function_of(build);
    (
        differentiated(function()),
        optimise(differentiated(stabilise(function()))),
    )
}

fn differentiated(function: Function) -> Function {
    let Function { graph, mut outputs } = function;
    let parameters: Vec<Val> = graph
        .live(&outputs)
        .into_iter()
        .filter(|&val| matches!(graph.node(val).op, Op::Parameter(_)))
        .collect();
    outputs.extend(gradient(&graph, outputs[0], &parameters).expect("every parameter is reached"));
    Function { graph, outputs }
}

fn parameter_names(function: &Function) -> Vec<String> {
    let mut names: Vec<(usize, String)> = Vec::new();
    for val in function.graph.vals() {
        if let Op::Parameter(parameter) = &function.graph.node(val).op {
            names.push((parameter.index, format!("d_{}", parameter.name)));
        }
    }
    names.sort();
    std::iter::once("loss".to_string())
        .chain(names.into_iter().map(|(_, name)| name))
        .collect()
}

/// The snapshot, after a check that the rules keep loss and gradients.
fn snapshot(name: &str, build: for<'g> fn(&'g Graph) -> Expr<'g>) {
    let (plain, compiled) = compile(build);
    let environment = environment(&plain, 1.0);
    assert_close(
        &values(&plain, &environment),
        &values(&compiled, &environment),
        name,
    );
    let names = parameter_names(&plain);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let text = format!(
        "{}\n  becomes\n\n{}",
        printed(&plain, &names),
        printed(&compiled, &names)
    );
    insta::assert_snapshot!(name, text);
}

fn dense<'g>(x: Expr<'g>, index: usize, name: &str, width: usize) -> Expr<'g> {
    let weight = parameter(x.graph, index, &format!("{name}.weight"), [width, x.shape().0[0]]);
    let bias = parameter(x.graph, index + 1, &format!("{name}.bias"), [width]);
    x.contract("i,oi->o", weight) + bias
}

fn named<'g>(x: Expr<'g>, name: &str) -> Expr<'g> {
    x.graph.set_name(x.val, name);
    x
}

#[test]
fn perceptron_with_softmax_cross_entropy() {
    snapshot("mlp", |g| {
        let hidden = dense(input(g, 0, "image", [6]), 0, "dense1", 5).unary(Relu);
        let scores = named(dense(hidden, 2, "dense2", 4), "scores");
        let digit = one_hot(label(g, 1, "digit", 4, []), 4);
        mean(-(digit * scores.log_softmax()).sum_all())
    });
}

#[test]
fn naive_cross_entropy_of_softmax() {
    snapshot("naive_cross_entropy", |g| {
        let scores = named(dense(input(g, 0, "x", [6]), 0, "dense", 4), "scores");
        let digit = one_hot(label(g, 1, "digit", 4, []), 4);
        mean(-(digit * log(scores.softmax())).sum_all())
    });
    snapshot("naive_cross_entropy_of_the_chosen_class", |g| {
        let scores = named(dense(input(g, 0, "x", [6]), 0, "dense", 4), "scores");
        let digit = one_hot(label(g, 1, "digit", 4, []), 4);
        mean(-log((digit * scores.softmax()).sum_all()))
    });
    snapshot("naive_cross_entropy_of_a_distribution", |g| {
        let scores = named(dense(input(g, 0, "x", [6]), 0, "dense", 4), "scores");
        mean(-(input(g, 1, "t", [4]) * log(scores.softmax())).sum_all())
    });
    snapshot("softmax_by_hand", |g| {
        let scores = named(dense(input(g, 0, "x", [6]), 0, "dense", 4), "scores");
        let y = exp(scores) / exp(scores).sum_all();
        mean(-(input(g, 1, "t", [4]) * log(y)).sum_all())
    });
}

#[test]
fn naive_binary_cross_entropy() {
    snapshot("naive_binary_cross_entropy", |g| {
        let score = named(dense(input(g, 0, "x", [6]), 0, "dense", 1), "score");
        let (y, t) = (sigmoid(score), input(g, 1, "t", [1]));
        mean(-(t * log(y) + (1.0 - t) * log(1.0 - y)).sum_all())
    });
}

#[test]
fn logistic_loss() {
    snapshot("logistic_loss", |g| {
        let score = named(dense(input(g, 0, "x", [6]), 0, "dense", 1), "score").reshape([]);
        let t = input(g, 1, "t", []);
        mean(log(1.0 + exp(-t * score)))
    });
}

#[test]
fn squared_error_with_weight_decay() {
    snapshot("squared_error", |g| {
        let w = parameter(g, 0, "w", [6]);
        let error = input(g, 0, "x", [6]).contract("i,i->", w) - input(g, 1, "t", []);
        mean(error.power(2.0)) + 1e-4 * w.power(2.0).sum_all()
    });
    snapshot("squared_error_of_a_layer", |g| {
        let y = named(dense(input(g, 0, "x", [6]), 0, "dense", 3), "y");
        let error = input(g, 1, "t", [3]) - y;
        mean((error * error).sum_all())
    });
}

#[test]
fn sequences() {
    // Two positions, each with its own class.
    snapshot("token_cross_entropy", |g| {
        let weight = parameter(g, 0, "weight", [4, 6]);
        let bias = parameter(g, 1, "bias", [4]);
        let scores = named(
            input(g, 0, "x", [2, 6]).contract("ti,oi->to", weight) + bias,
            "scores",
        );
        let token = one_hot(label(g, 1, "token", 4, [2]), 4);
        mean(-(token * log(scores.softmax())).sum_all() / 2.0)
    });
}
