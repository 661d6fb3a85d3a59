//! State and modes of emitted networks: when buffers change, how they are saved, and what is refused.

use dsl_runtime::CheckpointProblem;
use dsl_runtime::NonFinite;
use dsl_runtime::prelude::*;

use crate::fixtures::{BatchNorm, Fixture};

const MEAN: &str = "logits.batch_norm2.running_mean";

fn setting() -> (BatchNorm, Workspace<BatchNorm>, <BatchNorm<f32> as Fixture>::Data) {
    let work = BatchNorm::workspace().batch(8).threads(2).build();
    (BatchNorm::new(1), work, BatchNorm::<f32>::data(8, 1))
}

#[test]
fn buffers_begin_as_declared() {
    let (model, ..) = setting();
    assert_eq!(model.buffer(MEAN), Some([0.0; 4].as_slice()));
    assert_eq!(
        model.buffer("logits.batch_norm2.running_var"),
        Some([1.0; 4].as_slice())
    );
    assert_eq!(model.buffer("logits.batch_norm2.weight"), None);
    assert_eq!(BatchNorm::<f32>::LAYOUT.find(MEAN), None);
}

#[test]
fn only_a_step_or_a_commit_changes_buffers() {
    let (mut model, mut work, data) = setting();
    let inputs = BatchNorm::<f32>::inputs(&data);
    let before = model.buffers().to_vec();
    model
        .loss_and_grad_in_evaluation(&mut work, inputs.0, inputs.1)
        .expect("a whole batch");
    assert!(work.pending().is_none(), "evaluation updates nothing");
    let training = model
        .loss_in_training(&mut work, inputs.0, inputs.1)
        .expect("a whole batch");
    assert_eq!(model.buffers(), before);
    let pending = work.pending().expect("training does").to_vec();
    let evaluation = model.loss(&mut work, inputs.0, inputs.1).expect("a whole batch");
    assert!(training != evaluation);
    model.commit(&mut work).expect("finite statistics");
    assert_eq!(model.buffers(), pending);
    assert!(work.pending().is_none());
    model.commit(&mut work).expect("nothing is left");
    assert_eq!(model.buffers(), pending);
    let changed = model.loss(&mut work, inputs.0, inputs.1).expect("a whole batch");
    assert!(changed != evaluation, "evaluation reads what was committed");
}

#[test]
fn a_single_value_per_channel_cannot_be_trained_on() {
    let (mut model, mut work, _) = setting();
    let data = BatchNorm::<f32>::data(1, 1);
    let (parameters, buffers) = (model.parameters().to_vec(), model.buffers().to_vec());
    let error = model
        .train_step(&mut work, BatchNorm::<f32>::inputs(&data), &mut Sgd::new(0.1))
        .expect_err("of a vector, the last norm sees one value per channel");
    let named = matches!(
        error,
        Error::NonFiniteBuffer {
            network: "BatchNorm",
            at: NonFinite {
                name: "logits.batch_norm4.running_var",
                position: 0,
                ..
            },
            ..
        }
    );
    assert!(named, "{error}");
    assert_eq!(
        (parameters, buffers),
        (model.parameters().to_vec(), model.buffers().to_vec())
    );
    assert!(
        model.loss(&mut work, &data.0, &data.1).is_ok(),
        "evaluation is well defined"
    );
    assert!(work.pending().is_none() && work.step() == 0, "nothing waits");
}

#[test]
fn training_mode_needs_a_training_workspace() {
    let (model, _, data) = setting();
    let mut work = BatchNorm::workspace().batch(8).inference().build();
    assert!(model.logits(&mut work, &data.0).is_ok());
    let error = model
        .logits_in_training(&mut work, &data.0)
        .expect_err("it has no room");
    assert!(
        matches!(error, Error::InferenceWorkspace { network: "BatchNorm" }),
        "{error}"
    );
}

#[test]
fn checkpoints_hold_buffers() {
    let (mut model, mut work, data) = setting();
    let empty = checkpoint::encode(&model).expect("finite values");
    model
        .train_step(&mut work, BatchNorm::<f32>::inputs(&data), &mut Sgd::new(0.1))
        .expect("a finite loss");
    let bytes = checkpoint::encode(&model).expect("finite values");
    assert_ne!(empty, bytes);
    let mut other = BatchNorm::<f64>::new(7);
    checkpoint::decode(&mut other, &bytes).expect("the same network");
    assert!(
        model
            .buffers()
            .iter()
            .zip(other.buffers())
            .all(|(&a, &b)| f64::from(a) == b)
    );
}

