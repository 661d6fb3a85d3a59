//! Digits from their rows.

use std::path::Path;

use dsl_runtime::prelude::*;

use crate::{Training, schedule};

network! {
    /// A cell that reads 28 rows of 28 pixels, and says what it has read.
    pub struct Rows;

    const HIDDEN: usize = 96;

    /// One digit in, one score per class out.
    pub fn logits(&self, image: Tensor<28, 28>) -> Tensor<10> {
        let cell = lstm_cell(HIDDEN);
        let (mut h, mut c) = (zeros([HIDDEN]), zeros([HIDDEN]));
        for t in 0..28 {
            (h, c) = cell(image.at(t), h, c);
        }
        h.dense(10)
    }

    /// Cross-entropy of one digit.
    pub fn loss(&self, image: Tensor<28, 28>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}

/// Learns to read digits, and prints how many of those never seen are read rightly.
pub fn run(data: &Path, arguments: &Training) -> Result<(), Error> {
    let Mnist { train, test } = Mnist::load(data)?.standardised();
    let mut model = Rows::new(arguments.common.seed);
    println!(
        "{}: {} parameters, {} training and {} test digits",
        Rows::<f32>::NAME,
        Rows::<f32>::LAYOUT.count(),
        train.len(),
        test.len()
    );
    let (epochs, batch, rate) = (
        arguments.epochs.unwrap_or(12),
        arguments.batch,
        arguments.learning_rate,
    );
    let mut trainer = Trainer::new(epochs)
        .batch(batch)
        .seed(arguments.common.seed)
        .judge_train(false)
        .schedule(schedule::rise_and_fall(rate, epochs, train.len(), batch))
        .on_epoch(|report| println!("{report}"));
    if let Some(threads) = arguments.common.threads {
        trainer = trainer.threads(threads);
    }
    trainer.fit(&mut model, &mut Adam::new(rate), &train, &test, Rows::logits)?;
    let mut work = Rows::workspace().batch(256).inference().build();
    let judged = evaluate(&model, &mut work, &test, Rows::logits)?;
    println!("\ntest accuracy {:.4}", judged.accuracy.unwrap_or_default());
    Ok(())
}
