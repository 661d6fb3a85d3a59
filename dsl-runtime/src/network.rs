//! The contract between a declared network and everything that trains, saves or studies it.

use crate::workspace::{Parts, WorkspaceBuilder};
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

    /// Where each buffer lies: state that is saved but not trained, such as running statistics.
    const BUFFERS: Layout = Layout::EMPTY;

    /// The network with these parameters and buffers, which have its layouts.
    fn from_values(parameters: Parameters<Self::Element>, buffers: Parameters<Self::Element>) -> Self;

    /// All its parameters, in one flat buffer.
    fn parameters(&self) -> &Parameters<Self::Element>;

    /// All its parameters, to be changed.
    fn parameters_mut(&mut self) -> &mut Parameters<Self::Element>;

    /// All its buffers, in one flat buffer of the layout [`BUFFERS`](Network::BUFFERS): not trained, and so no part of
    /// the gradient; saved.
    fn buffers(&self) -> &[Self::Element] {
        &[]
    }

    /// All its buffers, to be changed.
    fn buffers_mut(&mut self) -> &mut [Self::Element] {
        &mut []
    }

    /// The values of the buffer called `name`, such as `logits.batch_norm1.running_mean`.
    fn buffer(&self, name: &str) -> Option<&[Self::Element]> {
        Some(&self.buffers()[Self::BUFFERS.find(name)?.range.clone()])
    }

    /// Brings the buffers to the values that the last call in [`Mode::Train`] gave them, and counts the step.
    ///
    /// [`Train::train_step`] does so by itself. A training loop of one's own calls it after each update of the
    /// parameters; line searches and checks, which try a batch without training on it, do not.
    ///
    /// # Errors
    ///
    /// [`Error::NonFiniteBuffer`] if a buffer would be infinite or no number; the buffers are unchanged then.
    fn commit(&mut self, work: &mut Workspace<Self>) -> Result<(), Error> {
        work.check_updates()?;
        work.commit_to(self.buffers_mut());
        Ok(())
    }

    /// A network with first values drawn as its declaration says. Each parameter has a stream of its own, keyed
    /// by `seed` and its name: adding a layer does not change the values of the others.
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

    /// One step of training: loss and gradient in [`Mode::Train`], whatever the mode of the workspace, then the
    /// optimizer's update and a [`commit`](Network::commit). Returns the loss before the update.
    ///
    /// # Errors
    ///
    /// As [`loss_and_grad`](Train::loss_and_grad); or the loss or a buffer's new value is infinite or not a number;
    /// or the optimizer refuses. Nothing has been updated then. The gradient itself is not searched, as that would cost a pass
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
        work.check_updates()?;
        let Parts { team, gradient, .. } = work.parts();
        optimizer.step_on(team, self.parameters_mut(), gradient)?;
        self.commit(work)?;
        Ok(loss)
    }
}

/// A network whose `loss` takes a tensor and a class per example: what data sets of labelled examples train.
///
/// Implemented by itself for every network of that form.
pub trait Classifier: for<'a> Train<Inputs<'a> = (&'a [<Self as Network>::Element], &'a [u32])> {}

