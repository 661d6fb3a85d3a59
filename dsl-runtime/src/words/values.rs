// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! Tensors of given numbers, and the initial values of parameters.

/// A tensor of zeros, `zeros([3, 4])`; as an initialiser `zeros()`.
///
/// ```text
/// fn zeros(shape = …)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<4> {
///         concat([x, zeros([2])], axis = 0)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [1.0, 2.0, 0.0, 0.0]);
/// # Ok(())
/// # }
/// ```
pub const fn zeros() {}

/// A tensor of ones: `ones([3, 4])`.
///
/// ```text
/// fn ones(shape)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<2> {
///         x + ones([2])
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [2.0, 3.0]);
/// # Ok(())
/// # }
/// ```
pub const fn ones() {}

/// A tensor of one number: `full([3, 4], 0.5)`.
///
/// ```text
/// fn full(shape, value)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2>) -> Tensor<2> {
///         x * full([2], 0.5)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0])?, [0.5, 1.0]);
/// # Ok(())
/// # }
/// ```
pub const fn full() {}

/// The numbers 0, 1 … `count - 1` as a vector, `arange(28)`: places along an axis.
///
/// ```text
/// fn arange(count)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>) -> Tensor<3> {
///         x * arange(3)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0])?, [0.0, 2.0, 6.0]);
/// # Ok(())
/// # }
/// ```
pub const fn arange() {}

/// Every element begins as one number.
///
/// ```text
/// fn constant(value)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<3> {
///         x.dense(3, init = constant(0.5))
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?, [5.0, 5.0, 5.0]);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[3, 4][..]),
///     ("f.dense1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn constant() {}

/// Evenly between two numbers.
///
/// ```text
/// fn uniform(low, high)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<3> {
///         x.dense(3, init = uniform(-0.1, 0.1))
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[3, 4][..]),
///     ("f.dense1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn uniform() {}

/// Normally distributed.
///
/// ```text
/// fn normal(std, mean = 0.0)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<3> {
///         x.dense(3, init = normal(0.02))
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[3, 4][..]),
///     ("f.dense1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn normal() {}

/// Evenly within ±√(6 / (fan in + fan out)) (Glorot and Bengio, 2010).
///
/// ```text
/// fn xavier_uniform()
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<3> {
///         x.dense(3, init = xavier_uniform())
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[3, 4][..]),
///     ("f.dense1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "glorot_uniform")]
pub const fn xavier_uniform() {}

/// Normal with variance 2 / (fan in + fan out) (Glorot and Bengio, 2010).
///
/// ```text
/// fn xavier_normal()
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<3> {
///         x.dense(3, init = xavier_normal())
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[3, 4][..]),
///     ("f.dense1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "glorot_normal")]
pub const fn xavier_normal() {}

/// Evenly within ±√(6 / fan in) (He et al., 2015).
///
/// ```text
/// fn he_uniform()
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<3> {
///         x.dense(3, init = he_uniform())
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[3, 4][..]),
///     ("f.dense1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "kaiming_uniform")]
pub const fn he_uniform() {}

/// Normal with variance 2 / fan in (He et al., 2015).
///
/// ```text
/// fn he_normal()
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<3> {
///         x.dense(3, init = he_normal())
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[3, 4][..]),
///     ("f.dense1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "kaiming_normal")]
pub const fn he_normal() {}

/// Evenly within ±√(3 / fan in) (LeCun et al., 1998).
///
/// ```text
/// fn lecun_uniform()
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<3> {
///         x.dense(3, init = lecun_uniform())
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[3, 4][..]),
///     ("f.dense1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn lecun_uniform() {}

/// Normal with variance 1 / fan in (LeCun et al., 1998).
///
/// ```text
/// fn lecun_normal()
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<3> {
///         x.dense(3, init = lecun_normal())
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[3, 4][..]),
///     ("f.dense1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn lecun_normal() {}

/// Normally distributed, drawn anew until it is within two standard deviations: their variance is 0.774 of `std²`.
///
/// ```text
/// fn truncated_normal(std, mean = 0.0)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<3> {
///         x.dense(3, init = truncated_normal(0.02))
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[3, 4][..]),
///     ("f.dense1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "trunc_normal")]
pub const fn truncated_normal() {}

/// The rows are orthonormal, or the columns where they are fewer, times `gain`; of more than two axes the first is that of
/// the rows (Saxe, McClelland and Ganguli, 2014).
///
/// ```text
/// fn orthogonal(gain = 1.0)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<3> {
///         x.dense(3, init = orthogonal())
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[3, 4][..]),
///     ("f.dense1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn orthogonal() {}

/// For each output so many of its inputs, drawn by chance, are normally distributed, and the others are 0 (Martens, 2010).
///
/// ```text
/// fn sparse(inputs, std = 1.0)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<4>) -> Tensor<3> {
///         x.dense(3, init = sparse(2))
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0])?.len(), 3);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.dense1.weight", &[3, 4][..]),
///     ("f.dense1.bias", &[3][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn sparse() {}
