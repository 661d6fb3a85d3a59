use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    fn pair(x: Tensor<8>) -> Tensor<4> {
        x.dense(4)
    }

    pub fn logits(&self, x: Tensor<6>) -> Tensor<4> {
        x.dense(7).pair()
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(4).threads(1).build();
    let _ = model.logits(&mut work, &[0.0; 4 * 6]);
}
