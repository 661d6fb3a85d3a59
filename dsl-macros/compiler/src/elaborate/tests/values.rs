//! Layers, losses and words against numbers worked out by hand, through the interpreter.

use std::collections::BTreeMap;

use super::sound;
use crate::elaborate::{Entry, Initializer, Model};
use crate::graph::interpret::{Array, Batch, Environment, interpret};
use crate::graph::{Batching, Shape};

fn array(shape: &Shape, data: &[f64]) -> Array {
    assert_eq!(shape.count(), data.len(), "{shape}");
    Array {
        shape: shape.clone(),
        data: data.to_vec(),
    }
}

/// The outputs of an entry point: inputs are given example by example, parameters by name.
pub fn run(model: &Model, entry: &Entry, inputs: &[&[&[f64]]], parameters: &[(&str, &[f64])]) -> Vec<Batch> {
    let examples = inputs.iter().map(|input| input.len()).max().unwrap_or(1);
    let batch = |(index, input): (usize, &&[&[f64]])| {
        let ty = &entry.inputs[index].ty;
        let arrays: Vec<Array> = input.iter().map(|data| array(&ty.shape, data)).collect();
        let batch = match ty.batching {
            Batching::Shared => Batch::Shared(arrays[0].clone()),
            Batching::PerExample => Batch::PerExample(arrays),
        };
        (index, batch)
    };
    let given: BTreeMap<&str, &[f64]> = parameters.iter().copied().collect();
    let value = |(index, parameter): (usize, &crate::elaborate::ParameterDeclaration)| {
        let data = given.get(parameter.name.as_str());
        let zeros = vec![0.0; parameter.shape.count()];
        (index, array(&parameter.shape, data.copied().unwrap_or(&zeros)))
    };
    let environment = Environment {
        examples,
        inputs: inputs.iter().enumerate().map(batch).collect(),
        parameters: model.parameters.iter().enumerate().map(value).collect(),
        ..Environment::default()
    };
    interpret(&entry.function.graph, &entry.function.outputs, &environment)
}

/// The value of `body` for one example `x: Tensor<…>` and `t: Tensor<…>` (or whatever `arguments` say).
fn value_of(arguments: &str, result: &str, body: &str, inputs: &[&[f64]]) -> Vec<f64> {
    let text = format!("pub struct N; pub fn f(&self, {arguments}) -> {result} {{ {body} }}");
    let model = sound(&text);
    let inputs: Vec<Vec<&[f64]>> = inputs.iter().map(|input| vec![*input]).collect();
    let inputs: Vec<&[&[f64]]> = inputs.iter().map(Vec::as_slice).collect();
    run(&model, &model.entries[0], &inputs, &[])
        .remove(0)
        .of(0)
        .data
        .clone()
}

#[track_caller]
pub fn check(arguments: &str, result: &str, body: &str, inputs: &[&[f64]], expected: &[f64]) {
    let value = value_of(arguments, result, body, inputs);
    let close =
        value.len() == expected.len() && value.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9);
    assert!(close, "{body}: {value:?}, expected {expected:?}");
}

#[test]
fn movements() {
    let matrix: &[&[f64]] = &[&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]];
    let argument = "x: Tensor<2, 3>";
    check(
        argument,
        "Tensor<3, 2>",
        "x.t()",
        matrix,
        &[1.0, 4.0, 2.0, 5.0, 3.0, 6.0],
    );
    check(
        argument,
        "Tensor<3, 2>",
        "x.transpose(0, -1)",
        matrix,
        &[1.0, 4.0, 2.0, 5.0, 3.0, 6.0],
    );
    check(argument, "Tensor<2, 3>", "x.t().t()", matrix, matrix[0]);
    check(argument, "Tensor<3, 2>", "x.reshape([3, 2])", matrix, matrix[0]);
    check(argument, "Tensor<3, 2>", "x.reshape([-1, 2])", matrix, matrix[0]);
    check(argument, "Tensor<6>", "x.flatten()", matrix, matrix[0]);
    check(argument, "Tensor<3>", "x.at(1)", matrix, &[4.0, 5.0, 6.0]);
    check(argument, "Tensor<2>", "x.at(-1, axis = 1)", matrix, &[3.0, 6.0]);
    check(
        argument,
        "Tensor<2, 2>",
        "x.slice(1, 1, 3)",
        matrix,
        &[2.0, 3.0, 5.0, 6.0],
    );
    check(
        argument,
        "Tensor<2, 4>",
        "x.pad(-1, 1, 0)",
        matrix,
        &[0.0, 1.0, 2.0, 3.0, 0.0, 4.0, 5.0, 6.0],
    );
    check(
        argument,
        "Tensor<4, 3>",
        "[x, -x].concat(axis = 0)",
        matrix,
        &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -1.0, -2.0, -3.0, -4.0, -5.0, -6.0],
    );
    check(
        argument,
        "Tensor<3, 2>",
        "let [a, b, c] = x.split(3, axis = 1); stack([c.flatten(), b.flatten(), a.flatten()])",
        matrix,
        &[3.0, 6.0, 2.0, 5.0, 1.0, 4.0],
    );
}

