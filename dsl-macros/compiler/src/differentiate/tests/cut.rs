//! Derivatives that do not arrive are reported, never silently zero.

use super::*;
use crate::graph::{Batching, Element, Type};
use crate::ops::gather::OneHot;
use crate::ops::scan::{Arguments, scan};

fn is_cut<'g>(y: Expr<'g>, by: Expr<'g>) -> bool {
    match gradient(y.graph, y.val, &[by.val]) {
        Ok(_) => false,
        Err(cut) => {
            assert_eq!(cut.by, by.val);
            true
        }
    }
}

#[test]
fn a_gradient_through_words_without_derivative_is_cut() {
    let trial = Trial::new();
    let (x, other) = (trial.per_example([2]), trial.parameter([2]));
    assert!(is_cut(x.binary(Elementwise::Greater, other).sum_all(), x));
    assert!(is_cut(x.unary(Elementwise::Sign).sum_all(), x));
    assert!(is_cut(tanh(x).stop_gradient().sum_all(), x));
    assert!(is_cut(square(x), other));
    // Another path is enough.
    assert!(!is_cut((tanh(x).stop_gradient() * x).sum_all(), x));
}

#[test]
fn integers_have_no_gradient() {
    let trial = Trial::new();
    let index = Type {
        batching: Batching::PerExample,
        element: Element::Index { limit: 3 },
        shape: [].into(),
    };
    let index = trial.input(index, crate::differentiate::check::Draw::Any);
    let row = trial
        .graph
        .expr(trial.graph.apply(OneHot { classes: 3 }, &[index.val]));
    assert!(is_cut(row.sum_all(), index));
}

#[test]
fn the_cut_names_the_value_that_is_not_reached() {
    let trial = Trial::new();
    let (a, b) = (trial.parameter([2]), trial.parameter([2]));
    let cut = gradient(&trial.graph, square(a).val, &[a.val, b.val]).expect_err("b is not used");
    assert_eq!(cut.by, b.val);
}

/// The second derivative of a piecewise linear function is zero everywhere it exists.
#[test]
fn a_derivative_that_is_identically_zero_is_cut() {
    let trial = Trial::new();
    let (x, w) = (trial.per_example([2]), trial.parameter([2]));
    let y = (w * x).unary(Elementwise::Relu).sum_all();
    let slope = gradient_of(y, &[x])[0];
    assert!(is_cut(slope.sum_all(), x));
    assert!(!is_cut(slope.sum_all(), w));
}

/// A loop cuts where its body does, however many steps later; and only there.
#[test]
fn loops_report_what_their_bodies_cut() {
    let trial = Trial::new();
    let (a, b, start) = (trial.parameter([2]), trial.parameter([2]), trial.parameter([2]));
    let (xs, unread) = (trial.per_example([3, 2]), trial.per_example([3, 2]));
    let arguments = Arguments {
        constants: &[a, b],
        carry: &[start, start, start],
        stacked: &[xs, unread],
    };
    let parts = scan(&trial.graph, 3, false, &arguments, |_, formals| {
        let &[a, b, first, second, third, x, _] = formals else {
            unreachable!("seven formals")
        };
        // `a` reaches the third carried value through the first and the second; only the sign of `b` arrives
        // anywhere.
        let signs = b.unary(Elementwise::Sign) * x;
        vec![
            tanh(first * a),
            tanh(second + first),
            third + second,
            signs,
            first,
        ]
    });
    let third = parts[2].sum_all();
    for (by, cut) in [(a, false), (start, false), (b, true), (xs, true), (unread, true)] {
        assert_eq!(is_cut(third, by), cut);
    }
    for (by, cut) in [(a, true), (start, true), (b, true), (xs, false)] {
        assert_eq!(is_cut(parts[3].sum_all(), by), cut);
    }
    // The first carried value at the start of each step does not depend on the others.
    let moved = push_forward(&trial.graph, &vals(&parts), &[(xs.val, xs.val)]);
    assert_eq!(
        moved.iter().map(Option::is_some).collect::<Vec<_>>(),
        [false, false, false, true, false]
    );
    trial.check(
        "signs",
        &[third, square(parts[3]), square(parts[4])],
        &[a, start, xs],
        2,
    );
}
