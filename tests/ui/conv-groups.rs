use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn out(&self, image: Tensor<3, 8, 8>) -> Tensor<4, 6, 6> {
        image.conv(4, 3, groups = 2)
    }
}

fn main() {
    let _ = Net::new(1);
}
