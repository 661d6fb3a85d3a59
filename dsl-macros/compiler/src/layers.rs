//! The layers of a network as documentation lists them: the owners of parameters, with the shape of their
//! results.

use std::collections::BTreeMap;

use crate::elaborate::{Model, ParameterDeclaration};
use crate::graph::{Graph, Shape, Val};
use crate::ops::leaf::Parameter;

/// A layer, or a parameter that the user declared directly.
pub struct Layer {
    /// `logits.dense1`
    pub name: String,
    /// The source expression that creates it.
    pub text: String,
    /// The shape of its result for one example; `None` if no entry point uses it.
    pub output: Option<Shape>,
    /// The names, within the layer, and shapes of its parameters.
    pub parameters: Vec<(String, Shape)>,
}

/// The layers of a model in the order of their parameters.
pub fn layers(model: &Model) -> Vec<Layer> {
    let mut layers: Vec<Layer> = Vec::new();
    // The index of the layer of each parameter.
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

/// The name of the layer that owns a parameter, and the parameter's name within it; a parameter declared
/// directly is its own layer.
fn names(parameter: &ParameterDeclaration) -> (String, String) {
    match parameter.name.rsplit_once('.') {
        Some((owner, own)) if !parameter.text.starts_with("param(") => (owner.to_string(), own.to_string()),
        Some((_, own)) => (parameter.name.clone(), own.to_string()),
        None => (parameter.name.clone(), parameter.name.clone()),
    }
}

/// Finds each layer's output: follows its parameters through all values of the expression that creates it.
fn outputs(graph: &Graph, places: &[usize], layers: &mut [Layer]) {
    let mut within: BTreeMap<Val, usize> = BTreeMap::new();
    for val in graph.vals() {
        let node = graph.node(val);
        let place = match node.op.get::<Parameter>() {
            Some(parameter) => Some(places[parameter.index]),
            None => {
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

/// The last call of a chain: `dense(10)` of `image.dense(HIDDEN).relu().dense(10)`. What is no chain stays as it is.
pub fn last_call(text: &str) -> &str {
    match links(text).last() {
        Some(&link) => &text[link + 1..],
        None => text,
    }
}

/// The dots before the calls of a chain; none in an expression that is no chain.
pub fn links(text: &str) -> Vec<usize> {
    let mut depth = 0;
    let mut links: Vec<usize> = Vec::new();
    for (place, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ' ' if depth == 0 => return Vec::new(),
            '.' if depth == 0 && text[place + 1..].starts_with(|next: char| next.is_alphabetic()) => {
                links.push(place);
            }
            _ => {}
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::last_call;

    #[test]
    fn the_last_call_of_a_chain() {
        assert_eq!(
            last_call("image.dense(HIDDEN).relu().dense(2 * 5)"),
            "dense(2 * 5)"
        );
        assert_eq!(last_call("concat([a, b.relu()], axis = 0).dense(4)"), "dense(4)");
        assert_eq!(last_call("embedding(WIDTH)"), "embedding(WIDTH)");
        assert_eq!(last_call("x.dense(3) + y"), "x.dense(3) + y");
    }
}
