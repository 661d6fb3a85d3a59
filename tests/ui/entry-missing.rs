use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    fn logits(x: Tensor<6>) -> Tensor<4> {
        x.dense(4)
    }
}

fn main() {
    let _ = Net::new(1);
}
