//! The same methods on digits, step by step.

use dsl_runtime::optim::RmsProp;
use dsl_runtime::prelude::*;

use super::plane::Method;
use super::statistics::Mean;
use super::sweep;

network! {
    /// One hidden layer.
    pub struct Digits;

    /// One score for each digit.
    pub fn scores(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(64).relu().dense(10)
    }

    /// Cross-entropy of one digit.
    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.scores(image).softmax_cross_entropy(digit)
    }
}

/// How much is trained.
pub struct Settings {
    pub examples: usize,
    pub judged: usize,
    pub steps: usize,
    pub seeds: u64,
}

/// What became of the networks of one method, of all seeds.
pub struct Curve {
    pub method: Method,
    /// The rate by which the first seed's training loss was least in the end.
    pub rate: f64,
    /// Steps taken, and the training loss.
    pub losses: Vec<(usize, Mean)>,
    /// The share of other digits that are read rightly in the end.
    pub accuracy: Mean,
}

/// One network: its losses on the way, and the share of other digits that it reads in the end.
struct Training {
    losses: Vec<(usize, f64)>,
    accuracy: f64,
}

impl Training {
    /// The loss in the end.
    fn last(&self) -> f64 {
        self.losses.last().map_or(f64::INFINITY, |loss| loss.1)
    }
}

/// The methods that take steps by batches, each by the best of its rates.
pub fn run(settings: &Settings, rates: &[f64]) -> Result<Vec<Curve>, Error> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small");
    let Mnist { train, test } = Mnist::load(folder)?;
    let data = (train.first(settings.examples), test.first(settings.judged));
    let methods = Method::ALL.iter().filter(|method| **method != Method::Lbfgs);
    let mut curves = Vec::new();
    for &method in methods {
        let first = sweep::all(rates, |&rate| Ok(train_by(method, rate, 1, settings, &data).ok()))?;
        let tried = rates.iter().zip(first);
        let finite = tried.filter_map(|(&rate, training)| Some((rate, training?)));
        let best = finite.min_by(|one, other| one.1.last().total_cmp(&other.1.last()));
        let (rate, first) = best.expect("the smallest rate stays finite");
        let seeds: Vec<u64> = (2..=settings.seeds).collect();
        let others = sweep::all(&seeds, |&seed| train_by(method, rate, seed, settings, &data))?;
        let all: Vec<Training> = std::iter::once(first).chain(others).collect();
        let moments = 0..all[0].losses.len();
        curves.push(Curve {
            method,
            rate,
            losses: moments
                .map(|at| {
                    (
                        all[0].losses[at].0,
                        Mean::of(all.iter().map(|of| of.losses[at].1)),
                    )
                })
                .collect(),
            accuracy: Mean::of(all.iter().map(|of| of.accuracy)),
        });
    }
    Ok(curves)
}

fn train_by(
    method: Method,
    rate: f64,
    seed: u64,
    settings: &Settings,
    data: &(Dataset<f32>, Dataset<f32>),
) -> Result<Training, Error> {
    match method {
        Method::GradientDescent => training(Sgd::new(rate), seed, settings, data),
        Method::Momentum => training(Momentum::new(rate, 0.9), seed, settings, data),
        Method::RmsProp => training(RmsProp::new(rate), seed, settings, data),
        Method::Adam | Method::Lbfgs => training(Adam::new(rate), seed, settings, data),
    }
}

/// Trains one network by batches of 50.
fn training(
    mut optimizer: impl Optimizer<f32>,
    seed: u64,
    settings: &Settings,
    (train, test): &(Dataset<f32>, Dataset<f32>),
) -> Result<Training, Error> {
    const BATCH: usize = 50;
    let mut model = Digits::new(seed);
    let mut work = Digits::workspace().batch(BATCH).threads(1).build();
    let mut batches = train.batches(BATCH, seed);
    let (mut losses, mut next) = (Vec::new(), 1);
    for step in 0..=settings.steps {
        if step == next || step == settings.steps {
            let judged = evaluate(&model, &mut work, train, Digits::scores)?;
            losses.push((step, judged.loss));
            next = (next + 1).max((next as f64 * 1.35).round() as usize);
        }
        let batch = match batches.next() {
            Some(batch) => batch,
            None => batches.next().expect("the next epoch has batches"),
        };
        if step < settings.steps {
            model.train_step(&mut work, (batch.inputs, batch.labels), &mut optimizer)?;
        }
    }
    let judged = evaluate(&model, &mut work, test, Digits::scores)?;
    let accuracy = judged.accuracy.unwrap_or_default();
    Ok(Training { losses, accuracy })
}
