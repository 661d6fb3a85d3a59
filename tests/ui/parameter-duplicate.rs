use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, x: Tensor<6>, x: Tensor<6>) -> Tensor<4> {
        x.dense(4)
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().build();
    let _ = model.logits(&mut work, &[0.0; 6], &[0.0; 6]);
}
