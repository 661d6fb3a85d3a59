//! The loss of a network as an objective.

use super::{GaussNewtonProduct, HessianProduct, Objective, Report};
use crate::{Error, GaussNewtonVector, HessianVector, Mode, NonFinite, Real, Train, Workspace};

/// The loss of a network on one batch, as a function of its parameters.
///
/// Every evaluation is a call in the given mode, and none commits: all see the same noise, and no running
/// statistic moves. What no gradient [reaches](crate::Gradient::reached) stays as it is. A gradient in
/// [`Mode::Evaluate`] is to be had of networks that are compiled with it only; see
/// [`Train::loss_and_grad_in`].
///
/// ```
/// use dsl_runtime::minimise::{Lbfgs, Minimiser, NetworkObjective};
/// use dsl_runtime::prelude::*;
///
/// network! {
///     pub struct Line;
///
///     pub fn loss(&self, x: Tensor<1>, y: Tensor<1>) -> Scalar { x.dense(1).squared_error(y) }
/// }
///
/// let mut model = Line::new(1);
/// let mut work = Line::workspace().batch(4).threads(1).build();
/// let (x, y) = ([0.0, 1.0, 2.0, 3.0], [1.0, 3.0, 5.0, 7.0]);
///
/// let report = NetworkObjective::new(&mut model, &mut work, Mode::Train, (&x, &y))
///     .minimise(|loss, parameters| Lbfgs::new().minimise(loss, parameters))?;
/// assert!(report.value < 1e-6);
/// assert!(model.loss(&mut work, &x, &y)? < 1e-6);
/// # Ok::<(), Error>(())
/// ```
///
/// A network with noise, statistics and a part that is not trained:
///
/// ```
/// use dsl_runtime::minimise::{Lbfgs, Minimiser, NetworkObjective};
/// use dsl_runtime::prelude::*;
///
/// network! {
///     pub struct Noisy;
///
///     pub fn loss(&self, x: Tensor<2>, y: Tensor<1>) -> Scalar {
///         let fixed = x.dense(4).stop_gradient();
///         fixed.dense(3).batch_norm().tanh().dropout(0.5).dense(1).squared_error(y)
///     }
/// }
///
/// let (x, y) = ([0.1, -0.3, 0.8, 0.5, -0.9, 0.2, 0.4, 0.7], [1.0, -1.0, 0.5, 0.2]);
/// let mut model = Noisy::new(1);
/// let mut work = Noisy::workspace().batch(4).seed(2).build();
/// let statistics = model.buffers().to_vec();
/// let fixed = model.parameters().get("loss.dense1.weight").map(<[f32]>::to_vec);
/// let before = model.loss_in(&mut work, Mode::Train, (&x, &y))?;
///
/// let report = NetworkObjective::new(&mut model, &mut work, Mode::Train, (&x, &y))
///     .minimise(|loss, parameters| Lbfgs::new().minimise(loss, parameters))?;
/// assert!(report.value < 0.5 * f64::from(before));
/// // The noise is still that of the step to come: the same function has the same value.
/// assert_eq!(f64::from(model.loss_in(&mut work, Mode::Train, (&x, &y))?), report.value);
/// assert_eq!((model.buffers(), work.step()), (&statistics[..], 0));
/// assert_eq!(model.parameters().get("loss.dense1.weight"), fixed.as_deref());
/// # Ok::<(), Error>(())
/// ```
/// Newton's method and that of Gauss and Newton, of a network that is compiled with the products they need:
///
/// ```
/// use dsl_runtime::minimise::{LevenbergMarquardt, Minimiser, NetworkObjective, NewtonCg};
/// use dsl_runtime::prelude::*;
///
/// network! {
///     pub struct Curve;
///
///     pub fn value(&self, x: Tensor<1>) -> Tensor<1> { x.dense(4).tanh().dense(1) }
///
///     #[derive_also(hvp, gnvp(value))]
///     pub fn loss(&self, x: Tensor<1>, y: Tensor<1>) -> Scalar {
///         self.value(x).squared_error(y) + 1e-4 * parameters("*").l2()
///     }
/// }
///
/// let x = [-2.0, -1.0, 0.0, 1.0, 2.0];
/// let y = x.map(f64::sin);
/// let mut work = <Curve<f64> as Network>::workspace().batch(5).threads(1).build();
///
/// let mut model = <Curve<f64> as Network>::new(1);
/// let newton = NetworkObjective::new(&mut model, &mut work, Mode::Train, (&x, &y))
///     .minimise(|loss, parameters| NewtonCg::new().minimise(loss, parameters))?;
/// let mut model = <Curve<f64> as Network>::new(1);
/// let gauss_newton = NetworkObjective::new(&mut model, &mut work, Mode::Train, (&x, &y))
///     .minimise(|loss, parameters| LevenbergMarquardt::new().minimise(loss, parameters))?;
/// assert!(newton.value < 0.01 && gauss_newton.value < 0.01);
/// assert!(newton.gradient_norm < 1e-4 && gauss_newton.gradient_norm < 1e-4);
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
pub struct NetworkObjective<'a, N: Train> {
    model: &'a mut N,
    work: &'a mut Workspace<N>,
    mode: Mode,
    inputs: N::Inputs<'a>,
}

