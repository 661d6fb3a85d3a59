use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn loss(&self, x: Tensor<3>, t: Tensor<3>) -> Scalar {
        x.dense(3).less(t).sum()
    }
}

fn main() {
    let _ = Net::new(1);
}
