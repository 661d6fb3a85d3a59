// Losses of one example against a tensor: `y`, `p` or `scores` is what the network says, `t` what is true. What is not
// true, a `t` of 0, costs nothing however impossible the network says it is: `0 log 0 = 0`, and no gradient passes.

/// `−Σ t log softmax(scores)` for a distribution `t`, where `0 log 0 = 0`; over several rows of scores the mean of their
/// losses. With `label_smoothing` ε the truth is `(1 − ε) t + ε / classes` (Szegedy et al., 2016).
///
/// ```text
/// (scores: Tensor<3>, t: Tensor<3>) -> Scalar { scores.softmax_cross_entropy(t) }
/// [1.0, 2.0, 3.0], [0.0, 0.25, 0.75]
/// ```
fn softmax_cross_entropy(scores: Tensor<..>, t: Tensor<..>, label_smoothing: f64 = 0.0) -> Scalar {
    same_shape(scores, t);
    takes(scores, "scores");
    require(label_smoothing >= 0.0 && label_smoothing < 1.0, "a `label_smoothing` of at least 0 and below 1", label_smoothing);
    let truth = if label_smoothing > 0.0 {
        (1.0 - label_smoothing) * t + label_smoothing / t.size(-1)
    } else {
        t
    };
    (-scores.log_softmax().multiply_no_nan(truth).sum(axis = -1)).mean()
}

/// `−Σ t log p` of probabilities `p` and a distribution `t`, where `0 log 0 = 0`; over several rows the mean of their
/// losses.
///
/// ```text
/// (p: Tensor<2>, t: Tensor<2>) -> Scalar { p.cross_entropy(t) }
/// [0.25, 0.75], [0.5, 0.5]
/// ```
fn cross_entropy(p: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(p, t);
    takes(p, "probabilities");
    (-p.log().multiply_no_nan(t).sum(axis = -1)).mean()
}

/// `−(t log p + (1 − t) log(1 − p))` of a probability `p` and a truth `t` in [0, 1]; the mean over all elements. As in
/// PyTorch a logarithm is at least −100, so that a `p` of 0 or 1 has a finite loss and gradient; that of `x.sigmoid()` is
/// exact instead.
///
/// ```text
/// (p: Tensor<2>, t: Tensor<2>) -> Scalar { p.binary_cross_entropy(t) }
/// [0.25, 0.75], [0.0, 1.0]
/// ```
fn binary_cross_entropy(p: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(p, t);
    takes(p, "probabilities");
    let (right, wrong) = (p.clamped_log(), (1.0 - p).clamped_log());
    (-(right.multiply_no_nan(t) + wrong.multiply_no_nan(1.0 - t))).mean()
}

/// `log(1 + eˣ) − t x`: `binary_cross_entropy(x.sigmoid(), t)` without overflow, 0 where an infinite `x` is right; the mean
/// over all elements.
///
/// ```text
/// (x: Tensor<2>, t: Tensor<2>) -> Scalar { x.binary_cross_entropy_with_logits(t) }
/// [2.0, -1.0], [1.0, 0.5]
/// ```
fn binary_cross_entropy_with_logits(x: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(x, t);
    takes(x, "scores");
    x.logistic_loss(t).mean()
}

/// `‖t − y‖² = Σ (t − y)²`.
///
/// ```text
/// (y: Tensor<2>, t: Tensor<2>) -> Scalar { y.squared_error(t) }
/// [1.0, 2.0], [1.5, 2.0]
/// ```
fn squared_error(y: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(y, t);
    (t - y).square().sum()
}

/// The mean of `(t − y)²` over all elements.
///
/// ```text
/// (y: Tensor<2>, t: Tensor<2>) -> Scalar { y.mean_squared_error(t) }
/// [1.0, 2.0], [1.5, 2.0]
/// ```
#[doc(alias = "MSELoss")]
fn mean_squared_error(y: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(y, t);
    (t - y).square().mean()
}

/// `|t − y|`; where both are equal it is 0, also of infinities, and so is its derivative.
///
/// ```text
/// (y: Tensor<2>, t: Tensor<2>) -> Tensor<2> { y.absolute_difference(t) }
/// [1.0, 2.0], [1.5, 2.0]
/// ```
fn absolute_difference(y: Tensor<..>, t: Tensor<..>) -> Tensor<..> {
    same_shape(y, t);
    t.equal(y).select(0.0, (t - y).abs())
}

/// `Σ |t − y|`; the derivative of a term is 0 where both are equal.
///
/// ```text
/// (y: Tensor<2>, t: Tensor<2>) -> Scalar { y.absolute_error(t) }
/// [1.0, 2.0], [1.5, 2.0]
/// ```
fn absolute_error(y: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(y, t);
    absolute_difference(y, t).sum()
}

