//! Modes: what of an entry point is emitted once, and what once for training and once for evaluation.

use proc_macro2::{Ident, Span, TokenStream};

use super::doc;
use super::entry::{Derived, EntryPoint};
use super::identifiers::plain;
use crate::elaborate::{Derivative, Entry, Wrt};
use crate::plan::Plan;
use crate::program::{EntryPlans, ModePlans};

/// The methods of an entry point: one for its results, one for the gradient too, and one for each derivative that it asks for.
/// Where the mode matters, the first evaluates and has a sibling that trains; of the others there are those that train and, where
/// it is asked for, those that evaluate, and the name says which.
pub fn points(compiled: &EntryPlans) -> Vec<EntryPoint<'_>> {
    let entry = &compiled.entry;
    let Some(training) = &compiled.training else {
        return of_mode(entry, &compiled.evaluation, Mode::Only);
    };
    let mut points = of_mode(entry, &compiled.evaluation, Mode::Evaluation);
    points.extend(of_mode(entry, training, Mode::Training));
    points
}

/// One of the versions in which an entry point is emitted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// The mode does not matter.
    Only,
    Evaluation,
    Training,
}

impl Mode {
    /// The ending of the method that yields the results.
    fn of_results(self) -> &'static str {
        match self {
            Mode::Only | Mode::Evaluation => "",
            Mode::Training => "_in_training",
        }
    }

    /// The ending of a method that yields a derivative.
    fn of_derivatives(self) -> &'static str {
        match self {
            Mode::Only => "",
            Mode::Evaluation => "_in_evaluation",
            Mode::Training => "_in_training",
        }
    }

    /// What the documentation says of it.
    fn about(self) -> &'static str {
        match self {
            Mode::Only => "",
            Mode::Evaluation => " In evaluation mode: running statistics, no dropout",
            Mode::Training => " In training mode: batch statistics, dropout",
        }
    }
}

/// What `commit` does after a method that trains and updates buffers.
const COMMITS: &str = "; `commit` brings new values of buffers into the network.";

/// The methods of one version.
fn of_mode<'a>(entry: &'a Entry, plans: &'a ModePlans, mode: Mode) -> Vec<EntryPoint<'a>> {
    let point = |ending: &str, attributes: TokenStream, plan: &'a Plan, values: usize| EntryPoint {
        name: name(&entry.name, ending),
        attributes,
        visibility: entry.visibility.clone(),
        body: entry.body,
        inputs: &entry.inputs,
        result: &entry.result,
        plan,
        values,
        objective: entry.name.to_string(),
        derived: Vec::new(),
        takes_direction: false,
        training: mode == Mode::Training,
        updates: &plans.updates,
    };
    let link = format!("[`{0}`](Self::{0})", entry.name);
    let (in_mode, without_buffers) = match mode {
        Mode::Only => (String::new(), String::new()),
        Mode::Evaluation => (format!("{}.", mode.about()), format!("{}.", mode.about())),
        Mode::Training => (format!("{}{COMMITS}", mode.about()), format!("{}.", mode.about())),
    };
    let about = match mode {
        Mode::Training => doc(&format!("{link} of a batch.{in_mode}")),
        Mode::Only | Mode::Evaluation => entry.attributes.clone(),
    };
    let results = point(mode.of_results(), about, &plans.results, plans.values);
    let gradient = plans.gradient.as_ref().map(|gradient| {
        let about = format!(
            "{link} of a batch and its gradient by every parameter it reaches, laid out like the parameters.{in_mode}"
        );
        EntryPoint {
            derived: vec![Derived::ByParameters],
            ..point(
                &format!("_and_grad{}", mode.of_derivatives()),
                doc(&about),
                &gradient.plan,
                gradient.values,
            )
        }
    });
    let asked = entry.derivatives.iter().zip(&plans.derivatives);
    let asked = asked.map(|(asked, derived)| {
        let ending = format!("_{}{}", asked.word(), mode.of_derivatives());
        let about = doc(&format!("{}{without_buffers}", described(asked, &link)));
        EntryPoint {
            derived: yields(asked),
            takes_direction: asked.is_along_direction(),
            objective: objective(asked, &entry.name),
            // Whatever a step is about to commit stays as it is.
            updates: &[],
            ..point(&ending, about, &derived.plan, derived.values)
        }
    });
    std::iter::once(results).chain(gradient).chain(asked).collect()
}

/// What the methods of a derivative yield beside the results.
pub fn yields(asked: &Derivative) -> Vec<Derived> {
    match asked {
        Derivative::Jvp => vec![Derived::Tangents],
        Derivative::Hvp | Derivative::Gnvp(_) => vec![Derived::ByParameters],
        Derivative::Grad(by) => {
            let by = by.iter().map(|(_, wrt)| match wrt {
                Wrt::Input(_) => Derived::ByInput,
                Wrt::Parameters => Derived::ByParameters,
            });
            by.collect()
        }
    }
}

/// What the steps that write to the gradient differentiate.
fn objective(asked: &Derivative, entry: &Ident) -> String {
    match asked {
        Derivative::Hvp => format!("(∂ {entry} · direction)"),
        Derivative::Gnvp(through) => format!("(∂ {entry} · direction, {through} linear)"),
        Derivative::Jvp | Derivative::Grad(_) => entry.to_string(),
    }
}

/// The documentation of a derivative's methods.
fn described(asked: &Derivative, link: &str) -> String {
    match asked {
        Derivative::Jvp => format!(
            "{link} of a batch, and the derivative of each result along `direction`, which is laid out like the parameters."
        ),
        Derivative::Hvp => format!(
            "{link} of a batch, and its Hessian by the parameters times `direction`; both are laid out like the parameters. A \
             parameter is reached unless its row of the Hessian is zero for every network of this declaration."
        ),
        Derivative::Gnvp(through) => format!(
            "{link} of a batch, and its Gauss–Newton matrix through `{through}` times `direction`, `Jᵀ H J v`, where `J` is the \
             derivative of `{through}` by the parameters and `H` the Hessian by `{through}`; a term that does not pass \
             `{through}` contributes its own Hessian. Both are laid out like the parameters."
        ),
        Derivative::Grad(by) => {
            let names: Vec<String> = by
                .iter()
                .map(|(name, wrt)| match wrt {
                    Wrt::Input(_) => format!("`{name}`"),
                    Wrt::Parameters => "every parameter it reaches".to_string(),
                })
                .collect();
            format!(
                "{link} of a batch and its gradient by {}: by what differs between examples that of the sum over them, so that \
                 each example has the gradient of its own scalar; by all else that of the mean.",
                names.join(", by ")
            )
        }
    }
}

/// The name of an entry point with an ending. What the user has not named is no unused code of the user's: its span is the
/// name's with the macro's context.
fn name(entry: &Ident, ending: &str) -> Ident {
    match ending {
        "" => entry.clone(),
        ending => Ident::new(
            &format!("{}{ending}", plain(&entry.to_string())),
            Span::call_site().located_at(entry.span()),
        ),
    }
}
