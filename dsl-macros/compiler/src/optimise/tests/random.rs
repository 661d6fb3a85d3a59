//! Random graphs and their gradients keep their meaning under every rule that matches.

use super::loops::assert_tight;
use super::*;
use crate::differentiate::pull_back;
use crate::ops::elementwise::Elementwise::*;
use crate::ops::scan::{Arguments, scan};
use crate::optimise::{optimise, stabilise};

const SEEDS: u64 = 200;

/// Numbers that look random and are the same each time.
struct Choice(u64);

impl Choice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % limit
    }

    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// A graph of `size` steps over a few leaves, operators and shapes drawn at random; values stay moderate.
fn grow<'g>(graph: &'g Graph, seed: u64, size: usize, loops: usize) -> Vec<Expr<'g>> {
    let mut choice = Choice(seed);
    let class = one_hot(label(graph, 2, "class", 3, [2]), 3);
    let values = vec![
        input(graph, 0, "x", [2, 3]),
        input(graph, 1, "s", []),
        parameter(graph, 0, "w", [2, 3]),
        parameter(graph, 1, "v", [3]),
        parameter(graph, 2, "k", []),
        class,
        graph.constant(2.0),
        graph.constant(1.0),
        graph.constant(0.0),
        graph.batch_size(),
        1.0 / graph.batch_size(),
    ];
    let mut values = grow_from(&mut choice, values, size, loops);
    values.split_off(values.len() - 4)
}

/// Adds values made of these, with loops nested `loops` deep.
fn grow_from<'g>(choice: &mut Choice, mut values: Vec<Expr<'g>>, size: usize, loops: usize) -> Vec<Expr<'g>> {
    let graph = values[0].graph;
    for _ in 0..size {
        if loops > 0 && choice.below(6) == 0 {
            let parts = random_loop(choice, &values, loops - 1);
            values.extend(parts);
            continue;
        }
        let recent = values.len() - values.len().min(12);
        let a = match choice.below(3) {
            0 => choice.of(&values),
            _ => choice.of(&values[recent..]),
        };
        let b = choice.of(&values);
        let rank = a.shape().rank();
        let fits = a
            .shape()
            .broadcast(&b.shape())
            .is_some_and(|shape| shape.count() <= 60);
        let next = match choice.below(22) {
            0..=2 if fits => a.binary(Add, b),
            3 | 4 if fits => a.binary(Sub, b),
            5..=8 if fits => a.binary(Mul, b),
            9 if fits => a.binary(Div, b.unary(Softplus) + 0.5),
            10 => a.unary(choice.of(&[Neg, Tanh, Sigmoid, Softplus, Relu, Abs])),
            // Arguments are moderate: for extreme ones the naive form is the one that is wrong.
            11 => {
                let a = a.unary(Tanh);
                log(choice.of(&[sigmoid(a), 1.0 - sigmoid(a), 1.0 + exp(a), exp(a)]))
            }
            12 if fits => a
                .binary(Greater, b)
                .select(a, choice.of(&[b, graph.constant(0.0)])),
            13 if rank > 0 => choice.of(&[a.softmax(), a.log_softmax(), log(a.softmax())]),
            14 if rank > 0 => a.sum(vec![choice.below(rank)]),
            15 => a.sum_all(),
            16 if rank > 1 => a.transpose((0..rank).rev().collect()),
            17 if rank < 3 => {
                let mut shape = a.shape();
                let axis = choice.below(rank + 1);
                shape.0.insert(axis, choice.of(&[1, 2]));
                a.broadcast(shape, (0..rank + 1).filter(|&other| other != axis).collect())
            }
            18 if rank > 0 => match choice.below(3) {
                0 => a.reshape([a.shape().count()]),
                1 => Expr::concat(&[a, a.unary(Neg)], 0).slice(vec![0; rank], a.shape().0),
                _ => a
                    .pad(vec![1; rank], vec![0; rank])
                    .slice(vec![1; rank], a.shape().0),
            },
            19 if a.shape() == b.shape() && rank == 2 => {
                a.contract(choice.of(&["ij,kj->ik", "ij,kj->ki", "ij,ij->ij", "ij,ij->i"]), b)
            }
            20 => a.batch_sum(),
            21 => a / 3.0 - 0.5 * a,
            _ => continue,
        };
        if next.shape().count() <= 60 {
            values.push(next);
        }
    }
    values
}

