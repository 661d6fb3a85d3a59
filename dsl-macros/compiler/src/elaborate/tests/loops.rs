//! Loops: a rolled loop equals the unrolled one in value and gradient; a loop that cannot be rolled says why.

mod faults;
mod rows;
mod turns;

use std::collections::BTreeMap;

use super::{compile_with, show};
use crate::differentiate::check::assert_close;
use crate::differentiate::pull_back;
use crate::elaborate::{Entry, Model};
use crate::graph::interpret::{Array, Batch, Environment, interpret};
use crate::graph::{Batching, Element, Graph, Type, Val};
use crate::ops::Op;

const EXAMPLES: usize = 3;

fn sound(text: &str, roll: bool) -> Model {
    compile_with(text, roll).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

/// The number of loops in the graph of an entry point, including nested ones.
fn loops(graph: &Graph, outputs: &[Val]) -> usize {
    let of = |val: Val| match &graph.node(val).op {
        Op::Scan(scan) => 1 + loops(&scan.body.graph, &scan.body.outputs),
        _ => 0,
    };
    graph.live(outputs).into_iter().map(of).sum()
}

/// Numbers between -1 and 1, or integers below the limit, that look random.
fn numbers(ty: &Type, salt: usize) -> Array {
    let mut state = salt as u64 + 1;
    Array::from_fn(&ty.shape, |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let draw = (state >> 40) as f64 / (1u64 << 24) as f64;
        match ty.element {
            Element::Real => 2.0 * draw - 1.0,
            Element::Index { limit } => (draw * limit as f64).floor(),
        }
    })
}

fn environment(model: &Model, entry: &Entry) -> Environment {
    let input = |(index, input): (usize, &crate::elaborate::EntryInput)| {
        let one = |example: usize| numbers(&input.ty, 100 * index + example);
        let batch = match input.ty.batching {
            Batching::Shared => Batch::Shared(one(0)),
            Batching::PerExample => Batch::PerExample((0..EXAMPLES).map(one).collect()),
        };
        (index, batch)
    };
    let parameter = |(index, parameter): (usize, &crate::elaborate::ParameterDeclaration)| {
        let ty = Type::real(Batching::Shared, parameter.shape.clone());
        (index, numbers(&ty, 7000 + index))
    };
    Environment {
        examples: EXAMPLES,
        inputs: entry.inputs.iter().enumerate().map(input).collect(),
        parameters: model.parameters.iter().enumerate().map(parameter).collect(),
        ..Environment::default()
    }
}

/// The outputs, then the gradient of the first output by every parameter and every input of numbers.
fn outputs_and_gradients(model: &Model, entry: &Entry) -> Vec<(String, Batch)> {
    let function = entry.function.copy();
    let graph = &function.graph;
    let mut leaves: BTreeMap<String, Val> = BTreeMap::new();
    for val in graph.live(&function.outputs) {
        match &graph.node(val).op {
            Op::Parameter(parameter) => drop(leaves.insert(parameter.name.clone(), val)),
            Op::Input(input) if input.limit().is_none() => drop(leaves.insert(input.name.clone(), val)),
            _ => {}
        }
    }
    let wrt: Vec<Val> = leaves.values().copied().collect();
    let loss = graph.expr(function.outputs[0]);
    let mut seed = loss.sum_all();
    if seed.batching() == Batching::PerExample {
        seed = seed.batch_sum();
    }
    let gradients = pull_back(graph, &[(seed.val, graph.constant(1.0).val)], &wrt);
    let mut names: Vec<String> = (0..function.outputs.len())
        .map(|place| format!("output {place}"))
        .collect();
    let mut vals = function.outputs.clone();
    for (name, gradient) in leaves.into_keys().zip(gradients) {
        names.extend(gradient.map(|_| format!("gradient by {name}")));
        vals.extend(gradient);
    }
    crate::graph::verify::verify(graph, &vals).expect("a sound graph");
    names
        .into_iter()
        .zip(interpret(graph, &vals, &environment(model, entry)))
        .collect()
}

