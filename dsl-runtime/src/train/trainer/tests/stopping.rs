//! What ends a training, what it leaves, and steps of other kinds.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::metrics::{Accuracy, MeanSquaredError, Metric, RocAuc};
use crate::train::{Evaluation, Learnt, measure};

/// Trains `Points` on examples of any form, and is judged by losses that are told.
fn judged_by(trainer: &mut Trainer<'_>, losses: &[f64]) -> (Points<f32>, Result<Fit, Error>) {
    let (mut model, train) = (Points::<f32>::new(1), data(32, 1));
    let mut losses = losses.iter();
    let fit = trainer.fit_examples(
        &mut model,
        &mut Sgd::new(0.1),
        &train,
        |learner, batch| learner.step((batch.inputs, batch.labels)),
        |_, _| {
            Ok(Evaluation {
                loss: *losses.next().expect("as many epochs as losses"),
                accuracy: None,
                examples: 1,
            })
        },
    );
    (model, fit)
}

fn after(epochs: usize) -> Vec<f32> {
    let (model, fit) = judged_by(&mut Trainer::new(epochs).batch(16).threads(1), &[1.0; 9]);
    assert_eq!(fit.unwrap().stopped, Stopped::Finished);
    model.parameters().to_vec()
}

#[test]
fn a_training_that_gets_no_better_stops_and_gives_the_best_back() {
    let mut trainer = Trainer::new(9).batch(16).threads(1).early_stopping(2);
    let (model, fit) = judged_by(&mut trainer, &[3.0, 1.0, 2.0, 1.5, 1.0]);
    let fit = fit.unwrap();
    assert_eq!((fit.stopped, fit.epochs, fit.steps), (Stopped::Early, 5, 10));
    assert_eq!(
        fit.to_string(),
        "stopped early, since it got no better, after 5 epochs and 10 steps"
    );
    assert_eq!(fit.history, trainer.history());
    assert_eq!(model.parameters().to_vec(), after(2));
    // At the end of the last epoch it has the best too.
    let mut trainer = Trainer::new(3).batch(16).threads(1).early_stopping(2);
    let (model, fit) = judged_by(&mut trainer, &[1.0, 2.0, 3.0]);
    assert_eq!(fit.unwrap().stopped, Stopped::Finished);
    assert_eq!(model.parameters().to_vec(), after(1));
    // What is not measured cannot be watched; the epoch is kept.
    let mut trainer = Trainer::new(3).threads(1).watch(Watch::highest("accuracy"));
    let (_, fit) = judged_by(&mut trainer, &[1.0]);
    assert!(matches!(fit, Err(Error::NothingToWatch { .. })));
    assert_eq!(trainer.history().len(), 1);
}

