//! What `#[document(…)]` adds to a type, of entry points, gradients and derivatives.

#![forbid(unsafe_code)]

use dsl_runtime::prelude::*;

network! {
    #[document(dot, latex, text)]
    pub struct Net;

    #[derive_also(jvp)]
    pub fn scores(&self, x: Tensor<4>) -> Tensor<3> {
        x.dense(5).tanh().dense(3)
    }

    #[derive_also(hvp, grad(x))]
    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        self.scores(x).softmax_cross_entropy(class)
    }
}

#[test]
fn every_graph_is_drawn_and_written_as_formulas() {
    let drawn = [
        Net::SCORES_DOT,
        Net::SCORES_JVP_DOT,
        Net::LOSS_DOT,
        Net::GRADIENT_DOT,
        Net::HVP_DOT,
        Net::INPUT_GRADIENT_DOT,
    ];
    for dot in drawn {
        assert!(dot.starts_with("digraph") && dot.contains("dense1"), "{dot}");
    }
    let written = [
        Net::SCORES_LATEX,
        Net::SCORES_JVP_LATEX,
        Net::LOSS_LATEX,
        Net::GRADIENT_LATEX,
        Net::HVP_LATEX,
        Net::INPUT_GRADIENT_LATEX,
    ];
    for latex in written {
        assert!(
            latex.starts_with(r"\begin{align*}") && latex.contains(r"\tanh"),
            "{latex}"
        );
    }
    assert!(
        Net::SCORES_TEXT.contains("scores.dense1 [B, 5] = scores.dense1.weight @ x + scores.dense1.bias")
    );
    assert!(Net::GRADIENT.ends_with(Net::GRADIENT_TEXT));
    assert!(Net::GRADIENT_LATEX.contains(r"\frac{\partial \ell}{\partial \mathrm{scores.dense1.weight}}"));
    let [loss, hvp] = ["loss", "loss_hvp"].map(|method| Net::COSTS.of(method).expect("it is a method"));
    assert!(
        hvp.product_operations > 3 * loss.product_operations,
        "{}",
        Net::COSTS
    );
    println!("{}", Net::COSTS);
}
