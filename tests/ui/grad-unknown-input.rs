use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    #[derive_also(grad(imgae, digit, weight))]
    pub fn loss(&self, image: Tensor<4>, digit: Index<3>) -> Scalar {
        image.dense(3).softmax_cross_entropy(digit)
    }
}

fn main() -> Result<(), Error> {
    let mut work = Net::workspace().build();
    let model = Net::new(1);
    let (loss, by_image, ..) = model.loss_grad(&mut work, &[0.0; 4], &[0])?;
    println!("{loss} {}", by_image.len());
    Ok(())
}
