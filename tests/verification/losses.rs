//! Losses where their formulas end.

use dsl_runtime::prelude::*;

network! {
    /// Probabilities that nothing bounds.
    pub struct Certain;

    pub fn loss(&self, p: Tensor<4>, t: Tensor<4>) -> Scalar {
        let shift = param([4], zeros());
        4.0 * (p + shift).binary_cross_entropy(t)
    }
}

#[test]
fn probabilities_of_0_and_1_have_a_finite_cross_entropy_and_gradient() {
    let model = Certain::new(1);
    let mut work = Certain::workspace().batch(1).threads(1).build();
    let (p, t) = ([0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0]);
    let (loss, gradient) = model.loss_and_grad(&mut work, &p, &t).expect("a finite loss");
    assert_eq!(loss, 200.0);
    for (found, expected) in gradient.iter().zip([-1e12, 1e12, 1.0, -1.0]) {
        assert!(
            (found - expected).abs() <= 1e-6 * expected.abs(),
            "{found} for {expected}"
        );
    }
}
