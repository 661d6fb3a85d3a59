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

    def conv_transpose(self):
        # JAX turns no kernel round.
        weight = self.take().transpose(2, 3, 0, 1)[::-1, ::-1]
        return {"weight": np.ascontiguousarray(weight), "bias": self.take()}

    def norm(self):
        return {"scale": self.take(), "shift": self.take()}


def dense(p, x):
    y = x @ p["weight"]
    return y + p["bias"] if "bias" in p else y


IMAGES = ("NHWC", "HWIO", "NHWC")


def conv(p, x, stride=1, pad=0, groups=1):
    pads = [(pad, pad)] * 2
    y = lax.conv_general_dilated(
        x, p["weight"], (stride, stride), pads, dimension_numbers=IMAGES, feature_group_count=groups
    )
    return y + p["bias"] if "bias" in p else y


def conv_transpose(p, x, stride):
    y = lax.conv_transpose(x, p["weight"], (stride, stride), "VALID", dimension_numbers=IMAGES)
    return y + p["bias"]


def max_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def layer_norm(p, x, epsilon=1e-5):
    mean = x.mean(-1, keepdims=True)
    variance = jnp.square(x - mean).mean(-1, keepdims=True)
    return (x - mean) * lax.rsqrt(variance + np.float32(epsilon)) * p["scale"] + p["shift"]


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


def conv_norm(weights):
    return {"conv": weights.conv(bias=False), "norm": weights.norm()}


def remembered(p):
    channels = p["norm"]["scale"].shape
    return {"mean": np.zeros(channels, np.float32), "variance": np.ones(channels, np.float32)}


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


def resnet20(weights):
    parameters = {"stem": conv_norm(weights)}
    strides = {}
    for stage in range(3):
        for block in range(3):
            name = f"stage{stage}.{block}"
            strides[name] = 2 if stage > 0 and block == 0 else 1
            parameters[name] = {"first": conv_norm(weights), "second": conv_norm(weights)}
            if strides[name] != 1:
                parameters[name]["skip"] = conv_norm(weights)
    parameters["classify"] = weights.dense()

    state = {"stem": remembered(parameters["stem"])}
    for name in strides:
        state[name] = {part: remembered(p) for part, p in parameters[name].items()}

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


def block(weights):
    names = ["attend", "join", "widen", "narrow"]
    layers = {name: weights.dense() for name in names}
    return layers | {"norm1": weights.norm(), "norm2": weights.norm()}


