use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    #[derive_also(hvp, jvp, hvp)]
    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        x.dense(3).softmax_cross_entropy(class)
    }

    #[derive_also(grad(x, x))]
    #[derive_also(jvp)]
    pub fn other(&self, x: Tensor<4>) -> Scalar {
        x.dense(1).sum()
    }
}

fn main() -> Result<(), Error> {
    let (model, direction) = (Net::new(1), [0.0; 15]);
    let mut work = Net::workspace().build();
    let (loss, product) = model.loss_hvp_in(&mut work, Mode::Train, (&[0.0; 4], &[0]), &direction)?;
    println!("{loss} {} {}", product.len(), Net::HVP);
    let (loss, along) = model.loss_jvp(&mut work, &[0.0; 4], &[0], &direction)?;
    println!("{loss} {along}");
    Ok(())
}
