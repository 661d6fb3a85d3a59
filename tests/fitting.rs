//! What a trainer does with data and networks that are compiled: mixtures of classes, and a normalisation that the network
//! takes along.

use std::ops::ControlFlow;

use dsl_runtime::data::{Mixup, Normalisation};
use dsl_runtime::prelude::*;
use dsl_runtime::train::{Change, StepReport};

network! {
    pub struct Mixed;

    pub fn scores(&self, point: Tensor<2>) -> Tensor<3> {
        point.dense(8).tanh().dense(3)
    }

    pub fn loss(&self, point: Tensor<2>, shares: Tensor<3>) -> Scalar {
        self.scores(point).softmax_cross_entropy(shares)
    }
}

network! {
    pub struct Prices;

    fn normalised(size: Tensor<2>) -> Tensor<2> {
        let shift = buffer([2], zeros());
        let scale = buffer([2], constant(1.0));
        (size - shift) / scale
    }

    pub fn scores(&self, size: Tensor<2>) -> Tensor<3> {
        size.normalised().dense(3)
    }

    pub fn loss(&self, size: Tensor<2>, class: Index<3>) -> (Scalar, Tensor<3>) {
        let scores = self.scores(size);
        (scores.softmax_cross_entropy(class), scores)
    }
}

/// Three clouds of points, the second number of each a thousand times the first.
fn clouds(count: u32) -> Dataset<f32> {
    let inputs = (0..count).flat_map(|example| {
        let at = (example % 3) as f32 + 0.3 * (example as f32).sin();
        [at, 1000.0 * at]
    });
    let classes = (0..count).map(|example| example % 3).collect();
    Dataset::new(inputs.collect(), 2, classes, 3).expect("two numbers and a class each")
}

/// A file that is removed with its folder.
fn fresh(name: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("fitting");
    std::fs::create_dir_all(&folder).expect("a folder of the tests' own");
    let path = folder.join(name);
    let _ = std::fs::remove_file(&path);
    path
}

#[test]
fn a_training_on_mixtures_stopped_after_any_step_ends_with_the_bits() {
    let data = clouds(30);
    let trainer = |name: &str| {
        let mixup = Mixup::new(0.4, 5).expect("above 0");
        Trainer::new(2)
            .batch(8)
            .threads(1)
            .progress(false)
            .mixup(mixup)
            .prefetch()
            .checkpoint(fresh(name))
    };
    let fit = |trainer: &mut Trainer<'_>| {
        let mut model = Mixed::new(1);
        let fit = trainer.fit_shares(&mut model, &mut Adam::new(0.02), &data, &data, Mixed::scores);
        let fit = fit.expect("a training");
        (model.parameters().to_vec(), fit)
    };
    let (whole, all) = fit(&mut trainer("whole"));
    assert!(all.history[1].test_accuracy().is_some());
    let plain = fit(&mut Trainer::new(2).batch(8).threads(1).progress(false)).0;
    assert_ne!(plain, whole);
    for stop in 1..8 {
        let name = format!("stopped-{stop}");
        let until = move |step: &StepReport<'_>| match step.step == stop {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        fit(&mut trainer(&name).on_step(until));
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("fitting")
            .join(&name);
        let mixup = Mixup::new(0.4, 5).expect("above 0");
        // Without a thread of its own it goes on with the same bits.
        let mut rest = Trainer::new(2)
            .batch(8)
            .threads(1)
            .progress(false)
            .mixup(mixup)
            .checkpoint(path);
        assert_eq!(fit(&mut rest).0, whole, "stopped after step {stop}");
    }
}

#[test]
fn a_network_takes_its_normalisation_along() {
    let data = clouds(60);
    let normalisation = Normalisation::standard(data.inputs(), 2, 2).expect("numbers");
    let (shift, scale) = ("scores.normalised1.shift", "scores.normalised1.scale");
    let path = fresh("prices");
    let trainer = |epochs, normalisation: &Normalisation| {
        let trainer = Trainer::new(epochs).batch(10).threads(1).progress(false);
        trainer
            .normalise(normalisation.clone(), shift, scale)
            .checkpoint(&path)
    };
    let fit = |trainer: &mut Trainer<'_>| {
        let mut model = Prices::new(1);
        let fit = trainer.fit_scored(&mut model, &mut Adam::new(0.1), &data, &data, Prices::loss);
        (model, fit.expect("a training"))
    };
    let (model, done) = fit(&mut trainer(20, &normalisation));
    assert!(
        done.history[19].test_accuracy() > Some(0.95),
        "{}",
        done.history[19]
    );

    // Whoever loads the network normalises as it was trained.
    let network = fresh("prices.safetensors");
    checkpoint::save(&model, &network).expect("a save");
    let mut served = Prices::new(2);
    checkpoint::load(&mut served, &network).expect("a network");
    let mut work = Prices::workspace().threads(1).build();
    let raw = data.example(2).expect("an example");
    let scores = served.scores(&mut work, raw).expect("two numbers").to_vec();
    assert_eq!(argmax(&scores), Some(2));

    // A training that goes on keeps what it is used to, and says so.
    let mut told = Vec::new();
    let other = Normalisation::min_max(data.inputs(), 2, 2).expect("numbers");
    let (after, _) = fit(&mut trainer(21, &other).on_resume(|resumed| told = resumed.changes.clone()));
    assert_eq!(told, [Change::Normalisation]);
    assert_eq!(after.buffers().to_vec(), model.buffers().to_vec());
    let mut same = None;
    fit(&mut trainer(22, &normalisation).on_resume(|resumed| same = Some(resumed.changes.clone())));
    assert_eq!(same, Some(Vec::new()));

    let error = Trainer::new(1)
        .normalise(normalisation, "scores.shift", scale)
        .fit_scored(
            &mut Prices::new(1),
            &mut Sgd::new(0.1),
            &data,
            &data,
            Prices::loss,
        );
    assert!(
        error
            .expect_err("no such buffer")
            .to_string()
            .contains("scores.shift")
    );
}
