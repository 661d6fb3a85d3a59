//! Loss, gradient and steps of training of a network that has a loss.

use crate::diagnosis::{self, Diagnosis};
use crate::workspace::Parts;
use crate::{Error, Gradient, Mode, Network, Optimizer, Real, Trace, Workspace};

/// A network with an entry point `loss`, and therefore a gradient.
pub trait Train: Network {
    /// The arguments of `loss`: slices that hold any number of examples up to the workspace's capacity, one
    /// after the other.
    type Inputs<'a>: Copy;

    /// What the phases of the gradient read and write, by which [`diagnose`](Train::diagnose) names values. `network!` writes
    /// it; of a network without it no value is known.
    const TRACE: Trace = Trace::EMPTY;

    /// The mean loss over the examples (plus the terms that depend on parameters alone, once), in
    /// [`Mode::Evaluate`].
    ///
    /// # Errors
    ///
    /// The inputs do not fit each other, the workspace, or their range.
    fn loss(&self, work: &mut Workspace<Self>, inputs: Self::Inputs<'_>) -> Result<Self::Element, Error> {
        self.loss_in(work, Mode::Evaluate, inputs)
    }

    /// The loss in either mode. In [`Mode::Train`] it is the function that a step of training descends, and
    /// two calls between two commits see the same function, as a line search needs.
    ///
    /// # Errors
    ///
    /// As [`loss`](Train::loss); or the mode is that of training and the workspace was built for inference.
    fn loss_in(
        &self,
        work: &mut Workspace<Self>,
        mode: Mode,
        inputs: Self::Inputs<'_>,
    ) -> Result<Self::Element, Error>;

