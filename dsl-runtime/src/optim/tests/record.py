"""Records the trajectories of other libraries' optimizers on a small problem.

    python record.py            # writes trajectories.txt beside this file

Recorded with torch 2.15.0, jax 0.10.2, optax 0.2.8 and schedulefree 1.4.1. The problem has three tensors, a matrix [3, 2],
a vector [3] and the kernel of a convolution [2, 2, 1, 2], which is a matrix [2, 4] here; its gradient in step t (from 1) is
`a (w - b) + n_t`, element by element. All numbers of it come from an integer hash and are dyadic fractions that float32
holds exactly. A line is

    name|type|step|parameters after that step, in the order of tensors and elements

and for those that evaluate other parameters than they train `name.evaluated|…` too.
"""

import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import optax
import schedulefree
import torch

jax.config.update("jax_enable_x64", True)
# Else the products of momenta that NAdam keeps are rounded to float32.
torch.set_default_dtype(torch.float64)

HERE = pathlib.Path(__file__).parent
SHAPES = [(3, 2), (3,), (2, 4)]
COUNT = 17
STEPS = 20
WRITTEN = (1, 2, 7, 20)


def hashed(seed, count):
    """`count` well mixed 24-bit integers: the murmur3 finaliser of position and seed."""
    h = np.arange(count, dtype=np.uint64) * 0x9E3779B9 + seed * 0x85EBCA6B & 0xFFFFFFFF
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        h = (h ^ (h >> shift)) * factor & 0xFFFFFFFF
    return (h ^ (h >> 16)) >> 8


def uniform(seed):
    """Numbers in [-1, 1), exact in float32."""
    return np.ldexp(hashed(seed, COUNT) - 2.0**23, -23)


A, B, START = 1.5 + uniform(1), uniform(2), 2 * uniform(3)


def gradient(w, step, module, dtype):
    """The gradient at flat parameters, in their type."""
    a, b, n = (module.asarray(x, dtype=dtype) for x in (A, B, uniform(100 + step) / 2))
    return a * (w - b) + n


def pieces(flat):
    cuts = np.cumsum([int(np.prod(shape)) for shape in SHAPES])[:-1]
    return [part.reshape(shape) for part, shape in zip(np.split(flat, cuts), SHAPES)]


lines = []


def write(name, kind, step, flat):
    if step in WRITTEN:
        lines.append(f"{name}|{kind}|{step}|" + " ".join(repr(float(x)) for x in flat))


def by_torch(name, *make):
    """Optimizers of PyTorch: one for all tensors, or one for matrices and one for vectors."""
    for kind, dtype in (("f64", torch.float64), ("f32", torch.float32)):
        tensors = [torch.nn.Parameter(torch.tensor(part, dtype=dtype)) for part in pieces(START)]
        if len(make) == 1:
            optimizers = [make[0](tensors)]
        else:
            optimizers = [
                make[0]([t for t in tensors if t.ndim > 1]),
                make[1]([t for t in tensors if t.ndim == 1]),
            ]
        for optimizer in optimizers:
            getattr(optimizer, "train", lambda: None)()
        flat = lambda: torch.cat([t.detach().reshape(-1) for t in tensors])
        for step in range(1, STEPS + 1):
            slopes = gradient(flat(), step, torch, dtype)
            at = 0
            for tensor in tensors:
                tensor.grad = slopes[at : at + tensor.numel()].reshape(tensor.shape).clone()
                at += tensor.numel()
            for optimizer in optimizers:
                optimizer.step()
            write(name, kind, step, flat())
            if hasattr(optimizers[0], "eval"):
                optimizers[0].eval()
                write(name + ".evaluated", kind, step, flat())
                optimizers[0].train()


def by_optax(name, optimizer):
    for kind, dtype in (("f64", jnp.float64), ("f32", jnp.float32)):
        tensors = [jnp.asarray(part, dtype=dtype) for part in pieces(START)]
        state = optimizer.init(tensors)
        for step in range(1, STEPS + 1):
            flat = jnp.concatenate([t.reshape(-1) for t in tensors])
            slopes = pieces(np.asarray(gradient(flat, step, jnp, dtype)))
            updates, state = optimizer.update([jnp.asarray(s) for s in slopes], state, tensors)
            tensors = optax.apply_updates(tensors, updates)
            write(name, kind, step, np.concatenate([np.asarray(t).reshape(-1) for t in tensors]))


def plain_newton_schulz(grad, coefficients, steps, eps):
    """PyTorch's own, which rounds to bfloat16, without that."""
    a, b, c = coefficients
    x = grad.T if grad.size(0) > grad.size(1) else grad
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if grad.size(0) > grad.size(1) else x


torch.optim._muon._zeropower_via_newtonschulz = plain_newton_schulz

optim = torch.optim
by_torch("sgd", lambda p: optim.SGD(p, lr=0.1, weight_decay=0.01))
by_torch("momentum", lambda p: optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01))
by_torch("nesterov", lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True))
by_torch("adam", lambda p: optim.Adam(p, lr=0.1, betas=(0.8, 0.95), eps=1e-6))
by_torch("adam_l2", lambda p: optim.Adam(p, lr=0.1, weight_decay=0.05))
by_torch("adamw", lambda p: optim.AdamW(p, lr=0.1, weight_decay=0.05))
by_torch("amsgrad", lambda p: optim.AdamW(p, lr=0.1, betas=(0.8, 0.7), weight_decay=0.05, amsgrad=True))
by_torch("nadam", lambda p: optim.NAdam(p, lr=0.1, weight_decay=0.05, decoupled_weight_decay=True))
by_torch("rms_prop", lambda p: optim.RMSprop(p, lr=0.05, alpha=0.9, weight_decay=0.01))
by_torch("centered", lambda p: optim.RMSprop(p, lr=0.02, alpha=0.8, eps=1e-2, momentum=0.7, centered=True))
by_torch("adagrad", lambda p: optim.Adagrad(p, lr=0.3, initial_accumulator_value=0.1, weight_decay=0.01))
by_torch("adadelta", lambda p: optim.Adadelta(p, lr=1.0, rho=0.8, eps=1e-3, weight_decay=0.01))
by_torch("adafactor", lambda p: optim.Adafactor(p, lr=0.2))
by_torch(
    "muon",
    lambda p: optim.Muon(p, lr=0.1, weight_decay=0.05),
    lambda p: optim.AdamW(p, lr=0.05, betas=(0.9, 0.95), weight_decay=0.1),
)
by_torch(
    "muon_as_adam",
    lambda p: optim.Muon(p, lr=0.3, momentum=0.8, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
    lambda p: optim.AdamW(p, lr=0.3, betas=(0.9, 0.95), weight_decay=0.05),
)
by_torch(
    "schedule_free",
    lambda p: schedulefree.AdamWScheduleFree(p, lr=0.1, weight_decay=0.05, warmup_steps=3, foreach=False),
)
by_optax("lion", optax.lion(0.05, b1=0.9, b2=0.99, weight_decay=0.1))
by_optax("lamb", optax.lamb(0.1, b1=0.9, b2=0.95, eps=1e-6, weight_decay=0.1))
by_optax("clip_norm", optax.chain(optax.clip_by_global_norm(1.5), optax.sgd(0.1, momentum=0.5)))

(HERE / "trajectories.txt").write_text("\n".join(lines) + "\n")