def apply_block(q, x, heads, causal):
    batch, time, width = x.shape
    parts = dense(q["attend"], layer_norm(q["norm1"], x)).reshape(batch, time, 3, heads, width // heads)
    queries, keys, values = parts[:, :, 0], parts[:, :, 1], parts[:, :, 2]
    scores = jnp.einsum("bthd,bshd->bhts", queries, keys) * np.float32((width // heads) ** -0.5)
    if causal:
        scores = jnp.where(np.tril(np.ones((time, time), bool)), scores, -1e30)
    shares = jax.nn.softmax(scores, -1)
    attended = jnp.einsum("bhts,bshd->bthd", shares, values).reshape(batch, time, width)
    x = x + dense(q["join"], attended)
    # GPTs have the approximation by tanh.
    hidden = jax.nn.gelu(dense(q["widen"], layer_norm(q["norm2"], x)), approximate=causal)
    return x + dense(q["narrow"], hidden)


def gpt(weights, heads=4):
    parameters = dict(
        letters=weights.take(),
        positions=weights.take(),
        blocks=[block(weights), block(weights)],
        norm=weights.norm(),
        head=weights.dense(bias=False),
    )

    def apply(p, state, letters, train):
        x = p["letters"][letters] + p["positions"]
        for q in p["blocks"]:
            x = apply_block(q, x, heads, causal=True)
        return dense(p["head"], layer_norm(p["norm"], x)), state

    return parameters, (), apply


def vit(weights, heads=4):
    parameters = dict(
        patches=weights.conv(),
        positions=weights.take(),
        blocks=[block(weights) for _ in range(4)],
        norm=weights.norm(),
        classify=weights.dense(),
    )

    def apply(p, state, x, train):
        x = conv(p["patches"], x, stride=4)
        x = x.reshape(x.shape[0], -1, x.shape[-1]) + p["positions"]
        for q in p["blocks"]:
            x = apply_block(q, x, heads, causal=False)
        return dense(p["classify"], layer_norm(p["norm"], x).mean(1)), state

    return parameters, (), apply


def sentence_layer(weights):
    dense = {name: weights.dense() for name in ("query", "key", "value", "join")}
    return dense | dict(
        norm1=weights.norm(), widen=weights.dense(), narrow=weights.dense(), norm2=weights.norm()
    )


def minilm(weights, heads=12, layers=6):
    parameters = dict(words=weights.take(), places=weights.take(), types=weights.take(), norm=weights.norm())
    parameters["layers"] = [sentence_layer(weights) for _ in range(layers)]

    def layer(q, x):
        batch, time, width = x.shape
        split = lambda name: dense(q[name], x).reshape(batch, time, heads, width // heads)
        scores = jnp.einsum("bthd,bshd->bhts", split("query"), split("key"))
        shares = jax.nn.softmax(scores * np.float32((width // heads) ** -0.5), -1)
        attended = jnp.einsum("bhts,bshd->bthd", shares, split("value")).reshape(batch, time, width)
        x = layer_norm(q["norm1"], x + dense(q["join"], attended), 1e-12)
        hidden = jax.nn.gelu(dense(q["widen"], x), approximate=False)
        return layer_norm(q["norm2"], x + dense(q["narrow"], hidden), 1e-12)

    def apply(p, state, tokens, train):
        x = p["words"][tokens] + p["places"][: tokens.shape[1]] + p["types"][0]
        x = layer_norm(p["norm"], x, 1e-12)
        for q in p["layers"]:
            x = layer(q, x)
        point = x.mean(1)
        return point / jnp.linalg.norm(point, axis=-1, keepdims=True), state

    return parameters, (), apply


def mobilenet(weights):
    strides = (1, 2, 1, 2, 1, 2, 1)
    parameters = {"stem": conv_norm(weights)}
    parameters["blocks"] = [{"each": conv_norm(weights), "pixel": conv_norm(weights)} for _ in strides]
    state = {
        "stem": remembered(parameters["stem"]),
        "blocks": [{part: remembered(p) for part, p in block.items()} for block in parameters["blocks"]],
    }
    parameters["classify"] = weights.dense()

    def apply(p, state, x, train):
        def layer(p, s, x, stride=1, pad=0, groups=1):
            y, s = batch_norm(p["norm"], s, conv(p["conv"], x, stride, pad, groups), train)
            return relu(y), s

        new = {"blocks": []}
        x, new["stem"] = layer(p["stem"], state["stem"], x, pad=1)
        for q, s, stride in zip(p["blocks"], state["blocks"], strides):
            x, each = layer(q["each"], s["each"], x, stride, pad=1, groups=x.shape[-1])
            x, pixel = layer(q["pixel"], s["pixel"], x)
            new["blocks"].append({"each": each, "pixel": pixel})
        return dense(p["classify"], x.mean((1, 2))), new

    return parameters, state, apply


def unet(weights):
    def convolved():
        return [weights.conv(), weights.conv()]

    def joined():
        return {"widen": weights.conv_transpose(), "convolved": convolved()}

    parameters = dict(
        down=[convolved(), convolved(), convolved()], up=[joined(), joined()], classify=weights.conv()
    )

    def apply_convolved(p, x):
        for q in p:
            x = relu(conv(q, x, pad=1))
        return x

    def apply_joined(p, coarse, fine):
        x = jnp.concatenate([conv_transpose(p["widen"], coarse, 2), fine], -1)
        return apply_convolved(p["convolved"], x)

    def apply(p, state, x, train):
        fine = apply_convolved(p["down"][0], x)
        middle = apply_convolved(p["down"][1], max_pool(fine))
        coarse = apply_convolved(p["down"][2], max_pool(middle))
        x = apply_joined(p["up"][1], apply_joined(p["up"][0], coarse, middle), fine)
        return conv(p["classify"], x), state

    return parameters, (), apply


def curved_conv(weights):
    parameters = dict(convs=[weights.conv(), weights.conv()], layers=[weights.dense(), weights.dense()])

    def apply(p, state, x, train):
        for layer in p["convs"]:
            x = max_pool(jnp.tanh(conv(layer, x)))
        return dense(p["layers"][1], jnp.tanh(dense(p["layers"][0], flatten(x)))), state

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
    vit=vit,
    minilm=minilm,
    mobilenet=mobilenet,
    unet=unet,
    pinn=lambda weights: perceptron(weights, 5, jnp.tanh),
    penalty=lambda weights: perceptron(weights, 3, lambda x: jax.nn.leaky_relu(x, 0.2)),
    per_example=lambda weights: perceptron(weights, 2),
    hvp=lambda weights: perceptron(weights, 2, jnp.tanh),
    hvp_conv=curved_conv,
)


def residual(score, place, source):
    """Of one example, whose network is `score`."""

    def u(x, t):
        return score(jnp.stack([x, t]))[0]

    x, t = place
    (value, (slope, change)), (_, (curvature, _)) = jax.jvp(
        lambda x: jax.value_and_grad(u, (0, 1))(x, t), (x,), (jnp.ones_like(x),)
    )
    return (change + value * slope - 0.01 * curvature - source[0]) ** 2


def penalty(score, real, fake):
    slope = jax.grad(lambda image: score(image)[0])(0.5 * (real + fake))
    length = jnp.sqrt(jnp.sum(slope**2))
    return score(fake)[0] - score(real)[0] + 10 * (length - 1) ** 2


# Losses that contain derivatives: of an example's network, input and target.
OBJECTIVES = dict(residual=residual, penalty=penalty)


def network(work):
    """Parameters, state and function of a workload's network, with the weights that ours wrote."""
    return NETWORKS[work.workload.network](Weights(work.weights()))
