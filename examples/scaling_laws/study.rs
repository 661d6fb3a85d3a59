//! Students of many sizes, on more or less data, watched while they learn.

use dsl_runtime::data::RegressionDataset;
use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;

use super::network::{Student, Teacher};
use super::statistics::Line;
use super::sweep;

/// Numbers of an example.
const INPUTS: usize = 6;

/// Examples of a step.
const BATCH: usize = 128;

/// How much is trained.
pub struct Settings {
    /// Examples that the students of growing width learn from: many enough that none is seen often.
    pub pool: usize,
    /// Examples to judge by.
    pub judged: usize,
    /// Steps of each training.
    pub steps: usize,
    /// The numbers of examples that students of width 96 learn from.
    pub data: &'static [usize],
    pub seeds: u64,
}

impl Settings {
    /// Those of the published figures.
    pub const FULL: Settings = Settings {
        pool: 200_000,
        judged: 4000,
        steps: 6000,
        data: &[30, 100, 300, 1000, 3000, 10_000],
        seeds: 2,
    };

    /// Those of a test.
    pub const QUICK: Settings = Settings {
        pool: 500,
        judged: 100,
        steps: 8,
        data: &[20, 40, 80],
        seeds: 1,
    };
}

/// A student while it learns.
pub struct Training {
    /// The number of its parameters.
    pub parameters: usize,
    /// The number of examples that it learns from.
    pub examples: usize,
    /// Operations so far, `6 N` for each parameter and each example of a step (Kaplan et al., 2020), and the loss on others.
    pub losses: Vec<(f64, f64)>,
}

impl Training {
    /// The least loss on others: a training that is stopped in time has it.
    pub fn least(&self) -> f64 {
        self.losses
            .iter()
            .map(|loss| loss.1)
            .fold(f64::INFINITY, f64::min)
    }
}

/// What came of it.
pub struct Study {
    /// Students of growing width, with data that do not run out.
    pub widths: Vec<Training>,
    /// One width, with growing data.
    pub amounts: Vec<Training>,
    /// The least loss of any student at a price in operations.
    pub frontier: Vec<(f64, f64)>,
    /// The power laws of parameters, examples and operations.
    pub laws: [Line; 3],
}

/// Trains all students, and fits the laws.
pub fn run(settings: &Settings) -> Result<Study, Error> {
    let data = Data::new(settings)?;
    let (widths, seeds) = ([3, 6, 12, 24, 48, 96, 192], 1..=settings.seeds);
    let with_seeds = |size: &usize| {
        let size = *size;
        seeds.clone().map(move |seed| (size, seed))
    };
    // The largest first, so that the smaller ones fill the gaps between the threads.
    let jobs: Vec<(usize, u64)> = widths.iter().rev().flat_map(with_seeds).collect();
    let widths = sweep::all(&jobs, |&(width, seed)| match width {
        3 => data.train::<Student<3>>(settings, settings.pool, seed),
        6 => data.train::<Student<6>>(settings, settings.pool, seed),
        12 => data.train::<Student<12>>(settings, settings.pool, seed),
        24 => data.train::<Student<24>>(settings, settings.pool, seed),
        48 => data.train::<Student<48>>(settings, settings.pool, seed),
        96 => data.train::<Student<96>>(settings, settings.pool, seed),
        _ => data.train::<Student<192>>(settings, settings.pool, seed),
    })?;
    let jobs: Vec<(usize, u64)> = settings.data.iter().flat_map(with_seeds).collect();
    let amounts = sweep::all(&jobs, |&(examples, seed)| {
        data.train::<Student<96>>(settings, examples, seed)
    })?;
    let frontier = frontier(&widths);
    let by_parameters: Vec<(f64, f64)> = widths
        .iter()
        .map(|training| (training.parameters as f64, training.least()))
        .collect();
    let by_examples: Vec<(f64, f64)> = amounts
        .iter()
        .map(|training| (training.examples as f64, training.least()))
        .collect();
    let laws = [&by_parameters, &by_examples, &frontier].map(|points| Line::through_logarithms(points));
    Ok(Study {
        widths,
        amounts,
        frontier,
        laws,
    })
}

