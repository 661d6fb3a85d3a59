// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! What moves elements, and what asks for sizes or refuses them while compiling.

/// The same elements in row-major order under another shape, `x.reshape([4, 7])`; one size may be -1: what is left.
///
/// ```text
/// fn reshape(x, shape)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<2, 2> {
///         x.reshape([2, -1])
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [1.0, 2.0, 3.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "view")]
pub const fn reshape() {}

/// All axes as one, in row-major order, or those from `from` on.
///
/// ```text
/// fn flatten(x, from = 0)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 2>) -> Tensor<4> {
///         x.flatten()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [1.0, 2.0, 3.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "ravel")]
pub const fn flatten() {}

/// The last two axes exchanged: the transposed matrix.
///
/// ```text
/// fn t(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 2>) -> Tensor<2, 2> {
///         x.t()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [1.0, 3.0, 2.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "transpose")]
pub const fn t() {}

/// Axes `i` and `j` exchanged.
///
/// ```text
/// fn transpose(x, i, j)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 1, 2>) -> Tensor<2, 1, 2> {
///         x.transpose(0, 2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [1.0, 3.0, 2.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "swapaxes")]
#[doc(alias = "permute")]
pub const fn transpose() {}

/// One entry of an axis, which is dropped: `x.at(t)`; negative places count from the end.
///
/// ```text
/// fn at(x, index, axis = 0)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 2>) -> Tensor<2> {
///         x.at(-1)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [3.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "select")]
#[doc(alias = "index")]
pub const fn at() {}

/// The entries `from..to` of an axis.
///
/// ```text
/// fn slice(x, axis, from, to)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<2> {
///         x.slice(0, 1, 3)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [2.0, 3.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "narrow")]
pub const fn slice() {}

/// Equal parts along an axis: `let [q, k, v] = x.split(3, axis = -1);`.
///
/// ```text
/// fn split(x, parts, axis = -1)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<2> {
///         let [a, b] = x.split(2);
///         a * b
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [3.0, 8.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "chunk")]
pub const fn split() {}

/// Zeros before and after the entries of an axis.
///
/// ```text
/// fn pad(x, axis, before, after)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<5> {
///         x.pad(0, 1, 2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [0.0, 1.0, 2.0, 0.0, 0.0]);
/// # Ok(())
/// # }
/// ```
pub const fn pad() {}

/// Values one after the other along an axis: `concat([a, b], axis = 0)`.
///
/// ```text
/// fn concat(values, axis)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, a: Tensor<2>, b: Tensor<1>) -> Tensor<3> {
///         concat([a, b], axis = 0)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[3.0])?, [1.0, 2.0, 3.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "cat")]
pub const fn concat() {}

/// Values of one shape side by side, along a new first axis: `stack([a, b])`.
///
/// ```text
/// fn stack(values)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, a: Tensor<2>, b: Tensor<2>) -> Tensor<2, 2> {
///         stack([a, b])
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0], &[3.0, 4.0])?, [1.0, 2.0, 3.0, 4.0]);
/// # Ok(())
/// # }
/// ```
pub const fn stack() {}

/// The size of an axis; negative axes count from the end.
///
/// ```text
/// fn size(x, axis)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 3>) -> Tensor<3, 2> {
///         x.reshape([x.size(1), x.size(0)])
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// # Ok(())
/// # }
/// ```
pub const fn size() {}

/// The sizes of all axes, or of those from `from` on: `y.reshape(x.sizes())`.
///
/// ```text
/// fn sizes(x, from = 0)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 2>) -> Tensor<2, 2> {
///         x.flatten().cumsum().reshape(x.sizes())
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [1.0, 3.0, 6.0, 10.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "shape")]
pub const fn sizes() {}

/// The number of axes.
///
/// ```text
/// fn rank(x)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 2>) -> Tensor<2, 2> {
///         if x.rank() == 2 { x.t() } else { x }
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [1.0, 3.0, 2.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "dim")]
#[doc(alias = "ndim")]
pub const fn rank() {}

/// Refuses a call where a condition on sizes does not hold, saying what is needed and of which values:
/// `require(x.size(-1) % heads == 0, "a width that divides into the heads", x);`.
///
/// ```text
/// fn require(condition, what, x = …, y = …)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     fn halves(x: Tensor<_>) -> Tensor<_, _> {
///         require(x.size(0) % 2 == 0, "an even size", x);
///         x.reshape([2, -1])
///     }
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<2, 2> {
///         x.halves()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [1.0, 2.0, 3.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "assert")]
pub const fn require() {}

/// Refuses values of different shapes, where broadcasting would hide a slip.
///
/// ```text
/// fn same_shape(a, b)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     fn distance(a: Tensor<_>, b: Tensor<_>) -> Scalar {
///         same_shape(a, b);
///         (a - b).norm()
///     }
///
///     pub fn f(&self, a: Tensor<2>, b: Tensor<2>) -> Scalar {
///         distance(a, b)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[3.0, 5.0], &[0.0, 1.0])?, 5.0);
/// # Ok(())
/// # }
/// ```
pub const fn same_shape() {}

/// Refuses scores whose last axis is not as long as there are classes.
///
/// ```text
/// fn same_classes(scores, class)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     fn chosen(p: Tensor<_>, class: Index<_>) -> Scalar {
///         same_classes(p, class);
///         (p * class.one_hot()).sum()
///     }
///
///     pub fn f(&self, p: Tensor<3>, class: Index<3>) -> Scalar {
///         chosen(p, class)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.25, 0.5, 0.25], &[1])?, 0.5);
/// # Ok(())
/// # }
/// ```
pub const fn same_classes() {}

/// Refuses a value that is by construction not what a loss takes, `"scores"`, `"probabilities"` or `"log-probabilities"`: a
/// softmax where scores are taken, a layer's result where probabilities are.
///
/// ```text
/// fn takes(x, what)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     fn surprise(p: Tensor<_>) -> Tensor<_> {
///         takes(p, "probabilities");
///         -p.log()
///     }
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x.softmax().surprise()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[1.0, 2.0, 3.0])?, &[2.4076, 1.4076, 0.4076]);
/// # Ok(())
/// # }
/// ```
pub const fn takes() {}
