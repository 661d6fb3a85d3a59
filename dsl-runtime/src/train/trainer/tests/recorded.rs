use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::error::RunProblem;
use crate::testing::Folder;

/// The lines of a log without those that time decides.
fn log(run: &Path) -> Vec<String> {
    let text = fs::read_to_string(run.join("log.csv")).unwrap();
    let lines = text.lines().filter(|line| !line.contains("second"));
    lines.map(str::to_owned).collect()
}

fn names(run: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(run.join("log.csv")).unwrap();
    let names = text.lines().skip(1).filter_map(|line| line.split(',').nth(1));
    names.map(str::to_owned).collect()
}

#[test]
fn steps_epochs_and_configuration_are_in_the_folder() {
    let folder = Folder::new("trainer-run");
    let run = RunFolder::create(folder.join("run")).unwrap();
    let (model, history) = fit(&mut Trainer::new(3).batch(16).threads(1).seed(7).run(&run));
    let lines = log(run.path());
    let steps = lines.iter().filter(|line| line.contains(",loss/step,")).count();
    assert_eq!((steps, run.last_step()), (21, Some(21)));
    let last = history.last().unwrap();
    for (name, value) in [
        ("epoch", 3.0),
        ("loss/epoch", last.train_loss),
        ("loss/train", last.train.unwrap().loss),
        ("loss/test", last.test_loss().unwrap()),
        ("accuracy/test", last.test_accuracy().unwrap()),
        ("gradient norm", last.gradient_norm.unwrap()),
    ] {
        assert!(
            lines.contains(&format!("21,{name},{value:?}")),
            "{name}: {lines:?}"
        );
    }
    for (name, value) in [
        ("network", "Points"),
        ("parameters", "9"),
        ("optimizer", "Momentum"),
        ("learning rate", "0.1"),
        ("batch", "16"),
        ("seed", "7"),
        ("threads", "1"),
        ("epochs", "3"),
        ("training examples", "100"),
        ("status", "finished after 21 steps"),
    ] {
        assert_eq!(run.get(name).as_deref(), Some(value), "{name}");
    }
    let layout = fs::read_to_string(run.path().join("network.txt")).unwrap();
    assert!(layout.contains("logits.dense1.weight"));
    // What it does not say changes nothing.
    let (other, _) = fit(&mut Trainer::new(3).batch(16).threads(1).seed(7));
    assert_eq!(model.parameters().to_vec(), other.parameters().to_vec());
}

#[cfg(feature = "checkpoint")]
#[test]
fn a_training_that_goes_on_adds_to_its_log() {
    let folder = Folder::new("trainer-run-resumed");
    let train = |path: &Path, stop: Option<u64>| {
        let run = RunFolder::open_or_create(path).unwrap();
        let mut trainer = Trainer::new(3).batch(16).threads(1).run(&run);
        if let Some(stop) = stop {
            // Stopped by a failure, three steps after the last save.
            trainer = trainer.schedule(move |step| if step == stop { f64::NAN } else { 0.1 });
        } else {
            trainer = trainer.schedule(|_| 0.1);
        }
        let mut model = Points::new(1);
        let (train, test) = (data(100, 1), data(40, 2));
        let fit = trainer.fit(
            &mut model,
            &mut Momentum::new(0.1, 0.9),
            &train,
            &test,
            Points::logits,
        );
        (
            fit,
            run.get("status").unwrap(),
            crate::checkpoint::encode(&model).unwrap(),
        )
    };
    let (whole, cut) = (folder.join("whole"), folder.join("cut"));
    let (_, _, expected) = train(&whole, None);
    let (failed, status, _) = train(&cut, Some(10));
    assert!(
        failed.is_err() && status.starts_with("failed: ") && status.ends_with(" after 10 steps"),
        "{status}"
    );
    assert!(log(&cut).iter().any(|line| line.starts_with("10,loss/step,")));
    let (fit, status, found) = train(&cut, None);
    assert_eq!(
        (fit.unwrap().stopped, &*status),
        (crate::train::Stopped::Finished, "finished after 21 steps")
    );
    assert_eq!((log(&cut), found), (log(&whole), expected));
    for file in ["last.training", "best.safetensors"] {
        assert!(cut.join(file).is_file(), "{file}");
    }
}

#[test]
fn a_training_of_ones_own_has_a_folder_too_but_no_second_one_has_it() {
    let folder = Folder::new("trainer-run-own");
    let run = RunFolder::create(folder.join("run")).unwrap();
    let mut trainer = Trainer::new(2).batch(5).schedule(|_| 0.5).run(&run);
    let mut train = || {
        trainer.fit_with(
            &mut 0,
            10,
            |_, _| Ok(Learnt::from(1.0).with("divergence", 2.0)),
            |_| Ok(()),
        )
    };
    train().unwrap();
    let expected = [
        "divergence/epoch",
        "divergence/step",
        "epoch",
        "examples per second",
        "learning rate",
    ];
    let others = ["loss/epoch", "loss/step", "seconds per epoch"];
    assert_eq!(
        names(run.path()),
        expected.into_iter().chain(others).map(str::to_owned).collect()
    );
    let error = train().unwrap_err();
    assert!(
        matches!(
            &error,
            Error::Run {
                problem: RunProblem::Begun { last: 4 },
                ..
            }
        ),
        "{error}"
    );
}
