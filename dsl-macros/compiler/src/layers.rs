//! What a reader calls the layers of a network: who owns parameters, and the shape of what each of them puts out.

use std::collections::BTreeMap;

use crate::elaborate::{Model, ParameterDeclaration};
use crate::graph::{Graph, Shape, Val};
use crate::ops::Op;

/// A layer, or a parameter of the user's own.
pub struct Layer {
    /// `logits.dense1`
    pub name: String,
    /// The source expression that makes it.
    pub text: String,
    /// The shape of its result for one example; nothing where no entry point uses it.
    pub output: Option<Shape>,
    /// Its parameters' own names and shapes.
    pub parameters: Vec<(String, Shape)>,
}

/// The layers of a model in the order of their parameters.
pub fn layers(model: &Model) -> Vec<Layer> {
    let mut layers: Vec<Layer> = Vec::new();
    // For each parameter, the place of its layer.
    let mut places: Vec<usize> = Vec::new();
    for parameter in &model.parameters {
        let (name, own) = names(parameter);
        let known = layers
            .last()
            .is_some_and(|last| last.name == name && last.text == parameter.text);
        if !known {
            layers.push(Layer {
                name,
                text: parameter.text.clone(),
                output: None,
                parameters: Vec::new(),
            });
        }
        let place = layers.len() - 1;
        layers[place].parameters.push((own, parameter.shape.clone()));
        places.push(place);
    }
    for entry in &model.entries {
        for function in entry.functions() {
            outputs(&function.graph, &places, &mut layers);
        }
    }
    layers
}

/// The layer that owns a parameter and what it calls it; a parameter of the user's own is its own layer.
fn names(parameter: &ParameterDeclaration) -> (String, String) {
    match parameter.name.rsplit_once('.') {
        Some((owner, own)) if !parameter.text.starts_with("param(") => (owner.to_string(), own.to_string()),
        Some((_, own)) => (parameter.name.clone(), own.to_string()),
        None => (parameter.name.clone(), parameter.name.clone()),
    }
}

/// Follows each layer's parameters as far as values come from the expression that makes it.
fn outputs(graph: &Graph, places: &[usize], layers: &mut [Layer]) {
    let mut within: BTreeMap<Val, usize> = BTreeMap::new();
    for val in graph.vals() {
        let node = graph.node(val);
        let place = match &node.op {
            Op::Parameter(parameter) => Some(places[parameter.index]),
            _ => {
                let from = node.args.iter().filter_map(|arg| within.get(arg).copied());
                from.filter(|&place| *layers[place].text == *node.origin.text)
                    .max()
            }
        };
        if let Some(place) = place {
            within.insert(val, place);
            layers[place].output = Some(node.types[0].shape.clone());
        }
    }
}