#[test]
fn folds() {
    let matrix: &[&[f64]] = &[&[1.0, -2.0, 3.0, 4.0, 5.0, -6.0]];
    let argument = "x: Tensor<2, 3>";
    check(argument, "Scalar", "x.sum()", matrix, &[5.0]);
    check(argument, "Scalar", "x.mean()", matrix, &[5.0 / 6.0]);
    check(
        argument,
        "Tensor<3>",
        "x.sum(axis = 0)",
        matrix,
        &[5.0, 3.0, -3.0],
    );
    check(
        argument,
        "Tensor<2, 1>",
        "x.mean(axis = -1, keep = true)",
        matrix,
        &[2.0 / 3.0, 1.0],
    );
    check(argument, "Scalar", "x.sum(axis = [1, 0])", matrix, &[5.0]);
    check(
        argument,
        "Tensor<2, 3>",
        "x.cumsum()",
        matrix,
        &[1.0, -1.0, 2.0, 4.0, 9.0, 3.0],
    );
    check(
        argument,
        "Tensor<2, 3>",
        "x.cumsum(axis = -2)",
        matrix,
        &[1.0, -2.0, 3.0, 5.0, 3.0, -3.0],
    );
    check(argument, "Tensor<2>", "x.max_over(axis = 1)", matrix, &[3.0, 5.0]);
    check(argument, "Tensor<3>", "x.min_over(0)", matrix, &[1.0, -2.0, -6.0]);
    // The first column is 1, 4: its softmax is σ(−3), σ(3).
    let low = 1.0 / (1.0 + 3f64.exp());
    check(
        argument,
        "Tensor<2>",
        "x.softmax(axis = 0).at(0, axis = 1)",
        matrix,
        &[low, 1.0 - low],
    );
    check(
        argument,
        "Tensor<2>",
        "x.log_softmax(axis = 0).at(0, axis = 1)",
        matrix,
        &[low.ln(), (1.0 - low).ln()],
    );
}

#[test]
fn elements() {
    let pair: &[&[f64]] = &[&[-1.5, 2.0]];
    let argument = "x: Tensor<2>";
    for (body, expected) in [
        ("x.relu()", [0.0, 2.0]),
        ("x.square()", [2.25, 4.0]),
        ("x.pow(3)", [-3.375, 8.0]),
        ("-x", [1.5, -2.0]),
        ("x.max(0.5)", [0.5, 2.0]),
        ("min(x, 0.5)", [-1.5, 0.5]),
        ("max(1, 2) * x", [-3.0, 4.0]),
        ("x.greater(0.0)", [0.0, 1.0]),
        ("x.less(0)", [1.0, 0.0]),
        ("less_equal(x, -1.5)", [1.0, 0.0]),
        ("x.greater(0.0).select(x, 10.0 * x)", [-15.0, 2.0]),
        ("x.clamp(-1.0, 1.0)", [-1.0, 1.0]),
        ("x.leaky_relu(slope = 0.1)", [-0.15, 2.0]),
        ("x.abs() / 2", [0.75, 1.0]),
        ("1 - x + sqrt(16)", [6.5, 3.0]),
        ("x.stop_gradient() + x", [-3.0, 4.0]),
        ("relu(x) + relu()(x)", [0.0, 4.0]),
        ("x + ones([2]) - full([2], 0.5) + zeros([1])", [-1.0, 2.5]),
        ("x * arange(2) + arange(4).slice(0, 2, 4)", [2.0, 5.0]),
        ("let mut y = x; y += 1.0; y *= 2; y", [-1.0, 6.0]),
        (
            "if x.size(0) == 2 && x.rank() == 1 { x } else { x.missing() }",
            [-1.5, 2.0],
        ),
    ] {
        check(argument, "Tensor<2>", body, pair, &expected);
    }
    check(argument, "Scalar", "x.l2()", pair, &[6.25]);
    check(argument, "Scalar", "x.norm()", pair, &[2.5]);
    check(argument, "Scalar", "x.l1()", pair, &[3.5]);
    check(
        argument,
        "Tensor<2>",
        "x.gelu()",
        pair,
        &[-0.10021080190265776, 1.9544997361036416],
    );
    check(
        argument,
        "Tensor<2>",
        "x.silu()",
        pair,
        &[-0.2736382857294834, 1.7615941559557649],
    );
}

