use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, image: Tensor<3, 8, 8>) -> Tensor<10> {
        image.conv(10, 3)
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(4).threads(1).build();
    let _ = model.logits(&mut work, &[0.0; 4 * 192]);
}
