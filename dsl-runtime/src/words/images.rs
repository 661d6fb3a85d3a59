// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! What images `[channels, height, width]` and sequences `[channels, time]` are convolved, pooled and resized by.

/// Cross-correlation of `image` `[channels, height, width]` with `weight` `[out, in / groups, height, width]`,
/// `y[o, y, x] = Σ w[o, c, i, j] · x[c, y·s + i·d − p, x·s + j·d − p]`, or of `[channels, time]` with
/// `[out, in / groups, time]`. Sizes are one for both directions, or `[vertical, horizontal]`; `pad` is also
/// `[[top, bottom], [left, right]]`, `[before, after]` in one direction, or `"same"`: then the result is `⌈size / stride⌉`
/// long, and what is odd is padded below and to the right. The layers with parameters of their own are
/// [`conv`](fn@super::layers::conv), [`conv1d`](fn@super::layers::conv1d) and
/// [`depthwise_conv`](fn@super::layers::depthwise_conv).
///
/// ```text
/// fn convolve(image, weight, stride = 1, pad = 0, dilation = 1, groups = 1)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<1, 3, 3>) -> Tensor<1, 2, 2> {
///         let weight = param([1, 1, 2, 2], constant(0.25));
///         image.convolve(weight)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])?, [3.0, 4.0, 6.0, 7.0]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.weight", &[1, 1, 2, 2][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "conv2d")]
pub const fn convolve() {}

/// The transpose of [`convolve`](fn@super::images::convolve), which carries its gradient back to the image: `image`
/// `[in, height, width]`, `weight` `[in, out / groups, height, width]`,
/// `y[o, y·s + i·d − p, x·s + j·d − p] += w[c, o, i, j] · x[c, y, x]`. The result is
/// `(size − 1)·s + (kernel − 1)·d + 1 − pads + output_pad` long; `output_pad`, below the stride or the dilation, tells
/// apart the sizes that a stride makes equal. The layer with parameters of its own is
/// [`conv_transpose`](fn@super::layers::conv_transpose).
///
/// ```text
/// fn convolve_transpose(image, weight, stride = 1, pad = 0, output_pad = 0, dilation = 1, groups = 1)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<1, 1, 2>) -> Tensor<1, 2, 4> {
///         let weight = param([1, 1, 2, 2], constant(0.5));
///         image.convolve_transpose(weight, stride = 2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [0.5, 0.5, 1.0, 1.0, 0.5, 0.5, 1.0, 1.0]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.weight", &[1, 1, 2, 2][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "conv_transpose2d")]
pub const fn convolve_transpose() {}

/// The largest element of each window of the last two axes; padding never wins, and of equal ones the first row by row gets
/// the derivative. Sizes are one for both directions, or `[vertical, horizontal]`; `pad` is also
/// `[[top, bottom], [left, right]]` or `"same"`.
///
/// ```text
/// fn max_pool(x, window, stride = window, pad = 0)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<1, 2, 4>) -> Tensor<1, 1, 2> {
///         image.max_pool(2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])?, [6.0, 8.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "MaxPool2d")]
pub const fn max_pool() {}

/// The mean of each window of the last two axes. Padding counts as zeros, unless `count_pad = false`: then each mean is
/// that of the elements inside. Without a window the mean of each whole plane, whose two axes are dropped.
///
/// ```text
/// fn mean_pool(x, window = all, stride = window, pad = 0, count_pad = true)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<1, 2, 4>) -> Tensor<1, 1, 2> {
///         image.mean_pool(2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])?, [3.5, 5.5]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "AvgPool2d")]
pub const fn mean_pool() {}

/// The largest element of each window of the last axis, of equal ones the first gets the derivative; `pad` is also
/// `[before, after]` or `"same"`.
///
/// ```text
/// fn max_pool1d(x, window, stride = window, pad = 0)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<1, 4>) -> Tensor<1, 2> {
///         x.max_pool1d(2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [2.0, 4.0]);
/// # Ok(())
/// # }
/// ```
pub const fn max_pool1d() {}

/// The mean of each window of the last axis, padding counted as zeros unless `count_pad = false`.
///
/// ```text
/// fn mean_pool1d(x, window, stride = window, pad = 0, count_pad = true)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<1, 4>) -> Tensor<1, 2> {
///         x.mean_pool1d(2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [1.5, 3.5]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "AvgPool1d")]
pub const fn mean_pool1d() {}

