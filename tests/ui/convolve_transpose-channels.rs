use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn out(&self, image: Tensor<3, 8, 8>) -> Tensor<4, 9, 9> {
        let weight = param([4, 3, 2, 2], normal(1.0));
        image.convolve_transpose(weight)
    }
}

fn main() {
    let _ = Net::new(1);
}
