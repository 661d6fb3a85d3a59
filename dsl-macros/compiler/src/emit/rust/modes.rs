//! Modes: what of an entry point is emitted once, and what once for training and once for evaluation.

use proc_macro2::{Ident, Span, TokenStream};

use super::doc;
use super::entry::EntryPoint;
use super::identifiers::plain;
use crate::program::{EntryPlans, ModePlans};

/// The methods of an entry point: one for its results, one for the gradient too. Where the mode matters, the first evaluates and
/// has a sibling that trains; of the second there is one that trains and, where it is asked for, one that evaluates, and the name
/// says which.
pub fn points(compiled: &EntryPlans) -> Vec<EntryPoint<'_>> {
    let Some(training) = &compiled.training else {
        return of_mode(compiled, &compiled.evaluation, ["", "_and_grad"]);
    };
    let evaluation = ["", "_and_grad_in_evaluation"];
    let mut points = of_mode(compiled, &compiled.evaluation, evaluation);
    let trained = ["_in_training", "_and_grad_in_training"];
    points.extend(of_mode(compiled, training, trained));
    points
}

/// The methods of one version, called as the entry point with these endings.
fn of_mode<'a>(
    compiled: &'a EntryPlans,
    mode: &'a ModePlans,
    endings: [&'static str; 2],
) -> Vec<EntryPoint<'a>> {
    let entry = &compiled.entry;
    let point = |ending: &'static str, with_gradient: bool, plan| EntryPoint {
        name: name(&entry.name, ending),
        attributes: about(compiled, ending, with_gradient),
        visibility: entry.visibility.clone(),
        inputs: &entry.inputs,
        result: &entry.result,
        plan,
        objective: entry.name.to_string(),
        with_gradient,
        training: ending.ends_with("_in_training"),
        updates: &mode.updates,
    };
    let gradient = mode
        .gradient
        .as_ref()
        .map(|gradient| point(endings[1], true, &gradient.plan));
    std::iter::once(point(endings[0], false, &mode.results))
        .chain(gradient)
        .collect()
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

/// The documentation of a method.
fn about(compiled: &EntryPlans, ending: &str, with_gradient: bool) -> TokenStream {
    let name = &compiled.entry.name;
    let mode = match ending {
        "" => return compiled.entry.attributes.clone(),
        "_and_grad" => "",
        ending if ending.ends_with("_in_training") => {
            " In training mode: batch statistics, dropout; `commit` brings new values of buffers into the network."
        }
        _ => " In evaluation mode: running statistics, no dropout.",
    };
    match with_gradient {
        true => doc(&format!(
            "[`{name}`](Self::{name}) of a batch and its gradient by every parameter it reaches, laid out like the \
             parameters.{mode}"
        )),
        false => doc(&format!("[`{name}`](Self::{name}) of a batch.{mode}")),
    }
}
