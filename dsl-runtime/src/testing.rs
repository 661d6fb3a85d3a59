//! A network written by hand in the form that `network!` emits, for the tests of everything around it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{
    Error, Gradient, Initializer, Layout, Memory, Mode, Network, Parameter, Parameters, Real, Slot, Train,
    Workspace, carve, check_indices,
};

/// Softmax regression on points of the plane: two inputs, three classes.
#[derive(Debug, Clone)]
pub struct Points<T: Real> {
    parameters: Parameters<T>,
}

/// Canonical shape `[3, 2]`, memory order `[2, 3]`.
const WEIGHT: std::ops::Range<usize> = 0..6;
const BIAS: std::ops::Range<usize> = 16..19;

impl<T: Real> Network for Points<T> {
    type Element = T;
    const NAME: &'static str = "Points";
    const LAYOUT: Layout = Layout {
        parameters: &[
            Parameter {
                name: "logits.dense1.weight",
                shape: &[3, 2],
                order: &[1, 0],
                range: WEIGHT,
                initializer: Initializer::LecunNormal,
            },
            Parameter {
                name: "logits.dense1.bias",
                shape: &[3],
                order: &[0],
                range: BIAS,
                initializer: Initializer::Zeros,
            },
        ],
        len: 32,
        packed: &[],
    }
    .verified();
    const TRAINING_MEMORY: Memory = Memory {
        fixed: 0,
        per_block: 48,
        per_thread: 0,
    };
    const INFERENCE_MEMORY: Memory = Memory {
        fixed: 0,
        per_block: 48,
        per_thread: 0,
    };

    fn from_values(parameters: Parameters<T>, _: Parameters<T>) -> Self {
        Points { parameters }
    }

    fn parameters(&self) -> &Parameters<T> {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut Parameters<T> {
        &mut self.parameters
    }
}

impl<T: Real> Points<T> {
    /// One score per class, `[B, 3]`.
    pub fn logits<'w>(&self, work: &'w mut Workspace<Self>, point: &[T]) -> Result<&'w [T], Error> {
        let examples = work.admit([("point", point.len(), 2)])?;
        let [logits] = carve(work.parts().memory, examples, [Slot::Examples(3)]);
        self.dense(point, logits);
        Ok(logits)
    }

    fn dense(&self, point: &[T], logits: &mut [T]) {
        let (weight, bias) = (&self.parameters[WEIGHT], &self.parameters[BIAS]);
        for (x, y) in point.chunks_exact(2).zip(logits.chunks_exact_mut(3)) {
            for class in 0..3 {
                y[class] = bias[class] + x[0] * weight[class] + x[1] * weight[3 + class];
            }
        }
    }

    /// Mean cross-entropy; leaves `softmax(y) - t` in the workspace.
    fn cross_entropy(
        &self,
        work: &mut Workspace<Self>,
        point: &[T],
        class: &[u32],
    ) -> Result<(T, usize), Error> {
        let examples = work.admit([("point", point.len(), 2), ("class", class.len(), 1)])?;
        check_indices("class", class, 3)?;
        let [d_logits] = carve(work.parts().memory, examples, [Slot::Examples(3)]);
        self.dense(point, d_logits);
        let mut total = 0.0;
        for (row, &class) in d_logits.chunks_exact_mut(3).zip(class) {
            let largest = row
                .iter()
                .fold(f64::NEG_INFINITY, |most, value| most.max(value.to_f64()));
            let sum: f64 = row.iter().map(|value| (value.to_f64() - largest).exp()).sum();
            total += largest + sum.ln() - row[class as usize].to_f64();
            for value in row.iter_mut() {
                *value = T::literal((value.to_f64() - largest).exp() / sum);
            }
            row[class as usize] -= T::ONE;
        }
        Ok((T::literal(total / examples as f64), examples))
    }
}

impl<T: Real> Train for Points<T> {
    type Inputs<'a> = (&'a [T], &'a [u32]);

    fn loss_in(
        &self,
        work: &mut Workspace<Self>,
        _: Mode,
        (point, class): (&[T], &[u32]),
    ) -> Result<T, Error> {
        Ok(self.cross_entropy(work, point, class)?.0)
    }

    fn loss_and_grad_in<'w>(
        &self,
        work: &'w mut Workspace<Self>,
        _: Mode,
        (point, class): (&[T], &[u32]),
    ) -> Result<(T, &'w Gradient<T>), Error> {
        work.require_training()?;
        let (loss, examples) = self.cross_entropy(work, point, class)?;
        let parts = work.parts();
        let [d_logits] = carve(parts.memory, examples, [Slot::Examples(3)]);
        let [d_weight, d_bias] = parts.gradient.mean_over(examples, [WEIGHT, BIAS]);
        d_weight.fill(T::ZERO);
        d_bias.fill(T::ZERO);
        let share = T::ONE / T::literal(examples as f64);
        for (x, dy) in point.chunks_exact(2).zip(d_logits.chunks_exact(3)) {
            for class in 0..3 {
                d_weight[class] += share * x[0] * dy[class];
                d_weight[3 + class] += share * x[1] * dy[class];
                d_bias[class] += share * dy[class];
            }
        }
        Ok((loss, parts.gradient))
    }
}

/// `count` points around three centres, and the index of the centre of each.
pub fn points<T: Real>(count: usize, seed: u64) -> (Vec<T>, Vec<u32>) {
    let mut stream = crate::random::Stream::new(seed, "points");
    let centres = [(2.0, 0.0), (-1.0, 2.0), (-1.0, -2.0)];
    let mut inputs = Vec::new();
    for example in 0..count {
        let (x, y) = centres[example % 3];
        inputs.push(T::literal(x + 0.4 * stream.normal()));
        inputs.push(T::literal(y + 0.4 * stream.normal()));
    }
    (inputs, (0..count as u32).map(|example| example % 3).collect())
}

/// A folder for one test's files, removed when dropped.
pub struct Folder(PathBuf);

impl Folder {
    /// An empty folder whose name ends in `name`. No other has its path, whatever it is called: tests run side by side.
    pub fn new(name: &str) -> Folder {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let (process, number) = (std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(format!("dsl-runtime-{process}-{number}-{name}"));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file in it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that cannot be removed fails no test.
        let _ = fs::remove_dir_all(&self.0);
    }
}
