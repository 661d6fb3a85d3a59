use super::super::tests::{renamed, without_checksum};
use super::*;
use crate::Train;
use crate::optim::{
    Adadelta, Adafactor, Adagrad, Adam, AmsGrad, CenteredRmsProp, Lamb, Lion, Momentum, Muon, Nadam, RmsProp,
    ScheduleFree, Sgd, WeightAverage,
};
use crate::testing::{Folder, Points, points};

fn step(
    model: &mut Points<f32>,
    work: &mut Workspace<Points<f32>>,
    optimizer: &mut impl Optimizer<f32>,
    seed: u64,
) {
    let (inputs, classes) = points::<f32>(30, seed);
    model.train_step(work, (&inputs, &classes), optimizer).unwrap();
}

fn work() -> Workspace<Points<f32>> {
    Points::workspace().batch(30).threads(1).seed(5).build()
}

/// Compares six steps in one run with three, a file, and three more.
fn goes_on_alike<O: Optimizer<f32>>(make: impl Fn() -> O, name: &str) {
    let folder = Folder::new(name);
    let path = folder.join("training.safetensors");
    let (mut whole, mut workspace, mut optimizer) = (Points::new(1), work(), make());
    for seed in 0..6 {
        if seed == 3 {
            save_training(&whole, &optimizer, &workspace, 7, &path).unwrap();
        }
        step(&mut whole, &mut workspace, &mut optimizer, seed);
    }
    let (mut resumed, mut optimizer) = (Points::new(2), make());
    let mut other = Points::workspace().batch(30).threads(1).build();
    let epochs = resume_training(&mut resumed, &mut optimizer, &mut other, &path).unwrap();
    assert_eq!((epochs, other.step(), other.seed()), (7, 3, 5));
    for seed in 3..6 {
        step(&mut resumed, &mut other, &mut optimizer, seed);
    }
    assert_eq!(whole.parameters().to_vec(), resumed.parameters().to_vec());
    let mut alone = Points::<f32>::new(3);
    super::super::load(&mut alone, &path).unwrap();
}

#[test]
fn every_optimizer_goes_on_with_the_same_bits() {
    goes_on_alike(|| Adam::new(0.05).weight_decay(0.01), "adam");
    goes_on_alike(|| Momentum::nesterov(0.1, 0.9), "momentum");
    goes_on_alike(|| Sgd::new(0.1), "sgd");
    let average = WeightAverage::exponential(0.9);
    goes_on_alike(|| Sgd::new(0.1).l2_from_start(0.1).average(average), "average");
    goes_on_alike(|| AmsGrad::new(0.05), "amsgrad");
    goes_on_alike(|| Nadam::new(0.05), "nadam");
    goes_on_alike(|| RmsProp::new(0.05), "rms_prop");
    goes_on_alike(|| CenteredRmsProp::new(0.05, 0.5), "centered");
    goes_on_alike(|| Adagrad::new(0.05), "adagrad");
    goes_on_alike(|| Adadelta::new(1.0), "adadelta");
    goes_on_alike(|| Lion::new(0.05), "lion");
    goes_on_alike(|| Lamb::new(0.05), "lamb");
    goes_on_alike(|| Adafactor::new(0.05), "adafactor");
    goes_on_alike(|| Muon::new(0.05), "muon");
    goes_on_alike(|| ScheduleFree::new(0.05), "schedule_free");
}

#[test]
fn before_the_first_step_there_is_nothing_to_restore() {
    let folder = Folder::new("unbegun");
    let path = folder.join("training.safetensors");
    let model = Points::<f32>::new(1);
    save_training(&model, &Adam::new(0.1), &work(), 0, &path).unwrap();
    let (mut model, mut workspace, mut optimizer) = (Points::new(2), work(), Adam::new(0.1));
    resume_training(&mut model, &mut optimizer, &mut workspace, &path).unwrap();
    step(&mut model, &mut workspace, &mut optimizer, 1);
}

#[test]
fn what_is_no_training_or_another_is_refused() {
    let folder = Folder::new("refused");
    let (plain, saved) = (folder.join("plain.safetensors"), folder.join("saved.safetensors"));
    let (mut model, mut workspace, mut adam) = (Points::new(1), work(), Adam::new(0.1));
    step(&mut model, &mut workspace, &mut adam, 1);
    super::super::save(&model, &plain).unwrap();
    save_training(&model, &adam, &workspace, 1, &saved).unwrap();
    let before = model.parameters().to_vec();
    let refused = |outcome: Result<u64, Error>, model: &Points<f32>| {
        assert_eq!(before, model.parameters().to_vec());
        match outcome {
            Err(Error::Checkpoint { problem, .. }) => problem,
            other => panic!("{other:?}"),
        }
    };
    let outcome = resume_training(&mut model, &mut Adam::new(0.1), &mut workspace, &plain);
    let problem = refused(outcome, &model);
    assert_eq!(problem, CheckpointProblem::NoTraining { lacks: "optimizer" });
    let outcome = resume_training(&mut model, &mut Momentum::new(0.1, 0.9), &mut workspace, &saved);
    let problem = refused(outcome, &model);
    let other =
        matches!(&problem, CheckpointProblem::OtherOptimizer { found, asked: "Momentum" } if found == "Adam");
    assert!(other, "{problem}");
}

