// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! Normalisation, by the statistics of the batch or of each example.

/// Batch normalisation (Ioffe and Szegedy, 2015) of `[channels]` and up to three more axes, such as height and width:
/// `weight · (x − mean) / √(variance + epsilon) + bias`, each `[channels]`.
///
/// In training, mean and variance are those of the channel over the whole batch and all places, and the buffers
/// `running_mean` and `running_var` (unbiased) move towards them by `momentum`; in evaluation the buffers are used. A batch
/// with a single value per channel has no unbiased variance: training on it is an error.
///
/// ```text
/// fn batch_norm(
///     x: Tensor<..>,
///     momentum: f64 = 0.1,
///     epsilon: f64 = 1e-5,
///     affine: bool = true,
/// ) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.batch_norm()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[1.0, 2.0, 3.0])?, &[1.0, 2.0, 3.0]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.batch_norm1.weight", &[3][..]),
///     ("f.batch_norm1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "BatchNorm1d")]
#[doc(alias = "BatchNorm2d")]
#[doc(alias = "BatchNorm3d")]
pub const fn batch_norm() {}

/// [`standardise`](fn@super::normalisation::standardise) along the last axes, `axes` of them as one, each position on its
/// own (Ba et al., 2016); then, if `affine`, times `weight` plus `bias`, both of the shape of these axes.
///
/// ```text
/// fn layer_norm(
///     x: Tensor<..>,
///     axes: usize = 1,
///     affine: bool = true,
///     epsilon: f64 = 1e-5,
/// ) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<4> {
///         x.layer_norm()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, &[-1.3416, -0.4472, 0.4472, 1.3416]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.layer_norm1.weight", &[4][..]),
///     ("f.layer_norm1.bias", &[4][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn layer_norm() {}

/// `x / √(mean x² + epsilon)` along the last axes, `axes` of them (Zhang and Sennrich, 2019); then, if `affine`, times
/// `weight` of the shape of these axes.
///
/// ```text
/// fn rms_norm(x: Tensor<..>, axes: usize = 1, affine: bool = true, epsilon: f64 = 1e-6) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<4> {
///         x.rms_norm()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, &[0.3651, 0.7303, 1.0954, 1.4606]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.rms_norm1.weight", &[4][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn rms_norm() {}

/// [`standardise`](fn@super::normalisation::standardise) over each of `groups` equal groups of channels, the first axis,
/// with all that is behind it (Wu and He, 2018); then, if `affine`, times `weight` plus `bias`, both `[channels]`.
///
/// ```text
/// fn group_norm(x: Tensor<..>, groups: usize, affine: bool = true, epsilon: f64 = 1e-5) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<4> {
///         x.group_norm(2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[1.0, 2.0, 3.0, 5.0])?, &[-1.0, 1.0, -1.0, 1.0]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.group_norm1.weight", &[4][..]),
///     ("f.group_norm1.bias", &[4][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn group_norm() {}

/// [`standardise`](fn@super::normalisation::standardise) over each channel, an entry of the first axis, with all that is
/// behind it (Ulyanov et al., 2016); then, if `affine`, times `weight` plus `bias`, both `[channels]`.
///
/// ```text
/// fn instance_norm(x: Tensor<..>, affine: bool = false, epsilon: f64 = 1e-5) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 2>) -> Tensor<2, 2> {
///         x.instance_norm()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[1.0, 2.0, 3.0, 5.0])?, &[-1.0, 1.0, -1.0, 1.0]);
/// # Ok(())
/// # }
/// ```
pub const fn instance_norm() {}

/// Mean 0 and variance 1 along the last axis, `(x − mean) / √(variance + epsilon)`.
///
/// ```text
/// fn standardise(x: Tensor<..>, epsilon: f64 = 1e-5) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<4> {
///         x.standardise()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, &[-1.3416, -0.4472, 0.4472, 1.3416]);
/// # Ok(())
/// # }
/// ```
pub const fn standardise() {}
