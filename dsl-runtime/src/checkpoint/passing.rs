//! Tensors on their way from files into a network.

use std::collections::BTreeMap;

use super::elements;
use super::fit::Imported;
use super::format::{File, Tensor};
use super::training::SEPARATOR;
use crate::error::CheckpointProblem;

/// A tensor of a file, or one that was made of some.
pub(super) struct Passing<'f> {
    /// The names in the file of what it was made of.
    pub sources: Vec<String>,
    pub shape: Vec<usize>,
    pub values: Values<'f>,
}

/// All tensors, under the names that they have by now.
pub(super) type Tensors<'f> = BTreeMap<String, Passing<'f>>;

/// The numbers of a tensor.
pub(super) enum Values<'f> {
    /// As the file has them.
    Stored(&'f Tensor<'f>),
    /// In canonical order.
    #[cfg(feature = "import")]
    Computed(Vec<f64>),
}

/// The tensors of some files, but for the state of an optimizer that lies beside the network: that is skipped.
pub(super) fn tensors<'f>(files: &'f [File<'_>], report: &mut Imported) -> Tensors<'f> {
    let mut tensors = Tensors::new();
    for file in files {
        for (name, tensor) in &file.tensors {
            if name.contains(SEPARATOR) && file.about.contains_key("optimizer") {
                report.skipped.push(name.clone());
            } else {
                tensors.insert(name.clone(), Passing::stored(name, tensor));
            }
        }
    }
    tensors
}

impl<'f> Passing<'f> {
    fn stored(name: &str, tensor: &'f Tensor<'f>) -> Passing<'f> {
        Passing {
            sources: vec![name.to_owned()],
            shape: tensor.shape.clone(),
            values: Values::Stored(tensor),
        }
    }

    /// The numbers in canonical order.
    pub(super) fn numbers(&self) -> Result<Box<dyn Iterator<Item = f64> + '_>, CheckpointProblem> {
        match &self.values {
            #[cfg(feature = "import")]
            Values::Computed(values) => Ok(Box::new(values.iter().copied())),
            Values::Stored(tensor) => {
                elements::numbers(tensor).ok_or_else(|| CheckpointProblem::ElementType {
                    name: self.sources.join("`, `"),
                    found: tensor.element.clone(),
                })
            }
        }
    }
}
