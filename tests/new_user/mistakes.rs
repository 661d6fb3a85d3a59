//! What usual mistakes are answered by at run time: `mistakes.txt` holds the messages, which the guide shows.

use dsl_runtime::prelude::*;
use dsl_runtime::train::Watch;

network! {
    /// Three scores for a point of the plane.
    pub struct Points;

    pub fn scores(&self, at: Tensor<2>) -> Tensor<3> {
        at.dense(3)
    }

    pub fn loss(&self, at: Tensor<2>, class: Index<3>) -> Scalar {
        self.scores(at).softmax_cross_entropy(class)
    }
}

network! {
    /// The same, with another layer.
    pub struct Deeper;

    pub fn scores(&self, at: Tensor<2>) -> Tensor<3> {
        at.dense(8).relu().dense(3)
    }

    pub fn loss(&self, at: Tensor<2>, class: Index<3>) -> Scalar {
        self.scores(at).softmax_cross_entropy(class)
    }
}

/// What each mistake is called, and the message.
fn messages() -> Vec<(&'static str, String)> {
    let mut model = Points::new(1);
    let mut work = Points::workspace().batch(2).build();
    let mut messages = Vec::new();
    let mut add = |name, error: Error| messages.push((name, error.to_string()));

    add(
        "inputs of another length",
        model.loss(&mut work, &[0.0; 3], &[0]).unwrap_err(),
    );
    add(
        "a class that there is not",
        model.loss(&mut work, &[0.0; 4], &[0, 3]).unwrap_err(),
    );
    add(
        "more examples than the workspace has room for",
        model.loss(&mut work, &[0.0; 6], &[0; 3]).unwrap_err(),
    );

    let mut serving = Points::workspace().batch(2).inference().build();
    let step = model.train_step(&mut serving, (&[0.0; 4], &[0, 1]), &mut Sgd::new(0.1));
    add("a step in a workspace for inference", step.unwrap_err());

    let step = model.train_step(&mut work, (&[0.0, f32::NAN], &[0]), &mut Sgd::new(0.1));
    add("inputs that are no numbers", step.unwrap_err());

    let mut diverged = model.clone();
    let mut huge = Sgd::new(1e30);
    // One point of two classes, so that no parameters are good enough.
    let far = [1e20, -1e20, 1e20, -1e20];
    let mut steps = (0..100).map(|_| diverged.train_step(&mut work, (&far, &[0, 1]), &mut huge));
    add(
        "a learning rate that is far too large",
        steps.find_map(Result::err).expect("it diverges"),
    );

    let mut frozen = Adam::new(1e-3).freeze("score.*");
    let step = model.train_step(&mut work, (&[0.0; 4], &[0, 1]), &mut frozen);
    add("a pattern that matches no parameter", step.unwrap_err());

    model
        .accumulate(&mut work, (&[0.0; 4], &[0, 1]))
        .expect("it is added");
    let step = model.train_step(&mut work, (&[0.0; 4], &[0, 1]), &mut Sgd::new(0.1));
    add("a step while others are accumulated", step.unwrap_err());
    work.discard_accumulated();

    let bytes = checkpoint::encode(&Deeper::new(1)).expect("it is finite");
    let problem = checkpoint::decode(&mut model, &bytes).unwrap_err();
    let path = "deeper.safetensors".into();
    add(
        "the checkpoint of another network",
        Error::Checkpoint { path, problem },
    );

    let data = Dataset::new(vec![0.0; 8], 2, vec![0, 1, 2, 0], 3).expect("it fits");
    let mut trainer = Trainer::new(1).watch(Watch::highest("F1"));
    let fit = trainer.fit(&mut model, &mut Sgd::new(0.1), &data, &data, Points::scores);
    add("a number to watch that is not measured", fit.unwrap_err());

    add(
        "images in the wrong place",
        Mnist::<f32>::load("no such folder").unwrap_err(),
    );
    messages
}

#[test]
fn messages_are_those_of_the_guide() {
    let text: String = messages()
        .into_iter()
        .map(|(name, message)| format!("# {name}\n{message}\n\n"))
        .collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/new_user/mistakes.txt");
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        std::fs::write(path, &text).expect("the file can be written");
    }
    let recorded = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(text, recorded, "INSTA_UPDATE=always records it anew");
}
