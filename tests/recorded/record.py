"""Records what PyTorch makes of the networks in ../networks: outputs, losses and every gradient.

    python record.py            # writes one <network>.safetensors beside this file

Each network is written a second time here, by hand, of PyTorch's own functions and layers, so that nothing but the
mathematics is shared with the compiler under test. Parameters, inputs and targets come from an integer hash and
are dyadic fractions that float32 holds exactly; float32 and float64 thus see the same numbers, and no version
of any random generator matters. See README.md for the contents of the files.
"""

import math
import pathlib
import sys
from dataclasses import dataclass, field
from typing import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import distributions
from torch.func import functional_call
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
    # Parameters are stated by their seed and only float64 results are stored.
    compact: bool = False
    # By how much float32 results may differ from float64 ones, relative to each tensor.
    rounding: float = 2e-6
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


def slope(y, x):
    """The gradient of each example's number, itself differentiable."""
    return torch.autograd.grad(y.sum(), x, create_graph=True)[0]


def motion(p, t):
    x = torch.tanh(linear(p, "solution.dense2", torch.tanh(linear(p, "solution.dense1", t))))
    u = linear(p, "solution.dense3", x)
    velocity = slope(u, t)
    return u, velocity, slope(velocity, t)


def oscillator(p, time):
    t = time.reshape(-1, 1).clone().requires_grad_()
    u, velocity, acceleration = motion(p, t)
    residual = acceleration + 0.5 * velocity + 2.25 * u
    u_0, velocity_0, _ = motion(p, torch.zeros_like(t[:1]).requires_grad_())
    loss = residual.square().mean() + (u_0 - 1).square().sum() + velocity_0.square().sum()
    first = time[:, :1].clone().requires_grad_()
    return loss, {"motion": torch.cat(motion(p, first), dim=1)}


def score(p, image):
    x = F.avg_pool2d(F.softplus(convolve(p, "score.conv1", image, padding=1)), 2).flatten(1)
    return torch.tanh(linear(p, "score.dense1", x)) @ p["score.dense2.weight"].T


def gradient_penalty(p, real, fake, place):
    between = (real + (fake - real) * place[:, :, None, None]).requires_grad_()
    lengths = slope(score(p, between), between).flatten(1).norm(dim=1)
    loss = (score(p, fake) - score(p, real)).mean() + 10 * (lengths - 1).square().mean()
    real = real.clone().requires_grad_()
    return loss, {"saliency": slope(score(p, real), real)}


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


def filters(p, image, **label):
    wide = relu(F.conv2d(image, p["logits.conv1.weight"], p["logits.conv1.bias"], padding=1))
    body = batch_norm(p, "logits.batch_norm1", F.conv2d(wide, p["logits.conv2.weight"], padding=1))
    joined = relu(body + wide)
    x = relu(F.conv2d(joined, p["logits.conv3.weight"], p["logits.conv3.bias"]))
    logits = linear(p, "logits.dense1", x.mean((2, 3)))
    return F.cross_entropy(logits, label["class"]), {"logits": logits}


def channels_last(p, image, **label):
    stem = torch.tanh(convolve(p, "logits.conv1", image, stride=2, padding=1))
    own = F.conv2d(stem, p["logits.depthwise_conv1.weight"], padding=1, groups=8)
    own = torch.tanh(batch_norm(p, "logits.batch_norm1", own))
    wide = torch.tanh(convolve(p, "logits.conv2", own))
    body = batch_norm(p, "logits.batch_norm2", F.conv2d(wide, p["logits.conv3.weight"]))
    joined = torch.tanh(body + wide)
    mean = F.avg_pool2d(joined, 2, stride=2, padding=(0, 1))
    both = torch.cat([F.max_pool2d(joined, 3, stride=2, padding=1), mean], 1)
    far = torch.tanh(convolve(p, "logits.conv4", both, dilation=(1, 2), padding=1))
    line = F.conv1d(far.flatten(2), p["logits.conv1d1.weight"], p["logits.conv1d1.bias"], padding=1)
    logits = linear(p, "logits.dense1", torch.tanh(line).mean(2))
    return F.cross_entropy(logits, label["class"]), {"logits": logits}


