// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! Attributes of the type and of functions.

/// Before a type with parameters: the declaration is a family of networks, one for each value that is listed, or for each
/// choice of one value per parameter. Each is compiled on its own: `Net<4>` and `Net<8>`.
///
/// ```text
/// #[instantiate(WIDTH = [4, 8])]
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     #[instantiate(WIDTH = [4, 8])]
///     pub struct Net<const WIDTH: usize>;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<WIDTH> {
///         x.dense(WIDTH)
///     }
/// }
///
/// # fn main() {}
/// ```
pub const fn instantiate() {}

/// Before the type: the numbers that matrix products and convolutions multiply are rounded to bf16 (8 significant bits; to
/// the nearest, of two to the even one), and the products summed in `f32`. All else stays as it is, and so does everything
/// in `f64`.
///
/// ```text
/// #[products(bf16)]
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     #[products(bf16)]
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<1> {
///         x.dense(1, bias = false, init = constant(0.5))
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0])?, [3.0]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[1, 3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn products() {}

/// Before the type: what it shows of its graphs as constants, in Graphviz' language (`dot`), as pictures of its layers,
/// which stand in its documentation too (`svg`, with the feature `pictures`), as formulas (`latex`), or as text (`text`).
///
/// ```text
/// #[document(dot, svg, latex, text)]
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     #[document(latex, text)]
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.tanh()
///     }
/// }
///
/// # fn main() {}
/// ```
pub const fn document() {}

/// Before the type: the parameters whose names match begin so, whatever their layers would begin with; of several patterns
/// that match a name the last counts.
///
/// ```text
/// #[initialize("*.weight" = orthogonal(), "head.*" = normal(0.01))]
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     #[initialize("*.weight" = constant(0.5))]
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<2> {
///         x.dense(2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [1.5, 1.5]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[2, 2][..]),
///     ("f.dense1.bias", &[2][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn initialize() {}

/// Before a function that takes `&self`: the path of its parameters, where that is not its name; `""` stands for no path at
/// all. A call names what it makes by the argument of the same name, `x.dense(10, name = "fc1")`. With PyTorch's names a
/// declaration loads PyTorch's files.
///
/// ```text
/// #[name = "encoder"]
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///     #[name = "encoder"]
///     pub fn f(&self, x: Tensor<3>) -> Tensor<2> {
///         x.dense(2, name = "fc1")
///     }
/// }
///
/// # fn main() {}
/// ```
pub const fn name() {}

/// Before a function: what its calls compute inside is not kept for the gradient, but computed a second time when the
/// gradient gets there (Chen et al., 2016). The gradient is the same, for less memory.
///
/// ```text
/// #[recompute]
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///     #[recompute]
///     fn block(x: Tensor<_>) -> Tensor<_> {
///         x + x.dense(x.size(0)).tanh()
///     }
///
///     pub fn loss(&self, x: Tensor<3>) -> Scalar {
///         x.block().block().sum()
///     }
/// }
///
/// # fn main() {}
/// ```
pub const fn recompute() {}

/// Before an entry point whose modes differ (a [`batch_norm`](fn@super::normalisation::batch_norm), a
/// [`dropout`](fn@super::state::dropout)): its gradient is compiled in evaluation mode too, and so are the derivatives that
/// [`derive_also`](fn@super::attributes::derive_also) asks for.
///
/// ```text
/// #[gradient(evaluation)]
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///     #[gradient(evaluation)]
///     pub fn loss(&self, x: Tensor<4>) -> Scalar {
///         x.dropout(0.5).dense(1).sum()
///     }
/// }
///
/// # fn main() {}
/// ```
pub const fn gradient() {}

/// Before an entry point: further methods, for derivatives besides the gradient. [`jvp`](fn@super::derivatives::jvp) is the
/// derivative of the results along a direction of the parameters, `hvp` the Hessian of the first
/// [`Scalar`](super::types::Scalar) times a direction (Pearlmutter, 1994), `gnvp(logits)` its Gauss–Newton matrix through
/// the value of that name times a direction (Schraudolph, 2002), `grad(image)` the gradient by arguments, or by
/// [`parameters`](fn@super::parameters::parameters).
///
/// ```text
/// #[derive_also(jvp, hvp, gnvp(logits), grad(image))]
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///     #[derive_also(hvp, grad(x))]
///     pub fn loss(&self, x: Tensor<3>) -> Scalar {
///         x.dense(2).square().sum()
///     }
/// }
///
/// # fn main() {}
/// ```
pub const fn derive_also() {}
