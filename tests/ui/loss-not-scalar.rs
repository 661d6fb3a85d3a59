use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(10)
    }

    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.logits(image).log_softmax()
    }
}

fn main() -> Result<(), Error> {
    let mut model = Net::new(1);
    let mut work = Net::workspace().batch(4).threads(1).build();
    let (images, digits) = ([0.0; 4 * 784], [0; 4]);
    let mut optimizer = Sgd::new(0.1);
    let loss = model.train_step(&mut work, (&images, &digits), &mut optimizer)?;
    let (again, gradient) = model.loss_and_grad(&mut work, &images, &digits)?;
    println!("{loss} {again} {} {}", gradient.len(), Net::GRADIENT);
    println!("{:?}", model.logits(&mut work, &images)?.len());
    Ok(())
}