#[test]
fn callbacks_and_flags_stop_after_the_step_they_see() {
    let mut seen = Vec::new();
    let mut trainer = Trainer::new(4).batch(16).threads(1).on_step(|step| {
        seen.push((step.step, step.epoch, step.examples, step.loss.is_finite()));
        assert!(step.gradient_norm.unwrap() > 0.0 && step.learning_rate == Some(0.1));
        assert!(step.examples_per_second() > 0.0);
        match step.step {
            3 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    });
    let (_, fit) = judged_by(&mut trainer, &[1.0; 9]);
    let fit = fit.unwrap();
    assert_eq!((fit.stopped, fit.epochs, fit.steps), (Stopped::Callback, 1, 3));
    drop(trainer);
    assert_eq!(seen, [(1, 1, 16, true), (2, 1, 16, true), (3, 2, 16, true)]);

    let mut trainer = Trainer::new(4)
        .batch(16)
        .threads(1)
        .on_epoch(|report| match report.epoch {
            2 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        });
    let (model, fit) = judged_by(&mut trainer, &[1.0; 9]);
    assert_eq!(fit.unwrap().stopped, Stopped::Callback);
    assert_eq!(model.parameters().to_vec(), after(2));

    let flag = AtomicBool::new(false);
    let mut trainer = Trainer::new(4)
        .batch(16)
        .threads(1)
        .interrupt(&flag)
        .on_step(|step| flag.store(step.step == 5, Ordering::Relaxed));
    let (_, fit) = judged_by(&mut trainer, &[1.0; 9]);
    let fit = fit.unwrap();
    assert_eq!((fit.stopped, fit.steps), (Stopped::Interrupted, 5));
    assert!(
        fit.to_string()
            .ends_with("not saved, for want of `Trainer::checkpoint`")
    );
    assert!(!flag.load(Ordering::Relaxed), "it is down again");
}

#[test]
fn so_many_steps_end_within_an_epoch() {
    let (model, fit) = judged_by(&mut Trainer::steps(5).batch(16).threads(1), &[1.0; 9]);
    let fit = fit.unwrap();
    assert_eq!((fit.stopped, fit.epochs, fit.steps), (Stopped::Finished, 2, 5));
    let epochs: Vec<_> = fit
        .history
        .iter()
        .map(|report| (report.epoch, report.steps))
        .collect();
    assert_eq!(epochs, [(1, 2), (2, 4), (3, 5)]);
    assert_eq!(fit.history[2].examples, 16);
    assert_ne!(model.parameters().to_vec(), after(2));
    let (model, fit) = judged_by(&mut Trainer::steps(4).batch(16).threads(1), &[1.0; 9]);
    assert_eq!(fit.unwrap().epochs, 2);
    assert_eq!(model.parameters().to_vec(), after(2));
    let (_, fit) = judged_by(&mut Trainer::steps(0), &[]);
    assert!(fit.unwrap().history.is_empty());
}

#[test]
fn a_training_that_fails_keeps_its_history_and_its_schedule() {
    let fails_in = Cell::new(2);
    let mut rates = 0;
    let mut trainer = Trainer::new(3).batch(16).threads(1).schedule(|_| {
        rates += 1;
        0.1
    });
    let train = data(32, 1);
    let run = |trainer: &mut Trainer<'_>| {
        trainer.fit_examples(
            &mut Points::<f32>::new(1),
            &mut Sgd::new(0.1),
            &train,
            |learner, batch| learner.step((batch.inputs, batch.labels)),
            |_, _| {
                fails_in.set(fails_in.get() - 1);
                match fails_in.get() {
                    0 => Err(Error::NothingAccumulated { network: "Points" }),
                    _ => Ok(()),
                }
            },
        )
    };
    let error = run(&mut trainer).unwrap_err();
    assert!(matches!(error, Error::NothingAccumulated { .. }));
    assert_eq!(trainer.history().len(), 1);
    assert_eq!(run(&mut trainer).unwrap().history.len(), 3);
    drop(trainer);
    assert_eq!(rates, 4 + 6);
}

#[test]
fn accumulated_batches_make_one_step() {
    let run = |trainer: Trainer<'_>| {
        let (mut model, train) = (Points::<f32>::new(1), data(40, 1));
        let mut trainer = trainer.threads(1);
        let fit = trainer
            .fit_examples(
                &mut model,
                &mut Momentum::new(0.1, 0.9),
                &train,
                |learner, batch| {
                    let loss = learner.step((batch.inputs, batch.labels))?;
                    Ok(Learnt::from(loss).with("twice", 2.0 * loss))
                },
                |_, _| Ok(()),
            )
            .unwrap();
        (model.parameters().to_vec(), fit)
    };
    let (parts, fit) = run(Trainer::new(2).batch(4).accumulate(4));
    let (whole, other) = run(Trainer::new(2).batch(16));
    assert_eq!((fit.steps, other.steps), (6, 6));
    for (part, whole) in parts.iter().zip(&whole) {
        assert!((part - whole).abs() < 1e-5, "{part} {whole}");
    }
    for report in fit.history.iter().chain(&other.history) {
        let twice = report.results[0].value.unwrap();
        assert!((twice - 2.0 * report.train_loss).abs() < 1e-5);
    }
    // A failing batch leaves nothing behind that a next training would add to.
    let mut bad = data(40, 1).inputs().to_vec();
    bad[3] = f32::NAN;
    let bad = Dataset::new(bad, 2, data(40, 1).labels().to_vec(), 3).unwrap();
    let mut model = Points::<f32>::new(1);
    let mut trainer = Trainer::new(1).batch(4).accumulate(10);
    let fit = trainer.fit(&mut model, &mut Sgd::new(0.1), &bad, &bad, Points::logits);
    assert!(matches!(fit, Err(Error::NonFiniteLoss { .. })));
    assert_eq!(
        model.parameters().to_vec(),
        Points::<f32>::new(1).parameters().to_vec()
    );
}