def resnet20(p, image, **label):
    def conv_bn(name, x, stride=1):
        x = F.conv2d(x, p[f"{name}.conv1.weight"], stride=stride, padding=1)
        return batch_norm(p, f"{name}.batch_norm1", x)

    def block(name, x, stride):
        body = conv_bn(f"{name}.conv_bn2", relu(conv_bn(f"{name}.conv_bn1", x, stride)))
        if stride > 1:
            x = F.conv2d(x, p[f"{name}.conv1.weight"], stride=stride)
            x = batch_norm(p, f"{name}.batch_norm1", x)
        return relu(body + x)

    x = relu(conv_bn("logits.conv_bn1", image))
    for stage in 1, 2, 3:
        for place in 1, 2, 3:
            stride = 2 if stage > 1 and place == 1 else 1
            x = block(f"logits.stage{stage}.residual{place}", x, stride)
    logits = linear(p, "logits.dense1", x.mean((2, 3)))
    return F.cross_entropy(logits, label["class"]), {"logits": logits}


def resnet20_sizes(channels: int) -> tuple[dict, dict]:
    """Parameters and buffers of `resnet20`."""
    parameters, buffers = {}, {}

    def conv_bn(name, inputs, outputs, kernel=3):
        parameters.update({f"{name}.conv1.weight": (outputs, inputs, kernel, kernel)})
        parameters.update(norm(f"{name}.batch_norm1", outputs))
        buffers.update(statistics(f"{name}.batch_norm1", outputs))

    conv_bn("logits.conv_bn1", 3, channels)
    before = channels
    for stage in 1, 2, 3:
        width = channels << stage - 1
        for place in 1, 2, 3:
            name = f"logits.stage{stage}.residual{place}"
            conv_bn(f"{name}.conv_bn1", before, width)
            conv_bn(f"{name}.conv_bn2", width, width)
            if before != width:
                conv_bn(name, before, width, 1)
            before = width
    return parameters | dense("logits.dense1", before, 5), buffers


def recurrent(name: str, gates: int, inputs: int, hidden: int) -> dict[str, tuple[int, ...]]:
    weights = {f"{name}.weight_ih": (gates * hidden, inputs), f"{name}.weight_hh": (gates * hidden, hidden)}
    return weights | {f"{name}.bias_ih": (gates * hidden,), f"{name}.bias_hh": (gates * hidden,)}


def of_cell(p, *names):
    """The parameters of recurrent layers in PyTorch's order."""
    return [p[f"{name}.{part}"] for name in names for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]


def sequence(p, layer, x, *names, state=None):
    """What `torch.lstm`, `torch.gru` or `torch.rnn_tanh` makes of a sequence, in both directions given two names."""
    if state is None:
        state = x.new_zeros(len(names), len(x), p[f"{names[0]}.weight_hh"].shape[1])
        state = (state, state) if layer is torch.lstm else state
    return layer(x, state, of_cell(p, *names), True, 1, 0.0, False, len(names) == 2, True)


def lstm(p, rows, **label):
    states, _, _ = sequence(p, torch.lstm, rows, "logits.lstm1")
    others, last, memory = sequence(p, torch.lstm, states, "logits.lstm_with_state1")
    h = c = rows.new_zeros(len(rows), 5)
    for x in others.unbind(1):
        h, c = torch.lstm_cell(x, (h, c), *of_cell(p, "logits.cell"))
    logits = linear(p, "logits.dense1", torch.cat([h, c, last[0], memory[0]], 1))
    return F.cross_entropy(logits, label["class"]), {"logits": logits}


def gru(p, rows, before, **label):
    states, last = sequence(p, torch.gru, rows, "logits.gru1", state=before.unsqueeze(0))
    h = rows.new_zeros(len(rows), 5)
    for x in states.unbind(1):
        h = torch.gru_cell(x, h, *of_cell(p, "logits.cell"))
    logits = linear(p, "logits.dense1", torch.cat([h, last[0]], 1))
    return F.cross_entropy(logits, label["class"]), {"logits": logits}


def bidirectional(p, rows, classes):
    x = rows
    for place, layer in enumerate((torch.lstm, torch.gru, torch.rnn_tanh), 1):
        name = f"scores.bidirectional{place}"
        x = sequence(p, layer, x, f"{name}.forward", f"{name}.backward")[0]
    scores = linear(p, "scores.dense1", x)
    return F.cross_entropy(scores.flatten(0, 1), classes.flatten()), {"scores": scores}


