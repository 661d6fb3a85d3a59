//! Tensors that are made of others.

use super::super::passing::{Passing, Values};
use crate::error::CheckpointProblem;

impl<'f> Passing<'f> {
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
