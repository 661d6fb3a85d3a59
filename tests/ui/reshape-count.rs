use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        image.reshape([1, 28, 27]).flatten().dense(10)
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(4).threads(1).build();
    let _ = model.logits(&mut work, &[0.0; 4 * 784]);
}
