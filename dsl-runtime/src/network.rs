//! The contract between a declared network and everything that trains, saves or studies it.

use crate::workspace::WorkspaceBuilder;
use crate::{Error, Layout, Memory, Parameters, Real, Workspace};

/// A declared network: parameters with a layout known at compile time, and entry points that work in a
/// [`Workspace`]. `network!` implements it.
pub trait Network: Sized {
    /// The element type of its computations.
    type Element: Real;
    /// The declared name.
    const NAME: &'static str;
    /// The location of each parameter.
    const LAYOUT: Layout;
    /// The memory that a training workspace needs.
    const TRAINING_MEMORY: Memory;
    /// The memory that an inference workspace needs.
    const INFERENCE_MEMORY: Memory;

    /// The location of each buffer: state that is saved but not trained, such as running statistics.
    const BUFFERS: Layout = Layout::EMPTY;

    /// The network with these parameters and buffers, which have its layouts.
    fn from_values(parameters: Parameters<Self::Element>, buffers: Parameters<Self::Element>) -> Self;

    /// All its parameters, in one flat buffer.
    fn parameters(&self) -> &Parameters<Self::Element>;

    /// All its parameters, mutably.
    fn parameters_mut(&mut self) -> &mut Parameters<Self::Element>;

    /// All its buffers, in one flat buffer of the layout [`BUFFERS`](Network::BUFFERS): not trained, and so
    /// no part of the gradient; saved.
    fn buffers(&self) -> &[Self::Element] {
        &[]
    }

    /// All its buffers, mutably.
    fn buffers_mut(&mut self) -> &mut [Self::Element] {
        &mut []
    }

    /// The values of the buffer called `name`, such as `logits.batch_norm1.running_mean`.
    fn buffer(&self, name: &str) -> Option<&[Self::Element]> {
        Some(&self.buffers()[Self::BUFFERS.find(name)?.range.clone()])
    }

    /// Updates the buffers to the values from the last call in [`Mode::Train`](crate::Mode::Train), and
    /// counts the step.
    ///
    /// [`Train::train_step`](crate::Train::train_step) does so by itself. A training loop of one's own calls
    /// it after each update of the parameters; line searches and checks, which try a batch without training
    /// on it, do not.
    ///
    /// # Errors
    ///
    /// [`Error::NonFiniteBuffer`] if a buffer would become infinite or NaN, [`Error::Accumulating`] if
    /// micro-batches wait to be [applied](crate::Train::apply); the buffers are then unchanged.
    fn commit(&mut self, work: &mut Workspace<Self>) -> Result<(), Error> {
        work.require_nothing_accumulated()?;
        work.check_updates()?;
        work.commit_to(self.buffers_mut());
        Ok(())
    }

    /// A network with initial values drawn as its declaration says. Each parameter has a stream of its own,
    /// keyed by `seed` and its name: adding a layer does not change the values of the others.
    fn new(seed: u64) -> Self {
        Self::from_values(
            Parameters::initialised(Self::LAYOUT, seed),
            Parameters::initialised(Self::BUFFERS, seed),
        )
    }

    /// Starts a workspace: batch 1, as many threads as the machine runs at once, room for gradients.
    fn workspace() -> WorkspaceBuilder<Self> {
        WorkspaceBuilder::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Points;

    #[test]
    fn seeds_give_the_same_network_and_other_seeds_another() {
        let values = |seed| Points::<f32>::new(seed).parameters().to_vec();
        assert_eq!(values(4), values(4));
        assert_ne!(values(4), values(5));
    }
}
