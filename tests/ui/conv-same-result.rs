use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn out(&self, image: Tensor<3, 9, 9>) -> Tensor<4, 4, 4> {
        image.conv(4, 3, stride = 2, pad = "same")
    }
}

fn main() {
    let _ = Net::new(1);
}
