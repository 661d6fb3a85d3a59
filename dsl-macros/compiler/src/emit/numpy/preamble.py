import math

import numpy as np


def logistic_loss(x, t):
    """`log(1 + exp(x)) - t x`: what is linear for large `|x|` is left out where its factor is 0."""
    slope = np.where(x > 0.0, 1.0 - t, -t)
    return np.where(slope == 0.0, 0.0, x * slope) + np.log1p(np.exp(-np.abs(x)))


def centred(x):
    """Rows less their maxima; infinite elements are equal to each other."""
    most = np.max(x, axis=-1, keepdims=True)
    return np.where(x == most, 0.0, x - most), most == -np.inf


def softmax(x):
    """Along the last axis; a row of -inf is 0."""
    rows, hidden = centred(x)
    powers = np.exp(rows)
    return np.where(hidden, 0.0, powers / np.sum(powers, axis=-1, keepdims=True))


def log_softmax(x):
    """Along the last axis; a row of -inf stays one."""
    rows, hidden = centred(x)
    return np.where(hidden, x, rows - np.log(np.sum(np.exp(rows), axis=-1, keepdims=True)))


def scatter_add(rows, index, values):
    """The sums of the values that belong to each row of a table."""
    table = np.zeros((rows,) + np.shape(values)[np.ndim(index) :])
    np.add.at(table, index, values)
    return table
