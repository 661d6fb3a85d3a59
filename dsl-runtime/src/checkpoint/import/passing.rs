//! Tensors on their way from a file into a network, and what rules make of them.

use std::collections::BTreeMap;

use crate::checkpoint::elements;
use crate::checkpoint::format::Tensor;
use crate::error::CheckpointProblem;

/// A tensor of a file, or one that was made of some.
pub(in crate::checkpoint) struct Passing<'f> {
    /// The names in the file of what it was made of.
    pub sources: Vec<String>,
    pub shape: Vec<usize>,
    values: Values<'f>,
}

/// All tensors, under the names that they have by now.
pub(in crate::checkpoint) type Tensors<'f> = BTreeMap<String, Passing<'f>>;

enum Values<'f> {
    /// As the file has them.
    Stored(&'f Tensor<'f>),
    /// In canonical order.
    Computed(Vec<f64>),
}

impl<'f> Passing<'f> {
    pub(super) fn stored(name: &str, tensor: &'f Tensor<'f>) -> Passing<'f> {
        Passing {
            sources: vec![name.to_owned()],
            shape: tensor.shape.clone(),
            values: Values::Stored(tensor),
        }
    }

    /// The numbers in canonical order.
    pub(super) fn numbers(&self) -> Result<Box<dyn Iterator<Item = f64> + '_>, CheckpointProblem> {
        match &self.values {
            Values::Computed(values) => Ok(Box::new(values.iter().copied())),
            Values::Stored(tensor) => {
                elements::numbers(tensor).ok_or_else(|| CheckpointProblem::ElementType {
                    name: self.sources.join("`, `"),
                    found: tensor.element.clone(),
                })
            }
        }
    }

    /// The tensor with its last two axes exchanged; it has two at least.
    pub(super) fn transposed(self) -> Result<Passing<'f>, CheckpointProblem> {
        let mut shape = self.shape.clone();
        let last = shape.len() - 1;
        shape.swap(last - 1, last);
        let [rows, columns] = [self.shape[last - 1], self.shape[last]];
        let values: Vec<f64> = self.numbers()?.collect();
        let matrices = values.chunks_exact((rows * columns).max(1));
        let turned = matrices.flat_map(|matrix| {
            (0..columns).flat_map(move |column| (0..rows).map(move |row| matrix[row * columns + column]))
        });
        Ok(Passing {
            values: Values::Computed(turned.collect()),
            sources: self.sources,
            shape,
        })
    }

    /// `parts` one behind the other along `axis`, in which alone their shapes differ.
    pub(super) fn joined(parts: &[Passing<'f>], axis: usize) -> Result<Passing<'f>, CheckpointProblem> {
        let Some(first) = parts.first() else {
            return Ok(Passing {
                sources: Vec::new(),
                shape: vec![0],
                values: Values::Computed(Vec::new()),
            });
        };
        let mut shape = first.shape.clone();
        shape[axis] = parts.iter().map(|part| part.shape[axis]).sum();
        let outer: usize = shape[..axis].iter().product();
        let mut sources = Vec::new();
        let mut each = Vec::new();
        for part in parts {
            sources.extend(part.sources.iter().cloned());
            each.push((part.numbers()?, part.shape[axis..].iter().product::<usize>()));
        }
        let mut values = Vec::new();
        for _ in 0..outer {
            for (numbers, run) in &mut each {
                values.extend(numbers.by_ref().take(*run));
            }
        }
        Ok(Passing {
            sources,
            shape,
            values: Values::Computed(values),
        })
    }

    /// The tensor cut along `axis` into `count` equal parts, which divide it.
    pub(super) fn cut(self, count: usize, axis: usize) -> Result<Vec<Passing<'f>>, CheckpointProblem> {
        let mut shape = self.shape.clone();
        shape[axis] /= count;
        let run: usize = shape[axis..].iter().product();
        let mut parts: Vec<Vec<f64>> = vec![Vec::new(); count];
        let values: Vec<f64> = self.numbers()?.collect();
        for (at, numbers) in values.chunks(run.max(1)).enumerate() {
            parts[at % count].extend(numbers);
        }
        let part = |values| Passing {
            sources: self.sources.clone(),
            shape: shape.clone(),
            values: Values::Computed(values),
        };
        Ok(parts.into_iter().map(part).collect())
    }
}
