"""Records what PyTorch makes of the networks in ../networks: outputs, losses and every gradient.

    python record.py            # writes one <network>.safetensors beside this file

Each network is written a second time here, by hand, in plain torch.nn.functional, so that nothing but the
mathematics is shared with the compiler under test. Parameters, inputs and targets come from an integer hash and
are dyadic fractions that float32 holds exactly; float32 and float64 thus see the same numbers, and no version
of any random generator matters. See README.md for the contents of the files.
"""

import math
import pathlib
from dataclasses import dataclass, field
from typing import Callable

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent

# A rectifier, a maximum or a hinge closer to its kink than this could fall on either side under float32 rounding.
MARGIN = 2e-6


# --- Numbers ---------------------------------------------------------------------------------------------------


def hashed(seed: int, count: int) -> np.ndarray:
    """`count` well mixed 24-bit integers: the murmur3 finaliser of position and seed."""
    h = np.arange(count, dtype=np.uint64) * 0x9E3779B9 + seed * 0x85EBCA6B & 0xFFFFFFFF
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        h = (h ^ (h >> shift)) * factor & 0xFFFFFFFF
    return (h ^ (h >> 16)) >> 8


def uniform(seed: int, shape, exponent: int = 0) -> np.ndarray:
    """Numbers in `[-1, 1) · 2^exponent`, exact in float32."""
    return (np.ldexp(hashed(seed, math.prod(shape)) - 2.0**23, exponent - 23)).reshape(shape)


def classes(seed: int, batch: int, limit: int) -> np.ndarray:
    """Class labels below `limit`."""
    return (hashed(seed, batch) % limit).astype(np.uint32)


def bits(seed: int, shape) -> np.ndarray:
    """Zeros and ones."""
    return (hashed(seed, math.prod(shape)) % 2).astype(np.float64).reshape(shape)


# --- Words of the language that have a kink: they watch their distance to it ----------------------------------------

margin = math.inf


def watch(distance: torch.Tensor) -> None:
    global margin
    margin = min(margin, distance.detach().abs().min().item())


def relu(x):
    watch(x)
    return F.relu(x)


def max_pool(x, size):
    """Equal zeros after a rectifier pass no gradient anyway, so only windows with a positive maximum count."""
    windows = F.unfold(x.flatten(0, 1).unsqueeze(1), size, stride=size)
    best = windows.topk(2, dim=1).values
    watch((best[:, 0] - best[:, 1])[best[:, 0] > 0])
    return F.max_pool2d(x, size)


def hinge(y, t):
    watch(1 - t * y)
    return F.relu(1 - t * y)


# --- The networks ------------------------------------------------------------------------------------------------


@dataclass
class Network:
    """One network: sizes of its parameters, its data, and its entry points in PyTorch."""

    name: str
    # Canonical shapes by our names.
    parameters: dict[str, tuple[int, ...]]
    # Batches of the arguments of `loss` by name: float64 values, or uint32 labels.
    inputs: dict[str, np.ndarray]
    # Parameters and batches to (loss, outputs by entry point).
    forward: Callable
    # Full size: parameters are stated by their seed and only float32 results are stored.
    large: bool = False
    # Canonical shapes of what is saved but not trained, by our names. A network with buffers is recorded in both modes.
    buffers: dict[str, tuple[int, ...]] = field(default_factory=dict)


def dense(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def conv(name: str, inputs: int, outputs: int, kernel: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs, kernel, kernel), f"{name}.bias": (outputs,)}


def linear(p, name, x):
    return F.linear(x, p[f"{name}.weight"], p[f"{name}.bias"])


def convolve(p, name, x, **options):
    return F.conv2d(x, p[f"{name}.weight"], p[f"{name}.bias"], **options)


# Whether the networks run in training mode.
training = False


def norm(name: str, channels: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (channels,), f"{name}.bias": (channels,)}


