// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! Activations. None overflows into NaN, however large its input.

/// Rectifier, `x` where positive, else 0; its derivative at 0 is 0.
///
/// ```text
/// fn relu(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.relu()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, 0.0, 2.0])?, [0.0, 0.0, 2.0]);
/// # Ok(())
/// # }
/// ```
pub const fn relu() {}

/// `x` where positive, else `slope · x` (Maas et al., 2013); its derivative at 0 is `slope`.
///
/// ```text
/// fn leaky_relu(x: Tensor<..>, slope: f64 = 0.01) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.leaky_relu()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[-0.01, 0.0, 2.0]);
/// # Ok(())
/// # }
/// ```
pub const fn leaky_relu() {}

/// [`leaky_relu`](fn@super::activations::leaky_relu) with a trained slope (He et al., 2015): `weight` `[1]`, shared by all
/// elements; its derivative at 0 is the slope.
///
/// ```text
/// fn prelu(x: Tensor<..>, init: Initializer = constant(0.25)) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.prelu()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, 0.0, 2.0])?, [-0.25, 0.0, 2.0]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.prelu1.weight", &[1][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn prelu() {}

/// `x` between 0 and 6 (Krizhevsky, 2010); its derivative at both ends is 0.
///
/// ```text
/// fn relu6(x: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.relu6()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, 0.0, 2.0])?, [0.0, 0.0, 2.0]);
/// # Ok(())
/// # }
/// ```
pub const fn relu6() {}

/// Exponential linear unit, `x` where positive, else `alpha · (eˣ − 1)` (Clevert et al., 2015); its derivative at 0 is
/// `alpha`.
///
/// ```text
/// fn elu(x: Tensor<..>, alpha: f64 = 1.0) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.elu()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[-0.6321, 0.0, 2.0]);
/// # Ok(())
/// # }
/// ```
pub const fn elu() {}

/// [`elu`](fn@super::activations::elu) scaled so that a deep network keeps mean 0 and variance 1 (Klambauer et al., 2017).
///
/// ```text
/// fn selu(x: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.selu()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[-1.1113, 0.0, 2.1014]);
/// # Ok(())
/// # }
/// ```
pub const fn selu() {}

/// Gaussian error linear unit, `x · Φ(x) = x/2 · (1 + erf(x/√2))` (Hendrycks and Gimpel, 2016).
///
/// ```text
/// fn gelu(x: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.gelu()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[-0.1587, 0.0, 1.9545]);
/// # Ok(())
/// # }
/// ```
pub const fn gelu() {}

/// [`gelu`](fn@super::activations::gelu) by `x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))` (Hendrycks and Gimpel, 2016), as
/// GPT-2 has it.
///
/// ```text
/// fn gelu_tanh(x: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.gelu_tanh()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[-0.1588, 0.0, 1.9546]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "NewGELU")]
pub const fn gelu_tanh() {}

/// Sigmoid linear unit or swish, `x · σ(x)` (Elfwing et al., 2017).
///
/// ```text
/// fn silu(x: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.silu()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[-0.2689, 0.0, 1.7616]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "swish")]
pub const fn silu() {}

/// `x · tanh(log(1 + eˣ))` (Misra, 2019).
///
/// ```text
/// fn mish(x: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.mish()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[-0.3034, 0.0, 1.944]);
/// # Ok(())
/// # }
/// ```
pub const fn mish() {}

/// Logistic sigmoid, `1 / (1 + e⁻ˣ)`.
///
/// ```text
/// fn sigmoid(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.sigmoid()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[0.2689, 0.5, 0.8808]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "expit")]
#[doc(alias = "logistic")]
pub const fn sigmoid() {}

/// `log σ(x)`, computed as `−log(1 + e⁻ˣ)` without overflow.
///
/// ```text
/// fn log_sigmoid(x: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.log_sigmoid()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[-1.3133, -0.6931, -0.1269]);
/// # Ok(())
/// # }
/// ```
pub const fn log_sigmoid() {}

/// Hyperbolic tangent.
///
/// ```text
/// fn tanh(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.tanh()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[-0.7616, 0.0, 0.964]);
/// # Ok(())
/// # }
/// ```
pub const fn tanh() {}

/// `log(1 + eˣ)`, without overflow.
///
/// ```text
/// fn softplus(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.softplus()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[0.3133, 0.6931, 2.1269]);
/// # Ok(())
/// # }
/// ```
pub const fn softplus() {}

/// `x / (1 + |x|)` (Turian et al., 2009).
///
/// ```text
/// fn softsign(x: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.softsign()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[-0.5, 0.0, 0.6667]);
/// # Ok(())
/// # }
/// ```
pub const fn softsign() {}

/// The sigmoid in three straight pieces, `x/6 + 1/2` between 0 and 1 (Courbariaux et al., 2015, with PyTorch's slope); its
/// derivative at ±3 is 0.
///
/// ```text
/// fn hard_sigmoid(x: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.hard_sigmoid()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[0.3333, 0.5, 0.8333]);
/// # Ok(())
/// # }
/// ```
pub const fn hard_sigmoid() {}

/// `x · hard_sigmoid(x)` (Howard et al., 2019): 0 up to −3, `x` from 3 on; its derivative there is that of these pieces, 0
/// and 1.
///
/// ```text
/// fn hard_swish(x: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.hard_swish()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[-1.0, 0.0, 2.0])?, &[-0.3333, 0.0, 1.6667]);
/// # Ok(())
/// # }
/// ```
pub const fn hard_swish() {}

/// `x` between `low` and `high` (Collobert, 2004); its derivative at both ends is 0.
///
/// ```text
/// fn hard_tanh(x: Tensor<..>, low: f64 = -1.0, high: f64 = 1.0) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.hard_tanh()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, 0.0, 2.0])?, [-1.0, 0.0, 1.0]);
/// # Ok(())
/// # }
/// ```
pub const fn hard_tanh() {}

/// Gated linear unit, `a · σ(b)` of the halves `a`, `b` of the last axis (Dauphin et al., 2016).
///
/// ```text
/// fn glu(x: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<2> {
///         x.glu()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[1.0, 2.0, 0.0, 1.0])?, &[0.5, 1.4621]);
/// # Ok(())
/// # }
/// ```
pub const fn glu() {}

/// `eˣ / Σ eˣ` along an axis, computed without overflow; a row of −∞ gives zeros, and +∞ takes the whole, in equal shares
/// where there are several. `x` is divided by the temperature first.
///
/// ```text
/// fn softmax(x, axis = -1, temperature = 1.0)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.softmax()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[1.0, 2.0, 3.0])?, &[0.09, 0.2447, 0.6652]);
/// # Ok(())
/// # }
/// ```
pub const fn softmax() {}

/// `x − log Σ eˣ` along an axis, computed without overflow. `x` is divided by the temperature first.
///
/// ```text
/// fn log_softmax(x, axis = -1, temperature = 1.0)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.log_softmax()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[1.0, 2.0, 3.0])?, &[-2.4076, -1.4076, -0.4076]);
/// # Ok(())
/// # }
/// ```
pub const fn log_softmax() {}