/// Checks that the first entry point has `count` loops when rolled and none otherwise, and means the same
/// both ways.
#[track_caller]
pub fn agrees(declaration: &str, count: usize) -> String {
    let text = format!("pub struct N; {declaration}");
    let (rolled, unrolled) = (sound(&text, true), sound(&text, false));
    let (one, other) = (&rolled.entries[0], &unrolled.entries[0]);
    assert_eq!(
        loops(&one.function.graph, &one.function.outputs),
        count,
        "{declaration}\n{}",
        show(&rolled)
    );
    assert_eq!(loops(&other.function.graph, &other.function.outputs), 0);
    let names = |model: &Model| -> Vec<String> {
        let names = model.parameters.iter();
        names
            .map(|parameter| format!("{} {}", parameter.name, parameter.shape))
            .collect()
    };
    assert_eq!(names(&rolled), names(&unrolled));
    let (found, expected) = (
        outputs_and_gradients(&rolled, one),
        outputs_and_gradients(&unrolled, other),
    );
    assert_eq!(
        found.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        expected.iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
    for ((name, found), (_, expected)) in found.iter().zip(&expected) {
        assert_close(&format!("{name} of {declaration}"), found, expected, 1e-12);
    }
    show(&rolled)
}

const RNN: &str = "
    pub fn loss(&self, image: Tensor<5, 3>, target: Tensor<4>) -> Scalar {
        let input = dense(4);
        let hidden = dense(4, bias = false);
        let mut h = zeros([4]);
        for t in 0..5 {
            h = (input(image.at(t)) + hidden(h)).tanh();
        }
        h.squared_error(target)
    }";

const LSTM: &str = "
    fn cell(x: Tensor<_>, h: Tensor<_>, c: Tensor<_>, gates: Layer) -> (Tensor<_>, Tensor<_>) {
        let [i, f, g, o] = concat([x, h], axis = 0).gates().split(4);
        let c = f.sigmoid() * c + i.sigmoid() * g.tanh();
        (o.sigmoid() * c.tanh(), c)
    }

    pub fn loss(&self, image: Tensor<4, 3>, target: Tensor<2>) -> Scalar {
        let gates = dense(8);
        let (mut h, mut c) = (zeros([2]), zeros([2]));
        for t in 0..4 {
            (h, c) = cell(image.at(t), h, c, gates);
        }
        h.squared_error(target) + c.sum()
    }";

#[test]
fn one_carried_value() {
    insta::assert_snapshot!(agrees(RNN, 1));
}

#[test]
fn two_carried_values_of_a_cell() {
    insta::assert_snapshot!(agrees(LSTM, 1));
}

#[test]
fn nested_loops_are_loops_in_loops() {
    agrees(
        "pub fn loss(&self, x: Tensor<3, 4, 2>) -> Tensor<3, 3> {
            let (inner, outer) = (dense(3), dense(3));
            let mut rows = zeros([3, 3]);
            let mut g = ones([3]);
            for i in 0..3 {
                let mut h = g;
                for j in 0..4 {
                    h = inner(concat([x.at(i).at(j), h, g], axis = 0)).tanh();
                }
                g = outer(h).tanh() + i * 0.1;
                rows[i] = g;
            }
            rows
        }",
        2,
    );
    // A value that is invariant in the inner loop, entries taken there by the outer induction variable, and
    // both variables in one sum.
    agrees(
        "pub fn loss(&self, x: Tensor<3, 2>, y: Tensor<4, 2>) -> Tensor<2> {
            let mut s = zeros([2]);
            for i in 0..3 { for j in 0..4 { s = 0.5 * s + x.at(i) * y.at(j) * (i + j); } }
            s
        }",
        2,
    );
    // The inner loop carries a shared value, the outer loop also a per-example one.
    agrees(
        "pub fn loss(&self, x: Tensor<3, 2>) -> Tensor<2> {
            let w = param([2], normal(1.0));
            let (mut h, mut s) = (w, zeros([2]));
            for i in 0..3 { for _ in 0..2 { h = (h * w).tanh(); } s = s.tanh() + h * x.at(i); }
            s
        }",
        2,
    );
    // A loop inside of a held block, which the outer loop applies.
    agrees(
        "fn power(x: Tensor<_>) -> Tensor<_> {
            let step = dense(2, bias = false);
            let mut x = x;
            for _ in 0..3 { x = step(x).tanh(); }
            x
        }
        pub fn loss(&self, x: Tensor<2>) -> Tensor<2> {
            let power = power();
            let mut y = x;
            for _ in 0..2 { y = y.power() + x; }
            y
        }",
        2,
    );
}

