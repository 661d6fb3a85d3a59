//! Loops: the rolled network equals the unrolled one, in value and in every derivative.

use super::*;
use crate::differentiate::check::Draw;
use crate::graph::{Batching, Shape, Type};
use crate::ops::Op;
use crate::ops::leaf::Mark;
use crate::ops::scan::{Arguments, scan};

const STEPS: usize = 3;

/// `tanh(W x + U h + b)`
fn cell<'g>(x: Expr<'g>, h: Expr<'g>, [w, u, b]: [Expr<'g>; 3]) -> Expr<'g> {
    tanh(w.contract("oi,i->o", x) + u.contract("oi,i->o", h) + b)
}

fn at(xs: Expr<'_>, t: usize) -> Expr<'_> {
    let shape = xs.shape().0;
    let mut starts = vec![0; shape.len()];
    starts[0] = t;
    xs.slice(starts, [&[1], &shape[1..]].concat())
        .reshape(shape[1..].to_vec())
}

/// Three steps over a sequence per example, with shared weights and the shared initial state 0. The loss
/// reads the last state and all the others.
struct Recurrent<'g> {
    xs: Expr<'g>,
    target: Expr<'g>,
    weights: [Expr<'g>; 3],
}

impl<'g> Recurrent<'g> {
    fn new(trial: &'g Trial) -> Recurrent<'g> {
        Recurrent {
            xs: trial.per_example([STEPS, 2]),
            target: trial.per_example([2]),
            weights: [
                trial.parameter([2, 2]),
                trial.parameter([2, 2]),
                trial.parameter([2]),
            ],
        }
    }

    fn loss(&self, last: Expr<'g>, states: Expr<'g>) -> Expr<'g> {
        square(last - self.target) + 0.1 * (states * states * states).sum_all()
    }

    fn start(&self) -> Expr<'g> {
        self.xs.graph.constant(0.0).broadcast_to(&Shape::from([2]))
    }

    fn rolled(&self, reversed: bool) -> Expr<'g> {
        let arguments = Arguments {
            constants: &self.weights,
            carry: &[self.start()],
            stacked: &[self.xs],
        };
        let parts = scan(self.xs.graph, STEPS, reversed, &arguments, |_, formals| {
            let &[w, u, b, h, x] = formals else {
                unreachable!("five formals")
            };
            let next = cell(x, h, [w, u, b]);
            vec![next, next]
        });
        self.loss(parts[0], parts[1])
    }

    fn unrolled(&self, reversed: bool) -> Expr<'g> {
        let mut h = self.start();
        let mut states = [h; STEPS];
        let mut order: Vec<usize> = (0..STEPS).collect();
        if reversed {
            order.reverse();
        }
        for t in order {
            h = cell(at(self.xs, t), h, self.weights);
            states[t] = h;
        }
        let states: Vec<Expr<'g>> = states.iter().map(|h| h.reshape(vec![1, 2])).collect();
        self.loss(h, Expr::concat(&states, 0))
    }
}

/// Checks two spellings of one loss against each other in every derivative up to the second, and one of them
/// against finite differences.
fn check_same<'g>(trial: &'g Trial, label: &str, rolled: Expr<'g>, unrolled: Expr<'g>, wrt: &[Expr<'g>]) {
    trial.same(&format!("{label}: value"), rolled, unrolled);
    let tangents: Vec<Expr<'g>> = wrt.iter().map(|x| trial.input(x.ty(), Draw::Any)).collect();
    let derivatives = [rolled, unrolled].map(|loss| {
        let gradient = gradient_of(loss, wrt);
        let derivative = derivative_along(&[loss], wrt, &tangents);
        let forward_over_reverse = derivative_along(&gradient, wrt, &tangents);
        let reverse_over_forward = gradient_of(derivative[0], wrt);
        for (a, b) in forward_over_reverse.iter().zip(&reverse_over_forward) {
            trial.same(
                &format!("{label}: H·t forward over reverse, reverse over forward"),
                *a,
                *b,
            );
        }
        [gradient, derivative, forward_over_reverse].concat()
    });
    let [rolled_derivatives, unrolled_derivatives] = derivatives;
    for (place, (a, b)) in rolled_derivatives.iter().zip(&unrolled_derivatives).enumerate() {
        trial.same(&format!("{label}: derivative {place}"), *a, *b);
    }
    trial.check(label, &[rolled], wrt, 2);
}

#[test]
fn a_recurrent_network_by_a_loop_is_the_unrolled_one() {
    for reversed in [false, true] {
        let trial = Trial::new();
        let net = Recurrent::new(&trial);
        let wrt = [&net.weights[..], &[net.xs]].concat();
        let label = if reversed { "reversed" } else { "forward" };
        check_same(&trial, label, net.rolled(reversed), net.unrolled(reversed), &wrt);
    }
}

#[test]
fn gradients_of_shared_weights_are_summed_in_the_loop() {
    let trial = Trial::new();
    let net = Recurrent::new(&trial);
    for gradient in gradient_of(net.rolled(false), &net.weights) {
        assert_eq!(gradient.batching(), Batching::Shared);
    }
    let [gradient] = gradient_of(net.rolled(false), &[net.xs])[..] else {
        unreachable!("one gradient for one value")
    };
    assert_eq!(
        (gradient.batching(), gradient.shape()),
        (Batching::PerExample, [STEPS, 2].into())
    );
}

