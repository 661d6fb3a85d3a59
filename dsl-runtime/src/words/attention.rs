// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.

//! Attention and the layers of a Transformer. Rows of a matrix are places in time, columns are features. A mask is a tensor
//! of 0 and 1 that repeats to `[query, key]`: 1 where a query may look.

/// Self-attention of `heads` heads side by side (Vaswani et al., 2017), with PyTorch's parameters: `in_proj_weight`
/// `[3 · width, width]` of queries, keys and values, `in_proj_bias` `[3 · width]`, `out_proj.weight` and `out_proj.bias`.
/// `dropout` is the share of the attention's weights that training drops.
///
/// ```text
/// fn multi_head_attention(
///     x: Tensor<_, _>,
///     mask: Tensor<..> = 1.0,
///     heads: usize,
///     causal: bool = false,
///     bias: bool = true,
///     dropout: f64 = 0.0,
/// ) -> Tensor<_, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3, 4>) -> Tensor<3, 4> {
///         x.multi_head_attention(heads = 2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 12])?.len(), 12);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.multi_head_attention1.in_proj_weight", &[12, 4][..]),
///     ("f.multi_head_attention1.in_proj_bias", &[12][..]),
///     ("f.multi_head_attention1.out_proj.weight", &[4, 4][..]),
///     ("f.multi_head_attention1.out_proj.bias", &[4][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn multi_head_attention() {}

/// Attention of the rows of `x` to those of `memory`, of one width (Vaswani et al., 2017), with the parameters of
/// [`multi_head_attention`](fn@super::attention::multi_head_attention), and its `dropout`.
///
/// ```text
/// fn cross_attention(
///     x: Tensor<_, _>,
///     memory: Tensor<_, _>,
///     mask: Tensor<..> = 1.0,
///     heads: usize,
///     bias: bool = true,
///     dropout: f64 = 0.0,
/// ) -> Tensor<_, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 4>, memory: Tensor<3, 4>) -> Tensor<2, 4> {
///         x.cross_attention(memory, heads = 2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 8], &[0.5; 12])?.len(), 8);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.cross_attention1.in_proj_weight", &[12, 4][..]),
///     ("f.cross_attention1.in_proj_bias", &[12][..]),
///     ("f.cross_attention1.out_proj.weight", &[4, 4][..]),
///     ("f.cross_attention1.out_proj.bias", &[4][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
pub const fn cross_attention() {}

/// `softmax(q kᵀ / √width) v` (Vaswani et al., 2017) of queries `[.., query, width]`, keys `[.., key, width]` and values
/// `[.., key, features]`. `causal` hides every key later than the query; `dropout` is the share of the weights that
/// training drops.
///
/// ```text
/// fn scaled_dot_product_attention(
///     q: Tensor<..>,
///     k: Tensor<..>,
///     v: Tensor<..>,
///     mask: Tensor<..> = 1.0,
///     causal: bool = false,
///     dropout: f64 = 0.0,
/// ) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, q: Tensor<1, 2>, k: Tensor<2, 2>, v: Tensor<2, 1>) -> Tensor<1, 1> {
///         q.scaled_dot_product_attention(k, v)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[1.0, 0.0], &[1.0, 0.0, 0.0, 1.0], &[1.0, 0.0])?, &[0.6698]);
/// # Ok(())
/// # }
/// ```
pub const fn scaled_dot_product_attention() {}

/// `x` where key `j` is not later than query `i`, −∞ elsewhere: scores `[.., i, j]` for a softmax that sees no future.
///
/// ```text
/// fn causal_mask(x: Tensor<..>) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, scores: Tensor<2, 2>) -> Tensor<2, 2> {
///         scores.causal_mask().softmax()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.0; 4])?, [1.0, 0.0, 0.5, 0.5]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "tril")]
pub const fn causal_mask() {}

