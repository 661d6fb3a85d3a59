use super::*;
use crate::testing::{Points, points};
use crate::train::Stopped;
use crate::{Momentum, Sgd};

mod datasets;
mod going_on;
#[cfg(feature = "run")]
mod recorded;
mod stopping;

fn data(count: usize, seed: u64) -> Dataset<f32> {
    let (inputs, labels) = points(count, seed);
    Dataset::new(inputs, 2, labels, 3).unwrap()
}

fn fit(trainer: &mut Trainer<'_>) -> (Points<f32>, Vec<EpochReport>) {
    let mut model = Points::new(1);
    let (train, test) = (data(100, 1), data(40, 2));
    let history = trainer.fit(
        &mut model,
        &mut Momentum::new(0.1, 0.9),
        &train,
        &test,
        Points::logits,
    );
    (model, history.unwrap().history)
}

#[test]
fn a_network_learns_and_every_epoch_is_reported() {
    let mut epochs = Vec::new();
    let (_, history) = fit(&mut Trainer::new(3)
        .batch(16)
        .threads(1)
        .on_epoch(|report| epochs.push(report.clone())));
    assert_eq!(history, epochs);
    assert_eq!(
        history.iter().map(|report| report.epoch).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    let last = &history[2];
    assert!(last.train_loss < history[0].train_loss && last.test_loss().unwrap() < 0.2);
    assert!(last.test_accuracy().unwrap() > 0.95 && last.train_accuracy().unwrap() > 0.95);
    assert_eq!(
        (last.train.unwrap().examples, last.test.unwrap().examples),
        (100, 40)
    );
}

#[test]
fn examples_are_drawn_by_weights_and_every_one_must_have_its_own() {
    let mut weights = vec![1.0; 50];
    weights[..25].fill(0.0);
    let mut drawn: Vec<usize> = Vec::new();
    let mut learn = |weights: &[f64]| {
        Trainer::new(2).batch(8).draw_by(weights).fit_with(
            &mut (),
            50,
            |(), step| {
                drawn.extend(step.examples);
                Ok(0.0)
            },
            |()| Ok(()),
        )
    };
    learn(&weights).unwrap();
    let text = learn(&weights[1..]).unwrap_err().to_string();
    assert!(text.contains("49 weights for 50 examples"), "{text}");
    assert!(learn(&[f64::NAN; 50]).is_err() && learn(&[0.0; 50]).is_err());
    assert!(drawn.len() == 100 && drawn.iter().all(|&example| (25..50).contains(&example)));
    assert_ne!(drawn[..50], drawn[50..]);
}

#[test]
fn equal_seeds_give_equal_bits_and_other_seeds_others() {
    let bits = |seed| {
        let (model, _) = fit(&mut Trainer::new(2).batch(16).threads(1).seed(seed));
        model
            .parameters()
            .iter()
            .map(|value| value.to_bits())
            .collect::<Vec<_>>()
    };
    assert_eq!(bits(1), bits(1));
    assert_ne!(bits(1), bits(2));
}

#[test]
fn schedule_and_judging_are_the_users_choice() {
    let mut steps = Vec::new();
    let mut trainer = Trainer::new(2).batch(30).judge_train(false).schedule(|step| {
        steps.push(step);
        0.0
    });
    let (model, history) = fit(&mut trainer);
    assert_eq!(
        model.parameters().to_vec(),
        Points::<f32>::new(1).parameters().to_vec()
    );
    assert!(history[0].train.is_none() && history[0].test.is_some());
    drop(trainer);
    assert_eq!(steps, (0..8).collect::<Vec<_>>());
    assert!(fit(&mut Trainer::new(0)).1.is_empty());
}

#[test]
fn the_loop_serves_networks_of_other_kinds() {
    let (inputs, classes) = points::<f64>(10, 1);
    let mut state = (
        Points::<f64>::new(1),
        Points::workspace().batch(4).threads(1).build(),
        Sgd::new(0.1),
    );
    let history = Trainer::new(4)
        .batch(4)
        .fit_with(
            &mut state,
            10,
            |(model, work, sgd), step| {
                let point: Vec<f64> = step
                    .examples
                    .iter()
                    .flat_map(|&e| [inputs[2 * e], inputs[2 * e + 1]])
                    .collect();
                let class: Vec<u32> = step.examples.iter().map(|&e| classes[e]).collect();
                model.train_step(work, (&point, &class), sgd)
            },
            |_| Ok(()),
        )
        .unwrap()
        .history;
    assert!(history[3].train_loss < history[0].train_loss && history[3].test.is_none());
    let refused = Trainer::new(1).fit_with(&mut (), 0, |_, _| Ok(0.0), |_| Ok(()));
    assert!(matches!(refused, Err(Error::Dataset(DatasetProblem::Empty))));
}

#[test]
fn a_failing_step_ends_the_training_with_its_error() {
    let mut model = Points::<f32>::new(1);
    let mut bad = data(10, 1).inputs().to_vec();
    bad[7] = f32::NAN;
    let train = Dataset::new(bad, 2, data(10, 1).labels().to_vec(), 3).unwrap();
    let error = Trainer::new(1)
        .fit(&mut model, &mut Sgd::new(0.1), &train, &train, Points::logits)
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::NonFiniteLoss {
                network: "Points",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn images_are_augmented_for_learning_alone() {
    // A crop far beyond the image leaves nothing of it to learn from.
    let blind = Augment::new([1, 1, 2], 1).crop(1 << 20);
    let (_, history) = fit(&mut Trainer::new(2).batch(16).threads(1).augment(blind));
    assert!(history[1].train_accuracy().unwrap() < 0.5, "{}", history[1]);
    let (_, plain) = fit(&mut Trainer::new(2).batch(16).threads(1));
    let (_, same) = fit(&mut Trainer::new(2)
        .batch(16)
        .threads(1)
        .augment(Augment::new([1, 1, 2], 1)));
    assert_eq!(plain[1].test, same[1].test);
    let mut model = Points::<f32>::new(1);
    let wrong = Trainer::new(1)
        .progress(false)
        .augment(Augment::new([1, 1, 3], 1))
        .fit(
            &mut model,
            &mut Sgd::new(0.1),
            &data(4, 1),
            &data(4, 2),
            Points::logits,
        );
    assert!(
        wrong
            .unwrap_err()
            .to_string()
            .contains("an image of [1, 1, 3] has not 2 values")
    );
}

#[test]
fn examples_of_any_kind_train_as_labelled_ones_do() {
    let train = data(100, 1);
    let mut model = Points::<f32>::new(1);
    let history = Trainer::new(2)
        .batch(16)
        .threads(1)
        .fit_examples(
            &mut model,
            &mut Momentum::new(0.1, 0.9),
            &train,
            |learner, batch| learner.step((batch.inputs, batch.labels)),
            |_, _| Ok(()),
        )
        .unwrap()
        .history;
    let (labelled, of_labelled) = fit(&mut Trainer::new(2).batch(16).threads(1));
    assert_eq!(model.parameters().to_vec(), labelled.parameters().to_vec());
    let losses = |history: &[EpochReport]| history.iter().map(|report| report.train_loss).collect::<Vec<_>>();
    assert_eq!(losses(&history), losses(&of_labelled));
}

#[test]
#[cfg(feature = "checkpoint")]
fn an_interrupted_training_ends_with_the_bits_of_one_that_was_not() {
    let folder = crate::testing::Folder::new("trainer");
    let path = folder.join("training.safetensors");
    let rate = |step: u64| 0.1 / (1.0 + step as f64);
    let trainer = |epochs| Trainer::new(epochs).batch(16).threads(1).seed(3).schedule(rate);
    let (whole, all) = fit(&mut trainer(5));
    let (_, first) = fit(&mut trainer(2).checkpoint(&path));
    let (resumed, rest) = fit(&mut trainer(5).checkpoint(&path));
    assert_eq!(whole.parameters().to_vec(), resumed.parameters().to_vec());
    let losses = |history: &[EpochReport]| {
        history
            .iter()
            .map(|report| (report.epoch, report.train_loss))
            .collect::<Vec<_>>()
    };
    assert_eq!(losses(&all), [losses(&first), losses(&rest)].concat());
    let (again, nothing) = fit(&mut trainer(5).checkpoint(&path));
    assert!(nothing.is_empty());
    assert_eq!(again.parameters().to_vec(), whole.parameters().to_vec());
}

#[test]
#[cfg(all(unix, feature = "checkpoint"))]
fn a_training_that_may_be_there_is_not_begun_anew() {
    // The existence of a file with so long a name cannot be determined.
    let path = std::path::Path::new(&"n".repeat(5000)).to_owned();
    let mut model = Points::<f32>::new(1);
    let train = data(10, 1);
    let error = Trainer::new(1)
        .checkpoint(&path)
        .fit(&mut model, &mut Sgd::new(0.1), &train, &train, Points::logits)
        .unwrap_err();
    let told = matches!(&error, Error::File { action: "look for", path: named, .. } if *named == path);
    assert!(told, "{error}");
    assert_eq!(
        model.parameters().to_vec(),
        Points::<f32>::new(1).parameters().to_vec()
    );
}

#[test]
#[cfg(feature = "checkpoint")]
fn an_update_that_overflows_in_the_last_step_is_seen_before_it_is_saved() {
    let folder = crate::testing::Folder::new("overflow");
    let path = folder.join("training.safetensors");
    let train = data(32, 1);
    // Two steps an epoch; the last of the second is taken at a rate of its own.
    let fit = |epochs, last: f64| {
        let mut trainer = Trainer::new(epochs)
            .batch(16)
            .threads(1)
            .progress(false)
            .schedule(move |step| if step == 3 { last } else { 0.1 })
            .checkpoint(&path);
        let (mut model, mut sgd) = (Points::<f32>::new(1), Sgd::new(0.1));
        trainer.fit(&mut model, &mut sgd, &train, &train, Points::logits)
    };
    assert_eq!(fit(1, 0.1).unwrap().epochs, 1);
    let good = std::fs::read(&path).unwrap();
    let error = fit(2, 1e60).unwrap_err();
    let named = matches!(
        error,
        Error::NonFiniteTraining {
            network: "Points",
            average: None,
            ..
        }
    );
    assert!(named, "{error}");
    assert_eq!(good, std::fs::read(&path).unwrap());
    // The failed epoch is repeated from the good file.
    assert_eq!(fit(2, 0.1).unwrap().epochs, 2);
}

#[test]
fn a_schedule_of_the_library_sets_the_rates() {
    use crate::schedule::{cosine, warmup};
    let rate = warmup(3).then(cosine(11)).of(0.1);
    let by_hand = |step: u64| 0.1 * warmup(3).then(cosine(11)).at(step);
    let (one, _) = fit(&mut Trainer::new(2).batch(16).threads(1).schedule(rate));
    let (other, _) = fit(&mut Trainer::new(2).batch(16).threads(1).schedule(by_hand));
    let (plain, _) = fit(&mut Trainer::new(2).batch(16).threads(1));
    assert_eq!(one.parameters().to_vec(), other.parameters().to_vec());
    assert_ne!(one.parameters().to_vec(), plain.parameters().to_vec());
}

/// A plateau that comes with every loss, since none is half the one before.
fn impatient() -> Plateau {
    Plateau::new().factor(0.5).patience(0).threshold(0.9)
}

#[test]
fn a_plateau_reduces_the_rate() {
    let (reduced, history) = fit(&mut Trainer::new(3)
        .batch(16)
        .threads(1)
        .reduce_on_plateau(impatient()));
    let mut plateau = impatient();
    let mut shares = vec![1.0];
    for report in &history {
        plateau.observe(report.test_loss().unwrap());
        shares.push(plateau.rate());
    }
    assert!(plateau.rate() < 1.0, "{history:?}");
    // Seven steps an epoch.
    let (by_hand, _) = fit(&mut Trainer::new(3)
        .batch(16)
        .threads(1)
        .schedule(|step| 0.1 * shares[step as usize / 7]));
    assert_eq!(reduced.parameters().to_vec(), by_hand.parameters().to_vec());
    // The optimizer has its own rate afterwards.
    let (mut model, mut sgd, train) = (Points::<f32>::new(1), Sgd::new(0.1), data(100, 1));
    let mut trainer = Trainer::new(3)
        .batch(16)
        .threads(1)
        .reduce_on_plateau(impatient());
    let fit = trainer
        .fit(&mut model, &mut sgd, &train, &train, Points::logits)
        .unwrap();
    assert_eq!(fit.stopped, Stopped::Finished);
    assert_eq!(sgd.learning_rate(), 0.1);
}

#[test]
#[cfg(feature = "checkpoint")]
fn a_training_with_a_plateau_and_an_average_goes_on_with_its_bits() {
    let folder = crate::testing::Folder::new("plateau");
    let path = folder.join("training.safetensors");
    let train = data(100, 1);
    let average = crate::optim::WeightAverage::exponential(0.9);
    let run = |epochs, path: Option<&std::path::Path>| {
        let mut trainer = Trainer::new(epochs)
            .batch(16)
            .threads(1)
            .reduce_on_plateau(impatient());
        if let Some(path) = path {
            trainer = trainer.checkpoint(path);
        }
        let (mut model, mut nadam) = (
            Points::<f32>::new(1),
            crate::optim::Nadam::new(0.1).average(average),
        );
        let history = trainer
            .fit(&mut model, &mut nadam, &train, &train, Points::logits)
            .unwrap()
            .history;
        let averaged = nadam.with_average(&mut model, |model| model.parameters().to_vec());
        let losses: Vec<_> = history.iter().map(|report| report.test_loss().unwrap()).collect();
        (model.parameters().to_vec(), averaged, losses)
    };
    let whole = run(4, None);
    let first = run(2, Some(&path));
    let rest = run(4, Some(&path));
    assert!(whole.0 == rest.0 && whole.1 == rest.1);
    assert_eq!(whole.2, [first.2, rest.2].concat());
    assert_ne!(whole.0, whole.1);
    // A training without the plateau's state cannot go on with it.
    let other = folder.join("other.safetensors");
    fit(&mut Trainer::new(1).batch(16).threads(1).checkpoint(&other));
    let mut trainer = Trainer::new(2).checkpoint(&other).reduce_on_plateau(impatient());
    let mut model = Points::<f32>::new(1);
    let error = trainer
        .fit(
            &mut model,
            &mut Momentum::new(0.1, 0.9),
            &train,
            &train,
            Points::logits,
        )
        .unwrap_err();
    assert!(error.to_string().contains("plateau_rate"), "{error}");
}

#[test]
fn epochs_are_judged_by_the_average() {
    let train = data(100, 1);
    let average = crate::optim::WeightAverage::exponential(0.99);
    let mut model = Points::<f32>::new(1);
    let mut sgd = Sgd::new(0.1).average(average);
    let mut trainer = Trainer::new(1).batch(16).threads(1);
    let history = trainer
        .fit(&mut model, &mut sgd, &train, &train, Points::logits)
        .unwrap()
        .history;
    let mut work = Points::workspace().batch(16).threads(1).build();
    let averaged = sgd.with_average(&mut model, |model| {
        evaluate(model, &mut work, &train, Points::logits).unwrap()
    });
    let trained = evaluate(&model, &mut work, &train, Points::logits).unwrap();
    assert_eq!(history[0].test, Some(averaged));
    assert_ne!(averaged.loss, trained.loss);
}
