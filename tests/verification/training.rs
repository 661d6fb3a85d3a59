//! Training lowers the loss.

use dsl_runtime::prelude::*;

use crate::fixtures::{Fixture, LeNet, LeNetSmall, Mlp, MlpSmall};

/// First and last loss of `steps` steps on one batch.
fn losses<N: Fixture>(steps: usize, optimizer: &mut impl Optimizer<N::Element>) -> (f64, f64) {
    let data = N::data(16, 1);
    let mut model = N::new(1);
    let mut work = N::workspace().batch(16).threads(2).build();
    let mut losses = (0..steps).map(|_| {
        let loss = model.train_step(&mut work, N::inputs(&data), optimizer);
        loss.expect("a finite loss").to_f64()
    });
    let first = losses.next().expect("at least one step");
    (first, losses.last().expect("at least two steps"))
}

#[test]
fn a_few_steps_lower_the_loss() {
    let found = [
        losses::<Mlp<f32>>(20, &mut Sgd::new(0.05)),
        losses::<Mlp<f64>>(20, &mut Momentum::new(0.02, 0.9)),
        losses::<LeNet<f32>>(10, &mut Adam::new(2e-3)),
        losses::<LeNetSmall<f64>>(20, &mut Adam::new(1e-2)),
        losses::<MlpSmall<f32>>(50, &mut Adam::new(2e-2)),
    ];
    for (first, last) in found {
        assert!(last < 0.7 * first, "{first} to {last}");
    }
}

#[test]
fn a_perceptron_learns_digits_from_a_few_hundred() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small");
    let Mnist { train, test } = Mnist::load(folder).expect("the digits of the repository");
    let (train, test) = (train.first(1000), test.first(500));
    let mut model = Mlp::new(1);
    let mut work = Mlp::workspace().batch(500).threads(2).build();
    let mut optimizer = Adam::new(2e-3);
    let mut batches = train.batches(50, 1);
    for _ in 0..4 {
        while let Some(batch) = batches.next() {
            model
                .train_step(&mut work, (batch.inputs, batch.labels), &mut optimizer)
                .expect("a finite loss");
        }
    }
    let scores = model
        .logits(&mut work, test.inputs())
        .expect("it fits the workspace");
    let accuracy = dsl_runtime::train::accuracy(scores, test.labels());
    assert!(accuracy > 0.8, "{accuracy}");
}
