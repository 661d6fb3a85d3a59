//! Loops: as little as possible is carried, and every value stays what it was.

mod networks;
mod tight;

pub use tight::assert_tight;

use super::*;
use crate::differentiate::gradient;
use crate::ops::elementwise::Elementwise::{Sigmoid, Tanh};
use crate::ops::scan::{Arguments, scan};
use crate::optimise::{optimise, stabilise};

const STEPS: usize = 5;

/// The number of nodes of an operator in a graph, loop bodies not counted.
fn count(function: &Function, is: impl Fn(&Op) -> bool) -> usize {
    let live = function.graph.live(&function.outputs);
    live.iter()
        .filter(|&&val| is(&function.graph.node(val).op))
        .count()
}

fn loops(function: &Function) -> Vec<std::rc::Rc<Function>> {
    let live = function.graph.live(&function.outputs).into_iter();
    live.filter_map(|val| match &function.graph.node(val).op {
        Op::Scan(scan) => Some(scan.body.clone()),
        _ => None,
    })
    .collect()
}

fn contracts(function: &Function) -> usize {
    count(function, |op| matches!(op, Op::Contract(_)))
}

/// The optimised loss and gradients, after a check that they equal the original ones.
fn compile(build: impl for<'g> Fn(&'g Graph) -> (Expr<'g>, Vec<Expr<'g>>)) -> Function {
    let function = || {
        let graph = Graph::new();
        let (loss, wrt) = build(&graph);
        let outputs = std::iter::once(loss).chain(wrt).map(|x| x.val).collect();
        let Function { graph, outputs } = stabilise(Function { graph, outputs });
        let gradients = gradient(&graph, outputs[0], &outputs[1..]).expect("every one is reached");
        let outputs = std::iter::once(outputs[0]).chain(gradients).collect();
        Function { graph, outputs }
    };
    let (before, after) = (function(), optimise(function()));
    assert_same(&before, &after);
    assert_tight(&after);
    after
}

fn assert_same(before: &Function, after: &Function) {
    let environment = environment(before, 0.9);
    assert_close(
        &values(before, &environment),
        &values(after, &environment),
        "a loop",
    );
}

fn zeros<'g>(graph: &'g Graph) -> Expr<'g> {
    graph.constant(0.0).broadcast_to(&Shape::from([3]))
}

/// Optimised values, after the same check.
fn compiled(build: impl for<'g> Fn(&'g Graph) -> Vec<Expr<'g>>) -> Function {
    let function = || {
        let graph = Graph::new();
        let outputs = build(&graph).into_iter().map(|output| output.val).collect();
        Function { graph, outputs }
    };
    let (before, after) = (function(), optimise(function()));
    assert_same(&before, &after);
    assert_tight(&after);
    after
}

fn looped<'g>(
    [constants, carried]: [usize; 2],
    args: &[Expr<'g>],
    body: impl for<'b> Fn(&'b Graph, &[Expr<'b>]) -> Vec<Expr<'b>>,
) -> Vec<Expr<'g>> {
    let (constants, rest) = args.split_at(constants);
    let (carry, stacked) = rest.split_at(carried);
    let arguments = Arguments {
        constants,
        carry,
        stacked,
    };
    scan(args[0].graph, STEPS, false, &arguments, body)
}

