//! The contract between a declared network and everything that trains, saves or studies it.

use crate::workspace::WorkspaceBuilder;
use crate::{Error, Layout, Memory, Mode, Optimizer, Parameters, Real, Workspace};

/// A declared network: parameters with a layout known while compiling, and entry points that work in a
/// [`Workspace`]. `network!` implements it.
pub trait Network: Sized {
    /// What it computes in.
    type Element: Real;
    /// The declared name.
    const NAME: &'static str;
    /// Where each parameter lies.
    const LAYOUT: Layout;
    /// What a training workspace needs.
    const TRAINING_MEMORY: Memory;
    /// What an inference workspace needs.
    const INFERENCE_MEMORY: Memory;

    /// The network with these parameters, which have its layout.
    fn from_parameters(parameters: Parameters<Self::Element>) -> Self;

    /// All its parameters, in one flat buffer.
    fn parameters(&self) -> &Parameters<Self::Element>;

    /// All its parameters, to be changed.
    fn parameters_mut(&mut self) -> &mut Parameters<Self::Element>;

    /// A network with first values drawn as its declaration says. Each parameter has a stream of its own, keyed
    /// by `seed` and its name: adding a layer does not change the values of the others.
    fn new(seed: u64) -> Self {
        Self::from_parameters(Parameters::initialised(Self::LAYOUT, seed))
    }

    /// Starts a workspace: batch 1, as many threads as the machine runs at once, room for gradients.
    fn workspace() -> WorkspaceBuilder<Self> {
        WorkspaceBuilder::new()
    }
}

/// A network with an entry point `loss`, and therefore a gradient.
pub trait Train: Network {
    /// The arguments of `loss`: slices that hold any number of examples up to the workspace's capacity, one
    /// after the other.
    type Inputs<'a>: Copy;

    /// The mean loss over the examples (and the terms that depend on parameters alone, once).
    ///
    /// # Errors
    ///
    /// The inputs do not fit each other, the workspace, or their range.
    fn loss(&self, work: &mut Workspace<Self>, inputs: Self::Inputs<'_>) -> Result<Self::Element, Error>;

    /// The loss and its gradient with respect to all parameters, laid out as they are.
    ///
    /// # Errors
    ///
    /// As [`loss`](Train::loss); or the workspace was built for inference.
    fn loss_and_grad<'w>(
        &self,
        work: &'w mut Workspace<Self>,
        inputs: Self::Inputs<'_>,
    ) -> Result<(Self::Element, &'w [Self::Element]), Error>;

    /// One step of training: loss and gradient in [`Mode::Train`], then the optimizer's update. Returns the loss
    /// before the update.
    ///
    /// # Errors
    ///
    /// As [`loss_and_grad`](Train::loss_and_grad); or the loss is infinite or not a number; or the optimizer
    /// refuses. Nothing has been updated then. The gradient itself is not searched, as that would cost a pass
    /// over it: a non-finite one shows as a non-finite loss in the next step, which names the parameter.
    fn train_step(
        &mut self,
        work: &mut Workspace<Self>,
        inputs: Self::Inputs<'_>,
        optimizer: &mut impl Optimizer<Self::Element>,
    ) -> Result<Self::Element, Error> {
        let before = work.set_mode(Mode::Train);
        let made = self.loss_and_grad(work, inputs).map(|(loss, _)| loss);
        work.set_mode(before);
        let loss = made?;
        if !loss.to_f64().is_finite() {
            let parameter = self.parameters().first_non_finite();
            return Err(Error::NonFiniteLoss {
                network: Self::NAME,
                loss: loss.to_f64(),
                parameter,
            });
        }
        optimizer.step(self.parameters_mut(), work.gradient())?;
        Ok(loss)
    }
}
