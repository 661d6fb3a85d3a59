//! The buffers that a training step updates.

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
    // Without a loss nothing is trained: the call serves its statistics.
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

/// A loop passes on some of its arguments: it is searched, with any number of iterations.
#[test]
fn statistics_in_loops_go_by_what_the_loops_hand_on() {
    let forgets = |turns: usize| {
        format!(
            "let seen = buffer([3], zeros());
             let h = x.dense(3);
             let (mut kept, mut beside) = (x, x);
             for _ in 0..{turns} {{
                 beside = 0.5 * kept + h;
                 kept = kept.tanh();
             }}
             seen.update(h.batch_sum());
             (kept.dense(3).softmax_cross_entropy(y), beside)"
        )
    };
    let swaps = |turns: usize| {
        format!(
            "let seen = buffer([3], zeros());
             let (mut kept, mut other) = (x, x.dense(3));
             let h = other;
             for _ in 0..{turns} {{
                 (kept, other) = (other.tanh(), kept.tanh());
             }}
             seen.update(h.batch_sum());
             (kept.dense(3).softmax_cross_entropy(y), other)"
        )
    };
    for turns in [2, 3, 8, 9, 20, 21] {
        let forgotten = updated("(Scalar, Tensor<3>)", &forgets(turns), "");
        assert!(forgotten.is_empty(), "{turns} turns");
        let last = updated("(Scalar, Tensor<3>)", &swaps(turns), "");
        assert_eq!(last.len(), turns % 2, "{turns} turns");
    }
    let within = |held: &str| {
        format!(
            "let norm = batch_norm();
             let mut h = x;
             for _ in 0..6 {{ h = h + norm(h){held}; }}
             h.dense(3).softmax_cross_entropy(y)"
        )
    };
    assert_eq!(of_loss(&within("")).len(), 2);
    assert!(of_loss(&within(".stop_gradient()")).is_empty());
}