/// The least loss within each third of a power of ten of operations, where a student is better than all before.
fn frontier(trainings: &[Training]) -> Vec<(f64, f64)> {
    let all = || trainings.iter().flat_map(|training| &training.losses);
    let slot = |price: f64| (3.0 * price.log10()).floor() as i64;
    let (first, last) = all().fold((i64::MAX, i64::MIN), |(first, last), (price, _)| {
        (first.min(slot(*price)), last.max(slot(*price)))
    });
    let mut frontier: Vec<(f64, f64)> = Vec::new();
    for number in first..=last {
        let own = all().filter(|(price, _)| slot(*price) == number);
        let least = own.min_by(|one, other| one.1.total_cmp(&other.1)).copied();
        let best = frontier.last().map_or(f64::INFINITY, |point| point.1);
        frontier.extend(least.filter(|point| point.1 < best));
    }
    frontier
}

/// Examples of the teacher, whose values have mean 0 and variance 1.
struct Data {
    pool: (Vec<f32>, Vec<f32>),
    test: (Vec<f32>, Vec<f32>),
}

impl Data {
    fn new(settings: &Settings) -> Result<Data, Error> {
        let teacher = Teacher::new(1);
        let mut work = Teacher::workspace().batch(1000).inference().build();
        let mut examples = |count: usize, name: &str| -> Result<(Vec<f32>, Vec<f32>), Error> {
            let mut stream = Stream::new(1, name);
            let x: Vec<f32> = (0..count * INPUTS)
                .map(|_| 2.0 * stream.uniform() as f32 - 1.0)
                .collect();
            let mut y = Vec::with_capacity(count);
            for x in x.chunks(1000 * INPUTS) {
                y.extend_from_slice(teacher.value(&mut work, x)?);
            }
            Ok((x, y))
        };
        let mut pool = examples(settings.pool, "examples to learn from")?;
        let mut test = examples(settings.judged, "examples to judge by")?;
        let count = pool.1.len() as f32;
        let mean = pool.1.iter().sum::<f32>() / count;
        let variance = pool.1.iter().map(|y| (y - mean).powi(2)).sum::<f32>() / count;
        for y in pool.1.iter_mut().chain(&mut test.1) {
            *y = (*y - mean) / variance.sqrt();
        }
        Ok(Data { pool, test })
    }

    /// A student of the first examples, judged after 1, 2, 3, 4, 6, 8, … steps.
    fn train<N>(&self, settings: &Settings, examples: usize, seed: u64) -> Result<Training, Error>
    where
        N: for<'a> Train<Element = f32, Inputs<'a> = (&'a [f32], &'a [f32])>,
    {
        let (x, y) = (&self.pool.0[..examples * INPUTS], &self.pool.1[..examples]);
        let data = RegressionDataset::new(x.to_vec(), INPUTS, y.to_vec(), 1)?;
        let parameters = N::LAYOUT
            .parameters
            .iter()
            .map(|parameter| parameter.range.len())
            .sum();
        let batch = BATCH.min(examples);
        let mut model = N::new(seed);
        let mut work = N::workspace().batch(batch).threads(1).build();
        let mut judging = N::workspace()
            .batch(settings.judged)
            .threads(1)
            .inference()
            .build();
        let mut optimizer = Adam::new(RATE);
        let mut batches = data.batches(batch, seed);
        let (mut losses, mut next) = (Vec::new(), 8);
        for step in 1..=settings.steps {
            // Falls as the root of the steps, so that a training is as good as one of its length at any moment.
            optimizer.set_learning_rate(RATE / (1.0 + step as f64 / SETTLING).sqrt());
            let batch = match batches.next() {
                Some(batch) => batch,
                None => batches.next().expect("the next epoch has batches"),
            };
            model.train_step(&mut work, batch, &mut optimizer)?;
            if step == next || step == settings.steps {
                let loss = model.loss(&mut judging, (&self.test.0, &self.test.1))?;
                let price = 6.0 * parameters as f64 * (work.capacity() * step) as f64;
                losses.push((price, f64::from(loss)));
                next = (next as f64 * 1.25).ceil() as usize;
            }
        }
        Ok(Training {
            parameters,
            examples,
            losses,
        })
    }
}

/// The first learning rate, and the steps after which it begins to fall.
const RATE: f64 = 0.01;
const SETTLING: f64 = 100.0;
