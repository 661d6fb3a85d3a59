//! Derivatives where finite differences say nothing: at kinks, ties, and at the ends of the number line.

use crate::arena::{Array, Batching, Type};
use crate::differentiate::check::Trial;
use crate::differentiate::{gradient, push_forward};
use crate::graph::interpret::Batch;
use crate::ops::elementwise::Elementwise;
use crate::ops::pool::{Geometry, MaxPool2d};
use crate::ops::{Expr, Graph};

/// The gradient and the derivative along ones of `Σ f(x)`, at these shared arguments.
fn slopes(
    args: &[&[f64]],
    f: impl for<'g> Fn(&'g Graph, &[Expr<'g>]) -> Expr<'g>,
) -> (Vec<Vec<f64>>, Vec<f64>) {
    let trial = Trial::new();
    let graph = &trial.graph;
    let x: Vec<Expr<'_>> = args
        .iter()
        .map(|values| {
            let ty = Type::real(Batching::Shared, [values.len()]);
            trial.input(ty, crate::differentiate::check::Draw::Any)
        })
        .collect();
    for (place, values) in args.iter().enumerate() {
        let value = Array {
            shape: [values.len()].into(),
            data: values.to_vec(),
        };
        trial
            .environment
            .borrow_mut()
            .inputs
            .insert(place, Batch::Shared(value));
    }
    let y = f(graph, &x);
    let vals: Vec<_> = x.iter().map(|x| x.val).collect();
    let gradients = gradient(graph, y.sum_all().val, &vals).expect("nothing is cut");
    let gradients: Vec<Expr<'_>> = gradients.into_iter().map(|val| graph.expr(val)).collect();
    let ones = x
        .iter()
        .map(|x| (x.val, graph.constant(1.0).broadcast_to(&x.shape()).val));
    let tangent = push_forward(graph, &[y.val], &ones.collect::<Vec<_>>())[0].expect("everything moves");
    let numbers = |of: Expr<'_>| trial.value(of).of(0).data.clone();
    (
        gradients.into_iter().map(numbers).collect(),
        numbers(graph.expr(tangent)),
    )
}

fn unary(op: Elementwise, at: &[f64]) -> Vec<f64> {
    let (mut gradients, tangent) = slopes(&[at], |_, x| x[0].unary(op));
    assert_eq!(gradients[0], tangent, "{}", op.word());
    gradients.remove(0)
}

#[test]
fn kinks_have_the_documented_derivative() {
    assert_eq!(unary(Elementwise::Relu, &[-1.0, 0.0, 1.0]), [0.0, 0.0, 1.0]);
    assert_eq!(unary(Elementwise::Abs, &[-1.0, 0.0, 1.0]), [-1.0, 0.0, 1.0]);
}

#[test]
fn equals_share_the_derivative_of_the_larger_and_of_the_smaller() {
    for (op, first) in [
        (Elementwise::Maximum, [0.0, 0.5, 1.0]),
        (Elementwise::Minimum, [1.0, 0.5, 0.0]),
    ] {
        let (gradients, tangent) = slopes(&[&[1.0, 2.0, 3.0], &[2.0, 2.0, 2.0]], |_, x| {
            x[0].binary(op, x[1])
        });
        assert_eq!(gradients, [first, first.map(|share| 1.0 - share)]);
        assert_eq!(tangent, [1.0; 3]);
    }
    let (gradients, tangent) = slopes(&[&[3.0, 1.0, 3.0, 3.0]], |_, x| x[0].max_over(vec![0]));
    assert_eq!(gradients[0], [1.0 / 3.0, 0.0, 1.0 / 3.0, 1.0 / 3.0]);
    assert_eq!(tangent, [1.0]);
}

/// A window has one winner, so that its gradient is one element of `dy`.
#[test]
fn the_first_of_equals_wins_a_window() {
    let (gradients, _) = slopes(&[&[1.0, 5.0, 5.0, 5.0, 0.0, 0.0]], |graph, x| {
        let geometry = Geometry::new([1, 6], [1, 3], [1, 3], [[0, 0], [0, 0]]).expect("it fits");
        graph.expr(graph.apply(MaxPool2d(geometry), &[x[0].reshape(vec![1, 6]).val]))
    });
    assert_eq!(gradients[0], [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
}

/// `x > 0 ? √x : −x` below 0: the branch that is not taken is no number, and at 0 has an infinite slope.
#[test]
fn a_branch_not_taken_is_not_seen() {
    let (gradients, tangent) = slopes(&[&[-1.0, 0.0, 4.0]], |graph, x| {
        let root = x[0].unary(Elementwise::Sqrt);
        x[0].binary(Elementwise::Greater, graph.constant(0.0))
            .select(root, -x[0])
    });
    assert_eq!(tangent, [-1.0, -1.0, 0.25]);
    assert_eq!(gradients[0], [-1.0, -1.0, 0.25]);
}

/// A slope that is infinite where nothing was chosen, behind signs, numbers, sums of the same choice and a second choice.
#[test]
fn what_is_not_chosen_stays_so_through_what_lies_between() {
    for (what, between) in [
        ("sign", (|y| -y) as for<'g> fn(Expr<'g>) -> Expr<'g>),
        ("number", |y| 2.0 * y),
        ("sum", |y| y * y),
        ("choice", |y| {
            let small = y.graph.constant(9.0).binary(Elementwise::Greater, y);
            small.select(y, 3.0 * y)
        }),
    ] {
        let (gradients, tangent) = slopes(&[&[0.0, 1.0]], |graph, x| {
            let logarithm = between(x[0].unary(Elementwise::Log));
            let positive = x[0].binary(Elementwise::Greater, graph.constant(0.0));
            positive.select(logarithm, graph.constant(0.0))
        });
        assert_eq!(gradients[0][0], 0.0, "{what}");
        assert!(gradients[0][1].is_finite(), "{what}");
        assert_eq!(gradients[0], tangent, "{what}");
    }
}

/// Neither the larger of two nor the largest of many passes a derivative to the others.
#[test]
fn what_is_not_the_largest_may_have_an_infinite_slope() {
    let (gradients, _) = slopes(&[&[0.0, 1.0, 4.0]], |_, x| {
        x[0].unary(Elementwise::Log).max_over(vec![0])
    });
    assert_eq!(gradients[0], [0.0, 0.0, 0.25]);
    let (gradients, _) = slopes(&[&[0.0, 4.0]], |graph, x| {
        x[0].unary(Elementwise::Log)
            .binary(Elementwise::Maximum, graph.constant(-1.0))
    });
    assert_eq!(gradients[0], [0.0, 0.25]);
}

#[test]
fn a_weight_of_zero_wins_over_infinity() {
    let infinity = f64::INFINITY;
    let (gradients, _) = slopes(
        &[&[infinity, infinity, 2.0, 2.0], &[0.0, 1.0, 0.0, 3.0]],
        |_, x| x[0].binary(Elementwise::MultiplyNoNan, x[1]),
    );
    assert_eq!(gradients, [[0.0, 1.0, 0.0, 3.0], [0.0, infinity, 2.0, 2.0]]);
}

/// `t log p` of a `p` of 0: the slope of the logarithm is infinite, the weight is 0.
#[test]
fn zero_times_the_logarithm_of_zero_has_a_derivative() {
    let (gradients, _) = slopes(&[&[0.0, 0.5], &[0.0, 0.5]], |_, x| {
        x[0].unary(Elementwise::Log)
            .binary(Elementwise::MultiplyNoNan, x[1])
    });
    assert_eq!(gradients[0], [0.0, 1.0]);
    assert_eq!(gradients[1], [0.0, 0.5f64.ln()]);
}

#[test]
fn whole_powers_have_a_derivative_at_zero() {
    for (exponent, slope) in [(0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (3.0, 0.0)] {
        let (gradients, tangent) = slopes(&[&[0.0]], |_, x| x[0].power(exponent));
        assert_eq!(
            (&gradients[0][..], &tangent[..]),
            (&[slope][..], &[slope][..]),
            "x^{exponent}"
        );
    }
}

#[test]
fn saturated_functions_have_finite_derivatives() {
    let ends = [-1e4, -800.0, 800.0, 1e4];
    assert_eq!(unary(Elementwise::Sigmoid, &ends), [0.0; 4]);
    assert_eq!(unary(Elementwise::Tanh, &ends), [0.0; 4]);
    assert_eq!(unary(Elementwise::Erf, &ends), [0.0; 4]);
    assert_eq!(unary(Elementwise::Softplus, &ends), [0.0, 0.0, 1.0, 1.0]);
    let (gradients, _) = slopes(&[&ends], |_, x| x[0].log_softmax().slice(vec![0], vec![1]));
    assert_eq!(gradients[0], [1.0, 0.0, 0.0, -1.0]);
}

/// An infinite element takes the whole row, several in equal shares.
#[test]
fn a_softmax_of_infinity_is_its_limit() {
    let infinity = f64::INFINITY;
    for (row, expected) in [
        ([1.0, infinity, 0.0], [0.0, 1.0, 0.0]),
        ([infinity, infinity, -infinity], [0.5, 0.5, 0.0]),
    ] {
        let graph = Graph::new();
        let x = graph.constant(0.0).broadcast_to(&[3].into());
        let row = Array {
            shape: [3].into(),
            data: row.to_vec(),
        };
        for (y, expected) in [(x.softmax(), expected), (x.log_softmax(), expected.map(f64::ln))] {
            let value = graph.node(y.val).op.rules().evaluate(&[&row]);
            assert_eq!(value.data, expected);
        }
    }
}

/// A row of which everything is masked is 0, and so is its gradient; a masked element of another row is 0.
#[test]
fn a_masked_softmax_is_zero_not_nan() {
    let masked = f64::NEG_INFINITY;
    let (gradients, _) = slopes(&[&[masked; 3]], |_, x| x[0].softmax());
    assert_eq!(gradients[0], [0.0; 3]);
    let (gradients, _) = slopes(&[&[1.0, masked, 1.0]], |_, x| x[0].softmax() * x[0].softmax());
    assert!(
        gradients[0].iter().all(|slope| slope.abs() < 1e-15),
        "{gradients:?}"
    );
}
