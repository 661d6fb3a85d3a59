//! Trainings of one network under different measures, each judged by its empirical risk and by its risk on other digits.

use dsl_runtime::prelude::*;
use dsl_runtime::train::Scores;

use super::network::Digits;
use super::statistics::Mean;
use super::sweep;

/// How much is trained.
pub struct Settings {
    /// Digits to learn from; each seed has others.
    pub examples: usize,
    /// Digits to judge by, and at most so many to decide when to stop.
    pub judged: usize,
    /// Steps of each training.
    pub steps: usize,
    pub seeds: u64,
}

impl Settings {
    /// Those of the published figures.
    pub const FULL: Settings = Settings {
        examples: 500,
        judged: 2000,
        steps: 500,
        seeds: 3,
    };

    /// Those of a test.
    pub const QUICK: Settings = Settings {
        examples: 40,
        judged: 60,
        steps: 8,
        seeds: 2,
    };
}

/// What is done against the gap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    None,
    /// The gradient of `λ/2 ‖w‖²` is added to that of the loss.
    WeightDecay(f64),
    /// So many per cent of the hidden layer are left out.
    Dropout(usize),
    /// Steps of so many digits.
    BatchSize(usize),
}

/// The digits of a step, unless another number is asked for.
pub const BATCH: usize = 50;

/// All that are tried.
pub const MEASURES: [Measure; 16] = [
    Measure::None,
    Measure::WeightDecay(0.001),
    Measure::WeightDecay(0.003),
    Measure::WeightDecay(0.01),
    Measure::WeightDecay(0.03),
    Measure::WeightDecay(0.1),
    Measure::WeightDecay(0.3),
    Measure::Dropout(10),
    Measure::Dropout(25),
    Measure::Dropout(50),
    Measure::Dropout(75),
    Measure::Dropout(90),
    Measure::BatchSize(5),
    Measure::BatchSize(15),
    Measure::BatchSize(150),
    Measure::BatchSize(500),
];

/// A network at some moment.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    /// Steps taken.
    pub step: usize,
    /// `R_emp(θ)`: the mean loss on the digits learnt from.
    pub empirical: f64,
    /// `R(θ)`, estimated by the mean loss on test digits.
    pub risk: f64,
    /// The share of test digits that are read rightly.
    pub accuracy: f64,
    /// The mean loss on the digits that decide when to stop.
    validation: f64,
}

/// The networks of all seeds at some moment.
#[derive(Clone, Copy, Debug)]
pub struct Risks {
    /// The mean number of steps.
    pub step: f64,
    pub empirical: Mean,
    pub risk: Mean,
    /// `R(θ) − R_emp(θ)`, of each network.
    pub gap: Mean,
    pub accuracy: Mean,
}

impl Risks {
    fn of(judged: &[Judged]) -> Risks {
        let mean = |of: fn(&Judged) -> f64| Mean::of(judged.iter().map(of));
        Risks {
            step: mean(|judged| judged.step as f64).mean,
            empirical: mean(|judged| judged.empirical),
            risk: mean(|judged| judged.risk),
            gap: mean(|judged| judged.risk - judged.empirical),
            accuracy: mean(|judged| judged.accuracy),
        }
    }
}

/// What came of it.
pub struct Study {
    /// After the last step, for each of [`MEASURES`].
    pub ends: Vec<(Measure, Risks)>,
    /// On the way, without any measure.
    pub way: Vec<Risks>,
    /// Without any measure but that each training ends where its validation loss is least.
    pub stopped: Risks,
}

