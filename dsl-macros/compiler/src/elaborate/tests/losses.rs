//! Losses against numbers worked out by hand.

use super::sound;
use super::values::{check, run};

#[test]
fn losses_against_tensors() {
    let both: &[&[f64]] = &[&[0.5, 3.0], &[1.0, -1.0]];
    let arguments = "y: Tensor<2>, t: Tensor<2>";
    check(arguments, "Scalar", "y.squared_error(t)", both, &[16.25]);
    check(arguments, "Scalar", "y.mean_squared_error(t)", both, &[8.125]);
    check(arguments, "Scalar", "y.absolute_error(t)", both, &[4.5]);
    check(arguments, "Scalar", "y.mean_absolute_error(t)", both, &[2.25]);
    check(
        arguments,
        "Tensor<2>",
        "absolute_difference(y, t)",
        both,
        &[0.5, 4.0],
    );
    check(arguments, "Scalar", "y.hinge(t)", both, &[2.25]);
    // 0.5²/2 and 1 · (4 − 1/2).
    check(arguments, "Scalar", "y.huber(t)", both, &[(0.125 + 3.5) / 2.0]);
    check(
        arguments,
        "Scalar",
        "y.huber(t, delta = 4.0)",
        both,
        &[(0.125 + 8.0) / 2.0],
    );
    let odds: &[&[f64]] = &[&[2f64.ln(), 0.0], &[1.0, 0.25]];
    let expected = [(-(2f64 / 3.0).ln() - 0.5f64.ln()) / 2.0];
    check(
        arguments,
        "Scalar",
        "y.sigmoid().binary_cross_entropy(t)",
        odds,
        &expected,
    );
    check(
        arguments,
        "Scalar",
        "y.binary_cross_entropy_with_logits(t)",
        odds,
        &expected,
    );
    let expected = [-(2f64 / 3.0).ln() - 0.25 * (1f64 / 3.0).ln()];
    check(arguments, "Scalar", "y.softmax_cross_entropy(t)", odds, &expected);
    check(
        arguments,
        "Scalar",
        "y.softmax().cross_entropy(t)",
        odds,
        &expected,
    );
}

/// Numbers of PyTorch (2.x, f64).
#[test]
fn losses_agree_with_pytorch() {
    let scores: &[&[f64]] = &[&[1.0, 2.0, 4.0, -1.0, 0.5, 3.0], &[2.0, 0.0]];
    let arguments = "y: Tensor<2, 3>, class: Index<3, 2>";
    for (body, expected) in [
        ("y.softmax_cross_entropy(class)", 2.1327601744853344),
        (
            "y.softmax_cross_entropy(class, label_smoothing = 0.1)",
            2.124426841152001,
        ),
        ("y.softmax_cross_entropy(class, ignore = 2)", 4.095674329414383),
        (
            "y.log_softmax().negative_log_likelihood(class)",
            2.1327601744853344,
        ),
        (
            "y.log_softmax().negative_log_likelihood(class, ignore = 2)",
            4.095674329414383,
        ),
    ] {
        check(arguments, "Scalar", body, scores, &[expected]);
    }
    let both: &[&[f64]] = &[scores[0], &[0.2, 0.3, 0.5, 1.0, 0.0, 0.0]];
    let body = "y.softmax_cross_entropy(t, label_smoothing = 0.1)";
    check(
        "y: Tensor<2, 3>, t: Tensor<2, 3>",
        "Scalar",
        body,
        both,
        &[2.664426841152001],
    );
    let both: &[&[f64]] = &[&[0.5, 3.0], &[1.0, -1.0], &[0.5, -0.25]];
    let arguments = "y: Tensor<2>, t: Tensor<2>, v: Tensor<2>";
    check(
        arguments,
        "Scalar",
        "y.smooth_l1(t, beta = 0.75)",
        both,
        &[1.8958333333333333],
    );
    check(arguments, "Scalar", "y.huber(t, delta = 0.75)", both, &[1.421875]);
    // PyTorch's takes the variances themselves.
    let body = "y.gaussian_negative_log_likelihood(v, t)";
    check(arguments, "Scalar", body, both, &[5.236509832983005]);
    let expected = 0.5 * (0.25 + 0.5f64.exp() - 1.5 + 9.0 + (-0.25f64).exp() - 0.75);
    check(
        arguments,
        "Scalar",
        "y.gaussian_kl_divergence(v)",
        both,
        &[expected],
    );
    let both: &[&[f64]] = &[&[1.0, 2.0, 4.0], &[0.25, 0.0, 0.75]];
    let body = "y.softmax().kl_divergence(t)";
    check(
        "y: Tensor<3>, t: Tensor<3>",
        "Scalar",
        body,
        both,
        &[0.35751087493747735],
    );
}

