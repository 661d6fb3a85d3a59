"""Records what scikit-learn measures of some predictions.

    pip install scikit-learn==VERSION    # the version is in the first line of measures.txt
    python record.py                     # writes measures.txt beside this file

A line is `case|quantity|numbers`. The numbers of a case come from an integer hash and are dyadic fractions that float32
holds exactly; there are ties among the scores of `binary_ties`. Undefined values, as of a class that is never
predicted, are recorded as scikit-learn's `zero_division=0` gives them.
"""

import pathlib

import numpy as np
import sklearn
from sklearn import metrics

HERE = pathlib.Path(__file__).parent


def hashed(seed, count):
    """`count` well mixed 24-bit integers: the murmur3 finaliser of position and seed."""
    h = np.arange(count, dtype=np.uint64) * 0x9E3779B9 + seed * 0x85EBCA6B & 0xFFFFFFFF
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        h = (h ^ (h >> shift)) * factor & 0xFFFFFFFF
    return (h ^ (h >> 16)) >> 8


def uniform(seed, count):
    """Numbers in [-1, 1), exact in float32."""
    return np.ldexp(hashed(seed, count) - 2.0**23, -23)


def softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def classification(name, scores, labels):
    classes = scores.shape[1]
    every = list(range(classes))
    predicted = scores.argmax(axis=1)
    yield name, "scores", scores.ravel()
    yield name, "labels", labels
    yield name, "accuracy", [metrics.accuracy_score(labels, predicted)]
    for k in (1, 2):
        if classes > 2:
            yield name, f"top_{k}", [metrics.top_k_accuracy_score(labels, scores, k=k, labels=every)]
    yield name, "confusion", metrics.confusion_matrix(labels, predicted, labels=every).ravel()
    p, r, f, support = metrics.precision_recall_fscore_support(labels, predicted, labels=every, zero_division=0)
    yield name, "precision", p
    yield name, "recall", r
    yield name, "f1", f
    yield name, "support", support
    for average in ("macro", "micro", "weighted"):
        p, r, f, _ = metrics.precision_recall_fscore_support(labels, predicted, average=average, zero_division=0)
        yield name, average, [p, r, f]
    probabilities = softmax(scores)
    yield name, "perplexity", [np.exp(metrics.log_loss(labels, probabilities, labels=every))]
    if set(labels) == set(every) and classes > 2:
        each = [metrics.roc_auc_score(labels == c, probabilities[:, c]) for c in every]
        yield name, "probabilities", probabilities.ravel()
        yield name, "auc_of_classes", each
        yield name, "auc", [metrics.roc_auc_score(labels, probabilities, multi_class="ovr", average="macro")]


def binary(name, scores, labels):
    yield name, "scores", scores
    yield name, "labels", labels
    yield name, "auc", [metrics.roc_auc_score(labels, scores)]


def regression(name, predictions, targets):
    yield name, "predictions", predictions.ravel()
    yield name, "targets", targets.ravel()
    yield name, "mse", [metrics.mean_squared_error(targets, predictions)]
    yield name, "mae", [metrics.mean_absolute_error(targets, predictions)]
    yield name, "r2", [metrics.r2_score(targets, predictions)]


def cases():
    labels = hashed(1, 40) % 4
    own = np.eye(4)[labels]
    yield from classification("plain", 2 * uniform(2, 160).reshape(40, 4) + own, labels)
    # No example of class 3, none taken for class 0.
    labels = hashed(3, 30) % 3
    scores = uniform(4, 120).reshape(30, 4) - 4 * np.eye(4)[np.zeros(30, dtype=int)]
    yield from classification("lacking", scores, labels)
    # Neither examples of class 2 nor predictions of it.
    scores = uniform(5, 60).reshape(20, 3) - 4 * np.eye(3)[np.full(20, 2)]
    yield from classification("never", scores, hashed(6, 20) % 2)
    yield from classification("one_class", uniform(7, 30).reshape(10, 3), np.ones(10, dtype=int))
    labels = hashed(8, 50) % 2
    yield from binary("binary", uniform(9, 50) + 0.5 * labels, labels)
    yield from binary("binary_ties", np.floor(4 * (uniform(10, 50) + 0.5 * labels)) / 4, labels)
    yield from binary("binary_equal", np.zeros(50), labels)
    yield from binary("binary_apart", 2.0 * labels - 1, labels)
    targets = 3 * uniform(11, 25) + 1
    yield from regression("line", targets + uniform(12, 25) / 4, targets)
    yield from regression("far", uniform(13, 25) - 8, targets)
    yield from regression("two_outputs", 2 * uniform(14, 40).reshape(20, 2), uniform(15, 40).reshape(20, 2) + [0, 64])


with open(HERE / "measures.txt", "w") as file:
    print(f"recorded with|scikit-learn|{sklearn.__version__}", file=file)
    for case, quantity, numbers in cases():
        print(case, quantity, " ".join(repr(float(n)) for n in numbers), sep="|", file=file)
