//! The element-wise loops that are emitted as steps which idle workers may share.

use crate::expand::testing::unguarded;

/// The code of one entry point and of its gradient, if it has one.
fn emitted(entry: &str) -> String {
    let text = format!("pub struct Net; {entry}");
    let tokens = unguarded(text.parse().expect("tokens"));
    let file = syn::parse2(tokens).unwrap_or_else(|error| panic!("{entry}: {error}"));
    prettyplease::unparse(&file)
}

#[test]
fn long_steps_of_an_example_are_handed_over() {
    let code = emitted(
        "pub fn scores(&self, x: Tensor<64, 8>) -> Tensor<64, 8> { x.dense(512).gelu_tanh().dense(8) }",
    );
    let unspaced: String = code.split_whitespace().collect();
    assert!(unspaced.contains("elementwise(Each,[&scores_dense1[.."), "{code}");
    assert!(
        code.contains("use ::dsl_runtime::parallel::{Elementwise, elementwise, Phase"),
        "{code}"
    );
    assert!(code.contains("impl<T: Real> Elementwise<T, "), "{code}");
}

#[test]
fn short_steps_and_training_are_not() {
    let short = "pub fn scores(&self, x: Tensor<8>) -> Tensor<8> { x.dense(512).gelu_tanh().dense(8) }";
    assert!(!emitted(short).contains("Elementwise"));
    let training =
        "pub fn loss(&self, x: Tensor<64, 8>) -> Scalar { x.dense(512).gelu_tanh().dense(1).mean() }";
    let code = emitted(training);
    let (_, gradient) = code
        .split_once("pub(crate) mod loss_and_grad")
        .expect("a scalar has one");
    assert!(!gradient.contains("Elementwise"), "{gradient}");
}

#[test]
fn what_depends_on_more_than_its_element_stays_a_loop() {
    // Along one axis a factor is read again and again.
    let code = emitted(
        "pub fn scores(&self, x: Tensor<64, 512>) -> Tensor<64, 512> {
             let scale = param([512], constant(1.0));
             ((x * scale).tanh() * x.square() + x * scale - x.exp() * scale).sigmoid() * x
         }",
    );
    assert!(!code.contains("Elementwise"), "{code}");
}
