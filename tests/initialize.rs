//! Initial values by the patterns of names.

#![forbid(unsafe_code)]

use dsl_runtime::prelude::*;

network! {
    #[initialize("*.weight" = orthogonal(GAIN), "*.bias" = zeros(), "logits.head.*" = truncated_normal(SMALL))]
    pub struct Net;

    const GAIN: f64 = 2.0;
    const SMALL: f64 = 0.01;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<2> {
        let head = dense(2);
        head(x.dense(6).tanh().dense(4))
    }

    pub fn loss(&self, x: Tensor<6>, class: Index<2>) -> Scalar {
        self.logits(x).softmax_cross_entropy(class)
    }
}

#[test]
fn parameters_begin_as_the_last_pattern_says_that_matches() {
    let model = Net::new(1);
    let parameters = model.parameters();
    let values = |name: &str| parameters.get(name).expect("the layout names it");
    let first = values("logits.dense1.weight");
    // In memory it may be transposed; rows and columns are orthonormal alike.
    for a in first.chunks(6) {
        for (place, b) in first.chunks(6).enumerate() {
            let product: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
            let expected = if std::ptr::eq(a, &first[6 * place..6 * place + 6]) {
                4.0
            } else {
                0.0
            };
            assert!((product - expected).abs() < 1e-5, "{product}");
        }
    }
    let squares: f32 = values("logits.dense2.weight").iter().map(|x| x * x).sum();
    assert!(
        (squares - 4.0 * 4.0).abs() < 1e-5,
        "four rows of length 2: {squares}"
    );
    assert!(values("logits.dense1.bias").iter().all(|x| *x == 0.0));
    let head = [values("logits.head.weight"), values("logits.head.bias")].concat();
    assert!(head.iter().all(|x| *x != 0.0 && x.abs() <= 0.02));
}
