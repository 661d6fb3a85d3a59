//! At least one example for every rule: its print before and after is a snapshot, its values stay.

use super::*;
use crate::graph::Origin;
use crate::ops::elementwise::Elementwise::*;
use crate::ops::movement::Pad;
use crate::ops::pool::{Geometry, MaxPool2d, MaxPool2dGradient};
use crate::ops::scan::{Arguments, scan};
use crate::optimise::{ALL, optimise};

pub type Build = for<'g> fn(&'g Graph) -> Expr<'g>;

fn x<'g>(graph: &'g Graph) -> Expr<'g> {
    input(graph, 0, "x", [2, 3])
}

fn y<'g>(graph: &'g Graph) -> Expr<'g> {
    input(graph, 1, "y", [2, 3])
}

fn s<'g>(graph: &'g Graph) -> Expr<'g> {
    input(graph, 2, "s", [])
}

fn w<'g>(graph: &'g Graph) -> Expr<'g> {
    parameter(graph, 0, "w", [2, 3])
}

fn class<'g>(graph: &'g Graph) -> Expr<'g> {
    one_hot(label(graph, 3, "class", 3, [2]), 3)
}

/// `x` seen through a parameter, so that a rule about numbers cannot know it.
fn positive(x: Expr<'_>) -> Expr<'_> {
    exp(x)
}

/// Repeated along the last axis.
fn rows(x: Expr<'_>) -> Expr<'_> {
    x.broadcast([2, 3].into(), vec![0])
}

fn columns(x: Expr<'_>) -> Expr<'_> {
    x.broadcast([2, 3].into(), vec![1])
}

fn plain<'g>(a: Expr<'g>, op: Elementwise, b: Expr<'g>) -> Expr<'g> {
    a.binary(op, b)
}

fn number(graph: &Graph, value: f64) -> Expr<'_> {
    graph.constant(value)
}

pub const EXAMPLES: &[(&str, Build)] = &[
    // numbers, signs and factors
    ("numbers of numbers are numbers", |g| {
        x(g) * plain(number(g, 2.0), Add, number(g, 3.0)).unary(Sqrt)
    }),
    ("x + 0 = x", |g| {
        plain(x(g), Add, number(g, 0.0)) + plain(number(g, 0.0), Sub, y(g))
    }),
    ("x · 1 = x", |g| {
        plain(plain(number(g, 1.0), Mul, x(g)), Div, number(g, 1.0))
    }),
    ("no derivative passes through 0 · x", |g| {
        let mut origin = (*Origin::none()).clone();
        origin.backward = true;
        let (x, y) = (x(g), y(g));
        g.set_origin(Some(origin.into()));
        let zero = plain(x, Mul, number(g, 0.0));
        g.set_origin(None);
        zero + y
    }),
    ("0 · x as written stays", |g| {
        plain(x(g), Mul, number(g, 0.0)) + y(g)
    }),
    ("plain factors form one", |g| {
        -((x(g) * 2.0) * 3.0) / g.batch_size() * -0.5
    }),
    ("plain factors form one", |g| {
        g.batch_size() * (x(g) / g.batch_size())
    }),
    ("plain factors form one", |g| -(-(x(g)))),
    ("-(a - b) = b - a", |g| -((x(g) - y(g)) / s(g))),
    ("-(a - b) = b - a", |g| -((x(g) - y(g)).sum_all())),
    ("signs move out of products", |g| {
        (-x(g)) * y(g) * (-w(g)) / (-s(g)) * (-y(g) / w(g))
    }),
    ("signs move out of sums", |g| {
        plain(-x(g), Add, y(g)) + plain(-x(g), Sub, -w(g)) * plain(x(g), Sub, -y(g))
    }),
    ("signs move out of sums", |g| {
        plain(-x(g), Add, -y(g)) * plain(-w(g), Sub, y(g))
    }),
    ("plain factors move out of products", |g| {
        (2.0 * x(g)) * (3.0 * y(g))
    }),
    ("plain factors move out of products", |g| {
        (x(g) / g.batch_size()) * s(g)
    }),
    ("plain factors move out of weighted products", |g| {
        plain(-x(g), MultiplyNoNan, 2.0 * y(g))
    }),
    ("a · (1 / b) = a / b", |g| {
        x(g) * plain(number(g, 1.0), Div, y(g))
    }),
    ("a · (b / c) = (a · b) / c for scalars a, b", |g| {
        s(g) * plain(number(g, 3.0), Div, y(g))
    }),
    ("x + x = 2 · x", |g| (x(g) + x(g)) - 3.0 * x(g)),
    ("x - x as written stays", |g| x(g) - x(g)),
    ("(a + b) + b = a + 2 · b", |g| (x(g) - 3.0 * y(g)) + y(g)),
    ("plain factors move out of sums", |g| {
        x(g) / g.batch_size() - y(g) / g.batch_size()
    }),
    ("plain factors move out of sums", |g| {
        x(g) * (s(g) / g.batch_size()) - y(g) / g.batch_size()
    }),
    ("n · x under 1 / n", |g| {
        plain(x(g), Add, g.batch_size() * w(g)) / g.batch_size()
    }),
    ("a · c + b · c = (a + b) · c", |g| x(g) * w(g) - w(g) * y(g)),
    ("a / c + b / c = (a + b) / c", |g| x(g) / w(g) + y(g) / w(g)),
    ("small powers by their plain operators", |g| {
        x(g).power(2.0) + y(g).power(1.0) * w(g).power(-1.0)
    }),
    // masks
    ("a choice between equals", |g| x(g).select(y(g), y(g))),
    ("a mask chooses between 1 and 0: itself", |g| {
        plain(x(g), Greater, y(g)).select(number(g, 1.0), number(g, 0.0))
    }),
    ("a choice among what the same mask chose", |g| {
        x(g).select(x(g).select(y(g), w(g)), x(g).select(y(g), s(g) * w(g)))
    }),
    ("a product with a choice of 1 or 0 is a choice", |g| {
        y(g) * x(g).select(number(g, 1.0), number(g, 0.0))
            + x(g).select(number(g, 0.0), number(g, 1.0)) * w(g)
    }),
    ("a mask that chooses a plain factor scales it", |g| {
        class(g).select(2.0 / g.batch_size(), number(g, 0.0))
    }),
    ("a mask as a weight chooses", |g| {
        plain(x(g), MultiplyNoNan, class(g))
    }),
    ("a product with a mask is a choice", |g| {
        x(g) * class(g) + plain(x(g), Greater, y(g)) * w(g)
    }),
    // for graphs that will not be differentiated again
    ("a mark is its value", |g| x(g).stop_gradient()),
    ("max(x, 0) = relu(x)", |g| {
        plain(x(g), Maximum, number(g, 0.0)) + plain(number(g, 0.0), Maximum, y(g))
    }),
    ("a choice of the larger or the smaller", |g| {
        let (low, high) = (number(g, -1.0), number(g, 1.0));
        let raised = plain(low, Greater, x(g)).select(low, x(g));
        plain(raised, GreaterEqual, high).select(high, raised)
    }),
    ("a known choice", |g| number(g, 1.0).select(x(g), y(g))),
    ("a weight is 0 where it is 0, chosen or not", |g| {
        let missing = plain(x(g), Equal, number(g, 0.0));
        missing.select(number(g, 0.0), -x(g) / g.batch_size())
    }),
    ("x⁰ = 1", |g| x(g).power(0.0) + y(g)),
    // stable forms
    ("a log that has a stable form needs no bound", |g| {
        sigmoid(x(g)).unary(Elementwise::ClampedLog)
    }),
    ("log of softmax", |g| log(x(g).softmax())),
    ("log σ(x) = -s(-x)", |g| log(sigmoid(x(g)))),
    ("log(1 - σ(x)) = -s(x)", |g| log(1.0 - sigmoid(x(g)))),
    ("log(1 + eˣ) = s(x)", |g| {
        log(exp(x(g)) + 1.0) + log(1.0 + exp(y(g)))
    }),
    ("log(eˣ) = x", |g| log(exp(x(g)))),
    ("log(eˣ / y) = x - log y", |g| {
        log(exp(x(g)) / positive(y(g)).power(3.0))
    }),
    ("log(1 / y) = -log y", |g| log(1.0 / positive(y(g)).power(3.0))),
    ("log Σ eˣ with the largest x taken out", |g| {
        log(exp(x(g)).sum(vec![0]))
    }),
    ("log of the chosen class", |g| {
        log((class(g) * x(g).softmax()).sum(vec![1]))
    }),
    ("log commutes with moving", |g| {
        log(x(g).softmax().slice(vec![0, 1], vec![2, 2]).transpose(vec![1, 0]))
    }),
    ("exp of log_softmax", |g| exp(x(g).log_softmax())),
    ("exp(-s(x)) = σ(-x)", |g| exp(-softplus(x(g)))),
    ("eˣ / (1 + eˣ) = σ(x)", |g| {
        exp(x(g)) / (1.0 + exp(x(g))) + y(g) / (exp(-x(g)) + 1.0)
    }),
    ("eˣ / Σ eˣ = softmax(x)", |g| {
        exp(x(g)) / rows(exp(x(g)).sum(vec![1]))
    }),
    ("softmax(x + c) = softmax(x)", |g| {
        (x(g) - rows(x(g).max_over(vec![1]))).softmax() + (w(g) + 3.0).log_softmax()
    }),
    ("softmax(x + s), of which s may be -∞, as written stays", |g| {
        (x(g) + s(g)).softmax()
    }),
    ("x - log Σ eˣ = log_softmax(x)", |g| {
        x(g) - rows(log(exp(x(g)).sum(vec![1])))
    }),
    ("(eˣ - e⁻ˣ) / (eˣ + e⁻ˣ) = tanh(x)", |g| {
        let (up, down) = (exp(x(g)), exp(-x(g)));
        (up - down) / (up + down)
    }),
    ("s(x) - x = s(-x)", |g| {
        (softplus(x(g)) - x(g)) * (y(g) - softplus(y(g)))
    }),
    ("t · s(-x) + (1 - t) · s(x) = s(x) - t · x", |g| {
        y(g) * softplus(-x(g)) + (1.0 - y(g)) * softplus(x(g))
    }),
    ("t · s(-x) + (1 - t) · s(x) = s(x) - t · x", |g| {
        let x = x(g) - w(g);
        (1.0 - class(g)) * softplus(x) + class(g) * softplus(-x)
    }),
    ("√(x · x) = |x|", |g| (x(g) * x(g)).unary(Sqrt)),
    // moves
    ("a move to the same place", |g| {
        let moved = g.apply(
            Pad {
                before: vec![0, 0],
                after: vec![0, 0],
            },
            &[x(g).val],
        );
        Expr::concat(&[g.expr(moved)], 1)
    }),
    ("a moved number is the number", |g| {
        s(g).broadcast_to(&[6].into()).reshape([2, 3]) + x(g)
    }),
    ("reshape of reshape", |g| x(g).reshape([6]).reshape([3, 2])),
    ("transpose of transpose", |g| {
        x(g).reshape([2, 3, 1])
            .transpose(vec![1, 2, 0])
            .transpose(vec![2, 1, 0])
    }),
    ("a transpose that moves only axes of size 1", |g| {
        x(g).reshape([2, 1, 3]).transpose(vec![1, 0, 2])
    }),
    ("the last of a loop's states is what it carries out", |g| {
        let start = x(g).slice(vec![0, 0], vec![1, 3]).reshape([3]);
        let carry = &[start];
        let arguments = Arguments {
            constants: &[],
            carry,
            stacked: &[x(g)],
        };
        let states = scan(g, 2, false, &arguments, |_, a| {
            let next = (a[0] + a[1]).unary(Tanh);
            vec![next, next]
        })[1];
        states.slice(vec![1, 1], vec![1, 2]) + number(g, 1.0).broadcast_to(&[1, 2].into())
    }),
    ("slice of slice", |g| {
        x(g).slice(vec![0, 1], vec![2, 2]).slice(vec![1, 1], vec![1, 1])
    }),
    ("slice of pad", |g| {
        let padded = x(g).pad(vec![1, 0], vec![0, 2]);
        padded.slice(vec![1, 1], vec![2, 2]) + padded.slice(vec![0, 0], vec![1, 2])
    }),
    ("slice of concat", |g| {
        Expr::concat(&[x(g), y(g)], 1).slice(vec![0, 3], vec![2, 2])
    }),
    ("pad of pad", |g| {
        x(g).pad(vec![1, 0], vec![0, 0]).pad(vec![0, 0], vec![2, 1])
    }),
    ("zeros around zeros", |g| {
        number(g, 0.0)
            .broadcast_to(&[1, 3].into())
            .pad(vec![0, 0], vec![1, 0])
            + x(g)
    }),
    ("broadcast of broadcast", |g| {
        let row = input(g, 4, "row", [3]).broadcast([2, 3].into(), vec![1]);
        row.broadcast([2, 4, 3].into(), vec![0, 2])
    }),
    ("slice of broadcast", |g| {
        columns(input(g, 4, "row", [3])).slice(vec![1, 1], vec![1, 2])
    }),
    ("transpose of broadcast", |g| {
        x(g).broadcast([2, 3, 4].into(), vec![0, 1])
            .transpose(vec![2, 1, 0])
    }),
    ("reshape of broadcast along leading axes", |g| {
        x(g).broadcast([4, 2, 3].into(), vec![1, 2]).reshape([4, 6])
    }),
    ("work before repeating", |g| {
        exp(columns(input(g, 4, "row", [3]))) * s(g)
    }),
    ("concat of concat", |g| {
        Expr::concat(&[Expr::concat(&[x(g), y(g)], 0), w(g) * s(g)], 0)
    }),
    ("neighbours between zeros add up to a concat", |g| {
        plain(
            y(g).pad(vec![0, 3], vec![0, 0]),
            Add,
            x(g).pad(vec![0, 0], vec![0, 3]),
        )
    }),
    // sums
    ("sum of sum", |g| {
        x(g).reshape([2, 3, 1])
            .broadcast([2, 3, 1].into(), vec![0, 1, 2])
            .sum(vec![0])
            .sum(vec![0])
    }),
    ("sum of what repeats", |g| {
        columns(input(g, 4, "row", [3])).sum(vec![0, 1])
            + rows(input(g, 5, "column", [2])).sum(vec![1]).sum_all()
    }),
    ("sum over axes of size 1", |g| {
        exp(x(g)).reshape([2, 1, 3]).sum(vec![1])
    }),
    ("the sum of all elements in any order", |g| {
        x(g).reshape([6]).sum_all()
    }),
    ("sum before transposing", |g| {
        x(g).transpose(vec![1, 0]).sum(vec![1])
    }),
    ("zeros add nothing", |g| {
        x(g).pad(vec![0, 1], vec![0, 2]).sum(vec![1])
    }),
    ("plain factors move out of a sum over axes", |g| {
        (-x(g) / g.batch_size()).sum(vec![0])
    }),
    ("what is the same along the axes moves out of their sum", |g| {
        (x(g) * rows(input(g, 5, "column", [2]))).sum(vec![1]) + (y(g) / s(g)).sum(vec![1])
    }),
    ("a one-hot row adds up to 1", |g| {
        class(g).sum(vec![1]) * input(g, 5, "column", [2])
    }),
    ("the chosen class of a row of equals", |g| {
        class(g)
            .select(rows(input(g, 5, "column", [2])), number(g, 0.0))
            .sum(vec![1])
    }),
    ("the sum of a scattered table is that of its rows", |g| {
        let index = label(g, 3, "class", 3, [2]);
        g.expr(g.apply(gather::ScatterAdd { rows: 3 }, &[index.val, x(g).val]))
            .sum(vec![0])
    }),
    ("one scattered number is chosen by a one-hot row", |g| {
        let index = label(g, 6, "digit", 3, []);
        g.expr(g.apply(gather::ScatterAdd { rows: 3 }, &[index.val, s(g).val]))
    }),
    // indices
    ("rows in another order than their indices lie", |g| {
        let index = label(g, 3, "class", 3, [2, 3]).slice(vec![0, 1], vec![2, 2]);
        g.expr(g.apply(gather::Gather, &[x(g).transpose(vec![1, 0]).val, index.val]))
    }),
    ("numbers of indices in another order than they lie", |g| {
        let index = label(g, 3, "class", 3, [2, 3]).transpose(vec![1, 0]).reshape([6]);
        one_hot(index, 3)
    }),
    ("sums into rows by a part of the indices", |g| {
        let index = label(g, 3, "class", 3, [4]).slice(vec![1], vec![2]);
        g.expr(g.apply(gather::ScatterAdd { rows: 3 }, &[index.val, x(g).val]))
    }),
    // contractions
    ("a transposed argument is another order of letters", |g| {
        x(g).contract("ij,jk->ik", w(g).transpose(vec![1, 0]))
    }),
    ("a transposed result is another order of letters", |g| {
        x(g).contract("ij,kj->ik", w(g)).transpose(vec![1, 0])
    }),
    ("what repeats is not contracted", |g| {
        rows(input(g, 5, "column", [2])).contract("ij,kj->ik", w(g))
    }),
    ("what repeats is not contracted", |g| {
        x(g).contract("ij,kj->ik", rows(input(g, 5, "column", [2])))
    }),
    ("what repeats is not contracted", |g| {
        columns(input(g, 4, "row", [3])).contract("ij,kj->ik", w(g))
    }),
    (
        "what is summed after contracting is summed before or within",
        |g| x(g).contract("ij,kj->ik", w(g)).sum(vec![1]),
    ),
    ("a contraction that sums nothing is a product", |g| {
        x(g).contract("ij,ij->ij", w(g)) + s(g) * w(g).sum_all().contract(",ij->ij", y(g))
    }),
    ("the square of an outer product is that of squares", |g| {
        let outer = x(g).sum(vec![1]).contract("i,j->ij", x(g).sum(vec![0]));
        (outer * outer).sum_all()
    }),
    ("plain factors move out of contractions that shrink", |g| {
        (2.0 * x(g)).contract("ij,ij->i", w(g))
    }),
    // the batch
    ("the batch's sum of example and shared terms", |g| {
        mean((x(g) * x(g)).sum_all() + (w(g) * w(g)).sum_all())
    }),
    ("the batch's sum of products", |g| {
        let product = x(g).contract("ij,ik->jk", y(g));
        let square = y(g).contract("ij,ik->jk", y(g));
        (2.0 * product - square.transpose(vec![1, 0])).batch_sum()
    }),
    ("plain factors move out of the batch's sum", |g| {
        (-0.5 * x(g)).batch_sum()
    }),
    ("shared factors move out of the batch's sum", |g| {
        (x(g) * w(g)).batch_sum() + (y(g) / w(g)).batch_sum()
    }),
    ("centred values add nothing to a derivative's sum", |g| {
        let mean = rows(x(g).sum(vec![1]).batch_sum() / (g.batch_size() * 3.0));
        let centred = (x(g) - mean) * rows(parameter(g, 4, "scale", [2]));
        let mut origin = (*Origin::none()).clone();
        origin.backward = true;
        g.set_origin(Some(origin.into()));
        let sum = (y(g) * y(g) - centred).sum(vec![1]).batch_sum();
        let vector = input(g, 6, "vector", [4]);
        let shift = vector - vector.batch_sum() / g.batch_size();
        let sums = sum.sum_all() + (2.0 * shift + exp(vector)).batch_sum().sum_all();
        g.set_origin(None);
        sums
    }),
    ("the batch's sum before repeating or moving", |g| {
        rows(input(g, 5, "column", [2])).batch_sum() + x(g).transpose(vec![1, 0]).batch_sum().reshape([2, 3])
    }),
    ("sums over axes before the batch's sum", |g| {
        x(g).batch_sum().sum(vec![0])
    }),
    ("the batch's sum before contracting with shared values", |g| {
        x(g).contract("ij,kj->ik", w(g)).batch_sum()
    }),
    // pooling
    ("a pooled rectifier's gate before spreading", |g| {
        let relu = plane(g).unary(Relu);
        let (pooled, spread) = pool(relu, input(g, 8, "d", [1, 2]));
        let gated = relu
            .binary(Greater, number(g, 0.0))
            .select(spread, number(g, 0.0));
        gated.sum(vec![0]).sum_all() * pooled.sum_all()
    }),
    ("the sum of what is spread", |g| {
        pool(plane(g), input(g, 8, "d", [1, 2])).1.sum(vec![0, 1])
    }),
];

fn plane<'g>(graph: &'g Graph) -> Expr<'g> {
    input(graph, 7, "plane", [2, 4])
}