#[test]
fn metrics_are_reported_and_watched() {
    let (mut model, train, test) = (Points::<f32>::new(1), data(100, 1), data(40, 2));
    let mut metrics = (Accuracy::new(), RocAuc::new());
    let fit = Trainer::new(2)
        .batch(16)
        .threads(1)
        .watch(Watch::highest("ROC AUC"))
        .early_stopping(9)
        .fit_examples(
            &mut model,
            &mut Sgd::new(0.1),
            &train,
            |learner, batch| learner.step((batch.inputs, batch.labels)),
            |model, work| {
                measure(model, work, &test, &mut metrics, |model, work, batch, metrics| {
                    let loss = model.loss(work, (batch.inputs, batch.labels))?;
                    metrics.observe(model.logits(work, batch.inputs)?, batch.labels)?;
                    Ok(loss)
                })
            },
        )
        .unwrap();
    let last = &fit.history[1];
    let mut work = Points::workspace().batch(7).threads(1).build();
    let judged = evaluate(&model, &mut work, &test, Points::logits).unwrap();
    assert_eq!(last.measure("accuracy"), judged.accuracy);
    assert!(last.measure("ROC AUC").unwrap() > 0.9 && last.measure("R²").is_none());
    assert!((last.test_loss().unwrap() - judged.loss).abs() < 1e-6);
}

/// A generator, by a shift, and a discriminator, by a logistic unit, of numbers: the smallest adversarial pair.
struct Pair {
    shift: f64,
    unit: [f64; 2],
    real: Vec<f64>,
    noise: crate::random::Stream,
}

#[test]
fn an_adversarial_pair_trains_in_one_state() {
    let mut stream = crate::random::Stream::new(1, "real");
    let mut pair = Pair {
        shift: 0.0,
        unit: [0.0, 0.0],
        real: (0..256).map(|_| 3.0 + 0.5 * stream.normal()).collect(),
        noise: crate::random::Stream::new(1, "noise"),
    };
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let mut squared = MeanSquaredError::new();
    let fit = Trainer::new(60)
        .batch(32)
        .progress(false)
        .schedule(|step| 0.2 / (1.0 + step as f64 / 200.0))
        .fit_with(
            &mut pair,
            256,
            |pair, step| {
                let rate = step.rate.expect("the schedule's");
                let (mut slope, mut loss) = ([0.0; 2], 0.0);
                let count = step.examples.len() as f64;
                for &example in step.examples {
                    let made = pair.shift + 0.5 * pair.noise.normal();
                    for (x, target) in [(pair.real[example], 1.0), (made, 0.0)] {
                        let said = sigmoid(pair.unit[0] * x + pair.unit[1]);
                        loss -= (target * said.ln() + (1.0 - target) * (1.0 - said).ln()) / count;
                        slope[0] += (said - target) * x / count;
                        slope[1] += (said - target) / count;
                    }
                }
                for (weight, slope) in pair.unit.iter_mut().zip(slope) {
                    // Decay keeps the two from circling each other.
                    *weight -= rate * (slope + 0.3 * *weight);
                }
                let fooled = sigmoid(pair.unit[0] * pair.shift + pair.unit[1]);
                pair.shift += rate * (1.0 - fooled) * pair.unit[0];
                Ok(Learnt::from(loss).with("generator", -fooled.ln()))
            },
            |pair| {
                Metric::<f64>::reset(&mut squared);
                squared.observe(&[pair.shift], &[3.0])?;
                Ok(Evaluation {
                    loss: (pair.shift - 3.0).abs(),
                    accuracy: None,
                    examples: 1,
                })
            },
        )
        .unwrap();
    assert!((pair.shift - 3.0).abs() < 0.3, "{}", pair.shift);
    let last = fit.history.last().unwrap();
    assert!((last.train_loss - 2.0 * 2f64.ln()).abs() < 0.1, "{last}");
    assert_eq!(last.results[0].name, "generator");
    assert!(last.learning_rate.unwrap() < 0.06 && last.gradient_norm.is_none());
    assert!(squared.value().unwrap() < 0.1);
}

#[test]
fn what_needs_a_network_is_refused_without_one() {
    let mut trainer = Trainer::new(1).reduce_on_plateau(Plateau::new());
    let refused = trainer.fit_with(&mut (), 4, |_, _| Ok(0.0), |_| Ok(()));
    assert!(matches!(refused, Err(Error::NoNetwork { .. })));
    #[cfg(feature = "checkpoint")]
    for mut trainer in [
        Trainer::new(1).checkpoint("nowhere"),
        Trainer::new(1).best("nowhere"),
    ] {
        let refused = trainer.fit_with(&mut (), 4, |_, _| Ok(0.0), |_| Ok(()));
        assert!(refused.unwrap_err().to_string().contains("cannot save one"));
    }
}
