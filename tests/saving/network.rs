//! The network that is saved, and its training.

use std::path::Path;

use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;
use dsl_runtime::train::Fit;

network! {
    /// Something of everything a training must take up again: averages, noise and running statistics.
    pub struct Small;

    pub fn logits(&self, x: Tensor<4>) -> Tensor<3> {
        x.dense(64).batch_norm().relu().dropout(0.25).dense(64).tanh().dense(3)
    }

    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        self.logits(x).softmax_cross_entropy(class)
    }
}

/// Trains to so many epochs, from where the file left off; `after` is called when an epoch is saved.
pub fn train(epochs: usize, path: &Path, mut after: impl FnMut(usize)) {
    let mut trainer = trainer(epochs, path).on_epoch(|report| after(report.epoch));
    fit(&mut trainer).expect("a training that goes on");
}

/// A trainer of so many epochs, of three steps each.
pub fn trainer<'a>(epochs: usize, path: &Path) -> Trainer<'a> {
    Trainer::new(epochs)
        .batch(16)
        .threads(1)
        .seed(3)
        .progress(false)
        .checkpoint(path)
}

/// Trains on 40 examples.
pub fn fit(trainer: &mut Trainer<'_>) -> Result<Fit, Error> {
    let mut stream = Stream::new(1, "examples");
    let inputs: Vec<f32> = (0..40 * 4).map(|_| stream.normal() as f32).collect();
    let labels = (0..40).map(|example| example % 3).collect();
    let data = Dataset::new(inputs, 4, labels, 3).expect("40 examples");
    trainer.fit(
        &mut Small::new(1),
        &mut Adam::new(1e-3),
        &data,
        &data,
        Small::logits,
    )
}

/// The model of the file, which is whole.
pub fn loaded(path: &Path) -> Small {
    let mut model = Small::new(99);
    checkpoint::load(&mut model, path).expect("a whole file");
    model
}
