#[path = "../benches/networks.rs"]
mod networks;
use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;
use networks::*;
use std::time::Instant;
fn digits(examples: usize) -> (Vec<f32>, Vec<u32>) {
    let mut stream = Stream::new(0, "digits");
    let images = (0..examples * 784).map(|_| stream.normal() as f32).collect();
    let classes = (0..examples).map(|_| (stream.uniform() * 10.0) as u32).collect();
    (images, classes)
}
fn time(name: &str, threads: usize, budget: f64, mut step: impl FnMut()) {
    let start = Instant::now();
    let mut group = 0u32;
    while start.elapsed().as_secs_f64() < 0.1 {
        step();
        group += 1;
    }
    let group = (group / 40).max(1).min(if group > 100_000 { 1000 } else { 20 });
    let group = if group < 20 { 1 } else { group };
    let mut all = vec![];
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < budget {
        let t = Instant::now();
        for _ in 0..group {
            step();
        }
        all.push(t.elapsed().as_secs_f64() * 1e6 / group as f64);
    }
    all.sort_by(f64::total_cmp);
    println!(
        "{name:12} threads {threads}  min {:9.2}  p10 {:9.2}  median {:9.2} us",
        all[0],
        all[all.len() / 10],
        all[all.len() / 2]
    );
}
fn train<N: Classifier + Network<Element = f32>>(
    name: &str,
    batch: usize,
    threads: usize,
    budget: f64,
    mut opt: impl Optimizer<f32>,
) {
    let (x, y) = digits(batch);
    let mut model = N::new(0);
    let mut work = N::workspace().batch(batch).threads(threads).build();
    time(name, threads, budget, || {
        model.train_step(&mut work, (&x, &y), &mut opt).unwrap();
    });
    let bits = model
        .parameters()
        .iter()
        .take(10000)
        .fold(0u64, |h, x| h.rotate_left(5) ^ x.to_bits() as u64);
    let _ = bits;
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let budget: f64 = args[1].parse().unwrap();
    let threads: Vec<usize> = args[2].split(',').map(|t| t.parse().unwrap()).collect();
    let has = |n: &str| args.len() == 3 || args[3..].iter().any(|a| a == n);
    for t in threads {
        if has("xor") {
            let (x, y) = ([0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], [0.0, 1.0, 1.0, 0.0]);
            let mut model = Xor::new(0);
            let mut work = Xor::workspace().batch(4).threads(t).build();
            let mut opt = Sgd::new(0.1);
            time("xor", t, budget, || {
                model.train_step(&mut work, (&x, &y), &mut opt).unwrap();
            });
        }
        if has("mlp_small") {
            train::<MlpSmall>("mlp_small", 64, t, budget, Momentum::new(1e-4, 0.9));
        }
        if has("mlp") {
            train::<Mlp>("mlp", 128, t, budget, Adam::new(1e-5));
        }
        if has("lenet5") {
            train::<LeNet5>("lenet5", 64, t, budget, Momentum::new(1e-4, 0.9));
        }
        if has("infer") {
            let (x, _) = digits(1);
            let model = Mlp::new(0);
            let mut work = Mlp::workspace().threads(t).inference().build();
            time("infer mlp", t, budget, || {
                std::hint::black_box(model.logits(&mut work, std::hint::black_box(&x)).unwrap());
            });
            let model = LeNet5::new(0);
            let mut work = LeNet5::workspace().threads(t).inference().build();
            time("infer lenet5", t, budget, || {
                std::hint::black_box(model.logits(&mut work, std::hint::black_box(&x)).unwrap());
            });
        }
    }
}
