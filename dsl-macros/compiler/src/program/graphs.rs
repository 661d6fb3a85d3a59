//! Entry points as graphs: the results and the gradient of each entry point, in each of its modes.

use std::collections::BTreeMap;

use crate::arena::{self, Operation};
use crate::differentiate::pull_back;
use crate::elaborate::{Entry, Model};
use crate::emit::text::print_briefly;
use crate::graph::{Function, Graph, Val};
use crate::ops::Op;
use crate::plan::Root;

/// One entry point.
pub struct EntryGraphs {
    /// The entry point itself; its functions have moved into the modes.
    pub entry: Entry,
    pub evaluation: ModeGraphs,
    /// Training mode, if it computes something different.
    pub training: Option<ModeGraphs>,
}

/// One entry point in one mode.
pub struct ModeGraphs {
    pub results: Function,
    /// The gradient of the first `Scalar` among the results, if there is one and it is wanted in this mode.
    pub gradient: Option<Gradient>,
    /// The buffers whose new values are the last outputs of `results`; they precede the gradients in
    /// `gradient`.
    pub updates: Vec<usize>,
    /// The derivatives that the entry point asks for, in order; none in a mode in which they are not wanted.
    pub derivatives: Vec<Gradient>,
}

impl EntryGraphs {
    /// The entry point in evaluation mode and, if it differs, in training mode.
    pub fn modes(&self) -> impl Iterator<Item = &ModeGraphs> {
        std::iter::once(&self.evaluation).chain(&self.training)
    }

    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.modes().flat_map(|mode| {
            let gradients = mode.gradient.iter().chain(&mode.derivatives);
            std::iter::once(&mode.results).chain(gradients.map(|gradient| &gradient.function))
        })
    }
}

/// A function together with the gradient of one of its outputs, at one of the levels: as a graph, or lowered.
pub struct Gradient<O: Operation = Op> {
    /// The outputs of the function, followed by the gradients by `parameters`.
    pub function: arena::Function<O>,
    /// The parameters that the differentiated output depends on, in ascending order.
    pub parameters: Vec<usize>,
}

impl Gradient {
    /// Differentiates the scalar output `loss` by every parameter that a derivative reaches.
    pub fn of(function: Function, loss: usize) -> Gradient {
        let Function { graph, mut outputs } = function;
        let loss = outputs[loss];
        let reached = parameters_of(&graph, &[loss]);
        let wrt: Vec<Val> = reached.values().copied().collect();
        let gradients = pull_back(&graph, &[(loss, graph.constant(1.0).val)], &wrt);
        let parameters = append(reached, gradients, &mut outputs);
        Gradient {
            function: Function { graph, outputs },
            parameters,
        }
    }

    /// Prints one line per value, then outputs, the new values of `updates` and gradients.
    pub fn print(&self, model: &Model, updates: &[usize]) -> String {
        print_briefly(&self.function.graph, &self.named(model, updates))
    }

    /// The outputs, the new values of `updates` and the gradients with the names that printers know them by.
    pub fn named(&self, model: &Model, updates: &[usize]) -> Vec<(String, Val)> {
        let results = self.function.outputs.len() - self.parameters.len() - updates.len();
        let updates = updates
            .iter()
            .map(|&buffer| format!("new {}", model.buffers[buffer].name));
        let names = result_names(results).into_iter().chain(updates);
        self.named_as(names.collect(), "∂", model)
    }

    /// The outputs by these names, and the gradients by those of their parameters behind a sign.
    pub(super) fn named_as(&self, mut names: Vec<String>, sign: &str, model: &Model) -> Vec<(String, Val)> {
        let parameters = self.parameters.iter();
        names.extend(parameters.map(|&parameter| format!("{sign} {}", model.parameters[parameter].name)));
        let outputs = self.function.outputs.iter().copied();
        names.into_iter().zip(outputs).collect()
    }
}

/// Prints the results of an entry point, if derivatives are among what they are made of; the new values of buffers, which
/// follow them, are left out.
pub fn print_derivative(function: &Function, updates: &[usize]) -> Option<String> {
    let (graph, results) = (&function.graph, function.outputs.len() - updates.len());
    let outputs = &function.outputs[..results];
    let mut live = graph.live(outputs).into_iter();
    live.any(|val| graph.node(val).origin.backward).then(|| {
        let named: Vec<(String, Val)> = result_names(results)
            .into_iter()
            .zip(outputs.iter().copied())
            .collect();
        print_briefly(graph, &named)
    })
}

/// The number of values that a graph computes, those of a loop's turn once: what is given, and what only names or repeats a
/// value, is none of them.
pub fn computed_values(function: &Function) -> usize {
    let Function { graph, outputs } = function;
    let each = graph
        .live(outputs)
        .into_iter()
        .map(|val| match &graph.node(val).op {
            Op::Input(_) | Op::Parameter(_) | Op::Direction(_) | Op::Buffer(_) | Op::Formal(_) => 0,
            Op::Constant(_) | Op::BatchSize(_) | Op::Broadcast(_) | Op::Part(_) => 0,
            Op::Scan(scan) => computed_values(&scan.body),
            _ => 1,
        });
    each.sum()
}

/// The names of so many results.
pub(super) fn result_names(results: usize) -> Vec<String> {
    match results {
        1 => vec!["result".to_string()],
        results => (1..=results).map(|place| format!("result{place}")).collect(),
    }
}

/// The parameters that some values depend on.
pub(super) fn parameters_of(graph: &Graph, values: &[Val]) -> BTreeMap<usize, Val> {
    let mut parameters = BTreeMap::new();
    for val in graph.live(values) {
        if let Op::Parameter(parameter) = &graph.node(val).op {
            parameters.insert(parameter.index, val);
        }
    }
    parameters
}

/// Appends what there is by each parameter to the outputs; returns the parameters that there is something by.
pub(super) fn append(
    parameters: BTreeMap<usize, Val>,
    gradients: Vec<Option<Val>>,
    outputs: &mut Vec<Val>,
) -> Vec<usize> {
    let mut reached = Vec::new();
    for (parameter, gradient) in parameters.into_keys().zip(gradients) {
        if let Some(gradient) = gradient {
            reached.push(parameter);
            outputs.push(gradient);
        }
    }
    reached
}

impl<O: Operation> Gradient<O> {
    /// Applies a pass that keeps the outputs to the function, or lowers it.
    pub fn map<P: Operation>(
        self,
        pass: impl FnOnce(arena::Function<O>) -> arena::Function<P>,
    ) -> Gradient<P> {
        Gradient {
            function: pass(self.function),
            parameters: self.parameters,
        }
    }

    /// The roots of its schedule: outputs and gradients.
    pub fn roots(&self) -> Vec<Root> {
        let results = self.function.outputs.len() - self.parameters.len();
        let (results, gradients) = self.function.outputs.split_at(results);
        let outputs = results.iter().map(|&val| Root::Output(val));
        let gradients = self.parameters.iter().zip(gradients);
        outputs
            .chain(gradients.map(|(&parameter, &val)| Root::Gradient { parameter, val }))
            .collect()
    }
}

impl<O: Operation> arena::Function<O> {
    /// The outputs as roots of a schedule.
    pub fn output_roots(&self) -> Vec<Root> {
        self.outputs.iter().map(|&val| Root::Output(val)).collect()
    }
}
