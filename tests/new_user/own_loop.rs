//! The loop that a `Trainer` runs, written out: steps, accumulation, a gradient that is looked at and changed.

use dsl_runtime::prelude::*;
use dsl_runtime::schedule::{cosine, warmup};

network! {
    /// Ten scores for 784 grey values.
    pub struct Mlp;

    pub fn scores(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(64).relu().dropout(0.2).dense(10)
    }

    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.scores(image).softmax_cross_entropy(digit)
    }
}

fn epochs(train: &Dataset<f32>, test: &Dataset<f32>) -> Result<f64, Error> {
    let mut model = Mlp::new(1);
    let mut work = Mlp::workspace().batch(32).build();
    let mut optimizer = Adam::new(2e-3).clip_norm(1.0);
    let mut batches = train.batches(32, 1);
    let steps = 4 * batches.batches_per_epoch() as u64;
    let rate = warmup(10).then(cosine(steps - 10)).of(2e-3);
    let mut step = 0;
    for epoch in 1..=4 {
        let mut sum = 0.0;
        while let Some(batch) = batches.next() {
            optimizer.set_learning_rate(rate(step));
            sum += model.train_step(&mut work, batch.into(), &mut optimizer)?;
            step += 1;
        }
        let mean = sum / batches.batches_per_epoch() as f32;
        let judged = evaluate(&model, &mut work, test, Mlp::scores)?;
        println!("epoch {epoch}: training loss {mean:.4}, on test digits {judged}");
    }
    Ok(evaluate(&model, &mut work, test, Mlp::scores)?.loss)
}

fn accumulated(train: &Dataset<f32>) -> Result<f32, Error> {
    let mut model = Mlp::new(1);
    let mut work = Mlp::workspace().batch(16).build();
    let mut optimizer = Adam::new(2e-3);
    let mut batches = train.batches(16, 1);
    let mut loss = 0.0;
    for _ in 0..20 {
        // Four batches of 16 make one step of 64.
        for _ in 0..4 {
            model.accumulate(&mut work, batches.draw().into())?;
        }
        loss = model.apply(&mut work, &mut optimizer)?;
    }
    Ok(loss)
}

fn by_hand(train: &Dataset<f32>) -> Result<f32, Error> {
    let mut model = Mlp::new(1);
    let mut work = Mlp::workspace().batch(32).build();
    let mut optimizer = Sgd::new(0.3);
    let mut batches = train.batches(32, 1);
    for _ in 0..40 {
        let (_, gradient) = model.loss_and_grad_in(&mut work, Mode::Train, batches.draw().into())?;
        // Clipped by hand, as `clip_norm(1.0)` does it.
        let norm = gradient.iter().map(|slope| slope * slope).sum::<f32>().sqrt();
        let mut gradient = gradient.clone();
        gradient.iter_mut().for_each(|slope| *slope /= norm.max(1.0));
        optimizer.step(model.parameters_mut(), &gradient)?;
        model.commit(&mut work)?;
    }
    model.loss(&mut work, &train.inputs()[..32 * 784], &train.labels()[..32])
}

#[test]
fn the_loss_falls_in_each_of_them() -> Result<(), Error> {
    let Mnist { train, test } = crate::digits(600, 200)?;
    let losses = (epochs(&train, &test)?, accumulated(&train)?, by_hand(&train)?);
    assert!(losses.0 < 1.0 && losses.1 < 1.0 && losses.2 < 1.0, "{losses:?}");
    Ok(())
}