/// A training of a few steps with these entries of its metadata changed, in a file with a checksum that
/// agrees.
fn lying(lies: &[(&'static str, &str)]) -> Vec<u8> {
    let (mut model, mut workspace, mut adam) = (Points::<f32>::new(1), work(), Adam::new(0.1));
    step(&mut model, &mut workspace, &mut adam, 1);
    let bytes = encode(&model, &adam, &workspace, 1, &Further::default()).unwrap();
    let file = File::read(&bytes).unwrap();
    let mut about = file.about;
    about.remove(format::CHECKSUM);
    about.extend(lies.iter().map(|&(key, text)| (key.to_owned(), text.to_owned())));
    format::write(&about, &file.tensors)
}

/// The reason why the training cannot be resumed; nothing has changed then.
fn refusal(bytes: &[u8]) -> CheckpointProblem {
    let (mut model, mut workspace, mut adam) = (Points::<f32>::new(2), work(), Adam::new(0.1));
    let before = model.parameters().to_vec();
    let problem = decode(&mut model, &mut adam, &mut workspace, |_| Ok(()), bytes).unwrap_err();
    assert_eq!(model.parameters().to_vec(), before);
    assert_eq!((adam.steps(), workspace.step(), workspace.seed()), (0, 0, 5));
    problem
}

#[test]
fn metadata_that_lie_are_refused() {
    assert!(
        decode(
            &mut Points::new(2),
            &mut Adam::new(0.1),
            &mut work(),
            |_| Ok(()),
            &lying(&[])
        )
        .is_ok()
    );
    let count = |name, found, most| CheckpointProblem::Count { name, found, most };
    for (key, most) in [
        ("step", MOST_STEPS),
        ("optimizer_steps", MOST_STEPS),
        ("epochs", MOST_EPOCHS),
    ] {
        for found in [most + 1, u64::MAX] {
            assert_eq!(
                refusal(&lying(&[(key, &found.to_string())])),
                count(key, found, most)
            );
        }
        for text in ["", "-1", "1.5", "18446744073709551616", "many", " 1"] {
            let lacks = CheckpointProblem::NoTraining { lacks: key };
            assert_eq!(refusal(&lying(&[(key, text)])), lacks, "{key}: {text:?}");
        }
    }
    assert_eq!(
        refusal(&lying(&[("optimizer_steps", "0")])),
        CheckpointProblem::MomentsWithoutSteps {
            name: "Adam.first/logits.dense1.bias".to_owned()
        }
    );
    assert_eq!(
        refusal(&lying(&[("network", "Lines")])),
        CheckpointProblem::OtherNetwork {
            found: "Lines".to_owned(),
            asked: "Points"
        }
    );
    let other = refusal(&lying(&[("optimizer", "Momentum")]));
    assert!(
        matches!(other, CheckpointProblem::OtherOptimizer { .. }),
        "{other}"
    );
}

#[test]
fn a_training_goes_on_from_the_most_steps_and_epochs() {
    let most = [
        ("step", &*MOST_STEPS.to_string()),
        ("optimizer_steps", &MOST_STEPS.to_string()),
        ("epochs", &MOST_EPOCHS.to_string()),
    ];
    let folder = Folder::new("most");
    let path = folder.join("training.safetensors");
    std::fs::write(&path, lying(&most)).unwrap();
    let (inputs, classes) = points::<f32>(30, 1);
    let data = crate::data::Dataset::new(inputs, 2, classes, 3).unwrap();
    let trainer = crate::train::Trainer::new(MOST_EPOCHS as usize + 1)
        .batch(1)
        .threads(1);
    let mut numbers = Vec::new();
    let mut trainer = trainer.checkpoint(&path).schedule(|number| {
        numbers.push(number);
        0.1
    });
    let mut model = Points::new(2);
    let history = trainer
        .fit(&mut model, &mut Adam::new(0.1), &data, &data, Points::logits)
        .unwrap();
    assert_eq!(history.history.len(), 1);
    drop(trainer);
    assert_eq!(numbers[0], MOST_EPOCHS * 30);
}

#[test]
fn averages_that_no_such_optimizer_has_are_refused() {
    let (mut model, mut workspace, mut adam) = (Points::<f32>::new(1), work(), Adam::new(0.1));
    step(&mut model, &mut workspace, &mut adam, 1);
    let bytes = encode(&model, &adam, &workspace, 1, &Further::default()).unwrap();
    let bytes = without_checksum(&bytes);
    for other in [
        "Adam.third/logits.dense1.bias",
        "Adam.first/logits.dense7.bias",
        "Adan.first/logits.dense1.bias",
    ] {
        let found = refusal(&renamed(&bytes, "Adam.first/logits.dense1.bias", other));
        let expected = CheckpointProblem::Unexpected {
            name: other.to_owned(),
            network: "Points",
        };
        assert_eq!(found, expected);
    }
}

#[test]
fn a_flipped_bit_is_noticed_wherever_it_matters() {
    let (mut model, mut workspace, mut adam) = (Points::<f32>::new(1), work(), Adam::new(0.1));
    step(&mut model, &mut workspace, &mut adam, 1);
    let bytes = encode(&model, &adam, &workspace, 1, &Further::default()).unwrap();
    let first = adam.moments().map(<[f32]>::to_vec);
    for place in 0..bytes.len() {
        for bit in [0, 2, 5] {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1 << bit;
            let (mut loaded, mut other, mut optimizer) = (Points::<f32>::new(2), work(), Adam::new(0.1));
            if decode(&mut loaded, &mut optimizer, &mut other, |_| Ok(()), &damaged).is_ok() {
                assert_eq!(loaded.parameters().to_vec(), model.parameters().to_vec());
                assert_eq!(optimizer.moments().map(<[f32]>::to_vec), first);
                assert_eq!(
                    (optimizer.steps(), other.step(), other.seed()),
                    (1, 1, 5),
                    "bit {bit} of {place}"
                );
            }
        }
    }
}

#[test]
fn numbers_beside_the_averages_are_needed_and_finite() {
    let (mut model, mut workspace, mut nadam) = (Points::<f32>::new(1), work(), Nadam::new(0.1));
    step(&mut model, &mut workspace, &mut nadam, 1);
    let further = Further {
        numbers: [
            ("further", "0.1"),
            ("sum.one", "2"),
            ("sum.two", "3"),
            ("count", "7"),
            ("most", "18446744073709551615"),
        ]
        .map(|(name, number)| (name.to_owned(), number.to_owned()))
        .to_vec(),
        best: None,
    };
    let bytes = encode(&model, &nadam, &workspace, 1, &further).unwrap();
    let mut read = |names: &[&'static str], bytes: &[u8]| {
        let mut nadam = Nadam::new(0.1);
        let read = |added: &Added<'_, '_>| {
            names
                .iter()
                .map(|name| added.number(name))
                .collect::<Result<Vec<_>, _>>()
        };
        decode(&mut model, &mut nadam, &mut workspace, read, bytes).map(|outcome| outcome.unwrap().1)
    };
    assert_eq!(read(&["further"], &bytes), Ok(vec![0.1]));
    let file = File::read(&bytes).unwrap();
    let added = Added(&file);
    assert_eq!(
        (added.count("count"), added.count("other")),
        (Ok(Some(7)), Ok(None))
    );
    assert!(added.count("further").is_err() && added.whole("further").is_err());
    assert_eq!(
        (added.whole("most"), added.optional("other")),
        (Ok(Some(u64::MAX)), Ok(None))
    );
    let found = u64::MAX;
    let most = MOST_STEPS;
    let name = "most";
    assert_eq!(
        added.count(name),
        Err(CheckpointProblem::Count { name, found, most })
    );
    let sums = [("one".to_owned(), 2.0), ("two".to_owned(), 3.0)];
    assert_eq!(added.numbers_after("sum."), Ok(sums.to_vec()));
    let lacks = |lacks| Err(CheckpointProblem::NoTraining { lacks });
    assert_eq!(read(&["other"], &bytes), lacks("other"));
    for lie in [b"inf", b"NaN", b"0,1"] {
        let mut bytes = without_checksum(&bytes);
        let key = b"\"momentum_product\":\"";
        let at = bytes.windows(key.len()).position(|window| window == key).unwrap() + key.len();
        bytes[at..at + 3].copy_from_slice(lie);
        assert_eq!(read(&[], &bytes), lacks("momentum_product"));
    }
}

#[test]
fn the_best_parameters_are_the_trainers_own() {
    let (mut model, mut workspace, mut adam) = (Points::<f32>::new(1), work(), Adam::new(0.1));
    let best = model.parameters().to_vec();
    step(&mut model, &mut workspace, &mut adam, 1);
    let further = Further {
        numbers: Vec::new(),
        best: Some([&best, &[]]),
    };
    let bytes = encode(&model, &adam, &workspace, 1, &further).unwrap();
    let mut other = Points::<f32>::new(2);
    let mut fresh = Adam::new(0.1);
    let read = |added: &Added<'_, '_>| added.best::<Points<f32>>();
    let (_, [parameters, buffers]) = decode(&mut other, &mut fresh, &mut workspace, read, &bytes)
        .unwrap()
        .unwrap();
    assert_eq!((parameters.to_vec(), buffers.len()), (best, 0));
    assert_eq!(other.parameters().to_vec(), model.parameters().to_vec());
    // A plain checkpoint is the network as it was trained.
    let mut plain = Points::<f32>::new(3);
    crate::checkpoint::decode(&mut plain, &bytes).unwrap();
    assert_eq!(plain.parameters().to_vec(), model.parameters().to_vec());
    // Something else under the same heading is refused.
    let strange = renamed(
        &without_checksum(&bytes),
        "best/logits.dense1.bias",
        "best/logits.dense1.boas",
    );
    assert!(decode(&mut other, &mut fresh, &mut workspace, |_| Ok(()), &strange).is_err());
}
