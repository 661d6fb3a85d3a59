// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! Comparisons, which yield 0 and 1, and the choice by them.

/// 1 where `a < b`, else 0.
///
/// ```text
/// fn less(a, b)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
///         a.less(b)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0])?, [1.0, 0.0, 0.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "lt")]
pub const fn less() {}

/// 1 where `a ≤ b`, else 0.
///
/// ```text
/// fn less_equal(a, b)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
///         a.less_equal(b)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0])?, [1.0, 1.0, 0.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "le")]
pub const fn less_equal() {}

/// 1 where `a > b`, else 0.
///
/// ```text
/// fn greater(a, b)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
///         a.greater(b)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, 0.5, 2.0], &[0.0, 0.5, 1.0])?, [0.0, 0.0, 1.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "gt")]
pub const fn greater() {}

/// 1 where `a ≥ b`, else 0.
///
/// ```text
/// fn greater_equal(a, b)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
///         a.greater_equal(b)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, 0.5, 2.0], &[0.0, 0.5, 1.0])?, [0.0, 1.0, 1.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "ge")]
pub const fn greater_equal() {}

/// 1 where `a = b`, else 0.
///
/// ```text
/// fn equal(a, b)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
///         a.equal(b)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[-1.0, 0.5, 2.0], &[0.0, 0.5, 1.0])?, [0.0, 1.0, 0.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "eq")]
pub const fn equal() {}

/// `a` where the mask is not 0, else `b`; what is not chosen is never looked at, not even a NaN, and passes no derivative,
/// whatever its slope.
///
/// ```text
/// fn select(mask, a, b)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, mask: Tensor<3>, a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
///         mask.select(a, b)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 0.0, 1.0], &[1.0, 2.0, 3.0], &[-1.0, -2.0, -3.0])?, [1.0, -2.0, 3.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "where")]
pub const fn select() {}
