"""The networks of the workloads, in JAX: jax.numpy and lax, images with channels last, XLA's layout on CPUs.

Each is made from weights, one after the other, and is parameters, state (what batch norms remember) and a function
`apply(parameters, state, inputs, train)` that gives scores and the new state.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

relu = jax.nn.relu


class Weights:
    """Takes PyTorch's weights and gives JAX's."""

    def __init__(self, weights):
        self.weights = weights

    def take(self):
        return next(self.weights)

    def dense(self, bias=True):
        weight = {"weight": np.ascontiguousarray(self.take().T)}
        return weight | {"bias": self.take()} if bias else weight

    def conv(self, bias=True):
        weight = {"weight": np.ascontiguousarray(self.take().transpose(2, 3, 1, 0))}
        return weight | {"bias": self.take()} if bias else weight

    def norm(self):
        return {"scale": self.take(), "shift": self.take()}


def dense(p, x):
    y = x @ p["weight"]
    return y + p["bias"] if "bias" in p else y


def conv(p, x, stride=1, pad=0):
    numbers = ("NHWC", "HWIO", "NHWC")
    y = lax.conv_general_dilated(x, p["weight"], (stride, stride), [(pad, pad)] * 2, dimension_numbers=numbers)
    return y + p["bias"] if "bias" in p else y


def max_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def layer_norm(p, x):
    mean = x.mean(-1, keepdims=True)
    variance = jnp.square(x - mean).mean(-1, keepdims=True)
    return (x - mean) * lax.rsqrt(variance + 1e-5) * p["scale"] + p["shift"]


def classify(layers, x):
    for layer in layers[:-1]:
        x = relu(dense(layer, x))
    return dense(layers[-1], x)


def flatten(x):
    """In PyTorch's order, which the weights behind it expect."""
    return x.transpose(0, 3, 1, 2).reshape(x.shape[0], -1)


def perceptron(weights, layers, activation=relu):
    parameters = [weights.dense() for _ in range(layers)]

    def apply(p, state, x, train):
        for layer in p[:-1]:
            x = activation(dense(layer, x))
        return dense(p[-1], x), state

    return parameters, (), apply


def lenet5(weights):
    parameters = dict(convs=[weights.conv(), weights.conv()], layers=[weights.dense() for _ in range(3)])

    def apply(p, state, x, train):
        first, second = p["convs"]
        x = max_pool(relu(conv(first, x, pad=2)))
        x = max_pool(relu(conv(second, x)))
        return classify(p["layers"], flatten(x)), state

    return parameters, (), apply


def convnet(weights):
    parameters = dict(convs=[weights.conv(), weights.conv()], layers=[weights.dense() for _ in range(2)])

    def apply(p, state, x, train):
        first, second = p["convs"]
        x = max_pool(relu(conv(second, relu(conv(first, x)))))
        return classify(p["layers"], flatten(x)), state

    return parameters, (), apply


def resnet20(weights):
    def conv_norm():
        return {"conv": weights.conv(bias=False), "norm": weights.norm()}

    parameters = {"stem": conv_norm()}
    strides = {}
    for stage in range(3):
        for block in range(3):
            name = f"stage{stage}.{block}"
            strides[name] = 2 if stage > 0 and block == 0 else 1
            parameters[name] = {"first": conv_norm(), "second": conv_norm()}
            if strides[name] != 1:
                parameters[name]["skip"] = conv_norm()
    parameters["classify"] = weights.dense()

    def remembered(p):
        channels = p["norm"]["scale"].shape
        return {"mean": np.zeros(channels, np.float32), "variance": np.ones(channels, np.float32)}

    state = {"stem": remembered(parameters["stem"])}
    for name in strides:
        state[name] = {part: remembered(p) for part, p in parameters[name].items()}

    def batch_norm(p, s, x, train):
        if train:
            mean = x.mean((0, 1, 2))
            variance = jnp.square(x - mean).mean((0, 1, 2))
            count = x.size // x.shape[-1]
            unbiased = variance * (count / (count - 1))
            s = {"mean": 0.9 * s["mean"] + 0.1 * mean, "variance": 0.9 * s["variance"] + 0.1 * unbiased}
        else:
            mean, variance = s["mean"], s["variance"]
        return (x - mean) * (lax.rsqrt(variance + 1e-5) * p["scale"]) + p["shift"], s

    def apply(p, state, x, train):
        new = {}

        def layer(p, s, x, stride, pad):
            return batch_norm(p["norm"], s, conv(p["conv"], x, stride, pad), train)

        x, new["stem"] = layer(p["stem"], state["stem"], x, 1, 1)
        x = relu(x)
        for name, stride in strides.items():
            q, s = p[name], state[name]
            body, first = layer(q["first"], s["first"], x, stride, 1)
            body, second = layer(q["second"], s["second"], relu(body), 1, 1)
            new[name] = {"first": first, "second": second}
            if "skip" in q:
                x, new[name]["skip"] = layer(q["skip"], s["skip"], x, stride, 0)
            x = relu(body + x)
        return dense(p["classify"], x.mean((1, 2))), new

    return parameters, state, apply


