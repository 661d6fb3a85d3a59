//! Tensors become those of a network, all of them or none.

use std::fmt;

use super::passing::{Passing, Tensors};
use super::{Read, place};
use crate::error::{CheckpointProblem, Mismatch, MisshapenTensor, MissingTensor, NamedShape};
use crate::layout::edits;
use crate::problems::shown;
use crate::{Layout, Network, Parameter, Parameters, Real};

/// What may differ between the tensors and the network's.
#[derive(Clone, Copy)]
pub(super) struct Leave<'a> {
    /// True of the network's tensors that may be missing.
    pub may_miss: &'a dyn Fn(&str) -> bool,
    /// True if any of the network may be missing, and whatever the network does not have may be there.
    pub anything: bool,
}

impl Leave<'_> {
    /// Nothing may differ.
    pub const NONE: Leave<'static> = Leave {
        may_miss: &|_| false,
        anything: false,
    };
}

/// What of the tensors of a file a network has taken, and what it has not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The network's tensors that were loaded.
    pub loaded: Vec<&'static str>,
    /// The file's tensors that were not, by their names in the file.
    pub skipped: Vec<String>,
    /// The network's tensors that were missing, as they may be, and keep what they were.
    pub kept: Vec<&'static str>,
}

/// The number of tensors that were loaded, then the first names of those that were not.
impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tensors loaded", self.loaded.len())?;
        names(f, "skipped", &self.skipped)?;
        names(f, "left as they were:", &self.kept)
    }
}

/// Writes the first of some names.
fn names(f: &mut fmt::Formatter<'_>, title: &str, names: &[impl AsRef<str>]) -> fmt::Result {
    const MOST: usize = 8;
    if names.is_empty() {
        return Ok(());
    }
    let first: Vec<String> = names.iter().take(MOST).map(|name| shown(name.as_ref())).collect();
    write!(f, "; {title} `{}`", first.join("`, `"))?;
    match names.len().saturating_sub(MOST) {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}

/// Writes tensors into `values`, which holds what the network begins with. What is not loaded, and may be, is added to
/// `report`.
pub(super) fn fit<N: Network>(
    tensors: &Tensors<'_>,
    leave: Leave<'_>,
    mut values: Read<N::Element>,
    mut report: Imported,
) -> Result<(Read<N::Element>, Imported), CheckpointProblem> {
    let (mut missing, mut misshapen) = (Vec::new(), Vec::new());
    let own = || N::LAYOUT.parameters.iter().chain(N::BUFFERS.parameters);
    for parameter in own() {
        match tensors.get(parameter.name) {
            Some(tensor) if tensor.shape == parameter.shape => report.loaded.push(parameter.name),
            Some(tensor) => misshapen.push(MisshapenTensor {
                wanted: named(parameter),
                found: tensor.shape.clone(),
            }),
            None if starts_anew(tensors, parameter.name) => {
                values.buffers[parameter.range.clone()].fill(N::Element::ZERO);
            }
            None if leave.anything || (leave.may_miss)(parameter.name) => {
                report.kept.push(parameter.name);
            }
            None => missing.push(parameter),
        }
    }
    let is_known = |name: &str| N::LAYOUT.find(name).or(N::BUFFERS.find(name)).is_some();
    let unknown = tensors.iter().filter(|(name, _)| !is_known(name));
    let (counts, unknown): (Vec<_>, Vec<_>) = unknown.partition(|(name, _)| counts_batches::<N>(name));
    let skipped = counts.into_iter();
    let nothing = report.loaded.is_empty() && own().next().is_some();
    let lenient = leave.anything && !nothing;
    if !missing.is_empty() || !misshapen.is_empty() || (!lenient && !unknown.is_empty()) || nothing {
        if nothing {
            missing = own()
                .filter(|parameter| !tensors.contains_key(parameter.name))
                .collect();
        }
        return Err(CheckpointProblem::Mismatch(Box::new(Mismatch {
            network: N::NAME,
            held: tensors.len(),
            missing: beside_nearest(&missing, &unknown),
            unexpected: unknown.into_iter().map(tensor_named).collect(),
            misshapen,
        })));
    }
    let skipped = skipped.chain(unknown);
    report
        .skipped
        .extend(skipped.flat_map(|(_, tensor)| tensor.sources.clone()));
    write(N::LAYOUT, tensors, &mut values.parameters)?;
    write(N::BUFFERS, tensors, &mut values.buffers)?;
    Ok((values, report))
}

/// Writes the numbers of the tensors that there are.
fn write<T: Real>(
    layout: Layout,
    tensors: &Tensors<'_>,
    values: &mut Parameters<T>,
) -> Result<(), CheckpointProblem> {
    for parameter in layout.parameters {
        if let Some(tensor) = tensors.get(parameter.name) {
            let memory = &mut values[parameter.range.clone()];
            place(parameter.name, parameter, tensor.numbers()?, memory)?;
        }
    }
    Ok(())
}

/// True if `name` is a start value that a network keeps for `from_start`, and there is none, since the tensors were
/// saved by a network without it: the start is then yet to come.
fn starts_anew(tensors: &Tensors<'_>, name: &str) -> bool {
    let owner = name
        .strip_suffix(".start")
        .or_else(|| name.strip_suffix(".started"));
    owner.is_some_and(|owner| {
        let holds = |name: &str| tensors.contains_key(name);
        holds(owner) && !holds(&format!("{owner}.start")) && !holds(&format!("{owner}.started"))
    })
}

/// True if `name` is PyTorch's count of the batches behind running statistics of the network.
fn counts_batches<N: Network>(name: &str) -> bool {
    let owner = name.strip_suffix("num_batches_tracked");
    owner.is_some_and(|owner| N::BUFFERS.find(&format!("{owner}running_mean")).is_some())
}

/// The most tensors for which the nearest name is looked for, and the most names that are compared.
const COMPARED: [usize; 2] = [16, 2000];

/// The tensors that are missing, each with the nearest of the unknown ones: of its shape, if there are such.
fn beside_nearest(missing: &[&Parameter], unknown: &[(&String, &Passing<'_>)]) -> Vec<MissingTensor> {
    let nearest = |wanted: &Parameter| {
        let near = unknown
            .iter()
            .filter(|(name, _)| name.len() < 200)
            .take(COMPARED[1]);
        let near = near.min_by_key(|(name, tensor)| {
            let differs = tensor.shape != wanted.shape;
            (differs, edits(wanted.name.as_bytes(), name.as_bytes()))
        });
        near.map(|&near| tensor_named(near))
    };
    let missing = missing.iter().enumerate();
    missing
        .map(|(at, parameter)| MissingTensor {
            wanted: named(parameter),
            nearest: if at < COMPARED[0] {
                nearest(parameter)
            } else {
                None
            },
        })
        .collect()
}

fn named(parameter: &Parameter) -> NamedShape {
    NamedShape {
        name: parameter.name.to_owned(),
        shape: parameter.shape.to_vec(),
    }
}

fn tensor_named((name, tensor): (&String, &Passing<'_>)) -> NamedShape {
    NamedShape {
        name: name.clone(),
        shape: tensor.shape.clone(),
    }
}
