//! A step of training by two versions of the compiler and its runtime, in turn: what `benches/against.sh` builds and runs.

#[allow(dead_code, reason = "some networks are measured elsewhere")]
#[path = "after/networks.rs"]
mod after_networks;
#[allow(dead_code, reason = "some networks are measured elsewhere")]
#[path = "before/networks.rs"]
mod before_networks;
#[allow(dead_code, reason = "some data are of networks that are measured elsewhere")]
mod noise;

use std::time::{Duration, Instant};

/// A step of training, ready to be taken again and again.
type Step = Box<dyn FnMut()>;

/// The steps of one version, by the name of the network.
macro_rules! steps {
    ($name:ident, $runtime:ident, $networks:ident) => {
        mod $name {
            use $runtime::prelude::*;

            use super::Step;
            use super::$networks::*;
            use super::noise::{images, letters};

            fn classifier<N>(
                (batch, size): (usize, usize),
                threads: usize,
                mut optimizer: impl Optimizer<f32> + 'static,
            ) -> Step
            where
                N: Classifier + Network<Element = f32> + 'static,
            {
                let (images, classes) = images(batch, size);
                let mut model = N::new(0);
                let mut work = N::workspace().batch(batch).threads(threads).build();
                Box::new(move || {
                    let step = model.train_step(&mut work, (&images, &classes), &mut optimizer);
                    step.expect("the loss stays finite");
                })
            }

            pub fn step(network: &str, threads: usize) -> Step {
                let slow = || Momentum::new(1e-4, 0.9);
                match network {
                    "mlp_small" => classifier::<MlpSmall>((64, 784), threads, slow()),
                    "mlp" => classifier::<Mlp>((128, 784), threads, Adam::new(1e-5)),
                    "lenet5" => classifier::<LeNet5>((64, 784), threads, slow()),
                    "convnet" => classifier::<ConvNet>((64, 784), threads, Adam::new(1e-5)),
                    "resnet20" => {
                        classifier::<ResNet20>((32, 3072), threads, slow().weight_decay(1e-4))
                    }
                    "lstm" => classifier::<Lstm>((64, 784), threads, Adam::new(1e-5)),
                    "vit" => classifier::<Vit>((32, 3072), threads, Adam::new(1e-5)),
                    "mobilenet" => classifier::<MobileNet>((32, 3072), threads, slow()),
                    "gpt" => {
                        let (tokens, next) = letters(16);
                        let mut model = Gpt::new(0);
                        let mut work = Gpt::workspace().batch(16).threads(threads).build();
                        let mut optimizer = Adam::new(1e-5);
                        Box::new(move || {
                            let step = model.train_step(&mut work, (&tokens, &next), &mut optimizer);
                            step.expect("the loss stays finite");
                        })
                    }
                    _ => panic!("there is no network `{network}`"),
                }
            }
        }
    };
}

steps!(before, dsl_runtime, before_networks);
steps!(after, after, after_networks);

const NETWORKS: [&str; 9] = [
    "mlp_small",
    "mlp",
    "lenet5",
    "convnet",
    "resnet20",
    "lstm",
    "gpt",
    "vit",
    "mobilenet",
];

/// How long one version runs before the other has its turn, at least a step.
const SLICE: Duration = Duration::from_millis(4);

/// How long a network is measured.
const WHOLE: Duration = Duration::from_secs(12);

fn timed(step: &mut Step, count: u32) -> f64 {
    let begin = Instant::now();
    (0..count).for_each(|_| step());
    begin.elapsed().as_secs_f64() / f64::from(count)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let named: Vec<String> = std::env::args().skip(1).collect();
    let all = || NETWORKS.map(String::from).to_vec();
    println!("network    threads     before      after   ratio");
    for network in if named.is_empty() { all() } else { named } {
        for threads in [1, 2] {
            let (mut before, mut after) = (before::step(&network, threads), after::step(&network, threads));
            let once = timed(&mut before, 3).min(timed(&mut after, 3));
            let count = (SLICE.as_secs_f64() / once).ceil() as u32;
            let (mut times, mut ratios) = ([Vec::new(), Vec::new()], Vec::new());
            let begin = Instant::now();
            while begin.elapsed() < WHOLE {
                // Each goes first in every other round.
                let [one, other] = match ratios.len() % 2 {
                    0 => {
                        let one = timed(&mut before, count);
                        [one, timed(&mut after, count)]
                    }
                    _ => {
                        let other = timed(&mut after, count);
                        [timed(&mut before, count), other]
                    }
                };
                times[0].push(one);
                times[1].push(other);
                ratios.push(other / one);
            }
            let [before, after] = times.map(median);
            let ratio = median(ratios);
            println!(
                "{network:<10} {threads:>7} {:>8.1} µs {:>8.1} µs {ratio:>7.3}",
                before * 1e6,
                after * 1e6
            );
        }
    }
}
