use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    #[name = "a..b"]
    pub fn scores(&self, x: Tensor<6>) -> Tensor<6> {
        x.dense(6)
    }

    #[name("a")]
    pub fn others(&self, x: Tensor<6>) -> Tensor<6> {
        x.dense(6)
    }

    #[name = "block"]
    fn block(x: Tensor<_>) -> Tensor<_> {
        x.dense(6)
    }

    pub fn logits(&self, x: Tensor<6>) -> Tensor<6> {
        x.block()
    }
}

fn main() {
    let _ = Net::new(1);
}
