//! A perceptron of two layers that learns from noise.

use candle_core::{DType, Device, Module, Result, Tensor};
use candle_nn::{AdamW, Optimizer, VarBuilder, VarMap, linear, loss};

fn main() -> Result<()> {
    let cpu = Device::Cpu;
    let images: Vec<f32> = (0..64 * 784).map(|place| (place as f32).sin()).collect();
    let digits: Vec<u32> = (0..64).map(|example| example % 10).collect();
    let images = Tensor::from_vec(images, (64, 784), &cpu)?;
    let digits = Tensor::from_vec(digits, 64, &cpu)?;
    let variables = VarMap::new();
    let builder = VarBuilder::from_varmap(&variables, DType::F32, &cpu);
    let hidden = linear(784, 128, builder.pp("hidden"))?;
    let last = linear(128, 10, builder.pp("last"))?;
    let mut optimizer = AdamW::new_lr(variables.all_vars(), 1e-3)?;
    for _ in 0..10 {
        let logits = last.forward(&hidden.forward(&images)?.relu()?)?;
        let loss = loss::cross_entropy(&logits, &digits)?;
        println!("{}", loss.to_scalar::<f32>()?);
        optimizer.backward_step(&loss)?;
    }
    Ok(())
}
