//! A workload's weights and data, as ours wrote them: raw little-endian numbers in PyTorch's order and shapes.

use std::fs;
use std::path::{Path, PathBuf};

/// What is done with a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A step of training on a whole batch: forward, backward, update.
    Train,
    /// The outputs of some examples.
    Infer,
}

/// One workload's files. Weights are taken one after the other, each with the shape the peer expects.
pub struct Work {
    folder: PathBuf,
    examples: usize,
    shapes: std::vec::IntoIter<Vec<usize>>,
    parameters: usize,
    /// What is left of the weights, once somebody has taken one.
    weights: Option<std::vec::IntoIter<f32>>,
}

impl Work {
    pub(crate) fn open(folder: &Path, examples: usize) -> Result<Work, String> {
        let index = folder.join("parameters.txt");
        let text = fs::read_to_string(&index).map_err(|error| format!("{}: {error}", index.display()))?;
        let shape = |line: &str| -> Vec<usize> {
            let sizes = line.split_whitespace().skip(1);
            sizes.map(|size| size.parse().expect("a size")).collect()
        };
        let shapes: Vec<_> = text.lines().map(shape).collect();
        Ok(Work {
            folder: folder.to_owned(),
            examples,
            parameters: shapes.iter().map(|shape| shape.iter().product::<usize>()).sum(),
            shapes: shapes.into_iter(),
            weights: None,
        })
    }

    /// How many examples are inferred at once.
    pub fn examples(&self) -> usize {
        self.examples
    }

    /// The file of the model that PyTorch exported for so many examples.
    pub fn model(&self) -> PathBuf {
        self.folder.join(format!("model-{}.onnx", self.examples))
    }

    /// How many numbers all weights have.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// The next weight.
    ///
    /// # Panics
    ///
    /// It has another shape.
    pub fn weight(&mut self, shape: &[usize]) -> Vec<f32> {
        let expected = self.shapes.next();
        assert_eq!(expected.as_deref(), Some(shape), "the shape of the next weight");
        let path = self.folder.join("parameters.f32");
        let weights = self.weights.get_or_insert_with(|| floats(&path).into_iter());
        weights.take(shape.iter().product()).collect()
    }

    /// The next weight of `[outputs, inputs]`, as the `[inputs, outputs]` that some frameworks hold.
    pub fn transposed(&mut self, outputs: usize, inputs: usize) -> Vec<f32> {
        let weight = self.weight(&[outputs, inputs]);
        let entry = |place: usize| weight[place % outputs * inputs + place / outputs];
        (0..weight.len()).map(entry).collect()
    }

    /// Leaves out the weights that have not been taken: the job has them from elsewhere.
    pub fn skip_weights(&mut self) {
        self.shapes = Vec::new().into_iter();
    }

    /// Whether every weight has been taken.
    pub fn is_used_up(&self) -> bool {
        self.shapes.len() == 0
    }

    /// The first `examples` inputs, `width` numbers each.
    pub fn inputs(&self, examples: usize, width: usize) -> Vec<f32> {
        let mut inputs = floats(&self.folder.join("inputs.f32"));
        inputs.truncate(examples * width);
        inputs
    }

    /// The first `count` inputs that are tokens.
    pub fn tokens(&self, count: usize) -> Vec<u32> {
        let mut tokens = integers(&self.folder.join("inputs.u32"));
        tokens.truncate(count);
        tokens
    }

    /// Targets that are numbers.
    pub fn targets(&self) -> Vec<f32> {
        floats(&self.folder.join("targets.f32"))
    }

    /// Targets that are classes.
    pub fn classes(&self) -> Vec<u32> {
        integers(&self.folder.join("targets.u32"))
    }
}

fn floats(path: &Path) -> Vec<f32> {
    words(path).into_iter().map(f32::from_bits).collect()
}

fn integers(path: &Path) -> Vec<u32> {
    words(path)
}

fn words(path: &Path) -> Vec<u32> {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|word| u32::from_le_bytes(*word))
        .collect()
}
