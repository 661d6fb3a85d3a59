//! Gradient accumulation: the sums over micro-batches, from the first to the step that the optimizer takes by
//! all of them.

use super::Workspace;
use crate::{Error, Gradient, Network, Real};

/// Sums over the examples of some micro-batches.
pub(super) struct Accumulation<T: Real> {
    /// Allocated at the first micro-batch.
    gradient: Option<Gradient<T>>,
    loss: f64,
    batches: u64,
}

impl<T: Real> Accumulation<T> {
    pub(super) fn none() -> Self {
        Accumulation {
            gradient: None,
            loss: 0.0,
            batches: 0,
        }
    }

    /// The number of micro-batches so far.
    pub(super) fn batches(&self) -> u64 {
        self.batches
    }

    fn examples(&self) -> usize {
        self.gradient.as_ref().map_or(0, Gradient::examples)
    }

    pub(super) fn bytes(&self) -> usize {
        self.gradient.as_ref().map_or(0, Gradient::bytes)
    }
}

impl<N: Network> Workspace<N> {
    /// The number of examples that have been [accumulated](crate::Train::accumulate) and not applied.
    pub fn accumulated(&self) -> usize {
        self.accumulation.examples()
    }

    /// Discards everything that has been [accumulated](crate::Train::accumulate) and not applied: gradient,
    /// noise and running statistics are as if it had never been.
    pub fn discard_accumulated(&mut self) {
        if let Some(gradient) = &mut self.accumulation.gradient {
            gradient.clear();
        }
        (self.accumulation.loss, self.accumulation.batches) = (0.0, 0);
        self.updates.forget();
    }

    /// Checks that nothing accumulated waits to be applied.
    pub(crate) fn require_nothing_accumulated(&self) -> Result<(), Error> {
        match self.accumulated() {
            0 => Ok(()),
            examples => Err(Error::Accumulating { examples }),
        }
    }

    /// Adds the gradient and the new values of buffers that a call with this loss has left.
    pub(crate) fn add_to_accumulated(&mut self, loss: N::Element) -> Result<(), Error> {
        self.gradient.check_finite_on(&mut self.team)?;
        let Accumulation {
            gradient,
            loss: total,
            batches,
        } = &mut self.accumulation;
        let sum = gradient.get_or_insert_with(|| Gradient::zeros(N::LAYOUT));
        sum.add_weighted(&self.gradient, &mut self.team);
        *total += loss.to_f64() * self.gradient.examples() as f64;
        *batches += 1;
        self.updates.stage();
        Ok(())
    }

    /// Sets the workspace's gradient to that of the mean over everything accumulated; returns the mean loss.
    pub(crate) fn take_mean_of_accumulated(&mut self) -> Result<N::Element, Error> {
        let Accumulation {
            gradient: Some(sum),
            loss,
            batches: 1..,
        } = &self.accumulation
        else {
            return Err(Error::NothingAccumulated { network: N::NAME });
        };
        self.gradient.set_mean_of(sum, &mut self.team);
        Ok(N::Element::literal(loss / sum.examples() as f64))
    }

    /// Ends a step of micro-batches: counts them, and hands over the new values of buffers.
    pub(crate) fn commit_accumulated_to(&mut self, buffers: &mut [N::Element]) {
        self.step += self.accumulation.batches;
        if let Some(staged) = self.updates.staged() {
            buffers.copy_from_slice(staged);
        }
        self.discard_accumulated();
    }
}
