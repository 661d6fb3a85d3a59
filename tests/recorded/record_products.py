"""Records how many operations XLA spends on products and convolutions in gradients and second derivatives of networks.

    python record_products.py           # writes products.txt beside this file

The networks are those of `../networks`, written a second time in JAX as one would there: loops over time are `lax.scan`, what
they take of their input is one product before them. Each line of the file is a network, then multiplications and additions
of a batch in `value_and_grad` of the mean loss, in `jvp` of the loss by the parameters, and in `jvp` of the gradient (a
product with the Hessian). They are counted in the program that XLA's own optimisation leaves, `compile().as_text()`: of each
`dot` and `convolution` twice the multiplications, those by zeros around and between its elements left out.
"""

import math
import pathlib
import re

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

HERE = pathlib.Path(__file__).parent
EXAMPLES = 16

# A function of XLA's text begins with its name, an instruction is `%name = f32[2,3]{1,0} operation(arguments), attributes`.
FUNCTION = re.compile(r"^(?P<entry>ENTRY )?%(?P<name>[\w.-]+) \(.*\{$")
INSTRUCTION = re.compile(
    r"^\s*(?:ROOT )?%?(?P<name>[\w.-]+) = (?:\w+\[(?P<shape>[\d,]*)\][^ ]*|\(.*?\)) (?P<op>[\w-]+)\((?P<rest>.*)$"
)


def numbers(text):
    return [int(number) for number in text.split(",") if number]


