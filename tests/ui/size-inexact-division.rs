use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    const WIDTH: usize = 10;
    const HEADS: usize = 4;

    pub fn logits(&self, x: Tensor<6, 10>) -> Tensor<6, 4> {
        x.dense(WIDTH / HEADS)
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(4).threads(1).build();
    let _ = model.logits(&mut work, &[0.0; 4 * 60]);
}
