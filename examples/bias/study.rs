//! Trainings on more or less skewed data by several methods, judged group by group.

use dsl_runtime::data::{Batches, Order};
use dsl_runtime::prelude::*;

use super::coloured::{Coloured, GROUPS};
use super::network::Halves;
use super::statistics::Mean;
use super::sweep;

/// How much is trained.
pub struct Settings {
    /// Digits to learn from.
    pub examples: usize,
    /// Digits to judge by, half of them in either colour.
    pub judged: usize,
    pub steps: usize,
    pub seeds: u64,
}

impl Settings {
    /// Those of the published figures.
    pub const FULL: Settings = Settings {
        examples: 5000,
        judged: 2000,
        steps: 600,
        seeds: 3,
    };

    /// Those of a test.
    pub const QUICK: Settings = Settings {
        examples: 200,
        judged: 100,
        steps: 6,
        seeds: 2,
    };
}

/// The shares of training digits whose colour agrees with their class.
pub const SKEWS: [f64; 6] = [0.5, 0.8, 0.9, 0.95, 0.98, 0.99];

/// How the training data are used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// Every example counts the same.
    Plain,
    /// Losses weigh as much as their group is rare.
    Reweighted,
    /// Examples are drawn the more often the rarer their group.
    Balanced,
}

impl Method {
    pub const ALL: [Method; 3] = [Method::Plain, Method::Reweighted, Method::Balanced];

    pub fn name(self) -> &'static str {
        match self {
            Method::Plain => "as they are",
            Method::Reweighted => "reweighted",
            Method::Balanced => "balanced draws",
        }
    }
}

/// The networks of one method on one skew.
pub struct Outcome {
    pub skew: f64,
    pub method: Method,
    /// The share of test digits of each group that are read rightly.
    pub groups: [Mean; GROUPS],
    /// Of the worst of these, in each network.
    pub worst: Mean,
    /// The share of test digits that would be read rightly if colours were skewed as in training.
    pub skewed: Mean,
}

/// Trains by every method on every skew with every seed.
pub fn run(settings: &Settings) -> Result<Vec<Outcome>, Error> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small");
    let Mnist { train, test } = Mnist::load(folder)?;
    let (train, test) = (train.first(settings.examples), test.first(settings.judged));
    let test = Coloured::of(&test, 0.5, 1);
    let mut jobs = Vec::new();
    for skew in SKEWS {
        for method in Method::ALL {
            jobs.extend((1..=settings.seeds).map(|seed| (skew, method, seed)));
        }
    }
    let judged = sweep::all(&jobs, |&(skew, method, seed)| {
        let train = Coloured::of(&train, skew, seed);
        let model = trained(&train, method, seed, settings)?;
        accuracies(&model, &test)
    })?;
    let seeds = settings.seeds as usize;
    let outcomes = jobs
        .chunks(seeds)
        .zip(judged.chunks(seeds))
        .map(|(jobs, judged)| {
            let (skew, method, _) = jobs[0];
            let mean = |of: &dyn Fn(&[f64; GROUPS]) -> f64| Mean::of(judged.iter().map(of));
            Outcome {
                skew,
                method,
                groups: [0, 1, 2, 3].map(|group: usize| mean(&|accuracy| accuracy[group])),
                worst: mean(&|accuracy| accuracy.iter().copied().fold(1.0, f64::min)),
                skewed: mean(&|accuracy| {
                    let agreeing = accuracy[0] + accuracy[3];
                    let others = accuracy[1] + accuracy[2];
                    0.5 * (skew * agreeing + (1.0 - skew) * others)
                }),
            }
        });
    Ok(outcomes.collect())
}

/// A network trained by one method.
fn trained(data: &Coloured, method: Method, seed: u64, settings: &Settings) -> Result<Halves, Error> {
    const BATCH: usize = 50;
    let count = data.groups.len();
    let weights = data.weights();
    let same = vec![1.0; count];
    let arrays = data.weighted_by(if method == Method::Reweighted {
        &weights
    } else {
        &same
    })?;
    let order = match method {
        Method::Balanced => Order::weighted(&weights, count, BATCH, seed)?,
        _ => Order::new(count, BATCH, seed),
    };
    let mut batches = Batches::in_order_of(&arrays, order)?;
    let mut model = Halves::new(seed);
    let mut work = Halves::workspace().batch(BATCH).threads(1).build();
    let mut optimizer = Adam::new(1e-3);
    for _ in 0..settings.steps {
        let batch = match batches.next() {
            Some(batch) => batch,
            None => batches.next().expect("the next epoch has batches"),
        };
        let inputs = (batch.numbers(0), batch.indices(0), batch.numbers(1));
        model.train_step(&mut work, inputs, &mut optimizer)?;
    }
    Ok(model)
}

/// The share of each group that is read rightly; 1 of a group without digits.
fn accuracies(model: &Halves, data: &Coloured) -> Result<[f64; GROUPS], Error> {
    let mut work = Halves::workspace()
        .batch(data.groups.len())
        .threads(1)
        .inference()
        .build();
    let scores = model.scores(&mut work, &data.images)?;
    let mut right = [0.0; GROUPS];
    for ((scores, &class), &group) in scores.chunks_exact(2).zip(&data.classes).zip(&data.groups) {
        right[group] += f64::from(u8::from(argmax(scores) == Some(class as usize)));
    }
    let counts = data.counts();
    Ok([0, 1, 2, 3].map(|group: usize| match counts[group] {
        0 => 1.0,
        count => right[group] / count as f64,
    }))
}
