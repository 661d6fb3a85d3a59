//! Training of networks of all widths on digits some of which have a wrong label.

use dsl_runtime::prelude::*;
use dsl_runtime::train::Scores;

use super::network::Digits;
use super::statistics::Mean;
use super::sweep;

/// How much is trained.
pub struct Settings {
    /// Digits to learn from.
    pub examples: usize,
    /// Of these, one in so many has the label of another digit.
    pub wrong: usize,
    /// Digits to judge by.
    pub judged: usize,
    pub epochs: usize,
    /// Networks of each width: other initial values, another order of the digits.
    pub seeds: u64,
}

impl Settings {
    /// Those of the published figures.
    pub const FULL: Settings = Settings {
        examples: 1000,
        wrong: 5,
        judged: 2000,
        epochs: 250,
        seeds: 3,
    };

    /// Those of a test.
    pub const QUICK: Settings = Settings {
        examples: 50,
        wrong: 5,
        judged: 50,
        epochs: 30,
        seeds: 2,
    };
}

/// What became of the networks of one width.
pub struct Width {
    pub name: &'static str,
    /// The number of parameters.
    pub parameters: usize,
    pub train_loss: Mean,
    /// The share of training digits that do not get the label they have.
    pub train_wrong: Mean,
    pub test_loss: Mean,
    /// The share of other digits, all with their true label, that are read wrongly.
    pub test_wrong: Mean,
}

/// Trains and judges networks of all widths, from the narrowest on.
pub fn run(settings: &Settings) -> Result<Vec<Width>, Error> {
    let data = Data::new(settings)?;
    Ok(vec![
        data.width(settings, Digits::<2>::scores)?,
        data.width(settings, Digits::<4>::scores)?,
        data.width(settings, Digits::<6>::scores)?,
        data.width(settings, Digits::<8>::scores)?,
        data.width(settings, Digits::<12>::scores)?,
        data.width(settings, Digits::<16>::scores)?,
        data.width(settings, Digits::<24>::scores)?,
        data.width(settings, Digits::<32>::scores)?,
        data.width(settings, Digits::<64>::scores)?,
        data.width(settings, Digits::<128>::scores)?,
        data.width(settings, Digits::<256>::scores)?,
        data.width(settings, Digits::<512>::scores)?,
    ])
}

/// Digits to learn from, and others to judge by.
struct Data {
    train: Dataset<f32>,
    test: Dataset<f32>,
}

impl Data {
    fn new(settings: &Settings) -> Result<Data, Error> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small");
        let Mnist { train, test } = Mnist::load(folder)?;
        let train = train.first(settings.examples);
        let labels = train.labels().iter().enumerate();
        let labels = labels.map(|(place, label)| match place % settings.wrong {
            0 => (label + 1) % 10,
            _ => *label,
        });
        Ok(Data {
            train: Dataset::new(train.inputs().to_vec(), train.width(), labels.collect(), 10)?,
            test: test.first(settings.judged),
        })
    }

    /// The networks of one width, whichever it is.
    fn width<N: Classifier<Element = f32>>(
        &self,
        settings: &Settings,
        scores: impl Scores<N> + Sync,
    ) -> Result<Width, Error> {
        let seeds: Vec<u64> = (1..=settings.seeds).collect();
        let judged = sweep::all(&seeds, |&seed| {
            let mut model = N::new(seed);
            let mut work = N::workspace().batch(100).threads(1).build();
            let mut optimizer = Adam::new(1e-3);
            let mut batches = self.train.batches(100, seed);
            for _ in 0..settings.epochs {
                while let Some(batch) = batches.next() {
                    model.train_step(&mut work, (batch.inputs, batch.labels), &mut optimizer)?;
                }
            }
            let train = evaluate(&model, &mut work, &self.train, &scores)?;
            let test = evaluate(&model, &mut work, &self.test, &scores)?;
            let wrong = |accuracy: Option<f64>| 1.0 - accuracy.unwrap_or_default();
            Ok([train.loss, wrong(train.accuracy), test.loss, wrong(test.accuracy)])
        })?;
        let mean = |column: usize| Mean::of(judged.iter().map(|row| row[column]));
        let parameters = N::LAYOUT.parameters.iter();
        Ok(Width {
            name: N::NAME,
            parameters: parameters.map(|parameter| parameter.range.len()).sum(),
            train_loss: mean(0),
            train_wrong: mean(1),
            test_loss: mean(2),
            test_wrong: mean(3),
        })
    }
}