#[test]
fn what_no_step_depends_on_is_computed_once() {
    let after = compiled(|g| {
        let (w, x) = (parameter(g, 0, "w", [3]), input(g, 0, "x", [3]));
        // A square for all steps, a projection of a repeated value, a literal.
        looped([2, 1], &[w, x, x], |g, a| {
            let scale = (a[0] * a[0]).unary(Tanh) / g.batch_size();
            vec![(a[2] * scale * exp(a[1])).unary(Tanh)]
        })
    });
    insta::assert_snapshot!(printed(&after, &["last"]), @r#"
    w [3] = parameter
    x [B, 3] = input
    div1 [3] = tanh(w * w) / n
    exp1 [B, 3] = exp(x)
    last [B, 3] = for t in 0..5 {
        carry state1 [B, 3] = x
        next_state1 [B, 3] = tanh(state1 * div1 * exp1)
    }
    "#);
}

#[test]
fn a_map_is_no_loop() {
    let after = compiled(|g| {
        let (w, xs) = (parameter(g, 0, "w", [4, 2]), input(g, 0, "xs", [STEPS, 2]));
        looped([1, 0], &[w, xs], |_, a| {
            vec![a[1].contract("i,oi->o", a[0]).softmax(), a[0].sum_all(), a[1]]
        })
    });
    insta::assert_snapshot!(printed(&after, &["scores", "sum", "same"]), @r#"
    w [4, 2] = parameter
    xs [B, 5, 2] = input
    scores [B, 5, 4] = softmax(contract(xs, w, "ab,cb->ac"))
    → sum = sum(w, axes = [0, 1])
    → same = xs
    "#);
}

#[test]
fn projections_of_the_state_are_one_product_after_the_loop() {
    let after = compiled(|g| {
        let (w, v) = (parameter(g, 0, "w", [3, 3]), parameter(g, 1, "v", [4, 3]));
        let xs = input(g, 0, "xs", [STEPS, 3]);
        looped(
            [2, 1],
            &[w, v, xs.slice(vec![0, 0], vec![1, 3]).reshape([3]), xs],
            |_, a| {
                let next = (a[2].contract("i,oi->o", a[0]) + a[3]).unary(Tanh);
                vec![next, next.contract("i,oi->o", a[1]).softmax(), next * next]
            },
        )
    });
    insta::assert_snapshot!(printed(&after, &["last", "scores", "squares"]), @r#"
    w [3, 3] = parameter
    v [4, 3] = parameter
    xs [B, 5, 3] = input
    slice1 [B, 1, 3] = slice(xs, [0..1, 0..3])
    reshape1 [B, 3] = reshape(slice1, [3])
    last [B, 3], loop1.1 [B, 5, 3], squares [B, 5, 3] = for t in 0..5 {
        carry state1 [B, 3] = reshape1
        entry1 [B, 3] = xs[t]
        next_state1 [B, 3] = tanh(contract(state1, w, "a,ba->b") + entry1)
        mul1 [B, 3] = next_state1 * next_state1
        loop1.1[t] = next_state1
        squares[t] = mul1
    }
    scores [B, 5, 4] = softmax(contract(loop1.1, v, "ab,cb->ac"))
    "#);
}

#[test]
fn dead_and_still_and_equal_values_do_not_go_round() {
    let after = compiled(|g| {
        let (x, y) = (input(g, 0, "x", [3]), input(g, 1, "y", [STEPS, 3]));
        let z = g.constant(0.0).broadcast_to(&Shape::from([3]));
        let repeated = x.broadcast(Shape::from([STEPS, 3]), vec![1]);
        let parts = looped([3, 5], &[x, x, z + 2.0, z, z, x, x, z, y, y, repeated], |_, a| {
            let [x, same, two, p, q, still, dead, unread, y, again, repeated] = a[..] else {
                unreachable!()
            };
            let p_next = (p * two + y * same).unary(Tanh);
            let q_next = (q * two + again * x).unary(Tanh);
            vec![
                p_next,
                q_next,
                still,
                dead * dead + unread,
                unread * repeated,
                p_next * repeated + still,
                q_next * repeated + still,
                dead,
            ]
        });
        [0, 1, 2, 5, 6].map(|part| parts[part]).into()
    });
    insta::assert_snapshot!(printed(&after, &["p", "q", "still", "a", "b"]), @r#"
    x [B, 3] = input
    y [B, 5, 3] = input
    p [B, 3], a [B, 5, 3] = for t in 0..5 {
        carry state1 [B, 3] = 0
        entry1 [B, 3] = y[t]
        next_state1 [B, 3] = tanh(2 * state1 + entry1 * x)
        add1 [B, 3] = next_state1 * x + x
        a[t] = add1
    }
    → q = p
    → still = x
    → b = a
    "#);
}

#[test]
fn sums_over_the_steps_are_sums_after_the_loop() {
    let after = compiled(|g| {
        let (w, xs) = (parameter(g, 0, "w", [3, 3]), input(g, 0, "xs", [STEPS, 3]));
        let table = label(g, 1, "tokens", 4, [STEPS]);
        let z = zeros(g);
        let shared = g.constant(0.0).broadcast_to(&Shape::from([3]));
        let rows = g.constant(0.0).broadcast_to(&Shape::from([4, 3]));
        looped([1, 5], &[w, z, shared, rows, z, shared, xs, table], |g, a| {
            let [w, h, batch, rows, own, squares, x, token] = a[..] else {
                unreachable!()
            };
            let next = (h.contract("i,oi->o", w) + x).unary(Tanh);
            let scattered = g.expr(g.apply(gather::ScatterAdd { rows: 4 }, &[token.val, next.val]));
            vec![
                next,
                batch - next.batch_sum() + x.batch_sum(),
                rows + scattered.batch_sum(),
                own + next * next,
                squares + w.sum(vec![0]) * 2.0,
            ]
        })
    });
    insta::assert_snapshot!(printed(&after, &["h", "batch", "rows", "own", "squares"]), @r#"
    w [3, 3] = parameter
    xs [B, 5, 3] = input
    tokens [B, 5] < 4 = input
    h [B, 3], own [B, 3], loop1.2 [B, 5, 3] = for t in 0..5 {
        carry state1 [B, 3] = 0
        carry state2 [B, 3] = 0
        entry1 [B, 3] = xs[t]
        next_state1 [B, 3] = tanh(contract(state1, w, "a,ba->b") + entry1)
        next_state2 [B, 3] = state2 + next_state1 * next_state1
        loop1.2[t] = next_state1
    }
    scatter_add1 [B, 4, 3] = scatter_add(tokens, loop1.2, 4 rows)
    rows [4, 3] = batch_sum(scatter_add1)
    squares [3] = 10 * sum(w, axes = [0])
    batch [3] = batch_sum(sum(xs, axes = [0])) - batch_sum(sum(loop1.2, axes = [0]))
    "#);
}

#[test]
fn shared_states_go_round_by_themselves() {
    let after = compiled(|g| {
        let (w, x) = (parameter(g, 0, "w", [3]), input(g, 0, "x", [3]));
        let start = parameter(g, 1, "start", [3]);
        // Weights that change from step to step, the same for all examples.
        looped([1, 2], &[w, start, x], |_, a| {
            let weights = (a[1] * a[0]).unary(Tanh);
            vec![weights, (a[2] * weights + a[1]).unary(Tanh), weights]
        })
    });
    insta::assert_snapshot!(printed(&after, &["weights", "h", "all"]), @r#"
    w [3] = parameter
    x [B, 3] = input
    start [3] = parameter
    weights [3], loop1.1 [5, 3], all [5, 3] = for t in 0..5 {
        carry state1 [3] = start
        next_state1 [3] = tanh(state1 * w)
        loop1.1[t] = state1
        all[t] = next_state1
    }
    h [B, 3] = for t in 0..5 {
        carry state1 [B, 3] = x
        entry1 [3] = loop1.1[t]
        entry2 [3] = all[t]
        next_state1 [B, 3] = tanh(state1 * entry2 + entry1)
    }
    "#);
}

#[test]
fn statistics_of_the_batch_between_steps_unroll() {
    let after = compile(|g| {
        let w = parameter(g, 0, "w", [3]);
        let parts = looped([1, 1], &[w, input(g, 0, "x", [3])], |g, a| {
            let mean = a[1].batch_sum() / g.batch_size();
            vec![((a[1] - mean) * a[0]).unary(Tanh), mean]
        });
        (mean((parts[0] * parts[1].sum(vec![0])).sum_all()), vec![w])
    });
    assert!(loops(&after).is_empty());
}

#[test]
fn statistics_of_the_batch_that_no_step_needs_stay_outside() {
    let after = compile(|g| {
        let (w, xs) = (parameter(g, 0, "w", [3]), input(g, 0, "xs", [STEPS, 3]));
        let parts = looped([1, 1], &[w, zeros(g), xs], |g, a| {
            let centred = a[2] - a[2].batch_sum() / g.batch_size();
            let next = ((a[1] + centred) * a[0]).unary(Tanh);
            vec![next, next - next.batch_sum() / g.batch_size()]
        });
        (mean((parts[1] * parts[1] * parts[1]).sum_all()), vec![w])
    });
    assert_eq!(loops(&after).len(), 2);
}

#[test]
fn a_loop_of_one_step_is_its_step() {
    let after = compile(|g| {
        let (w, x) = (parameter(g, 0, "w", [3]), input(g, 0, "x", [1, 3]));
        let args = Arguments {
            constants: &[w],
            carry: &[zeros(g)],
            stacked: &[x],
        };
        let parts = scan(g, 1, true, &args, |_, a| {
            let next = (a[1] + a[2] * a[0]).unary(Tanh);
            vec![next, next * next]
        });
        (mean(parts[0].sum_all() + parts[1].sum_all()), vec![w])
    });
    assert!(loops(&after).is_empty());
}

/// Dropout that is drawn anew in each step: the reverse loop reads the masks that the forward loop drew.
#[test]
fn noise_is_drawn_once_a_step() {
    for length in [1, STEPS] {
        let after = compile(|g| {
            let (w, xs) = (parameter(g, 0, "w", [3]), input(g, 0, "xs", [length, 3]));
            let args = Arguments {
                constants: &[w],
                carry: &[zeros(g)],
                stacked: &[xs],
            };
            let parts = scan(g, length, false, &args, |g, a| {
                let noise = leaf::Noise {
                    site: 0,
                    distribution: leaf::Distribution::Uniform,
                    shape: [3].into(),
                };
                let kept = leaf_of(g, noise).binary(Elementwise::Greater, g.constant(0.5));
                vec![((a[1] + a[2]) * a[0]).unary(Tanh) * kept]
            });
            (mean(parts[0].sum_all()), vec![w])
        });
        let draws = |body: &std::rc::Rc<Function>| count(body, |op| matches!(op, Op::Noise(_)));
        let drawn: Vec<usize> = loops(&after).iter().map(draws).collect();
        // A single step back is no loop.
        assert_eq!(drawn, [1, 0][..length.min(2)], "{length}");
    }
}

#[test]
fn what_an_earlier_loop_carries_is_read_from_it() {
    let after = compiled(|g| {
        let (w, v) = (parameter(g, 0, "w", [3]), parameter(g, 1, "v", [3]));
        let (x, y) = (input(g, 0, "x", [3]), input(g, 1, "y", [3]));
        let first = looped([1, 2], &[w, zeros(g), x], |_, a| {
            let h = (a[0] * a[1] + a[2]).unary(Tanh);
            vec![h, (a[2] * h).unary(Sigmoid)]
        });
        // The same two, then their derivative by `w` along `v`, then a number that begins as the second does.
        let second = looped([2, 4], &[w, v, zeros(g), x, zeros(g), x], |g, a| {
            let h = (a[0] * a[2] + a[3]).unary(Tanh);
            let slope = g.constant(1.0).broadcast_to(&h.shape()) - h * h;
            let tangent = (a[1] * a[2] + a[0] * a[4]) * slope;
            vec![h, (a[3] * h).unary(Sigmoid), tangent, a[5] * tangent]
        });
        vec![first[0] + y, first[1], second[2], second[1], second[3]]
    });
    insta::assert_snapshot!(printed(
        &after,
        &["state", "gate", "tangent", "same_gate", "other"]
    ));
}
