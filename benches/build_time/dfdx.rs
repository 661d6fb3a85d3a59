//! A perceptron of two layers that learns from noise.

use dfdx::optim::{Adam, AdamConfig, Optimizer};
use dfdx::prelude::*;

type Mlp = ((Linear<784, 128>, ReLU), Linear<128, 10>);

fn main() {
    let cpu = Cpu::seed_from_u64(1);
    let images: Vec<f32> = (0..64 * 784).map(|place| (place as f32).sin()).collect();
    let mut digits = vec![0.0; 64 * 10];
    for example in 0..64 {
        digits[example * 10 + example % 10] = 1.0;
    }
    let images = cpu.tensor_from_vec(images, (Const::<64>, Const::<784>));
    let digits = cpu.tensor_from_vec(digits, (Const::<64>, Const::<10>));
    let mut model = cpu.build_module::<Mlp, f32>();
    let mut gradients = model.alloc_grads();
    let mut optimizer = Adam::new(&model, AdamConfig::default());
    for _ in 0..10 {
        let logits = model.forward_mut(images.trace(gradients));
        let loss = cross_entropy_with_logits_loss(logits, digits.clone());
        println!("{}", loss.array());
        gradients = loss.backward();
        optimizer.update(&mut model, &gradients).expect("all have gradients");
        model.zero_grads(&mut gradients);
    }
}
