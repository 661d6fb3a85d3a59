use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn out(&self, image: Tensor<3, 8, 8>) -> Tensor<4, 17, 17> {
        image.conv_transpose(4, 2, stride = 2, output_pad = 2)
    }
}

fn main() {
    let _ = Net::new(1);
}
