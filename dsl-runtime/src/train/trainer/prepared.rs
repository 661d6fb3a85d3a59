//! What is done to the examples of a batch before a step learns from them.

use crate::data::{Augment, Dataset, Mixup};
use crate::{Classifier, Error, Real, SoftClassifier, Train};

/// How a batch is prepared; what it does depends on the epoch and the examples alone.
#[derive(Clone, Copy)]
pub(super) struct Preparation<'d, T> {
    pub data: &'d Dataset<T>,
    pub augment: Option<Augment>,
    pub mixup: Option<Mixup>,
    /// The shares of the classes are wanted too.
    pub shares: bool,
}

/// A batch, ready to be learnt from.
#[derive(Debug, Clone)]
pub(super) struct Prepared<T> {
    pub inputs: Vec<T>,
    pub labels: Vec<u32>,
    /// One row of shares, one for each class, for each example; empty where none are wanted.
    pub shares: Vec<T>,
}

impl<T> Default for Prepared<T> {
    fn default() -> Self {
        Prepared {
            inputs: Vec::new(),
            labels: Vec::new(),
            shares: Vec::new(),
        }
    }
}

impl<T: Real> Preparation<'_, T> {
    /// Prepares these examples: mixtures first, which random changes then change as they would an image.
    pub fn prepare(&self, epoch: u64, examples: &[usize], into: &mut Prepared<T>) -> Result<(), Error> {
        let Prepared {
            inputs,
            labels,
            shares,
        } = into;
        self.data.gather(examples, inputs, labels)?;
        match &self.mixup {
            Some(mixup) => mixup.gather(self.data, epoch, examples, inputs, shares)?,
            None if self.shares => {
                shares.clear();
                shares.resize(labels.len() * self.data.classes(), T::ZERO);
                let rows = shares.chunks_exact_mut(self.data.classes());
                for (row, &label) in rows.zip(&*labels) {
                    row[label as usize] = T::ONE;
                }
            }
            None => {}
        }
        match &self.augment {
            Some(augment) => augment.apply(epoch, examples, inputs),
            None => Ok(()),
        }
    }
}

/// What a loss takes of a batch.
pub(super) trait Labels<N: Train>: Copy {
    /// It takes shares of classes.
    const SHARES: bool;

    fn inputs<'b>(&self, batch: &'b Prepared<N::Element>) -> N::Inputs<'b>;
}

/// The class of each example.
#[derive(Clone, Copy)]
pub(super) struct Classes;

impl<N: Classifier> Labels<N> for Classes {
    const SHARES: bool = false;

    fn inputs<'b>(&self, batch: &'b Prepared<N::Element>) -> N::Inputs<'b> {
        (batch.inputs.as_slice(), batch.labels.as_slice())
    }
}

/// The share of every class in each example.
#[derive(Clone, Copy)]
pub(super) struct Shares;

impl<N: SoftClassifier> Labels<N> for Shares {
    const SHARES: bool = true;

    fn inputs<'b>(&self, batch: &'b Prepared<N::Element>) -> N::Inputs<'b> {
        (batch.inputs.as_slice(), batch.shares.as_slice())
    }
}
