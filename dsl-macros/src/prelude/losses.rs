// Losses of one example against a tensor: `y`, `p` or `scores` is what the network says, `t` what is true.

/// `−Σ t log softmax(scores)` for a distribution `t`; over several rows of scores the mean of their losses.
fn softmax_cross_entropy(scores: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(scores, t);
    (-(t * scores.log_softmax()).sum(axis = -1)).mean()
}

/// `−Σ t log p` of probabilities `p` and a distribution `t`; over several rows the mean of their losses.
fn cross_entropy(p: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(p, t);
    (-(t * p.log()).sum(axis = -1)).mean()
}

/// `−(t log p + (1 − t) log(1 − p))` of a probability `p` and a truth `t` in [0, 1]; the mean over all elements.
fn binary_cross_entropy(p: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(p, t);
    (-(t * p.log() + (1.0 - t) * (1.0 - p).log())).mean()
}

/// `log(1 + eˣ) − t x`: `binary_cross_entropy(x.sigmoid(), t)` without overflow; the mean over all elements.
fn binary_cross_entropy_with_logits(x: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(x, t);
    (x.softplus() - t * x).mean()
}

/// `‖t − y‖² = Σ (t − y)²`.
fn squared_error(y: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(y, t);
    (t - y).square().sum()
}

/// The mean of `(t − y)²` over all elements.
fn mean_squared_error(y: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(y, t);
    (t - y).square().mean()
}

/// `Σ |t − y|`.
fn absolute_error(y: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(y, t);
    (t - y).abs().sum()
}

/// The mean of `|t − y|` over all elements.
fn mean_absolute_error(y: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(y, t);
    (t - y).abs().mean()
}

/// `max(0, 1 − t y)` for a truth `t` of −1 or +1 (Cortes and Vapnik, 1995); the mean over all elements.
fn hinge(y: Tensor<..>, t: Tensor<..>) -> Scalar {
    same_shape(y, t);
    (1.0 - t * y).relu().mean()
}

/// `e²/2` where `|e| = |t − y| ≤ delta`, else `delta · (|e| − delta/2)` (Huber, 1964); the mean over all elements.
fn huber(y: Tensor<..>, t: Tensor<..>, delta: f64 = 1.0) -> Scalar {
    same_shape(y, t);
    let e = (t - y).abs();
    e.less(delta).select(0.5 * e.square(), delta * (e - 0.5 * delta)).mean()
}
