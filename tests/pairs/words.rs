//! The words, each by the shapes of its arguments; sizes of 1 where a word has a case for them.

use super::pairs;
use crate::agrees::network_case;

// Element-wise.
pairs! { unary: [2, 3] fn word(a: Tensor<2, 3>) -> Tensor<2, 3> {
    let b = a.square() + 0.5;
    a.exp().neg() + b.log() * b.clamped_log() + b.sqrt() + a.sin() * a.cos() + a.tanh() + a.sigmoid() + a.softplus() * a.erf()
        + (0.9 * a.sin()).erfinv() + a.relu() + a.abs() + a.sign() * b + b.pow(1.5) + a.clamp(-0.5, 0.5)
} }
pairs! { activations: [2, 4] fn word(a: Tensor<2, 4>) -> Tensor<2, 4> {
    let b = a.leaky_relu() + a.prelu() + a.relu6() + a.elu() + a.selu() + a.gelu() * a.gelu_tanh() + a.silu() + a.mish();
    b * a.log_sigmoid() + a.softsign() + a.hard_sigmoid() + a.hard_swish() + a.hard_tanh() + concat([a.glu(), a.glu()], axis = 1)
} }
pairs! { add: [2, 3] [3] fn word(a: Tensor<2, 3>, b: Tensor<3>) -> Tensor<2, 3> { a + b } }
pairs! { sub: [2, 1] [2, 3] fn word(a: Tensor<2, 1>, b: Tensor<2, 3>) -> Tensor<2, 3> { a - b } }
pairs! { mul: [3] [2, 3] fn word(a: Tensor<3>, b: Tensor<2, 3>) -> Tensor<2, 3> { a * b } }
pairs! { div: [2, 3] [1, 3] fn word(a: Tensor<2, 3>, b: Tensor<1, 3>) -> Tensor<2, 3> { a / (b.square() + 0.5) } }
pairs! { ones: [1] [1] fn word(a: Tensor<1>, b: Tensor<1>) -> Tensor<1> { (a + b) * (a - b).tanh() } }
pairs! { extremes: [2, 3] [3] fn word(a: Tensor<2, 3>, b: Tensor<3>) -> Tensor<2, 3> { a.max(b) + a.min(b).exp() } }
pairs! { weighted: [2, 3] [3] fn word(a: Tensor<2, 3>, b: Tensor<3>) -> Tensor<2, 3> { a.multiply_no_nan(b) + a.logistic_loss(b) } }
pairs! { difference: [2, 3] [2, 3] fn word(a: Tensor<2, 3>, b: Tensor<2, 3>) -> Tensor<2, 3> { a.absolute_difference(b) } }
pairs! { comparisons: [2, 3] [3] fn word(a: Tensor<2, 3>, b: Tensor<3>) -> Tensor<2, 3> {
    a.greater(b) * a + a.greater_equal(b) * b + a.equal(b) + a.less(b).select(a, b) + a.less_equal(b).select(b, a)
} }
pairs! { select: [2, 3] [2, 3] [3] fn word(a: Tensor<2, 3>, b: Tensor<2, 3>, c: Tensor<3>) -> Tensor<2, 3> {
    a.stop_gradient().select(b, c) + a.greater(0.1).select(b, a)
} }
pairs! { gate: [4, 3] [4, 3] fn word(a: Tensor<4, 3>, b: Tensor<4, 3>) -> Tensor<4, 5> {
    let product = a.stop_gradient().greater(0.0).select(b.dense(3), 0.0);
    let masked = a.dense(3).mask(b.stop_gradient().greater(0.2)).softmax();
    a.stop_gradient().select(product.dense(3), 0.0).dense(5) + masked.dense(5)
} }

