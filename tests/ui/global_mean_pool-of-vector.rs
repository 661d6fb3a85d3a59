use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn out(&self, signal: Tensor<12>) -> Tensor<12> {
        signal.global_mean_pool()
    }
}

fn main() {
    let _ = Net::new(1);
}
