use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn loss(&self, x: Tensor<3>, digit: Index<3>) -> Scalar {
        let extra = x.square().jvp(x, ones([2])).sum();
        self.scores(x).softmax_cross_entropy(digit) + extra
    }

    fn scores(&self, x: Tensor<3>) -> Tensor<3> {
        x.dense(3)
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(4).threads(1).build();
    let _ = model.loss(&mut work, &[0.0; 4 * 3], &[0; 4]);
}
