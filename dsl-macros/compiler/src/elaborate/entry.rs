//! Entry points: their arguments, their bodies, and the mean over the batch of each scalar that leaves the
//! network.

use std::rc::Rc;

use super::derive_also::Linearised;
use super::elaborator::{Elaborator, Mode};
use super::fault::{Fault, Outcome, Reported};
use super::library::{FunctionId, Side};
use super::model::{Entry, EntryInput, ResultType, Training};
use super::scope::Frame;
use super::trained::keep_trained;
use super::value::Value;
use crate::graph::{Batching, Element, Expr, Function as GraphFunction, Origin, Val};
use crate::ops::Op;
use crate::ops::elementwise::Elementwise;
use crate::ops::leaf::Input;
use crate::syntax::ast::{Function, Type, TypeKind};

impl<'a> Elaborator<'a> {
    pub fn entry(&mut self, id: FunctionId) -> Outcome<Entry> {
        let function = self.library.function(id);
        let (inputs, evaluation) = self.entry_in_mode(id, false)?;
        let derivatives = self.derivatives(function, &inputs)?;
        let training = match self.mode.asked {
            true => Some(self.entry_in_mode(id, true)?.1),
            false => None,
        };
        Ok(Entry {
            name: function.name.clone(),
            attributes: function.attributes.clone(),
            visibility: function.visibility.clone(),
            body: function.body.span,
            inputs,
            result: result_type(&function.result),
            function: evaluation.function,
            training,
            evaluation_gradient: function.evaluation_gradient,
            derivatives,
            linearised: evaluation.linearised,
        })
    }

    /// Elaborates the entry point in one mode: its arguments, its results and the buffers it updates.
    fn entry_in_mode(&mut self, id: FunctionId, training: bool) -> Outcome<(Vec<EntryInput>, Training)> {
        let function = self.library.function(id);
        let home = self.own_home(id, &[]);
        self.mode = Mode {
            training,
            asked: false,
        };
        let mut frame = Frame::new(function.name.to_string(), Side::User, home);
        frame.differentiation_variables = self.library.differentiation_variables(id);
        self.frames.push(frame);
        self.linearised = Linearised::of(function);
        let result = self.entry_in_frame(function);
        let result = result.and_then(|(inputs, outputs)| {
            let linearised = self.take_linearised(function)?;
            Ok((inputs, outputs, linearised))
        });
        self.frames.pop();
        let graph = self.take_graph();
        let mut updates = std::mem::take(&mut self.updates);
        let (inputs, mut outputs, linearised) = result?;
        if let Some(loss) = result_type(&function.result).first_scalar_output() {
            keep_trained(&graph, &outputs, outputs[loss], &mut updates);
        }
        outputs.extend(updates.values());
        // The frame held all other handles and is gone; if one were left, the graph could not be moved out,
        // so the entry point is refused.
        let graph = Rc::try_unwrap(graph).map_err(|_| Reported)?;
        let training = Training {
            function: GraphFunction { graph, outputs },
            updates: updates.into_keys().collect(),
            linearised,
        };
        Ok((inputs, training))
    }

    /// The item of the emitted type that already has the name of an entry point.
    fn taken_name(&self, function: &Function) -> Option<String> {
        let name = function.name.to_string();
        match name.as_str() {
            "new" | "workspace" => return Some(format!("the type has a function `{name}` of its own")),
            "layout" | "buffers" | "sizes" => {
                return Some(format!("the compiled network has a module `{name}` of its own"));
            }
            _ => {}
        }
        if let Some(derivative) = self.derivative_called(&name) {
            return Some(derivative);
        }
        let trained = name.strip_suffix("_in_training");
        let whole = trained.or(name.strip_suffix("_in_evaluation")).unwrap_or(&name);
        let of = match whole.strip_suffix("_and_grad") {
            Some(of) => of,
            None => trained?,
        };
        let mode = match (trained, whole == name) {
            (Some(_), _) => " in training mode",
            (None, false) => " in evaluation mode",
            (None, true) => "",
        };
        let entry = self
            .library
            .own()
            .map(|(_, other)| other)
            .find(|other| other.name == of)?;
        let has_gradient = !entry.visibility.is_empty() && entry.takes_self;
        has_gradient.then(|| match whole == of {
            true => format!("it is what `{of}` is called{mode}"),
            false => format!("it is what the gradient of `{of}` is called{mode}"),
        })
    }

    fn entry_in_frame(&mut self, function: &'a Function) -> Outcome<(Vec<EntryInput>, Vec<Val>)> {
        let mut inputs = Vec::new();
        let mut sound = self.check_result_type(&function.result);
        if let Some(taken) = self.taken_name(function) {
            let name = &function.name;
            self.diagnostics
                .error(
                    name.span(),
                    format!("`{name}` cannot name an entry point: {taken}"),
                )
                .help("give it another name");
            sound = Err(Reported);
        }
        for (index, parameter) in function.parameters.iter().enumerate() {
            let name = parameter.name.to_string();
            match self.input_type(&parameter.ty) {
                Ok(ty) => {
                    let outer = self
                        .graph
                        .set_origin(Some(Origin::new(parameter.name.span(), &name, "")));
                    let val = self.graph.apply(
                        Input {
                            index,
                            name: name.clone(),
                            ty: ty.clone(),
                        },
                        &[],
                    );
                    self.graph.set_origin(outer);
                    self.frame()
                        .bind(name, Some(Value::Tensor(val)), parameter.mutable);
                    inputs.push(EntryInput {
                        name: parameter.name.clone(),
                        ty,
                    });
                }
                Err(Reported) => {
                    self.frame().bind(name, None, parameter.mutable);
                    sound = Err(Reported);
                }
            }
        }
        let value = self.result(function);
        sound?;
        let mut outputs = Vec::new();
        self.flatten(&function.result, &value?, function, &mut outputs)?;
        Ok((inputs, outputs))
    }

