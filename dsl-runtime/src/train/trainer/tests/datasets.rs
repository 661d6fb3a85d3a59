//! What a trainer does with data sets besides to shuffle them.

use super::*;
use crate::Classifier;
use crate::data::class_weights;
use crate::metrics::{Accuracy, TopK};
use crate::train::LossAndScores;

/// Loss and scores of a batch, as a `loss` with two results yields them.
fn both<'w>(
    model: &Points<f32>,
    work: &'w mut Workspace<Points<f32>>,
    points: &[f32],
    classes: &[u32],
) -> Result<(f32, &'w [f32]), Error> {
    let loss = model.loss(work, (points, classes))?;
    Ok((loss, model.logits(work, points)?))
}

fn fit_by(
    trainer: &mut Trainer<'_>,
    loss: impl LossAndScores<Points<f32>>,
) -> (Points<f32>, Result<Fit, Error>) {
    let mut model = Points::new(1);
    let (train, test) = (data(100, 1), data(40, 2));
    let fit = trainer.fit_scored(&mut model, &mut Momentum::new(0.1, 0.9), &train, &test, loss);
    (model, fit)
}

fn changing<'a>() -> Trainer<'a> {
    let augment = Augment::new([1, 1, 2], 5).mirror();
    Trainer::new(2).batch(16).threads(1).seed(3).augment(augment)
}

fn timeless(history: &[EpochReport]) -> Vec<EpochReport> {
    let timeless = |report: &EpochReport| EpochReport {
        seconds: 0.0,
        ..report.clone()
    };
    history.iter().map(timeless).collect()
}

#[test]
fn one_pass_says_what_two_say_and_what_metrics_do() {
    let (twice, reports) = fit(&mut changing());
    let (once, own) = fit_by(&mut changing(), both);
    assert_eq!(once.parameters().to_vec(), twice.parameters().to_vec());
    assert_eq!(timeless(&own.unwrap().history), timeless(&reports));

    let metrics = || (Accuracy::new(), TopK::new(2));
    for history in [
        fit(&mut changing().metrics(metrics())).1,
        fit_by(&mut changing().metrics(metrics()), both)
            .1
            .unwrap()
            .history,
    ] {
        for report in history {
            assert_eq!(report.measure("accuracy"), report.test_accuracy());
            let second = report.measure("top-2 accuracy").unwrap();
            assert!(second >= report.test_accuracy().unwrap() && second <= 1.0);
        }
    }
}

#[test]
fn what_is_prepared_ahead_is_what_is_prepared_in_time() {
    for accumulate in [1, 2] {
        let trainer = || changing().accumulate(accumulate);
        let (expected, reports) = fit(&mut trainer());
        let (found, own) = fit(&mut trainer().prefetch());
        assert_eq!(found.parameters().to_vec(), expected.parameters().to_vec());
        assert_eq!(timeless(&own), timeless(&reports));
    }
    let plain = fit(&mut Trainer::new(2).batch(16).threads(1).seed(3)).0;
    assert_ne!(
        fit(&mut changing()).0.parameters().to_vec(),
        plain.parameters().to_vec()
    );
}

#[test]
fn examples_are_drawn_by_their_weights() {
    // Of one example alone.
    let mut weights = vec![0.0; 100];
    weights[7] = 2.0;
    let (mut seen, train) = (Vec::new(), data(100, 1));
    let mut model = Points::<f32>::new(1);
    Trainer::new(1)
        .batch(16)
        .threads(1)
        .draw_by(weights)
        .fit_examples(
            &mut model,
            &mut Sgd::new(0.1),
            &train,
            |learner, batch| {
                seen.extend_from_slice(batch.inputs);
                learner.step((batch.inputs, batch.labels))
            },
            |_, _| Ok(()),
        )
        .unwrap();
    assert_eq!(seen, train.example(7).unwrap().repeat(100));

    let bits = |trainer: Trainer<'_>| fit(&mut { trainer }).0.parameters().to_vec();
    let balanced = bits(changing().balance_classes());
    let by_hand = class_weights(data(100, 1).labels()).unwrap();
    assert_eq!(balanced, bits(changing().draw_by(by_hand)));
    assert_ne!(balanced, bits(changing()));

    let error = fit_by(&mut changing().draw_by(vec![1.0; 3]).prefetch(), both)
        .1
        .unwrap_err();
    assert!(
        error.to_string().contains("3 weights for 100 examples"),
        "{error}"
    );
}

#[test]
fn whole_classes_cannot_be_mixed() {
    fn refused<N: Classifier<Element = f32>>(fit: Result<Fit, Error>) {
        assert!(matches!(fit, Err(Error::MixedClasses)), "{}", N::NAME);
    }
    let mixup = crate::data::Mixup::new(0.5, 1).unwrap();
    refused::<Points<f32>>(fit_by(&mut changing().mixup(mixup), both).1);
    let all = data(100, 1);
    refused::<Points<f32>>(changing().mixup(mixup).fit(
        &mut Points::new(1),
        &mut Sgd::new(0.1),
        &all,
        &all,
        Points::logits,
    ));
}

#[cfg(feature = "checkpoint")]
mod resumed {
    use std::ops::ControlFlow;
    use std::path::Path;

    use super::*;
    use crate::testing::Folder;
    use crate::train::Change;

    fn trainer<'a>(path: &Path) -> Trainer<'a> {
        changing()
            .accumulate(2)
            .balance_classes()
            .prefetch()
            .checkpoint(path)
    }

    #[test]
    fn a_training_stopped_after_any_step_ends_with_the_bits() {
        let folder = Folder::new("datasets-any-step");
        let (whole, _) = fit(&mut trainer(&folder.join("whole")));
        // Four steps an epoch.
        for stop in 1..=8 {
            let path = folder.join(&format!("stopped-{stop}"));
            fit(&mut trainer(&path).on_step(move |step| match step.step == stop {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }));
            let mut changes = None;
            let (resumed, _) = fit(&mut trainer(&path).on_resume(|resumed| {
                changes = Some(resumed.changes.clone());
            }));
            assert_eq!(changes, Some(Vec::new()), "stopped after step {stop}");
            assert_eq!(
                resumed.parameters().to_vec(),
                whole.parameters().to_vec(),
                "stopped after step {stop}"
            );
        }
    }

    #[test]
    fn other_weights_are_told_of() {
        let folder = Folder::new("datasets-weights");
        let path = folder.join("training");
        let stop = |step: &StepReport<'_>| match step.step == 2 {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        fit(&mut trainer(&path).on_step(stop));
        let mut told = Vec::new();
        let weights = vec![1.0; 100];
        fit(&mut trainer(&path).draw_by(weights).on_resume(|resumed| {
            told.push((resumed.changes.clone(), resumed.examples));
        }));
        assert_eq!(told, [(vec![Change::Weights], 0)]);
    }
}
