"""Records what PyTorch and JAX make of the words in ../networks/edges.rs, where their formulas end.

    python record_edges.py      # writes edges.txt beside this file

Each word is written twice more here, of PyTorch's and of JAX's own functions, in the order of the network. A line of
edges.txt is

    entry|own|<place>|<words>|<arguments>           which arguments this word has of its own, in order
    entry|case|input|<name>|<numbers>               an argument of the entry point
    entry|case|<place>|<words>|value|<numbers>      the result at this place, as it has to be
    entry|case|<place>|<words>|slope <n>|<numbers>  the gradient of its sum by its n-th argument of its own

and behind each of these `torch` and `jax` in place of `value`, `slope <n>` where they yield something else. What has to be is

1. PyTorch's number where that is one,
2. else JAX's where that is one,
3. else the limit of the formula, stated below in `LIMITS`,
4. else no number: nan.

Where PyTorch's number is not taken, `LIMITS` says why.
"""

import math
import pathlib
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import torch
import torch.nn.functional as F

jax.config.update("jax_enable_x64", True)
warnings.filterwarnings("ignore")

INF = math.inf
NAN = math.nan


def weighted(x):
    """As a row, times 1, 2, 3 …"""
    row = x.reshape(-1)
    count = row.shape[0]
    return row * (torch.arange(1, count + 1, dtype=row.dtype) if torch.is_tensor(row) else jnp.arange(1, count + 1))


class Word:
    """A word of the network: the names it stands for, and its two spellings as functions of the entry point's arguments.

    `own` are the places of the arguments that are its own, in the order in which the network names them.
    """

    def __init__(self, names, torch_form, jax_form, own=(0,)):
        self.names, self.torch, self.jax, self.own = names, torch_form, jax_form, own


def both(names, form, own=(0,)):
    """One spelling for both, given the module of functions."""
    return Word(names, lambda *a: form(torch, *a), lambda *a: form(jnp, *a), own)


def clamped_log(x):
    """PyTorch's logarithm within its binary cross-entropy, which has no name; only where it may be called."""
    inside = (x >= 0) & (x <= 1)
    y = -F.binary_cross_entropy(torch.where(inside, x, 0.5), torch.ones_like(x), reduction="none")
    return torch.where(inside, y, torch.log(x))