#[test]
fn a_number_may_begin_what_becomes_a_scalar() {
    let body = |start: &str, body: &str| {
        format!(
            "pub fn loss(&self, x: Tensor<5, 2>) -> (Tensor<2>, Scalar) {{
                let w = param([2], normal(1.0));
                let mut total = {start};
                {body}
                (total * x.at(0), total)
            }}"
        )
    };
    agrees(
        &body("0.0", "for t in 0..5 { total += (w * x.at(t)).tanh().sum(); }"),
        1,
    );
    agrees(
        &body("1.5", "for t in 0..5 { total = 0.5 * total + w.sum() * t; }"),
        1,
    );
    let nested =
        "for t in 0..5 { for u in 0..5 { total += (w * x.at(t) * x.at(u)).sum(); } total = total.sin(); }";
    agrees(&body("0.0", nested), 2);
    let two =
        "let mut most = -10.0; for t in 0..5 { most = max(most, x.at(t).sum()); total += most * w.sum(); }";
    agrees(&body("0.0", two), 1);
    agrees(&body("0.5", "total += w.sum(); total = total * 2.0;"), 0);
    // A number that no iteration turns into a tensor stays a number, and a vector is no scalar: both unroll.
    agrees(
        &body("0.5", "for t in 0..5 { total = total * 2.0; } total += w.sum();"),
        0,
    );
    let grows = "let mut sum = 0.0; for t in 0..5 { sum += w * x.at(t); } total += sum.sum();";
    agrees(&body("0.0", grows), 0);
}

#[test]
fn what_is_carried_may_be_shared_or_become_per_example() {
    // Shared throughout: a power of a matrix.
    agrees(
        "pub fn loss(&self, x: Tensor<2>) -> Tensor<2> {
            let w = param([2, 2], normal(1.0));
            let mut p = w;
            for _ in 0..4 { p = p.matmul(w); }
            p.matmul(x)
        }",
        1,
    );
    // One becomes per example because of the other, one iteration later.
    agrees(
        "pub fn loss(&self, x: Tensor<2>) -> Tensor<2> {
            let w = param([2], normal(1.0));
            let (mut a, mut b, mut c) = (w, w, w);
            for _ in 0..4 { a = (a * b).tanh(); b = b + c; c = c * x; }
            a
        }",
        1,
    );
}

#[test]
fn carried_values_may_be_grouped_swapped_or_left_alone() {
    agrees(
        "pub fn loss(&self, x: Tensor<4, 2>) -> Tensor<2> {
            let mut state = (zeros([2]), [ones([2]), x.at(0)]);
            for t in 0..4 {
                let (h, [c, d]) = state;
                state = (c, [h.tanh() + x.at(t), d]);
            }
            let (h, [c, d]) = state;
            h + 2.0 * c + d
        }",
        1,
    );
    // A name that the body itself declares, a choice over sizes, an update, a value that only the last
    // iteration leaves.
    agrees(
        "const WIDTH: usize = 2;
        pub fn loss(&self, x: Tensor<4, 2>) -> Tensor<2> {
            let (mut h, mut s, mut last) = (x.at(0), zeros([]), zeros([2]));
            for t in 0..4 {
                let mut h = x.at(t);
                if WIDTH == 2 { h = h * 2.0; s += h.sum(); } else { s = s * h; }
                last = h;
            }
            h * s + last
        }",
        1,
    );
    // The value never changes, or is never read.
    agrees(
        "pub fn loss(&self, x: Tensor<2>) -> Tensor<2> { let mut y = x; for _ in 0..3 { y = x; } y }",
        1,
    );
    agrees(
        "pub fn loss(&self, x: Tensor<2>) -> Tensor<2> { for t in 0..3 { let y = x * t; } x }",
        0,
    );
    agrees(
        "pub fn loss(&self, x: Tensor<2>) -> Tensor<2> { let mut y = x; for _ in 0..3 { y = y; } y }",
        0,
    );
}

/// Parameters of held layers belong outside of the loop, also in the second entry point.
#[test]
fn a_layer_first_applied_in_a_loop_is_made_once() {
    let declaration = "
        fn cell(x: Tensor<_>, h: Tensor<_>, width: usize) -> Tensor<_> {
            (x.dense(width) + h.dense(width, bias = false)).tanh()
        }
        fn state(&self, x: Tensor<_, _>) -> Tensor<_> {
            let cell = cell(3);
            let mut h = zeros([3]);
            for t in 0..x.size(0) { h = cell(x.at(t), h); }
            h
        }
        pub fn loss(&self, x: Tensor<4, 2>) -> Scalar { self.state(x).l2() + parameters(\"*.weight\").l2() }
        pub fn last(&self, x: Tensor<7, 2>) -> Tensor<3> { self.state(x) }";
    let text = agrees(declaration, 1);
    let parameters: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(parameters.len(), 3, "{text}");
}
