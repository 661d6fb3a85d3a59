//! The rules of an import, each of which takes all tensors and hands them on.

use super::super::passing::{Passing, Tensors};
use super::pattern::Pattern;
use crate::error::{CheckpointProblem, ImportProblem};
use crate::layout::edits;

/// What is done to the tensors whose names match.
#[derive(Debug, Clone)]
pub(super) enum Rule {
    Rename {
        from: Pattern,
        to: Pattern,
    },
    StripPrefix(String),
    Transpose(Pattern),
    /// The first of the patterns captures, the others are made of what it has captured.
    Concat {
        parts: Vec<Pattern>,
        axis: usize,
        into: Pattern,
    },
    Split {
        from: Pattern,
        axis: usize,
        into: Vec<Pattern>,
    },
    Ignore(Pattern),
}

impl Rule {
    /// Applies the rule. The names in the file of what is ignored go to `skipped`.
    pub(super) fn apply<'f>(
        &self,
        mut tensors: Tensors<'f>,
        skipped: &mut Vec<String>,
    ) -> Result<Tensors<'f>, CheckpointProblem> {
        match self {
            Rule::Rename { from, to } => {
                let moved = taken(&mut tensors, from).into_iter();
                let moved = moved.map(|(name, tensor)| {
                    let captures = from.captures(&name).unwrap_or_default();
                    (to.made_of(&captures), tensor)
                });
                put(&mut tensors, moved, &from.text)?;
            }
            Rule::StripPrefix(prefix) => {
                let names = tensors.keys().filter(|name| name.starts_with(prefix));
                let names: Vec<String> = names.cloned().collect();
                let moved: Vec<_> = names
                    .iter()
                    .filter_map(|name| Some((name[prefix.len()..].to_owned(), tensors.remove(name)?)))
                    .collect();
                put(&mut tensors, moved, prefix)?;
            }
            Rule::Ignore(pattern) => {
                let dropped = taken(&mut tensors, pattern).into_iter();
                skipped.extend(dropped.flat_map(|(_, tensor)| tensor.sources));
            }
            Rule::Transpose(pattern) => {
                let mut moved = Vec::new();
                for (name, tensor) in needed(&mut tensors, pattern, "transposed")? {
                    check_readable(&name, "transposed", &tensor)?;
                    if tensor.shape.len() < 2 {
                        return Err(shape(
                            &name,
                            "transposed",
                            &tensor,
                            "one of two axes or more".to_owned(),
                        ));
                    }
                    moved.push((name, tensor.transposed()?));
                }
                put(&mut tensors, moved, &pattern.text)?;
            }
            Rule::Concat { parts, axis, into } => {
                let firsts = needed(&mut tensors, &parts[0], "joined with others")?;
                let mut moved = Vec::new();
                for (name, tensor) in firsts {
                    let captures = parts[0].captures(&name).unwrap_or_default();
                    let mut all = vec![tensor];
                    for part in &parts[1..] {
                        let part = part.made_of(&captures);
                        let Some(tensor) = tensors.remove(&part) else {
                            let near = near(&tensors, &part);
                            let first = name;
                            return Err(problem(ImportProblem::Part { first, part, near }));
                        };
                        all.push(tensor);
                    }
                    all.iter()
                        .try_for_each(|tensor| check_readable(&name, "joined", tensor))?;
                    check_joined(&name, &all, *axis)?;
                    moved.push((into.made_of(&captures), Passing::joined(&all, *axis)?));
                }
                put(&mut tensors, moved, &parts[0].text)?;
            }
            Rule::Split { from, axis, into } => {
                let mut moved = Vec::new();
                for (name, tensor) in needed(&mut tensors, from, "split")? {
                    check_readable(&name, "split", &tensor)?;
                    let whole = tensor.shape.get(*axis);
                    if whole.is_none_or(|size| !size.is_multiple_of(into.len())) {
                        let text = format!("an axis {axis} of equal parts, {} of them,", into.len());
                        return Err(shape(&name, "split", &tensor, text));
                    }
                    let captures = from.captures(&name).unwrap_or_default();
                    let names = into.iter().map(|into| into.made_of(&captures));
                    moved.extend(names.zip(tensor.cut(into.len(), *axis)?));
                }
                put(&mut tensors, moved, &from.text)?;
            }
        }
        Ok(tensors)
    }
}

