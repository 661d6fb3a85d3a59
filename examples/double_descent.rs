//! Double descent (Belkin, Hsu, Ma and Mandal, 2019): the error on new digits grows with the width of a network up to
//! where it can just learn its training digits by heart, wrong labels and all; wider still, it falls below all before.
//!
//! All widths are one declaration, and one generic function trains and judges each of them.

use std::time::Instant;

use dsl_runtime::prelude::*;
use dsl_runtime::train::Scores;

network! {
    /// One hidden layer; each member has another width.
    #[instantiate(WIDTH = [2, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256, 512])]
    pub struct Digits<const WIDTH: usize>;

    /// One score for each digit.
    pub fn scores(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(WIDTH).leaky_relu(0.1).dense(10)
    }

    /// `‖y − t‖²` with the truth `t` as 0 and 1.
    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.scores(image).squared_error(digit.one_hot())
    }
}

/// Digits to learn from.
const EXAMPLES: usize = 500;

/// Of these, one in so many has the label of another digit.
const WRONG: usize = 5;

const EPOCHS: usize = 400;

/// Digits to learn from, and others to judge by.
struct Study {
    train: Dataset<f32>,
    test: Dataset<f32>,
}

impl Study {
    fn new() -> Result<Study, Error> {
        let Mnist { train, test } = Mnist::load("data/mnist-small")?;
        let train = train.first(EXAMPLES);
        let noisy = train.labels().iter().enumerate();
        let labels = noisy.map(|(place, label)| {
            if place % WRONG == 0 {
                (label + 1) % 10
            } else {
                *label
            }
        });
        let train = Dataset::new(train.inputs().to_vec(), train.width(), labels.collect(), 10)?;
        Ok(Study { train, test })
    }

    /// Trains one network, whichever it is, and prints a line about it.
    fn network<N: Classifier<Element = f32>>(&self, scores: impl Scores<N>) -> Result<(), Error> {
        let begin = Instant::now();
        let mut model = N::new(1);
        let mut work = N::workspace().batch(100).threads(1).build();
        let mut optimizer = Adam::new(1e-3);
        let mut batches = self.train.batches(100, 1);
        for _ in 0..EPOCHS {
            while let Some(batch) = batches.next() {
                model.train_step(&mut work, (batch.inputs, batch.labels), &mut optimizer)?;
            }
        }
        let train = evaluate(&model, &mut work, &self.train, &scores)?;
        let test = evaluate(&model, &mut work, &self.test, &scores)?;
        let numbers: usize = N::LAYOUT
            .parameters
            .iter()
            .map(|parameter| parameter.range.len())
            .sum();
        println!(
            "{:12} {numbers:8}   {:8.4} {:8.3}   {:8.4} {:8.3}   {:6.1}",
            N::NAME,
            train.loss,
            1.0 - train.accuracy.unwrap_or_default(),
            test.loss,
            1.0 - test.accuracy.unwrap_or_default(),
            begin.elapsed().as_secs_f64()
        );
        Ok(())
    }
}

fn main() -> Result<(), Error> {
    let study = Study::new()?;
    println!("                        training digits     other digits");
    println!("network      numbers    loss     wrong      loss     wrong      seconds");
    study.network(Digits::<2>::scores)?;
    study.network(Digits::<4>::scores)?;
    study.network(Digits::<6>::scores)?;
    study.network(Digits::<8>::scores)?;
    study.network(Digits::<12>::scores)?;
    study.network(Digits::<16>::scores)?;
    study.network(Digits::<24>::scores)?;
    study.network(Digits::<32>::scores)?;
    study.network(Digits::<64>::scores)?;
    study.network(Digits::<128>::scores)?;
    study.network(Digits::<256>::scores)?;
    study.network(Digits::<512>::scores)
}
