//! Loops: as little as possible goes round, and everything means what it meant.

use super::*;
use crate::differentiate::gradient;
use crate::ops::elementwise::Elementwise::{Sigmoid, Tanh};
use crate::ops::scan::{Arguments, scan};
use crate::optimise::{optimise, stabilise};

const STEPS: usize = 5;
const HIDDEN: usize = 3;
const WIDTH: usize = 2;

/// What every loop of an optimised graph satisfies.
pub fn assert_tight(function: &Function) {
    for val in function.graph.live(&function.outputs) {
        let Op::Scan(scan) = &function.graph.node(val).op else {
            continue;
        };
        let Function { graph, outputs } = &*scan.body;
        let live = graph.live(outputs);
        let mixed = live
            .iter()
            .any(|&val| graph.node(val).types[0].kind == Kind::PerExample);
        let args = function.graph.node(val).args.clone();
        let mut read = vec![false; args.len()];
        for &val in &live {
            let node = graph.node(val);
            match &node.op {
                Op::Formal(formal) => read[formal.index] = true,
                Op::Constant(_) | Op::BatchSize(_) | Op::Noise(_) => {}
                op if node.args.is_empty() => panic!("a leaf within a loop: {op:?}"),
                Op::BatchSum(_) => panic!("a loop crosses the batch"),
                Op::Broadcast(_) | Op::Reshape(_) | Op::Transpose(_) | Op::Slice(_) => {}
                Op::Mark(_) | Op::StopGradient(_) => panic!("a mark within a loop"),
                op => assert!(
                    !mixed || node.types[0].kind == Kind::PerExample,
                    "the same for all examples, within a loop: {op:?}"
                ),
            }
        }
        assert!(scan.length > 1, "a loop of one step");
        let carried = scan.constants..scan.constants + scan.carried;
        for (index, arg) in args.iter().enumerate() {
            assert!(
                read[index] || carried.contains(&index),
                "argument {index} is not read"
            );
            let again = args[..index].contains(arg) && !carried.contains(&index);
            assert!(!again || carried.contains(&args.iter().position(|other| other == arg).unwrap()));
        }
        let parts: BTreeSet<usize> = (function.graph.live(&function.outputs).into_iter())
            .filter_map(|user| match function.graph.node(user).op {
                Op::Part(part) if function.graph.node(user).args == [val] => Some(part.index),
                _ => None,
            })
            .collect();
        let stacks = scan.carried..outputs.len();
        assert!(
            stacks.clone().all(|part| parts.contains(&part)),
            "a stack nobody reads"
        );
        let collected: BTreeSet<Val> = stacks.clone().map(|part| outputs[part]).collect();
        assert_eq!(collected.len(), stacks.len(), "a value is stacked twice");
        assert_tight(&scan.body);
    }
}

/// How many of an operator a graph holds, loops not looked into.
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

/// The loss and its gradients by every parameter and by the inputs asked for: as differentiated, and optimised.
fn compile(build: impl for<'g> Fn(&'g Graph) -> (Expr<'g>, Vec<Expr<'g>>)) -> (Function, Function) {
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
    (before, after)
}

fn assert_same(before: &Function, after: &Function) {
    let environment = environment(before, 0.9);
    assert_close(
        &values(before, &environment),
        &values(after, &environment),
        "a loop",
    );
}

fn names(wrt: &[&str]) -> Vec<String> {
    std::iter::once("loss".to_string())
        .chain(wrt.iter().map(|name| format!("d_{name}")))
        .collect()
}

fn snapshot(name: &str, after: &Function, wrt: &[&str]) {
    let names = names(wrt);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    insta::assert_snapshot!(name, printed(after, &names));
}

fn zeros<'g>(graph: &'g Graph) -> Expr<'g> {
    graph.constant(0.0).broadcast_to(&Shape::from([HIDDEN]))
}

fn gate<'g>(gates: Expr<'g>, place: usize) -> Expr<'g> {
    gates.slice(vec![place * HIDDEN], vec![HIDDEN])
}

