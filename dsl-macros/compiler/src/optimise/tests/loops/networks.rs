//! Recurrent networks: the loops that a user writes and the loops of their gradients.

use super::*;

const HIDDEN: usize = 3;
const WIDTH: usize = 2;

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

/// One product for all inputs before the loop, one small product per step, one product for each of the two
/// weights after it.
#[test]
fn recurrent_networks_keep_one_product_a_step() {
    let cells: [(&str, usize, usize, Cell); 3] =
        [("rnn", 1, 1, rnn), ("lstm", 4, 2, lstm), ("gru", 3, 1, gru)];
    for (name, gates, states, cell) in cells {
        for (reversed, every) in [(false, false), (false, true), (true, true)] {
            let after = compile(|graph| recurrent(graph, gates, states, reversed, every, cell));
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

/// Two layers, the second over the states of the first; both ways over the sequence.
#[test]
fn stacked_and_bidirectional_layers() {
    fn layer<'g>(xs: Expr<'g>, first: usize, reversed: bool) -> (Expr<'g>, Vec<Expr<'g>>) {
        let g = xs.graph;
        let width = xs.shape().0[1];
        let weights = [
            parameter(g, first, &format!("w{first}"), [HIDDEN, width]),
            parameter(g, first + 1, &format!("u{first}"), [HIDDEN, HIDDEN]),
            parameter(g, first + 2, &format!("b{first}"), [HIDDEN]),
        ];
        let args = Arguments {
            constants: &weights,
            carry: &[zeros(g)],
            stacked: &[xs],
        };
        let parts = scan(g, STEPS, reversed, &args, |_, formals| {
            let next = rnn(formals);
            vec![next[0], next[0]]
        });
        (parts[1], weights.into())
    }
    let after = compile(|g| {
        let xs = input(g, 0, "xs", [STEPS, WIDTH]);
        let ((a, wa), (b, wb)) = (layer(xs, 0, false), layer(xs, 3, true));
        let (top, wt) = layer(Expr::concat(&[a, b], 1), 6, false);
        (mean((top * top).sum_all()), [wa, wb, wt, vec![xs]].concat())
    });
    let inside: Vec<usize> = loops(&after).iter().map(|body| contracts(body)).collect();
    assert_eq!(inside, [1; 6]);
    // Three projections, their weights, hidden weights, and the derivatives by the inputs.
    assert_eq!(contracts(&after), 12);
}

/// Inputs by row and by pixel: each loop runs forward once.
#[test]
fn loops_in_loops_run_once() {
    let after = compile(|g| {
        let (w, u) = (parameter(g, 0, "w", [3, 3]), parameter(g, 1, "u", [3, 3]));
        let xs = input(g, 0, "xs", [STEPS, STEPS, 3]);
        let parts = looped([2, 1], &[w, u, zeros(g), xs], |_, a| {
            let parts = looped([1, 1], &[a[0], a[2], a[3]], |_, a| {
                let next = (a[1].contract("i,oi->o", a[0]) + a[2]).unary(Tanh);
                vec![next, next]
            });
            let row = parts[1].contract("ti,oi->to", a[1]).sum(vec![0]).unary(Tanh);
            vec![row * parts[0], row]
        });
        (
            mean(parts[0].sum_all() + (parts[1] * parts[1]).sum_all()),
            vec![w, u],
        )
    });
    let outer = loops(&after);
    assert_eq!(outer.len(), 2);
    let inner: Vec<usize> = outer.iter().map(|body| loops(body).len()).collect();
    assert_eq!(
        inner,
        [1, 1],
        "the reverse loop over the rows does not run the inner one forward again"
    );
    let products: Vec<Vec<usize>> = outer
        .iter()
        .map(|body| loops(body).iter().map(|body| contracts(body)).collect())
        .collect();
    assert_eq!(products, [[1], [1]]);
}

/// The gradient of a gradient: still the same values.
#[test]
fn derivatives_of_derivatives() {
    let function = || {
        let graph = Graph::new();
        let (loss, wrt) = recurrent(&graph, 4, 2, false, true, lstm);
        let wrt: Vec<Val> = wrt.iter().map(|x| x.val).collect();
        let first = gradient(&graph, loss.val, &wrt).expect("every one is reached");
        let norm = first.iter().fold(graph.constant(0.0), |sum, &x| {
            let x = graph.expr(x);
            sum + (x * x).sum_all()
        });
        let outputs = gradient(&graph, norm.val, &wrt).expect("every one is reached");
        Function { graph, outputs }
    };
    let (before, after) = (function(), optimise(function()));
    assert_same(&before, &after);
    assert_tight(&after);
}
