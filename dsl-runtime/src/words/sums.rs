// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! Sums, means and extremes over axes or the batch, and products of matrices.

/// Σ over an axis, a list of axes, or all where none is named; `keep = true` leaves them with size 1.
///
/// ```text
/// fn sum(x, axis = …, keep = false)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 2>) -> Tensor<2> {
///         x.sum(axis = 1)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [3.0, 7.0]);
/// # Ok(())
/// # }
/// ```
pub const fn sum() {}

/// The mean over an axis, a list of axes, or all where none is named.
///
/// ```text
/// fn mean(x, axis = …, keep = false)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 2>) -> Tensor<2> {
///         x.mean(axis = 0)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [2.0, 3.0]);
/// # Ok(())
/// # }
/// ```
pub const fn mean() {}

/// The largest element over an axis, a list of axes, or all; equal ones share the derivative. (`max(a, b)` is the larger of
/// two values.)
///
/// ```text
/// fn max_over(x, axis = …, keep = false)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 2>) -> Tensor<2> {
///         x.max_over(axis = 1)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [2.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "amax")]
pub const fn max_over() {}

/// The smallest element over an axis, a list of axes, or all; equal ones share the derivative.
///
/// ```text
/// fn min_over(x, axis = …, keep = false)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 2>) -> Tensor<2> {
///         x.min_over(axis = 1)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [1.0, 3.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "amin")]
pub const fn min_over() {}

/// The running sum along an axis: each element and all before it.
///
/// ```text
/// fn cumsum(x, axis = -1)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.cumsum()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0])?, [1.0, 3.0, 6.0]);
/// # Ok(())
/// # }
/// ```
pub const fn cumsum() {}

/// The matrix product over the last two axes, `c[i, j] = Σ a[i, k] · b[k, j]`; a value of one axis is a row on the left and
/// a column on the right. The axes before them broadcast.
///
/// ```text
/// fn matmul(a, b)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, a: Tensor<2, 2>, b: Tensor<2, 2>) -> Tensor<2, 2> {
///         a.matmul(b)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0], &[1.0, 0.0, 0.0, 2.0])?, [1.0, 4.0, 3.0, 8.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "mm")]
#[doc(alias = "bmm")]
pub const fn matmul() {}

/// Σ over the examples of the batch: one value for all of them.
///
/// ```text
/// fn batch_sum(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<2> {
///         x / x.batch_sum()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [1.0, 1.0]);
/// # Ok(())
/// # }
/// ```
pub const fn batch_sum() {}

/// The number of examples of the batch, a value of the run.
///
/// ```text
/// fn batch_size()
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<2> {
///         x - x.batch_sum() / batch_size()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [0.0, 0.0]);
/// # Ok(())
/// # }
/// ```
pub const fn batch_size() {}