/// Trains by every measure with every seed.
pub fn run(settings: &Settings) -> Result<Study, Error> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small");
    let Mnist { train, test } = Mnist::load(folder)?;
    let test = test.first(settings.judged);
    let measures = MEASURES.iter();
    let jobs: Vec<(Measure, u64)> = measures
        .flat_map(|&measure| (1..=settings.seeds).map(move |seed| (measure, seed)))
        .collect();
    let ways = sweep::all(&jobs, |&(measure, seed)| {
        let data = Data::of(settings, &train, &test, seed)?;
        match measure {
            Measure::Dropout(10) => data.train(measure, seed, settings.steps, Digits::<10>::scores),
            Measure::Dropout(25) => data.train(measure, seed, settings.steps, Digits::<25>::scores),
            Measure::Dropout(50) => data.train(measure, seed, settings.steps, Digits::<50>::scores),
            Measure::Dropout(75) => data.train(measure, seed, settings.steps, Digits::<75>::scores),
            Measure::Dropout(90) => data.train(measure, seed, settings.steps, Digits::<90>::scores),
            _ => data.train(measure, seed, settings.steps, Digits::<0>::scores),
        }
    })?;
    let seeds = settings.seeds as usize;
    let ends = MEASURES.iter().zip(ways.chunks(seeds)).map(|(&measure, ways)| {
        let ends: Vec<Judged> = ways.iter().filter_map(|way| way.last().copied()).collect();
        (measure, Risks::of(&ends))
    });
    let plain = &ways[..seeds];
    let moments = plain[0].len();
    let way = (0..moments).map(|moment| {
        let judged: Vec<Judged> = plain.iter().map(|way| way[moment]).collect();
        Risks::of(&judged)
    });
    let least = |way: &Vec<Judged>| {
        let by_validation = |one: &&Judged, other: &&Judged| one.validation.total_cmp(&other.validation);
        way.iter().min_by(by_validation).copied()
    };
    let stopped: Vec<Judged> = plain.iter().filter_map(least).collect();
    Ok(Study {
        ends: ends.collect(),
        way: way.collect(),
        stopped: Risks::of(&stopped),
    })
}

/// The digits of one seed.
struct Data<'d> {
    train: Dataset<f32>,
    validation: Dataset<f32>,
    test: &'d Dataset<f32>,
}

impl Data<'_> {
    /// A part of the digits to learn from, and another to decide when to stop.
    fn of<'d>(
        settings: &Settings,
        all: &Dataset<f32>,
        test: &'d Dataset<f32>,
        seed: u64,
    ) -> Result<Data<'d>, Error> {
        let first = 2 * settings.examples * (seed as usize - 1) % all.len();
        let part = |first: usize| {
            let numbers: Vec<usize> = (first..first + settings.examples)
                .map(|at| at % all.len())
                .collect();
            all.select(&numbers)
        };
        Ok(Data {
            train: part(first)?,
            validation: part(first + settings.examples)?,
            test,
        })
    }

    /// The way of one network, judged after 1, 2, 3, 4, 6, 8, 11, … steps.
    fn train<N: Classifier<Element = f32>>(
        &self,
        measure: Measure,
        seed: u64,
        steps: usize,
        scores: impl Scores<N>,
    ) -> Result<Vec<Judged>, Error> {
        let batch = match measure {
            Measure::BatchSize(size) => size.min(self.train.len()),
            _ => BATCH.min(self.train.len()),
        };
        let decay = match measure {
            Measure::WeightDecay(weight) => weight,
            _ => 0.0,
        };
        let mut model = N::new(seed);
        let mut work = N::workspace().batch(batch).threads(1).seed(seed).build();
        let mut judging = N::workspace().batch(100).threads(1).inference().build();
        let mut optimizer = Momentum::new(0.02, 0.9).l2(decay);
        let mut batches = self.train.batches(batch, seed);
        let (mut way, mut next) = (Vec::new(), 1);
        for step in 1..=steps {
            let batch = match batches.next() {
                Some(batch) => batch,
                None => batches.next().expect("the next epoch has batches"),
            };
            model.train_step(&mut work, (batch.inputs, batch.labels), &mut optimizer)?;
            // Only of the training without any measure the whole way is asked for.
            if step == steps || (step == next && measure == Measure::None) {
                let empirical = evaluate(&model, &mut judging, &self.train, &scores)?;
                let validation = evaluate(&model, &mut judging, &self.validation, &scores)?;
                let risk = evaluate(&model, &mut judging, self.test, &scores)?;
                way.push(Judged {
                    step,
                    empirical: empirical.loss,
                    risk: risk.loss,
                    accuracy: risk.accuracy.unwrap_or_default(),
                    validation: validation.loss,
                });
                next = (next + 1).max((next as f64 * 1.4).round() as usize);
            }
        }
        Ok(way)
    }
}
