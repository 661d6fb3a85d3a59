network! {
    /// Every word where its formula ends: at 0, at ±∞, at equal arguments and where its pieces meet. Each word has an
    /// argument of its own, shifted by a parameter that stays 0: its gradient is the derivative of that word alone.
    pub struct Edges;

    fn own(x: Tensor<_>) -> Tensor<_> {
        let shift = param([x.size(0)], zeros());
        x + shift
    }

    /// Times 1, 2, 3 and so on: so that no derivative is 0 because others outweigh it.
    fn weighted(x: Tensor<_>) -> Tensor<_> {
        x * (arange(x.size(0)) + 1.0)
    }

    /// Words of one number.
    pub fn numbers(&self, x: Tensor<10>) -> (Scalar, Tensor<41, 10>) {
        let values = stack([
            x.own().exp(),
            x.own().log(),
            x.own().clamped_log(),
            x.own().sqrt(),
            x.own().square(),
            x.own().pow(0.5),
            x.own().pow(3.0),
            x.own().pow(-1.0),
            x.own().pow(1.5),
            x.own().sin(),
            x.own().cos(),
            x.own().neg(),
            x.own().abs(),
            x.sign(),
            x.own().erf(),
            x.own().tanh(),
            x.own().sigmoid(),
            x.own().log_sigmoid(),
            x.own().softplus(),
            x.own().softsign(),
            x.own().relu(),
            x.own().leaky_relu(),
            x.own().prelu(),
            x.own().relu6(),
            x.own().elu(alpha = 0.5),
            x.own().selu(),
            x.own().gelu(),
            x.own().gelu_tanh(),
            x.own().silu(),
            x.own().mish(),
            x.own().hard_sigmoid(),
            x.own().hard_swish(),
            x.own().hard_tanh(),
            x.own().clamp(-1.0, 3.0),
            x.greater(1.0).select(x.own().log(), 0.0),
            x.greater(0.0) * x.own().sqrt(),
            log(x.own().sigmoid()),
            log(1.0 + exp(x.own())),
            1.0 / (1.0 + exp(-x.own())),
            sqrt(x.own().square()),
            x.own().erfinv(),
        ]);
        (values.sum(), values)
    }

    /// Words of two numbers.
    pub fn pairs(&self, a: Tensor<12>, b: Tensor<12>) -> (Scalar, Tensor<16, 12>) {
        let values = stack([
            a.own() + b.own(),
            a.own() - b.own(),
            a.own() * b.own(),
            a.own() / b.own(),
            max(a.own(), b.own()),
            min(a.own(), b.own()),
            greater(a, b),
            greater_equal(a, b),
            equal(a, b),
            less(a, b),
            less_equal(a, b),
            select(a, a.own(), b.own()),
            a.own().multiply_no_nan(b.own()),
            a.own().logistic_loss(b.own()),
            a.own().absolute_difference(b.own()),
            a.own().mask(b),
        ]);
        (values.sum(), values)
    }

    /// Words of a row.
    pub fn rows(&self, x: Tensor<4>) -> (Scalar, Tensor<28>) {
        let values = concat(
            [
                x.own().softmax().weighted(),
                x.own().log_softmax().weighted(),
                x.own().sum().reshape([1]),
                x.own().mean().reshape([1]),
                x.own().max_over().reshape([1]),
                x.own().min_over().reshape([1]),
                x.own().norm().reshape([1]),
                x.own().l1().reshape([1]),
                x.own().l2().reshape([1]),
                log(x.own().exp().sum()).reshape([1]),
                x.own().standardise().weighted(),
                x.own().rms_norm(affine = false).weighted(),
                x.own().glu().weighted(),
                x.own().slice(0, 1, 2).standardise().weighted(),
                x.own().slice(0, 1, 2).softmax().weighted(),
            ],
            axis = 0,
        );
        (values.sum(), values)
    }

    /// Losses of numbers.
    pub fn errors(&self, y: Tensor<3>, t: Tensor<3>) -> (Scalar, Tensor<9>) {
        let values = stack([
            y.own().squared_error(t.own()),
            y.own().mean_squared_error(t.own()),
            y.own().absolute_error(t.own()),
            y.own().mean_absolute_error(t.own()),
            y.own().hinge(t.own()),
            y.own().huber(t.own(), delta = 2.0),
            y.own().smooth_l1(t.own(), beta = 2.0),
            y.own().gaussian_kl_divergence(t.own()),
            y.own().gaussian_negative_log_likelihood(t.own(), zeros([3])),
        ]);
        (values.sum(), values)
    }

    /// Losses of scores and a distribution.
    pub fn scores(&self, x: Tensor<3>, t: Tensor<3>) -> (Scalar, Tensor<5>) {
        let values = stack([
            x.own().softmax_cross_entropy(t.own()),
            x.own().softmax().cross_entropy(t),
            x.own().softmax().kl_divergence(t),
            x.own().binary_cross_entropy_with_logits(t.own()),
            x.own().sigmoid().binary_cross_entropy(t),
        ]);
        (values.sum(), values)
    }

    /// Losses of probabilities and a distribution.
    pub fn probabilities(&self, p: Tensor<3>, t: Tensor<3>) -> (Scalar, Tensor<3>) {
        let values = stack([
            p.own().cross_entropy(t),
            p.own().kl_divergence(t.own()),
            p.own().binary_cross_entropy(t),
        ]);
        (values.sum(), values)
    }

    /// Losses against a class.
    pub fn classes(&self, x: Tensor<3>, p: Tensor<3>, class: Index<3>) -> (Scalar, Tensor<7>) {
        let values = stack([
            x.own().softmax_cross_entropy(class),
            x.own().softmax_cross_entropy(class, label_smoothing = 0.25),
            x.own().softmax_cross_entropy(class, ignore = 1.0),
            x.own().softmax().cross_entropy(class),
            x.own().negative_log_likelihood(class),
            x.own().hinge(class),
            p.own().cross_entropy(class),
        ]);
        (values.sum(), values)
    }

    /// Windows.
    pub fn windows(&self, x: Tensor<25>) -> (Scalar, Tensor<211>) {
        let values = concat(
            [
                x.own().reshape([5, 5]).max_pool(2).reshape([-1]).weighted(),
                x.own()
                    .reshape([5, 5])
                    .max_pool(3, stride = 1, pad = 1)
                    .reshape([-1])
                    .weighted(),
                x.own().reshape([5, 5]).max_pool1d(2).reshape([-1]).weighted(),
                x.own().reshape([5, 5]).mean_pool(2).reshape([-1]).weighted(),
                x.own()
                    .reshape([5, 5])
                    .mean_pool(2, stride = 3, pad = 1, count_pad = false)
                    .reshape([-1])
                    .weighted(),
                x.own().reshape([5, 5]).mean_pool1d(2).reshape([-1]).weighted(),
                x.own()
                    .reshape([5, 5])
                    .adaptive_max_pool(2)
                    .reshape([-1])
                    .weighted(),
                x.own()
                    .reshape([5, 5])
                    .adaptive_max_pool([3, 5])
                    .reshape([-1])
                    .weighted(),
                x.own()
                    .reshape([5, 5])
                    .adaptive_max_pool(5)
                    .reshape([-1])
                    .weighted(),
                x.own()
                    .reshape([5, 5])
                    .adaptive_mean_pool(2)
                    .reshape([-1])
                    .weighted(),
                x.own().reshape([1, 5, 5]).global_max_pool().weighted(),
                x.own().reshape([1, 5, 5]).global_mean_pool().weighted(),
                x.own()
                    .reshape([5, 5])
                    .relu()
                    .max_pool(2)
                    .reshape([-1])
                    .weighted(),
                x.own()
                    .reshape([5, 5])
                    .upsample_bilinear(2)
                    .reshape([-1])
                    .weighted(),
            ],
            axis = 0,
        );
        (values.sum(), values)
    }

    /// Attention of two queries to three keys, some of which are hidden.
    pub fn attention(&self, q: Tensor<4>, k: Tensor<6>, mask: Tensor<6>) -> (Scalar, Tensor<24>) {
        let values = concat(
            [
                q.own()
                    .reshape([2, 2])
                    .scaled_dot_product_attention(
                        k.own().reshape([3, 2]),
                        k.own().reshape([3, 2]),
                        mask.reshape([2, 3]),
                    )
                    .reshape([-1])
                    .weighted(),
                q.own()
                    .reshape([2, 2])
                    .scaled_dot_product_attention(
                        k.own().reshape([3, 2]),
                        k.own().reshape([3, 2]),
                        causal = true,
                    )
                    .reshape([-1])
                    .weighted(),
                q.own()
                    .reshape([2, 2])
                    .matmul(k.reshape([3, 2]).t())
                    .mask(mask.reshape([2, 3]))
                    .softmax()
                    .reshape([-1])
                    .weighted(),
                q.own()
                    .reshape([2, 2])
                    .matmul(k.reshape([3, 2]).t())
                    .slice(1, 0, 2)
                    .causal_mask()
                    .softmax()
                    .reshape([-1])
                    .weighted(),
                q.own()
                    .reshape([2, 2])
                    .matmul(k.reshape([3, 2]).t())
                    .mask(mask.reshape([2, 3]))
                    .max_over(axis = 1)
                    .weighted(),
                q.own().dropout(0.0).weighted(),
            ],
            axis = 0,
        );
        (values.sum(), values)
    }
}
