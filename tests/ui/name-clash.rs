use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<6> {
        let mut y = x.dense(6, name = "fc").dense(6, name = "fc");
        for _ in 0..2 {
            y = y.dense(6, name = "layers");
        }
        y
    }
}

fn main() {
    let _ = Net::new(1);
}
