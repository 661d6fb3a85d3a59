use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    const W: usize = 2;

    pub fn logits(&self, x: Tensor<3, 4 * W>) -> Tensor<3, 2> {
        x.dense(2)
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(4).threads(1).build();
    let _ = model.logits(&mut work, &[0.0; 4 * 24]);
}
