//! Products of matrices of second derivatives with a direction, of networks that ask for them by `#[derive_also(…)]`.

use crate::{Error, Gradient, Mode, Network, Train, Workspace};

/// A network whose `loss` is compiled with `#[derive_also(hvp)]`: products of the Hessian of the loss with a direction, as
/// Newton's method with conjugate gradients, Lanczos iterations for eigenvalues, or influence functions need them.
///
/// A product costs a few gradients and forms no matrix (Pearlmutter, *Fast Exact Multiplication by the Hessian*, 1994).
pub trait HessianVector: Train {
    /// The loss, and the product `H v` of its Hessian by all parameters with a `direction` `v`, which is laid out as the
    /// parameters are, as is the product.
    ///
    /// A parameter is [reached](Gradient::reached) unless its row of the Hessian is zero for every network of the declaration,
    /// as it is where the loss does not depend on the parameter or is linear in all of them; the others have zeros. Where the loss
    /// has corners, as with `relu`, the product is that of the smooth piece around the parameters. Nothing that a step is about to
    /// commit changes: neither new values of buffers nor the count of random draws; the workspace's gradient is overwritten.
    ///
    /// # Errors
    ///
    /// As [`loss_and_grad_in`](Train::loss_and_grad_in); or [`Error::DirectionLength`].
    fn loss_hvp_in<'w>(
        &self,
        work: &'w mut Workspace<Self>,
        mode: Mode,
        inputs: Self::Inputs<'_>,
        direction: &[Self::Element],
    ) -> Result<(Self::Element, &'w Gradient<Self::Element>), Error>;
}

/// A network whose `loss` is compiled with `#[derive_also(gnvp(…))]`: products of the generalised Gauss–Newton matrix of the
/// loss with a direction, as the natural gradient and Hessian-free optimization need them.
pub trait GaussNewtonVector: Train {
    /// The loss, and the product `Jᵀ H J v` with a `direction` `v`, which is laid out as the parameters are, as is the product.
    /// `J` is the derivative by all parameters of the value that the declaration names, and `H` the Hessian of the loss by that
    /// value (Schraudolph, *Fast Curvature Matrix-Vector Products for Second-Order Gradient Descent*, 2002; Martens, *Deep
    /// Learning via Hessian-Free Optimization*, 2010). The matrix has no negative eigenvalues where the loss is convex in that
    /// value. A term that does not pass it, such as a regulariser, contributes its own Hessian.
    ///
    /// Reached parameters, buffers and random draws are as with [`loss_hvp_in`](HessianVector::loss_hvp_in).
    ///
    /// # Errors
    ///
    /// As [`loss_and_grad_in`](Train::loss_and_grad_in); or [`Error::DirectionLength`].
    fn loss_gnvp_in<'w>(
        &self,
        work: &'w mut Workspace<Self>,
        mode: Mode,
        inputs: Self::Inputs<'_>,
        direction: &[Self::Element],
    ) -> Result<(Self::Element, &'w Gradient<Self::Element>), Error>;
}

/// Checks that a direction of the parameters is as long as they are.
///
/// For emitted code.
///
/// # Errors
///
/// [`Error::DirectionLength`] if it is not.
#[doc(hidden)]
pub fn check_direction<N: Network>(direction: &[N::Element]) -> Result<(), Error> {
    match direction.len() == N::LAYOUT.len {
        true => Ok(()),
        false => Err(Error::DirectionLength {
            network: N::NAME,
            len: direction.len(),
            expected: N::LAYOUT.len,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Points;

    #[test]
    fn a_direction_is_as_long_as_the_parameters() {
        let expected = Points::<f32>::LAYOUT.len;
        assert!(check_direction::<Points<f32>>(&vec![0.0; expected]).is_ok());
        for len in [0, expected - 1, expected + 1] {
            let error = check_direction::<Points<f32>>(&vec![0.0; len]).unwrap_err();
            let told = matches!(
                error,
                Error::DirectionLength {
                    network: "Points",
                    ..
                }
            );
            assert!(
                told && error.to_string().contains(&format!("{len} values")),
                "{error}"
            );
        }
    }
}
