//! Losses against numbers worked out by hand.

use super::values::check;

#[test]
fn losses_against_tensors() {
    let both: &[&[f64]] = &[&[0.5, 3.0], &[1.0, -1.0]];
    let arguments = "y: Tensor<2>, t: Tensor<2>";
    check(arguments, "Scalar", "y.squared_error(t)", both, &[16.25]);
    check(arguments, "Scalar", "y.mean_squared_error(t)", both, &[8.125]);
    check(arguments, "Scalar", "y.absolute_error(t)", both, &[4.5]);
    check(arguments, "Scalar", "y.mean_absolute_error(t)", both, &[2.25]);
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
    // What a dense layer of width 1 yields is one logit too.
    check(
        "y: Tensor<1>, class: Index<2>",
        "Scalar",
        "y.binary_cross_entropy_with_logits(class)",
        odds,
        &[-(2f64 / 3.0).ln()],
    );
}
