// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! The types of values. `usize`, `f64` and `bool` are Rust's, and known while compiling.

/// Numbers in a grid of these sizes, of one example: shapes have no axis of the batch. In a block `_` is a size that is
/// inferred. As an argument of a method it is a slice with the examples one after the other, as a result too.
///
/// ```text
/// Tensor<784>, Tensor<3, 32, 32>, Tensor<_, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 3>) -> Tensor<3, 2> {
///         x.t()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Tensor {}

/// An integer below the first number, or a grid of such integers, of the sizes that follow it: a class, words of a text. As
/// an argument of a method it is a slice of `u32`, which is checked.
///
/// ```text
/// Index<10>, Index<VOCABULARY, TIME>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, words: Index<5, 2>) -> Tensor<2, 5> {
///         words.one_hot()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[3, 1])?, [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Index {}

/// One number for each example. Where it leaves the network it is averaged over the batch; the first of a result is what
/// the gradient is of.
///
/// ```text
/// Scalar
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Scalar {
///         x.sum()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, 3.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Scalar {}

/// One number, or one grid of numbers, for the whole batch, given at run time: a temperature, a margin.
///
/// ```text
/// Shared, Shared<3, 4>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>, scale: Shared<2>) -> Tensor<2> {
///         x * scale
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[0.5, 2.0])?, [0.5, 4.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Shared {}

/// An argument of a block: a layer that is held, or the name of a block or a word. What is held shares its parameters among
/// all of its uses.
///
/// ```text
/// Layer
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     fn twice(x: Tensor<_>, layer: Layer) -> Tensor<_> {
///         layer(layer(x))
///     }
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<2> {
///         x.twice(dense(2, init = constant(0.5)))
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [1.5, 1.5]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.twice1.layer.weight", &[2, 2][..]),
///     ("f.twice1.layer.bias", &[2][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Layer {}

/// An argument of a block: the initial values of a parameter, such as `normal(0.02)`.
///
/// ```text
/// Initializer
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     fn scaled(x: Tensor<_>, init: Initializer) -> Tensor<_> {
///         x * param([x.size(0)], init)
///     }
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<2> {
///         x.scaled(constant(0.5))
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [0.5, 1.0]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.scaled1.param1", &[2][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Initializer {}
