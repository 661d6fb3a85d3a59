use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn out(&self, image: Tensor<3, 8, 4>) -> Tensor<3, 4, 2> {
        image.depthwise_conv([3, 5], stride = 2)
    }
}

fn main() {
    let _ = Net::new(1);
}
