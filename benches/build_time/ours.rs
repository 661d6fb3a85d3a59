//! A perceptron of two layers that learns from noise.

use dsl_runtime::prelude::*;

network! {
    pub struct Mlp;

    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(128).relu().dense(10)
    }

    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}

fn main() -> Result<(), Error> {
    let images: Vec<f32> = (0..64 * 784).map(|place| (place as f32).sin()).collect();
    let digits: Vec<u32> = (0..64).map(|example| example % 10).collect();
    let mut model = Mlp::new(1);
    let mut work = Mlp::workspace().batch(64).build();
    let mut optimizer = Adam::new(1e-3);
    for _ in 0..10 {
        let loss = model.train_step(&mut work, (&images, &digits), &mut optimizer)?;
        println!("{loss}");
    }
    Ok(())
}
