//! Shared values, per-example values, and operators that cross the batch.

use super::*;
use crate::differentiate::check::EXAMPLES;
use crate::graph::Batching;
use crate::graph::interpret::{Array, Batch};

/// Normalisation by the statistics of the batch, from `batch_sum` and the number of examples.
fn batch_norm<'g>(x: Expr<'g>, scale: Expr<'g>, shift: Expr<'g>) -> Expr<'g> {
    let n = x.graph.batch_size();
    let mean = x.batch_sum() / n;
    let centred = x - mean;
    let variance = (centred * centred).batch_sum() / n;
    scale * centred / (variance + 0.1).unary(Elementwise::Sqrt) + shift
}

#[test]
fn batch_norm_differentiates_through_the_statistics() {
    let trial = Trial::new();
    let (x, target) = (trial.per_example([2]), trial.per_example([2]));
    let (w, scale, shift) = (
        trial.parameter([2, 2]),
        trial.parameter([2]),
        trial.parameter([2]),
    );
    let y = batch_norm(tanh(w.contract("oi,i->o", x)), scale, shift);
    assert_eq!(y.batching(), Batching::PerExample);
    trial.check("batch norm", &[square(y - target)], &[w, scale, shift, x], 2);
}

/// The normalised values do not change when all examples move together: the gradient vanishes.
#[test]
fn batch_norm_has_no_gradient_along_a_shift_of_the_batch() {
    let trial = Trial::new();
    let (x, bias) = (trial.per_example([2]), trial.parameter([2]));
    let (scale, shift) = (trial.parameter([2]), trial.parameter([2]));
    let loss = square(tanh(batch_norm(x + bias, scale, shift)));
    let gradient = trial.value(gradient_of(loss, &[bias])[0]);
    assert_close(
        "shift",
        &gradient,
        &Batch::Shared(Array::zeros(&[2].into())),
        1e-12,
    );
}

/// A mean over a batch whose size depends on the data: `Σ m·l / Σ m`, a loss with ignored examples.
#[test]
fn a_ratio_of_batch_sums() {
    let trial = Trial::new();
    let (x, w) = (trial.per_example([2]), trial.parameter([2]));
    let weight = trial.per_example([]).unary(Elementwise::Exp);
    let loss = (weight * square(tanh(w * x))).batch_sum() / weight.batch_sum();
    assert_eq!(loss.batching(), Batching::Shared);
    trial.check("ratio", &[loss], &[w, x], 2);
}

/// An encoder and a decoder that share one matrix.
#[test]
fn tied_weights_gather_the_gradients_of_all_uses() {
    let trial = Trial::new();
    let (x, w) = (trial.per_example([3]), trial.parameter([2, 3]));
    let code = tanh(w.contract("oi,i->o", x));
    let decoded = w.transpose(vec![1, 0]).contract("oi,i->o", code);
    trial.check("tied", &[square(decoded - x)], &[w, x], 2);
}

/// `1/n Σ L + λ ‖w‖²`: the mean over the batch, and the shared term once.
#[test]
fn a_shared_term_counts_once_and_a_mean_is_a_mean() {
    let trial = Trial::new();
    let graph = &trial.graph;
    let (x, w) = (trial.per_example([2]), trial.parameter([2]));
    let (loss, penalty) = (square(tanh(w * x)), 0.1 * square(w));
    let seeds = [
        (loss.val, (1.0 / graph.batch_size()).val),
        (penalty.val, graph.constant(1.0).val),
    ];
    let mean = pull_back(graph, &seeds, &[w.val])[0].expect("the weight matters");

    let total = gradient_of(loss, &[w])[0] / EXAMPLES as f64 + 0.2 * w;
    trial.same("objective", graph.expr(mean), total);
    let whole = loss.batch_sum() / graph.batch_size() + penalty;
    trial.same(
        "the same as one shared number",
        graph.expr(mean),
        gradient_of(whole, &[w])[0],
    );
    // A shared term within the example's own loss counts once for each example.
    let inside = gradient_of(loss + penalty, &[w])[0];
    let outside = gradient_of(loss, &[w])[0] + EXAMPLES as f64 * gradient_of(penalty, &[w])[0];
    trial.same("inside", inside, outside);
}

/// Everything shared, used by every example through one product.
#[test]
fn long_shared_paths_cross_once() {
    let trial = Trial::new();
    let (x, w) = (trial.per_example([2]), trial.parameter([2]));
    let shared = tanh(tanh(w) * w).softmax();
    let loss = square(shared * x);
    trial.check("shared path", &[loss], &[w, x], 2);
    // A sum over the examples stands only at the operator at which the shared value meets them.
    let gradient = gradient_of(loss, &[w])[0];
    let crossings = trial.graph.live(&[gradient.val]).into_iter();
    let crossings = crossings.filter(|&val| trial.graph.node(val).op.rules().name() == "batch_sum");
    assert_eq!(crossings.count(), 1);
}
