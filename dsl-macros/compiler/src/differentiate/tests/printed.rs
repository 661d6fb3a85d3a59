//! The printed form of graphs and of their gradients.

use super::*;
use crate::emit::text::print;
use crate::ops::leaf::Mark;
use crate::ops::scan::{Arguments, scan};

fn show(outputs: &[(&str, Expr<'_>)]) -> String {
    let named: Vec<(String, Val)> = outputs
        .iter()
        .map(|(name, expr)| (name.to_string(), expr.val))
        .collect();
    print(outputs[0].1.graph, &named)
}

/// A loss and its gradients, called `d_<parameter>`.
fn show_with_gradients(loss: Expr<'_>, wrt: &[(&str, Expr<'_>)]) -> String {
    let (names, values): (Vec<String>, Vec<Expr<'_>>) = wrt
        .iter()
        .map(|(name, value)| (format!("d_{name}"), *value))
        .unzip();
    let mut outputs = vec![("loss", loss)];
    outputs.extend(names.iter().map(String::as_str).zip(gradient_of(loss, &values)));
    show(&outputs)
}

fn named<'g>(name: &str, x: Expr<'g>) -> Expr<'g> {
    x.graph.set_name(x.val, name);
    x
}

#[test]
fn perceptron() {
    let trial = Trial::new();
    let (image, target) = (trial.per_example([4]), trial.per_example([2]));
    let (w0, w1) = (trial.parameter([3, 4]), trial.parameter([3]));
    let (w2, w3) = (trial.parameter([2, 3]), trial.parameter([2]));
    let hidden = (w0.contract("oi,i->o", image) + w1).unary(Elementwise::Relu);
    let scores = w2.contract("oi,i->o", named("hidden", hidden)) + w3;
    let loss = -(target * named("scores", scores).log_softmax()).sum_all();
    insta::assert_snapshot!(show_with_gradients(
        loss,
        &[("w0", w0), ("w1", w1), ("w2", w2), ("w3", w3)]
    ));
}

#[test]
fn loop_and_its_gradient() {
    let trial = Trial::new();
    let xs = trial.per_example([5, 2]);
    let (w0, w1) = (trial.parameter([2, 2]), trial.parameter([2]));
    let start = trial.graph.constant(0.0).broadcast_to(&[2].into());
    let arguments = Arguments {
        constants: &[w0, w1],
        carry: &[start],
        stacked: &[xs],
    };
    let parts = scan(&trial.graph, 5, false, &arguments, |_, formals| {
        vec![tanh(
            formals[0].contract("oi,i->o", formals[2]) + formals[1] + formals[3],
        )]
    });
    insta::assert_snapshot!(show_with_gradients(square(parts[0]), &[("w0", w0), ("w1", w1)]));
}

#[test]
fn statistics_of_the_batch() {
    let trial = Trial::new();
    let (x, w0) = (trial.per_example([2]), trial.parameter([2]));
    let n = trial.graph.batch_size();
    let mean = named("mean", x.batch_sum() / n);
    let centred = named("centred", x - mean);
    let variance = named("variance", (centred * centred).batch_sum() / n);
    let loss = square(w0 * centred / (variance + 1e-5).unary(Elementwise::Sqrt) - 1.0);
    insta::assert_snapshot!(show_with_gradients(loss, &[("w0", w0)]));
}

#[test]
fn penalty_on_a_gradient() {
    let trial = Trial::new();
    let (x, w0) = (trial.per_example([3]), trial.parameter([3]));
    let at = trial
        .graph
        .expr(trial.graph.apply(Mark { identity: 0 }, &[x.val]));
    let y = named("y", w0.contract("i,i->", tanh(at)));
    let slope = named("slope", gradient_of(y, &[at])[0]);
    insta::assert_snapshot!(show_with_gradients(square(y) + square(slope), &[("w0", w0)]));
}

/// Parentheses are printed only if the structure needs them.
#[test]
fn expressions() {
    let trial = Trial::new();
    let [a, b, c] = [(); 3].map(|()| trial.parameter([]));
    let spellings = [
        ("left", a - b - c),
        ("right", a - (b - c)),
        ("product", (a + b) * (a - c)),
        ("quotient", a / (b * c)),
        ("sign", -(a + b) * -c),
        ("double", a - -(-b)),
        (
            "comparison",
            (a + b).binary(Elementwise::Greater, c) + c.binary(Elementwise::Equal, a) * b,
        ),
        ("call", (a + 1.0).power(3.0) * tanh(-b)),
        ("number", trial.graph.constant(2.5)),
        ("leaf", a),
    ];
    insta::assert_snapshot!(show(&spellings));
}
