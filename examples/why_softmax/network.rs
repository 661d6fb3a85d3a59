//! Cross-entropy after softmax.

use dsl_runtime::prelude::*;

network! {
    /// The loss as a textbook writes it; if `OPAQUE`, with probabilities that the compiler may not see through.
    #[instantiate(OPAQUE = [false, true])]
    pub struct CrossEntropy<const OPAQUE: bool>;

    fn cross_entropy(x: Tensor<3>, class: Index<3>) -> Scalar {
        let p = if OPAQUE { x.softmax().opaque() } else { x.softmax() };
        -p.log().gather(class)
    }

    /// The loss, and its derivative by the logits.
    pub fn slope(&self, x: Tensor<3>, class: Index<3>) -> (Tensor<1>, Tensor<3>) {
        let loss = x.cross_entropy(class);
        (loss.reshape([1]), loss.grad(x))
    }

    /// The loss with a parameter before it, so that the text of the gradient has the derivative.
    pub fn loss(&self, logits: Tensor<3>, class: Index<3>) -> Scalar {
        let x = logits + param([3], zeros());
        x.cross_entropy(class)
    }
}
