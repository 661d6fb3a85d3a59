use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, image: Tensor<1, 4, 4>) -> Tensor<8, 1, 1> {
        image.conv(8, 5)
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(4).threads(1).build();
    let _ = model.logits(&mut work, &[0.0; 4 * 16]);
}