/// `x` where the mask is not 0, −∞ elsewhere: what a softmax gives no weight. The mask repeats to the shape of `x`.
///
/// ```text
/// fn mask(x, mask)
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3>, seen: Tensor<3>) -> Tensor<3> {
///         x.mask(seen).softmax()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[2.0, 2.0, 5.0], &[1.0, 1.0, 0.0])?, [0.5, 0.5, 0.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "masked_fill")]
pub const fn mask() {}

/// The columns of each head apart: `[time, width]` as `[heads, time, width / heads]`.
///
/// ```text
/// fn split_heads(x: Tensor<_, _>, heads: usize) -> Tensor<_, _, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 4>) -> Tensor<2, 2, 2> {
///         x.split_heads(2)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])?, [1.0, 2.0, 5.0, 6.0, 3.0, 4.0, 7.0, 8.0]);
/// # Ok(())
/// # }
/// ```
pub const fn split_heads() {}

/// [`split_heads`](fn@super::attention::split_heads) undone: `[heads, time, features]` as `[time, heads · features]`.
///
/// ```text
/// fn join_heads(x: Tensor<_, _, _>) -> Tensor<_, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 2, 2>) -> Tensor<2, 4> {
///         x.join_heads()
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])?, [1.0, 2.0, 5.0, 6.0, 3.0, 4.0, 7.0, 8.0]);
/// # Ok(())
/// # }
/// ```
pub const fn join_heads() {}

/// A layer of a Transformer's encoder (Vaswani et al., 2017): self-attention, then two dense layers, each with its residual
/// connection. Normalised behind each sum, or with `norm_first` in front of each part (Xiong et al., 2020). `dropout` is
/// the share that training drops where PyTorch does: of the attention's weights, of what the attention yields, of the
/// hidden values between the dense layers and of what these yield. The parameters are PyTorch's: `self_attn`, `linear1`,
/// `linear2`, `norm1`, `norm2`.
///
/// ```text
/// fn encoder_layer(
///     x: Tensor<_, _>,
///     mask: Tensor<..> = 1.0,
///     heads: usize,
///     hidden: usize,
///     norm_first: bool = false,
///     causal: bool = false,
///     activation: Layer = relu,
///     epsilon: f64 = 1e-5,
///     dropout: f64 = 0.0,
/// ) -> Tensor<_, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3, 4>) -> Tensor<3, 4> {
///         x.encoder_layer(heads = 2, hidden = 8)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 12])?.len(), 12);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.encoder_layer1.self_attn.in_proj_weight", &[12, 4][..]),
///     ("f.encoder_layer1.self_attn.in_proj_bias", &[12][..]),
///     ("f.encoder_layer1.self_attn.out_proj.weight", &[4, 4][..]),
///     ("f.encoder_layer1.self_attn.out_proj.bias", &[4][..]),
///     ("f.encoder_layer1.linear1.weight", &[8, 4][..]),
///     ("f.encoder_layer1.linear1.bias", &[8][..]),
///     ("f.encoder_layer1.linear2.weight", &[4, 8][..]),
///     ("f.encoder_layer1.linear2.bias", &[4][..]),
///     ("f.encoder_layer1.norm1.weight", &[4][..]),
///     ("f.encoder_layer1.norm1.bias", &[4][..]),
///     ("f.encoder_layer1.norm2.weight", &[4][..]),
///     ("f.encoder_layer1.norm2.bias", &[4][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "TransformerEncoderLayer")]
pub const fn encoder_layer() {}

