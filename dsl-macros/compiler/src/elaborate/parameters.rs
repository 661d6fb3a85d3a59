//! The parameters of the network, shared by all its entry points.

use std::collections::BTreeMap;

use super::fault::Fault;
use super::limits;
use super::model::{Initializer, ParameterDeclaration};
use super::scope::Site;
use super::value::{Home, Maker};
use crate::collections::IntoCollection;
use crate::graph::Shape;

/// The table of parameters. Entry points fill it; if they turn out to need it complete or in another order,
/// they run once more.
#[derive(Default)]
pub struct Parameters {
    declarations: Vec<ParameterDeclaration>,
    /// The sort key of each declaration in the layout.
    orders: Vec<Vec<u64>>,
    /// The source of each declaration.
    sources: Vec<Source>,
    by_name: BTreeMap<String, usize>,
    /// The number of elements of all parameters together.
    elements: usize,
    /// True if the table is complete: the entry points run the second time.
    pub complete: bool,
    /// True if `parameters("…")` was evaluated before the table was complete.
    pub chosen_early: bool,
    /// Patterns of names, and what the parameters that match begin as instead.
    pub begun_otherwise: Vec<(String, Initializer)>,
}

/// The expression that first made a parameter.
#[derive(Clone)]
struct Source {
    makers: Vec<Maker>,
    /// True if that was in training mode.
    training: bool,
}

impl Parameters {
    /// The index of the parameter at `home`, made by the expression `site` in one of the modes: a new one, or
    /// the one that exists already.
    pub fn declare(
        &mut self,
        home: &Home,
        shape: Shape,
        initializer: Initializer,
        site: Site,
        training: bool,
    ) -> Result<usize, Fault> {
        if let Some(&place) = self.by_name.get(&home.path) {
            let (known, source) = (&self.declarations[place], &self.sources[place]);
            if source.makers != home.makers {
                let (before, now) = match (source.training, training) {
                    (false, true) => (" in evaluation mode", " in training mode"),
                    (true, false) => (" in training mode", " in evaluation mode"),
                    _ => ("", " here"),
                };
                let text = format!(
                    "two different things would be called `{}`: that of `{}`{before} and that of `{}`{now}",
                    home.path, known.text, site.text
                );
                let help = "for both to be one, hold it in front of the `if`: `let layer = dense(10);`; \
                            otherwise give each a name of its own by a `let`";
                return Err(Fault::new(text).help(help));
            }
            let mismatch = |what: String| {
                let help = "one layer has one set of parameters: hold a second layer for the other use";
                Err(Fault::new(format!("`{}` {what}", home.path)).help(help))
            };
            if known.shape != shape {
                return mismatch(format!(
                    "is {} from `{}`, here it would be {shape}",
                    known.shape, known.text
                ));
            }
            if known.initializer != initializer {
                return mismatch(format!(
                    "begins as {:?}, here it would as {initializer:?}",
                    known.initializer
                ));
            }
            return Ok(place);
        }
        self.elements += shape.count();
        if self.elements > limits::ELEMENTS {
            let text = format!(
                "the network has more than {} parameters with this {shape}",
                limits::ELEMENTS
            );
            return Err(Fault::new(text).help("check the sizes it is made from"));
        }
        let place = self.declarations.len();
        self.declarations.push(ParameterDeclaration {
            name: home.path.clone(),
            shape,
            initializer,
            text: site.text.to_string(),
        });
        self.orders.push(home.order.clone());
        self.sources.push(Source {
            makers: home.makers.clone(),
            training,
        });
        self.by_name.insert(home.path.clone(), place);
        Ok(place)
    }

    /// True if parameters are called after this path, which is then a layer.
    pub fn owns(&self, path: &str) -> bool {
        let inside = format!("{path}.");
        let mut after = self.by_name.range(inside.clone()..);
        after.next().is_some_and(|(name, _)| name.starts_with(&inside))
    }

    pub fn get(&self, place: usize) -> &ParameterDeclaration {
        &self.declarations[place]
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// True if some parameter belongs to `path`.
    pub fn any_within(&self, path: &str) -> bool {
        let prefix = format!("{path}.");
        self.declarations
            .iter()
            .any(|known| known.name.starts_with(&prefix))
    }

    /// The names that belong to `path`, without it: for suggestions.
    pub fn within<'p>(&'p self, path: &str) -> Vec<&'p str> {
        let prefix = format!("{path}.");
        self.declarations
            .iter()
            .filter_map(|known| known.name.strip_prefix(&prefix))
            .collect()
    }

    /// The indices of the parameters whose names match: `*` stands for any letters, including dots.
    pub fn matching(&self, pattern: &str) -> Vec<usize> {
        let all = self.declarations.iter().enumerate();
        all.filter(|(_, known)| matches(pattern.as_bytes(), known.name.as_bytes()))
            .map(|(place, _)| place)
            .collect()
    }

    /// Sorts the table into the order of the layout; returns true if anything moved.
    pub fn settle(&mut self) -> bool {
        let mut places: Vec<usize> = (0..self.declarations.len()).collect();
        places.sort_by(|&a, &b| self.orders[a].cmp(&self.orders[b]));
        let moved = !places.iter().copied().eq(0..places.len());
        self.declarations = places
            .iter()
            .map(|&place| self.declarations[place].clone())
            .collect();
        self.orders = places.iter().map(|&place| self.orders[place].clone()).collect();
        self.sources = places.iter().map(|&place| self.sources[place].clone()).collect();
        self.by_name = self
            .declarations
            .iter()
            .enumerate()
            .map(|(at, known)| (known.name.clone(), at))
            .into_map();
        self.complete = true;
        moved
    }

    pub fn names(&self) -> Vec<&str> {
        self.declarations
            .iter()
            .map(|known| known.name.as_str())
            .collect()
    }

    /// The parameters, with the initial values that are said of their names.
    pub fn into_declarations(mut self) -> Vec<ParameterDeclaration> {
        for (pattern, initializer) in std::mem::take(&mut self.begun_otherwise) {
            for place in self.matching(&pattern) {
                self.declarations[place].initializer = initializer;
            }
        }
        self.declarations
    }
}

/// True if `pattern` matches the whole of `name`; takes time linear in the product of their lengths.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    // `reached[i]`: the pattern so far matches the first `i` letters.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for &letter in pattern {
        if letter == b'*' {
            let first = reached.iter().position(|&here| here).unwrap_or(reached.len());
            reached[first..].fill(true);
        } else {
            for at in (0..name.len()).rev() {
                reached[at + 1] = reached[at] && name[at] == letter;
            }
            reached[0] = false;
        }
    }
    reached[name.len()]
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_letters() {
        for (pattern, name, expected) in [
            ("*.weight", "logits.dense1.weight", true),
            ("*.weight", "logits.dense1.bias", false),
            ("logits.*", "logits.dense1.bias", true),
            ("*", "a", true),
            ("*dense*bias", "logits.dense1.bias", true),
            ("dense", "dense1", false),
            ("", "a", false),
        ] {
            assert_eq!(
                matches(pattern.as_bytes(), name.as_bytes()),
                expected,
                "{pattern} {name}"
            );
        }
    }
}
