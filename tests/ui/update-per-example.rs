use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<6> {
        let mean = buffer([6], zeros());
        mean.update(0.9 * mean + 0.1 * x);
        x - mean
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(4).threads(1).build();
    let _ = model.logits(&mut work, &[0.0; 4 * 6]);
}