/// `h ← tanh(a · h + x)` for each element of a row, a row for each outer step.
#[test]
fn a_loop_in_a_loop() {
    let trial = Trial::new();
    let graph = &trial.graph;
    let (xs, a) = (trial.per_example([2, STEPS, 2]), trial.parameter([2]));
    let start = trial.parameter([2]);
    let outer = Arguments {
        constants: &[a],
        carry: &[start],
        stacked: &[xs],
    };
    let parts = scan(graph, 2, false, &outer, |graph, formals| {
        let inner = Arguments {
            constants: &formals[..1],
            carry: &formals[1..2],
            stacked: &formals[2..],
        };
        let parts = scan(graph, STEPS, true, &inner, |_, formals| {
            let next = tanh(formals[0] * formals[1] + formals[2]);
            vec![next, next * formals[0]]
        });
        // The outer step sees the values that the inner steps collected, and squares the scale on the way.
        vec![parts[0], (parts[1] * formals[0]).sum(vec![0])]
    });
    let rolled = square(parts[0]) + parts[1].sum_all();

    let (mut h, mut collected) = (start, graph.constant(0.0));
    for row in 0..2 {
        for t in (0..STEPS).rev() {
            h = tanh(a * h + at(at(xs, row), t));
            collected = collected + (h * a * a).sum_all();
        }
    }
    let unrolled = square(h) + collected;
    check_same(&trial, "nested", rolled, unrolled, &[a, start, xs]);
}

/// Layers stacked along the first axis: the stack is shared, the carried value is per example.
#[test]
fn a_loop_over_shared_values() {
    let trial = Trial::new();
    let (layers, x) = (trial.parameter([STEPS, 2, 2]), trial.per_example([2]));
    let arguments = Arguments {
        constants: &[],
        carry: &[x],
        stacked: &[layers],
    };
    let parts = scan(&trial.graph, STEPS, false, &arguments, |_, formals| {
        vec![tanh(formals[1].contract("oi,i->o", formals[0]))]
    });
    let mut h = x;
    for layer in 0..STEPS {
        h = tanh(at(layers, layer).contract("oi,i->o", h));
    }
    check_same(&trial, "layers", square(parts[0]), square(h), &[layers, x]);
}

/// Only shared values inside, per-example values outside: the loop's gradient counts each example once.
#[test]
fn a_loop_of_shared_values_only() {
    let trial = Trial::new();
    let (a, start) = (trial.parameter([2]), trial.parameter([2]));
    let x = trial.per_example([2]);
    let arguments = Arguments {
        constants: &[a],
        carry: &[start],
        stacked: &[],
    };
    let parts = scan(&trial.graph, STEPS, false, &arguments, |_, formals| {
        let next = tanh(formals[0] * formals[1]);
        vec![next, next]
    });
    assert_eq!(parts[1].batching(), Batching::Shared);
    let mut h = start;
    let mut sum = trial.graph.constant(0.0).broadcast_to(&Shape::from([2]));
    for _ in 0..STEPS {
        h = tanh(a * h);
        sum = sum + h;
    }
    let rolled = square(parts[0] - x) + (parts[1].sum(vec![0]) * x).sum_all();
    check_same(
        &trial,
        "shared",
        rolled,
        square(h - x) + (sum * x).sum_all(),
        &[a, start, x],
    );
}

/// Gradient descent as a loop whose body differentiates: the derivative by the learning rate and by the
/// starting point passes through the gradients.
#[test]
fn a_loop_whose_body_differentiates() {
    let trial = Trial::new();
    let ty = |shape: &[usize]| Type::real(Batching::Shared, shape);
    let rate = trial.input(ty(&[]), Draw::Positive);
    let (start, x) = (trial.parameter([2]), trial.per_example([2]));
    fn descend<'g>(rate: Expr<'g>, x: Expr<'g>, w: Expr<'g>) -> Expr<'g> {
        let identity = w.graph.fresh_identity();
        let w = w.graph.expr(w.graph.apply(Mark { identity }, &[w.val]));
        let loss = square(tanh(w * x) - 0.3);
        // A step for each example: its own loss, its own weights.
        w - 0.1 * rate * gradient_of(loss, &[w])[0]
    }
    let own = start + 0.0 * x;
    let arguments = Arguments {
        constants: &[rate, x],
        carry: &[own],
        stacked: &[],
    };
    let parts = scan(&trial.graph, STEPS, false, &arguments, |_, formals| {
        vec![descend(formals[0], formals[1], formals[2])]
    });
    let mut w = own;
    for _ in 0..STEPS {
        w = descend(rate, x, w);
    }
    check_same(&trial, "descent", square(parts[0]), square(w), &[rate, start, x]);
}

/// A loop carries only the adjoints and tangents it needs.
#[test]
fn what_is_not_asked_for_does_not_go_round() {
    let trial = Trial::new();
    let net = Recurrent::new(&trial);
    let (loss, bias) = (net.rolled(false), net.weights[2]);
    let last_loop = |of: Expr<'_>| {
        let mut ops = trial
            .graph
            .live(&[of.val])
            .into_iter()
            .map(|val| trial.graph.node(val).op.clone());
        match ops.rfind(|op| matches!(op, Op::Scan(_))) {
            Some(Op::Scan(scan)) => scan,
            _ => unreachable!("the network is a loop"),
        }
    };
    // The reverse loop carries the adjoint of the state and the sum for the bias; nothing for the sequence
    // and the matrices.
    let backward = last_loop(gradient_of(loss, &[bias])[0]);
    assert_eq!((backward.carried, backward.body.outputs.len()), (2, 2));
    // The forward-mode loop carries the state and its tangent, and collects both.
    let forward = last_loop(derivative_along(&[loss], &[bias], &[bias])[0]);
    assert_eq!(
        (forward.constants, forward.carried, forward.body.outputs.len()),
        (4, 2, 4)
    );
}
