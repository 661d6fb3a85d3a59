"""JAX on the CPU: whole steps under `jit`, their state donated.

Run as a process: jax_peer.py FOLDER THREADS; the threads it uses are the cores it is bound to.
"""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, tree_util

from jax_networks import OBJECTIVES, network
from protocol import Job, serve


def loss_of(scores, targets, binary):
    if binary:
        log = jnp.log1p(jnp.exp(-jnp.abs(scores)))
        return jnp.mean(jnp.maximum(scores, 0) - scores * targets + log)
    logs = jax.nn.log_softmax(scores.reshape(-1, scores.shape[-1]))
    return -jnp.take_along_axis(logs, targets[:, None], -1).mean()


def clipped(apply, state, parameters, images, digits):
    """Cross-entropies, weighted so that no example's gradient is longer than 1."""

    def loss(parameters, image, digit):
        return loss_of(apply(parameters, state, image[None], True)[0], digit[None], False)

    gradients = jax.vmap(jax.grad(loss), (None, 0, 0))(parameters, images, digits)
    squares = [jnp.sum(leaf.reshape(len(leaf), -1) ** 2, 1) for leaf in tree_util.tree_leaves(gradients)]
    weights = jnp.minimum(1 / jnp.sqrt(sum(squares)), 1)
    losses = jax.vmap(loss, (None, 0, 0))(parameters, images, digits)
    return jnp.mean(losses * lax.stop_gradient(weights))


def objective(name, apply, state):
    """A loss that contains derivatives: of parameters, inputs and targets."""
    if name == "clipped":
        return partial(clipped, apply, state)
    of_one = OBJECTIVES[name]

    def loss(parameters, inputs, targets):
        score = lambda x: apply(parameters, state, x[None], True)[0][0]
        return jnp.mean(jax.vmap(partial(of_one, score))(inputs, targets))

    return loss


def optimizer(settings):
    """The first moments, and `update(parameters, gradient, moments)`."""
    each = tree_util.tree_map
    rate, momentum, decay = settings.rate, settings.momentum, settings.weight_decay

    def plain(p, g, s):
        return each(lambda p, g: p - rate * g, p, g), s

    def with_momentum(p, g, velocity):
        if decay:
            g = each(lambda p, g: g + decay * p, p, g)
        velocity = each(lambda v, g: momentum * v + g, velocity, g)
        return each(lambda p, v: p - rate * v, p, velocity), velocity

    def adam(p, g, s):
        first, second, steps = s
        steps = steps + 1
        first = each(lambda m, g: 0.9 * m + 0.1 * g, first, g)
        second = each(lambda v, g: 0.999 * v + 0.001 * g * g, second, g)
        a, b = 1 - 0.9**steps, 1 - 0.999**steps
        p = each(lambda p, m, v: p - rate * (m / a) / (jnp.sqrt(v / b) + 1e-8), p, first, second)
        return p, (first, second, steps)

    def zeros(p):
        return each(np.zeros_like, p)

    if settings.name == "adam":
        return lambda p: (zeros(p), zeros(p), np.float32(0)), adam
    return (zeros, with_momentum) if momentum else (lambda p: (), plain)


def channels_last(values):
    return np.ascontiguousarray(values.transpose(0, 2, 3, 1)) if values.ndim == 4 else values


def inputs(work, examples):
    inputs = channels_last(work.inputs(examples))
    return jnp.asarray(inputs.astype(np.int32) if work.workload.takes_tokens else inputs)


def count(parameters):
    return sum(leaf.size for leaf in tree_util.tree_leaves(parameters))


class Training(Job):
    def __init__(self, work):
        parameters, state, apply = network(work)
        start, update = optimizer(work.workload.optimizer)
        binary = bool(work.workload.target)
        self.parameters = count(parameters)
        self.inputs = inputs(work, work.workload.batch)
        targets = channels_last(work.targets())
        self.targets = jnp.asarray(targets if binary else targets.astype(np.int32))
        self.held = jax.device_put((parameters, state, start(parameters)))

        named = work.workload.objective
        contains = None if named == "scores" else objective(named, apply, state)

        @partial(jax.jit, donate_argnums=0)
        def step(held, inputs, targets):
            parameters, state, moments = held

            def loss(parameters):
                if contains is not None:
                    return contains(parameters, inputs, targets), state
                scores, new = apply(parameters, state, inputs, True)
                return loss_of(scores, targets, binary), new

            (loss, state), gradient = jax.value_and_grad(loss, has_aux=True)(parameters)
            parameters, moments = update(parameters, gradient, moments)
            return (parameters, state, moments), loss

        self.compiled = step

    def step(self):
        self.held, self.last = self.compiled(self.held, self.inputs, self.targets)

    def wait(self):
        jax.block_until_ready((self.held, self.last))

    def value(self):
        return float(self.last)


class Curvature(Job):
    """Products of the Hessian of the loss with the parameters."""

    def __init__(self, work):
        parameters, state, apply = network(work)
        self.parameters = count(parameters)
        data = inputs(work, work.workload.batch), jnp.asarray(work.targets().astype(np.int32))
        self.held = jax.device_put((parameters, *data))

        @jax.jit
        def product(parameters, inputs, targets):
            def loss(parameters):
                return loss_of(apply(parameters, state, inputs, True)[0], targets, False)

            return jax.jvp(jax.value_and_grad(loss), (parameters,), (parameters,))

        self.compiled = product

    def step(self):
        self.last = self.compiled(*self.held)

    def wait(self):
        jax.block_until_ready(self.last)

    def value(self):
        leaves = tree_util.tree_leaves(self.last[1][1])
        return float(sum(jnp.abs(leaf).sum() for leaf in leaves) / self.parameters)


class Inference(Job):
    def __init__(self, work):
        parameters, state, apply = network(work)
        self.parameters = count(parameters)
        self.held = jax.device_put((parameters, state))
        self.input = inputs(work, work.examples)
        self.compiled = jax.jit(lambda held, x: apply(*held, x, False)[0])

    def step(self):
        # Who asks for scores waits for them.
        self.last = self.compiled(self.held, self.input).block_until_ready()

    def value(self):
        return float(jnp.abs(self.last).mean())


def load(kind, work):
    if work.workload.objective == "hvp":
        return Curvature(work)
    return Training(work) if kind == "train" else Inference(work)


serve(load)