/// A layer of a Transformer's decoder (Vaswani et al., 2017): causal self-attention, attention to `memory`, what the
/// encoder made, then two dense layers; residual connections, norms and `dropout` as in
/// [`encoder_layer`](fn@super::attention::encoder_layer). `mask` is that of `x`, `memory_mask` that of `memory`. The
/// parameters are PyTorch's: `self_attn`, `multihead_attn`, `linear1`, `linear2`, `norm1`, `norm2`, `norm3`.
///
/// ```text
/// fn decoder_layer(
///     x: Tensor<_, _>,
///     memory: Tensor<_, _>,
///     mask: Tensor<..> = 1.0,
///     memory_mask: Tensor<..> = 1.0,
///     heads: usize,
///     hidden: usize,
///     norm_first: bool = false,
///     causal: bool = true,
///     activation: Layer = relu,
///     epsilon: f64 = 1e-5,
///     dropout: f64 = 0.0,
/// ) -> Tensor<_, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 4>, memory: Tensor<3, 4>) -> Tensor<2, 4> {
///         x.decoder_layer(memory, heads = 2, hidden = 8)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 8], &[0.5; 12])?.len(), 8);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.decoder_layer1.self_attn.in_proj_weight", &[12, 4][..]),
///     ("f.decoder_layer1.self_attn.in_proj_bias", &[12][..]),
///     ("f.decoder_layer1.self_attn.out_proj.weight", &[4, 4][..]),
///     ("f.decoder_layer1.self_attn.out_proj.bias", &[4][..]),
///     ("f.decoder_layer1.multihead_attn.in_proj_weight", &[12, 4][..]),
///     ("f.decoder_layer1.multihead_attn.in_proj_bias", &[12][..]),
///     ("f.decoder_layer1.multihead_attn.out_proj.weight", &[4, 4][..]),
///     ("f.decoder_layer1.multihead_attn.out_proj.bias", &[4][..]),
///     ("f.decoder_layer1.linear1.weight", &[8, 4][..]),
///     ("f.decoder_layer1.linear1.bias", &[8][..]),
///     ("f.decoder_layer1.linear2.weight", &[4, 8][..]),
///     ("f.decoder_layer1.linear2.bias", &[4][..]),
///     ("f.decoder_layer1.norm1.weight", &[4][..]),
///     ("f.decoder_layer1.norm1.bias", &[4][..]),
///     ("f.decoder_layer1.norm2.weight", &[4][..]),
///     ("f.decoder_layer1.norm2.bias", &[4][..]),
///     ("f.decoder_layer1.norm3.weight", &[4][..]),
///     ("f.decoder_layer1.norm3.bias", &[4][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "TransformerDecoderLayer")]
pub const fn decoder_layer() {}

/// Two dense layers on each row, `activation(x W₁ + b₁) W₂ + b₂` back to the width of `x`: `linear1` `[hidden, width]` and
/// `linear2` `[width, hidden]`. `dropout` is the share of the hidden values that training drops.
///
/// ```text
/// fn feed_forward(
///     x: Tensor<..>,
///     hidden: usize,
///     activation: Layer = relu,
///     dropout: f64 = 0.0,
/// ) -> Tensor<..>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<3, 4>) -> Tensor<3, 4> {
///         x.feed_forward(8)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.5; 12])?.len(), 12);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.feed_forward1.linear1.weight", &[8, 4][..]),
///     ("f.feed_forward1.linear1.bias", &[8][..]),
///     ("f.feed_forward1.linear2.weight", &[4, 8][..]),
///     ("f.feed_forward1.linear2.bias", &[4][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "MLP")]
pub const fn feed_forward() {}

/// The table `[time, width]` of `sin(t / 10000^(2i / width))` in its even and [`cos`](fn@super::elementwise::cos) of the
/// same in its odd columns `2i`, `2i + 1` (Vaswani et al., 2017). It is computed where it is used and takes no parameters.
///
/// ```text
/// fn sinusoidal_positions(time: usize, width: usize) -> Tensor<_, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// # use dsl_runtime::reference::assert_close;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 4>) -> Tensor<2, 4> {
///         x + sinusoidal_positions(2, 4)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_close(net.f(&mut work, &[0.0; 8])?, &[0.0, 1.0, 0.0, 1.0, 0.8415, 0.5403, 0.01, 1.0]);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "positional_encoding")]
pub const fn sinusoidal_positions() {}

/// A trained table `[time, width]` (Gehring et al., 2017; Radford et al., 2018): `weight`.
///
/// ```text
/// fn learned_positions(time: usize, width: usize, init: Initializer = normal(0.02)) -> Tensor<_, _>
/// ```
///
/// ```
/// # use dsl_runtime::prelude::*;
/// network! {
///     pub struct Net;
///
///     pub fn f(&self, x: Tensor<2, 4>) -> Tensor<2, 4> {
///         x + learned_positions(2, 4)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let (net, mut work) = (Net::new(1), Net::workspace().batch(1).build());
/// assert_eq!(net.f(&mut work, &[0.0; 8])?.len(), 8);
///
/// let parameters = Net::<f32>::LAYOUT.parameters.iter();
/// assert!(parameters.map(|parameter| (parameter.name, parameter.shape)).eq([
///     ("f.learned_positions1.weight", &[2, 4][..]),
/// ]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "positional_embedding")]
pub const fn learned_positions() {}
