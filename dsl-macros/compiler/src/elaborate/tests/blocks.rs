//! Blocks with parameters against PyTorch (2.x, f64), whose names for them are ours: both sides fill every
//! parameter by one formula of its name. Inputs are cosines.

use std::collections::BTreeMap;

use super::sound;
use super::values::run;

/// `cos(1.3 k + shift)`.
pub fn cosines(count: usize, shift: f64) -> Vec<f64> {
    (0..count).map(|k| (k as f64 * 1.3 + shift).cos()).collect()
}

/// The value of the parameter `name` of a block: `0.4 sin(0.7 k + letters)`, about 1 for the weight of a
/// norm.
fn filled(name: &str, count: usize) -> Vec<f64> {
    let one = f64::from(name.contains("norm") && name.contains("weight"));
    let letters = name.len() as f64;
    (0..count)
        .map(|k| (k as f64 * 0.7 + letters).sin() * 0.4 + one)
        .collect()
}

/// The results of `let block = …; …` for one example, and the names of its parameters within the block.
fn results(arguments: &str, result: &str, body: &str, inputs: &[Vec<f64>]) -> (Vec<Vec<f64>>, Vec<String>) {
    let model = sound(&format!(
        "pub struct N; pub fn f(&self, {arguments}) -> {result} {{ {body} }}"
    ));
    let parameters: BTreeMap<String, Vec<f64>> = model
        .parameters
        .iter()
        .map(|parameter| {
            let local = parameter.name.strip_prefix("f.block.").unwrap_or(&parameter.name);
            (parameter.name.clone(), filled(local, parameter.shape.count()))
        })
        .collect();
    let names = model.parameters.iter();
    let names = names
        .map(|parameter| parameter.name.replace("f.block.", ""))
        .collect();
    let parameters: Vec<(&str, &[f64])> = parameters
        .iter()
        .map(|(name, values)| (name.as_str(), values.as_slice()))
        .collect();
    let inputs: Vec<Vec<&[f64]>> = inputs.iter().map(|input| vec![input.as_slice()]).collect();
    let inputs: Vec<&[&[f64]]> = inputs.iter().map(Vec::as_slice).collect();
    let found = run(&model, &model.entries[0], &inputs, &parameters);
    (
        found.iter().map(|batch| batch.of(0).data.clone()).collect(),
        names,
    )
}

#[track_caller]
pub fn check(
    arguments: &str,
    result: &str,
    body: &str,
    inputs: &[Vec<f64>],
    expected: &[&[f64]],
) -> Vec<String> {
    let (found, names) = results(arguments, result, body, inputs);
    assert_eq!(found.len(), expected.len(), "{body}");
    for (found, expected) in found.iter().zip(expected) {
        let close =
            found.len() == expected.len() && found.iter().zip(*expected).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(close, "{body}: {found:?}, expected {expected:?}");
    }
    names
}

#[test]
fn norms() {
    let x = vec![vec![1.0, 2.0, 4.0, -1.0, 0.5, 3.0]];
    let rows = [
        -1.0690415314502977,
        -0.26726038286257453,
        1.3363019143128718,
        -1.1111657580926075,
        -0.2020301378350195,
        1.3131958959276273,
    ];
    let scaled = |y: &[f64], weight: &dyn Fn(usize) -> (f64, f64)| -> Vec<f64> {
        let scale = |(place, y): (usize, &f64)| y * weight(place).0 + weight(place).1;
        y.iter().enumerate().map(scale).collect()
    };
    let (argument, matrix) = ("x: Tensor<2, 3>", "Tensor<2, 3>");
    check(argument, matrix, "x.standardise()", &x, &[&rows]);
    check(argument, matrix, "x.layer_norm(affine = false)", &x, &[&rows]);
    check(argument, matrix, "x.instance_norm()", &x, &[&rows]);
    let whole = [
        -0.3549134316858042,
        0.25350959406128853,
        1.470355645555474,
        -1.5717594831799897,
        -0.6591249445593506,
        0.8619326198083813,
    ];
    check(
        argument,
        matrix,
        "x.layer_norm(axes = 2, affine = false)",
        &x,
        &[&whole],
    );
    // The norm of "weight" is not in its name here: both are small numbers.
    let (weight, bias) = (filled("weight", 6), filled("bias", 6));
    let expected = scaled(&whole, &|place| (weight[place], bias[place]));
    let names = check(
        argument,
        matrix,
        "let block = layer_norm(axes = 2); block(x)",
        &x,
        &[&expected],
    );
    assert_eq!(names, ["weight", "bias"]);
    let expected = scaled(&rows, &|place| (weight[place % 3], bias[place % 3]));
    check(
        argument,
        matrix,
        "let block = layer_norm(); block(x)",
        &x,
        &[&expected],
    );
    let root = [
        0.3779644460117677,
        0.7559288920235354,
        1.5118577840470708,
        -0.5410017016294845,
        0.27050085081474223,
        1.6230051048884535,
    ];
    check(argument, matrix, "x.rms_norm(affine = false)", &x, &[&root]);
    let expected = scaled(&root, &|place| (weight[place % 3], 0.0));
    let names = check(
        argument,
        matrix,
        "let block = rms_norm(); block(x)",
        &x,
        &[&expected],
    );
    assert_eq!(names, ["weight"]);
    // Six channels of one element, in two groups: the rows again, each channel with its own scale.
    let (argument, channels) = ("x: Tensor<6, 1>", "Tensor<6, 1>");
    check(
        argument,
        channels,
        "x.group_norm(2, affine = false)",
        &x,
        &[&rows],
    );
    let expected = scaled(&rows, &|place| (weight[place], bias[place]));
    let names = check(
        argument,
        channels,
        "let block = group_norm(2); block(x)",
        &x,
        &[&expected],
    );
    assert_eq!(names, ["weight", "bias"]);
    let expected = scaled(&rows, &|place| (weight[place / 3], bias[place / 3]));
    let body = "let block = instance_norm(affine = true); block(x)";
    check("x: Tensor<2, 3>", matrix, body, &x, &[&expected]);
}

#[test]
fn positions() {
    let (table, _) = results("", "Tensor<3, 4>", "sinusoidal_positions(3, 4)", &[]);
    let angle = |t: f64| [t.sin(), t.cos(), (t / 100.0).sin(), (t / 100.0).cos()];
    let expected: Vec<f64> = [0.0, 1.0, 2.0].into_iter().flat_map(angle).collect();
    let close = table[0].iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12);
    assert!(close && table[0].len() == 12, "{table:?}");
    let names = check(
        "",
        "Tensor<3, 2>",
        "let table = learned_positions(3, 2); table",
        &[],
        &[&filled("f.learned_positions1.weight", 6)],
    );
    assert_eq!(names, ["f.learned_positions1.weight"]);
}
