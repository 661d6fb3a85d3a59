use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn states(&self, x: Tensor<28, 28>) -> Tensor<28, 64> {
        let step = dense(32);
        let mut h = zeros([32]);
        let mut states = zeros([28, 64]);
        for t in 0..28 {
            h = step(concat([x.at(t), h], axis = 0)).tanh();
            states[t] = h;
        }
        states
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(4).threads(1).build();
    let _ = model.states(&mut work, &[0.0; 4 * 784]);
}
