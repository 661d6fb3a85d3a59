// Losses of one example against a class: blocks of the same names as those against a tensor where both exist. Scores
// are [classes] for one class, [.., classes] for several.

/// `−log softmax(scores)[class]`; over several rows of scores the mean of their losses. With `label_smoothing` ε the
/// truth is `1 − ε` at the class and `ε / classes` everywhere (Szegedy et al., 2016). Rows of the class `ignore`, such as
/// padding, do not count: the result is the mean over the rows of the *whole batch* that do, 0 if there is none.
///
/// ```text
/// (scores: Tensor<3>, class: Index<3>) -> Scalar { scores.softmax_cross_entropy(class) }
/// [1.0, 2.0, 3.0], [2]
/// ```
#[doc(alias = "CrossEntropyLoss")]
fn softmax_cross_entropy(
    scores: Tensor<..>,
    class: Index<_>,
    label_smoothing: f64 = 0.0,
    ignore: f64 = -1.0,
) -> Scalar {
    same_classes(scores, class);
    takes(scores, "scores");
    require(label_smoothing >= 0.0 && label_smoothing < 1.0, "a `label_smoothing` of at least 0 and below 1", label_smoothing);
    require(ignore < class.limit(), "one of the classes to ignore", class, ignore);
    let (one_hot, logarithms) = (class.one_hot(), scores.log_softmax());
    let terms = if label_smoothing > 0.0 {
        ((1.0 - label_smoothing) * one_hot + label_smoothing / class.limit()) * logarithms
    } else {
        one_hot.select(logarithms, 0.0)
    };
    let losses = -terms.sum(axis = -1);
    if ignore < 0.0 { losses.mean() } else { losses.mean_of_others(class, ignore) }
}

/// The mean over the batch of those `losses`, one for each class, whose class is not `ignore`; 0 if there is none.
///
/// ```text
/// (losses: Tensor<3>, class: Index<4, 3>) -> Scalar { losses.mean_of_others(class, 0.0) }
/// [1.0, 2.0, 3.0], [0, 1, 2]
/// ```
#[doc(alias = "ignore_index")]
fn mean_of_others(losses: Tensor<..>, class: Index<_>, ignore: f64) -> Scalar {
    same_shape(losses, class);
    let counted = 1.0 - class.number().equal(ignore);
    let count = counted.sum().batch_sum();
    counted.select(losses, 0.0).sum().batch_sum() / count.max(1.0)
}

/// `−log p[class]` of probabilities `p`; over several rows the mean of their losses. Other classes pass no gradient, also
/// where their probability is 0.
///
/// ```text
/// (p: Tensor<3>, class: Index<3>) -> Scalar { p.cross_entropy(class) }
/// [0.25, 0.25, 0.5], [2]
/// ```
fn cross_entropy(p: Tensor<..>, class: Index<_>) -> Scalar {
    same_classes(p, class);
    takes(p, "probabilities");
    (-class.one_hot().select(p.log(), 0.0).sum(axis = -1)).mean()
}

/// `−q[class]` of log-probabilities `q`, such as `x.log_softmax()`; over several rows the mean of their losses. Rows of
/// the class `ignore` do not count, as in `softmax_cross_entropy`.
///
/// ```text
/// (q: Tensor<3>, class: Index<3>) -> Scalar { q.negative_log_likelihood(class) }
/// [-1.0, -2.0, -0.5], [2]
/// ```
#[doc(alias = "NLLLoss")]
fn negative_log_likelihood(q: Tensor<..>, class: Index<_>, ignore: f64 = -1.0) -> Scalar {
    same_classes(q, class);
    takes(q, "log-probabilities");
    require(ignore < class.limit(), "one of the classes to ignore", class, ignore);
    let losses = -class.one_hot().select(q, 0.0).sum(axis = -1);
    if ignore < 0.0 { losses.mean() } else { losses.mean_of_others(class, ignore) }
}

/// `binary_cross_entropy` of one probability, a scalar or [1], and a class 0 or 1.
///
/// ```text
/// (p: Tensor<1>, class: Index<2>) -> Scalar { p.binary_cross_entropy(class) }
/// [0.75], [1]
/// ```
#[doc(alias = "BCELoss")]
fn binary_cross_entropy(p: Tensor<..>, class: Index<2>) -> Scalar {
    binary_cross_entropy(p.reshape([]), class.number())
}

/// `binary_cross_entropy_with_logits` of one logit, a scalar or [1], and a class 0 or 1.
///
/// ```text
/// (x: Tensor<1>, class: Index<2>) -> Scalar { x.binary_cross_entropy_with_logits(class) }
/// [2.0], [1]
/// ```
#[doc(alias = "BCEWithLogitsLoss")]
fn binary_cross_entropy_with_logits(x: Tensor<..>, class: Index<2>) -> Scalar {
    binary_cross_entropy_with_logits(x.reshape([]), class.number())
}

/// `Σ max(0, margin + scores[j] − scores[class])` over the other classes `j` (Weston and Watkins, 1999); over several
/// rows of scores the mean of their losses. No gradient passes where a term is 0, also where it only just is.
///
/// ```text
/// (scores: Tensor<3>, class: Index<3>) -> Scalar { scores.hinge(class) }
/// [1.0, 2.0, 2.5], [2]
/// ```
#[doc(alias = "MultiMarginLoss")]
#[doc(alias = "HingeEmbeddingLoss")]
fn hinge(scores: Tensor<..>, class: Index<_>, margin: f64 = 1.0) -> Scalar {
    same_classes(scores, class);
    let t = class.one_hot();
    let own = t.select(scores, 0.0).sum(axis = -1, keep = true);
    t.select(0.0, (margin + scores - own).relu()).sum(axis = -1).mean()
}
