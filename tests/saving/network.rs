//! The network that is saved, and its training.

use std::path::Path;

use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;

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
    let mut stream = Stream::new(1, "examples");
    let inputs: Vec<f32> = (0..40 * 4).map(|_| stream.normal() as f32).collect();
    let labels = (0..40).map(|example| example % 3).collect();
    let data = Dataset::new(inputs, 4, labels, 3).expect("40 examples");
    Trainer::new(epochs)
        .batch(16)
        .threads(1)
        .seed(3)
        .progress(false)
        .checkpoint(path)
        .on_epoch(|report| after(report.epoch))
        .fit(
            &mut Small::new(1),
            &mut Adam::new(1e-3),
            &data,
            &data,
            Small::logits,
        )
        .expect("a training that goes on");
}

/// The model of the file, which is whole.
pub fn loaded(path: &Path) -> Small {
    let mut model = Small::new(99);
    checkpoint::load(&mut model, path).expect("a whole file");
    model
}