// Joined, moved, made.
pairs! { concat: [1, 3] [2, 3] fn word(a: Tensor<1, 3>, b: Tensor<2, 3>) -> Tensor<3, 3> { concat([a, b], axis = 0) } }
pairs! { concat_of_three: [2, 1] [2, 2] [2, 3] fn word(a: Tensor<2, 1>, b: Tensor<2, 2>, c: Tensor<2, 3>) -> Tensor<2, 7> {
    concat([a, b, full([2, 1], 0.5), c], axis = 1)
} }
pairs! { stack: [3] [3] fn word(a: Tensor<3>, b: Tensor<3>) -> Tensor<4, 3> { stack([a, ones([3]), arange(3), b]) } }
pairs! { pad: [2, 3] [1, 3] fn word(a: Tensor<2, 3>, b: Tensor<1, 3>) -> Tensor<4, 3> { a.pad(0, 0, 2) + b.pad(0, 3, 0) } }
pairs! { movements: [2, 3, 4] fn word(a: Tensor<2, 3, 4>) -> Tensor<44> {
    let [b, c] = a.split(2);
    let d = b.transpose(0, 2).flatten();
    let e = c.at(1).t().reshape([6]) * a.slice(2, 1, 3).at(0).flatten();
    concat([d, e, zeros([2]), a.flatten()], axis = 0)
} }
pairs! { window_of_result: [12] [1, 2, 2] fn word(a: Tensor<12>, b: Tensor<1, 2, 2>) -> Tensor<4> {
    let pooled = a.slice(0, 0, 8).reshape([2, 2, 2]).max_pool([1, 2]).flatten();
    pooled * a.slice(0, 0, 4).softmax() * b.softmax().flatten()
} }

// Products.
pairs! { matmul: [2, 3] [3, 4] fn word(a: Tensor<2, 3>, b: Tensor<3, 4>) -> Tensor<2, 4> { a.matmul(b) } }
pairs! { matmul_of_one: [4, 1] [1, 1] fn word(a: Tensor<4, 1>, b: Tensor<1, 1>) -> Tensor<4, 1> { a.matmul(b) + b.matmul(a.t()).t() } }
pairs! { matmul_of_stacks: [2, 3, 4] [2, 4, 1] fn word(a: Tensor<2, 3, 4>, b: Tensor<2, 4, 1>) -> Tensor<2, 3, 1> { a.matmul(b) } }
pairs! { matmul_of_vectors: [3] [3, 2] fn word(a: Tensor<3>, b: Tensor<3, 2>) -> Tensor<2> { a.matmul(b) + b.t().matmul(a) } }
pairs! { product_and_bias: [4, 3] [3, 1] [1] fn word(a: Tensor<4, 3>, b: Tensor<3, 1>, c: Tensor<1>) -> Tensor<4, 1> { (a.matmul(b) + c).relu() } }
pairs! { product_and_biases: [4, 3] [3, 5] [5] fn word(a: Tensor<4, 3>, b: Tensor<3, 5>, c: Tensor<5>) -> Tensor<4, 5> { (a.matmul(b) + c).relu() } }
pairs! { dense: [4, 3] fn word(a: Tensor<4, 3>) -> Tensor<4, 2> { a.dense(1).dense(2).relu().dense(2) } }
pairs! { feed_forward: [4, 3] fn word(a: Tensor<4, 3>) -> Tensor<4, 3> { a.feed_forward(1) + a.feed_forward(4) } }
pairs! { tables: [4, 2] fn word(a: Tensor<4, 2>) -> Tensor<4, 2> { a + learned_positions(4, 2) + sinusoidal_positions(4, 2) } }

// Sums and what divides by them.
pairs! { sums: [2, 3] fn word(a: Tensor<2, 3>) -> Tensor<9> {
    let parts = concat([a.sum(axis = 0), a.mean(axis = 1), a.max_over(axis = 1), a.min_over(axis = 1).exp()], axis = 0);
    parts * a.sum() + a.mean() * a.max_over() + a.norm() + a.l1() * a.l2()
} }
pairs! { sums_of_one: [1, 3] fn word(a: Tensor<1, 3>) -> Tensor<3> { a.sum(axis = 0) * a.mean(axis = 1) + a.max_over(axis = 0) } }
pairs! { running_sums: [2, 3] fn word(a: Tensor<2, 3>) -> Tensor<2, 3> { a.cumsum() * a.cumsum(axis = 0) } }
pairs! { softmax: [2, 3] fn word(a: Tensor<2, 3>) -> Tensor<2, 3> { a.softmax() + a.log_softmax() + a.softmax(axis = 0) } }
pairs! { norms: [4, 3, 2] fn word(a: Tensor<4, 3, 2>) -> Tensor<4, 3, 2> {
    a.layer_norm() * a.rms_norm() + a.group_norm(2) + a.instance_norm() + a.standardise()
} }
network_case! {
    every batch;
    batch_norm: BatchNorm {
        linear(reals) / linear_in_training + linear_and_grad_in_evaluation / linear_and_grad_in_training
        square(reals) / square_in_training + square_and_grad_in_evaluation / square_and_grad_in_training
    }
    pub struct BatchNorm;

    // An entry point without arguments of each example has no batch, so one of the two has some.
    #[gradient(evaluation)]
    pub fn linear(&self, a: Tensor<3, 2, 2>) -> Scalar {
        let b = param([3, 2, 2], constant(1.0));
        (a.conv(3, 1, bias = false).batch_norm().relu() + b.conv(3, 1, bias = false).batch_norm()).flatten().dense(1).sum()
    }

    #[gradient(evaluation)]
    pub fn square(&self, a: Tensor<3, 2, 2>) -> Scalar {
        let b = param([3, 2, 2], constant(1.0));
        (a + b).batch_norm().flatten().dense(2).l2()
    }
}

