//! The derivatives that an entry point asks for, as graphs: its results, and beside them what each derivative yields.

use std::collections::BTreeMap;

use super::graphs::{Gradient, append, parameters_of, result_names};
use crate::differentiate::second_order::{gauss_newton_vector, hessian_vector, marked};
use crate::differentiate::{pull_back, push_forward};
use crate::elaborate::{Derivative, Entry, Model, ResultType, Wrt};
use crate::emit::text::print_briefly;
use crate::graph::{Batching, Function, Graph, Val};
use crate::ops::Op;

impl Gradient {
    /// The function that `asked` is derived from. Its outputs are the results, then what has to be found again when it has been
    /// stabilised: the inputs that `asked` is by, or the `linearised` values, each behind a mark.
    pub fn prepared(
        asked: &Derivative,
        function: &Function,
        linearised: &[Val],
        result: &ResultType,
    ) -> Function {
        let mut function = function.copy();
        function.outputs.truncate(result.count());
        match asked {
            Derivative::Jvp | Derivative::Hvp => function,
            Derivative::Gnvp(_) => marked(&function, linearised),
            Derivative::Grad(by) => {
                let inputs = by.iter().filter_map(|(_, wrt)| match wrt {
                    Wrt::Input(index) => input(&function.graph, *index),
                    Wrt::Parameters => None,
                });
                let inputs: Vec<Val> = inputs.collect();
                function.outputs.extend(inputs);
                function
            }
        }
    }

    /// What `asked` yields of a function as [`prepared`](Gradient::prepared): the results, then its tangents or its gradients
    /// by inputs, then what it yields by parameters.
    pub fn asked(asked: &Derivative, function: Function, result: &ResultType) -> Gradient {
        let Function { graph, mut outputs } = function;
        let kept = outputs.split_off(result.count());
        let loss = || {
            let place = result.first_scalar_output();
            outputs[place.expect("elaboration asks for no other derivative without a scalar")]
        };
        match asked {
            Derivative::Jvp => {
                let along = directions(&graph, &outputs);
                let tangents = push_forward(&graph, &outputs, &along);
                let tangents: Vec<Val> = outputs
                    .iter()
                    .zip(tangents)
                    .map(|(&of, tangent)| alike(&graph, tangent, of))
                    .collect();
                outputs.extend(tangents);
                Gradient {
                    function: Function { graph, outputs },
                    parameters: Vec::new(),
                }
            }
            Derivative::Hvp => {
                let loss = loss();
                let products = hessian_vector(&graph, loss, &directions(&graph, &[loss]));
                by_parameters(graph, outputs, loss, products)
            }
            Derivative::Gnvp(_) => {
                let loss = loss();
                let products = gauss_newton_vector(&graph, loss, &kept, &directions(&graph, &[loss]));
                by_parameters(graph, outputs, loss, products)
            }
            Derivative::Grad(by) => {
                let loss = loss();
                let with_parameters = by.iter().any(|(_, wrt)| matches!(wrt, Wrt::Parameters));
                let parameters = match with_parameters {
                    true => parameters_of(&graph, &[loss]),
                    false => BTreeMap::new(),
                };
                gradients_by(graph, outputs, loss, &kept, parameters)
            }
        }
    }

    /// Prints it: the names of what it yields bear a sign of the derivative.
    pub fn print_asked(&self, asked: &Derivative, entry: &Entry, model: &Model) -> String {
        print_briefly(&self.function.graph, &self.named_asked(asked, entry, model))
    }

    /// What it yields with the names that printers know it by.
    pub fn named_asked(&self, asked: &Derivative, entry: &Entry, model: &Model) -> Vec<(String, Val)> {
        let mut names = result_names(entry.result.count());
        match asked {
            Derivative::Jvp => {
                let tangents: Vec<String> = names.iter().map(|name| format!("∂ {name}")).collect();
                names.extend(tangents);
            }
            Derivative::Grad(by) => names.extend(by.iter().filter_map(|(name, wrt)| match wrt {
                Wrt::Input(_) => Some(format!("∂ {name}")),
                Wrt::Parameters => None,
            })),
            Derivative::Hvp | Derivative::Gnvp(_) => {}
        }
        let sign = match asked {
            Derivative::Jvp | Derivative::Grad(_) => "∂",
            Derivative::Hvp => "∂²",
            Derivative::Gnvp(_) => "∂ᵀ∂²∂",
        };
        self.named_as(names, sign, model)
    }
}

/// The parameters that values depend on, in ascending order, each with its direction.
fn directions(graph: &Graph, values: &[Val]) -> Vec<(Val, Val)> {
    let parameters = parameters_of(graph, values).into_values();
    let along = parameters.filter_map(|val| match &graph.node(val).op {
        Op::Parameter(parameter) => Some((val, graph.apply(parameter.direction(), &[]))),
        _ => None,
    });
    along.collect()
}

fn by_parameters(graph: Graph, mut outputs: Vec<Val>, loss: Val, products: Vec<Option<Val>>) -> Gradient {
    let parameters = append(parameters_of(&graph, &[loss]), products, &mut outputs);
    Gradient {
        function: Function { graph, outputs },
        parameters,
    }
}

/// The gradients by inputs, then by parameters. A gradient by what differs from example to example
/// is that of the sum over the examples, so each example has the gradient of its own scalar; any other one is that of the
/// mean.
fn gradients_by(
    graph: Graph,
    mut outputs: Vec<Val>,
    loss: Val,
    inputs: &[Val],
    parameters: BTreeMap<usize, Val>,
) -> Gradient {
    let wrt: Vec<Val> = inputs.iter().chain(parameters.values()).copied().collect();
    let examples = graph.batch_size();
    let mut gradients = pull_back(&graph, &[(loss, examples.val)], &wrt);
    for (&of, gradient) in wrt.iter().zip(&mut gradients) {
        if graph.ty(of).batching == Batching::Shared {
            *gradient = gradient.map(|sum| (graph.expr(sum) / graph.batch_size()).val);
        }
    }
    let by_parameters = gradients.split_off(inputs.len());
    let by_inputs = inputs.iter().zip(gradients);
    let by_inputs: Vec<Val> = by_inputs
        .map(|(&of, gradient)| alike(&graph, gradient, of))
        .collect();
    outputs.extend(by_inputs);
    let parameters = append(parameters, by_parameters, &mut outputs);
    Gradient {
        function: Function { graph, outputs },
        parameters,
    }
}

/// The argument at an index.
fn input(graph: &Graph, index: usize) -> Option<Val> {
    graph
        .vals()
        .find(|&val| matches!(&graph.node(val).op, Op::Input(input) if input.index == index))
}

/// A derivative with the shape of `of`, and per example if that is; zeros where there is none.
fn alike(graph: &Graph, derivative: Option<Val>, of: Val) -> Val {
    let of = graph.expr(of);
    let derivative = match derivative {
        Some(derivative) => graph.expr(derivative),
        None => graph.constant(0.0).broadcast_to(&of.shape()),
    };
    match (derivative.batching(), of.batching()) {
        (Batching::Shared, Batching::PerExample) => derivative.for_each(of).val,
        _ => derivative.val,
    }
}
