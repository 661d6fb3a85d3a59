//! The possible problems with tensors that are to become those of a network.

use std::fmt;

/// The reason why the rules of an import cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportProblem {
    /// A pattern, or a name that is to be made, is malformed.
    #[error("the pattern `{pattern}` is malformed: {fault}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// The mistake.
        fault: &'static str,
    },
    /// A rule that changes numbers has none to change: left out silently, a square matrix would be loaded
    /// as it stands.
    #[error("no tensor matches `{pattern}`, which is to be {action}{}", nearest(.near))]
    Unmatched {
        /// The pattern.
        pattern: String,
        /// The purpose of the rule.
        action: &'static str,
        /// The nearest names that there are.
        near: Vec<String>,
    },
    /// A tensor is to be joined with another one that the file lacks.
    #[error("`{}` is to be joined with `{}`, which there is not{}", shown(.first), shown(.part), nearest(.near))]
    Part {
        /// The first of the tensors.
        first: String,
        /// The one that is absent.
        part: String,
        /// The nearest names that there are.
        near: Vec<String>,
    },
    /// A tensor does not have the shape that a rule needs.
    #[error("`{}` cannot be {action}: it has the shape {found:?}, and {needed} is needed", shown(.name))]
    Shape {
        /// The tensor.
        name: String,
        /// What was to be done to it.
        action: &'static str,
        /// Its shape.
        found: Vec<usize>,
        /// The condition on its shape.
        needed: String,
    },
    /// Two tensors would have one name.
    #[error("two tensors would be called `{}` after `{rule}`", shown(.name))]
    Clash {
        /// The name.
        name: String,
        /// The pattern of the rule that gives it.
        rule: String,
    },
}

/// A tensor: its name and its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedShape {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
}

/// A tensor of the network that no tensor has the name of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingTensor {
    /// The tensor of the network.
    pub wanted: NamedShape,
    /// The nearest of the tensors that the network does not have, if there is one.
    pub nearest: Option<NamedShape>,
}

/// A tensor whose shape is not that of the network's tensor of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MisshapenTensor {
    /// The tensor of the network.
    pub wanted: NamedShape,
    /// The shape of what was to be loaded.
    pub found: Vec<usize>,
}

/// All differences between the tensors that a network needs and those that were to be loaded.
///
/// The text names at most eight of each kind, the fields all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The network's name.
    pub network: &'static str,
    /// The number of tensors that were to be loaded, after all rules.
    pub held: usize,
    /// What the network needs and no tensor is called.
    pub missing: Vec<MissingTensor>,
    /// What the network does not have.
    pub unexpected: Vec<NamedShape>,
    /// What has another shape.
    pub misshapen: Vec<MisshapenTensor>,
}

/// The most names of a kind in a text.
const MOST: usize = 8;

/// The most letters of a name in a text.
const LETTERS: usize = 100;

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { network, held, .. } = self;
        let tensors = if *held == 1 { "tensor" } else { "tensors" };
        write!(f, "its {held} {tensors} are not those of `{network}`")?;
        list(f, "missing", &self.missing, |missing| {
            let near = missing.nearest.as_ref();
            let near = near.map(|near| format!(" (the nearest there is: {near})"));
            format!("{}{}", missing.wanted, near.unwrap_or_default())
        })?;
        list(f, "of another shape", &self.misshapen, |misshapen| {
            format!("{}, there it is {:?}", misshapen.wanted, misshapen.found)
        })?;
        list(f, "not in the network", &self.unexpected, NamedShape::to_string)
    }
}

impl fmt::Display for NamedShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {:?}", shown(&self.name), self.shape)
    }
}

/// Writes the first of some tensors, a line for each.
fn list<T>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    tensors: &[T],
    text: impl Fn(&T) -> String,
) -> fmt::Result {
    if tensors.is_empty() {
        return Ok(());
    }
    write!(f, "\n  {} {title}:", tensors.len())?;
    for tensor in tensors.iter().take(MOST) {
        write!(f, "\n    {}", text(tensor))?;
    }
    match tensors.len().saturating_sub(MOST) {
        0 => Ok(()),
        more => write!(f, "\n    and {more} more"),
    }
}

/// A name from a file as it may be printed: without control characters, and not too long.
pub(crate) fn shown(name: &str) -> String {
    let mut shown: String = name.chars().take(LETTERS).flat_map(char::escape_debug).collect();
    if name.chars().nth(LETTERS).is_some() {
        shown.push('…');
    }
    shown
}

fn nearest(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => {
            let near: Vec<String> = near.iter().map(|name| shown(name)).collect();
            format!("; the nearest names are `{}`", near.join("`, `"))
        }
    }
}
