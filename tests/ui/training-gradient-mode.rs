use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        x.dense(8).batch_norm().relu().dense(3).softmax_cross_entropy(class)
    }
}

fn main() -> Result<(), Error> {
    let model = Net::new(1);
    let mut work = Net::workspace().batch(2).build();
    // Which of the two functions is it the gradient of?
    let (_, gradient) = model.loss_and_grad(&mut work, &[0.0; 8], &[0, 1])?;
    assert!(gradient.len() > 0);
    Ok(())
}