/// The maxima of 2×2 windows, and the cotangent of the pooled input for the cotangent `d`.
fn pool<'g>(x: Expr<'g>, d: Expr<'g>) -> (Expr<'g>, Expr<'g>) {
    let geometry = Geometry::new([2, 4], [2, 2], [2, 2], [[0, 0], [0, 0]]).expect("it fits");
    let pooled = x.graph.apply(MaxPool2d(geometry.clone()), &[x.val]);
    let spread = x.graph.apply(MaxPool2dGradient(geometry), &[x.val, d.val]);
    (x.graph.expr(pooled), x.graph.expr(spread))
}

#[test]
fn every_rule_keeps_values_and_has_an_example() {
    let mut text = String::new();
    let mut applied = BTreeSet::new();
    fired();
    for (name, build) in super::examples::EXAMPLES {
        let function = || function_of(*build);
        let before = function();
        let after = optimise(function());
        let own = fired();
        let stays = name.ends_with("as written stays");
        assert!(
            stays || own.contains(name),
            "`{name}` is not applied to its example; {own:?} are"
        );
        applied.extend(own);
        let environment = environment(&before, 2.0);
        assert_close(
            &values(&before, &environment),
            &values(&after, &environment),
            name,
        );
        text += &format!(
            "── {name}\n{}  becomes\n{}\n",
            printed(&before, &["y"]),
            printed(&after, &["y"])
        );
    }
    insta::assert_snapshot!("rules", text);
    for rule in ALL.iter().copied().flatten() {
        assert!(applied.contains(rule.name), "`{}` has no example", rule.name);
        let listed = EXAMPLES.iter().any(|(name, _)| *name == rule.name);
        assert!(listed, "`{}` has no example of its own", rule.name);
    }
}