impl<N> Classifier for N where N: for<'a> Train<Inputs<'a> = (&'a [<N as Network>::Element], &'a [u32])> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Points, points};
    use crate::{Momentum, Sgd};

    #[test]
    fn seeds_give_the_same_network_and_other_seeds_another() {
        let values = |seed| Points::<f32>::new(seed).parameters().to_vec();
        assert_eq!(values(4), values(4));
        assert_ne!(values(4), values(5));
    }

    #[test]
    fn the_hand_written_gradient_is_the_derivative() {
        let (inputs, classes) = points::<f64>(17, 1);
        let mut model = Points::<f64>::new(3);
        let mut work = Points::workspace().batch(20).build();
        let (_, gradient) = model.loss_and_grad(&mut work, (&inputs, &classes)).unwrap();
        let gradient = gradient.to_vec();
        for parameter in Points::<f64>::LAYOUT.parameters {
            for at in parameter.range.clone() {
                let kept = model.parameters()[at];
                let mut loss = |step: f64| {
                    model.parameters_mut()[at] = kept + step;
                    model.loss(&mut work, (&inputs, &classes)).unwrap()
                };
                let slope = (loss(1e-5) - loss(-1e-5)) / 2e-5;
                loss(0.0);
                assert!((slope - gradient[at]).abs() < 1e-8, "{} {at}", parameter.name);
            }
        }
    }

    #[test]
    fn a_step_returns_the_loss_before_it_and_lowers_the_next() {
        let (inputs, classes) = points::<f32>(30, 1);
        let mut model = Points::<f32>::new(0);
        let mut work = Points::workspace().batch(30).threads(1).build();
        let mut optimizer = Momentum::new(0.1, 0.9);
        let before = model.loss(&mut work, (&inputs, &classes)).unwrap();
        let first = model
            .train_step(&mut work, (&inputs, &classes), &mut optimizer)
            .unwrap();
        let second = model
            .train_step(&mut work, (&inputs, &classes), &mut optimizer)
            .unwrap();
        assert!(before == first && second < first);
        assert_eq!(work.mode(), Mode::Evaluate);
    }

    #[test]
    fn a_non_finite_loss_updates_nothing_and_names_the_parameter() {
        let (mut inputs, classes) = points::<f32>(3, 1);
        let mut model = Points::<f32>::new(0);
        let mut work = Points::workspace().batch(3).threads(1).build();
        inputs[0] = f32::NAN;
        let before = model.parameters().to_vec();
        let error = model
            .train_step(&mut work, (&inputs, &classes), &mut Sgd::new(0.1))
            .unwrap_err();
        assert!(
            matches!(error, Error::NonFiniteLoss { parameter: None, .. }),
            "{error}"
        );
        assert_eq!(before, model.parameters().to_vec());
        inputs[0] = 0.0;
        model.parameters_mut().get_mut("logits.dense1.bias").unwrap()[1] = f32::INFINITY;
        let error = model
            .train_step(&mut work, (&inputs, &classes), &mut Sgd::new(0.1))
            .unwrap_err();
        assert!(
            matches!(
                error,
                Error::NonFiniteLoss {
                    parameter: Some("logits.dense1.bias"),
                    ..
                }
            ),
            "{error}"
        );
        assert_eq!(work.mode(), Mode::Evaluate);
    }

    #[test]
    fn a_gradient_in_an_inference_workspace_is_an_error() {
        let (inputs, classes) = points::<f32>(3, 1);
        let mut model = Points::<f32>::new(0);
        let mut work = Points::workspace().batch(3).inference().build();
        assert!(model.loss(&mut work, (&inputs, &classes)).is_ok());
        let error = model
            .train_step(&mut work, (&inputs, &classes), &mut Sgd::new(0.1))
            .unwrap_err();
        assert!(
            matches!(error, Error::InferenceWorkspace { network: "Points" }),
            "{error}"
        );
    }

    #[test]
    fn generic_code_can_train_any_network_with_any_optimizer() {
        fn study<N>(inputs: &[N::Element], classes: &[u32]) -> f64
        where
            N: Classifier,
        {
            let mut model = N::new(1);
            let mut work = N::workspace().batch(classes.len()).threads(1).build();
            let mut optimizer = crate::Adam::new(0.05);
            let mut loss = f64::INFINITY;
            for _ in 0..20 {
                loss = model
                    .train_step(&mut work, (inputs, classes), &mut optimizer)
                    .unwrap()
                    .to_f64();
            }
            loss
        }
        let (single, classes) = points::<f32>(30, 1);
        let (double, _) = points::<f64>(30, 1);
        let losses = (
            study::<Points<f32>>(&single, &classes),
            study::<Points<f64>>(&double, &classes),
        );
        assert!((losses.0 - losses.1).abs() < 1e-5 && losses.0 < 0.5, "{losses:?}");
    }
}
