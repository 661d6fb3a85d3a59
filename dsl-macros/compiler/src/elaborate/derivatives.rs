//! Derivatives in the language: `grad(y, x)` and its kin, as values of the same graph.
//!
//! Input: values of the graph that is being built, and the variables to differentiate by. Output: the derivatives as
//! further values, which can be used and differentiated like any others. What is differentiated is brought into its
//! stable form first, as a loss is, so `grad(-log(softmax(x))[t], x)` is `softmax(x) - t` and never 0/0.

use super::cuts::reason;
use super::elaborator::Elaborator;
use super::fault::{Fault, Reported};
use super::loops::open::OpenLoop;
use crate::differentiate::{pull_back, pull_back_each, push_forward};
use crate::graph::{Batching, Graph, Shape, Val};
use crate::ops::batch::BatchSum;
use crate::ops::leaf::{Formal, Iota};
use crate::ops::scan::Scan;
use crate::optimise::stabilised;

/// What is differentiated, and by what.
pub struct Differentiated<'d> {
    pub y: Val,
    /// The text of `y` in messages.
    pub shown: String,
    /// The variables with their texts.
    pub by: &'d [(Val, String)],
    /// The place of the variables among the arguments of the word.
    pub place: usize,
    pub span: proc_macro2::Span,
}

impl<'a> Elaborator<'a> {
    /// `Σ seedᵀ ∂y/∂x` for each variable `x`.
    pub fn vector_jacobian(&mut self, of: &Differentiated<'_>, seed: Val) -> Result<Vec<Val>, Fault> {
        self.differentiated(of, |graph, y, by| pull_back(graph, &[(y, seed)], by))
    }

    /// `∂y/∂x` for each example on its own, even of a variable that the examples share.
    pub fn each_gradient(&mut self, of: &Differentiated<'_>) -> Result<Vec<Val>, Fault> {
        if let Some(fault) = self.joined_examples(of) {
            return Err(fault);
        }
        self.differentiated(of, |graph, y, by| {
            let one = graph.constant(1.0).val;
            pull_back_each(graph, &[(y, one)], by)
        })
    }

    /// `∂y/∂x · direction`, summed over the variables.
    pub fn jacobian_vector(&mut self, of: &Differentiated<'_>, directions: &[Val]) -> Result<Val, Fault> {
        let moved = self.differentiated(of, |graph, y, by| {
            let tangents: Vec<(Val, Val)> = by.iter().copied().zip(directions.iter().copied()).collect();
            push_forward(graph, &[y], &tangents)
        })?;
        Ok(moved[0])
    }

    /// `∂y/∂x`, the axes of `y` before those of `x`: by rows in reverse mode or by columns in forward mode, whichever
    /// are fewer. By a variable that examples share it goes by columns, since a row would be summed over them.
    pub fn jacobian(&mut self, of: &Differentiated<'_>) -> Result<Val, Fault> {
        let graph = self.graph.clone();
        let x = of.by[0].0;
        let (ty, by) = (graph.ty(of.y), graph.ty(x));
        let (rows, columns) = (ty.shape.count(), by.shape.count());
        let by_rows = rows < columns && ty.batching <= by.batching;
        let along = if by_rows { &ty.shape } else { &by.shape };
        let stack = self.stack_of_units(along);
        let index = graph.fresh_identity() as usize;
        let start = graph.len();
        let unit = graph.apply(
            Formal {
                index,
                ty: crate::graph::Type::real(Batching::Shared, along.clone()),
            },
            &[],
        );
        let derivative = match by_rows {
            true => self.vector_jacobian(of, unit)?[0],
            false => self.jacobian_vector(of, &[unit])?,
        };
        let (name, length) = if by_rows {
            ("row", rows)
        } else {
            ("column", columns)
        };
        let open = OpenLoop::over(name, start, length, (stack, unit));
        let stacked = graph.expr(self.collected(&open, derivative));
        let joined = |first: &Shape, last: &Shape| [first.0.as_slice(), &last.0].concat();
        Ok(match by_rows {
            true => stacked.reshape(joined(&ty.shape, &by.shape)).val,
            false => {
                let (first, last) = (by.shape.rank(), ty.shape.rank());
                let axes = (first..first + last).chain(0..first).collect();
                stacked.reshape(joined(&by.shape, &ty.shape)).transpose(axes).val
            }
        })
    }

