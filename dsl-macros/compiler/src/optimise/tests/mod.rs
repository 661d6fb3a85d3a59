//! Every rule by examples, whole programs as snapshots, and values at the edges of floating point.

mod edges;
mod equations;
mod examples;
mod loops;
mod passes;
mod programs;
mod random;
mod stability;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use crate::emit::text::print;
use crate::graph::interpret::{Array, Batch, Environment, interpret};
use crate::graph::{Batching, Element, Expr, Function, Graph, Shape, Type, Val};
use crate::ops::Op;
use crate::ops::elementwise::Elementwise;
use crate::ops::{gather, leaf};

thread_local! {
    /// True while what is differentiated within the language is left as it is written.
    pub static AS_WRITTEN: Cell<bool> = const { Cell::new(false) };
    static FIRED: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

/// Runs `work`, in which what is differentiated within the language is left as it is written.
pub fn as_written<T>(work: impl FnOnce() -> T) -> T {
    AS_WRITTEN.set(true);
    let result = work();
    AS_WRITTEN.set(false);
    result
}

/// Records that a rule has been applied, so that tests can show that each rule has an example.
pub fn note(name: &'static str) {
    FIRED.with_borrow_mut(|fired| {
        fired.insert(name);
    });
}

/// The rules applied since the last call.
fn fired() -> BTreeSet<&'static str> {
    FIRED.take()
}

/// A function of the one value that `build` makes.
fn function_of(build: for<'g> fn(&'g Graph) -> Expr<'g>) -> Function {
    let graph = Graph::new();
    let output = build(&graph).val;
    Function {
        graph,
        outputs: vec![output],
    }
}

/// The examples of a batch.
const EXAMPLES: usize = 3;

fn input<'g>(graph: &'g Graph, index: usize, name: &str, shape: impl Into<Shape>) -> Expr<'g> {
    let ty = Type::real(Batching::PerExample, shape);
    leaf_of(
        graph,
        leaf::Input {
            index,
            name: name.into(),
            ty,
        },
    )
}

fn label<'g>(graph: &'g Graph, index: usize, name: &str, limit: usize, shape: impl Into<Shape>) -> Expr<'g> {
    let ty = Type {
        element: Element::Index { limit },
        ..Type::real(Batching::PerExample, shape)
    };
    leaf_of(
        graph,
        leaf::Input {
            index,
            name: name.into(),
            ty,
        },
    )
}

fn parameter<'g>(graph: &'g Graph, index: usize, name: &str, shape: impl Into<Shape>) -> Expr<'g> {
    leaf_of(
        graph,
        leaf::Parameter {
            index,
            name: name.into(),
            shape: shape.into(),
        },
    )
}

fn leaf_of(graph: &Graph, op: impl Into<Op>) -> Expr<'_> {
    graph.expr(graph.apply(op, &[]))
}

fn one_hot(index: Expr<'_>, classes: usize) -> Expr<'_> {
    index
        .graph
        .expr(index.graph.apply(gather::OneHot { classes }, &[index.val]))
}

fn exp(x: Expr<'_>) -> Expr<'_> {
    x.unary(Elementwise::Exp)
}

fn log(x: Expr<'_>) -> Expr<'_> {
    x.unary(Elementwise::Log)
}

fn sigmoid(x: Expr<'_>) -> Expr<'_> {
    x.unary(Elementwise::Sigmoid)
}

fn softplus(x: Expr<'_>) -> Expr<'_> {
    x.unary(Elementwise::Softplus)
}

/// The mean over the batch, as an entry point returns it.
fn mean(loss: Expr<'_>) -> Expr<'_> {
    loss.batch_sum() / loss.graph.batch_size()
}

/// Random values for every leaf of a function, the same each time.
fn environment(function: &Function, scale: f64) -> Environment {
    let mut state = 7u64;
    let mut uniform = move || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut environment = Environment {
        examples: EXAMPLES,
        seed: 1,
        ..Environment::default()
    };
    for val in function.graph.vals() {
        match &function.graph.node(val).op {
            Op::Input(input) => {
                let mut one = || match input.limit() {
                    Some(limit) => Array::from_fn(&input.ty.shape, |_| (uniform() * limit as f64).floor()),
                    None => Array::from_fn(&input.ty.shape, |_| scale * (2.0 * uniform() - 1.0)),
                };
                let value = match input.ty.batching {
                    Batching::Shared => Batch::Shared(one()),
                    Batching::PerExample => Batch::PerExample((0..EXAMPLES).map(|_| one()).collect()),
                };
                environment.inputs.insert(input.index, value);
            }
            Op::Parameter(parameter) => {
                let value = Array::from_fn(&parameter.shape, |_| scale * (2.0 * uniform() - 1.0));
                environment.parameters.insert(parameter.index, value);
            }
            _ => {}
        }
    }
    environment
}

fn values(function: &Function, environment: &Environment) -> Vec<Batch> {
    interpret(&function.graph, &function.outputs, environment)
}

fn numbers(batch: &Batch) -> Vec<f64> {
    match batch {
        Batch::Shared(array) => array.data.clone(),
        Batch::PerExample(arrays) => arrays.iter().flat_map(|array| array.data.clone()).collect(),
    }
}

/// Equal up to rounding; NaN equals NaN.
fn assert_close(before: &[Batch], after: &[Batch], what: &str) {
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(after) {
        assert_eq!(
            std::mem::discriminant(before),
            std::mem::discriminant(after),
            "{what}: kinds"
        );
        let (before, after) = (numbers(before), numbers(after));
        assert_eq!(before.len(), after.len(), "{what}");
        for (a, b) in before.iter().zip(&after) {
            let close = (a - b).abs() <= 1e-12 * (1.0 + a.abs()) || (a.is_nan() && b.is_nan()) || a == b;
            assert!(close, "{what}: {a} became {b}\n{before:?}\n{after:?}");
        }
    }
}

fn printed(function: &Function, names: &[&str]) -> String {
    let outputs: Vec<(String, Val)> = names
        .iter()
        .map(ToString::to_string)
        .zip(function.outputs.iter().copied())
        .collect();
    print(&function.graph, &outputs)
}
