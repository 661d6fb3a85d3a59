// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! Derivatives, which are expressions like any other: derived while compiling, of any order.

/// `∂y/∂x` of a scalar `y`, shaped like `x`: a variable (an argument, a `let`, a layer's parameter), or several in a tuple.
/// Each example has its own; by a value that examples share, write `y.batch_sum().grad(w)`.
///
/// ```text
/// fn grad(y, x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.square().sum().grad(x)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0])?, [2.0, 4.0, 6.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "autograd")]
pub const fn grad() {}

/// `∂y/∂x` of each example's scalar `y` by a value that the examples share: a gradient for each example, not their sum.
/// `y.per_example_grad(parameters("*")).norm()` is what DP-SGD clips (Abadi et al., 2016).
///
/// ```text
/// fn per_example_grad(y, x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<2> {
///         let w = param([2], constant(1.0));
///         (w * x).square().sum().per_example_grad(w)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [2.0, 8.0]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.w", &[2][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn per_example_grad() {}

/// `wᵀ · ∂y/∂x`, shaped like `x`, for a `w` shaped like `y`: a vector-Jacobian product, in reverse mode.
///
/// ```text
/// fn vjp(y, x, w)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>, w: Tensor<2>) -> Tensor<2> {
///         x.square().vjp(x, w)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[1.0, 0.5])?, [2.0, 2.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "backward")]
pub const fn vjp() {}

/// `∂y/∂x · v`, shaped like `y`, for a direction `v` shaped like `x`: a Jacobian-vector product, in forward mode.
///
/// ```text
/// fn jvp(y, x, v)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>, v: Tensor<2>) -> Tensor<2> {
///         x.square().jvp(x, v)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[1.0, 0.5])?, [2.0, 2.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "forward_ad")]
pub const fn jvp() {}

/// `∂y/∂x`, the axes of `y` before those of `x`: row by row in reverse mode, or column by column in forward mode, whichever
/// are fewer.
///
/// ```text
/// fn jacobian(y, x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<2, 2> {
///         x.square().jacobian(x)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [2.0, 0.0, 0.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "jacrev")]
#[doc(alias = "jacfwd")]
pub const fn jacobian() {}

/// The Hessian `∂²y/∂x²` of a scalar, the axes of `x` twice: a column of it is the derivative of the gradient along one
/// direction, forward over reverse mode.
///
/// ```text
/// fn hessian(y: Scalar, x: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<2, 2> {
///         (x * x * x).sum().hessian(x)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [6.0, 0.0, 0.0, 12.0]);
/// # Ok(())
/// # }
/// ```
pub const fn hessian() {}

/// The Laplacian `Σ ∂²y/∂xᵢ²` of a scalar.
///
/// ```text
/// fn laplacian(y: Scalar, x: Tensor<..>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Scalar {
///         (x * x * x).sum().laplacian(x)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, 18.0);
/// # Ok(())
/// # }
/// ```
pub const fn laplacian() {}

/// The divergence `Σ ∂vᵢ/∂xᵢ` of a field `v` shaped like `x`.
///
/// ```text
/// fn divergence(v: Tensor<..>, x: Tensor<..>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Scalar {
///         (x * x).divergence(x)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, 6.0);
/// # Ok(())
/// # }
/// ```
pub const fn divergence() {}

/// The value itself; no derivative passes.
///
/// ```text
/// fn stop_gradient(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         (x.stop_gradient() * x).sum().grad(x)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0])?, [1.0, 2.0, 3.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "detach")]
pub const fn stop_gradient() {}

/// `value`, with the derivatives of `surrogate`, of the same shape: `x.greater(0.0).custom_gradient(x)` is a step that
/// passes gradients straight through (Bengio et al., 2013).
///
/// ```text
/// fn custom_gradient(value, surrogate)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.greater(2.0).custom_gradient(x).sum().grad(x)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0])?, [1.0, 1.0, 1.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "straight_through")]
pub const fn custom_gradient() {}

/// `x`, through which no rule of the compiler sees: `x.softmax().opaque().log()` is computed and differentiated as written,
/// and so overflows where the stable form does not.
///
/// ```text
/// fn opaque(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.softmax().opaque().log()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[1.0, 2.0, 3.0])?, &[-2.4076, -1.4076, -0.4076]);
/// # Ok(())
/// # }
/// ```
pub const fn opaque() {}
