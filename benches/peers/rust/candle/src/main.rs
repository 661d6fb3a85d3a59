//! candle: training and inference on its CPU back end.

mod networks;
mod optimizers;
mod weights;

use candle_core::{Device, Result, Tensor};
use candle_nn::loss;
use peer::{Kind, Loaded, Work, job, serve};

use optimizers::Optimizer;
use weights::Weights;

fn load(kind: Kind, name: &str, work: &mut Work) -> Result<Option<Loaded>> {
    let parameters = work.parameters();
    let mut weights = Weights::new(work, kind);
    let Some(network) = networks::network(name, &mut weights)? else {
        return Ok(None);
    };
    let variables = weights.variables;
    let examples = match kind {
        Kind::Infer => work.examples(),
        Kind::Train => batch(name),
    };
    let inputs = inputs(name, work, examples)?;
    let job = if kind == Kind::Infer {
        let value = |scores: &Tensor| mean_size(scores).expect("scores");
        job(move || network(&inputs, false).expect("scores"), value)
    } else {
        let mut optimizer = Optimizer::of(name, variables)?;
        let binary = name == "xor";
        let targets = if binary {
            Tensor::from_vec(work.targets(), (4, 1), &Device::Cpu)?
        } else {
            let classes = work.classes();
            let count = classes.len();
            Tensor::from_vec(classes, count, &Device::Cpu)?
        };
        let mut step = move || {
            let scores = network(&inputs, true)?;
            let loss = if binary {
                loss::binary_cross_entropy_with_logit(&scores, &targets)?
            } else {
                loss::cross_entropy(&scores, &targets)?
            };
            optimizer.step(&loss)?;
            Ok(loss.detach())
        };
        let step = move || -> Tensor { Result::expect(step(), "a step") };
        job(step, |loss| {
            f64::from(loss.to_scalar::<f32>().expect("one number"))
        })
    };
    Ok(Some(Loaded::new(parameters, job)))
}

fn batch(name: &str) -> usize {
    match name {
        "xor" => 4,
        "mlp" => 128,
        "resnet20" => 32,
        "gpt" => 16,
        _ => 64,
    }
}

fn inputs(name: &str, work: &Work, examples: usize) -> Result<Tensor> {
    let shape: &[usize] = match name {
        "xor" => &[2],
        "mlp_small" | "mlp" => &[784],
        "lenet5" | "convnet" => &[1, 28, 28],
        "resnet20" => &[3, 32, 32],
        "lstm" => &[28, 28],
        _ => &[64],
    };
    let width: usize = shape.iter().product();
    let shape = [&[examples], shape].concat();
    if name == "gpt" {
        Tensor::from_vec(work.tokens(examples * width), shape, &Device::Cpu)
    } else {
        Tensor::from_vec(work.inputs(examples, width), shape, &Device::Cpu)
    }
}

fn mean_size(scores: &Tensor) -> Result<f64> {
    Ok(f64::from(scores.abs()?.mean_all()?.to_scalar::<f32>()?))
}

fn main() {
    serve(|kind, name, work| match load(kind, name, work) {
        Ok(Some(loaded)) => Ok(loaded),
        Ok(None) => Err("not written for this framework".to_owned()),
        Err(error) => Err(error.to_string()),
    });
}
