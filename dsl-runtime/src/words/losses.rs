// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! Losses of one example; what an entry point returns is the mean over the batch. Those that take a class also take a
//! distribution, or a tensor.

/// `−log softmax(scores)[class]`; over several rows of scores the mean of their losses. With `label_smoothing` ε the truth
/// is `1 − ε` at the class and `ε / classes` everywhere (Szegedy et al., 2016). Rows of the class `ignore`, such as
/// padding, do not count: the result is the mean over the rows of the *whole batch* that do, 0 if there is none.
///
/// ```text
/// fn softmax_cross_entropy(
///     scores: Tensor<..>,
///     class: Index<_>,
///     label_smoothing: f64 = 0.0,
///     ignore: f64 = -1.0,
/// ) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, scores: Tensor<3>, class: Index<3>) -> Scalar {
///         scores.softmax_cross_entropy(class)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(&[net.f(&mut work, &[1.0, 2.0, 3.0], &[2])?], &[0.4076]);
/// # Ok(())
/// # }
/// ```
///
/// # Or
///
/// `−Σ t log softmax(scores)` for a distribution `t`, where `0 log 0 = 0`; over several rows of scores the mean of their
/// losses. With `label_smoothing` ε the truth is `(1 − ε) t + ε / classes` (Szegedy et al., 2016).
///
/// ```text
/// fn softmax_cross_entropy(scores: Tensor<..>, t: Tensor<..>, label_smoothing: f64 = 0.0) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, scores: Tensor<3>, t: Tensor<3>) -> Scalar {
///         scores.softmax_cross_entropy(t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(&[net.f(&mut work, &[1.0, 2.0, 3.0], &[0.0, 0.25, 0.75])?], &[0.6576]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "CrossEntropyLoss")]
pub const fn softmax_cross_entropy() {}

/// `−log p[class]` of probabilities `p`; over several rows the mean of their losses. Other classes pass no gradient, also
/// where their probability is 0.
///
/// ```text
/// fn cross_entropy(p: Tensor<..>, class: Index<_>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, p: Tensor<3>, class: Index<3>) -> Scalar {
///         p.cross_entropy(class)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(&[net.f(&mut work, &[0.25, 0.25, 0.5], &[2])?], &[0.6931]);
/// # Ok(())
/// # }
/// ```
///
/// # Or
///
/// `−Σ t log p` of probabilities `p` and a distribution `t`, where `0 log 0 = 0`; over several rows the mean of their
/// losses.
///
/// ```text
/// fn cross_entropy(p: Tensor<..>, t: Tensor<..>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, p: Tensor<2>, t: Tensor<2>) -> Scalar {
///         p.cross_entropy(t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(&[net.f(&mut work, &[0.25, 0.75], &[0.5, 0.5])?], &[0.837]);
/// # Ok(())
/// # }
/// ```
pub const fn cross_entropy() {}

/// `−q[class]` of log-probabilities `q`, such as `x.log_softmax()`; over several rows the mean of their losses. Rows of the
/// class `ignore` do not count, as in [`softmax_cross_entropy`](fn@super::losses::softmax_cross_entropy).
///
/// ```text
/// fn negative_log_likelihood(q: Tensor<..>, class: Index<_>, ignore: f64 = -1.0) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, q: Tensor<3>, class: Index<3>) -> Scalar {
///         q.negative_log_likelihood(class)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, -2.0, -0.5], &[2])?, 0.5);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "NLLLoss")]
pub const fn negative_log_likelihood() {}

/// The mean over the batch of those `losses`, one for each class, whose class is not `ignore`; 0 if there is none.
///
/// ```text
/// fn mean_of_others(losses: Tensor<..>, class: Index<_>, ignore: f64) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, losses: Tensor<3>, class: Index<4, 3>) -> Scalar {
///         losses.mean_of_others(class, 0.0)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0], &[0, 1, 2])?, 2.5);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "ignore_index")]
pub const fn mean_of_others() {}

