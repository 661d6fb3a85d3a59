use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn loss(&self, x: Tensor<3>, t: Tensor<3>) -> Scalar {
        let gate = x.dense(3).sigmoid();
        gate.select(x.dense(3), 0.0).squared_error(t)
    }

    pub fn masked(&self, x: Tensor<3>) -> Scalar {
        let m = param([3], constant(1.0));
        x.dense(3).mask(m).softmax().sum()
    }
}

fn main() {
    let _ = Net::new(1);
}
