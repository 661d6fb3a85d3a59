use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn out(&self, image: Tensor<3, 8, 8>) -> Tensor<4, 8, 8> {
        image.conv(4, 3, pad = "full")
    }
}

fn main() {
    let _ = Net::new(1);
}
