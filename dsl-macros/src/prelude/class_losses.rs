// Losses of one example against a class: blocks of the same names as those against a tensor where both exist.

/// `−log softmax(scores)[class]`; over several rows of scores the mean of their losses.
fn softmax_cross_entropy(scores: Tensor<..>, class: Index<_>) -> Scalar {
    same_classes(scores, class);
    let t = class.one_hot();
    (-(t * scores.log_softmax()).sum(axis = -1)).mean()
}

/// `−log p[class]` of probabilities `p`; over several rows the mean of their losses.
fn cross_entropy(p: Tensor<..>, class: Index<_>) -> Scalar {
    same_classes(p, class);
    let t = class.one_hot();
    (-(t * p.log()).sum(axis = -1)).mean()
}

/// `binary_cross_entropy` of one probability, a scalar or [1], and a class 0 or 1.
fn binary_cross_entropy(p: Tensor<..>, class: Index<2>) -> Scalar {
    binary_cross_entropy(p.reshape([]), class.number())
}

/// `binary_cross_entropy_with_logits` of one logit, a scalar or [1], and a class 0 or 1.
fn binary_cross_entropy_with_logits(x: Tensor<..>, class: Index<2>) -> Scalar {
    binary_cross_entropy_with_logits(x.reshape([]), class.number())
}

/// `Σ max(0, 1 + scores[j] − scores[class])` over the other classes `j` (Weston and Watkins, 1999); over several
/// rows of scores the mean of their losses.
fn hinge(scores: Tensor<..>, class: Index<_>) -> Scalar {
    same_classes(scores, class);
    let t = class.one_hot();
    let own = (t * scores).sum(axis = -1, keep = true);
    ((1.0 - t) * (1.0 + scores - own).relu()).sum(axis = -1).mean()
}