// Images.
pairs! { convolve: [2, 4, 4] [3, 2, 2, 2] fn word(a: Tensor<2, 4, 4>, b: Tensor<3, 2, 2, 2>) -> Tensor<3, 3, 3> { a.convolve(b) } }
pairs! { convolve_of_one: [1, 3, 3] [1, 1, 1, 1] fn word(a: Tensor<1, 3, 3>, b: Tensor<1, 1, 1, 1>) -> Tensor<1, 3, 3> { a.convolve(b) } }
pairs! { convolve_transpose: [2, 3, 3] [2, 3, 2, 2] fn word(a: Tensor<2, 3, 3>, b: Tensor<2, 3, 2, 2>) -> Tensor<3, 4, 4> {
    a.convolve_transpose(b)
} }
pairs! { convolution_and_bias: [2, 4, 4] [3, 2, 2, 2] [3, 1, 1] fn word(a: Tensor<2, 4, 4>, b: Tensor<3, 2, 2, 2>, c: Tensor<3, 1, 1>) -> Tensor<3, 1, 1> {
    (a.convolve(b) + c).relu().max_pool(3)
} }
pairs! { convolutions: [2, 4, 4] fn word(a: Tensor<2, 4, 4>) -> Tensor<2, 4, 4> {
    a.conv(2, 3, pad = 1).relu() + a.depthwise_conv(3, pad = 1) + a.max_pool(2).conv_transpose(2, 2, stride = 2)
} }
pairs! { sequences: [2, 6] fn word(a: Tensor<2, 6>) -> Tensor<4, 3> {
    let pooled = concat([a.max_pool1d(2), a.mean_pool1d(2)], axis = 0);
    pooled + a.conv1d(4, 3, stride = 2, pad = 1)
} }
pairs! { poolings: [2, 4, 4] fn word(a: Tensor<2, 4, 4>) -> Tensor<2, 2, 2> {
    let flat = (a.global_mean_pool() * a.global_max_pool()).reshape([2, 1, 1]);
    a.max_pool(2) * a.mean_pool(2) + a.adaptive_max_pool(2) + a.adaptive_mean_pool(2) + flat
} }
pairs! { joined_poolings: [2, 4, 4] fn word(a: Tensor<2, 4, 4>) -> Tensor<4, 1, 1> { concat([a.max_pool(4), a.mean_pool(4)], axis = 0) } }
pairs! { resolutions: [4, 2, 2] fn word(a: Tensor<4, 2, 2>) -> Tensor<1, 4, 4> {
    let up = a.upsample_nearest(2) * a.upsample_bilinear(2);
    up.sum(axis = 0).reshape([1, 4, 4]) + a.pixel_shuffle(2) + a.pixel_shuffle(2).pixel_unshuffle(2).sum()
} }

// Losses, one number each.
pairs! { losses: [4] [4] fn word(a: Tensor<4>, b: Tensor<4>) -> Tensor<8> {
    stack([
        a.squared_error(b), a.mean_squared_error(b), a.absolute_error(b), a.mean_absolute_error(b),
        a.hinge(b), a.huber(b), a.smooth_l1(b), a.gaussian_kl_divergence(b)
    ])
} }
pairs! { losses_of_shares: [4] [4] fn word(a: Tensor<4>, b: Tensor<4>) -> Tensor<5> {
    let (p, t) = (a.sigmoid(), b.softmax());
    stack([
        a.softmax_cross_entropy(t), a.softmax().cross_entropy(t), p.binary_cross_entropy(t),
        a.binary_cross_entropy_with_logits(t), a.softmax().kl_divergence(t)
    ])
} }
pairs! { likelihood: [3] [3] [3] fn word(a: Tensor<3>, b: Tensor<3>, c: Tensor<3>) -> Tensor<1> {
    a.gaussian_negative_log_likelihood(b, c).reshape([1])
} }