def statistics(name: str, channels: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.running_mean": (channels,), f"{name}.running_var": (channels,)}


def batch_norm(p, name, x, momentum=0.1, eps=1e-5):
    mean, var = p[f"{name}.running_mean"], p[f"{name}.running_var"]
    weight, bias = p.get(f"{name}.weight"), p.get(f"{name}.bias")
    return F.batch_norm(x, mean, var, weight, bias, training, momentum, eps)


def mlp(p, image, digit):
    logits = linear(p, "logits.dense2", relu(linear(p, "logits.dense1", image)))
    return F.cross_entropy(logits, digit), {"logits": logits}


def lenet(p, image, digit):
    x = max_pool(relu(convolve(p, "logits.stage1.conv1", image, padding=2)), 2)
    x = max_pool(relu(convolve(p, "logits.stage2.conv1", x)), 2).flatten(1)
    x = relu(linear(p, "logits.dense1", x))
    logits = linear(p, "logits.dense3", relu(linear(p, "logits.dense2", x)))
    return F.cross_entropy(logits, digit), {"logits": logits}


def xor(p, bits, odd):
    logit = linear(p, "logit.dense2", torch.tanh(linear(p, "logit.dense1", bits)))
    return F.binary_cross_entropy_with_logits(logit, odd), {"logit": logit}


def mlp_small(p, input, label):
    logits = linear(p, "logits.dense2", relu(linear(p, "logits.dense1", input)))
    return F.cross_entropy(logits, label), {"logits": logits}


def lenet_small(p, image, label):
    x = max_pool(relu(convolve(p, "logits.conv1", image, padding=1)), 2)
    x = max_pool(relu(convolve(p, "logits.conv2", x)), 2).flatten(1)
    logits = linear(p, "logits.dense2", relu(linear(p, "logits.dense1", x)))
    return F.cross_entropy(logits, label), {"logits": logits}


def conv_strided(p, image, target):
    x = torch.tanh(convolve(p, "prediction.conv1", image, stride=2, padding=1))
    prediction = torch.sigmoid(linear(p, "prediction.dense1", F.avg_pool2d(x, 2).flatten(1)))
    return (target - prediction).square().sum(1).mean(), {"prediction": prediction}


def separable(p, image, label):
    x = torch.tanh(convolve(p, "logits.depthwise_conv1", image, stride=2, padding=1, groups=3))
    x = torch.tanh(convolve(p, "logits.conv1", x))
    wide = torch.tanh(F.conv2d(x, p["logits.conv2.weight"], padding=2, dilation=2, groups=2))
    # Five rows in steps of 3 need no padding; five columns under 3 in steps of 2 need one on each side.
    small = torch.tanh(convolve(p, "logits.conv3", wide, stride=(3, 2), padding=(0, 1)))
    logits = linear(p, "logits.dense1", wide.mean((2, 3)) + small.mean((2, 3)))
    return F.cross_entropy(logits, label), {"logits": logits}


def upsampling(p, image, target):
    weight, bias = p["picture.conv_transpose1.weight"], p["picture.conv_transpose1.bias"]
    options = {"stride": 2, "padding": (1, 0), "output_padding": (1, 0), "groups": 2}
    grown = torch.tanh(F.conv_transpose2d(image, weight, bias, **options))
    deep = torch.tanh(convolve(p, "picture.conv1", F.pad(grown, (1, 1, 1, 0))))
    both = F.interpolate(image, scale_factor=4, mode="bilinear") + F.interpolate(image, scale_factor=4)
    total = F.pixel_shuffle(deep, 2) + both
    padded = F.pad(total, (1, 1, 1, 1), value=-1e3)
    best = F.unfold(padded.flatten(0, 1).unsqueeze(1), 3, stride=2).topk(2, dim=1).values
    watch(best[:, 0] - best[:, 1])
    pooled = F.max_pool2d(total, 3, stride=2, padding=1)
    picture = F.adaptive_avg_pool2d(total, (5, 4)) + F.adaptive_max_pool2d(pooled, (5, 4))
    return (target - picture).square().sum((1, 2, 3)).mean(), {"picture": picture}


def sequence_conv(p, signal, target):
    def convolve1d(name, x, **options):
        return torch.tanh(F.conv1d(x, p[f"{name}.weight"], p[f"{name}.bias"], **options))

    slow = convolve1d("prediction.conv1d1", signal, stride=2, padding=2)
    causal = convolve1d("prediction.conv1d2", F.pad(slow, (4, 0)), dilation=2, groups=2)
    mean = F.avg_pool1d(causal, 3, stride=2, padding=1, count_include_pad=False)
    pairs = F.pad(causal, (0, 1), value=-1e3)
    watch(pairs[..., 0::2] - pairs[..., 1::2])
    prediction = linear(p, "prediction.dense1", (mean + F.max_pool1d(pairs, 2)).flatten(1))
    return (target - prediction).square().sum(1).mean(), {"prediction": prediction}


def regression(p, input, target):
    prediction = linear(p, "prediction.dense1", input)
    loss = F.mse_loss(prediction, target) + 1e-2 * p["prediction.dense1.weight"].square().sum()
    return loss, {"prediction": prediction}


def two_inputs(p, left, right, same):
    def encode(x):
        return linear(p, "codes.project", torch.tanh(linear(p, "codes.encode.dense1", x)))

    a, b = encode(left), encode(right)
    loss = F.binary_cross_entropy_with_logits((a * b).sum(1), same)
    return loss, {"codes.0": a, "codes.1": b, "loss.1": a, "loss.2": b}


def overflows(naive: torch.Tensor) -> None:
    """The data must be such that the spelling of the declaration, taken literally, has no finite value."""
    assert not naive.isfinite().all()


def naive_sigmoid(p, input, label):
    """PyTorch's stable spelling: the compiler has to find it by itself."""
    logit = linear(p, "probability.dense1", input)
    y = torch.sigmoid(logit)
    overflows(label * y.log() + (1 - label) * (1 - y).log())
    loss = F.binary_cross_entropy_with_logits(logit, label)
    return loss, {"probability": torch.sigmoid(logit), "written_out": loss}


def soft_targets(p, input, target):
    """PyTorch's stable spelling: the compiler has to find it by itself."""
    logits = linear(p, "probabilities.dense1", input)
    overflows(target * logits.softmax(-1).log())
    return F.cross_entropy(logits, target), {"probabilities": logits.softmax(-1)}


def margin_classifier(p, input, side):
    margin = linear(p, "margin.dense2", torch.tanh(linear(p, "margin.dense1", input)))
    return hinge(margin, side).mean(), {"margin": margin}


def residual(p, input, label):
    def block(name, x):
        body = linear(p, f"{name}.dense2", relu(linear(p, f"{name}.dense1", x)))
        skip = linear(p, f"{name}.dense3", x) if f"{name}.dense3.weight" in p else x
        return torch.tanh(body + skip)

    x = block("logits.residual1", input)
    x = block("logits.residual2", x)
    x = block("logits.residual3", x)
    logits = linear(p, "logits.dense1", x * p["logits.scale"])
    return F.cross_entropy(logits, label), {"logits": logits}


def batch_norms(p, image, **label):
    x = batch_norm(p, "logits.batch_norm1", image.flatten(2)).unflatten(2, (6, 6))
    x = relu(batch_norm(p, "logits.batch_norm2", F.conv2d(x, p["logits.conv1.weight"], padding=1)))
    x = batch_norm(p, "logits.batch_norm3", F.conv2d(x, p["logits.conv2.weight"], padding=1), 0.3, 1e-3)
    x = F.avg_pool2d(relu(x), 2).flatten(1)
    x = torch.tanh(batch_norm(p, "logits.batch_norm4", F.linear(x, p["logits.dense1.weight"])))
    logits = linear(p, "logits.dense2", x)
    return F.cross_entropy(logits, label["class"]), {"logits": logits}


def loud(seed: int, batch: int, features: int) -> np.ndarray:
    """Ordinary examples, then two so large that exp, log and sigmoid saturate in either precision."""
    x = uniform(seed, (batch, features), 1)
    x[-2:] *= 4096
    return x


def distribution(seed: int, batch: int, width: int) -> np.ndarray:
    """Rows of sixteenths that add up to one, some of them zero."""
    cuts = np.sort(hashed(seed, batch * (width - 1)).reshape(batch, width - 1) % 17, axis=1)
    edges = np.concatenate([np.zeros((batch, 1)), cuts, np.full((batch, 1), 16)], axis=1)
    return np.diff(edges, axis=1) / 16


NETWORKS = [
    Network(
        "mlp",
        dense("logits.dense1", 784, 128) | dense("logits.dense2", 128, 10),
        {"image": uniform(1, (5, 784), -1) + 0.5, "digit": classes(2, 5, 10)},
        mlp,
        large=True,
    ),
    Network(
        "lenet",
        conv("logits.stage1.conv1", 1, 6, 5)
        | conv("logits.stage2.conv1", 6, 16, 5)
        | dense("logits.dense1", 400, 120)
        | dense("logits.dense2", 120, 84)
        | dense("logits.dense3", 84, 10),
        {"image": uniform(3, (5, 1, 28, 28), -1) + 0.5, "digit": classes(4, 5, 10)},
        lenet,
        large=True,
    ),
    Network(
        "xor",
        dense("logit.dense1", 2, 8) | dense("logit.dense2", 8, 1),
        {"bits": np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), "odd": np.array([[0], [1], [1], [0.0]])},
        xor,
    ),
    Network(
        "mlp_small_parity",
        dense("logits.dense1", 12, 7) | dense("logits.dense2", 7, 5),
        {"input": uniform(5, (17, 12), 1), "label": classes(6, 17, 5)},
        mlp_small,
    ),
    Network(
        "lenet_small",
        conv("logits.conv1", 1, 2, 3)
        | conv("logits.conv2", 2, 3, 3)
        | dense("logits.dense1", 12, 8)
        | dense("logits.dense2", 8, 4),
        {"image": uniform(7, (17, 1, 12, 12)), "label": classes(8, 17, 4)},
        lenet_small,
    ),
    Network(
        "conv_strided",
        conv("prediction.conv1", 2, 3, 3) | dense("prediction.dense1", 18, 3),
        {"image": uniform(9, (5, 2, 10, 11)), "target": uniform(10, (5, 3))},
        conv_strided,
    ),
    Network(
        "separable",
        conv("logits.depthwise_conv1", 1, 6, 3)
        | conv("logits.conv1", 6, 4, 1)
        | {"logits.conv2.weight": (6, 2, 3, 3)}
        | {"logits.conv3.weight": (6, 6, 1, 3), "logits.conv3.bias": (6,)}
        | dense("logits.dense1", 6, 4),
        {"image": uniform(24, (5, 3, 9, 10), 1), "label": classes(25, 5, 4)},
        separable,
    ),
    Network(
        "upsampling",
        {"picture.conv_transpose1.weight": (2, 2, 3, 2), "picture.conv_transpose1.bias": (4,)}
        | {"picture.conv1.weight": (8, 4, 2, 3), "picture.conv1.bias": (8,)},
        {"image": uniform(26, (5, 2, 3, 4), 1), "target": uniform(27, (5, 2, 5, 4))},
        upsampling,
    ),
    Network(
        "sequence_conv",
        {"prediction.conv1d1.weight": (4, 3, 5), "prediction.conv1d1.bias": (4,)}
        | {"prediction.conv1d2.weight": (4, 2, 3), "prediction.conv1d2.bias": (4,)}
        | dense("prediction.dense1", 20, 3),
        {"signal": uniform(28, (5, 3, 17), 1), "target": uniform(29, (5, 3))},
        sequence_conv,
    ),
    Network(
        "regression",
        dense("prediction.dense1", 6, 3),
        {"input": uniform(11, (17, 6), 1), "target": uniform(12, (17, 3), 2)},
        regression,
    ),
    Network(
        "two_inputs_two_outputs",
        dense("codes.encode.dense1", 9, 6) | dense("codes.project", 6, 4),
        {"left": uniform(13, (5, 9), 1), "right": uniform(14, (5, 9), 1), "same": bits(15, (5,))},
        two_inputs,
    ),
    Network(
        "naive_sigmoid",
        dense("probability.dense1", 6, 1),
        {"input": loud(16, 17, 6), "label": bits(17, (17, 1))},
        naive_sigmoid,
    ),
    Network(
        "soft_targets",
        dense("probabilities.dense1", 6, 4),
        {"input": loud(18, 17, 6), "target": distribution(19, 17, 4)},
        soft_targets,
    ),
    Network(
        "hinge",
        dense("margin.dense1", 6, 5) | dense("margin.dense2", 5, 1),
        {"input": uniform(20, (17, 6), 1), "side": 2 * bits(21, (17, 1)) - 1},
        margin_classifier,
    ),
    Network(
        "residual",
        dense("logits.residual1.dense1", 9, 6)
        | dense("logits.residual1.dense2", 6, 6)
        | dense("logits.residual1.dense3", 9, 6)
        | dense("logits.residual2.dense1", 6, 6)
        | dense("logits.residual2.dense2", 6, 6)
        | dense("logits.residual3.dense1", 6, 6)
        | dense("logits.residual3.dense2", 6, 6)
        | {"logits.scale": (6,)}
        | dense("logits.dense1", 6, 3),
        {"input": uniform(22, (5, 9), 1), "label": classes(23, 5, 3)},
        residual,
    ),
    Network(
        "batch_norm",
        {"logits.conv1.weight": (4, 2, 3, 3)}
        | norm("logits.batch_norm2", 4)
        | {"logits.conv2.weight": (4, 4, 3, 3)}
        | norm("logits.batch_norm3", 4)
        | {"logits.dense1.weight": (5, 36)}
        | norm("logits.batch_norm4", 5)
        | dense("logits.dense2", 5, 3),
        {"image": uniform(24, (17, 2, 6, 6)), "class": classes(25, 17, 3)},
        batch_norms,
        buffers=statistics("logits.batch_norm1", 2)
        | statistics("logits.batch_norm2", 4)
        | statistics("logits.batch_norm3", 4)
        | statistics("logits.batch_norm4", 5),
    ),
]


