//! Identity of nodes: equal nodes merge, marks and noise never do, and no derivative leaks through a merge.

use super::*;
use crate::graph::Graph;
use crate::graph::interpret::Batch;
use crate::ops::leaf::{Distribution, Mark, Noise};
use crate::ops::scan::{Arguments, scan};

fn mark(x: Expr<'_>) -> Expr<'_> {
    let identity = x.graph.fresh_identity();
    x.graph.expr(x.graph.apply(Mark { identity }, &[x.val]))
}

fn noise<'g>(
    graph: &'g Graph,
    distribution: Distribution,
    shape: impl Into<crate::graph::Shape>,
) -> Expr<'g> {
    let (site, shape) = (graph.fresh_identity(), shape.into());
    let noise = Noise {
        site,
        distribution,
        shape,
    };
    graph.expr(graph.apply(noise, &[]))
}

#[test]
fn equal_expressions_merge_but_parameters_noise_and_marks_do_not() {
    let trial = Trial::new();
    let (a, b) = (trial.parameter([2]), trial.parameter([2]));
    assert_ne!(a.val, b.val);
    assert_eq!((a + b).val, (a + b).val);
    assert_ne!((a + b).val, (b + a).val);
    assert_eq!((a * 2.0).val, (a * 2.0).val);
    assert_ne!(mark(a).val, mark(a).val);
    let draw = || noise(&trial.graph, Distribution::Normal, [2]);
    assert_ne!(draw().val, draw().val);
}

/// Zeros of opposite sign are two constants, equal numbers one.
#[test]
fn constants_merge_by_their_bits() {
    let graph = Graph::new();
    assert_ne!(graph.constant(0.0).val, graph.constant(-0.0).val);
    assert_eq!(graph.constant(f64::NAN).val, graph.constant(f64::NAN).val);
}

/// `∂/∂a (a · b)` with `b` written like `a`: without the mark, the two are one value and the answer is `2a`.
#[test]
fn no_derivative_leaks_through_an_equal_expression() {
    let trial = Trial::new();
    let x = trial.per_example([2]);
    let (a, b) = (mark(tanh(x)), tanh(x));
    trial.same("marked", gradient_of((a * b).sum_all(), &[a])[0], b);
    let unmarked = tanh(x);
    trial.same(
        "merged",
        gradient_of((unmarked * b).sum_all(), &[unmarked])[0],
        2.0 * b,
    );
}

/// `‖∂y/∂x‖²`, a loss that contains a gradient.
#[test]
fn a_penalty_on_a_gradient() {
    let trial = Trial::new();
    let (x, target) = (trial.per_example([3]), trial.per_example([]));
    let (w, v) = (trial.parameter([2, 3]), trial.parameter([2]));
    let x_marked = mark(x);
    let y = v.contract("i,i->", tanh(w.contract("oi,i->o", x_marked)));
    let slope = gradient_of(y, &[x_marked])[0];
    let loss = square(y - target) + 0.5 * square(slope);
    trial.check("penalty", &[loss], &[w, v, x], 2);
}

/// A score-matching loss takes the trace of a Hessian: the third derivative trains it.
#[test]
fn a_loss_that_contains_second_derivatives() {
    let trial = Trial::new();
    let (x, w, v) = (
        trial.per_example([2]),
        trial.parameter([2, 2]),
        trial.parameter([2]),
    );
    let x_marked = mark(x);
    let energy = v.contract("i,i->", tanh(w.contract("oi,i->o", x_marked)));
    let score = gradient_of(energy, &[x_marked])[0];
    let mut trace = trial.graph.constant(0.0);
    for axis in 0..2 {
        let own = score.slice(vec![axis], vec![1]);
        trace = trace
            + gradient_of(own.sum_all(), &[x_marked])[0]
                .slice(vec![axis], vec![1])
                .sum_all();
    }
    let loss = trace + 0.5 * square(score);
    trial.check("score matching", &[loss], &[w, v, x], 1);
}

/// Values that are differentiated by together count as independent of each other.
#[test]
fn values_differentiated_by_together_are_independent() {
    let trial = Trial::new();
    let x = trial.per_example([2]);
    let h = tanh(x);
    let y = (h * x).sum_all();
    let [by_h, by_x] = gradient_of(y, &[h, x])[..] else {
        unreachable!("two gradients for two values")
    };
    trial.same("by h", by_h, x);
    trial.same("by x, h held", by_x, h);
    let tangent = derivative_along(&[y], &[h, x], &[h, x])[0];
    trial.same("forward", tangent, 2.0 * (h * x).sum_all());
}

/// Dropout: the value and all of its derivatives see one draw.
#[test]
fn noise_is_the_same_in_value_and_derivatives() {
    let trial = Trial::new();
    let (x, w) = (trial.per_example([40]), trial.parameter([40]));
    let keep = noise(&trial.graph, Distribution::Uniform, [40])
        .binary(Elementwise::Greater, trial.graph.constant(0.5));
    let loss = square(tanh(w * x) * keep);
    trial.check("dropout", &[loss], &[w, x], 2);
    let Batch::PerExample(masks) = trial.value(keep) else {
        unreachable!("noise is drawn for each example")
    };
    let dropped: f64 = masks.iter().flat_map(|mask| &mask.data).sum();
    assert!(0.0 < dropped && dropped < 120.0, "some are kept, some are not");
    assert_ne!(masks[0], masks[1]);
}

/// Noise in a loop differs from step to step, and the reverse loop sees the noise of the forward loop.
#[test]
fn noise_in_a_loop_is_drawn_at_every_step() {
    for reversed in [false, true] {
        let trial = Trial::new();
        let (xs, start) = (trial.per_example([3, 2]), trial.parameter([2]));
        let arguments = Arguments {
            constants: &[],
            carry: &[start],
            stacked: &[xs],
        };
        let parts = scan(&trial.graph, 3, reversed, &arguments, |graph, formals| {
            let drawn = noise(graph, Distribution::Normal, [2]);
            vec![tanh(formals[0] * drawn + formals[1]), drawn]
        });
        for draws in (0..3).map(|example| trial.value(parts[1]).of(example).data.clone()) {
            assert_ne!(draws[..2], draws[2..4]);
            assert_ne!(draws[2..4], draws[4..]);
        }
        trial.check("noisy loop", &[square(parts[0])], &[xs, start], 2);
    }
}
