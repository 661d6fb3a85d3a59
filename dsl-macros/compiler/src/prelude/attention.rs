// Attention and the layers of a Transformer. Rows of a matrix are places in time, columns are features. A mask is a
// tensor of 0 and 1 that repeats to [query, key]: 1 where a query may look, so [key] says which keys are padding. A
// query that may look nowhere yields 0.

/// `x` where key `j` is not later than query `i`, −∞ elsewhere: scores [.., i, j] for a softmax that sees no future.
///
/// ```text
/// (scores: Tensor<2, 2>) -> Tensor<2, 2> { scores.causal_mask().softmax() }
/// [0.0; 4]
/// ```
#[doc(alias = "tril")]
fn causal_mask(x: Tensor<..>) -> Tensor<..> {
    require(x.rank() > 1, "scores [query, key]", x);
    let query = arange(x.size(-2)).reshape([x.size(-2), 1]);
    x.mask(query.greater_equal(arange(x.size(-1))))
}

/// `softmax(q kᵀ / √width) v` (Vaswani et al., 2017) of queries [.., query, width], keys [.., key, width] and values
/// [.., key, features]. `causal` hides every key later than the query; `dropout` is the share of the weights that
/// training drops.
///
/// ```text
/// (q: Tensor<1, 2>, k: Tensor<2, 2>, v: Tensor<2, 1>) -> Tensor<1, 1> { q.scaled_dot_product_attention(k, v) }
/// [1.0, 0.0], [1.0, 0.0, 0.0, 1.0], [1.0, 0.0]
/// ```
fn scaled_dot_product_attention(
    q: Tensor<..>,
    k: Tensor<..>,
    v: Tensor<..>,
    mask: Tensor<..> = 1.0,
    causal: bool = false,
    dropout: f64 = 0.0,
) -> Tensor<..> {
    require(q.rank() > 1 && k.rank() > 1, "queries [.., query, width] and keys [.., key, width]", q, k);
    require(v.rank() > 1, "values [.., key, features]", v);
    require(q.size(-1) == k.size(-1), "queries and keys of one width", q, k);
    require(k.size(-2) == v.size(-2), "a value for each key", k, v);
    let scores = (q.matmul(k.t()) / sqrt(q.size(-1))).mask(mask);
    if causal {
        scores.causal_mask().softmax().dropout(dropout).matmul(v)
    } else {
        scores.softmax().dropout(dropout).matmul(v)
    }
}

/// The columns of each head apart: [time, width] as [heads, time, width / heads].
///
/// ```text
/// (x: Tensor<2, 4>) -> Tensor<2, 2, 2> { x.split_heads(2) }
/// [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
/// ```
fn split_heads(x: Tensor<_, _>, heads: usize) -> Tensor<_, _, _> {
    require(heads > 0 && x.size(1) % heads == 0, "a width that divides into the heads", x, heads);
    x.reshape([x.size(0), heads, x.size(1) / heads]).transpose(0, 1)
}

/// `split_heads` undone: [heads, time, features] as [time, heads · features].
///
/// ```text
/// (x: Tensor<2, 2, 2>) -> Tensor<2, 4> { x.join_heads() }
/// [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
/// ```
fn join_heads(x: Tensor<_, _, _>) -> Tensor<_, _> {
    x.transpose(0, 1).reshape([x.size(1), x.size(0) * x.size(2)])
}

/// Self-attention of `heads` heads side by side (Vaswani et al., 2017), with PyTorch's parameters: `in_proj_weight`
/// [3 · width, width] of queries, keys and values, `in_proj_bias` [3 · width], `out_proj.weight` and `out_proj.bias`.
/// `dropout` is the share of the attention's weights that training drops.
///
/// ```text
/// (x: Tensor<3, 4>) -> Tensor<3, 4> { x.multi_head_attention(heads = 2) }
/// [0.5; 12]
/// ```
fn multi_head_attention(
    x: Tensor<_, _>,
    mask: Tensor<..> = 1.0,
    heads: usize,
    causal: bool = false,
    bias: bool = true,
    dropout: f64 = 0.0,
) -> Tensor<_, _> {
    require(heads > 0 && x.size(1) % heads == 0, "a width that divides into the heads", x, heads);
    let in_proj_weight = param([3 * x.size(1), x.size(1)], xavier_uniform());
    let mut packed = x.matmul(in_proj_weight.t());
    if bias {
        let in_proj_bias = param([3 * x.size(1)], zeros());
        packed += in_proj_bias;
    }
    let [q, k, v] = packed.split(3);
    let out_proj = dense(x.size(1), bias = bias);
    let (q, k, v) = (q.split_heads(heads), k.split_heads(heads), v.split_heads(heads));
    out_proj(q.scaled_dot_product_attention(k, v, mask, causal, dropout).join_heads())
}

/// Attention of the rows of `x` to those of `memory`, of one width (Vaswani et al., 2017), with the parameters of
/// `multi_head_attention`, and its `dropout`.
///
/// ```text
/// (x: Tensor<2, 4>, memory: Tensor<3, 4>) -> Tensor<2, 4> { x.cross_attention(memory, heads = 2) }
/// [0.5; 8], [0.5; 12]
/// ```
fn cross_attention(
    x: Tensor<_, _>,
    memory: Tensor<_, _>,
    mask: Tensor<..> = 1.0,
    heads: usize,
    bias: bool = true,
    dropout: f64 = 0.0,
) -> Tensor<_, _> {
    require(heads > 0 && x.size(1) % heads == 0, "a width that divides into the heads", x, heads);
    require(x.size(1) == memory.size(1), "two sequences of one width", x, memory);
    let width = x.size(1);
    let in_proj_weight = param([3 * width, width], xavier_uniform());
    let mut q = x.matmul(in_proj_weight.slice(0, 0, width).t());
    let mut packed = memory.matmul(in_proj_weight.slice(0, width, 3 * width).t());
    if bias {
        let in_proj_bias = param([3 * width], zeros());
        q += in_proj_bias.slice(0, 0, width);
        packed += in_proj_bias.slice(0, width, 3 * width);
    }
    let [k, v] = packed.split(2);
    let out_proj = dense(width, bias = bias);
    let (q, k, v) = (q.split_heads(heads), k.split_heads(heads), v.split_heads(heads));
    out_proj(q.scaled_dot_product_attention(k, v, mask, dropout = dropout).join_heads())
}