/// Takes out the tensors whose names match.
fn taken<'f>(tensors: &mut Tensors<'f>, pattern: &Pattern) -> Vec<(String, Passing<'f>)> {
    let names: Vec<String> = tensors
        .keys()
        .filter(|name| pattern.matches(name))
        .cloned()
        .collect();
    let with = |name: String| {
        let tensor = tensors.remove(&name)?;
        Some((name, tensor))
    };
    names.into_iter().filter_map(with).collect()
}

/// Takes out the tensors whose names match, of which there must be one.
fn needed<'f>(
    tensors: &mut Tensors<'f>,
    pattern: &Pattern,
    action: &'static str,
) -> Result<Vec<(String, Passing<'f>)>, CheckpointProblem> {
    let taken = taken(tensors, pattern);
    if taken.is_empty() {
        return Err(problem(ImportProblem::Unmatched {
            pattern: pattern.text.clone(),
            action,
            near: near(tensors, &pattern.text),
        }));
    }
    Ok(taken)
}

/// Puts tensors in under new names, which must be free.
fn put<'f>(
    tensors: &mut Tensors<'f>,
    moved: impl IntoIterator<Item = (String, Passing<'f>)>,
    rule: &str,
) -> Result<(), CheckpointProblem> {
    for (name, tensor) in moved {
        if tensors.contains_key(&name) {
            let rule = rule.to_owned();
            return Err(problem(ImportProblem::Clash { name, rule }));
        }
        tensors.insert(name, tensor);
    }
    Ok(())
}

/// Checks that a tensor has elements, and of a type that can be read: of those there are as many as its shape says, so that
/// products of its sizes are numbers.
fn check_readable(name: &str, action: &'static str, tensor: &Passing<'_>) -> Result<(), CheckpointProblem> {
    if tensor.shape.contains(&0) {
        return Err(shape(name, action, tensor, "one with elements".to_owned()));
    }
    tensor.numbers().map(drop)
}

/// Checks that tensors have the axis and differ in its size alone.
fn check_joined(name: &str, parts: &[Passing<'_>], axis: usize) -> Result<(), CheckpointProblem> {
    let without = |tensor: &Passing<'_>| {
        let mut shape = tensor.shape.clone();
        if axis >= shape.len() {
            return None;
        }
        shape.remove(axis);
        Some(shape)
    };
    let expected = without(&parts[0]);
    for part in parts {
        if expected.is_none() || without(part) != expected {
            let whole = &parts[0].shape;
            let text = format!("a shape that differs from the {whole:?} of `{name}` in axis {axis} alone");
            return Err(shape(&part.sources.join("`, `"), "joined", part, text));
        }
    }
    Ok(())
}

fn shape(name: &str, action: &'static str, tensor: &Passing<'_>, needed: String) -> CheckpointProblem {
    problem(ImportProblem::Shape {
        name: name.to_owned(),
        action,
        found: tensor.shape.clone(),
        needed,
    })
}

fn problem(problem: ImportProblem) -> CheckpointProblem {
    CheckpointProblem::Import(Box::new(problem))
}

/// The most names that are compared with one that is absent.
const COMPARED: usize = 2000;

/// The nearest names to a pattern that there are, three at most.
fn near(tensors: &Tensors<'_>, pattern: &str) -> Vec<String> {
    let mut names: Vec<_> = tensors
        .keys()
        .filter(|name| name.len() < 200)
        .take(COMPARED)
        .map(|name| (edits(pattern.as_bytes(), name.as_bytes()), name))
        .collect();
    names.sort();
    names.into_iter().take(3).map(|(_, name)| name.clone()).collect()
}