// Recurrent.
pairs! { cells: [3] [2] [2] fn word(a: Tensor<3>, b: Tensor<2>, c: Tensor<2>) -> Tensor<2> {
    let (h, d) = a.lstm_cell(b, c, 2);
    a.rnn_cell(b, 2) + a.gru_cell(c, 2) * h + d
} }
pairs! { recurrent: [4, 3] [2] [2] fn word(a: Tensor<4, 3>, b: Tensor<2>, c: Tensor<2>) -> Tensor<4, 2> {
    a.rnn(2, h = b) + a.lstm(2, h = b, c = c) + a.gru(2, h = c)
} }
pairs! { recurrent_of_one: [4, 1] fn word(a: Tensor<4, 1>) -> Tensor<4, 2> { a.rnn(1).bidirectional(lstm(1), gru(1)) } }
pairs! { loops: [4, 3] [3] fn word(a: Tensor<4, 3>, b: Tensor<3>) -> Tensor<4, 3> {
    let f = dense(3);
    let (mut h, mut code) = (b, b);
    let mut states = zeros([4, 3]);
    for t in 0..4 {
        code = code.sin() + 0.5;
        h = a.at(t).stop_gradient().select((f(h) + code).tanh(), b) + a.at(t);
        states[t] = h;
    }
    states
} }

// Attention.
pairs! { attention: [3, 4] [2, 4] [2, 4] fn word(a: Tensor<3, 4>, b: Tensor<2, 4>, c: Tensor<2, 4>) -> Tensor<3, 4> {
    let heads = scaled_dot_product_attention(a.split_heads(2), b.split_heads(2), c.split_heads(2));
    heads.join_heads() + a.cross_attention(b, 2).causal_sum(c)
}
fn causal_sum(x: Tensor<3, 4>, c: Tensor<2, 4>) -> Tensor<3, 4> {
    x.matmul(x.t()).causal_mask().softmax().matmul(x) + c.sum(axis = 0)
} }
pairs! { layers: [3, 4] [2, 4] fn word(a: Tensor<3, 4>, b: Tensor<2, 4>) -> Tensor<3, 4> {
    a.multi_head_attention(2) + a.encoder_layer(2, 3) + a.decoder_layer(b, 2, 3)
} }

// Derivatives.
pairs! { gradients: [2, 3] [3] fn word(a: Tensor<2, 3>, b: Tensor<3>) -> Tensor<2, 3> {
    let x = a.tanh();
    let y = (x * b).sin().sum() + x.square().sum().sqrt();
    let slope = y.per_example_grad(x);
    slope + (slope * x).sum().per_example_grad(x) + x.opaque()
} }
pairs! { products: [2, 3] [3] fn word(a: Tensor<2, 3>, b: Tensor<3>) -> Tensor<2, 3> {
    let x = a.sigmoid();
    let y = x * x.matmul(ones([3, 3])) + x.greater(0.5).custom_gradient(x) * b;
    y.jvp(x, x) + (y * b).jvp(x, ones([2, 3]))
} }
pairs! { gradients_of_one: [3] fn word(a: Tensor<3>) -> Tensor<3> {
    let x = a.tanh();
    (x.sin() * x.square()).sum().grad(x)
} }
pairs! { matrices: [3] fn word(a: Tensor<3>) -> Tensor<3, 3> {
    let x = a.sin();
    let y = (x * x.sum()).exp();
    y.jacobian(x) + y.sum().hessian(x) + y.divergence(x) * y.sum().laplacian(x) + y.vjp(x, y)
} }
pairs! { each_example: [4, 3] fn word(a: Tensor<4, 3>) -> Tensor<4, 2> {
    let layer = dense(2);
    let y = layer(a).tanh();
    y + y.square().sum().per_example_grad(layer.weight).norm() * y.sum().per_example_grad(layer.bias)
} }
