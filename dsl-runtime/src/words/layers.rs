// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! Layers: functions with parameters. Each call makes its own; held by `let layer = dense(10);` and applied more than once,
//! it shares them.

/// Fully connected layer on the last axis: `y = W x + b`, `weight` `[width, in]`, `bias` `[width]`.
///
/// ```text
/// fn dense(
///     x: Tensor<..>,
///     width: usize,
///     bias: bool = true,
///     init: Initializer = xavier_uniform(),
/// ) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<3> {
///         x.dense(3, init = constant(0.5))
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [1.5, 1.5, 1.5]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[3, 2][..]),
///     ("f.dense1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "Linear")]
#[doc(alias = "fully_connected")]
pub const fn dense() {}

/// Two-dimensional convolution of an image `[channels, height, width]` (LeCun et al., 1989): `weight`
/// `[channels, in / groups, height, width]`, `bias` `[channels]`. Sizes are one for both directions, or
/// `[vertical, horizontal]`; `pad` is also `[[top, bottom], [left, right]]`, or `"same"` for a result of `⌈size / stride⌉`.
/// The result is `⌊(size + pads − (kernel − 1)·dilation − 1) / stride⌋ + 1` long.
///
/// ```text
/// fn conv(
///     x: Tensor<_, _, _>,
///     channels: usize,
///     kernel: [usize],
///     stride: [usize] = 1,
///     pad: Padding = 0,
///     dilation: [usize] = 1,
///     groups: usize = 1,
///     bias: bool = true,
///     init: Initializer = he_normal(),
/// ) -> Tensor<_, _, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<1, 4, 4>) -> Tensor<2, 4, 4> {
///         image.conv(2, 3, pad = 1)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 16])?.len(), 32);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.conv1.weight", &[2, 1, 3, 3][..]),
///     ("f.conv1.bias", &[2][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "Conv2d")]
pub const fn conv() {}

/// Convolution of a sequence `[channels, time]` (Waibel et al., 1989): `weight` `[channels, in / groups, kernel]`, `bias`
/// `[channels]`. `pad` is a number for both ends, `[before, after]` or `"same"`; `[(kernel − 1)·dilation, 0]` makes it
/// causal.
///
/// ```text
/// fn conv1d(
///     x: Tensor<_, _>,
///     channels: usize,
///     kernel: usize,
///     stride: usize = 1,
///     pad: Padding = 0,
///     dilation: usize = 1,
///     groups: usize = 1,
///     bias: bool = true,
///     init: Initializer = he_normal(),
/// ) -> Tensor<_, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 6>) -> Tensor<4, 4> {
///         x.conv1d(4, 3)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 12])?.len(), 16);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.conv1d1.weight", &[4, 2, 3][..]),
///     ("f.conv1d1.bias", &[4][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn conv1d() {}

/// A convolution in which each channel of the image has `multiplier` kernels of its own (Sifre, 2014): `weight`
/// `[in · multiplier, 1, height, width]`, `bias` `[in · multiplier]`. With `conv(channels, 1)` behind it, a separable
/// convolution (Howard et al., 2017).
///
/// ```text
/// fn depthwise_conv(
///     x: Tensor<_, _, _>,
///     kernel: [usize],
///     stride: [usize] = 1,
///     pad: Padding = 0,
///     dilation: [usize] = 1,
///     multiplier: usize = 1,
///     bias: bool = true,
///     init: Initializer = he_normal(),
/// ) -> Tensor<_, _, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<2, 4, 4>) -> Tensor<2, 2, 2> {
///         image.depthwise_conv(3)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 32])?.len(), 8);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.depthwise_conv1.weight", &[2, 1, 3, 3][..]),
///     ("f.depthwise_conv1.bias", &[2][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "DepthwiseConv2D")]
pub const fn depthwise_conv() {}

/// Transposed convolution of an image `[channels, height, width]` (Zeiler et al., 2010): `weight`
/// `[in, channels / groups, height, width]`, `bias` `[channels]`. Each element of the image adds its multiple of the kernel
/// to the result, which is `(size − 1)·stride + (kernel − 1)·dilation + 1 − pads + output_pad` long. `output_pad`, less
/// than the stride or the dilation, is zero rows below and columns to the right before padding is cut off.
///
/// ```text
/// fn conv_transpose(
///     x: Tensor<_, _, _>,
///     channels: usize,
///     kernel: [usize],
///     stride: [usize] = 1,
///     pad: Padding = 0,
///     output_pad: [usize] = 0,
///     dilation: [usize] = 1,
///     groups: usize = 1,
///     bias: bool = true,
///     init: Initializer = he_normal(),
/// ) -> Tensor<_, _, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<2, 3, 3>) -> Tensor<1, 6, 6> {
///         image.conv_transpose(1, 2, stride = 2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 18])?.len(), 36);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.conv_transpose1.weight", &[2, 1, 2, 2][..]),
///     ("f.conv_transpose1.bias", &[1][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "ConvTranspose2d")]
#[doc(alias = "deconvolution")]
pub const fn conv_transpose() {}

/// A row of a trained table for each index (Bengio et al., 2003): `weight` `[limit of the index, width]`.
///
/// ```text
/// fn embedding(x: Index<_>, width: usize, init: Initializer = normal(1.0)) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, token: Index<5>) -> Tensor<4> {
///         token.embedding(4)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[3])?.len(), 4);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.embedding1.weight", &[5, 4][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn embedding() {}
