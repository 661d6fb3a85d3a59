// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! State that is saved but not trained, the mode, and chance.

/// State that is saved but not trained, named by its `let`: `let running_mean = buffer([16], zeros());`. Reading it gives
/// what it holds before the step.
///
/// ```text
/// fn buffer(shape, init)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<2> {
///         let total = buffer([2], zeros());
///         total.update(total + x.batch_sum());
///         x - total
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [1.0, 2.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "register_buffer")]
pub const fn buffer() {}

/// What a buffer holds after the step, `running_mean.update(0.9 * running_mean + 0.1 * mean)`: one value for the whole
/// batch. In evaluation mode nothing changes. A second update in one step starts from the first's value. The statistics of
/// what gets no gradient, behind a [`stop_gradient`](fn@super::derivatives::stop_gradient), stand still.
///
/// ```text
/// fn update(buffer, value)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<2> {
///         let mean = buffer([2], zeros());
///         mean.update(0.9 * mean + 0.1 * x.batch_sum() / batch_size());
///         x - mean
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [1.0, 2.0]);
/// # Ok(())
/// # }
/// ```
pub const fn update() {}

/// Whether the network is being trained, known while compiling: `if training() { … } else { … }`. An entry point that asks
/// is compiled once for each mode.
///
/// ```text
/// fn training()
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<2> {
///         if training() { x + noise([2], normal(0.1)) } else { x }
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [1.0, 2.0]);
/// # Ok(())
/// # }
/// ```
pub const fn training() {}

/// Random numbers, other ones in every example, step and place: `noise([20], normal(1.0))`,
/// `noise(x.sizes(), uniform(0.0, 1.0))`. The workspace's seed and its count of steps fix them.
///
/// ```text
/// fn noise(shape, distribution)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x + noise(x.sizes(), normal(0.1))
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0])?.len(), 3);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "rand")]
#[doc(alias = "randn")]
pub const fn noise() {}

/// Dropout (Srivastava et al., 2014): in training each element is 0 with probability `rate`, else `x / (1 − rate)`, drawn
/// anew for every example and step; in evaluation `x`.
///
/// ```text
/// fn dropout(x: Tensor<..>, rate: f64) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.dropout(0.5)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0])?, [1.0, 2.0, 3.0]);
/// # Ok(())
/// # }
/// ```
pub const fn dropout() {}

/// Refuses a number outside of `[0, 1): the share of values that is dropped.`
///
/// ```text
/// fn drop_rate(rate)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     fn worn(x: Tensor<_>, rate: f64) -> Tensor<_> {
///         drop_rate(rate);
///         x.dropout(rate)
///     }
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.worn(0.5)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0])?, [1.0, 2.0, 3.0]);
/// # Ok(())
/// # }
/// ```
pub const fn drop_rate() {}