    fn check_result_type(&mut self, ty: &Type) -> Outcome<()> {
        match &ty.kind {
            TypeKind::Tensor(_) | TypeKind::Scalar | TypeKind::Shared(_) => Ok(()),
            TypeKind::Tuple(parts) => {
                let parts: Vec<Outcome<()>> = parts.iter().map(|part| self.check_result_type(part)).collect();
                parts.into_iter().collect()
            }
            _ => {
                let fault = Fault::new(format!("an entry point returns tensors and scalars, not `{ty}`"));
                Err(self.report(
                    ty.span,
                    fault.help("write `Tensor<…>`, `Scalar`, or a tuple of them"),
                ))
            }
        }
    }

    fn flatten(
        &mut self,
        ty: &Type,
        value: &Value,
        function: &Function,
        outputs: &mut Vec<Val>,
    ) -> Outcome<()> {
        match (&ty.kind, value) {
            (TypeKind::Tuple(types), Value::Tuple(values)) => types
                .iter()
                .zip(values.iter())
                .try_for_each(|(ty, value)| self.flatten(ty, value, function, outputs)),
            (TypeKind::Scalar, Value::Tensor(val)) => {
                let origin = self.graph.node(*val).origin.clone();
                let outer = self.graph.set_origin(Some(origin));
                let mean = mean_over_batch(self.graph.expr(*val)).val;
                self.graph.set_origin(outer);
                self.name(mean, &function.name.to_string());
                outputs.push(mean);
                Ok(())
            }
            (_, Value::Tensor(val)) => {
                if matches!(self.graph.ty(*val).element, Element::Index { .. }) {
                    return Err(self.report(ty.span, Fault::new("an entry point returns tensors of numbers")));
                }
                outputs.push(*val);
                Ok(())
            }
            _ => Err(self.report(function.name.span(), Fault::new(format!("this is not a `{ty}`")))),
        }
    }
}

fn result_type(ty: &Type) -> ResultType {
    match &ty.kind {
        TypeKind::Scalar => ResultType::Scalar,
        TypeKind::Shared(dimensions) if dimensions.is_empty() => ResultType::Scalar,
        TypeKind::Tuple(parts) => ResultType::Tuple(parts.iter().map(result_type).collect()),
        _ => ResultType::Tensor,
    }
}

/// The mean `1/n Σ x` over the examples. Terms of a sum that are the same for the whole batch are added once,
/// outside: `1/n Σ L(yᵢ, f(xᵢ)) + λ‖θ‖`.
fn mean_over_batch(x: Expr<'_>) -> Expr<'_> {
    let graph = x.graph;
    if x.batching() == Batching::Shared {
        return x;
    }
    let mean = |x: Expr<'_>| graph.expr(x.batch_sum().val) / graph.batch_size();
    let terms = terms(x).unwrap_or_default();
    let (shared, examples): (Vec<_>, Vec<_>) = terms
        .into_iter()
        .partition(|term| term.value.batching() == Batching::Shared);
    match (sum(&examples), sum(&shared)) {
        (Some(examples), Some(shared)) => graph.expr(mean(examples).val) + graph.expr(shared.val),
        _ => graph.expr(mean(x).val),
    }
}

/// A term of a sum, added or subtracted.
#[derive(Clone, Copy)]
struct Term<'g> {
    value: Expr<'g>,
    added: bool,
}

fn sum<'g>(terms: &[Term<'g>]) -> Option<Expr<'g>> {
    let join = |sum: Term<'g>, term: Term<'g>| match (sum.added, term.added) {
        (true, true) | (false, false) => Term {
            value: sum.value + term.value,
            added: sum.added,
        },
        (true, false) => Term {
            value: sum.value - term.value,
            added: true,
        },
        (false, true) => Term {
            value: term.value - sum.value,
            added: true,
        },
    };
    let sum = terms.iter().copied().reduce(join)?;
    Some(if sum.added { sum.value } else { -sum.value })
}

/// The terms of nested sums and differences; `None` if there are too many to be worthwhile (`x + x` of
/// `x + x` … doubles them).
fn terms(x: Expr<'_>) -> Option<Vec<Term<'_>>> {
    const MANY: usize = 64;
    let mut terms = Vec::new();
    let mut open = vec![Term {
        value: x,
        added: true,
    }];
    while let Some(Term { value, added }) = open.pop() {
        let node = x.graph.node(value.val);
        let term = |place: usize, added: bool| Term {
            value: x.graph.expr(node.args[place]),
            added,
        };
        match node.op {
            _ if value.batching() == Batching::Shared => terms.push(Term { value, added }),
            Op::Elementwise(Elementwise::Add) => open.extend([term(1, added), term(0, added)]),
            Op::Elementwise(Elementwise::Sub) => open.extend([term(1, !added), term(0, added)]),
            Op::Elementwise(Elementwise::Neg) => open.push(term(0, !added)),
            _ => terms.push(Term { value, added }),
        }
        if terms.len() + open.len() > MANY {
            return None;
        }
    }
    Some(terms)
}
