// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! The words of the language: what may be called, named or said in [`network!`](crate::network!) and [`blocks!`](crate::blocks!).
//!
//! The items of these modules are documentation. Each stands for the word of its name, which is written in a declaration:
//! `x.dense(10)`, not `words::layers::dense`. What a declaration expands to refers to them, so an editor shows the documentation
//! of a word where it is used, and goes from there to its item.
//!
//! `f(x, n)`, `x.f(n)` and `f(n)(x)` are one call in three spellings. Arguments may be named, `pad = 2`; those with a default,
//! `stride = 1`, may be left out.
//!
//! | | |
//! |---|---|
//! | [layers](mod@layers) | [`dense`](layers::dense) [`conv`](layers::conv) [`conv1d`](layers::conv1d) [`depthwise_conv`](layers::depthwise_conv) [`conv_transpose`](layers::conv_transpose) [`embedding`](layers::embedding) |
//! | [activations](mod@activations) | [`relu`](activations::relu) [`leaky_relu`](activations::leaky_relu) [`prelu`](activations::prelu) [`relu6`](activations::relu6) [`elu`](activations::elu) [`selu`](activations::selu) [`gelu`](activations::gelu) [`gelu_tanh`](activations::gelu_tanh) [`silu`](activations::silu) [`mish`](activations::mish) [`sigmoid`](activations::sigmoid) [`log_sigmoid`](activations::log_sigmoid) [`tanh`](activations::tanh) [`softplus`](activations::softplus) [`softsign`](activations::softsign) [`hard_sigmoid`](activations::hard_sigmoid) [`hard_swish`](activations::hard_swish) [`hard_tanh`](activations::hard_tanh) [`glu`](activations::glu) [`softmax`](activations::softmax) [`log_softmax`](activations::log_softmax) |
//! | [normalisation](mod@normalisation) | [`batch_norm`](normalisation::batch_norm) [`layer_norm`](normalisation::layer_norm) [`rms_norm`](normalisation::rms_norm) [`group_norm`](normalisation::group_norm) [`instance_norm`](normalisation::instance_norm) [`standardise`](normalisation::standardise) |
//! | [recurrent](mod@recurrent) | [`rnn`](recurrent::rnn) [`lstm`](recurrent::lstm) [`lstm_with_state`](recurrent::lstm_with_state) [`gru`](recurrent::gru) [`bidirectional`](recurrent::bidirectional) [`rnn_cell`](recurrent::rnn_cell) [`lstm_cell`](recurrent::lstm_cell) [`gru_cell`](recurrent::gru_cell) [`lstm_step`](recurrent::lstm_step) [`gru_step`](recurrent::gru_step) [`lstm_states`](recurrent::lstm_states) |
//! | [attention](mod@attention) | [`multi_head_attention`](attention::multi_head_attention) [`cross_attention`](attention::cross_attention) [`scaled_dot_product_attention`](attention::scaled_dot_product_attention) [`causal_mask`](attention::causal_mask) [`mask`](attention::mask) [`split_heads`](attention::split_heads) [`join_heads`](attention::join_heads) [`encoder_layer`](attention::encoder_layer) [`decoder_layer`](attention::decoder_layer) [`feed_forward`](attention::feed_forward) [`sinusoidal_positions`](attention::sinusoidal_positions) [`learned_positions`](attention::learned_positions) |
//! | [losses](mod@losses) | [`softmax_cross_entropy`](losses::softmax_cross_entropy) [`cross_entropy`](losses::cross_entropy) [`negative_log_likelihood`](losses::negative_log_likelihood) [`mean_of_others`](losses::mean_of_others) [`binary_cross_entropy`](losses::binary_cross_entropy) [`binary_cross_entropy_with_logits`](losses::binary_cross_entropy_with_logits) [`squared_error`](losses::squared_error) [`mean_squared_error`](losses::mean_squared_error) [`absolute_error`](losses::absolute_error) [`mean_absolute_error`](losses::mean_absolute_error) [`hinge`](losses::hinge) [`huber`](losses::huber) [`smooth_l1`](losses::smooth_l1) [`kl_divergence`](losses::kl_divergence) [`gaussian_kl_divergence`](losses::gaussian_kl_divergence) [`gaussian_negative_log_likelihood`](losses::gaussian_negative_log_likelihood) |
//! | [images](mod@images) | [`convolve`](images::convolve) [`convolve_transpose`](images::convolve_transpose) [`max_pool`](images::max_pool) [`mean_pool`](images::mean_pool) [`max_pool1d`](images::max_pool1d) [`mean_pool1d`](images::mean_pool1d) [`global_max_pool`](images::global_max_pool) [`global_mean_pool`](images::global_mean_pool) [`adaptive_max_pool`](images::adaptive_max_pool) [`adaptive_mean_pool`](images::adaptive_mean_pool) [`upsample_nearest`](images::upsample_nearest) [`upsample_bilinear`](images::upsample_bilinear) [`pixel_shuffle`](images::pixel_shuffle) [`pixel_unshuffle`](images::pixel_unshuffle) [`pair`](images::pair) [`per_group`](images::per_group) |
//! | [element by element](mod@elementwise) | [`exp`](elementwise::exp) [`log`](elementwise::log) [`clamped_log`](elementwise::clamped_log) [`sqrt`](elementwise::sqrt) [`square`](elementwise::square) [`pow`](elementwise::pow) [`sin`](elementwise::sin) [`cos`](elementwise::cos) [`erf`](elementwise::erf) [`erfinv`](elementwise::erfinv) [`abs`](elementwise::abs) [`sign`](elementwise::sign) [`neg`](elementwise::neg) [`max`](elementwise::max) [`min`](elementwise::min) [`clamp`](elementwise::clamp) [`multiply_no_nan`](elementwise::multiply_no_nan) [`logistic_loss`](elementwise::logistic_loss) [`absolute_difference`](elementwise::absolute_difference) |
//! | [choices](mod@choices) | [`less`](choices::less) [`less_equal`](choices::less_equal) [`greater`](choices::greater) [`greater_equal`](choices::greater_equal) [`equal`](choices::equal) [`select`](choices::select) |
//! | [sums](mod@sums) | [`sum`](sums::sum) [`mean`](sums::mean) [`max_over`](sums::max_over) [`min_over`](sums::min_over) [`cumsum`](sums::cumsum) [`matmul`](sums::matmul) [`batch_sum`](sums::batch_sum) [`batch_size`](sums::batch_size) |
//! | [shapes](mod@shapes) | [`reshape`](shapes::reshape) [`flatten`](shapes::flatten) [`t`](shapes::t) [`transpose`](shapes::transpose) [`at`](shapes::at) [`slice`](shapes::slice) [`split`](shapes::split) [`pad`](shapes::pad) [`concat`](shapes::concat) [`stack`](shapes::stack) [`size`](shapes::size) [`sizes`](shapes::sizes) [`rank`](shapes::rank) [`require`](shapes::require) [`same_shape`](shapes::same_shape) [`same_classes`](shapes::same_classes) [`takes`](shapes::takes) |
//! | [state and chance](mod@state) | [`buffer`](state::buffer) [`update`](state::update) [`training`](state::training) [`noise`](state::noise) [`dropout`](state::dropout) [`drop_rate`](state::drop_rate) |
//! | [indices](mod@indices) | [`one_hot`](indices::one_hot) [`gather`](indices::gather) [`number`](indices::number) [`limit`](indices::limit) |
//! | [parameters](mod@parameters) | [`param`](parameters::param) [`parameters`](parameters::parameters) [`l1`](parameters::l1) [`l2`](parameters::l2) [`norm`](parameters::norm) [`from_start`](parameters::from_start) |
//! | [derivatives](mod@derivatives) | [`grad`](derivatives::grad) [`per_example_grad`](derivatives::per_example_grad) [`vjp`](derivatives::vjp) [`jvp`](derivatives::jvp) [`jacobian`](derivatives::jacobian) [`hessian`](derivatives::hessian) [`laplacian`](derivatives::laplacian) [`divergence`](derivatives::divergence) [`stop_gradient`](derivatives::stop_gradient) [`custom_gradient`](derivatives::custom_gradient) [`opaque`](derivatives::opaque) |
//! | [values and initialisers](mod@values) | [`zeros`](values::zeros) [`ones`](values::ones) [`full`](values::full) [`arange`](values::arange) [`constant`](values::constant) [`uniform`](values::uniform) [`normal`](values::normal) [`xavier_uniform`](values::xavier_uniform) [`xavier_normal`](values::xavier_normal) [`he_uniform`](values::he_uniform) [`he_normal`](values::he_normal) [`lecun_uniform`](values::lecun_uniform) [`lecun_normal`](values::lecun_normal) [`truncated_normal`](values::truncated_normal) [`orthogonal`](values::orthogonal) [`sparse`](values::sparse) |
//! | [types](mod@types) | [`Tensor`](types::Tensor) [`Index`](types::Index) [`Scalar`](types::Scalar) [`Shared`](types::Shared) [`Layer`](types::Layer) [`Initializer`](types::Initializer) |
//! | [attributes](mod@attributes) | [`instantiate`](attributes::instantiate) [`products`](attributes::products) [`document`](attributes::document) [`initialize`](attributes::initialize) [`name`](attributes::name) [`recompute`](attributes::recompute) [`gradient`](attributes::gradient) [`derive_also`](attributes::derive_also) |

pub mod activations;
pub mod attention;
pub mod attributes;
pub mod choices;
pub mod derivatives;
pub mod elementwise;
pub mod images;
pub mod indices;
pub mod layers;
pub mod losses;
pub mod normalisation;
pub mod parameters;
pub mod recurrent;
pub mod shapes;
pub mod state;
pub mod sums;
pub mod types;
pub mod values;

/// All words, for the references of expanded declarations.
#[doc(hidden)]
pub mod all {
    pub use super::activations::*;
    pub use super::attention::*;
    pub use super::attributes::*;
    pub use super::choices::*;
    pub use super::derivatives::*;
    pub use super::elementwise::*;
    pub use super::images::*;
    pub use super::indices::*;
    pub use super::layers::*;
    pub use super::losses::*;
    pub use super::normalisation::*;
    pub use super::parameters::*;
    pub use super::recurrent::*;
    pub use super::shapes::*;
    pub use super::state::*;
    pub use super::sums::*;
    pub use super::types::*;
    pub use super::values::*;
}