    /// The loss and its gradient by all parameters it reaches, laid out as the parameters are.
    ///
    /// A training loop of one's own calls it in [`Mode::Train`], hands the gradient to [`Optimizer::step`],
    /// and then calls [`commit`](Network::commit).
    ///
    /// # Errors
    ///
    /// As [`loss`](Train::loss); or the workspace was built for inference; or the mode is that of evaluation, and
    /// the network, which trains by another gradient, does not ask for this one by `#[gradient(evaluation)]`.
    fn loss_and_grad_in<'w>(
        &self,
        work: &'w mut Workspace<Self>,
        mode: Mode,
        inputs: Self::Inputs<'_>,
    ) -> Result<(Self::Element, &'w Gradient<Self::Element>), Error>;

    /// One step of training: loss and gradient in [`Mode::Train`], then the optimizer's update of the
    /// parameters that the gradient reaches, and a [`commit`](Network::commit). Returns the loss before the
    /// update.
    ///
    /// # Errors
    ///
    /// As [`loss_and_grad_in`](Train::loss_and_grad_in); or loss, gradient or a buffer's new value is
    /// infinite or NaN, which the error names; or the optimizer refuses; or micro-batches wait to be
    /// [applied](Train::apply). Nothing has changed then: no parameter, no buffer, no average of the
    /// optimizer, no random number to come.
    fn train_step(
        &mut self,
        work: &mut Workspace<Self>,
        inputs: Self::Inputs<'_>,
        optimizer: &mut impl Optimizer<Self::Element>,
    ) -> Result<Self::Element, Error> {
        work.require_nothing_accumulated()?;
        let (loss, _) = self.loss_and_grad_in(work, Mode::Train, inputs)?;
        let stepped = check_loss(self, work, loss).and_then(|()| {
            let Parts { team, gradient, .. } = work.parts();
            optimizer.step_on(team, self.parameters_mut(), gradient)
        });
        match stepped {
            Ok(()) => work.commit_to(self.buffers_mut()),
            Err(_) => work.forget_updates(),
        }
        stepped.map_err(|error| explained(self, work, inputs, error))?;
        Ok(loss)
    }

    /// What becomes of the numbers of a batch on their way through the network: the statistics of every value and gradient, as
    /// a step of training computes them. Nothing changes but the workspace, and a step pays nothing for it.
    ///
    /// ```
    /// # use dsl_runtime::prelude::*;
    /// network! {
    ///     pub struct Deep;
    ///
    ///     fn layer(x: Tensor<_>) -> Tensor<_> {
    ///         x.dense(8).relu()
    ///     }
    ///
    ///     pub fn loss(&self, x: Tensor<4>, y: Tensor<1>) -> Scalar {
    ///         x.layer().layer().dense(1).squared_error(y)
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Error> {
    /// let model = Deep::new(1);
    /// let mut work = Deep::workspace().batch(2).build();
    /// let diagnosis = model.diagnose(&mut work, (&[1.0; 8], &[0.5; 2]))?;
    /// println!("{diagnosis}");
    /// let second = diagnosis.values.iter().find(|value| value.name == "loss.layer2.relu2");
    /// assert_eq!(second.expect("it is a value of the network").units, 8);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`loss_and_grad_in`](Train::loss_and_grad_in) in [`Mode::Train`]. A loss or a gradient that is not finite is none: the
    /// diagnosis says where it [comes from](Diagnosis::first_non_finite).
    fn diagnose(&self, work: &mut Workspace<Self>, inputs: Self::Inputs<'_>) -> Result<Diagnosis, Error> {
        diagnosis::diagnose(self, work, inputs)
    }

    /// Adds the gradient of one of several micro-batches to that held by the workspace, for a batch that is
    /// too large for it; [`apply`](Train::apply) then takes one step by all of them. Returns the
    /// micro-batch's own loss.
    ///
    /// ```
    /// # use dsl_runtime::prelude::*;
    /// # network! {
    /// #     pub struct Line;
    /// #     pub fn loss(&self, x: Tensor<1>, y: Tensor<1>) -> Scalar { x.dense(1).squared_error(y) }
    /// # }
    /// # fn main() -> Result<(), Error> {
    /// # let (mut model, mut optimizer) = (Line::new(1), Sgd::new(0.1));
    /// # let mut work = Line::workspace().batch(2).build();
    /// let batches = [(&[0.0, 1.0], &[1.0, 3.0]), (&[2.0, 3.0], &[5.0, 7.0])];
    /// for (x, y) in batches {
    ///     model.accumulate(&mut work, (x, y))?;
    /// }
    /// let loss = model.apply(&mut work, &mut optimizer)?;
    /// # assert!(loss > 0.0 && work.accumulated() == 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Each micro-batch is a call in [`Mode::Train`]: it draws noise of its own and normalises by its own
    /// statistics, and the running statistics move with each, as in PyTorch. All of that stays in the
    /// workspace, and the network is unchanged, until `apply`. Micro-batches may differ in size: the mean is
    /// that over all examples, so without noise and batch statistics the step is that of one large batch, up
    /// to rounding. A loss that counts over its batch, such as one that ignores some labels, is a batch
    /// statistic: each micro-batch divides by its own count.
    ///
    /// # Errors
    ///
    /// As [`train_step`](Train::train_step). Nothing has changed then; what was accumulated before is still
    /// there, to be added to, applied, or [discarded](Workspace::discard_accumulated).
    fn accumulate(
        &self,
        work: &mut Workspace<Self>,
        inputs: Self::Inputs<'_>,
    ) -> Result<Self::Element, Error> {
        let (loss, _) = self.loss_and_grad_in(work, Mode::Train, inputs)?;
        let added = check_loss(self, work, loss).and_then(|()| work.add_to_accumulated(loss));
        if added.is_err() {
            work.forget_updates();
        }
        added.map_err(|error| explained(self, work, inputs, error))?;
        Ok(loss)
    }

    /// One step by everything that is [accumulated](Train::accumulate). The optimizer updates by the gradient
    /// of the mean over all examples, in which terms of parameters alone count once; an optimizer that clips
    /// will clip this gradient. Then the running statistics of the micro-batches and the count of their draws
    /// are committed. Returns the mean loss.
    ///
    /// # Errors
    ///
    /// Nothing is accumulated, the mean overflows, or the optimizer refuses. Nothing has changed then, and
    /// what was accumulated is still there.
    fn apply(
        &mut self,
        work: &mut Workspace<Self>,
        optimizer: &mut impl Optimizer<Self::Element>,
    ) -> Result<Self::Element, Error> {
        let loss = work.take_mean_of_accumulated()?;
        let Parts { team, gradient, .. } = work.parts();
        optimizer.step_on(team, self.parameters_mut(), gradient)?;
        work.commit_accumulated_to(self.buffers_mut());
        Ok(loss)
    }
}

/// An error of a step, with the first value that is not finite where that is what it is about: one more pass finds it.
fn explained<N: Train>(model: &N, work: &mut Workspace<N>, inputs: N::Inputs<'_>, mut error: Error) -> Error {
    if let Error::NonFiniteLoss {
        parameter: None,
        first,
        ..
    }
    | Error::NonFiniteGradient { first, .. }
    | Error::NonFiniteBuffer { first, .. } = &mut error
    {
        *first = diagnosis::first_non_finite(model, work, inputs);
    }
    error
}

/// Checks that the loss and the new values of buffers are finite.
fn check_loss<N: Network>(model: &N, work: &Workspace<N>, loss: N::Element) -> Result<(), Error> {
    if !loss.is_finite() {
        return Err(Error::NonFiniteLoss {
            network: N::NAME,
            loss: loss.to_f64(),
            parameter: model.parameters().first_non_finite(),
            first: None,
        });
    }
    work.check_updates()
}

/// A network whose `loss` takes a tensor and a class per example, so that data sets of labelled examples can
/// train it.
///
/// Every network of that form implements it automatically.
pub trait Classifier: for<'a> Train<Inputs<'a> = (&'a [<Self as Network>::Element], &'a [u32])> {}

impl<N> Classifier for N where N: for<'a> Train<Inputs<'a> = (&'a [<N as Network>::Element], &'a [u32])> {}

/// A network whose `loss` takes a tensor and a share of every class per example, as [mixtures](crate::data::Mixup) have them.
///
/// Every network of that form implements it automatically.
pub trait SoftClassifier:
    for<'a> Train<Inputs<'a> = (&'a [<Self as Network>::Element], &'a [<Self as Network>::Element])>
{
}

impl<N> SoftClassifier for N where
    N: for<'a> Train<Inputs<'a> = (&'a [<N as Network>::Element], &'a [<N as Network>::Element])>
{
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Points, points};
    use crate::{Momentum, NonFinite, Sgd};

    #[test]
    fn the_hand_written_gradient_is_the_derivative() {
        let (inputs, classes) = points::<f64>(17, 1);
        let mut model = Points::<f64>::new(3);
        let mut work = Points::workspace().batch(20).build();
        let (_, gradient) = model
            .loss_and_grad_in(&mut work, Mode::Evaluate, (&inputs, &classes))
            .unwrap();
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
                    parameter: Some(NonFinite {
                        name: "logits.dense1.bias",
                        position: 1,
                        value: f64::INFINITY,
                    }),
                    ..
                }
            ),
            "{error}"
        );
    }

    /// A network in `f32` and an optimizer with state, after one step on 30 points.
    fn begun() -> (Points<f32>, Workspace<Points<f32>>, crate::Adam<f32>) {
        let (inputs, classes) = points::<f32>(30, 1);
        let (mut model, mut optimizer) = (Points::<f32>::new(0), crate::Adam::new(0.1));
        let mut work = Points::workspace().batch(30).threads(2).build();
        model
            .train_step(&mut work, (&inputs, &classes), &mut optimizer)
            .unwrap();
        (model, work, optimizer)
    }

    #[test]
    fn micro_batches_make_the_step_of_the_whole_batch() {
        let (inputs, classes) = points::<f64>(32, 1);
        let steps = |cuts: &[usize]| {
            let mut model = Points::<f64>::new(0);
            let mut work = Points::workspace().batch(32).threads(2).build();
            let mut optimizer = Momentum::new(0.1, 0.9).weight_decay(0.01);
            for _ in 0..3 {
                let mut first = 0;
                for &cut in cuts {
                    let (x, class) = (
                        &inputs[2 * first..2 * (first + cut)],
                        &classes[first..first + cut],
                    );
                    model.accumulate(&mut work, (x, class)).unwrap();
                    first += cut;
                    assert_eq!(work.accumulated(), first);
                }
                let loss = model.apply(&mut work, &mut optimizer).unwrap();
                assert!(loss > 0.0 && work.accumulated() == 0);
            }
            (model.parameters().to_vec(), work.step())
        };
        let mut model = Points::<f64>::new(0);
        let mut work = Points::workspace().batch(32).threads(1).build();
        let mut optimizer = Momentum::new(0.1, 0.9).weight_decay(0.01);
        for _ in 0..3 {
            model
                .train_step(&mut work, (&inputs, &classes), &mut optimizer)
                .unwrap();
        }
        for (cuts, counted) in [(&[32][..], 3), (&[16, 16], 6), (&[1, 20, 11], 9)] {
            let (found, step) = steps(cuts);
            assert_eq!(step, counted, "each micro-batch draws anew");
            let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-14;
            assert!(found.iter().zip(model.parameters().iter()).all(close), "{cuts:?}");
        }
        // One micro-batch whose size is a power of two is the batch itself.
        assert_eq!(steps(&[32]).0, model.parameters().to_vec());
    }

    #[test]
    fn a_micro_batch_that_fails_leaves_the_others() {
        let (inputs, classes) = points::<f32>(30, 1);
        let half = |part: usize| {
            (
                &inputs[30 * part..30 * (part + 1)],
                &classes[15 * part..15 * (part + 1)],
            )
        };
        let run = |failing: bool| {
            let (mut model, mut work, mut optimizer) = begun();
            model.accumulate(&mut work, half(0)).unwrap();
            if failing {
                assert!(model.accumulate(&mut work, (&inputs[..4], &[0, 3])).is_err());
                assert!(model.accumulate(&mut work, (&[f32::NAN; 2], &[1])).is_err());
                assert_eq!(work.accumulated(), 15);
            }
            model.accumulate(&mut work, half(1)).unwrap();
            model.apply(&mut work, &mut optimizer).unwrap();
            (model.parameters().to_vec(), work.step())
        };
        assert_eq!(run(true), run(false));
    }

    #[test]
    fn a_step_between_micro_batches_is_refused_and_what_is_discarded_never_was() {
        let (inputs, classes) = points::<f32>(30, 1);
        let (mut model, mut work, mut optimizer) = begun();
        let before = model.parameters().to_vec();
        let error = model.apply(&mut work, &mut optimizer).unwrap_err();
        assert!(
            matches!(error, Error::NothingAccumulated { network: "Points" }),
            "{error}"
        );
        model.accumulate(&mut work, (&inputs, &classes)).unwrap();
        let error = model
            .train_step(&mut work, (&inputs, &classes), &mut optimizer)
            .unwrap_err();
        assert!(matches!(error, Error::Accumulating { examples: 30 }), "{error}");
        assert!(matches!(model.commit(&mut work), Err(Error::Accumulating { .. })));
        let error = model.apply(&mut work, &mut Sgd::new(f64::NAN)).unwrap_err();
        assert!(matches!(error, Error::Hyperparameter { .. }), "{error}");
        assert_eq!((work.accumulated(), model.parameters().to_vec()), (30, before));
        work.discard_accumulated();
        assert_eq!((work.accumulated(), work.step()), (0, 1));
        let (mut other, mut fresh, mut same) = begun();
        for (model, work, optimizer) in [
            (&mut model, &mut work, &mut optimizer),
            (&mut other, &mut fresh, &mut same),
        ] {
            model.train_step(work, (&inputs, &classes), optimizer).unwrap();
        }
        assert_eq!(model.parameters().to_vec(), other.parameters().to_vec());
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
