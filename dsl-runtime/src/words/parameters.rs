// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! Parameters of one's own, and regularisers of those of the whole network.

/// A trained parameter, named by its `let`: `let weight = param([10, 784], xavier_uniform());`.
///
/// ```text
/// fn param(shape, init)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         let scale = param([3], constant(2.0));
///         scale * x
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0])?, [2.0, 4.0, 6.0]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.scale", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "Parameter")]
pub const fn param() {}

/// The parameters of the whole network whose names match, `parameters("*.weight")`; `*` stands for any letters.
///
/// ```text
/// fn parameters(pattern)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Scalar {
///         x.dense(1, init = constant(1.0)).sum() + 0.5 * parameters("*.weight").l2()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, 4.0);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[1, 2][..]),
///     ("f.dense1.bias", &[1][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "named_parameters")]
pub const fn parameters() {}

/// `Σ |x|`, over all elements of a tensor or of parameters.
///
/// ```text
/// fn l1(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Scalar {
///         x.l1()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[3.0, 4.0])?, 7.0);
/// # Ok(())
/// # }
/// ```
pub const fn l1() {}

/// `Σ x²`, over all elements of a tensor or of parameters: `‖x‖²`.
///
/// ```text
/// fn l2(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Scalar {
///         x.l2()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[3.0, 4.0])?, 25.0);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "weight_decay")]
pub const fn l2() {}

/// `√(Σ x²)`, over all elements of a tensor or of parameters: `‖x‖`; its derivative at 0 is 0.
///
/// ```text
/// fn norm(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Scalar {
///         x.norm()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[3.0, 4.0])?, 5.0);
/// # Ok(())
/// # }
/// ```
pub const fn norm() {}

/// `θ − θ₀` of parameters `θ`, where `θ₀` is what they were when the first step of training began, which buffers keep; 0
/// before. `parameters("encoder.*").from_start().l2()` holds a pretrained encoder near where it began: `‖θ − θ₀‖²` (L2-SP
/// of Li, Grandvalet and Davoine, 2018).
///
/// ```text
/// fn from_start(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Scalar {
///         x.dense(1, init = constant(1.0)).sum() + 0.5 * parameters("*").from_start().l2()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, 3.0);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[1, 2][..]),
///     ("f.dense1.bias", &[1][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn from_start() {}
