//! Properties of every graph: dead code and duplicates are removed, names and batchings stay, the result is
//! deterministic, and large graphs take time linear in their size.

use proc_macro2::Span;

use super::*;
use crate::differentiate::gradient;
use crate::graph::Origin;
use crate::graph::verify::verify;
use crate::ops::leaf::Mark;
use crate::ops::reduce::Sum;
use crate::ops::scan::{Arguments, scan};
use crate::optimise::{optimise, stabilise};

fn function(build: impl for<'g> Fn(&'g Graph) -> Vec<Expr<'g>>) -> Function {
    let graph = Graph::new();
    let outputs = build(&graph).into_iter().map(|output| output.val).collect();
    Function { graph, outputs }
}

#[test]
fn dead_values_and_duplicates_go() {
    let after = optimise(function(|g| {
        let (x, y) = (input(g, 0, "x", [3]), input(g, 1, "y", [3]));
        exp(x * 5.0);
        vec![exp(x * y), exp(y * x), (exp(x * y) + 0.0).sum_all()]
    }));
    insta::assert_snapshot!(printed(&after, &["a", "b", "c"]), @r#"
    x [B, 3] = input
    y [B, 3] = input
    a [B, 3] = exp(x * y)
    c [B] = sum(a, axes = [0])
    → b = a
    "#);
    assert_eq!(after.graph.len(), 5);
}

#[test]
fn parameters_and_noise_of_one_shape_stay_apart() {
    let noise = |site| leaf::Noise {
        site,
        distribution: leaf::Distribution::Normal,
        shape: [2].into(),
    };
    let after = optimise(function(|g| {
        let weights = parameter(g, 0, "a", [2]) + parameter(g, 1, "b", [2]);
        vec![weights + leaf_of(g, noise(0)) * leaf_of(g, noise(1))]
    }));
    assert_eq!(after.graph.len(), 7);
}

#[test]
fn names_and_origins_move_to_what_replaces_a_value() {
    let origin = |text| Some(Origin::new(Span::call_site(), text, ""));
    let after = optimise(function(|g| {
        let x = input(g, 0, "x", [3]);
        g.set_origin(origin("x.softmax().log()"));
        let loss = log(x.softmax());
        g.set_name(loss.val, "log_probability");
        g.set_origin(origin("2 * log_probability"));
        vec![2.0 * loss]
    }));
    insta::assert_snapshot!(printed(&after, &["y"]), @r#"
    x [B, 3] = input
    log_probability [B, 3] = log_softmax(x)
    y [B, 3] = 2 * log_probability
    "#);
    let origins: Vec<String> = after
        .graph
        .vals()
        .map(|val| after.graph.node(val).origin.text.to_string())
        .collect();
    assert_eq!(
        origins,
        [
            "",
            "x.softmax().log()",
            "2 * log_probability",
            "2 * log_probability",
            "2 * log_probability"
        ]
    );
}

#[test]
fn outputs_keep_their_kind_where_examples_turn_out_to_be_alike() {
    let build = |g: &'_ Graph| {
        let class = one_hot(label(g, 0, "class", 3, []), 3);
        // The sum is 1 for every example, and so is all that follows from it.
        exp(class.sum(vec![0]) * parameter(g, 0, "w", [])).val
    };
    let whole = || {
        let graph = Graph::new();
        let per_example = build(&graph);
        let sum = graph.expr(per_example).batch_sum().val;
        Function {
            graph,
            outputs: vec![per_example, sum],
        }
    };
    let (before, after) = (whole(), optimise(whole()));
    assert_eq!(after.graph.ty(after.outputs[0]).batching, Batching::PerExample);
    let environment = environment(&before, 1.0);
    assert_close(
        &values(&before, &environment),
        &values(&after, &environment),
        "kinds",
    );
}

#[test]
fn marks_stay_until_differentiation_is_done() {
    let marked = || {
        function(|g| {
            let x = input(g, 0, "x", [3]);
            let mark = g.expr(g.apply(
                Mark {
                    identity: g.fresh_identity(),
                },
                &[x.softmax().val],
            ));
            vec![log(mark), log(mark.stop_gradient())]
        })
    };
    insta::assert_snapshot!(printed(&stabilise(marked()), &["a", "b"]), @r#"
    x [B, 3] = input
    softmax1 [B, 3] = softmax(x)
    mark1 [B, 3] = mark(softmax1)
    a [B, 3] = log(mark1)
    stop_gradient1 [B, 3] = stop_gradient(mark1)
    b [B, 3] = log(stop_gradient1)
    "#);
    insta::assert_snapshot!(printed(&optimise(marked()), &["a", "b"]), @r#"
    x [B, 3] = input
    a [B, 3] = log_softmax(x)
    → b = a
    "#);
}

#[test]
fn loops_are_optimised_inside() {
    let looped = || {
        function(|g| {
            let (w, start) = (parameter(g, 0, "w", [2]), parameter(g, 1, "start", [2]));
            let xs = input(g, 0, "xs", [4, 2]);
            let args = Arguments {
                constants: &[w],
                carry: &[start],
                stacked: &[xs],
            };
            let results = scan(g, 4, false, &args, |_, formals| {
                let next = log(1.0 + exp(formals[0] * formals[1])) + (formals[2] + 0.0);
                vec![next, next * 1.0]
            });
            let loss = results
                .iter()
                .fold(w.sum_all(), |sum, result| sum + result.sum_all());
            let loss = mean(loss).val;
            let gradients = gradient(g, loss, &[w.val, start.val]).expect("both are reached");
            let mut outputs = vec![g.expr(loss)];
            outputs.extend(gradients.into_iter().map(|gradient| g.expr(gradient)));
            outputs
        })
    };
    let (before, after) = (looped(), optimise(looped()));
    let environment = environment(&before, 1.0);
    assert_close(
        &values(&before, &environment),
        &values(&after, &environment),
        "a loop and its gradient",
    );
    let body = after
        .graph
        .vals()
        .find_map(|val| match &after.graph.node(val).op {
            Op::Scan(scan) => Some(scan.body.clone()),
            _ => None,
        });
    let names = ["next", "collected"];
    insta::assert_snapshot!(printed(&body.expect("the loop stays"), &names), @r#"
    formal1 [2] = formal(0)
    formal2 [B, 2] = formal(1)
    formal3 [B, 2] = formal(2)
    next [B, 2] = softplus(formal1 * formal2) + formal3
    → collected = next
    "#);
}

/// A gradient with about as many values as that of a twelve-block network.
fn large() -> Function {
    function(|g| {
        let mut x = input(g, 0, "x", [8, 8]);
        let mut parameters = Vec::new();
        for layer in 0..130 {
            let weight = parameter(g, 2 * layer, &format!("weight{layer}"), [8, 8]);
            let bias = parameter(g, 2 * layer + 1, &format!("bias{layer}"), [8]);
            parameters.extend([weight.val, bias.val]);
            let h = x.contract("ti,oi->to", weight) + bias;
            let attention = (h.contract("ti,si->ts", h) / 8f64.sqrt()).softmax();
            x = x + attention.contract("ts,si->ti", h.unary(Elementwise::Relu)) * sigmoid(h);
        }
        let class = one_hot(label(g, 1, "class", 8, [8]), 8);
        let loss = mean(-(class * log(x.softmax())).sum_all());
        let gradients = gradient(g, loss.val, &parameters).expect("every parameter is reached");
        let mut outputs = vec![loss];
        outputs.extend(gradients.into_iter().map(|gradient| g.expr(gradient)));
        outputs
    })
}

#[test]
fn large_graphs_come_out_the_same() {
    let function = large();
    let values = function.graph.live(&function.outputs).len();
    assert!(values > 4000, "{values}");
    let after = optimise(function);
    let names: Vec<String> = (0..after.outputs.len()).map(|index| index.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(printed(&after, &names), printed(&optimise(large()), &names));
}

#[test]
fn what_is_optimised_is_at_its_fixed_point() {
    let once = optimise(large());
    fired();
    let length = once.graph.len();
    let twice = optimise(once);
    assert_eq!((twice.graph.len(), fired()), (length, BTreeSet::new()));
}

#[test]
fn deep_graphs_do_not_overflow_the_stack() {
    let after = optimise(function(|g| {
        let mut x = input(g, 0, "x", [2]);
        let y = input(g, 1, "y", [2]);
        for _ in 0..20_000 {
            x = -(x * y);
        }
        vec![x]
    }));
    assert!(after.graph.len() <= 20_003);
}

#[test]
fn verify_names_the_fault() {
    let sound = function(|g| vec![input(g, 0, "x", [3]).sum_all()]);
    assert_eq!(verify(&sound.graph, &sound.outputs), Ok(()));
    let faulty = function(|g| {
        let shared = parameter(g, 0, "w", [3]);
        vec![g.expr(g.apply(crate::ops::batch::BatchSum, &[shared.val]))]
    });
    let fault = verify(&faulty.graph, &faulty.outputs).expect_err("a shared value is summed over the batch");
    insta::assert_snapshot!(fault, @"node 1, `batch_sum`: its argument is the same for all examples");
    let other = function(|g| vec![g.expr(g.apply(Sum { axes: vec![] }, &[input(g, 0, "x", []).val]))]);
    let fault = verify(&Graph::new(), &other.outputs).expect_err("the output belongs to another graph");
    insta::assert_snapshot!(fault, @"output 1 is not in the graph of 0 nodes");
}