def part(p, name: str, layer: torch.nn.Module, *arguments, **options):
    """A layer of PyTorch with the parameters below `name`: it must have all of them, and no others."""
    own = {other.removeprefix(f"{name}."): value for other, value in p.items() if other.startswith(f"{name}.")}
    return functional_call(layer, own, arguments, options, strict=True)


def normalised(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def attention(name: str, width: int) -> dict[str, tuple[int, ...]]:
    packed = {f"{name}.in_proj_weight": (3 * width, width), f"{name}.in_proj_bias": (3 * width,)}
    return packed | dense(f"{name}.out_proj", width, width)


def encoder_layer(name: str, width: int, hidden: int) -> dict[str, tuple[int, ...]]:
    forward = dense(f"{name}.linear1", width, hidden) | dense(f"{name}.linear2", hidden, width)
    norms = normalised(f"{name}.norm1", width) | normalised(f"{name}.norm2", width)
    return attention(f"{name}.self_attn", width) | forward | norms


def decoder_layer(name: str, width: int, hidden: int) -> dict[str, tuple[int, ...]]:
    more = attention(f"{name}.multihead_attn", width) | normalised(f"{name}.norm3", width)
    return encoder_layer(name, width, hidden) | more


def future(time: int) -> torch.Tensor:
    """True where a place may not look."""
    return torch.ones(time, time, dtype=torch.bool).triu(1)


def gelu_tanh(x):
    return F.gelu(x, approximate="tanh")


def gpt(p, tokens, next):
    options = {"dropout": 0.0, "norm_first": True, "batch_first": True}
    layer = torch.nn.TransformerEncoderLayer(16, 4, 32, activation=gelu_tanh, **options)
    x = F.embedding(tokens, p["logits.table.weight"]) + p["logits.learned_positions1.weight"]
    for block in 1, 2:
        x = part(p, f"logits.encoder_layer{block}", layer, x, src_mask=future(6))
    x = F.layer_norm(x, (16,), p["logits.layer_norm1.weight"], p["logits.layer_norm1.bias"])
    logits = F.linear(x, p["logits.table.weight"])
    return F.cross_entropy(logits.flatten(0, 1), next.flatten()), {"logits": logits}


def transformer(p, words, said, given, written, answer):
    def embedded(tokens):
        x = F.embedding(tokens, p["embedded.embedding1.weight"]) * math.sqrt(8)
        time = torch.arange(tokens.shape[1], dtype=x.dtype).unsqueeze(1)
        angle = time / 10000 ** (torch.arange(0, 8, 2, dtype=x.dtype) / 8)
        return x + torch.stack([angle.sin(), angle.cos()], 2).flatten(1)

    options = {"dropout": 0.0, "activation": relu, "batch_first": True}
    encoder = torch.nn.TransformerEncoderLayer(8, 2, 12, **options)
    decoder = torch.nn.TransformerDecoderLayer(8, 2, 12, **options)
    padding = said == 0
    memory = part(p, "logits.encoder_layer1", encoder, embedded(words), src_key_padding_mask=padding)
    masks = {"tgt_mask": future(4), "tgt_key_padding_mask": written == 0, "memory_key_padding_mask": padding}
    logits = linear(p, "logits.dense1", part(p, "logits.decoder_layer1", decoder, embedded(given), memory, **masks))
    return F.cross_entropy(logits.flatten(0, 1), answer.flatten(), ignore_index=0), {"logits": logits}


def vae(p, image, noise):
    def scores(code):
        return linear(p, "scores.dense2", relu(linear(p, "scores.dense1", code)))

    hidden = relu(linear(p, "encode.dense1", image))
    mean, log_variance = linear(p, "encode.dense2", hidden), linear(p, "encode.dense3", hidden)
    code = mean + noise * (log_variance / 2).exp()
    unsaid = F.binary_cross_entropy_with_logits(scores(code), image, reduction="none").sum(1).mean()
    outputs = {"encode.0": mean, "encode.1": log_variance, "decode": scores(noise).sigmoid()}
    return unsaid + surplus(mean, log_variance), outputs


def surplus(mean, log_variance):
    """The relative entropy of normal distributions with respect to standard ones, as PyTorch's distributions have it."""
    normal = distributions.Normal(mean, (log_variance / 2).exp())
    standard = distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    return distributions.kl_divergence(normal, standard).sum(1).mean()


def kinked(function, *places):
    """A function that watches its distance to these places."""

    def watched(x):
        for place in places:
            watch(x - place)
        return function(x)

    return watched


# In the order of the declaration.
ACTIVATIONS = [
    relu,
    kinked(F.leaky_relu, 0),
    kinked(lambda x: F.leaky_relu(x, 0.25), 0),
    None,  # `prelu`, which has a parameter
    kinked(F.relu6, 0, 6),
    kinked(F.elu, 0),
    kinked(lambda x: F.elu(x, 0.75), 0),
    kinked(F.selu, 0),
    F.gelu,
    gelu_tanh,
    F.silu,
    F.mish,
    torch.sigmoid,
    F.logsigmoid,
    torch.tanh,
    F.softplus,
    F.softsign,
    # `F.hardsigmoid` has the slope 1/6 in float32 even for float64.
    kinked(lambda x: F.relu6(x + 3) / 6, -3, 3),
    kinked(F.hardswish, -3, 3),
    kinked(F.hardtanh, -1, 1),
    kinked(lambda x: F.hardtanh(x, -0.5, 2), -0.5, 2),
    lambda x: x.softmax(1),
    lambda x: (x / 3).softmax(1),
    lambda x: x.unflatten(1, (2, 3)).softmax(1).flatten(1),
    lambda x: x.log_softmax(1),
    F.glu,
]


def activations(p, input, target):
    def prelu(x):
        watch(x)
        return F.prelu(x, p["values.prelu1.weight"])

    values = torch.cat(
        [(function or prelu)(input * p[f"values.own{n}.weight"]) for n, function in enumerate(ACTIVATIONS, 1)], 1
    )
    return F.mse_loss(values, target), {"values": values}


def losses(p, input, shares, target, side, truth, **label):
    label = label["class"]

    def own(group):
        """The input times each weight of a group in turn."""
        place = 0
        while True:
            place += 1
            yield input * p[f"{group}.own{place}.weight"]

    x = own("of_class")
    of_class = [
        F.cross_entropy(next(x), label),
        F.cross_entropy(next(x), label, label_smoothing=0.125),
        F.cross_entropy(next(x), label, ignore_index=2),
        F.nll_loss(next(x).softmax(1).log(), label),
        F.nll_loss(next(x).log_softmax(1), label),
        F.nll_loss(next(x).log_softmax(1), label, ignore_index=1),
    ]
    scores = next(x)
    distance = 0.5 + scores - scores.gather(1, label.unsqueeze(1))
    watch(distance[F.one_hot(label, 4) == 0])
    # PyTorch divides by the number of classes.
    of_class.append(4 * F.multi_margin_loss(scores, label, margin=0.5))

    x = own("of_distribution")
    of_distribution = [
        F.cross_entropy(next(x), shares),
        F.cross_entropy(next(x), shares, label_smoothing=0.25),
        -(shares * next(x).softmax(1).log()).sum(1).mean(),
        F.kl_div(next(x).log_softmax(1), shares, reduction="batchmean"),
        F.binary_cross_entropy(next(x).sigmoid(), shares),
        F.binary_cross_entropy_with_logits(next(x), shares),
    ]

    def distant(y, *places):
        for place in places:
            watch((y - target).abs() - place)
        return y

    x = own("of_numbers")
    of_numbers = [
        F.mse_loss(next(x), target, reduction="sum") / len(target),
        F.mse_loss(next(x), target),
        F.l1_loss(distant(next(x), 0), target, reduction="sum") / len(target),
        F.l1_loss(distant(next(x), 0), target),
        F.huber_loss(distant(next(x), 0.75), target, delta=0.75),
        F.smooth_l1_loss(distant(next(x), 0.5), target, beta=0.5),
        surplus(next(x), target * p["of_numbers.own8.weight"]),
    ]
    next(x)
    of_numbers.append(F.gaussian_nll_loss(next(x), target, next(x).exp()))

    x = own("of_two")
    margins = next(x)
    watch(1 - side * margins)
    of_two = [
        F.margin_ranking_loss(margins, torch.zeros_like(margins), side, margin=1.0),
        F.binary_cross_entropy(next(x)[:, 1].sigmoid(), truth.to(input.dtype)),
        F.binary_cross_entropy_with_logits(next(x)[:, 2], truth.to(input.dtype)),
    ]

    def all_of(group):
        return torch.cat([value for name, value in p.items() if name.startswith(f"{group}.")])

    penalties = 0.5 * all_of("of_class").abs().sum() + 0.25 * all_of("of_numbers").square().sum()
    loss = sum(of_class + of_distribution + of_numbers + of_two) + penalties + 0.125 * all_of("of_two").norm()
    groups = {"of_class": of_class, "of_distribution": of_distribution, "of_numbers": of_numbers, "of_two": of_two}
    return loss, {f"{name}.{place}": value for name, group in groups.items() for place, value in enumerate(group)}


def owned(name: str, count: int, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.own{place}.weight": (width,) for place in range(1, count + 1)}


def lengths(seed: int, batch: int, shortest: int, longest: int) -> np.ndarray:
    """Masks of sequences that begin at the first place: the last of them is a whole one."""
    length = shortest + hashed(seed, batch) % (longest + 1 - shortest)
    length[-1] = longest
    return (np.arange(longest) < length[:, None]).astype(np.float64)


def tokens(seed: int, batch: int, time: int, limit: int) -> np.ndarray:
    return classes(seed, batch * time, limit).reshape(batch, time)


RESNET20 = resnet20_sizes(2)
SAID, WRITTEN = lengths(42, 5, 2, 5), lengths(43, 5, 1, 4)


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
        "oscillator",
        dense("solution.dense1", 1, 6) | dense("solution.dense2", 6, 6) | dense("solution.dense3", 6, 1),
        {"time": uniform(41, (5, 5), 1)},
        oscillator,
    ),
    Network(
        "gradient_penalty",
        conv("score.conv1", 1, 4, 3) | dense("score.dense1", 36, 5) | {"score.dense2.weight": (1, 5)},
        {
            "real": uniform(42, (5, 1, 6, 6)),
            "fake": uniform(43, (5, 1, 6, 6)),
            "place": (hashed(44, 5) / 2.0**24).reshape(5, 1),
        },
        gradient_penalty,
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
    Network(
        "filters",
        {
            "logits.conv1.weight": (8, 3, 3, 3),
            "logits.conv1.bias": (8,),
            "logits.conv2.weight": (8, 8, 3, 3),
        }
        | norm("logits.batch_norm1", 8)
        | {"logits.conv3.weight": (18, 8, 3, 3), "logits.conv3.bias": (18,)}
        | dense("logits.dense1", 18, 4),
        {"image": uniform(50, (17, 3, 9, 8)), "class": classes(51, 17, 4)},
        filters,
        compact=True,
        buffers=statistics("logits.batch_norm1", 8),
    ),
    Network(
        "channels_last",
        {
            "logits.conv1.weight": (8, 3, 3, 3),
            "logits.conv1.bias": (8,),
            "logits.depthwise_conv1.weight": (8, 1, 3, 3),
        }
        | norm("logits.batch_norm1", 8)
        | {
            "logits.conv2.weight": (24, 8, 1, 1),
            "logits.conv2.bias": (24,),
            "logits.conv3.weight": (24, 24, 1, 1),
        }
        | norm("logits.batch_norm2", 24)
        | {"logits.conv4.weight": (17, 48, 3, 2), "logits.conv4.bias": (17,)}
        | {"logits.conv1d1.weight": (9, 17, 3), "logits.conv1d1.bias": (9,)}
        | dense("logits.dense1", 9, 4),
        {"image": uniform(57, (17, 3, 11, 9)), "class": classes(58, 17, 4)},
        channels_last,
        compact=True,
        buffers=statistics("logits.batch_norm1", 8) | statistics("logits.batch_norm2", 24),
    ),
    Network(
        "resnet20",
        RESNET20[0],
        {"image": uniform(30, (4, 3, 12, 12)), "class": classes(31, 4, 5)},
        resnet20,
        compact=True,
        rounding=1e-5,
        buffers=RESNET20[1],
    ),
    Network(
        "lstm",
        recurrent("logits.lstm1", 4, 3, 6)
        | recurrent("logits.lstm_with_state1", 4, 6, 4)
        | recurrent("logits.cell", 4, 4, 5)
        | dense("logits.dense1", 18, 4),
        {"rows": uniform(32, (5, 7, 3), 1), "class": classes(33, 5, 4)},
        lstm,
        compact=True,
    ),
    Network(
        "gru",
        recurrent("logits.gru1", 3, 3, 6) | recurrent("logits.cell", 3, 6, 5) | dense("logits.dense1", 11, 4),
        {"rows": uniform(34, (5, 7, 3), 1), "before": uniform(35, (5, 6)), "class": classes(36, 5, 4)},
        gru,
        compact=True,
    ),
    Network(
        "bidirectional",
        recurrent("scores.bidirectional1.forward", 4, 3, 4)
        | recurrent("scores.bidirectional1.backward", 4, 3, 4)
        | recurrent("scores.bidirectional2.forward", 3, 8, 3)
        | recurrent("scores.bidirectional2.backward", 3, 8, 3)
        | recurrent("scores.bidirectional3.forward", 1, 6, 2)
        | recurrent("scores.bidirectional3.backward", 1, 6, 2)
        | dense("scores.dense1", 4, 4),
        {"rows": uniform(37, (5, 6, 3), 1), "classes": tokens(38, 5, 6, 4)},
        bidirectional,
        compact=True,
    ),
    Network(
        "gpt",
        {"logits.table.weight": (11, 16), "logits.learned_positions1.weight": (6, 16)}
        | encoder_layer("logits.encoder_layer1", 16, 32)
        | encoder_layer("logits.encoder_layer2", 16, 32)
        | normalised("logits.layer_norm1", 16),
        {"tokens": tokens(39, 5, 6, 11), "next": tokens(40, 5, 6, 11)},
        gpt,
        compact=True,
    ),
    Network(
        "transformer",
        {"embedded.embedding1.weight": (9, 8)}
        | encoder_layer("logits.encoder_layer1", 8, 12)
        | decoder_layer("logits.decoder_layer1", 8, 12)
        | dense("logits.dense1", 8, 9),
        {
            "words": (SAID * (1 + tokens(44, 5, 5, 8))).astype(np.uint32),
            "said": SAID,
            "given": (WRITTEN * (1 + tokens(45, 5, 4, 8))).astype(np.uint32),
            "written": WRITTEN,
            "answer": (WRITTEN * (1 + tokens(46, 5, 4, 8))).astype(np.uint32),
        },
        transformer,
        compact=True,
    ),
    Network(
        "vae",
        dense("encode.dense1", 16, 7)
        | dense("encode.dense2", 7, 3)
        | dense("encode.dense3", 7, 3)
        | dense("scores.dense1", 3, 7)
        | dense("scores.dense2", 7, 16),
        {"image": uniform(47, (5, 16), -1) + 0.5, "noise": uniform(48, (5, 3), 1)},
        vae,
        compact=True,
    ),
    Network(
        "activations",
        owned("values", len(ACTIVATIONS), 6) | {"values.prelu1.weight": (1,)},
        {"input": uniform(49, (17, 6), 4), "target": uniform(50, (17, 153), 1)},
        activations,
        compact=True,
    ),
    Network(
        "losses",
        owned("of_class", 7, 4) | owned("of_distribution", 6, 4) | owned("of_numbers", 10, 4) | owned("of_two", 3, 4),
        {
            "input": uniform(51, (17, 4), 2),
            "class": classes(52, 17, 4),
            "shares": distribution(53, 17, 4),
            "target": uniform(54, (17, 4), 1),
            "side": 2 * bits(55, (17, 4)) - 1,
            "truth": classes(56, 17, 2),
        },
        losses,
        compact=True,
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
        if network.large or network.compact:
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
    assert worst < network.rounding, f"{network.name}: float32 and float64 differ by {worst:.1e}"
    if not network.compact:
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
    """Records the networks named on the command line, or all."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    print(f"torch {torch.__version__}, numpy {np.__version__}")
    for network in NETWORKS:
        if network.name in sys.argv[1:] or not sys.argv[1:]:
            record(network)


if __name__ == "__main__":
    main()
