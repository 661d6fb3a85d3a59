//! Parameters that no loss depends on: of a layer that is never applied, or whose result is unused.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;

use super::model::{Entry, ParameterDeclaration, Untrained};
use super::wording::list;
use crate::ops::leaf::Parameter;

/// The parameters of a network with losses that no loss depends on. Parameters behind a `stop_gradient` count
/// as used, since that is deliberate. A name in the path that begins with an underscore marks the parameter
/// as intended.
pub fn untrained(entries: &[Entry], parameters: &[ParameterDeclaration]) -> Vec<Untrained> {
    let mut reached: BTreeSet<usize> = BTreeSet::new();
    let mut made: BTreeMap<usize, Span> = BTreeMap::new();
    let mut losses = 0;
    for entry in entries {
        for function in entry.functions() {
            let graph = &function.graph;
            for val in graph.vals() {
                if let Some(parameter) = graph.node(val).op.get::<Parameter>() {
                    made.entry(parameter.index).or_insert(graph.node(val).origin.span);
                }
            }
            let Some(place) = entry.result.first_scalar_output() else {
                continue;
            };
            losses += 1;
            for val in graph.live(&[function.outputs[place]]) {
                if let Some(parameter) = graph.node(val).op.get::<Parameter>() {
                    reached.insert(parameter.index);
                }
            }
        }
    }
    if losses == 0 {
        return Vec::new();
    }
    let is_meant = |name: &str| name.split('.').any(|part| part.starts_with('_'));
    // Spans have no order; their debug text names the bytes they cover.
    let mut places: Vec<(String, Span, Vec<String>)> = Vec::new();
    for (index, span) in made {
        let name = &parameters[index].name;
        if reached.contains(&index) || is_meant(name) {
            continue;
        }
        let place = format!("{span:?}");
        match places.iter_mut().find(|(known, ..)| *known == place) {
            Some((_, _, names)) => names.push(name.clone()),
            None => places.push((place, span, vec![name.clone()])),
        }
    }
    let untrained = places.into_iter().map(|(_, span, names)| Untrained {
        span,
        names: list(&names),
    });
    untrained.collect()
}