#[test]
fn matrix_products() {
    let both: &[&[f64]] = &[&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[1.0, 0.0, -1.0, 2.0, 1.0, 0.0]];
    let arguments = "a: Tensor<2, 3>, b: Tensor<3, 2>";
    check(
        arguments,
        "Tensor<2, 2>",
        "a.matmul(b)",
        both,
        &[2.0, 4.0, 5.0, 10.0],
    );
    check(
        arguments,
        "Tensor<2, 2>",
        "b.t().matmul(a.t())",
        both,
        &[2.0, 5.0, 4.0, 10.0],
    );
    check(arguments, "Tensor<2>", "a.at(0).matmul(b)", both, &[2.0, 4.0]);
    check(
        arguments,
        "Tensor<2>",
        "matmul(a, b.at(1, axis = 1))",
        both,
        &[4.0, 10.0],
    );
    check(
        arguments,
        "Scalar",
        "a.at(1).matmul(b.at(0, axis = 1))",
        both,
        &[5.0],
    );
    // Leading axes repeat: [2, 1, 3] times [3, 2] and [2, 1, 3] times [1, 3, 2].
    let (wide, expected) = ("Tensor<2, 1, 2>", [2.0, 4.0, 5.0, 10.0]);
    check(arguments, wide, "a.reshape([2, 1, 3]).matmul(b)", both, &expected);
    check(
        arguments,
        wide,
        "a.reshape([2, 1, 3]).matmul(b.reshape([1, 3, 2]))",
        both,
        &expected,
    );
}

#[test]
fn layers_compute_with_their_parameters() {
    let model = sound(
        "pub struct N; pub fn f(&self, x: Tensor<2>, word: Index<3>) -> Tensor<2> { x.dense(2) + word.embedding(2) }",
    );
    let parameters: &[(&str, &[f64])] = &[
        ("f.dense1.weight", &[1.0, 2.0, 3.0, 4.0]),
        ("f.dense1.bias", &[0.5, -0.5]),
        ("f.embedding1.weight", &[0.0, 0.0, 10.0, 20.0, 0.0, 0.0]),
    ];
    let inputs: &[&[&[f64]]] = &[&[&[1.0, 1.0], &[0.0, 2.0]], &[&[1.0], &[0.0]]];
    let result = run(&model, &model.entries[0], inputs, parameters).remove(0);
    assert_eq!(result.of(0).data, [13.5, 26.5]);
    assert_eq!(result.of(1).data, [4.5, 7.5]);
}

#[test]
fn a_scalar_is_averaged_where_it_leaves_and_shared_terms_count_once() {
    let model = sound(
        "pub struct N;
         const LAMBDA: f64 = 0.5;
         fn squares(x: Tensor<_>) -> Scalar { x.square().sum() }
         pub fn loss(&self, x: Tensor<2>, beta: Shared) -> Scalar {
             let weight = param([3], zeros());
             let data = self.data(x);
             beta * 2.0 + data + LAMBDA * parameters(\"*.weight\").l2() - weight.sum()
         }
         fn data(&self, x: Tensor<2>) -> Scalar { x.squares() }
         pub fn both(&self, x: Tensor<2>) -> (Tensor<1>, Scalar) { (x.squares().reshape([1]), x.sum()) }",
    );
    let parameters: &[(&str, &[f64])] = &[("loss.weight", &[1.0, 2.0, 2.0])];
    let examples: &[&[f64]] = &[&[1.0, 2.0], &[3.0, 0.0]];
    let result = run(&model, &model.entries[0], &[examples, &[&[0.25]]], parameters);
    assert_eq!(result[0], Batch::Shared(Array::scalar(0.5 + 7.0 + 4.5 - 5.0)));
    let result = run(&model, &model.entries[1], &[examples], parameters);
    assert_eq!(
        (result[0].of(0).data[0], result[0].of(1).data[0]),
        (5.0, 9.0),
        "a Tensor<1> is not averaged"
    );
    assert_eq!(result[1], Batch::Shared(Array::scalar(3.0)));
    assert_eq!(model.parameters[0].initializer, Initializer::Zeros);
}

#[test]
fn batch_words_cross_examples() {
    let model = sound(
        "pub struct N; pub fn f(&self, x: Tensor<1>) -> Tensor<1> { x - x.batch_sum() / batch_size() }",
    );
    let result = run(&model, &model.entries[0], &[&[&[1.0], &[5.0]]], &[]).remove(0);
    assert_eq!((result.of(0).data[0], result.of(1).data[0]), (-2.0, 2.0));
}
