//! dfdx: perceptrons. Its convolutions need a nightly compiler.

use dfdx::optim::{Adam, AdamConfig, Momentum, Optimizer, Sgd, SgdConfig};
use dfdx::prelude::*;
use peer::{Kind, Loaded, Work, job, serve};

type XorNet = ((Linear<2, 8>, Tanh), Linear<8, 1>);
type SmallNet = ((Linear<784, 128>, ReLU), Linear<128, 10>);
type Net = (
    (Linear<784, 512>, ReLU),
    (Linear<512, 256>, ReLU),
    Linear<256, 10>,
);

type Layer<const I: usize, const O: usize> = dfdx::nn::modules::Linear<I, O, f32, Cpu>;

fn fill<const I: usize, const O: usize>(layer: &mut Layer<I, O>, work: &mut Work) {
    layer.weight.copy_from(&work.weight(&[O, I]));
    layer.bias.copy_from(&work.weight(&[O]));
}

/// A class as dfdx wants it: a row with a one.
fn one_hot<const BATCH: usize>(work: &Work, cpu: &Cpu) -> Tensor<Rank2<BATCH, 10>, f32, Cpu> {
    let mut rows = vec![0.0; BATCH * 10];
    for (row, class) in work.classes().into_iter().enumerate() {
        rows[row * 10 + class as usize] = 1.0;
    }
    cpu.tensor_from_vec(rows, (Const::<BATCH>, Const::<10>))
}

/// A step that holds on to the memory of its gradients.
macro_rules! train {
    ($model:ident, $optimizer:expr, $inputs:expr, $targets:expr, $loss:path) => {{
        let (mut model, mut optimizer, inputs, targets) = ($model, $optimizer, $inputs, $targets);
        let mut held = Some(model.alloc_grads());
        let step = move || {
            let scores = model.forward_mut(inputs.trace(held.take().expect("gradients")));
            let loss = $loss(scores, targets.clone());
            let value = loss.array();
            let mut gradients = loss.backward();
            optimizer
                .update(&mut model, &gradients)
                .expect("gradients of all");
            model.zero_grads(&mut gradients);
            held = Some(gradients);
            value
        };
        job(step, |loss: &f32| f64::from(*loss))
    }};
}

fn load(kind: Kind, name: &str, work: &mut Work) -> Result<Loaded, String> {
    let cpu = Cpu::seed_from_u64(0);
    let parameters = work.parameters();
    let job = match (kind, name) {
        (Kind::Train, "xor") => {
            let mut model = cpu.build_module::<XorNet, f32>();
            fill(&mut model.0.0, work);
            fill(&mut model.1, work);
            let settings = SgdConfig {
                lr: 0.1,
                momentum: None,
                weight_decay: None,
            };
            let inputs = cpu.tensor_from_vec(work.inputs(4, 2), (Const::<4>, Const::<2>));
            let targets = cpu.tensor_from_vec(work.targets(), (Const::<4>, Const::<1>));
            let optimizer = Sgd::new(&model, settings);
            train!(
                model,
                optimizer,
                inputs,
                targets,
                binary_cross_entropy_with_logits_loss
            )
        }
        (Kind::Train, "mlp_small") => {
            let mut model = cpu.build_module::<SmallNet, f32>();
            fill(&mut model.0.0, work);
            fill(&mut model.1, work);
            let settings = SgdConfig {
                lr: 1e-4,
                momentum: Some(Momentum::Classic(0.9)),
                weight_decay: None,
            };
            let inputs = cpu.tensor_from_vec(work.inputs(64, 784), (Const::<64>, Const::<784>));
            let targets = one_hot::<64>(work, &cpu);
            let optimizer = Sgd::new(&model, settings);
            train!(model, optimizer, inputs, targets, cross_entropy_with_logits_loss)
        }
        (_, "mlp") => {
            let mut model = cpu.build_module::<Net, f32>();
            fill(&mut model.0.0, work);
            fill(&mut model.1.0, work);
            fill(&mut model.2, work);
            if kind == Kind::Train {
                let settings = AdamConfig {
                    lr: 1e-5,
                    ..Default::default()
                };
                let inputs = cpu.tensor_from_vec(work.inputs(128, 784), (Const::<128>, Const::<784>));
                let targets = one_hot::<128>(work, &cpu);
                let optimizer = Adam::new(&model, settings);
                train!(model, optimizer, inputs, targets, cross_entropy_with_logits_loss)
            } else {
                let examples = work.examples();
                let input = cpu.tensor_from_vec(work.inputs(examples, 784), (examples, Const::<784>));
                let value = |scores: &Tensor<(usize, Const<10>), f32, Cpu>| {
                    let scores = scores.as_vec();
                    scores.iter().map(|score| f64::from(score.abs())).sum::<f64>() / scores.len() as f64
                };
                job(move || model.forward(input.clone()), value)
            }
        }
        _ => return Err("convolutions, recurrence and attention need a nightly compiler".to_owned()),
    };
    Ok(Loaded::new(parameters, job))
}

fn main() {
    dfdx::flush_denormals_to_zero();
    serve(load);
}