/// `binary_cross_entropy` of one probability, a scalar or `[1]`, and a class 0 or 1.
///
/// ```text
/// fn binary_cross_entropy(p: Tensor<..>, class: Index<2>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, p: Tensor<1>, class: Index<2>) -> Scalar {
///         p.binary_cross_entropy(class)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(&[net.f(&mut work, &[0.75], &[1])?], &[0.2877]);
/// # Ok(())
/// # }
/// ```
///
/// # Or
///
/// `−(t log p + (1 − t) log(1 − p))` of a probability `p` and a truth `t` in `[0, 1]`; the mean over all elements. As in
/// PyTorch a logarithm is at least −100, so that a `p` of 0 or 1 has a finite loss and gradient; that of `x.sigmoid()` is
/// exact instead.
///
/// ```text
/// fn binary_cross_entropy(p: Tensor<..>, t: Tensor<..>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, p: Tensor<2>, t: Tensor<2>) -> Scalar {
///         p.binary_cross_entropy(t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(&[net.f(&mut work, &[0.25, 0.75], &[0.0, 1.0])?], &[0.2877]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "BCELoss")]
pub const fn binary_cross_entropy() {}

/// `binary_cross_entropy_with_logits` of one logit, a scalar or `[1]`, and a class 0 or 1.
///
/// ```text
/// fn binary_cross_entropy_with_logits(x: Tensor<..>, class: Index<2>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<1>, class: Index<2>) -> Scalar {
///         x.binary_cross_entropy_with_logits(class)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(&[net.f(&mut work, &[2.0], &[1])?], &[0.1269]);
/// # Ok(())
/// # }
/// ```
///
/// # Or
///
/// `log(1 + eˣ) − t x`: `binary_cross_entropy(x.sigmoid(), t)` without overflow, 0 where an infinite `x` is right; the mean
/// over all elements.
///
/// ```text
/// fn binary_cross_entropy_with_logits(x: Tensor<..>, t: Tensor<..>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>, t: Tensor<2>) -> Scalar {
///         x.binary_cross_entropy_with_logits(t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(&[net.f(&mut work, &[2.0, -1.0], &[1.0, 0.5])?], &[0.4701]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "BCEWithLogitsLoss")]
pub const fn binary_cross_entropy_with_logits() {}

/// `‖t − y‖² = Σ (t − y)²`.
///
/// ```text
/// fn squared_error(y: Tensor<..>, t: Tensor<..>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, y: Tensor<2>, t: Tensor<2>) -> Scalar {
///         y.squared_error(t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[1.5, 2.0])?, 0.25);
/// # Ok(())
/// # }
/// ```
pub const fn squared_error() {}

/// The mean of `(t − y)²` over all elements.
///
/// ```text
/// fn mean_squared_error(y: Tensor<..>, t: Tensor<..>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, y: Tensor<2>, t: Tensor<2>) -> Scalar {
///         y.mean_squared_error(t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[1.5, 2.0])?, 0.125);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "MSELoss")]
pub const fn mean_squared_error() {}

/// `Σ |t − y|`; the derivative of a term is 0 where both are equal.
///
/// ```text
/// fn absolute_error(y: Tensor<..>, t: Tensor<..>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, y: Tensor<2>, t: Tensor<2>) -> Scalar {
///         y.absolute_error(t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[1.5, 2.0])?, 0.5);
/// # Ok(())
/// # }
/// ```
pub const fn absolute_error() {}

/// The mean of `|t − y|` over all elements; the derivative of a term is 0 where both are equal.
///
/// ```text
/// fn mean_absolute_error(y: Tensor<..>, t: Tensor<..>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, y: Tensor<2>, t: Tensor<2>) -> Scalar {
///         y.mean_absolute_error(t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[1.5, 2.0])?, 0.25);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "L1Loss")]
pub const fn mean_absolute_error() {}