# --- Recording ---------------------------------------------------------------------------------------------------


def exponent_of(shape) -> int:
    """The power of two next to He's uniform bound `√(6 / inputs of one unit)`; one half for vectors."""
    return round(math.log2(math.sqrt(6 / math.prod(shape[1:])))) if len(shape) > 1 else -1


def evaluate(
    network: Network, parameters: dict[str, np.ndarray], buffers: dict[str, np.ndarray], dtype: torch.dtype
) -> dict[str, np.ndarray]:
    """Loss, outputs and gradients in one precision; of a network with buffers in both modes, and its buffers after two
    steps in training mode: one on the whole batch, one on its first half."""
    global training
    batch = {
        name: torch.tensor(value.astype(np.int64)) if value.dtype == np.uint32 else torch.tensor(value, dtype=dtype)
        for name, value in network.inputs.items()
    }
    state = {name: torch.tensor(value, dtype=dtype) for name, value in buffers.items()}
    results = {}
    for training, prefix in ((False, ""), (True, "training.")) if buffers else ((False, ""),):
        p = {name: torch.tensor(value, dtype=dtype, requires_grad=True) for name, value in parameters.items()}
        loss, outputs = network.forward(p | state, **batch)
        loss.backward()
        results |= {f"{prefix}loss": loss} | {f"{prefix}output.{name}": value for name, value in outputs.items()}
        results |= {f"{prefix}gradient.{name}": tensor.grad for name, tensor in p.items()}
    if buffers:
        network.forward(p | state, **{name: value[: len(value) // 2] for name, value in batch.items()})
        results |= {f"training.buffer.{name}": value for name, value in state.items()}
    training = False
    return {name: value.detach().numpy().copy() for name, value in results.items()}


def record(network: Network) -> None:
    global margin
    margin = math.inf
    tensors: dict[str, np.ndarray] = {}
    parameters = {}
    for position, (name, shape) in enumerate(network.parameters.items()):
        seed, exponent = 100 + position, exponent_of(shape)
        parameters[name] = uniform(seed, shape, exponent)
        if network.large:
            tensors[f"generated.{name}"] = np.array([seed, exponent], dtype=np.int64)
        else:
            tensors[f"parameter.{name}"] = parameters[name].astype(np.float32)
    for name, value in network.inputs.items():
        tensors[f"input.{name}"] = value if value.dtype == np.uint32 else value.astype(np.float32)
        assert (tensors[f"input.{name}"] == value).all(), f"{network.name}: {name} is not exact in float32"

    buffers = {}
    for position, (name, shape) in enumerate(network.buffers.items()):
        # Between 1/2 and 3/2, as variances are positive.
        tensors[f"buffer.{name}"] = (1 + uniform(200 + position, shape, -1)).astype(np.float32)
        buffers[name] = tensors[f"buffer.{name}"].astype(np.float64)

    single = evaluate(network, parameters, buffers, torch.float32)
    double = evaluate(network, parameters, buffers, torch.float64)
    assert margin > MARGIN, f"{network.name}: {margin:.1e} from a kink; choose another seed"
    worst = 0.0
    for name, value in single.items():
        size = np.linalg.norm(double[name])
        assert size > 0, f"{network.name}: {name} is zero; a relative error would mean nothing"
        worst = max(worst, np.linalg.norm(value - double[name]) / size)
    assert worst < 2e-6, f"{network.name}: float32 and float64 differ by {worst:.1e}"
    tensors |= {f"f32.{name}": value for name, value in single.items()}
    if not network.large:
        tensors |= {f"f64.{name}": value for name, value in double.items()}

    path = HERE / f"{network.name}.safetensors"
    save_file(tensors, path, metadata={"recorded_with": f"torch {torch.__version__}"})
    print(
        f"{network.name:24} loss {double['loss']:12.8f}  f32 against f64 {worst:.1e}"
        f"  margin {margin:.1e}  {path.stat().st_size:>7} bytes"
    )


def main() -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    print(f"torch {torch.__version__}, numpy {np.__version__}")
    for network in NETWORKS:
        record(network)


if __name__ == "__main__":
    main()
