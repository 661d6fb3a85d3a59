//! What is wrong at run time is a typed error that names the culprit, and leaves everything as it was.

use dsl_runtime::NonFinite;
use dsl_runtime::prelude::*;

use crate::fixtures::{Fixture, MlpSmall, Regression, TwoInputs};

network! {
    /// A run-time number, a shared vector and tokens.
    struct Mixed;

    pub fn loss(&self, tokens: Index<5, 3>, shift: Shared<2>, beta: Shared) -> Scalar {
        (tokens.embedding(2).sum(axis = 0) - shift).l2() * beta
    }
}

fn small() -> (MlpSmall<f32>, Workspace<MlpSmall<f32>>) {
    (
        MlpSmall::new(0),
        MlpSmall::workspace().batch(4).threads(2).build(),
    )
}

#[test]
fn lengths_that_are_no_whole_examples() {
    let (model, mut work) = small();
    let error = model.logits(&mut work, &[0.0; 13]).unwrap_err();
    assert!(
        matches!(
            error,
            Error::RaggedInput {
                input: "input",
                len: 13,
                width: 12
            }
        ),
        "{error}"
    );
    let error = model.loss_and_grad(&mut work, &[0.0; 23], &[0, 1]).unwrap_err();
    assert!(
        matches!(
            error,
            Error::RaggedInput {
                input: "input",
                len: 23,
                width: 12
            }
        ),
        "{error}"
    );
}

