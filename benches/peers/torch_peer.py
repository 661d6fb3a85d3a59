"""PyTorch on the CPU: `eager`, `fused` (eager, with its fused optimizers) or `compile` (compiled, the optimizer fused).

Run as a process: torch_peer.py FOLDER THREADS MODE; workloads of half width under autocast.
"""

import sys

import torch
import torch.nn.functional as F

from protocol import Gap, Job, serve
from torch_networks import OBJECTIVES, network


class Training(Job):
    def __init__(self, work, mode):
        self.network = network(work).train()
        self.parameters = sum(parameter.numel() for parameter in self.network.parameters())
        self.inputs = torch.from_numpy(work.inputs(work.workload.batch))
        self.targets = torch.from_numpy(work.targets())
        self.optimizer = optimizer(work.workload.optimizer, self.network, fused=mode != "eager")
        self.binary, self.half = bool(work.workload.target), work.workload.half
        self.objective = OBJECTIVES.get(work.workload.objective)
        if mode == "compile" and work.workload.objective in ("residual", "penalty"):
            raise Gap("torch.compile does not differentiate twice")
        self.forward = torch.compile(self.loss) if mode == "compile" else self.loss

    def loss(self, inputs, targets):
        if self.objective:
            return self.objective(self.network, inputs, targets)
        scores = self.scores(inputs)
        if self.binary:
            return F.binary_cross_entropy_with_logits(scores, targets)
        return F.cross_entropy(scores.flatten(0, -2), targets)

    def scores(self, inputs):
        if not self.half:
            return self.network(inputs)
        with torch.autocast("cpu", torch.bfloat16):
            scores = self.network(inputs)
        # The loss is in full width, as ours is.
        return scores.float()

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.forward(self.inputs, self.targets)
        loss.backward()
        self.optimizer.step()
        self.last = loss

    def value(self):
        return self.last.item()


class Curvature(Job):
    """Products of the Hessian of the loss with the parameters."""

    def __init__(self, work, mode):
        trained = network(work).train()
        held = {name: value.detach() for name, value in trained.named_parameters()}
        self.parameters = sum(value.numel() for value in held.values())
        inputs = torch.from_numpy(work.inputs(work.workload.batch))
        targets = torch.from_numpy(work.targets())

        def loss(parameters):
            return F.cross_entropy(torch.func.functional_call(trained, parameters, inputs), targets)

        def product(parameters):
            return torch.func.jvp(torch.func.grad_and_value(loss), (parameters,), (held,))

        self.held, self.product = held, torch.compile(product) if mode == "compile" else product

    def step(self):
        self.last = self.product(self.held)

    def value(self):
        products = self.last[1][0].values()
        return sum(product.abs().sum().item() for product in products) / self.parameters


class Inference(Job):
    def __init__(self, work, mode):
        trained = network(work).eval()
        self.parameters = sum(parameter.numel() for parameter in trained.parameters())
        self.network = torch.compile(trained) if mode == "compile" else trained
        self.input = torch.from_numpy(work.inputs(work.examples))

    @torch.inference_mode()
    def step(self):
        self.last = self.network(self.input)

    def value(self):
        return self.last.abs().mean().item()


def optimizer(settings, network, fused):
    fused = True if fused else None
    if settings.name == "adam":
        return torch.optim.Adam(network.parameters(), lr=settings.rate, fused=fused)
    return torch.optim.SGD(
        network.parameters(),
        lr=settings.rate,
        momentum=settings.momentum,
        weight_decay=settings.weight_decay,
        fused=fused,
    )


def main():
    threads, mode = int(sys.argv[2]), sys.argv[3]
    torch.set_num_threads(threads)

    def load(kind, work):
        torch.compiler.reset()
        if work.workload.objective == "hvp":
            return Curvature(work, mode)
        return Training(work, mode) if kind == "train" else Inference(work, mode)

    serve(load)


main()
