//! Trainings that stop anywhere and go on.

#![cfg(feature = "checkpoint")]

use std::ops::ControlFlow;
use std::path::Path;

use super::*;
use crate::testing::Folder;
use crate::train::Change;

fn trainer<'a>(path: &Path) -> Trainer<'a> {
    Trainer::new(3)
        .batch(16)
        .threads(1)
        .seed(3)
        .progress(false)
        .schedule(|step| 0.1 / (1.0 + step as f64))
        .early_stopping(5)
        .checkpoint(path)
}

fn train(trainer: &mut Trainer<'_>) -> (Vec<f32>, Fit) {
    let (mut model, train) = (Points::<f32>::new(1), data(100, 1));
    let fit = trainer
        .fit_examples(
            &mut model,
            &mut Momentum::new(0.1, 0.9),
            &train,
            |learner, batch| {
                let loss = learner.step((batch.inputs, batch.labels))?;
                Ok(Learnt::from(loss).with("third", loss / 3.0))
            },
            |model, work| evaluate(model, work, &train, Points::logits),
        )
        .unwrap();
    (model.parameters().to_vec(), fit)
}

/// The reports without times, and without what the last step was, which may lie before this run.
fn reports(fit: &Fit) -> Vec<EpochReport> {
    let timeless = |report: &EpochReport| EpochReport {
        seconds: 0.0,
        examples: 0,
        learning_rate: None,
        gradient_norm: None,
        ..report.clone()
    };
    fit.history.iter().map(timeless).collect()
}

#[test]
fn a_training_stopped_after_any_step_ends_with_the_bits_and_the_reports() {
    let folder = Folder::new("any-step");
    let (whole, all) = train(&mut trainer(&folder.join("whole")));
    // Seven steps an epoch.
    for stop in 1..=21 {
        let path = folder.join(&format!("stopped-{stop}"));
        let mut first = trainer(&path).on_step(move |step| match step.step == stop {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        });
        let (_, begun) = train(&mut first);
        assert_eq!((begun.stopped, begun.steps), (Stopped::Callback, stop));
        assert!(begun.to_string().ends_with("the same program goes on from there"));
        let mut told = None;
        let (resumed, rest) = train(&mut trainer(&path).on_resume(|resumed| told = Some(resumed.clone())));
        let told = told.unwrap();
        assert_eq!((told.steps, &told.changes[..]), (stop, &[][..]));
        assert_eq!(rest.resumed, Some(told));
        assert_eq!(resumed, whole, "stopped after step {stop}");
        assert_eq!([reports(&begun), reports(&rest)].concat(), reports(&all));
        assert_eq!(
            std::fs::read(&path).unwrap(),
            std::fs::read(folder.join("whole")).unwrap()
        );
    }
}

#[test]
fn so_many_steps_are_the_same_in_two_parts() {
    let folder = Folder::new("parts");
    let steps = |steps, name: &str| {
        train(
            &mut Trainer::steps(steps)
                .batch(16)
                .accumulate(2)
                .threads(1)
                .reduce_on_plateau(impatient())
                .checkpoint(folder.join(name)),
        )
    };
    let (whole, _) = steps(11, "whole");
    for first in [1, 4, 6] {
        let name = format!("from-{first}");
        let (_, begun) = steps(first, &name);
        assert_eq!((begun.stopped, begun.steps), (Stopped::Finished, first));
        let (rest, _) = steps(11, &name);
        assert_eq!(rest, whole, "{first} and {} steps", 11 - first);
    }
}

#[test]
fn what_has_changed_since_is_said() {
    let folder = Folder::new("changes");
    let begin = |name: &str| {
        let path = folder.join(name);
        let mut first = trainer(&path).on_step(|step| match step.step {
            9 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        });
        assert_eq!(train(&mut first).1.steps, 9);
        path
    };
    let path = begin("batch");
    let (_, fit) = train(&mut trainer(&path).batch(10).on_resume(|_| {}));
    let resumed = fit.resumed.unwrap();
    assert_eq!(resumed.changes, [Change::Batch { before: 16, now: 10 }]);
    assert_eq!((resumed.epochs, resumed.steps, resumed.examples), (1, 9, 32));
    let text = resumed.to_string();
    assert!(
        text.contains("after 1 epoch and 9 steps; a step takes 10 examples and took 16"),
        "{text}"
    );
    // The 68 examples that are left of the epoch, then those of the last.
    assert_eq!(fit.steps, 9 + 7 + 10);
    assert_eq!(fit.history[0].examples, 68);
    let path = begin("seed");
    let (_, fit) = train(&mut trainer(&path).seed(4).on_resume(|_| {}));
    let resumed = fit.resumed.unwrap();
    assert_eq!(resumed.changes, [Change::Seed { before: 3, now: 4 }]);
    assert_eq!((resumed.examples, fit.steps), (0, 9 + 14));
    // Other data.
    let path = begin("data");
    let (mut model, fewer) = (Points::<f32>::new(1), data(40, 1));
    let fit = trainer(&path)
        .on_resume(|_| {})
        .fit(
            &mut model,
            &mut Momentum::new(0.1, 0.9),
            &fewer,
            &fewer,
            Points::logits,
        )
        .unwrap();
    let changes = fit.resumed.unwrap().changes;
    assert_eq!(changes, [Change::Examples { before: 100, now: 40 }]);
    assert_eq!(fit.steps, 9 + 6);
}

#[test]
fn the_last_saves_and_the_best_network_are_kept() {
    let folder = Folder::new("kept");
    let (path, best) = (folder.join("points.training"), folder.join("best.safetensors"));
    let mut trainer = trainer(&path)
        .checkpoint_every(5)
        .keep_last(2)
        .best(&best)
        .watch(Watch::highest("loss"));
    let (model, fit) = train(&mut trainer);
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    // Saves after steps 5, 7, 10, 14, 15, 20 and 21.
    assert_eq!(
        names,
        [
            "best.safetensors",
            "points.step-20.training",
            "points.step-21.training",
            "points.training"
        ]
    );
    let last = std::fs::read(folder.join("points.step-21.training")).unwrap();
    assert_eq!(last, std::fs::read(&path).unwrap());
    let mut loaded = Points::<f32>::new(9);
    crate::checkpoint::load(&mut loaded, &best).unwrap();
    // The loss falls, so the highest was the first; early stopping gives it back.
    assert!(fit.history[0].test_loss() > fit.history[1].test_loss());
    assert_eq!(loaded.parameters().to_vec(), model);
    // One goes back to a save by its name.
    std::fs::copy(folder.join("points.step-20.training"), &path).unwrap();
    let (again, fit) = train(&mut trainer.on_resume(|resumed| assert_eq!(resumed.steps, 20)));
    assert_eq!((again, fit.steps), (model, 21));
}

#[test]
fn early_stopping_can_be_asked_for_later() {
    let folder = Folder::new("later");
    let path = folder.join("points.training");
    let plain = |epochs| {
        Trainer::new(epochs)
            .batch(16)
            .threads(1)
            .watch(Watch::default())
            .checkpoint(&path)
    };
    assert_eq!(train(&mut plain(1)).1.epochs, 1);
    let (model, fit) = train(&mut plain(2).early_stopping(0));
    assert_eq!((fit.stopped, fit.epochs), (Stopped::Finished, 2));
    let mut saved = Points::<f32>::new(9);
    crate::checkpoint::load(&mut saved, &path).unwrap();
    assert_eq!(saved.parameters().to_vec(), model);
}
