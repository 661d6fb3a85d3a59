//! Which buffers a step of training updates.

use super::sound;

/// The names of the buffers that `loss`, with this body and result, updates; `rest` are more functions.
fn updated(result: &str, body: &str, rest: &str) -> Vec<String> {
    let model = sound(&format!(
        "pub struct N;
         pub fn loss(&self, x: Tensor<3>, y: Index<3>) -> {result} {{ {body} }}
         {rest}"
    ));
    let training = model.entries[0].training.as_ref().expect("it asks for its mode");
    let names = training
        .updates
        .iter()
        .map(|&buffer| model.buffers[buffer].name.clone());
    names.collect()
}

fn of_loss(body: &str) -> Vec<String> {
    updated("Scalar", body, "")
}

#[test]
fn statistics_behind_a_stop_stand_still() {
    let both = ["loss.head.running_mean", "loss.head.running_var"];
    let frozen = "let frozen = batch_norm();
        let head = batch_norm();
        let features = frozen(x.dense(3)).stop_gradient();
        head(features.dense(3)).softmax_cross_entropy(y)";
    assert_eq!(of_loss(frozen), both);
    let frozen_input = "let head = batch_norm(); head(x.stop_gradient()).dense(3).softmax_cross_entropy(y)";
    assert_eq!(of_loss(frozen_input), both, "the layer itself is trained");
    let beside = "let frozen = batch_norm();
        let h = x.dense(3);
        (h + frozen(h).stop_gradient()).softmax_cross_entropy(y)";
    assert!(
        of_loss(beside).is_empty(),
        "what it normalises is trained, the layer is not"
    );
    let twice = "let head = batch_norm();
        let h = x.dense(3);
        (head(h) + head(2.0 * h).stop_gradient()).softmax_cross_entropy(y)";
    assert_eq!(of_loss(twice), both, "in one place it is trained");
}

#[test]
fn statistics_that_no_loss_depends_on_stand_still() {
    let body = "let (head, other) = (dense(3), batch_norm());
        let h = x.dense(3);
        (head(h).softmax_cross_entropy(y), other(h))";
    assert!(updated("(Scalar, Tensor<3>)", body, "").is_empty());
    // Without a loss there is nothing to be trained by: the call is there for its statistics.
    assert_eq!(
        updated("Tensor<3>", "let norm = batch_norm(); norm(x)", ""),
        ["loss.norm.running_mean", "loss.norm.running_var"]
    );
}

#[test]
fn state_that_is_no_statistic_of_a_layer_goes_on() {
    let counts = "let steps = buffer([], zeros());
        steps.update(steps + 1.0);
        let classes = buffer([3], zeros());
        classes.update(classes + one_hot(y, 3).batch_sum());
        x.dense(3).softmax_cross_entropy(y)";
    assert_eq!(of_loss(counts), ["loss.steps", "loss.classes"]);
    let filled = "let filled = buffer([3], zeros());
        let mask = x.greater(0.0);
        filled.update(filled + mask.batch_sum());
        mask.select(x.dense(3), 0.0).softmax_cross_entropy(y)";
    assert_eq!(of_loss(filled), ["loss.filled"]);
    let average = "let weight = param([3, 3], constant(1.0));
        let averaged = buffer([3, 3], zeros());
        averaged.update(0.9 * averaged + 0.1 * weight.stop_gradient());
        x.matmul(weight).softmax_cross_entropy(y)";
    assert_eq!(of_loss(average), ["loss.averaged"]);
    let from_start = "let head = dense(3);
        head(x).softmax_cross_entropy(y) + head.weight.from_start().l2()";
    assert_eq!(of_loss(from_start).len(), 2);
}