    /// The tensors of this shape that are 1 at one place and 0 elsewhere, one for each place.
    fn stack_of_units(&self, shape: &Shape) -> Val {
        let size = shape.count();
        let places = self.graph.expr(self.graph.apply(Iota { size }, &[]));
        let square = Shape(vec![size, size]);
        let equal = crate::ops::elementwise::Elementwise::Equal;
        let units = places
            .broadcast(square.clone(), vec![0])
            .binary(equal, places.broadcast(square, vec![1]));
        units.reshape([&[size], shape.0.as_slice()].concat()).val
    }

    /// Differentiates the stable form of `y` by `derive`; a derivative that does not arrive is a fault.
    fn differentiated(
        &mut self,
        of: &Differentiated<'_>,
        derive: impl FnOnce(&Graph, Val, &[Val]) -> Vec<Option<Val>>,
    ) -> Result<Vec<Val>, Fault> {
        self.within_turns(of)?;
        let graph = self.graph.clone();
        let before = graph.len();
        let vals: Vec<Val> = std::iter::once(of.y)
            .chain(of.by.iter().map(|(val, _)| *val))
            .collect();
        let stable = stabilised(&graph, &vals);
        let found = derive(&graph, stable[0], &stable[1..]);
        let arrived: Option<Vec<Val>> = found.iter().copied().collect();
        let Some(arrived) = arrived else {
            let missing = found.iter().position(Option::is_none).unwrap_or(0);
            return Err(self.no_derivative(of, missing));
        };
        for val in graph.vals_from(before) {
            let node = graph.node(val);
            if node.op.is::<BatchSum>() {
                self.cross_batch_outside_loops(node.args[0], of.span)?;
            }
        }
        Ok(arrived)
    }

    fn no_derivative(&self, of: &Differentiated<'_>, missing: usize) -> Fault {
        let (val, name) = &of.by[missing.min(of.by.len() - 1)];
        let text = format!(
            "the derivative of `{}` by `{name}` is 0 everywhere: `{}` {}",
            of.shown,
            of.shown,
            reason(&self.graph, of.y, *val, name)
        );
        let help = "compute it from the variable, after what binds that, by words that pass derivatives; or write `zeros(…)` if 0 is meant";
        Fault::new(text).help(help).at(of.place)
    }

    /// Gives up rolling loops in which the derivative would have to pass through what earlier turns left: an open loop
    /// shows one turn only.
    fn within_turns(&mut self, of: &Differentiated<'_>) -> Result<(), Fault> {
        let graph = self.graph.clone();
        let live = graph.live(&[of.y]);
        let misses = |open: &OpenLoop, by: Val| {
            let carried = live.iter().any(|val| open.formals.contains(val));
            let slices = open.slices.borrow();
            let mut read = slices.iter().filter(|slice| live.contains(&slice.formal));
            let sliced = read.any(|slice| graph.live(&[slice.stacked]).contains(&by));
            !open.changes(&graph, by) && (carried || sliced)
        };
        let open = self.loops.open.iter();
        let missed: Vec<u32> = open
            .filter(|open| of.by.iter().any(|(by, _)| misses(open, *by)))
            .map(|open| open.id)
            .collect();
        for &id in &missed {
            let text = "each turn differentiates through what the turns before it left";
            let help = "differentiate after the loop, or by what the turn itself begins with";
            self.prevent(Some(id), of.span, text, help);
        }
        match missed.is_empty() {
            true => Ok(()),
            false => Err(Reported.into()),
        }
    }

    /// A fault if an example's `y` depends on other examples by way of a variable: it has no derivative of its own then.
    fn joined_examples(&self, of: &Differentiated<'_>) -> Option<Fault> {
        let joins = |graph: &Graph, val: Val| match graph.node(val).op.get::<Scan>() {
            Some(scan) => {
                let body = &scan.body.graph;
                body.vals().any(|val| body.node(val).op.rules().sums_batch())
            }
            None => graph.node(val).op.rules().sums_batch(),
        };
        let live = self.graph.live(&[of.y]);
        let culprit = live
            .into_iter()
            .filter(|&val| joins(&self.graph, val))
            .find(|&val| {
                let below = self.graph.live(&[val]);
                of.by.iter().any(|(by, _)| below.contains(by))
            })?;
        let text = format!(
            "an example has no gradient of its own here: `{}` joins the examples of the batch",
            self.origin_text(culprit)
        );
        Some(Fault::new(text).help("use layers that treat each example alone, such as `layer_norm`"))
    }
}
