//! The induction variable: entries taken by it, its use as a number, uses that only an unrolled loop allows;
//! and the number of iterations changes nothing else.

use super::{agrees, loops, sound};
use crate::elaborate::tests::show;
use crate::graph::{Batching, Shape, Type};
use crate::ops::Op;

#[test]
fn entries_may_be_shifted_and_taken_along_any_axis() {
    agrees(
        "pub fn loss(&self, x: Tensor<6, 2>) -> Tensor<2> {
            let mut s = zeros([2]);
            for t in 1..5 { s = s.tanh() + x.at(t) * x.at(t - 1) - x.at(1 + t); }
            s
        }",
        1,
    );
    agrees(
        "pub fn loss(&self, x: Tensor<2, 5>, k: Index<4, 5>) -> Tensor<2> {
            let table = param([4, 2], normal(1.0));
            let mut s = x.at(0, axis = 1);
            for t in (0..4).rev() { s = s * x.at(t, axis = -1) + table.gather(k.at(t)) + table.gather(k.at(t + 1)); }
            s
        }",
        1,
    );
    // Two entries of one value, and a value made in the body that is the same in every iteration.
    agrees(
        "pub fn loss(&self, x: Tensor<5, 2>) -> Tensor<2> {
            let scale = param([2], normal(1.0));
            let mut s = zeros([2]);
            for t in 0..4 { s = s + (x * scale).at(t).tanh() * (x * scale).at(t + 1); }
            s
        }",
        1,
    );
}

#[test]
fn the_number_of_a_turn_is_a_number() {
    let text = agrees(
        "fn weighted(x: Tensor<_>, t: f64, place: usize) -> Tensor<_> { x * (0.5 * t + 1.0) + place }
        pub fn loss(&self, x: Tensor<3>) -> Tensor<3> {
            let mut s = x;
            for t in 2..6 { s = (s * t).sin() + weighted(x, t, 2 * t - 1) + max(-t, -4.0) + t * t; }
            s
        }",
        1,
    );
    insta::assert_snapshot!(text);
}

#[test]
fn what_needs_the_number_while_compiling_is_unrolled() {
    for body in [
        "if t == 0 { s = s + x.at(t); } else { s = s * x.at(t); }",
        "s = s + x.at(3 - t);",
        "s = s + x.at(t % 2);",
        "for u in t..4 { s = s.tanh() + x.at(u); }",
        "s = s + x.slice(0, t, t + 1).sum();",
        "n = n * 2; s = s + x.at(t) * n;",
        "s = s + x.at(t) * full([2], t);",
        "s = s + x.at(t).dense(2);",
        "let f = dense(2); s = s + f(s).tanh();",
        "s = s + x.at(t).batch_sum();",
        "s = h.at(t) + s; h = h.tanh();",
    ] {
        let inner = usize::from(body.contains("for u"));
        let declaration = format!(
            "pub fn loss(&self, x: Tensor<4, 2>) -> Tensor<2> {{
                let mut n = 1;
                let mut h = x;
                let mut s = zeros([2]);
                for t in 0..4 {{ {body} }}
                s
            }}"
        );
        let text = format!("pub struct N; {declaration}");
        let rolled = sound(&text, true);
        let function = &rolled.entries[0].function;
        let found = loops(&function.graph, &function.outputs);
        // The inner loop has 4, 3, 2 and 1 iterations.
        assert_eq!(found, 3 * inner, "{body}");
        assert_eq!(
            rolled
                .parameters
                .iter()
                .map(|parameter| &parameter.name)
                .collect::<Vec<_>>(),
            sound(&text, false)
                .parameters
                .iter()
                .map(|parameter| &parameter.name)
                .collect::<Vec<_>>()
        );
    }
}

/// Code size and compile time do not grow with the number of iterations.
#[test]
fn any_number_of_turns_makes_the_same_graph() {
    let declaration = |turns: usize| {
        format!(
            "pub struct N; pub fn loss(&self, x: Tensor<{turns}, 3>) -> Tensor<{turns}, 4> {{
                let step = dense(4);
                let mut h = zeros([4]);
                let mut hs = zeros([{turns}, 4]);
                for t in 0..{turns} {{ h = step(concat([x.at(t), h * t], axis = 0)).tanh(); hs[t] = h; }}
                hs
            }}"
        )
    };
    let (few, many) = (sound(&declaration(10), true), sound(&declaration(100_000), true));
    assert_eq!(show(&few).replace("10", "100000"), show(&many));
}

#[test]
fn leaves_made_in_each_turn_are_one_value_sliced() {
    use crate::diagnostics::Diagnostics;
    use crate::elaborate::elaborator::Elaborator;
    use crate::elaborate::library::Library;
    use crate::elaborate::loops::Loops;
    use crate::elaborate::parameters::Parameters;
    use crate::ops::leaf::{Distribution, Noise};
    let tokens = "pub struct N; pub fn f(&self, x: Tensor<2>) -> Tensor<2> { x }".parse();
    let mut diagnostics = Diagnostics::new();
    let network = crate::syntax::parse(tokens.expect("tokens"), &mut diagnostics).expect("a network");
    let prelude = crate::prelude::parse(&mut diagnostics).expect("the prelude");
    let library = Library::new(&network, &prelude, crate::elaborate::words::signatures());
    let mut elaborator = Elaborator::new(
        &library,
        &mut diagnostics,
        Parameters::default(),
        Parameters::default(),
        Loops::new(true),
    );
    let draw = |elaborator: &mut Elaborator<'_>| {
        elaborator.in_each_turn(&Shape::from([2]), |this, shape| {
            let (site, distribution) = (this.graph.fresh_identity(), Distribution::Normal);
            this.graph.apply(
                Noise {
                    site,
                    distribution,
                    shape,
                },
                &[],
            )
        })
    };
    let outside = draw(&mut elaborator);
    assert_eq!(
        elaborator.graph.ty(outside),
        Type::real(Batching::PerExample, [2])
    );
    assert!(matches!(elaborator.graph.node(outside).op, Op::Noise(_)));
    for (variable, turns) in [("i", 3), ("j", 5)] {
        elaborator
            .loops
            .open_for_test(variable, turns, elaborator.graph.len());
    }
    let inside = draw(&mut elaborator);
    assert_eq!(elaborator.graph.ty(inside), Type::real(Batching::PerExample, [2]));
    let outer = elaborator.loops.open[0].slices.borrow()[0].clone();
    let inner = elaborator.loops.open[1].slices.borrow()[0].clone();
    assert_eq!(
        elaborator.graph.ty(outer.stacked),
        Type::real(Batching::PerExample, [3, 5, 2])
    );
    assert_eq!((inner.stacked, inner.formal), (outer.formal, inside));
}