/// A loop over existing values with a random body.
fn random_loop<'g>(choice: &mut Choice, values: &[Expr<'g>], loops: usize) -> Vec<Expr<'g>> {
    let graph = values[0].graph;
    let (length, reversed) = (choice.below(3) + 1, choice.below(2) == 0);
    let constants: Vec<Expr<'g>> = (0..choice.below(3)).map(|_| choice.of(values)).collect();
    let carry: Vec<Expr<'g>> = (0..choice.below(3) + 1).map(|_| row(choice.of(values))).collect();
    let stacked: Vec<Expr<'g>> = (0..choice.below(3))
        .map(|_| {
            let x = choice.of(values);
            let t = graph.constant(choice.below(3) as f64);
            let shape = x.shape().0;
            let once = x.reshape([&[1], &shape[..]].concat());
            let steps: Vec<Expr<'g>> = (0..length).map(|step| once * (t + step as f64)).collect();
            Expr::concat(&steps, 0)
        })
        .collect();
    let (seed, size, collects) = (choice.0, 4 + choice.below(8), choice.below(4));
    let sum = choice.below(3) == 0;
    let args = Arguments {
        constants: &constants,
        carry: &carry,
        stacked: &stacked,
    };
    let parts = scan(graph, length, reversed, &args, |inner, formals| {
        let mut choice = Choice(seed);
        let own = [formals, &[inner.constant(2.0), 1.0 / inner.batch_size()]].concat();
        let values = grow_from(&mut choice, own, size, loops);
        let last = values.len() - values.len().min(8);
        let mut outputs: Vec<Expr<'_>> = (0..carry.len())
            .map(|place| {
                let next = row(choice.of(&values[last..])).unary(Tanh);
                match sum && place == 0 {
                    true => formals[constants.len()] + next,
                    false => next,
                }
            })
            .collect();
        outputs.extend((0..collects).map(|_| choice.of(&values[last..])));
        outputs
    });
    let fits = |part: &Expr<'g>| part.shape().count() <= 60;
    parts.into_iter().filter(fits).collect()
}

/// Reduces any value to shape `[3]`.
fn row(x: Expr<'_>) -> Expr<'_> {
    match x.shape().0[..] {
        [3] => x,
        [_, 3] => x.sum(vec![0]),
        _ => x.sum_all().broadcast_to(&Shape::from([3])),
    }
}

/// The last values, and the gradient of a smooth loss of them by every parameter it depends on.
fn function(seed: u64, stable: bool, loops: usize) -> Function {
    let graph = Graph::new();
    let last = grow(&graph, seed, if loops > 0 { 14 } else { 24 }, loops);
    let loss = last
        .iter()
        .fold(graph.constant(0.0), |sum, x| sum + x.unary(Tanh).sum_all());
    let mut outputs: Vec<Val> = last.iter().map(|x| x.val).collect();
    outputs.push(mean(loss).val);
    outputs.extend([0, 1, 2].map(|index| match index {
        0 => parameter(&graph, 0, "w", [2, 3]).val,
        1 => parameter(&graph, 1, "v", [3]).val,
        _ => parameter(&graph, 2, "k", []).val,
    }));
    let mut function = Function { graph, outputs };
    if stable {
        function = stabilise(function);
    }
    let Function { graph, mut outputs } = function;
    let parameters = outputs.split_off(5);
    let one = graph.constant(1.0).val;
    let gradients = pull_back(&graph, &[(outputs[4], one)], &parameters);
    outputs.extend(parameters.iter().zip(gradients).map(|(&parameter, gradient)| {
        gradient.unwrap_or_else(|| graph.constant(0.0).broadcast_to(&graph.ty(parameter).shape).val)
    }));
    Function { graph, outputs }
}

/// True if a seed's program keeps its meaning under every rule.
fn check(seed: u64, loops: usize) {
    let names = ["a", "b", "c", "d", "loss", "d_w", "d_v", "d_k"];
    let before = function(seed, false, loops);
    let after = optimise(function(seed, true, loops));
    assert_tight(&after);
    let environment = environment(&before, 1.0);
    let (a, b) = (values(&before, &environment), values(&after, &environment));
    for (place, name) in names.iter().enumerate() {
        let kind = |of: &Function| of.graph.ty(of.outputs[place]).batching;
        assert_eq!(kind(&before), kind(&after), "seed {seed}, {name}");
        for example in 0..EXAMPLES {
            let (a, b) = (a[place].of(example), b[place].of(example));
            assert_eq!(a.shape, b.shape, "seed {seed}, {name}");
            for (a, b) in a.data.iter().zip(&b.data) {
                // If the naive form overflows, the stable form rightly differs.
                let close = (a - b).abs() <= 1e-7 * (1.0 + a.abs()) || !a.is_finite();
                assert!(
                    close,
                    "seed {seed}, {name}: {a} became {b}\n{}\n{}",
                    printed(&before, &names),
                    printed(&after, &names)
                );
            }
        }
    }
}

#[test]
fn random_graphs_and_gradients_keep_their_values() {
    fired();
    (0..SEEDS).for_each(|seed| check(seed, 0));
    assert!(fired().len() > 40, "most rules find something to do");
}

#[test]
fn random_loops_and_gradients_keep_their_values() {
    (0..SEEDS / 2).for_each(|seed| check(seed, 2));
}