def multiplications(rest, shape, given, kernel):
    """Those of a convolution, without those by zeros around and between the elements of what is given."""
    fields = dict(field.split("=") for field in re.search(r"window=\{(.*?)\}", rest)[1].split())
    sizes = [int(size) for size in fields["size"].split("x")]

    def each(name, otherwise):
        return fields[name].split("x") if name in fields else [otherwise] * len(sizes)

    inputs, weights, places = re.search(r"dim_labels=(\w+)_(\w+)->(\w+)", rest).groups()
    total = math.prod(shape[place] for place, label in enumerate(places) if label in "bf")
    total *= kernel[weights.index("i")]
    for dim, size in enumerate(sizes):
        step, low = int(each("stride", "1")[dim]), int(each("pad", "0_0")[dim].split("_")[0])
        between, apart = int(each("lhs_dilate", "1")[dim]), int(each("rhs_dilate", "1")[dim])
        outputs = shape[places.index(str(dim))]
        met = [o * step + t * apart - low for o in range(outputs) for t in range(size)]
        total *= sum(at % between == 0 and 0 <= at // between < given[inputs.index(str(dim))] for at in met)
    return total


def products(text):
    """Twice the multiplications of a program's products and convolutions, of loops in all turns."""
    shapes, own, calls, function = {}, {}, {}, None
    for line in text.splitlines():
        if header := FUNCTION.match(line):
            function = "" if header["entry"] else header["name"]
            own[function], calls[function] = 0, []
        found = INSTRUCTION.match(line)
        if not found:
            continue
        shape, rest = numbers(found["shape"] or ""), found["rest"]
        shapes[found["name"]] = shape
        arguments = re.findall(r"%([\w.-]+)", rest.split("), ")[0])
        if found["op"] == "dot":
            summed = numbers(re.search(r"lhs_contracting_dims=\{([\d,]*)\}", rest)[1])
            own[function] += 2 * math.prod(shape) * math.prod(shapes[arguments[0]][dim] for dim in summed)
        elif found["op"] == "convolution":
            own[function] += 2 * multiplications(rest, shape, *(shapes[name] for name in arguments[:2]))
        elif found["op"] == "custom-call":
            raise ValueError(f"not counted: {line}")
        turns = 1
        if found["op"] == "while":
            turns = int(re.search(r'known_trip_count[^}]*?"n":"(\d+)"', rest)[1])
        called = re.findall(r"(?:calls|body|to_apply)=%([\w.-]+)", rest)
        calls[function] += [(name, turns) for name in called]

    def total(function):
        return own[function] + sum(turns * total(name) for name, turns in calls[function])

    return total("")


# --- Networks --------------------------------------------------------------------------------------------------


def weights(*shape):
    return np.full(shape, 0.01, np.float32)


def dense(inputs, outputs):
    return {"weight": weights(inputs, outputs), "bias": weights(outputs)}


def apply(p, x):
    return x @ p["weight"] + p["bias"]


def conv(p, x, stride=(1, 1), pad="VALID", dilation=(1, 1), groups=1):
    return lax.conv_general_dilated(
        x, p, stride, pad, rhs_dilation=dilation, dimension_numbers=("NHWC", "HWIO", "NHWC"), feature_group_count=groups
    )


def max_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def mean_pool(x):
    return lax.reduce_window(x, 0.0, lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") / 4


def cross_entropy(scores, target):
    return -jnp.take_along_axis(jax.nn.log_softmax(scores), target[..., None], -1).mean()


def images(*shape):
    return weights(EXAMPLES, *shape)


def classes(*shape):
    return np.zeros((EXAMPLES, *shape), np.int32)


def perceptron(*sizes):
    parameters = [dense(a, b) for a, b in zip(sizes, sizes[1:])]

    def loss(p, x, target):
        for layer in p[:-1]:
            x = jax.nn.relu(apply(layer, x))
        return cross_entropy(apply(p[-1], x), target)

    return loss, parameters, (images(sizes[0]), classes())


def lenet(side, first, second, pad, *sizes):
    """Two convolutions with their kernels and channels, then dense layers."""
    (kernel, channels), (kernel2, channels2) = first, second
    parameters = {
        "first": (weights(kernel, kernel, 1, channels), weights(channels)),
        "second": (weights(kernel2, kernel2, channels, channels2), weights(channels2)),
        "dense": [dense(a, b) for a, b in zip(sizes, sizes[1:])],
    }

    def loss(p, x, target):
        x = max_pool(jax.nn.relu(conv(p["first"][0], x, pad=[(pad, pad)] * 2) + p["first"][1]))
        x = max_pool(jax.nn.relu(conv(p["second"][0], x) + p["second"][1])).reshape(EXAMPLES, -1)
        for layer in p["dense"][:-1]:
            x = jax.nn.relu(apply(layer, x))
        return cross_entropy(apply(p["dense"][-1], x), target)

    return loss, parameters, (images(side, side, 1), classes())


def residual():
    blocks = [(dense(a, 6), dense(6, 6)) for a in (9, 6, 6)]
    parameters = {"blocks": blocks, "skip": dense(9, 6), "scale": weights(6), "last": dense(6, 3)}

    def loss(p, x, target):
        for place, (first, second) in enumerate(p["blocks"]):
            skip = x if place else apply(p["skip"], x)
            x = jnp.tanh(apply(second, jax.nn.relu(apply(first, x))) + skip)
        return cross_entropy(apply(p["last"], x * p["scale"]), target)

    return loss, parameters, (images(9), classes())


def resnet20():
    def layer(kernel, inputs, outputs):
        return weights(kernel, kernel, inputs, outputs), weights(outputs), weights(outputs)

    def normed(p, x, stride=1, pad=1):
        x = conv(p[0], x, (stride, stride), [(pad, pad)] * 2)
        mean = x.mean((0, 1, 2))
        return (x - mean) * lax.rsqrt(jnp.square(x - mean).mean((0, 1, 2)) + 1e-5) * p[1] + p[2]

    blocks, strides, inputs = [], [], 2
    for channels in (2, 4, 8):
        for _ in range(3):
            grows = channels != inputs
            block = [layer(3, inputs, channels), layer(3, channels, channels)]
            blocks.append(block + [layer(1, inputs, channels)] if grows else block)
            strides.append(2 if grows else 1)
            inputs = channels
    parameters = {"stem": layer(3, 3, 2), "blocks": blocks, "last": dense(8, 5)}

    def loss(p, x, target):
        x = jax.nn.relu(normed(p["stem"], x))
        for block, stride in zip(p["blocks"], strides):
            body = normed(block[1], jax.nn.relu(normed(block[0], x, stride)))
            x = jax.nn.relu(body + (normed(block[2], x, stride, 0) if stride == 2 else x))
        return cross_entropy(apply(p["last"], x.mean((1, 2))), target)

    return loss, parameters, (images(12, 12, 3), classes())


def lstm():
    def gates(inputs, hidden):
        return {"by_input": dense(inputs, 4 * hidden), "by_state": dense(hidden, 4 * hidden)}

    def run(p, x):
        def step(carried, given):
            h, c = carried
            i, f, g, o = jnp.split(given + apply(p["by_state"], h), 4, -1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zeros = jnp.zeros((EXAMPLES, p["by_state"]["weight"].shape[0]))
        (h, c), states = lax.scan(step, (zeros, zeros), apply(p["by_input"], x))
        return states, h, c

    parameters = {"first": gates(3, 6), "second": gates(6, 4), "cell": gates(4, 5), "last": dense(5 + 5 + 4 + 4, 4)}

    def loss(p, x, target):
        states, _, _ = run(p["first"], x)
        others, last, memory = run(p["second"], states)
        _, h, c = run(p["cell"], others)
        return cross_entropy(apply(p["last"], jnp.concatenate([h, c, last, memory], -1)), target)

    return loss, parameters, (weights(7, EXAMPLES, 3), classes())


def gru():
    def gates(inputs, hidden):
        return {"by_input": dense(inputs, 3 * hidden), "by_state": dense(hidden, 3 * hidden)}

    def run(p, x, h):
        def step(h, given):
            (r, z, n), (hr, hz, hn) = jnp.split(given, 3, -1), jnp.split(apply(p["by_state"], h), 3, -1)
            z = jax.nn.sigmoid(z + hz)
            h = (1 - z) * jnp.tanh(n + jax.nn.sigmoid(r + hr) * hn) + z * h
            return h, h

        h, states = lax.scan(step, h, apply(p["by_input"], x))
        return states, h

    parameters = {"first": gates(3, 6), "cell": gates(6, 5), "last": dense(5 + 6, 4)}

    def loss(p, x, before, target):
        states, last = run(p["first"], x, before)
        _, h = run(p["cell"], states, jnp.zeros((EXAMPLES, 5)))
        return cross_entropy(apply(p["last"], jnp.concatenate([h, last], -1)), target)

    return loss, parameters, (weights(7, EXAMPLES, 3), images(6), classes())


def gpt(tokens=11, time=6, width=16, heads=4):
    def block():
        names = {"attend": (width, 3 * width), "join": (width, width), "widen": (width, 2 * width), "narrow": (2 * width, width)}
        return {name: dense(*sizes) for name, sizes in names.items()} | {"norms": weights(2, 2, width)}

    def norm(p, x):
        centred = x - x.mean(-1, keepdims=True)
        return centred * lax.rsqrt(jnp.square(centred).mean(-1, keepdims=True) + 1e-5) * p[0] + p[1]

    parameters = {"table": weights(tokens, width), "positions": weights(time, width), "blocks": [block(), block()], "norm": weights(2, width)}

    def loss(p, letters, target):
        x = p["table"][letters] + p["positions"]
        for q in p["blocks"]:
            parts = apply(q["attend"], norm(q["norms"][0], x)).reshape(EXAMPLES, time, 3, heads, width // heads)
            scores = jnp.einsum("bthd,bshd->bhts", parts[:, :, 0], parts[:, :, 1]) * np.float32((width // heads) ** -0.5)
            shares = jax.nn.softmax(jnp.where(np.tril(np.ones((time, time), bool)), scores, -1e30), -1)
            attended = jnp.einsum("bhts,bshd->bthd", shares, parts[:, :, 2]).reshape(EXAMPLES, time, width)
            x = x + apply(q["join"], attended)
            x = x + apply(q["narrow"], jax.nn.gelu(apply(q["widen"], norm(q["norms"][1], x))))
        return cross_entropy(norm(p["norm"], x) @ p["table"].T, target)

    return loss, parameters, (classes(time), classes(time))


def separable():
    parameters = {
        "spread": (weights(3, 3, 1, 6), weights(6)),
        "mixed": (weights(1, 1, 6, 4), weights(4)),
        "wide": weights(3, 3, 2, 6),
        "small": (weights(1, 3, 6, 6), weights(6)),
        "last": dense(6, 4),
    }

    def loss(p, x, target):
        x = jnp.tanh(conv(p["spread"][0], x, (2, 2), [(1, 1)] * 2, groups=3) + p["spread"][1])
        x = jnp.tanh(conv(p["mixed"][0], x) + p["mixed"][1])
        x = jnp.tanh(conv(p["wide"], x, pad=[(2, 2)] * 2, dilation=(2, 2), groups=2))
        small = jnp.tanh(conv(p["small"][0], x, (3, 2), "SAME") + p["small"][1])
        pooled = mean_pool(small) if small.shape[1] > 1 else small
        return cross_entropy(apply(p["last"], x.mean((1, 2)) + pooled.mean((1, 2))), target)

    return loss, parameters, (images(9, 10, 3), classes())


def siamese():
    parameters = {"conv": (weights(3, 3, 1, 2), weights(2)), "first": dense(32, 5), "last": dense(5, 3)}

    def code(p, x):
        x = max_pool(jax.nn.relu(conv(p["conv"][0], x, pad=[(1, 1)] * 2) + p["conv"][1])).reshape(EXAMPLES, -1)
        return apply(p["last"], jax.nn.relu(apply(p["first"], x)))

    def loss(p, left, right, same):
        square = jnp.square(code(p, left) - code(p, right)).sum(-1)
        missing = jax.nn.relu(2 - jnp.sqrt(square + 1e-6))
        return (same * square + (1 - same) * jnp.square(missing)).mean()

    return loss, parameters, (images(8, 8, 1), images(8, 8, 1), images())


def vae():
    sizes = {"in": (16, 7), "mean": (7, 3), "spread": (7, 3), "first": (3, 7), "last": (7, 16)}
    parameters = {name: dense(*size) for name, size in sizes.items()}

    def loss(p, image, noise):
        hidden = jax.nn.relu(apply(p["in"], image))
        mean, spread = apply(p["mean"], hidden), apply(p["spread"], hidden)
        scores = apply(p["last"], jax.nn.relu(apply(p["first"], mean + noise * jnp.exp(0.5 * spread))))
        unsaid = jnp.maximum(scores, 0) - scores * image + jnp.log1p(jnp.exp(-jnp.abs(scores)))
        divergence = -0.5 * (1 + spread - jnp.square(mean) - jnp.exp(spread))
        return (unsaid.sum(-1) + divergence.sum(-1)).mean()

    return loss, parameters, (images(16), images(3))


def gradient_penalty():
    parameters = {"conv": (weights(3, 3, 1, 4), weights(4)), "first": dense(36, 5), "last": weights(5, 1)}

    def score(p, x):
        x = mean_pool(jax.nn.softplus(conv(p["conv"][0], x, pad=[(1, 1)] * 2) + p["conv"][1])).reshape(len(x), -1)
        return (jnp.tanh(apply(p["first"], x)) @ p["last"])[:, 0]

    def loss(p, real, fake, place):
        between = real + (fake - real) * place[:, None, None]
        slope = jax.grad(lambda x: score(p, x).sum())(between)
        length = jnp.sqrt(jnp.square(slope).sum((1, 2, 3)))
        return (score(p, fake) - score(p, real) + 10 * jnp.square(length - 1)).mean()

    return loss, parameters, (images(6, 6, 1), images(6, 6, 1), images(1))


NETWORKS = {
    "mlp": perceptron(784, 128, 10),
    "mlp_small_parity": perceptron(12, 7, 5),
    "lenet_small": lenet(12, (3, 2), (3, 3), 1, 12, 8, 4),
    "lenet": lenet(28, (5, 6), (5, 16), 2, 400, 120, 84, 10),
    "residual": residual(),
    "resnet20": resnet20(),
    "lstm": lstm(),
    "gru": gru(),
    "gpt": gpt(),
    "separable": separable(),
    "siamese": siamese(),
    "vae": vae(),
    "gradient_penalty": gradient_penalty(),
}


def main() -> None:
    lines = [f"# jax {jax.__version__}, {EXAMPLES} examples: gradient, jvp, hvp"]
    for name, (loss, parameters, data) in NETWORKS.items():

        def along(function):
            return lambda p, v, *data: jax.jvp(lambda p: function(p, *data), (p,), (v,))

        def count(function, *arguments):
            return products(jax.jit(function).lower(*arguments).compile().as_text())

        gradient = count(jax.value_and_grad(loss), parameters, *data)
        tangent = count(along(loss), parameters, parameters, *data)
        curvature = count(along(jax.grad(loss)), parameters, parameters, *data)
        lines.append(f"{name} {gradient} {tangent} {curvature}")
    (HERE / "products.txt").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
