//! A perceptron of two layers that learns from noise.

use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsParams};
use burn::prelude::*;
use burn::tensor::activation::relu;

#[derive(Module, Debug)]
struct Mlp {
    hidden: Linear,
    last: Linear,
}

fn main() {
    let device = Device::flex().autodiff();
    let images: Vec<f32> = (0..64 * 784).map(|place| (place as f32).sin()).collect();
    let digits: Vec<i64> = (0..64).map(|example| example % 10).collect();
    let images: Tensor<2> = Tensor::from_data(TensorData::new(images, [64, 784]), &device);
    let digits: Tensor<1, Int> = Tensor::from_data(TensorData::new(digits, [64]), &device);
    let mut model = Mlp {
        hidden: LinearConfig::new(784, 128).init(&device),
        last: LinearConfig::new(128, 10).init(&device),
    };
    let entropy = CrossEntropyLossConfig::new().init(&device);
    let mut optimizer = AdamConfig::new().init();
    for _ in 0..10 {
        let logits = model.last.forward(relu(model.hidden.forward(images.clone())));
        let loss = entropy.forward(logits, digits.clone());
        println!("{}", loss.clone().into_scalar::<f32>());
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(1e-3, model, gradients);
    }
}
