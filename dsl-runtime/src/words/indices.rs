// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! What an `Index` is used by.

/// A row of zeros with a 1 at the index, as long as the index' limit or `classes`.
///
/// ```text
/// fn one_hot(index, classes = …)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, class: Index<3>) -> Tensor<3> {
///         class.one_hot()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1])?, [0.0, 1.0, 0.0]);
/// # Ok(())
/// # }
/// ```
pub const fn one_hot() {}

/// The rows of a table at the indices: `table.gather(index)`.
///
/// ```text
/// fn gather(table, index)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, rows: Index<3, 2>) -> Tensor<2, 2> {
///         let table = param([3, 2], constant(0.5));
///         table.gather(rows)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[2, 0])?, [0.5, 0.5, 0.5, 0.5]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.table", &[3, 2][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "index_select")]
#[doc(alias = "take")]
pub const fn gather() {}

/// The index as a number: `0.0`, `1.0` …; no gradient passes, there is none.
///
/// ```text
/// fn number(index)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, day: Index<7>) -> Tensor<1> {
///         day.number().reshape([1])
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[3])?, [3.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "float")]
pub const fn number() {}

/// The number of values an index may have: the `N` of `Index<N>`.
///
/// ```text
/// fn limit(index)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, class: Index<4>) -> Tensor<4> {
///         class.one_hot() / class.limit()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1])?, [0.0, 0.25, 0.0, 0.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "num_classes")]
pub const fn limit() {}