#[test]
fn inputs_of_different_batches() {
    let (model, mut work) = small();
    let error = model.loss(&mut work, &[0.0; 24], &[0, 1, 2]).unwrap_err();
    let named = matches!(
        error,
        Error::UnequalInputs {
            input: "label",
            first: "input",
            examples: 3,
            expected: 2,
            ..
        }
    );
    assert!(named, "{error}");

    let model = TwoInputs::new(0);
    let mut work = TwoInputs::workspace().batch(4).build();
    let error = model
        .loss_and_grad(&mut work, &[0.0; 18], &[0.0; 18], &[1.0])
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::UnequalInputs {
                input: "same",
                first: "left",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn too_many_examples_and_none() {
    let (model, mut work) = small();
    let error = model.logits(&mut work, &[0.0; 60]).unwrap_err();
    assert!(
        matches!(
            error,
            Error::BatchTooLarge {
                input: "input",
                examples: 5,
                capacity: 4,
                ..
            }
        ),
        "{error}"
    );
    let error = model.logits(&mut work, &[]).unwrap_err();
    assert!(
        matches!(
            error,
            Error::EmptyInput {
                input: "input",
                width: 12
            }
        ),
        "{error}"
    );
    let error = model.loss(&mut work, &[0.0; 12], &[]).unwrap_err();
    assert!(
        matches!(error, Error::EmptyInput { input: "label", .. }),
        "{error}"
    );
    assert!(model.logits(&mut work, &[0.0; 48]).is_ok(), "as many as it holds");
}

#[test]
fn labels_and_tokens_out_of_range() {
    let (model, mut work) = small();
    let error = model
        .loss_and_grad(&mut work, &[0.0; 36], &[4, 5, 0])
        .unwrap_err();
    let named = matches!(
        error,
        Error::IndexOutOfRange {
            input: "label",
            position: 1,
            value: 5,
            limit: 5
        }
    );
    assert!(named, "{error}");

    let model = Mixed::new(0);
    let mut work = Mixed::workspace().batch(4).build();
    let error = model
        .loss(&mut work, &[0, 1, 2, 3, 4, u32::MAX], &[0.0; 2], 1.0)
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::IndexOutOfRange {
                input: "tokens",
                position: 5,
                limit: 5,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn shared_arguments_of_another_length() {
    let model = Mixed::new(0);
    let mut work = Mixed::workspace().batch(4).build();
    let error = model.loss(&mut work, &[0, 1, 2], &[0.0; 4], 1.0).unwrap_err();
    assert!(
        matches!(
            error,
            Error::SharedInput {
                input: "shift",
                len: 4,
                expected: 2
            }
        ),
        "{error}"
    );
    assert!(model.loss(&mut work, &[0, 1, 2], &[0.0; 2], 1.0).is_ok());
}

#[test]
fn a_gradient_in_an_inference_workspace() {
    let mut model = MlpSmall::new(0);
    let mut work = MlpSmall::workspace().batch(4).inference().build();
    assert!(model.loss(&mut work, &[0.0; 12], &[1]).is_ok());
    let error = model.loss_and_grad(&mut work, &[0.0; 12], &[1]).unwrap_err();
    assert!(
        matches!(error, Error::InferenceWorkspace { network: "MlpSmall" }),
        "{error}"
    );
    let error = model
        .train_step(&mut work, (&[0.0; 12], &[1]), &mut Sgd::new(0.1))
        .unwrap_err();
    assert!(matches!(error, Error::InferenceWorkspace { .. }), "{error}");
}

#[test]
fn a_loss_that_is_not_a_number_changes_nothing() {
    let (mut inputs, labels) = MlpSmall::<f32>::data(4, 1);
    let (mut model, mut work) = small();
    let mut optimizer = Adam::new(0.1);
    let before = model.parameters().to_vec();
    let fresh = model
        .train_step(&mut work, (&inputs, &labels), &mut Adam::new(0.1))
        .expect("a finite loss");
    assert!(fresh.is_finite());
    model.parameters_mut().copy_from_slice(&before);

    let kept = std::mem::replace(&mut inputs[5], f32::NAN);
    let error = model
        .train_step(&mut work, (&inputs, &labels), &mut optimizer)
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::NonFiniteLoss {
                network: "MlpSmall",
                parameter: None,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(model.parameters().to_vec(), before);

    // Neither is anything of it left in the workspace or the optimizer.
    inputs[5] = kept;
    let loss = model
        .train_step(&mut work, (&inputs, &labels), &mut optimizer)
        .expect("a finite loss");
    assert_eq!(loss.to_bits(), fresh.to_bits());

    let name = "logits.dense2.bias";
    model.parameters_mut().get_mut(name).expect("a parameter")[1] = f32::INFINITY;
    let error = model
        .train_step(&mut work, (&inputs, &labels), &mut optimizer)
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::NonFiniteLoss {
                parameter: Some(NonFinite {
                    name: "logits.dense2.bias",
                    position: 1,
                    ..
                }),
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_number_that_is_none_shows_in_its_own_example_only() {
    let (mut inputs, _) = MlpSmall::<f32>::data(4, 1);
    let (model, mut work) = small();
    let clean = model.logits(&mut work, &inputs).expect("a whole batch").to_vec();
    inputs[12] = f32::NAN;
    let found = model.logits(&mut work, &inputs).expect("a whole batch");
    for (example, (found, clean)) in found.chunks(5).zip(clean.chunks(5)).enumerate() {
        match example {
            1 => assert!(found.iter().any(|x| x.is_nan())),
            _ => assert_eq!(found, clean),
        }
    }
}

#[test]
fn what_failed_before_does_not_show_after() {
    let (input, target) = Regression::<f64>::data(3, 2);
    let model = <Regression<f64> as Network>::new(1);
    let mut work = <Regression<f64> as Network>::workspace()
        .batch(3)
        .threads(2)
        .build();
    let (loss, gradient) = model
        .loss_and_grad(&mut work, &input, &target)
        .expect("a whole batch");
    let (loss, gradient) = (loss, gradient.to_vec());
    assert!(model.loss_and_grad(&mut work, &input, &target[..3]).is_err());
    let poisoned = vec![f64::NAN; input.len()];
    assert!(
        model
            .loss_and_grad(&mut work, &poisoned, &target)
            .expect("a whole batch")
            .0
            .is_nan()
    );
    let (again, same) = model
        .loss_and_grad(&mut work, &input, &target)
        .expect("a whole batch");
    assert!(again == loss && **same == *gradient);
}