def lstm(weights):
    by_input, by_state = weights.take().T, weights.take().T
    parameters = dict(
        by_input=np.ascontiguousarray(by_input),
        by_state=np.ascontiguousarray(by_state),
        input_bias=weights.take(),
        state_bias=weights.take(),
        classify=weights.dense(),
    )

    def apply(p, state, x, train):
        gates = jnp.swapaxes(x, 0, 1) @ p["by_input"] + (p["input_bias"] + p["state_bias"])

        def cell(carried, gates):
            hidden, memory = carried
            i, f, g, o = jnp.split(gates + hidden @ p["by_state"], 4, -1)
            memory = jax.nn.sigmoid(f) * memory + jax.nn.sigmoid(i) * jnp.tanh(g)
            return (jax.nn.sigmoid(o) * jnp.tanh(memory), memory), None

        zeros = jnp.zeros((x.shape[0], 128))
        (hidden, _), _ = lax.scan(cell, (zeros, zeros), gates)
        return dense(p["classify"], hidden), state

    return parameters, (), apply


def gpt(weights, heads=4):
    def block():
        names = ["attend", "join", "widen", "narrow"]
        layers = {name: weights.dense() for name in names}
        return layers | {"norm1": weights.norm(), "norm2": weights.norm()}

    parameters = dict(
        letters=weights.take(),
        positions=weights.take(),
        blocks=[block(), block()],
        norm=weights.norm(),
        head=weights.dense(bias=False),
    )

    def apply(p, state, letters, train):
        x = p["letters"][letters] + p["positions"]
        batch, time, width = x.shape
        mask = np.tril(np.ones((time, time), bool))
        for q in p["blocks"]:
            parts = dense(q["attend"], layer_norm(q["norm1"], x)).reshape(batch, time, 3, heads, width // heads)
            queries, keys, values = parts[:, :, 0], parts[:, :, 1], parts[:, :, 2]
            scores = jnp.einsum("bthd,bshd->bhts", queries, keys) * np.float32((width // heads) ** -0.5)
            shares = jax.nn.softmax(jnp.where(mask, scores, -1e30), -1)
            attended = jnp.einsum("bhts,bshd->bthd", shares, values).reshape(batch, time, width)
            x = x + dense(q["join"], attended)
            hidden = jax.nn.gelu(dense(q["widen"], layer_norm(q["norm2"], x)), approximate=True)
            x = x + dense(q["narrow"], hidden)
        return dense(p["head"], layer_norm(p["norm"], x)), state

    return parameters, (), apply


NETWORKS = dict(
    xor=lambda weights: perceptron(weights, 2, jnp.tanh),
    mlp_small=lambda weights: perceptron(weights, 2),
    mlp=lambda weights: perceptron(weights, 3),
    lenet5=lenet5,
    convnet=convnet,
    resnet20=resnet20,
    lstm=lstm,
    gpt=gpt,
)


def network(work):
    """Parameters, state and function of a workload's network, with the weights that ours wrote."""
    return NETWORKS[work.workload.name](Weights(work.weights()))
