//! The macros of the language. Each hands its tokens to the compiler together with `$crate`, by which emitted
//! code finds this crate under whatever name the declaring crate has for it: renamed in its `Cargo.toml`, or
//! passed on by another crate.

pub use dsl_macros::{blocks, imported, network, reference};

/// A network, compiled: `network! { pub struct Name; … }` emits the type `Name`.
///
/// ```text
/// network! {
///     /// What it is.
///     pub struct Mlp;
///
///     const HIDDEN: usize = 128;                                      // a size or a number (`f64`)
///
///     fn layer(x: Tensor<_>, width: usize) -> Tensor<_> {             // a block: parameters for each call
///         x.dense(width).relu()
///     }
///
///     pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {        // an entry point: a method
///         image.layer(HIDDEN).dense(10)
///     }
///
///     pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
///         self.logits(image).softmax_cross_entropy(digit)
///     }
/// }
/// ```
///
/// Everything is written for one example; methods take any number of them, one after the other, up to the
/// capacity of the workspace. For the declaration above the macro emits
///
/// * `struct Mlp<T: Real = f32>`, whose documentation lists layers, parameters and entry points;
/// * `Mlp::new(seed)` and `Mlp::workspace()` for `f32`, and both in `Network` for `f32` and `f64`;
/// * for each entry point a method: `logits(&self, work, image: &[T]) -> Result<&[T], Error>`. A `Tensor`
///   comes and goes as a slice of numbers, an `Index` comes as a slice of `u32`, a `Shared` as one number or
///   slice for the batch, a `Scalar` result as the mean over the batch, a tuple as a tuple;
/// * for each entry point with a `Scalar` result also `loss_and_grad`, which returns `(results, gradient)`,
///   the gradient laid out like the parameters;
/// * where an entry point asks for its mode (a `batch_norm`, a `dropout`), its method evaluates, and
///   `logits_in_training` trains; its gradient is `loss_and_grad_in_training`, after `#[gradient(evaluation)]`
///   also `loss_and_grad_in_evaluation`, and there is no `loss_and_grad`;
/// * for each derivative that `#[derive_also(jvp, hvp, gnvp(logits), grad(image))]` asks for before an entry point a method
///   `loss_jvp`, `loss_hvp`, `loss_gnvp` or `loss_grad`, which returns it behind the results; its modes are those of the gradient;
/// * the traits `Network` and, for an entry point named `loss`, `Train` with its `train_step`, `accumulate`
///   and `apply`, and `HessianVector` and `GaussNewtonVector` where that one asks for `hvp` and `gnvp`;
/// * the text of the derived gradient, `Mlp::GRADIENT` (of an entry point `other`, `Mlp::OTHER_GRADIENT`), and of each derivative
///   that is asked for, `Mlp::HVP`;
/// * what its methods cost, `Mlp::COSTS`; after `#[document(dot, svg)]` before the type the pictures of its graphs, `Mlp::LOSS_DOT`,
///   `Mlp::GRADIENT_SVG`;
/// * a module `mlp_network` with the layout of the parameters and the numbered steps.
///
/// A declaration may begin with imports of [`blocks!`](crate::blocks!): `use vision::residual;`. With
/// `#[instantiate(WIDTH = [4, 8])] pub struct Mlp<const WIDTH: usize>;` it is a family: all of the above once
/// for each value, as `Mlp<4>` and `Mlp<8>`, or `Mlp<8, f64>`, with the modules `mlp_4_network` and
/// `mlp_8_network`.
///
/// [`words`](crate::words) documents every word that may be used in a declaration, and the repository's `docs/language.md` has the
/// language on one page. A mistake in a declaration is an
/// error at its token that says what to do.
#[macro_export]
macro_rules! network {
    ($($declaration:tt)*) => {
        $crate::macros::network! { [$crate] $($declaration)* }
    };
}

/// Blocks for the networks of other modules and crates: `blocks! { pub fn name(…) -> … { … } … }`.
///
/// ```text
/// // In the crate `vision`:
/// blocks! {
///     const SLOPE: f64 = 0.1;
///
///     fn layer(x: Tensor<_>, width: usize) -> Tensor<_> {
///         x.dense(width).leaky_relu(SLOPE)
///     }
///
///     /// Adds two layers to what they are given.
///     pub fn residual(x: Tensor<_>, width: usize) -> Tensor<_> {
///         x + x.layer(width).layer(x.size(0))
///     }
/// }
///
/// // In any crate that depends on it:
/// network! {
///     use vision::residual;
///
///     pub struct Mlp;
///
///     pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
///         image.residual(128).dense(10)
///     }
/// }
/// ```
///
/// The language is that of [`network!`](crate::network!), without a type and without `self`. What is `pub`
/// can be imported, by a `use` at the head of a `network!` or of another `blocks!`, under its own name or
/// another (`use vision::{residual as r}`); it brings the blocks and constants it needs, which are found by
/// no other name. Rust's own `pub use` passes it on from crate to crate. What goes wrong inside it is
/// reported at the call of its user.
#[macro_export]
macro_rules! blocks {
    ($($blocks:tt)*) => {
        $crate::macros::blocks! { [$crate] $($blocks)* }
    };
}

/// `reference!(3; network tokens)`: a batch of 3 through every entry point by the compiler's interpreter, for
/// tests.
#[doc(hidden)]
#[macro_export]
macro_rules! reference {
    ($($declaration:tt)*) => {
        $crate::macros::reference!([$crate] $($declaration)*)
    };
}
