use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn loss(&self, x: Tensor<28, 8>) -> Scalar {
        let step = dense(8);
        let mut h = zeros([8]);
        for t in 0..28 {
            h = step(x.at(t) + h).sign();
        }
        h.sum()
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(4).threads(1).build();
    let _ = model.loss_and_grad(&mut work, &[0.0; 4 * 224]);
}