impl<'a, N: Train> NetworkObjective<'a, N> {
    /// The loss of `model` in `mode` on `inputs`.
    ///
    /// An evaluation leaves its point in the network: [`minimise`](NetworkObjective::minimise) lends the
    /// objective and sees to what the network holds in the end.
    pub fn new(model: &'a mut N, work: &'a mut Workspace<N>, mode: Mode, inputs: N::Inputs<'a>) -> Self {
        NetworkObjective {
            model,
            work,
            mode,
            inputs,
        }
    }

    /// Calls `run` with the objective and a copy of the network's parameters. The network then holds what
    /// `run` has made of the copy, and no update of buffers waits to be committed.
    ///
    /// # Errors
    ///
    /// Those of `run`. The network's parameters are then the old ones.
    pub fn minimise(
        &mut self,
        run: impl FnOnce(&mut Self, &mut [N::Element]) -> Result<Report, Error>,
    ) -> Result<Report, Error> {
        let before = self.model.parameters().to_vec();
        let mut parameters = before.clone();
        let result = run(self, &mut parameters);
        self.work.forget_updates();
        let kept = if result.is_ok() { &parameters } else { &before };
        self.model.parameters_mut().copy_from_slice(kept);
        result
    }

    /// Sets the network's parameters.
    fn set(&mut self, at: &[N::Element]) -> Result<(), Error> {
        let parameters = self.model.parameters_mut();
        if at.len() != parameters.len() {
            return Err(Error::MinimiserLength {
                vector: "the vector of parameters",
                found: at.len(),
                expected: parameters.len(),
            });
        }
        parameters.copy_from_slice(at);
        Ok(())
    }
}

impl<N: Train> Objective<N::Element> for NetworkObjective<'_, N> {
    fn value(&mut self, at: &[N::Element]) -> Result<f64, Error> {
        self.set(at)?;
        Ok(self.model.loss_in(self.work, self.mode, self.inputs)?.to_f64())
    }

    fn gradient(&mut self, at: &[N::Element], gradient: &mut [N::Element]) -> Result<(), Error> {
        self.value_and_gradient(at, gradient)?;
        Ok(())
    }

    fn value_and_gradient(&mut self, at: &[N::Element], gradient: &mut [N::Element]) -> Result<f64, Error> {
        self.set(at)?;
        let (loss, computed) = self.model.loss_and_grad_in(self.work, self.mode, self.inputs)?;
        gradient.copy_from_slice(computed);
        Ok(loss.to_f64())
    }

    fn non_finite_value(&self, _: &[N::Element], value: f64) -> Error {
        Error::NonFiniteLoss {
            network: N::NAME,
            loss: value,
            parameter: self.model.parameters().first_non_finite(),
            first: None,
        }
    }

    fn non_finite_gradient(&self, gradient: &[N::Element]) -> Error {
        match NonFinite::first(&N::LAYOUT, gradient) {
            Some(at) => Error::NonFiniteGradient { at, first: None },
            // The places between parameters have no names.
            None => super::objective::first_non_finite("gradient", gradient),
        }
    }
}

impl<N: HessianVector> HessianProduct<N::Element> for NetworkObjective<'_, N> {
    fn hessian_product(
        &mut self,
        at: &[N::Element],
        direction: &[N::Element],
        product: &mut [N::Element],
    ) -> Result<(), Error> {
        self.set(at)?;
        let (_, computed) = self
            .model
            .loss_hvp_in(self.work, self.mode, self.inputs, direction)?;
        product.copy_from_slice(computed);
        Ok(())
    }
}

impl<N: GaussNewtonVector> GaussNewtonProduct<N::Element> for NetworkObjective<'_, N> {
    fn gauss_newton_product(
        &mut self,
        at: &[N::Element],
        direction: &[N::Element],
        product: &mut [N::Element],
    ) -> Result<(), Error> {
        self.set(at)?;
        let (_, computed) = self
            .model
            .loss_gnvp_in(self.work, self.mode, self.inputs, direction)?;
        product.copy_from_slice(computed);
        Ok(())
    }
}