/// `Σ max(0, margin + scores[j] − scores[class])` over the other classes `j` (Weston and Watkins, 1999); over several rows
/// of scores the mean of their losses. No gradient passes where a term is 0, also where it only just is.
///
/// ```text
/// fn hinge(scores: Tensor<..>, class: Index<_>, margin: f64 = 1.0) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, scores: Tensor<3>, class: Index<3>) -> Scalar {
///         scores.hinge(class)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 2.5], &[2])?, 0.5);
/// # Ok(())
/// # }
/// ```
///
/// # Or
///
/// `max(0, margin − t y)` for a truth `t` of −1 or +1 (Cortes and Vapnik, 1995); the mean over all elements. No gradient
/// passes where a term is 0, also where it only just is.
///
/// ```text
/// fn hinge(y: Tensor<..>, t: Tensor<..>, margin: f64 = 1.0) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, y: Tensor<2>, t: Tensor<2>) -> Scalar {
///         y.hinge(t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5, -2.0], &[1.0, -1.0])?, 0.25);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "MultiMarginLoss")]
#[doc(alias = "HingeEmbeddingLoss")]
pub const fn hinge() {}

/// `e²/2` where `|e| = |t − y| ≤ delta`, else `delta · (|e| − delta/2)` (Huber, 1964); the mean over all elements.
///
/// ```text
/// fn huber(y: Tensor<..>, t: Tensor<..>, delta: f64 = 1.0) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, y: Tensor<2>, t: Tensor<2>) -> Scalar {
///         y.huber(t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[1.5, 5.0])?, 1.3125);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "HuberLoss")]
pub const fn huber() {}

/// `e² / (2 · beta)` where `|e| = |t − y| < beta`, else `|e| − beta/2` (Girshick, 2015), which is `huber / beta`; the mean
/// over all elements.
///
/// ```text
/// fn smooth_l1(y: Tensor<..>, t: Tensor<..>, beta: f64 = 1.0) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, y: Tensor<2>, t: Tensor<2>) -> Scalar {
///         y.smooth_l1(t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[1.5, 5.0])?, 1.3125);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "SmoothL1Loss")]
pub const fn smooth_l1() {}

/// The relative entropy `Σ t log(t / p)` of a distribution `t` with respect to probabilities `p`, where `0 log 0 = 0`
/// (Kullback and Leibler, 1951); over several rows the mean of theirs.
///
/// ```text
/// fn kl_divergence(p: Tensor<..>, t: Tensor<..>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, p: Tensor<2>, t: Tensor<2>) -> Scalar {
///         p.kl_divergence(t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(&[net.f(&mut work, &[0.5, 0.5], &[0.25, 0.75])?], &[0.1308]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "KLDivLoss")]
pub const fn kl_divergence() {}

/// The relative entropy of independent normal distributions with respect to standard ones,
/// `½ Σ (mean² + e^log_variance − 1 − log_variance)`: the price of a variational autoencoder's code (Kingma and Welling,
/// 2014).
///
/// ```text
/// fn gaussian_kl_divergence(mean: Tensor<..>, log_variance: Tensor<..>) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, mean: Tensor<2>, log_variance: Tensor<2>) -> Scalar {
///         mean.gaussian_kl_divergence(log_variance)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(&[net.f(&mut work, &[1.0, 0.5], &[0.0, -1.0])?], &[0.8089]);
/// # Ok(())
/// # }
/// ```
pub const fn gaussian_kl_divergence() {}

/// `−log p(t)` of a normal distribution with this mean and variance `e^log_variance`, without the constant `½ log 2π`:
/// `½ (log_variance + (t − mean)² / e^log_variance)` (Nix and Weigend, 1994); the mean over all elements.
///
/// ```text
/// fn gaussian_negative_log_likelihood(
///     mean: Tensor<..>,
///     log_variance: Tensor<..>,
///     t: Tensor<..>,
/// ) -> Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, mean: Tensor<2>, log_variance: Tensor<2>, t: Tensor<2>) -> Scalar {
///         mean.gaussian_negative_log_likelihood(log_variance, t)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 0.5], &[0.0, 0.0], &[1.5, 0.5])?, 0.0625);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "GaussianNLLLoss")]
pub const fn gaussian_negative_log_likelihood() {}
