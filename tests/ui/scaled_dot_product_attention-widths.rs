use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, q: Tensor<3, 4>, k: Tensor<5, 6>) -> Tensor<3, 6> {
        q.scaled_dot_product_attention(k, k)
    }
}

fn main() {}
