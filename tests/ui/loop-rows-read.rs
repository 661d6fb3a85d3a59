use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn states(&self, x: Tensor<2000, 8>) -> Tensor<2000, 8> {
        let mut states = zeros([2000, 8]);
        for t in 0..2000 {
            states[t] = x.at(t).tanh();
            let seen = states.sum(axis = 0);
            states[t] = seen;
        }
        states
    }
}

fn main() {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(1).threads(1).build();
    let _ = model.states(&mut work, &[0.0; 16_000]);
}