/// At probabilities of 0 and 1 logarithms are bounded by −100 and derivatives by 10¹², as in PyTorch; if
/// PyTorch has a derivative of 0, at a truth that is met, ours is that of the formula.
#[test]
fn certain_probabilities_have_finite_losses() {
    let arguments = "y: Tensor<3>, t: Tensor<3>";
    let body = "y.binary_cross_entropy(t)";
    for (y, t, expected) in [
        ([0.0, 1.0, 1.0], [0.0, 1.0, 1.0], 0.0),
        ([0.0, 1.0, 1.0], [1.0, 0.0, 1.0], 200.0 / 3.0),
        ([0.0, 1.0, 0.5], [0.25, 0.5, 1.0], (25.0 + 50.0 + 2f64.ln()) / 3.0),
        ([1e-50, 1.0, 1.0], [1.0, 1.0, 1.0], 100.0 / 3.0),
    ] {
        check(arguments, "Scalar", body, &[&y, &t], &[expected]);
    }
    check(
        "y: Scalar, class: Index<2>",
        "Scalar",
        "y.binary_cross_entropy(class)",
        &[&[0.0], &[1.0]],
        &[100.0],
    );

    let mut model = sound(
        "pub struct N;
         pub fn loss(&self, t: Tensor<4>) -> Scalar {
             let p = param([4], zeros());
             4.0 * p.binary_cross_entropy(t)
         }",
    );
    let gradient =
        crate::compile::differentiate(&model.entries[0].function, 0).map(crate::optimise::optimise);
    model.entries[0].function = gradient.function;
    let results = run(
        &model,
        &model.entries[0],
        &[&[&[1.0, 0.0, 0.0, 0.5]]],
        &[("loss.p", &[0.0, 1.0, 0.0, 0.25])],
    );
    let gradient = &results[1].shared().data;
    for (found, expected) in gradient.iter().zip([-1e12, 1e12, 1.0, -2.0 + 0.5 / 0.75]) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{gradient:?}");
    }
}

/// The mean runs over the rows of the whole batch that count; it is not the mean of the examples' means.
#[test]
fn ignored_rows_do_not_count() {
    let model = sound(
        "pub struct N;
         pub fn loss(&self, losses: Tensor<2>, class: Index<3, 2>) -> Scalar { losses.mean_of_others(class, 0) }",
    );
    let losses: &[&[f64]] = &[&[1.0, 2.0], &[10.0, 7.0]];
    for (classes, expected) in [
        ([[1.0, 2.0], [0.0, 2.0]], 10.0 / 3.0),
        ([[1.0, 0.0], [0.0, 0.0]], 1.0),
        ([[0.0, 0.0], [0.0, 0.0]], 0.0),
    ] {
        let classes: &[&[f64]] = &[&classes[0], &classes[1]];
        let result = run(&model, &model.entries[0], &[losses, classes], &[]).remove(0);
        assert_eq!(result.of(0).data, [expected]);
    }
}

#[test]
fn losses_against_classes() {
    let both: &[&[f64]] = &[&[3f64.ln(), 0.0, 0.0], &[2.0]];
    let arguments = "y: Tensor<3>, class: Index<3>";
    check(
        arguments,
        "Scalar",
        "y.softmax_cross_entropy(class)",
        both,
        &[5f64.ln()],
    );
    check(
        arguments,
        "Scalar",
        "y.softmax().cross_entropy(class)",
        both,
        &[5f64.ln()],
    );
    check(
        arguments,
        "Scalar",
        "let loss = softmax_cross_entropy(); loss(y, class)",
        both,
        &[5f64.ln()],
    );
    check(
        arguments,
        "Scalar",
        "y.hinge(class)",
        both,
        &[(1.0 + 3f64.ln()) + 1.0],
    );
    check(arguments, "Tensor<3>", "class.one_hot()", both, &[0.0, 0.0, 1.0]);
    check(
        arguments,
        "Tensor<1>",
        "class.number().reshape([1])",
        both,
        &[2.0],
    );
    let rows: &[&[f64]] = &[&[3f64.ln(), 0.0, 0.0, 0.0], &[0.0, 1.0]];
    let arguments = "y: Tensor<2, 2>, class: Index<2, 2>";
    let expected = [((4f64 / 3.0).ln() + 2f64.ln()) / 2.0];
    check(
        arguments,
        "Scalar",
        "y.softmax_cross_entropy(class)",
        rows,
        &expected,
    );
    let odds: &[&[f64]] = &[&[2f64.ln()], &[1.0]];
    let arguments = "y: Scalar, class: Index<2>";
    check(
        arguments,
        "Scalar",
        "y.sigmoid().binary_cross_entropy(class)",
        odds,
        &[-(2f64 / 3.0).ln()],
    );
    check(
        arguments,
        "Scalar",
        "binary_cross_entropy_with_logits(y, class)",
        odds,
        &[-(2f64 / 3.0).ln()],
    );
    // The result of a dense layer of width 1 is one logit too.
    check(
        "y: Tensor<1>, class: Index<2>",
        "Scalar",
        "y.binary_cross_entropy_with_logits(class)",
        odds,
        &[-(2f64 / 3.0).ln()],
    );
}
