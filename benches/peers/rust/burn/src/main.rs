//! burn: training and inference on its `flex` back end.

mod layers;
mod networks;

use burn::nn::loss::{BinaryCrossEntropyLossConfig, CrossEntropyLossConfig};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::prelude::*;
use peer::{Job, Kind, Loaded, Work, job, serve};

use layers::Weights;
use networks::{ConvNet, Gpt, LeNet5, Network, Perceptron, ResNet20, Rows, Xor};

fn load(kind: Kind, name: &str, work: &mut Work) -> Result<Loaded, String> {
    let parameters = work.parameters();
    let device = match kind {
        Kind::Train => Device::flex().autodiff(),
        Kind::Infer => Device::flex(),
    };
    let inferred = work.examples();
    let examples = |batch: usize| match kind {
        Kind::Infer => inferred,
        Kind::Train => batch,
    };
    let weights = &mut Weights {
        work,
        device: &device,
    };
    let job = match name {
        "xor" => {
            let network = Xor::new(weights);
            let inputs = floats(work, [examples(4), 2], &device);
            run(kind, name, network, inputs, work, &device)
        }
        "mlp_small" => {
            let network = Perceptron::new(weights, &[784, 128, 10]);
            let inputs = floats(work, [examples(64), 784], &device);
            run(kind, name, network, inputs, work, &device)
        }
        "mlp" => {
            let network = Perceptron::new(weights, &[784, 512, 256, 10]);
            let inputs = floats(work, [examples(128), 784], &device);
            run(kind, name, network, inputs, work, &device)
        }
        "lenet5" => {
            let network = LeNet5::new(weights);
            let inputs = floats(work, [examples(64), 1, 28, 28], &device);
            run(kind, name, network, inputs, work, &device)
        }
        "convnet" => {
            let network = ConvNet::new(weights);
            let inputs = floats(work, [examples(64), 1, 28, 28], &device);
            run(kind, name, network, inputs, work, &device)
        }
        "resnet20" => {
            let network = ResNet20::new(weights);
            let inputs = floats(work, [examples(32), 3, 32, 32], &device);
            run(kind, name, network, inputs, work, &device)
        }
        "lstm" => {
            let network = Rows::new(weights);
            let inputs = floats(work, [examples(64), 28, 28], &device);
            run(kind, name, network, inputs, work, &device)
        }
        "gpt" => {
            let network = Gpt::new(weights);
            let letters = integers(work.tokens(examples(16) * 64), [examples(16), 64], &device);
            run(
                kind,
                name,
                network,
                (letters, causal_mask(64, &device)),
                work,
                &device,
            )
        }
        _ => return Err("not written for this framework".to_owned()),
    };
    Ok(Loaded::new(parameters, job))
}

fn run<N>(kind: Kind, name: &str, network: N, inputs: N::Input, work: &Work, device: &Device) -> Box<dyn Job>
where
    N: Network + Module + 'static,
{
    match kind {
        Kind::Train => train(name, network, inputs, work, device),
        Kind::Infer => infer(network, inputs),
    }
}

fn train<N>(name: &str, network: N, inputs: N::Input, work: &Work, device: &Device) -> Box<dyn Job>
where
    N: Network + Module + 'static,
{
    let (mut optimizer, rate) = optimizer(name);
    let loss: Box<dyn Fn(Tensor<2>) -> Tensor<1>> = if name == "xor" {
        let targets = work.targets().into_iter().map(|target| target as u32).collect();
        let targets: Tensor<2, Int> = integers(targets, [4, 1], device);
        let binary = BinaryCrossEntropyLossConfig::new().with_logits(true).init(device);
        Box::new(move |scores| binary.forward(scores, targets.clone()))
    } else {
        let classes = work.classes();
        let count = classes.len();
        let classes: Tensor<1, Int> = integers(classes, [count], device);
        let entropy = CrossEntropyLossConfig::new().init(device);
        Box::new(move |scores| entropy.forward(scores, classes.clone()))
    };
    let mut held = Some(network);
    let step = move || {
        let network = held.take().expect("a network");
        let loss = loss(network.scores(inputs.clone()));
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        held = Some(optimizer.step(rate, network, gradients));
        loss.inner()
    };
    job(step, |loss| f64::from(loss.clone().into_scalar::<f32>()))
}

fn infer<N: Network + 'static>(network: N, inputs: N::Input) -> Box<dyn Job> {
    // The result is on the heap only when it is asked for, as data.
    let step = move || network.scores(inputs.clone()).into_data();
    job(step, |scores| {
        let scores = scores.as_slice::<f32>().expect("scores");
        scores.iter().map(|score| f64::from(score.abs())).sum::<f64>() / scores.len() as f64
    })
}

fn optimizer(name: &str) -> (ModuleOptimizer, f64) {
    let momentum = MomentumConfig {
        momentum: 0.9,
        dampening: 0.0,
        nesterov: false,
    };
    let momentum = SgdConfig::new().with_momentum(Some(momentum));
    match name {
        "xor" => (SgdConfig::new().init(), 0.1),
        "mlp_small" | "lenet5" => (momentum.init(), 1e-4),
        "resnet20" => {
            let decay = WeightDecayConfig { penalty: 1e-4 };
            (momentum.with_weight_decay(Some(decay)).init(), 1e-4)
        }
        _ => (AdamConfig::new().with_epsilon(1e-8).init(), 1e-5),
    }
}

fn floats<const D: usize>(work: &Work, shape: [usize; D], device: &Device) -> Tensor<D> {
    let values = work.inputs(shape[0], shape[1..].iter().product());
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn integers<const D: usize>(values: Vec<u32>, shape: [usize; D], device: &Device) -> Tensor<D, Int> {
    let values: Vec<i64> = values.into_iter().map(i64::from).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn causal_mask(time: usize, device: &Device) -> Tensor<4> {
    let entry = |place: usize| if place % time > place / time { -1e9f32 } else { 0.0 };
    let mask = (0..time * time).map(entry).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(mask, [1, 1, time, time]), device)
}

fn main() {
    serve(load);
}
