//! Derivatives checked against finite differences: shared by the tests of operators and of whole graphs.

use std::cell::RefCell;

use super::{pull_back, push_forward};
use crate::graph::interpret::{Array, Batch, Environment, interpret};
use crate::graph::{Batching, Element, Expr, Graph, Shape, Type, Val};
use crate::ops::Op;
use crate::ops::leaf::{Input, Parameter};

/// The number of examples in the batch of every trial: more than two, so that "n times" and "once" differ.
pub const EXAMPLES: usize = 3;

/// The step of the finite differences; of fourth order, they have an error of about `STEP⁴` and a rounding
/// error of about `1e-16 / STEP`.
const STEP: f64 = 5e-4;

/// The distribution that the elements of a leaf are drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Draw {
    /// Between −1.5 and 1.5.
    Any,
    /// Between 0.5 and 2.
    Positive,
    /// Between −0.75 and 0.75.
    Inside,
    /// Either sign, distinct from 0 and from all other values drawn this way by far more than `STEP`.
    Apart,
}

/// SplitMix64 (Steele et al. 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A graph whose leaves hold numbers.
pub struct Trial {
    pub graph: Graph,
    pub environment: RefCell<Environment>,
    random: RefCell<Random>,
    apart: RefCell<usize>,
}

impl Trial {
    pub fn new() -> Trial {
        Trial {
            graph: Graph::new(),
            environment: RefCell::new(Environment {
                examples: EXAMPLES,
                seed: 7,
                ..Environment::default()
            }),
            random: RefCell::new(Random(42)),
            apart: RefCell::new(0),
        }
    }

    fn number(&self, element: Element, draw: Draw) -> f64 {
        let mut random = self.random.borrow_mut();
        match (element, draw) {
            (Element::Index { limit }, _) => (random.next() % limit as u64) as f64,
            (_, Draw::Any) => random.between(-1.5, 1.5),
            (_, Draw::Positive) => random.between(0.5, 2.0),
            (_, Draw::Inside) => random.between(-0.75, 0.75),
            (_, Draw::Apart) => {
                let mut count = self.apart.borrow_mut();
                *count += 1;
                assert!(*count < 499, "values drawn apart repeat after 499");
                // 181 generates all residues of the prime 499: no value comes twice, none is 0.
                ((*count * 181 % 499) as f64 - 249.5) / 100.0
            }
        }
    }

    fn array(&self, element: Element, shape: &Shape, draw: Draw) -> Array {
        Array::from_fn(shape, |_| self.number(element, draw))
    }

