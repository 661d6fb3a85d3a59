use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn total(&self, x: Tensor<5000, 8>) -> Tensor<8> {
        let mut sum = zeros([8]);
        for t in 0..5000 {
            if t % 2 == 0 {
                sum = sum + x.at(t);
            }
        }
        sum
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(1).threads(1).build();
    let _ = model.total(&mut work, &[0.0; 40_000]);
}