#[test]
fn checkpoints_without_buffers_or_with_others_are_refused() {
    let (model, ..) = setting();
    let bytes = checkpoint::encode(&model).expect("finite values");
    let saved = safetensors::SafeTensors::deserialize(&bytes).expect("it was just made");
    let with = |change: &dyn Fn(&str) -> Option<Vec<usize>>, extra: &[&str]| {
        let tensors = saved.tensors();
        let kept = tensors.iter().filter_map(|(name, tensor)| {
            let shape = change(name).unwrap_or_else(|| tensor.shape().to_vec());
            (!shape.is_empty()).then(|| (name.clone(), shape, tensor.data().to_vec()))
        });
        let extra = extra.iter().map(|name| (name.to_string(), vec![1], vec![0; 4]));
        let all: Vec<_> = kept.chain(extra).collect();
        let views = all.iter().map(|(name, shape, data)| {
            let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), data);
            (name, view.expect("as long as its shape"))
        });
        safetensors::serialize(views, None).expect("names are names")
    };
    let refused = |bytes: &[u8]| {
        let mut model = BatchNorm::new(2);
        let before = (model.parameters().to_vec(), model.buffers().to_vec());
        let problem = checkpoint::decode(&mut model, bytes).expect_err("it does not fit");
        assert_eq!(before, (model.parameters().to_vec(), model.buffers().to_vec()));
        problem
    };
    let nothing = |_: &str| None;
    let mismatch = |problem| match problem {
        CheckpointProblem::Mismatch(mismatch) => *mismatch,
        other => panic!("{other}"),
    };
    let missing = mismatch(refused(&with(&|name| (name == MEAN).then(Vec::new), &[])));
    assert_eq!(missing.missing[0].wanted.name, MEAN);
    let shape = mismatch(refused(&with(&|name| (name == MEAN).then(|| vec![2, 2]), &[])));
    assert_eq!(shape.misshapen[0].wanted.name, MEAN);
    let unexpected = "logits.batch_norm9.num_batches_tracked";
    let found = mismatch(refused(&with(&nothing, &[unexpected])));
    assert_eq!(found.unexpected[0].name, unexpected);
    let counted = with(&nothing, &["logits.batch_norm2.num_batches_tracked"]);
    checkpoint::decode(&mut BatchNorm::new(2), &counted).expect("PyTorch counts batches");
}

network! {
    /// Dropout and batch statistics: all that makes one step differ from the next.
    struct Noisy;

    pub fn scores(&self, x: Tensor<6>) -> Tensor<3> {
        x.dense(40, bias = false).batch_norm().relu().dropout(0.5).dense(3)
    }

    pub fn loss(&self, x: Tensor<6>, class: Index<3>) -> Scalar {
        self.scores(x).softmax_cross_entropy(class)
    }
}

#[test]
fn the_gradient_of_evaluation_mode_is_there_only_where_it_is_asked_for() {
    let (model, mut work) = (Noisy::new(1), noisy(2, 3));
    let (x, class) = (vec![0.5; 12], vec![0, 2]);
    let error = model
        .loss_and_grad_in(&mut work, Mode::Evaluate, (&x, &class))
        .expect_err("it is not compiled");
    assert!(
        matches!(error, Error::NoEvaluationGradient { network: "Noisy" }),
        "{error}"
    );
    assert!(error.to_string().contains("#[gradient(evaluation)]"), "{error}");
    assert!(model.loss_in(&mut work, Mode::Evaluate, (&x, &class)).is_ok());
    let trained = model.loss_and_grad_in(&mut work, Mode::Train, (&x, &class));
    assert!(trained.is_ok());
}

/// So many steps, the number of threads changing from step to step as `threads` says.
fn train(
    model: &mut Noisy,
    work: &mut Workspace<Noisy>,
    adam: &mut Adam<f32>,
    steps: std::ops::Range<usize>,
) {
    for step in steps {
        let x: Vec<f32> = (0..6 * 40)
            .map(|i| ((i * 7 + step * 3) % 11) as f32 / 11.0)
            .collect();
        let class: Vec<u32> = (0..40).map(|i| ((i + step) % 3) as u32).collect();
        model.train_step(work, (&x, &class), adam).expect("a finite loss");
    }
}

fn noisy(threads: usize, seed: u64) -> Workspace<Noisy> {
    Noisy::workspace().batch(40).threads(threads).seed(seed).build()
}

fn values(model: &Noisy) -> Vec<u32> {
    let all = model.parameters().iter().chain(model.buffers());
    all.map(|x| x.to_bits()).collect()
}

#[test]
fn the_seed_fixes_what_is_dropped_whatever_the_threads() {
    let trained = |threads, seed| {
        let (mut model, mut adam) = (Noisy::new(1), Adam::new(0.01));
        train(&mut model, &mut noisy(threads, seed), &mut adam, 0..4);
        values(&model)
    };
    let once = trained(1, 9);
    for threads in [1, 2, 3, 5] {
        assert!(once == trained(threads, 9), "{threads} threads");
    }
    assert!(once != trained(1, 10), "another seed drops others");
}

#[test]
fn draws_change_with_committed_steps_only() {
    let (mut model, mut work) = (Noisy::new(1), noisy(2, 3));
    let x: [f32; 12] = std::array::from_fn(|i| (i * i % 7) as f32 / 7.0);
    let class = [0, 2];
    let loss = |model: &Noisy, work: &mut Workspace<Noisy>| {
        model.loss_in_training(work, &x, &class).expect("two examples")
    };
    let first = loss(&model, &mut work);
    assert_eq!(first, loss(&model, &mut work), "a line search sees one function");
    model.commit(&mut work).expect("finite statistics");
    assert_eq!(work.step(), 1);
    assert_ne!(first, loss(&model, &mut work));
    work.set_step(0);
    assert_eq!(first, loss(&model, &mut work));
}

