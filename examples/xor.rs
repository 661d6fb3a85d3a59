//! The smallest complete program: a network that learns exclusive or.

use dsl_runtime::prelude::*;

network! {
    /// Two inputs, eight hidden units, one logit.
    pub struct Xor;

    pub fn logit(&self, x: Tensor<2>) -> Tensor<1> {
        x.dense(8).tanh().dense(1)
    }

    pub fn loss(&self, x: Tensor<2>, target: Tensor<1>) -> Scalar {
        self.logit(x).binary_cross_entropy_with_logits(target)
    }
}

fn main() -> Result<(), Error> {
    let inputs = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
    let targets = [0.0, 1.0, 1.0, 0.0];

    let mut model = Xor::new(1);
    let mut work = Xor::workspace().batch(4).threads(1).build();
    let mut optimizer = Sgd::new(0.5);
    for step in 0..=2000 {
        let loss = model.train_step(&mut work, (&inputs, &targets), &mut optimizer)?;
        if step % 500 == 0 {
            println!("step {step:4}  loss {loss:.4}");
        }
    }
    for (input, logit) in inputs.chunks(2).zip(model.logit(&mut work, &inputs)?) {
        println!("{} xor {} = {}", input[0], input[1], u8::from(*logit > 0.0));
    }
    Ok(())
}
