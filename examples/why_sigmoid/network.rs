//! Cross-entropy after the logistic function.

use dsl_runtime::prelude::*;

network! {
    /// The loss as a textbook writes it; if `OPAQUE`, with a probability that the compiler may not see through.
    #[instantiate(OPAQUE = [false, true])]
    pub struct CrossEntropy<const OPAQUE: bool>;

    fn cross_entropy(x: Scalar, t: Scalar) -> Scalar {
        let p = if OPAQUE { x.sigmoid().opaque() } else { x.sigmoid() };
        -(t * p.log() + (1.0 - t) * (1.0 - p).log())
    }

    /// The loss, and its derivative by the logit.
    pub fn slope(&self, x: Scalar, t: Scalar) -> Tensor<2> {
        let loss = x.cross_entropy(t);
        stack([loss, loss.grad(x)])
    }

    /// The loss with a parameter before it, so that the text of the gradient has the derivative.
    pub fn loss(&self, logit: Scalar, t: Scalar) -> Scalar {
        let x = logit + param([], zeros());
        x.cross_entropy(t)
    }
}