NUMBERS = [
    both("exp", lambda m, x: m.exp(x)),
    both("log", lambda m, x: m.log(x)),
    Word("clamped_log", clamped_log, None),
    both("sqrt", lambda m, x: m.sqrt(x)),
    both("square", lambda m, x: m.square(x)),
    both("pow", lambda m, x: x**0.5),
    both("pow", lambda m, x: x**3),
    both("pow", lambda m, x: x**-1),
    both("pow", lambda m, x: x**1.5),
    both("sin", lambda m, x: m.sin(x)),
    both("cos", lambda m, x: m.cos(x)),
    both("neg", lambda m, x: -x),
    both("abs", lambda m, x: m.abs(x)),
    both("sign", lambda m, x: m.sign(x), own=()),
    Word("erf", torch.erf, jax.scipy.special.erf),
    both("tanh", lambda m, x: m.tanh(x)),
    Word("sigmoid", torch.sigmoid, jax.nn.sigmoid),
    Word("log_sigmoid", F.logsigmoid, jax.nn.log_sigmoid),
    # Without the threshold of PyTorch's own, from which on it yields x.
    Word("softplus", lambda x: torch.logaddexp(x, torch.zeros_like(x)), jax.nn.softplus),
    Word("softsign", F.softsign, jax.nn.soft_sign),
    Word("relu", F.relu, jax.nn.relu),
    Word("leaky_relu", F.leaky_relu, jax.nn.leaky_relu),
    Word("prelu", lambda x: F.prelu(x, torch.tensor([0.25], dtype=x.dtype)), lambda x: jnp.where(x > 0, x, 0.25 * x)),
    Word("relu6 clamp", F.relu6, jax.nn.relu6),
    Word("elu", lambda x: F.elu(x, 0.5), lambda x: jax.nn.elu(x, 0.5)),
    Word("selu", F.selu, jax.nn.selu),
    Word("gelu", F.gelu, lambda x: jax.nn.gelu(x, approximate=False)),
    Word("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), lambda x: jax.nn.gelu(x, approximate=True)),
    Word("silu", F.silu, jax.nn.silu),
    Word("mish", F.mish, jax.nn.mish),
    # PyTorch's own slope is 1/6 in single precision.
    Word("hard_sigmoid", lambda x: F.hardtanh(x / 6 + 0.5, 0, 1), jax.nn.hard_sigmoid),
    Word("hard_swish", F.hardswish, jax.nn.hard_swish),
    Word("hard_tanh", F.hardtanh, jax.nn.hard_tanh),
    Word("clamp", lambda x: x.clamp(-1, 3), lambda x: jnp.clip(x, -1, 3)),
    both("select log", lambda m, x: m.where(x > 1, m.log(x), 0.0)),
    both("sqrt greater", lambda m, x: m.where(x > 0, m.sqrt(x), 0.0)),
    Word("log sigmoid", F.logsigmoid, jax.nn.log_sigmoid),
    Word("log exp", lambda x: torch.logaddexp(x, torch.zeros_like(x)), jax.nn.softplus),
    Word("exp", torch.sigmoid, jax.nn.sigmoid),
    both("sqrt square", lambda m, x: m.abs(x)),
    Word("erfinv", torch.erfinv, jax.scipy.special.erfinv),
]

AB = (0, 1)

PAIRS = [
    both("", lambda m, a, b: a + b, AB),
    both("", lambda m, a, b: a - b, AB),
    both("", lambda m, a, b: a * b, AB),
    both("", lambda m, a, b: a / b, AB),
    both("max", lambda m, a, b: m.maximum(a, b), AB),
    both("min", lambda m, a, b: m.minimum(a, b), AB),
    both("greater", lambda m, a, b: 1.0 * (a > b), ()),
    both("greater_equal", lambda m, a, b: 1.0 * (a >= b), ()),
    both("equal", lambda m, a, b: 1.0 * (a == b), ()),
    both("less", lambda m, a, b: 1.0 * (a < b), ()),
    both("less_equal", lambda m, a, b: 1.0 * (a <= b), ()),
    Word("select", lambda a, b: torch.where(a.detach() != 0, a, b), lambda a, b: jnp.where(a != 0, a, b), AB),
    both("multiply_no_nan", lambda m, a, b: m.where(b == 0, 0.0, a * b), AB),
    Word(
        "logistic_loss",
        lambda a, b: F.binary_cross_entropy_with_logits(a, b, reduction="none"),
        lambda a, b: jax.nn.softplus(a) - b * a,
        AB,
    ),
    Word("absolute_difference", lambda a, b: F.l1_loss(a, b, reduction="none"), lambda a, b: jnp.abs(b - a), AB),
    both("mask", lambda m, a, b: m.where(b != 0, a, -INF)),
]


def standardised(m, x):
    centred = x - x.mean()
    return centred / m.sqrt((centred * centred).mean() + 1e-5)


ROWS = [
    Word("softmax", lambda x: weighted(F.softmax(x, 0)), lambda x: weighted(jax.nn.softmax(x))),
    Word("log_softmax", lambda x: weighted(F.log_softmax(x, 0)), lambda x: weighted(jax.nn.log_softmax(x))),
    both("sum", lambda m, x: x.sum().reshape(1)),
    both("mean", lambda m, x: x.mean().reshape(1)),
    Word("max_over", lambda x: x.amax().reshape(1), lambda x: x.max().reshape(1)),
    Word("min_over", lambda x: x.amin().reshape(1), lambda x: x.min().reshape(1)),
    Word("norm", lambda x: x.norm().reshape(1), lambda x: jnp.linalg.norm(x).reshape(1)),
    both("l1", lambda m, x: m.abs(x).sum().reshape(1)),
    both("l2", lambda m, x: m.square(x).sum().reshape(1)),
    Word("log exp sum", lambda x: torch.logsumexp(x, 0).reshape(1), lambda x: jax.nn.logsumexp(x).reshape(1)),
    Word(
        "standardise layer_norm group_norm instance_norm batch_norm",
        lambda x: weighted(F.layer_norm(x, x.shape)),
        lambda x: weighted(standardised(jnp, x)),
    ),
    Word(
        "rms_norm",
        lambda x: weighted(F.rms_norm(x, x.shape, eps=1e-6)),
        lambda x: weighted(x / jnp.sqrt((x * x).mean() + 1e-6)),
    ),
    Word("glu", lambda x: weighted(F.glu(x, 0)), lambda x: weighted(jax.nn.glu(x))),
    Word("standardise", lambda x: weighted(standardised(torch, x[1:2])), lambda x: weighted(standardised(jnp, x[1:2]))),
    Word("softmax", lambda x: weighted(F.softmax(x[1:2], 0)), lambda x: weighted(jax.nn.softmax(x[1:2]))),
]
# A slice of one element.
ROWS[-2].names = ROWS[-1].names = ""


def huber(m, y, t, delta):
    e = m.abs(t - y)
    return m.where(e < delta, 0.5 * e * e, delta * (e - 0.5 * delta)).mean()


def one(form):
    return lambda *a: form(*a).reshape(1)


def loss(names, torch_form, jax_form, own=AB):
    return Word(names, one(torch_form), None if jax_form is None else one(jax_form), own)


ERRORS = [
    loss("squared_error", lambda y, t: F.mse_loss(y, t, reduction="sum"), lambda y, t: ((t - y) ** 2).sum()),
    loss("mean_squared_error", F.mse_loss, lambda y, t: ((t - y) ** 2).mean()),
    loss("absolute_error", lambda y, t: F.l1_loss(y, t, reduction="sum"), lambda y, t: jnp.abs(t - y).sum()),
    loss("mean_absolute_error", F.l1_loss, lambda y, t: jnp.abs(t - y).mean()),
    loss("hinge", lambda y, t: F.relu(1 - t * y).mean(), lambda y, t: jax.nn.relu(1 - t * y).mean()),
    loss("huber", lambda y, t: F.huber_loss(y, t, delta=2.0), lambda y, t: huber(jnp, y, t, 2.0)),
    loss("smooth_l1", lambda y, t: F.smooth_l1_loss(y, t, beta=2.0), lambda y, t: huber(jnp, y, t, 2.0) / 2),
    loss(
        "gaussian_kl_divergence",
        lambda y, t: 0.5 * (y**2 + t.exp() - 1 - t).sum(),
        lambda y, t: 0.5 * (y**2 + jnp.exp(t) - 1 - t).sum(),
    ),
    loss(
        "gaussian_negative_log_likelihood",
        lambda y, t: (0.5 * (t + y**2 * (-t).exp())).mean(),
        lambda y, t: (0.5 * (t + y**2 * jnp.exp(-t))).mean(),
    ),
]


def xlogx(m, t):
    return m.where(t > 0, t * m.log(m.where(t > 0, t, 1.0)), 0.0)


SCORES = [
    loss("softmax_cross_entropy", lambda x, t: F.cross_entropy(x, t), lambda x, t: -(t * jax.nn.log_softmax(x)).sum()),
    loss("softmax cross_entropy", lambda x, t: F.cross_entropy(x, t), lambda x, t: -(t * jax.nn.log_softmax(x)).sum(), (0,)),
    loss(
        "softmax kl_divergence",
        lambda x, t: F.kl_div(F.log_softmax(x, 0), t, reduction="sum"),
        lambda x, t: (xlogx(jnp, t) - t * jax.nn.log_softmax(x)).sum(),
        (0,),
    ),
    loss(
        "binary_cross_entropy_with_logits",
        F.binary_cross_entropy_with_logits,
        lambda x, t: (jax.nn.softplus(x) - t * x).mean(),
    ),
    loss(
        "sigmoid binary_cross_entropy",
        F.binary_cross_entropy_with_logits,
        lambda x, t: (jax.nn.softplus(x) - t * x).mean(),
        (0,),
    ),
]

PROBABILITIES = [
    loss("cross_entropy", lambda p, t: -torch.special.xlogy(t, p).sum(), lambda p, t: -jax.scipy.special.xlogy(t, p).sum(), (0,)),
    loss(
        "kl_divergence",
        lambda p, t: (torch.special.xlogy(t, t) - torch.special.xlogy(t, p)).sum(),
        lambda p, t: (jax.scipy.special.xlogy(t, t) - jax.scipy.special.xlogy(t, p)).sum(),
    ),
    loss("binary_cross_entropy", F.binary_cross_entropy, None, (0,)),
]


def smoothed(x, c):
    q = jax.nn.log_softmax(x)
    return -(0.75 * q[c] + 0.25 * q.mean())


def ignoring(x, c):
    return F.cross_entropy(x, c) if int(c) != 1 else 0.0 * F.cross_entropy(torch.nan_to_num(x, 0, 0, 0), c)


def hinge_of_class(x, c):
    terms = jax.nn.relu(1 + x - x[c])
    return jnp.where(jnp.arange(3) == c, 0.0, terms).sum()


CLASSES = [
    loss("softmax_cross_entropy", lambda x, p, c: F.cross_entropy(x, c), lambda x, p, c: -jax.nn.log_softmax(x)[c], (0,)),
    loss(
        "softmax_cross_entropy",
        lambda x, p, c: F.cross_entropy(x, c, label_smoothing=0.25),
        lambda x, p, c: smoothed(x, c),
        (0,),
    ),
    loss("softmax_cross_entropy mean_of_others", lambda x, p, c: ignoring(x, c), None, (0,)),
    loss("softmax cross_entropy", lambda x, p, c: F.cross_entropy(x, c), lambda x, p, c: -jax.nn.log_softmax(x)[c], (0,)),
    loss("negative_log_likelihood", lambda x, p, c: F.nll_loss(x, c), lambda x, p, c: -x[c], (0,)),
    loss("hinge", lambda x, p, c: 3 * F.multi_margin_loss(x, c), lambda x, p, c: hinge_of_class(x, c), (0,)),
    loss("cross_entropy", lambda x, p, c: F.nll_loss(p.log(), c), lambda x, p, c: -jnp.log(p)[c], (1,)),
]


def plane(form):
    """A pooling of one plane, in PyTorch alone."""
    return lambda x: weighted(form(x[None, None]))


WINDOWS = [
    Word("max_pool", plane(lambda x: F.max_pool2d(x, 2)), None),
    Word("max_pool", plane(lambda x: F.max_pool2d(x, 3, 1, 1)), None),
    Word("max_pool1d", lambda x: weighted(F.max_pool1d(x[None], 2)), None),
    Word("mean_pool", plane(lambda x: F.avg_pool2d(x, 2)), None),
    Word("mean_pool", plane(lambda x: F.avg_pool2d(x, 2, 3, 1, count_include_pad=False)), None),
    Word("mean_pool1d", lambda x: weighted(F.avg_pool1d(x[None], 2)), None),
    Word("adaptive_max_pool", plane(lambda x: F.adaptive_max_pool2d(x, 2)), None),
    Word("adaptive_max_pool", plane(lambda x: F.adaptive_max_pool2d(x, (3, 5))), None),
    Word("adaptive_max_pool", plane(lambda x: F.adaptive_max_pool2d(x, 5)), None),
    Word("adaptive_mean_pool", plane(lambda x: F.adaptive_avg_pool2d(x, 2)), None),
    Word("global_max_pool", lambda x: x.amax().reshape(1), lambda x: x.max().reshape(1)),
    Word("global_mean_pool", lambda x: x.mean().reshape(1), lambda x: x.mean().reshape(1)),
    Word("relu max_pool", plane(lambda x: F.max_pool2d(F.relu(x), 2)), None),
    Word("upsample_bilinear", plane(lambda x: F.interpolate(x, scale_factor=2, mode="bilinear")), None),
]


def attend(q, k, mask):
    return weighted(F.scaled_dot_product_attention(q[None], k[None], k[None], mask[None] != 0))


def probabilities(m, q, k, mask):
    scores = m.where(mask != 0, q @ k.T, -INF)
    return weighted(F.softmax(scores, -1) if m is torch else jax.nn.softmax(scores))


CAUSAL = np.tril(np.ones((2, 3)))

ATTENTION = [
    Word("scaled_dot_product_attention multi_head_attention cross_attention", attend, None, (0, 1, 1)),
    Word(
        "scaled_dot_product_attention",
        lambda q, k, mask: attend(q, k, torch.tensor(CAUSAL)),
        None,
        (0, 1, 1),
    ),
    both("mask", lambda m, q, k, mask: probabilities(m, q, k, mask)),
    both("causal_mask", lambda m, q, k, mask: probabilities(m, q, k[:2], m.asarray(CAUSAL[:, :2]))),
    Word(
        "max_over",
        lambda q, k, mask: weighted(torch.where(mask != 0, q @ k.T, -INF).amax(1)),
        lambda q, k, mask: weighted(jnp.where(mask != 0, q @ k.T, -INF).max(1)),
    ),
    both("dropout", lambda m, q, k, mask: weighted(q)),
]

NEGATIVE = [[0.0] * 5] * 5
STEPS = [[0, 0, 2, 2, 0], [0, 2, 2, 0, 0], [2, 2, 0, 0, 0], [2, 0, 0, 2, 2], [0, 0, 0, 2, 1]]
HIDDEN = [[-INF] * 5, [-INF, 1, -INF, -INF, -INF], [-INF] * 5, [INF, 0, 0, 1, INF], [-INF, 0, -1, 1, 0]]
Q, K = [[1.0, 0.5], [-1.0, 2.0]], [[0.5, 1.0], [2.0, -1.0], [0.0, 0.25]]

# Entry point: names of its arguments, words, cases.
ENTRIES = {
    "numbers": (["x"], NUMBERS, [[[-INF, -3, -1, -0.0, 0.0, 1, 3, 6, 1000, INF]]]),
    "pairs": (
        ["a", "b"],
        PAIRS,
        [
            [[1, 2, 1, INF, -INF, INF, 0, -0.0, INF, -INF, 0, 2], [1, 1, 2, INF, -INF, -INF, 0, 0, 0, 0, INF, 0]],
            [[INF, INF, INF, -INF, -INF, -INF, 0, 0, 1000, -1000, 1, INF], [0, 0.5, 1, 0, 0.5, 1, 0, 1, 1, 0, INF, 2]],
        ],
    ),
    "rows": (
        ["x"],
        ROWS,
        [
            [[1, -INF, 2, 0]],
            [[-INF, -INF, -INF, -INF]],
            [[INF, 0, 1, -INF]],
            [[INF, INF, 0, 1]],
            [[2, 2, 2, 2]],
            [[0, 0, 0, 0]],
            [[1000, -1000, 1000, 0]],
        ],
    ),
    "errors": (
        ["y", "t"],
        ERRORS,
        [
            [[1, 2, 3], [1, 2, 1]],
            [[0, 0, 1], [2, -2, 1]],
            [[INF, 0, -INF], [1, -1, 1]],
            [[0, INF, 1], [-1, INF, 1]],
            [[1, 0, 1], [INF, 0, 1]],
            [[1, 0, 0], [-INF, 0, -1000]],
        ],
    ),
    "scores": (
        ["x", "t"],
        SCORES,
        [
            [[1, -INF, 2], [0.25, 0, 0.75]],
            [[1, 0, -INF], [0.5, 0.5, 0]],
            [[INF, 0, 1], [1, 0, 0]],
            [[INF, INF, -INF], [1, 1, 0]],
            [[INF, -INF, 0], [0.5, 0.5, 0]],
            [[0, 0, 0], [0, 1, 0]],
            [[1000, -1000, 0], [1, 0, 0]],
        ],
    ),
    "probabilities": (
        ["p", "t"],
        PROBABILITIES,
        [
            [[0.5, 0.5, 0], [0.5, 0.5, 0]],
            [[1, 0, 0], [1, 0, 0]],
            [[0, 1, 0], [1, 0, 0]],
            [[0, 1, 0.5], [1, 0, 0.25]],
        ],
    ),
    "classes": (
        ["x", "p", "class"],
        CLASSES,
        [
            [[1, 2, 0.5], [0.25, 0.75, 0], 0],
            [[1, -INF, 2], [0.5, 0, 0.5], 2],
            [[1, 2, -INF], [0, 0, 1], 1],
            [[INF, 0, 1], [1, 0, 0], 0],
            [[1, 0, 1], [1, 0, 0], 0],
            [[1000, 0, -1000], [0.5, 0, 0.5], 2],
        ],
    ),
    "windows": (["x"], WINDOWS, [[NEGATIVE], [STEPS], [HIDDEN]]),
    "attention": (
        ["q", "k", "mask"],
        ATTENTION,
        [
            [Q, K, [[1, 1, 1], [1, 0, 1]]],
            [Q, K, [[0, 0, 0], [1, 0, 0]]],
        ],
    ),
}

# What is right where neither has a number, or PyTorch's is not taken: the limit of the formula, by entry, place, case and
# what it is, each with the reason.
LIMITS = """
# pow: (-0)^(-1/2) is infinity by IEEE 754, where PyTorch takes a root of its own
numbers 5 0 slope 0: 3=inf
# clamped_log: where PyTorch's cross-entropy cannot be asked, and at 1, where its gradient is 0/10¹²
numbers 2 0 slope 0: 0=1000000000000 1=1000000000000 2=1000000000000 3=1000000000000 4=1000000000000 5=1
# softsign: x / |x|
numbers 19 0 value: 0=-1 9=1
numbers 19 0 slope 0: 0=0 9=0
# gelu_tanh: x · Φ(x)
numbers 27 0 value: 0=-0
numbers 27 0 slope 0: 0=0 9=1
# silu: x · σ(x)
numbers 28 0 value: 0=-0
numbers 28 0 slope 0: 0=0 9=1
# mish: x · tanh
numbers 29 0 value: 0=-0
numbers 29 0 slope 0: 0=0 9=1
# hard_swish: 0 up to −3
numbers 31 0 value: 0=0
# select log: what is not chosen passes nothing
numbers 34 0 slope 0: 3=0 4=0
# sqrt greater: what is not chosen passes nothing
numbers 35 0 slope 0: 0=0 1=0 2=0 3=0 4=0
# multiply_no_nan: the derivative of 0 · ∞ is 0, that of 0 · x by the weight is x
pairs 12 0 slope 1: 8=0 9=0 11=2
pairs 12 1 slope 1: 0=0 3=0 9=-1000
# logistic_loss: nothing is lost where x is right
pairs 13 0 value: 9=0
pairs 13 1 value: 2=0 3=0
# absolute_difference: 0 where both are equal
pairs 14 0 value: 3=0 4=0
# a row of one: as softmax
rows 14 0 value: 0=0
rows 14 0 slope 0: 1=0
rows 14 1 value: 0=0
rows 14 1 slope 0: 1=0
rows 14 3 value: 0=1
rows 14 3 slope 0: 1=0
# softmax: an infinite element takes the whole row; a row of −∞ is 0
rows 0 1 value: 0=0 1=0 2=0 3=0
rows 0 1 slope 0: 0=0 1=0 2=0 3=0
rows 0 2 value: 0=1 1=0 2=0 3=0
rows 0 2 slope 0: 0=0 1=0 2=0 3=0
rows 0 3 value: 0=0.5 1=1 2=0 3=0
rows 0 3 slope 0: 0=-0.25 1=0.25 2=0 3=0
# log_softmax: as softmax
rows 1 1 value: 0=-inf 1=-inf 2=-inf 3=-inf
rows 1 1 slope 0: 0=1 1=2 2=3 3=4
rows 1 2 value: 0=0 1=-inf 2=-inf 3=-inf
rows 1 2 slope 0: 0=-9 1=2 2=3 3=4
rows 1 3 value: 0=-0.6931471805599453 1=-1.3862943611198906 2=-inf 3=-inf
rows 1 3 slope 0: 0=-4 1=-3 2=3 3=4
# absolute_error: 0 where both are equal
errors 2 3 value: 0=1
# mean_absolute_error: 0 where both are equal
errors 3 3 value: 0=0.3333333333333333
# huber: 0 where both are equal
errors 5 3 value: 0=0.16666666666666666
errors 5 3 slope 0: 1=0
errors 5 3 slope 1: 1=0
# smooth_l1: 0 where both are equal
errors 6 3 value: 0=0.08333333333333333
errors 6 3 slope 0: 1=0
errors 6 3 slope 1: 1=0
# gaussian_kl_divergence: the exponential wins
errors 7 3 value: 0=inf
errors 7 4 value: 0=inf
# gaussian_negative_log_likelihood: the exponential wins over its exponent, and loses to an error of 0
errors 8 5 value: 0=inf
errors 8 5 slope 0: 2=0
errors 8 5 slope 1: 2=0.16666666666666666
# softmax_cross_entropy: 0 log 0 = 0, and an infinite score takes the whole row; by t nothing passes there, as in xlogy
scores 0 0 value: 0=0.5632616875182228
scores 0 0 slope 1: 1=0
scores 0 1 value: 0=0.8132616875182228
scores 0 1 slope 1: 2=0
scores 0 2 value: 0=-0
scores 0 2 slope 0: 0=0 1=0 2=0
scores 0 2 slope 1: 0=0 1=0 2=0
scores 0 3 value: 0=1.3862943611198906
scores 0 3 slope 0: 0=0 1=0 2=0
scores 0 3 slope 1: 0=0.6931471805599453 1=0.6931471805599453 2=0
scores 0 4 value: 0=inf
scores 0 4 slope 0: 0=0.5 1=-0.5 2=0
scores 0 4 slope 1: 0=0 1=inf 2=0
# softmax cross_entropy: 0 log 0 = 0, and an infinite score takes the whole row
scores 1 0 value: 0=0.5632616875182228
scores 1 1 value: 0=0.8132616875182228
scores 1 2 value: 0=-0
scores 1 2 slope 0: 0=0 1=0 2=0
scores 1 3 value: 0=1.3862943611198906
scores 1 3 slope 0: 0=0 1=0 2=0
scores 1 4 value: 0=inf
scores 1 4 slope 0: 0=0.5 1=-0.5 2=0
# softmax kl_divergence: 0 log 0 = 0, and an infinite score takes the whole row
scores 2 0 value: 0=0.0009265428994145314
scores 2 1 value: 0=0.12011450695827755
scores 2 2 value: 0=0
scores 2 2 slope 0: 0=0 1=0 2=0
scores 2 3 value: 0=1.3862943611198906
scores 2 3 slope 0: 0=0 1=0 2=0
scores 2 4 value: 0=inf
scores 2 4 slope 0: 0=0.5 1=-0.5 2=0
# binary_cross_entropy_with_logits: 0 log 0 = 0, and an infinite score takes the whole row
scores 3 0 value: 0=0.563396566187065
scores 3 1 value: 0=0.5021362893593893
scores 3 2 value: 0=0.668802956026056
scores 3 3 value: 0=0
scores 3 4 value: 0=inf
# sigmoid binary_cross_entropy: 0 log 0 = 0, and an infinite score takes the whole row
scores 4 0 value: 0=0.563396566187065
scores 4 1 value: 0=0.5021362893593893
scores 4 2 value: 0=0.668802956026056
scores 4 3 value: 0=0
scores 4 4 value: 0=inf
# cross_entropy: 0 log 0 = 0
probabilities 0 0 slope 0: 2=0
probabilities 0 1 slope 0: 1=0 2=0
probabilities 0 2 slope 0: 2=0
# kl_divergence: 0 log 0 = 0
probabilities 1 0 slope 0: 2=0
probabilities 1 0 slope 1: 2=0
probabilities 1 1 slope 0: 1=0 2=0
probabilities 1 1 slope 1: 1=0 2=0
probabilities 1 2 slope 0: 2=0
probabilities 1 2 slope 1: 1=0 2=0
probabilities 1 3 slope 1: 1=0
# binary_cross_entropy: the derivative of log(1 - p) at 0 is -1; PyTorch divides 0 by 10¹², and 10¹² is single
probabilities 2 0 slope 0: 2=0.3333333333333333
probabilities 2 1 slope 0: 0=-0.3333333333333333 1=0.3333333333333333 2=0.3333333333333333
probabilities 2 2 slope 0: 0=-333333333333.3333 1=333333333333.3333 2=0.3333333333333333
probabilities 2 3 slope 0: 0=-333333333333.3333 1=333333333333.3333
# cross_entropy: others pass nothing; an infinite score takes the whole row
classes 6 0 slope 1: 2=0
classes 6 1 slope 1: 1=0
classes 6 2 slope 1: 0=0
classes 6 3 slope 1: 1=0 2=0
classes 6 4 slope 1: 1=0 2=0
classes 6 5 slope 1: 1=0
# softmax_cross_entropy: others pass nothing; an infinite score takes the whole row
classes 0 3 value: 0=-0
classes 0 3 slope 0: 0=0 1=0 2=0
# softmax_cross_entropy: others pass nothing; an infinite score takes the whole row
classes 1 3 value: 0=inf
classes 1 3 slope 0: 0=0.16666666666666663 1=-0.08333333333333333 2=-0.08333333333333333
# softmax_cross_entropy mean_of_others: others pass nothing; an infinite score takes the whole row
classes 2 3 value: 0=0
classes 2 3 slope 0: 0=0 1=0 2=0
# softmax cross_entropy: others pass nothing; an infinite score takes the whole row
classes 3 3 value: 0=-0
classes 3 3 slope 0: 0=0 1=0 2=0
# upsample_bilinear: −∞ among −∞
windows 13 2 value: 0=-inf 1=-inf 2=-inf 3=-inf 4=-inf 5=-inf 6=-inf 7=-inf 8=-inf 9=-inf 10=-inf 20=-inf 30=-inf 40=-inf
# mask: a row of −∞ is 0
attention 2 1 value: 0=0 1=0 2=0
"""


def limits():
    found = {}
    for line in LIMITS.strip().splitlines():
        if not line.startswith("#"):
            where, numbers = line.split(": ")
            entry, place, case, what = where.split(" ", 3)
            pairs = (number.split("=") for number in numbers.split())
            found[entry, int(place), what, int(case)] = {int(index): float(number) for index, number in pairs}
    return found


def torch_numbers(word, arguments):
    copies = [torch.tensor(a) if np.asarray(a).dtype == np.int64 and np.ndim(a) == 0 else torch.tensor(a, dtype=torch.float64) for a in arguments]
    for place in set(word.own):
        copies[place].requires_grad_()
    value = word.torch(*copies)
    if value.requires_grad:
        value.sum().backward()
    slopes = {place: copies[place].grad for place in set(word.own)}
    none = lambda place: np.zeros(np.shape(arguments[place]))
    return value.detach().numpy(), {p: none(p) if g is None else g.numpy() for p, g in slopes.items()}


def jax_numbers(word, arguments):
    if word.jax is None:
        return None
    copies = [np.asarray(a) if np.ndim(a) == 0 else jnp.asarray(a, dtype=jnp.float64) for a in arguments]
    value = word.jax(*copies)
    places = tuple(sorted(set(word.own)))
    if not places:
        return np.asarray(value), {}
    slopes = jax.grad(lambda *a: word.jax(*a).sum(), argnums=places)(*copies)
    return np.asarray(value), {place: np.asarray(slope) for place, slope in zip(places, slopes)}


def text(numbers):
    return " ".join(repr(float(n)) for n in np.asarray(numbers).reshape(-1))


def lines():
    stated = limits()
    for entry, (names, words, cases) in ENTRIES.items():
        for case, arguments in enumerate(cases):
            for name, argument in zip(names, arguments):
                yield f"{entry}|{case}|input|{name}|{text(argument)}"
            for place, word in enumerate(words):
                own, other = torch_numbers(word, arguments), jax_numbers(word, arguments)
                # What the network names twice gets its gradient in parts.
                if case == 0:
                    yield f"{entry}|own|{place}|{word.names}|{' '.join(map(str, word.own))}"
                whats = ["value"] + [f"slope {p}" for p in sorted(set(word.own))]
                for what in whats:
                    pick = (lambda of: of[0]) if what == "value" else (lambda of: of[1][int(what.split()[1])])
                    by_torch = np.array(pick(own), dtype=float).reshape(-1)
                    by_jax = None if other is None else np.array(pick(other), dtype=float).reshape(-1)
                    right = by_torch.copy()
                    if by_jax is not None:
                        right = np.where(np.isnan(right), by_jax, right)
                    for index, limit in stated.get((entry, place, what, case), {}).items():
                        right[index] = limit
                    yield f"{entry}|{case}|{place}|{word.names}|{what}|{text(right)}"
                    for who, numbers in (("torch", by_torch), ("jax", by_jax)):
                        if numbers is not None and not np.array_equal(numbers, right, equal_nan=True):
                            yield f"{entry}|{case}|{place}|{word.names}|{who} {what}|{text(numbers)}"


if __name__ == "__main__":
    path = pathlib.Path(__file__).parent / "edges.txt"
    path.write_text("\n".join(lines()) + "\n")
