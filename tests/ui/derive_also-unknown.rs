use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    #[derive_also(hpv, jacobian)]
    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        x.dense(3).softmax_cross_entropy(class)
    }

    #[derive_also(hessian)]
    pub fn other(&self, x: Tensor<4>) -> Scalar {
        x.dense(1).sum()
    }
}

fn main() -> Result<(), Error> {
    let mut work = Net::workspace().build();
    let model = Net::new(1);
    let (loss, gradient) = model.loss_and_grad(&mut work, &[0.0; 4], &[0])?;
    println!("{loss} {}", gradient.len());
    Ok(())
}