    /// Adds an input of this type.
    pub fn input(&self, ty: Type, draw: Draw) -> Expr<'_> {
        let one = || self.array(ty.element, &ty.shape, draw);
        let value = match ty.batching {
            Batching::Shared => Batch::Shared(one()),
            Batching::PerExample => Batch::PerExample((0..EXAMPLES).map(|_| one()).collect()),
        };
        let mut environment = self.environment.borrow_mut();
        let index = environment.inputs.len();
        environment.inputs.insert(index, value);
        let name = format!("x{index}");
        self.graph.expr(self.graph.apply(Input { index, name, ty }, &[]))
    }

    /// Adds a real per-example input.
    pub fn per_example(&self, shape: impl Into<Shape>) -> Expr<'_> {
        self.input(Type::real(Batching::PerExample, shape), Draw::Any)
    }

    /// Adds a parameter.
    pub fn parameter(&self, shape: impl Into<Shape>) -> Expr<'_> {
        let shape = shape.into();
        let value = self.array(Element::Real, &shape, Draw::Any);
        let mut environment = self.environment.borrow_mut();
        let index = environment.parameters.len();
        environment.parameters.insert(index, value);
        let name = format!("w{index}");
        self.graph
            .expr(self.graph.apply(Parameter { index, name, shape }, &[]))
    }

    pub fn values(&self, of: &[Expr<'_>]) -> Vec<Batch> {
        let vals: Vec<Val> = of.iter().map(|expr| expr.val).collect();
        interpret(&self.graph, &vals, &self.environment.borrow())
    }

    pub fn value(&self, of: Expr<'_>) -> Batch {
        self.values(&[of]).remove(0)
    }

    /// Checks that two values agree up to rounding.
    pub fn same(&self, label: &str, a: Expr<'_>, b: Expr<'_>) {
        let values = self.values(&[a, b]);
        assert_close(label, &values[0], &values[1], 1e-12);
    }

    /// Checks reverse and forward derivatives of `outputs` by the leaves `wrt` against finite differences and
    /// against each other; with `order` 2 or more, also the derivatives of these derivatives.
    pub fn check(&self, label: &str, outputs: &[Expr<'_>], wrt: &[Expr<'_>], order: usize) {
        let graph = &self.graph;
        let vals = |exprs: &[Expr<'_>]| exprs.iter().map(|expr| expr.val).collect::<Vec<Val>>();
        let pairs =
            |a: &[Expr<'_>], b: &[Expr<'_>]| vals(a).into_iter().zip(vals(b)).collect::<Vec<(Val, Val)>>();
        let like = |exprs: &[Expr<'_>]| {
            exprs
                .iter()
                .map(|expr| self.input(expr.ty(), Draw::Any))
                .collect::<Vec<Expr<'_>>>()
        };
        let (tangents, seeds) = (like(wrt), like(outputs));
        let pushed = push_forward(graph, &vals(outputs), &pairs(wrt, &tangents));
        let pulled = pull_back(graph, &pairs(outputs, &seeds), &vals(wrt));
        self.check_types(label, outputs, &pushed);
        self.check_types(label, wrt, &pulled);

        let filled = |derivatives: &[Option<Val>], like: &[Expr<'_>]| -> Vec<Batch> {
            let zero = |of: &Expr<'_>| graph.constant(0.0).broadcast_to(&of.shape());
            let exprs: Vec<Expr<'_>> = derivatives
                .iter()
                .zip(like)
                .map(|(derivative, like)| derivative.map_or(zero(like), |val| graph.expr(val)))
                .collect();
            self.values(&exprs)
        };
        let (pushed_values, pulled_values) = (filled(&pushed, outputs), filled(&pulled, wrt));
        let measured = self.differences(outputs, wrt, &tangents);
        for (place, (pushed, measured)) in pushed_values.iter().zip(&measured).enumerate() {
            assert_close(&format!("{label}: jvp of result {place}"), pushed, measured, 1e-8);
        }
        let product = |of: &[Expr<'_>], a: &[Batch], b: &[Expr<'_>]| -> f64 {
            let b = self.values(b);
            let kinds = of.iter().map(|expr| expr.batching());
            kinds
                .zip(a.iter().zip(&b))
                .map(|(kind, (a, b))| inner(kind, a, b))
                .sum()
        };
        // ⟨v, J t⟩ = ⟨Jᵀ v, t⟩ up to rounding, so the reverse rule agrees with the measured J t as well.
        let forward = product(outputs, &pushed_values, &seeds);
        let reverse = product(wrt, &pulled_values, &tangents);
        let difference = (forward - reverse).abs();
        assert!(
            difference <= 1e-11 * (1.0 + forward.abs()),
            "{label}: ⟨v, J t⟩ = {forward}, ⟨Jᵀ v, t⟩ = {reverse}"
        );

        if order > 1 {
            let some = |derivatives: &[Option<Val>]| -> Vec<Expr<'_>> {
                derivatives.iter().flatten().map(|&val| graph.expr(val)).collect()
            };
            let (pulled, pushed) = (some(&pulled), some(&pushed));
            if !pulled.is_empty() {
                self.check(
                    &format!("{label} ▹vjp"),
                    &pulled,
                    &[wrt, &seeds].concat(),
                    order - 1,
                );
            }
            if !pushed.is_empty() {
                self.check(
                    &format!("{label} ▹jvp"),
                    &pushed,
                    &[wrt, &tangents].concat(),
                    order - 1,
                );
            }
        }
    }

    /// Checks that a derivative has the shape of its value, and differs between examples only if the value
    /// does.
    fn check_types(&self, label: &str, values: &[Expr<'_>], derivatives: &[Option<Val>]) {
        for (value, derivative) in values.iter().zip(derivatives) {
            let (own, Some(ty)) = (value.ty(), derivative.map(|val| self.graph.ty(val))) else {
                continue;
            };
            assert_eq!(ty.shape, own.shape, "{label}: shape of a derivative");
            assert!(
                ty.batching <= own.batching,
                "{label}: a shared value with a derivative per example"
            );
        }
    }

    /// Central differences of fourth order:
    /// `(8 (f(x + h·t) − f(x − h·t)) − (f(x + 2h·t) − f(x − 2h·t))) / 12h`.
    fn differences(&self, outputs: &[Expr<'_>], leaves: &[Expr<'_>], along: &[Expr<'_>]) -> Vec<Batch> {
        let vals: Vec<Val> = outputs.iter().map(|output| output.val).collect();
        let along = self.values(along);
        let at = |step: f64| {
            let mut environment = self.environment.borrow().clone();
            for (leaf, along) in leaves.iter().zip(&along) {
                match &self.graph.node(leaf.val).op {
                    Op::Input(input) => {
                        let value = environment
                            .inputs
                            .get_mut(&input.index)
                            .expect("trials fill inputs");
                        *value = combine(value, along, |x, t| x + step * t);
                    }
                    Op::Parameter(parameter) => {
                        let value = environment.parameters.get_mut(&parameter.index);
                        let value = value.expect("trials fill parameters");
                        let moved = combine(&Batch::Shared(value.clone()), along, |x, t| x + step * t);
                        *value = moved.shared().clone();
                    }
                    other => unreachable!("no leaf to move: {other:?}"),
                }
            }
            interpret(&self.graph, &vals, &environment)
        };
        let across = |step: f64| -> Vec<Batch> {
            let (above, below) = (at(step), at(-step));
            let pairs = above.iter().zip(&below);
            pairs
                .map(|(above, below)| combine(above, below, |a, b| a - b))
                .collect()
        };
        let (near, far) = (across(STEP), across(2.0 * STEP));
        let pairs = near.iter().zip(&far);
        pairs
            .map(|(near, far)| combine(near, far, |near, far| (8.0 * near - far) / (12.0 * STEP)))
            .collect()
    }
}

fn combine(a: &Batch, b: &Batch, by: impl Fn(f64, f64) -> f64) -> Batch {
    let one = |a: &Array, b: &Array| {
        assert_eq!(a.shape, b.shape);
        Array {
            shape: a.shape.clone(),
            data: a.data.iter().zip(&b.data).map(|(&a, &b)| by(a, b)).collect(),
        }
    };
    match (a, b) {
        (Batch::Shared(a), Batch::Shared(b)) => Batch::Shared(one(a, b)),
        _ => Batch::PerExample(
            (0..EXAMPLES)
                .map(|example| one(a.of(example), b.of(example)))
                .collect(),
        ),
    }
}

/// The inner product `⟨a, b⟩` of two values with the given batching: summed over all examples, or taken once.
fn inner(batching: Batching, a: &Batch, b: &Batch) -> f64 {
    let examples = match batching {
        Batching::Shared => 1,
        Batching::PerExample => EXAMPLES,
    };
    let one = |example: usize| -> f64 {
        let (a, b) = (a.of(example), b.of(example));
        a.data.iter().zip(&b.data).map(|(a, b)| a * b).sum()
    };
    (0..examples).map(one).sum()
}

/// Checks that two values agree for every example, to `tolerance` times the larger of 1 and the largest
/// element.
pub fn assert_close(label: &str, a: &Batch, b: &Batch, tolerance: f64) {
    for example in 0..EXAMPLES {
        let (a, b) = (a.of(example), b.of(example));
        assert_eq!(a.shape, b.shape, "{label}");
        let size = b.data.iter().fold(1.0f64, |size, x| size.max(x.abs()));
        for (place, (x, y)) in a.data.iter().zip(&b.data).enumerate() {
            // Written so that a NaN fails.
            let close = (x - y).abs() <= tolerance * size;
            assert!(
                close,
                "{label}: element {place} of example {example}: {x} and {y}"
            );
        }
    }
}