/// Two dense layers on each row, `activation(x W₁ + b₁) W₂ + b₂` back to the width of `x`: `linear1` [hidden, width] and
/// `linear2` [width, hidden]. `dropout` is the share of the hidden values that training drops.
///
/// ```text
/// (x: Tensor<3, 4>) -> Tensor<3, 4> { x.feed_forward(8) }
/// [0.5; 12]
/// ```
#[doc(alias = "MLP")]
fn feed_forward(x: Tensor<..>, hidden: usize, activation: Layer = relu, dropout: f64 = 0.0) -> Tensor<..> {
    let linear1 = dense(hidden);
    let linear2 = dense(x.size(-1));
    linear2(activation(linear1(x)).dropout(dropout))
}

/// A layer of a Transformer's encoder (Vaswani et al., 2017): self-attention, then two dense layers, each with its
/// residual connection. Normalised behind each sum, or with `norm_first` in front of each part (Xiong et al., 2020).
/// `dropout` is the share that training drops where PyTorch does: of the attention's weights, of what the attention
/// yields, of the hidden values between the dense layers and of what these yield. The parameters are PyTorch's:
/// `self_attn`, `linear1`, `linear2`, `norm1`, `norm2`.
///
/// ```text
/// (x: Tensor<3, 4>) -> Tensor<3, 4> { x.encoder_layer(heads = 2, hidden = 8) }
/// [0.5; 12]
/// ```
#[doc(alias = "TransformerEncoderLayer")]
fn encoder_layer(
    x: Tensor<_, _>,
    mask: Tensor<..> = 1.0,
    heads: usize,
    hidden: usize,
    norm_first: bool = false,
    causal: bool = false,
    activation: Layer = relu,
    epsilon: f64 = 1e-5,
    dropout: f64 = 0.0,
) -> Tensor<_, _> {
    require(heads > 0 && x.size(1) % heads == 0, "a width that divides into the heads", x, heads);
    let self_attn = multi_head_attention(heads, causal = causal, dropout = dropout);
    let linear1 = dense(hidden);
    let linear2 = dense(x.size(1));
    let norm1 = layer_norm(epsilon = epsilon);
    let norm2 = layer_norm(epsilon = epsilon);
    if norm_first {
        let y = x + self_attn(norm1(x), mask).dropout(dropout);
        y + linear2(activation(linear1(norm2(y))).dropout(dropout)).dropout(dropout)
    } else {
        let y = norm1(x + self_attn(x, mask).dropout(dropout));
        norm2(y + linear2(activation(linear1(y)).dropout(dropout)).dropout(dropout))
    }
}

/// A layer of a Transformer's decoder (Vaswani et al., 2017): causal self-attention, attention to `memory`, what the
/// encoder made, then two dense layers; residual connections, norms and `dropout` as in `encoder_layer`. `mask` is that
/// of `x`, `memory_mask` that of `memory`. The parameters are PyTorch's: `self_attn`, `multihead_attn`, `linear1`, `linear2`,
/// `norm1`, `norm2`, `norm3`.
///
/// ```text
/// (x: Tensor<2, 4>, memory: Tensor<3, 4>) -> Tensor<2, 4> { x.decoder_layer(memory, heads = 2, hidden = 8) }
/// [0.5; 8], [0.5; 12]
/// ```
#[doc(alias = "TransformerDecoderLayer")]
fn decoder_layer(
    x: Tensor<_, _>,
    memory: Tensor<_, _>,
    mask: Tensor<..> = 1.0,
    memory_mask: Tensor<..> = 1.0,
    heads: usize,
    hidden: usize,
    norm_first: bool = false,
    causal: bool = true,
    activation: Layer = relu,
    epsilon: f64 = 1e-5,
    dropout: f64 = 0.0,
) -> Tensor<_, _> {
    require(heads > 0 && x.size(1) % heads == 0, "a width that divides into the heads", x, heads);
    require(x.size(1) == memory.size(1), "two sequences of one width", x, memory);
    let self_attn = multi_head_attention(heads, causal = causal, dropout = dropout);
    let multihead_attn = cross_attention(heads, dropout = dropout);
    let linear1 = dense(hidden);
    let linear2 = dense(x.size(1));
    let norm1 = layer_norm(epsilon = epsilon);
    let norm2 = layer_norm(epsilon = epsilon);
    let norm3 = layer_norm(epsilon = epsilon);
    if norm_first {
        let y = x + self_attn(norm1(x), mask).dropout(dropout);
        let z = y + multihead_attn(norm2(y), memory, memory_mask).dropout(dropout);
        z + linear2(activation(linear1(norm3(z))).dropout(dropout)).dropout(dropout)
    } else {
        let y = norm1(x + self_attn(x, mask).dropout(dropout));
        let z = norm2(y + multihead_attn(y, memory, memory_mask).dropout(dropout));
        norm3(z + linear2(activation(linear1(z)).dropout(dropout)).dropout(dropout))
    }
}
