use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn out(&self, signal: Tensor<3, 4>) -> Tensor<3, 1> {
        signal.max_pool1d(6)
    }
}

fn main() {
    let _ = Net::new(1);
}