/// The largest element of each channel of an image, `[channels]`; equal ones share the derivative.
///
/// ```text
/// fn global_max_pool(x: Tensor<_, _, _>) -> Tensor<_>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<2, 1, 2>) -> Tensor<2> {
///         image.global_max_pool()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [2.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "GlobalMaxPooling2D")]
pub const fn global_max_pool() {}

/// The mean of each channel of an image, `[channels]` (Lin et al., 2013).
///
/// ```text
/// fn global_mean_pool(x: Tensor<_, _, _>) -> Tensor<_>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<2, 1, 2>) -> Tensor<2> {
///         image.global_mean_pool()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [1.5, 3.5]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "GlobalAveragePooling2D")]
pub const fn global_mean_pool() {}

/// The last two axes pooled to `size`, or `[height, width]`, whatever they were: entry `i` of `n` is the largest of the
/// elements `⌊i·old/n⌋ .. ⌈(i+1)·old/n⌉`, of equal ones the first row by row gets the derivative.
///
/// ```text
/// fn adaptive_max_pool(x, size)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<1, 1, 4>) -> Tensor<1, 1, 2> {
///         image.adaptive_max_pool([1, 2])
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [2.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "AdaptiveMaxPool2d")]
pub const fn adaptive_max_pool() {}

/// The last two axes pooled to `size`, or `[height, width]`, whatever they were: entry `i` of `n` is the mean of the
/// elements `⌊i·old/n⌋ .. ⌈(i+1)·old/n⌉`.
///
/// ```text
/// fn adaptive_mean_pool(x, size)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<1, 1, 4>) -> Tensor<1, 1, 2> {
///         image.adaptive_mean_pool([1, 2])
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [1.5, 3.5]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "AdaptiveAvgPool2d")]
pub const fn adaptive_mean_pool() {}

/// Every element of the last two axes `factor` times, or `[vertical, horizontal]` times, in both directions.
///
/// ```text
/// fn upsample_nearest(image, factor)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<1, 1, 2>) -> Tensor<1, 2, 4> {
///         image.upsample_nearest(2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "interpolate")]
pub const fn upsample_nearest() {}

/// The last two axes `factor` times, or `[vertical, horizontal]` times, as long, by linear interpolation between the
/// centres of elements: entry `i` lies at `(i + ½) / factor − ½`, and what is outside is as the edge (PyTorch's
/// `align_corners=False`).
///
/// ```text
/// fn upsample_bilinear(image, factor)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<1, 1, 2>) -> Tensor<1, 1, 4> {
///         image.upsample_bilinear([1, 2])
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [1.0, 1.25, 1.75, 2.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "interpolate")]
pub const fn upsample_bilinear() {}

/// `[channels · f², height, width]` as `[channels, height · f, width · f]`: the f² channels of a pixel become its f × f
/// square (Shi et al., 2016).
///
/// ```text
/// fn pixel_shuffle(x: Tensor<_, _, _>, factor: usize) -> Tensor<_, _, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<4, 1, 1>) -> Tensor<1, 2, 2> {
///         image.pixel_shuffle(2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [1.0, 2.0, 3.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "depth_to_space")]
pub const fn pixel_shuffle() {}

/// `[channels, height, width]` as `[channels · f², height / f, width / f]`: the inverse of
/// [`pixel_shuffle`](fn@super::images::pixel_shuffle).
///
/// ```text
/// fn pixel_unshuffle(x: Tensor<_, _, _>, factor: usize) -> Tensor<_, _, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<1, 2, 2>) -> Tensor<4, 1, 1> {
///         image.pixel_unshuffle(2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [1.0, 2.0, 3.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "space_to_depth")]
pub const fn pixel_unshuffle() {}

/// `[size, size]`; a list of two sizes of at least 1 stays as it is: what a kernel or window is written as.
///
/// ```text
/// fn pair(size)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, image: Tensor<1, 3, 3>) -> Tensor<1, 2, 2> {
///         let [height, width] = pair(2);
///         image.slice(1, 0, height).slice(2, 0, width)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])?, [1.0, 2.0, 4.0, 5.0]);
/// # Ok(())
/// # }
/// ```
pub const fn pair() {}

/// The channels of one of `groups` equal groups.
///
/// ```text
/// fn per_group(channels, groups)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<6>) -> Tensor<2, 3> {
///         x.reshape([2, per_group(x.size(0), 2)])
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// # Ok(())
/// # }
/// ```
pub const fn per_group() {}