#[test]
fn a_training_goes_on_with_the_bits_it_would_have_had() {
    let path = std::env::temp_dir().join(format!("dsl-training-{}.safetensors", std::process::id()));
    let (mut whole, mut work, mut adam) = (Noisy::new(1), noisy(2, 5), Adam::new(0.01));
    train(&mut whole, &mut work, &mut adam, 0..3);
    checkpoint::save_training(&whole, &adam, &work, 1, &path).expect("the folder is there");
    train(&mut whole, &mut work, &mut adam, 3..6);
    let (mut resumed, mut work, mut adam) = (Noisy::new(2), noisy(3, 0), Adam::new(0.01));
    let epochs = checkpoint::resume_training(&mut resumed, &mut adam, &mut work, &path);
    std::fs::remove_file(&path).expect("it is ours");
    assert_eq!(epochs.expect("the same network"), 1);
    train(&mut resumed, &mut work, &mut adam, 3..6);
    assert!(values(&whole) == values(&resumed));
}

#[test]
fn judging_evaluates_and_changes_nothing_whatever_was_called_before() {
    let (mut model, mut work) = (Noisy::new(1), noisy(2, 3));
    let x: Vec<f32> = (0..6 * 20).map(|i| (i * i % 7) as f32 / 7.0).collect();
    let class: Vec<u32> = (0..20).map(|i| i % 3).collect();
    let data = Dataset::new(x.clone(), 6, class.clone(), 3).expect("a data set");
    let mut apart = Noisy::workspace().batch(7).inference().build();
    let judge = |model: &Noisy, work: &mut Workspace<Noisy>| {
        evaluate(model, work, &data, Noisy::scores).expect("finite scores")
    };
    let plain = judge(&model, &mut apart);
    // A gradient by hand, in training mode, leaves new statistics; they wait for their commit through a judgement.
    model
        .loss_and_grad_in_training(&mut work, &x, &class)
        .expect("a finite loss");
    let pending = work.pending().expect("new statistics").to_vec();
    let before = (values(&model), work.step());
    assert!((judge(&model, &mut work).loss - plain.loss).abs() < 1e-6);
    assert_eq!(work.pending(), Some(pending.as_slice()));
    model.accumulate(&mut work, (&x, &class)).expect("a finite loss");
    assert!((judge(&model, &mut work).loss - plain.loss).abs() < 1e-6);
    assert_eq!(before, (values(&model), work.step()));
    assert_eq!(work.accumulated(), 20);
    model
        .apply(&mut work, &mut Sgd::new(0.1))
        .expect("a finite gradient");
    assert!(
        judge(&model, &mut work) != plain,
        "the step has changed the network"
    );
}

#[test]
fn each_micro_batch_draws_anew_and_moves_the_statistics_as_a_step_of_its_own_would() {
    let x: Vec<f32> = (0..6 * 16).map(|i| (i * i % 11) as f32 / 11.0).collect();
    let class: Vec<u32> = (0..16).map(|i| i % 3).collect();
    let half = |part: usize| (&x[48 * part..48 * (part + 1)], &class[8 * part..8 * (part + 1)]);
    // Steps at rate 0 are calls whose parameters stay: the same losses and statistics.
    let (mut steps, mut work, mut still) = (Noisy::new(1), noisy(1, 3), Sgd::new(0.0));
    let losses = [0, 1, 0].map(|part| {
        let loss = steps.train_step(&mut work, half(part), &mut still);
        loss.expect("a finite loss")
    });
    assert_ne!(losses[0], losses[2], "what is dropped differs");
    let (mut model, mut work) = (Noisy::new(1), noisy(3, 3));
    let fresh = values(&model);
    for (part, loss) in [0, 1, 0].into_iter().zip(losses) {
        let found = model.accumulate(&mut work, half(part)).expect("a finite loss");
        assert_eq!(found.to_bits(), loss.to_bits());
        assert_eq!(values(&model), fresh, "the network waits");
    }
    let mean = model.apply(&mut work, &mut still).expect("a finite gradient");
    assert!((mean - losses.iter().sum::<f32>() / 3.0).abs() < 1e-6);
    assert_eq!((values(&model), work.step()), (values(&steps), 3));
    // What is discarded never was.
    model.accumulate(&mut work, half(0)).expect("a finite loss");
    work.discard_accumulated();
    let again = model
        .train_step(&mut work, half(1), &mut still)
        .expect("a finite loss");
    let (mut other, mut fresh) = (Noisy::new(1), noisy(1, 3));
    for part in [0, 1, 0] {
        other
            .train_step(&mut fresh, half(part), &mut still)
            .expect("a finite loss");
    }
    let same = other
        .train_step(&mut fresh, half(1), &mut still)
        .expect("a finite loss");
    assert_eq!(
        (again.to_bits(), values(&model)),
        (same.to_bits(), values(&other))
    );
}