/// The mean of `|t − y|` over all elements; the derivative of a term is 0 where both are equal.
///
/// ```text
/// (y: Tensor<2>, t: Tensor<2>) -> Scalar { y.mean_absolute_error(t) }
/// [1.0, 2.0], [1.5, 2.0]
/// ```
#[doc(alias = "L1Loss")]
fn mean_absolute_error(y: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(y, t);
    absolute_difference(y, t).mean()
}

/// `max(0, margin − t y)` for a truth `t` of −1 or +1 (Cortes and Vapnik, 1995); the mean over all elements. No gradient
/// passes where a term is 0, also where it only just is.
///
/// ```text
/// (y: Tensor<2>, t: Tensor<2>) -> Scalar { y.hinge(t) }
/// [0.5, -2.0], [1.0, -1.0]
/// ```
fn hinge(y: Tensor<..>, t: Tensor<..>, margin: f64 = 1.0) -> Scalar {
    same_shape(y, t);
    (margin - t * y).relu().mean()
}

/// `e²/2` where `|e| = |t − y| ≤ delta`, else `delta · (|e| − delta/2)` (Huber, 1964); the mean over all elements.
///
/// ```text
/// (y: Tensor<2>, t: Tensor<2>) -> Scalar { y.huber(t) }
/// [1.0, 2.0], [1.5, 5.0]
/// ```
#[doc(alias = "HuberLoss")]
fn huber(y: Tensor<..>, t: Tensor<..>, delta: f64 = 1.0) -> Scalar {
    same_shape(y, t);
    let e = absolute_difference(y, t);
    e.less(delta).select(0.5 * e.square(), delta * (e - 0.5 * delta)).mean()
}

/// `e² / (2 · beta)` where `|e| = |t − y| < beta`, else `|e| − beta/2` (Girshick, 2015), which is `huber / beta`; the mean
/// over all elements.
///
/// ```text
/// (y: Tensor<2>, t: Tensor<2>) -> Scalar { y.smooth_l1(t) }
/// [1.0, 2.0], [1.5, 5.0]
/// ```
#[doc(alias = "SmoothL1Loss")]
fn smooth_l1(y: Tensor<..>, t: Tensor<..>, beta: f64 = 1.0) -> Scalar {
    same_shape(y, t);
    require(beta > 0.0, "a `beta` above 0", beta);
    let e = absolute_difference(y, t);
    e.less(beta).select((0.5 / beta) * e.square(), e - 0.5 * beta).mean()
}

/// The relative entropy `Σ t log(t / p)` of a distribution `t` with respect to probabilities `p`, where `0 log 0 = 0`
/// (Kullback and Leibler, 1951); over several rows the mean of theirs.
///
/// ```text
/// (p: Tensor<2>, t: Tensor<2>) -> Scalar { p.kl_divergence(t) }
/// [0.5, 0.5], [0.25, 0.75]
/// ```
#[doc(alias = "KLDivLoss")]
fn kl_divergence(p: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(p, t);
    let possible = t.greater(0.0).select(t, 1.0);
    (possible.log() - p.log()).multiply_no_nan(t).sum(axis = -1).mean()
}

/// The relative entropy of independent normal distributions with respect to standard ones,
/// `½ Σ (mean² + e^log_variance − 1 − log_variance)`: the price of a variational autoencoder's code (Kingma and Welling,
/// 2014).
///
/// ```text
/// (mean: Tensor<2>, log_variance: Tensor<2>) -> Scalar { mean.gaussian_kl_divergence(log_variance) }
/// [1.0, 0.5], [0.0, -1.0]
/// ```
fn gaussian_kl_divergence(mean: Tensor<..>, log_variance: Tensor<..>) -> Scalar {
    same_shape(mean, log_variance);
    // Beyond 1000 the exponential is infinite, and what is taken from it does not count.
    let finite = log_variance.greater(1000.0).select(1000.0, log_variance);
    0.5 * (mean.square() + log_variance.exp() - 1.0 - finite).sum()
}

/// `−log p(t)` of a normal distribution with this mean and variance `e^log_variance`, without the constant `½ log 2π`:
/// `½ (log_variance + (t − mean)² / e^log_variance)` (Nix and Weigend, 1994); the mean over all elements.
///
/// ```text
/// (mean: Tensor<2>, log_variance: Tensor<2>, t: Tensor<2>) -> Scalar { mean.gaussian_negative_log_likelihood(log_variance, t) }
/// [1.0, 0.5], [0.0, 0.0], [1.5, 0.5]
/// ```
#[doc(alias = "GaussianNLLLoss")]
fn gaussian_negative_log_likelihood(mean: Tensor<..>, log_variance: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(mean, log_variance);
    same_shape(mean, t);
    // What is exactly right costs nothing, however small the variance; beside a large error its logarithm does not count.
    let error = exp(-log_variance).multiply_no_nan((t - mean).square());
    (0.5 * error.greater(1e30).select(error, log_variance + error)).mean()
}