/// Input weights, hidden weights, bias of `gates` gates.
fn weights(graph: &Graph, gates: usize) -> [Expr<'_>; 3] {
    [
        parameter(graph, 0, "w_ih", [gates * HIDDEN, WIDTH]),
        parameter(graph, 1, "w_hh", [gates * HIDDEN, HIDDEN]),
        parameter(graph, 2, "b", [gates * HIDDEN]),
    ]
}

type Cell = for<'b> fn(&[Expr<'b>]) -> Vec<Expr<'b>>;

/// A cell over a sequence; the loss reads the last state and, if asked, every state.
fn recurrent<'g>(
    graph: &'g Graph,
    gates: usize,
    states: usize,
    reversed: bool,
    every: bool,
    cell: Cell,
) -> (Expr<'g>, Vec<Expr<'g>>) {
    let weights = weights(graph, gates);
    let xs = input(graph, 0, "xs", [STEPS, WIDTH]);
    let start = vec![zeros(graph); states];
    let args = Arguments {
        constants: &weights,
        carry: &start,
        stacked: &[xs],
    };
    let parts = scan(graph, STEPS, reversed, &args, |_, formals| {
        let mut next = cell(formals);
        next.push(next[0]);
        next
    });
    let last = parts[0] - input(graph, 1, "target", [HIDDEN]);
    let mut loss = (last * last).sum_all();
    if every {
        let states = parts[states];
        loss = loss + (states * states * states).sum_all();
    }
    (mean(loss), weights.to_vec())
}

fn rnn<'b>(x: &[Expr<'b>]) -> Vec<Expr<'b>> {
    let &[w_ih, w_hh, b, h, x] = x else { unreachable!() };
    vec![(x.contract("i,oi->o", w_ih) + b + h.contract("i,oi->o", w_hh)).unary(Tanh)]
}

/// Hochreiter and Schmidhuber, 1997; forget gates by Gers et al., 2000.
fn lstm<'b>(x: &[Expr<'b>]) -> Vec<Expr<'b>> {
    let &[w_ih, w_hh, b, h, c, x] = x else {
        unreachable!()
    };
    let gates = x.contract("i,oi->o", w_ih) + b + h.contract("i,oi->o", w_hh);
    let [i, f, o] = [0, 1, 3].map(|place| gate(gates, place).unary(Sigmoid));
    let c = f * c + i * gate(gates, 2).unary(Tanh);
    vec![o * c.unary(Tanh), c]
}

/// Cho et al., 2014, with the reset gate after the product.
fn gru<'b>(x: &[Expr<'b>]) -> Vec<Expr<'b>> {
    let &[w_ih, w_hh, b, h, x] = x else { unreachable!() };
    let own = x.contract("i,oi->o", w_ih) + b;
    let state = h.contract("i,oi->o", w_hh);
    let [r, z] = [0, 1].map(|place| (gate(own, place) + gate(state, place)).unary(Sigmoid));
    let n = (gate(own, 2) + r * gate(state, 2)).unary(Tanh);
    vec![(1.0 - z) * n + z * h]
}

/// One product for all inputs before; one small product a step; one product each for the two weights after.
#[test]
fn recurrent_networks_keep_one_product_a_step() {
    let cells: [(&str, usize, usize, Cell); 3] =
        [("rnn", 1, 1, rnn), ("lstm", 4, 2, lstm), ("gru", 3, 1, gru)];
    for (name, gates, states, cell) in cells {
        for (reversed, every) in [(false, false), (false, true), (true, true)] {
            let (_, after) = compile(|graph| recurrent(graph, gates, states, reversed, every, cell));
            if !reversed {
                let text = if every {
                    format!("{name}_every")
                } else {
                    name.to_string()
                };
                snapshot(&text, &after, &["w_ih", "w_hh", "b"]);
            }
            let inside: Vec<usize> = loops(&after).iter().map(|body| contracts(body)).collect();
            assert_eq!(inside, [1, 1], "{name}");
            assert_eq!(contracts(&after), 3, "{name}");
        }
    }
}
