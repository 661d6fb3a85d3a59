// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! Functions of each element. `+ - * /` are written as operators; shapes broadcast as NumPy's do.

/// Exponential, `eˣ`.
///
/// ```text
/// fn exp(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.exp()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[0.3679, 1.0, 7.3891]);
/// # Ok(())
/// # }
/// ```
pub const fn exp() {}

/// Natural logarithm.
///
/// ```text
/// fn log(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.log()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[0.25, 0.5, 0.75])?, &[-1.3863, -0.6931, -0.2877]);
/// # Ok(())
/// # }
/// ```
pub const fn log() {}

/// Natural logarithm, but at least −100, and with a derivative of at most 10¹²: finite at 0, as in PyTorch's binary
/// cross-entropy. What has an exact logarithm, such as `x.sigmoid()`, keeps it.
///
/// ```text
/// fn clamped_log(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.clamped_log()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[0.25, 0.5, 0.75])?, &[-1.3863, -0.6931, -0.2877]);
/// # Ok(())
/// # }
/// ```
pub const fn clamped_log() {}

/// Square root.
///
/// ```text
/// fn sqrt(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.sqrt()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[0.25, 0.5, 0.75])?, &[0.5, 0.7071, 0.866]);
/// # Ok(())
/// # }
/// ```
pub const fn sqrt() {}

/// `x²`.
///
/// ```text
/// fn square(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.square()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0])?, [1.0, 4.0, 9.0]);
/// # Ok(())
/// # }
/// ```
pub const fn square() {}

/// `xᵖ` for a number `p` known while compiling.
///
/// ```text
/// fn pow(x, exponent)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.pow(3.0)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0])?, [1.0, 8.0, 27.0]);
/// # Ok(())
/// # }
/// ```
pub const fn pow() {}

/// Sine.
///
/// ```text
/// fn sin(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.sin()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[-0.8415, 0.0, 0.9093]);
/// # Ok(())
/// # }
/// ```
pub const fn sin() {}

/// Cosine.
///
/// ```text
/// fn cos(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.cos()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[0.5403, 1.0, -0.4161]);
/// # Ok(())
/// # }
/// ```
pub const fn cos() {}

/// Gauss error function, `2/√π ∫₀ˣ e^(−t²) dt`.
///
/// ```text
/// fn erf(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.erf()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[-0.8427, 0.0, 0.9953]);
/// # Ok(())
/// # }
/// ```
pub const fn erf() {}

/// Inverse of the Gauss error function: ±∞ at ±1, no number outside.
///
/// ```text
/// fn erfinv(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.erfinv()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[0.25, 0.5, 0.75])?, &[0.2253, 0.4769, 0.8134]);
/// # Ok(())
/// # }
/// ```
pub const fn erfinv() {}

/// Magnitude; its derivative at 0 is 0.
///
/// ```text
/// fn abs(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.abs()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, 0.0, 2.0])?, [1.0, 0.0, 2.0]);
/// # Ok(())
/// # }
/// ```
pub const fn abs() {}

/// −1, 0 or 1.
///
/// ```text
/// fn sign(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.sign()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, 0.0, 2.0])?, [-1.0, 0.0, 1.0]);
/// # Ok(())
/// # }
/// ```
pub const fn sign() {}

/// Negation.
///
/// ```text
/// fn neg(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.neg()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, 0.0, 2.0])?, [1.0, 0.0, -2.0]);
/// # Ok(())
/// # }
/// ```
pub const fn neg() {}

/// The larger of two; where they are equal each gets half of the derivative.
///
/// ```text
/// fn max(a, b)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
///         a.max(b)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, 0.5, 2.0], &[0.0, 0.5, 1.0])?, [0.0, 0.5, 2.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "maximum")]
pub const fn max() {}

/// The smaller of two; where they are equal each gets half of the derivative.
///
/// ```text
/// fn min(a, b)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
///         a.min(b)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, 0.5, 2.0], &[0.0, 0.5, 1.0])?, [-1.0, 0.5, 1.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "minimum")]
pub const fn min() {}

/// `x` kept between two numbers; no gradient passes where it is cut, nor at the two numbers themselves.
///
/// ```text
/// fn clamp(x, low, high)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.clamp(1.5, 2.5)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0])?, [1.5, 2.0, 2.5]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "clip")]
pub const fn clamp() {}

/// The product of `x` and a weight, but 0 where the weight is 0, even of an infinite `x`: so `0 log 0` is 0, and its
/// derivative too.
///
/// ```text
/// fn multiply_no_nan(a, b)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
///         a.multiply_no_nan(b)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, 0.5, 2.0], &[0.0, 0.5, 1.0])?, [0.0, 0.25, 2.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "xlogy")]
pub const fn multiply_no_nan() {}

/// `log(1 + eˣ) − t x`, the cross-entropy of `x.sigmoid()` for a truth `t` in `[0, 1]`, without overflow; 0 where an
/// infinite `x` is right.
///
/// ```text
/// fn logistic_loss(a, b)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
///         a.logistic_loss(b)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.5, 2.0], &[0.0, 0.5, 1.0])?, &[0.3133, 0.7241, 0.1269]);
/// # Ok(())
/// # }
/// ```
pub const fn logistic_loss() {}

/// `|t − y|`; where both are equal it is 0, also of infinities, and so is its derivative.
///
/// ```text
/// fn absolute_difference(y: Tensor<..>, t: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, y: Tensor<2>, t: Tensor<2>) -> Tensor<2> {
///         y.absolute_difference(t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[1.5, 2.0])?, [0.5, 0.0]);
/// # Ok(())
/// # }
/// ```
pub const fn absolute_difference() {}
