"""What every peer in Python shares: the line protocol, the clock, and the weights and data that ours wrote.

`README.md` describes the protocol.
"""

import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

from workloads import WORKLOADS

# Steps timed together, so that looking at the clock costs nothing beside them.
GROUP_SECONDS = 1e-3


class Gap(Exception):
    """Why a framework has no figure for a workload."""


class Work:
    """One workload's files: raw little-endian numbers in PyTorch's order and shapes."""

    def __init__(self, folder, name, examples=1):
        self.folder = Path(folder) / name
        self.workload = WORKLOADS[name]
        # How many are inferred at once.
        self.examples = examples

    @property
    def model(self):
        """The file of the model that PyTorch exports for so many examples."""
        return self.folder / f"model-{self.examples}.onnx"

    def weights(self):
        """All weights, one after the other."""
        numbers = np.fromfile(self.folder / "parameters.f32", np.float32)
        start = 0
        for line in (self.folder / "parameters.txt").read_text().splitlines():
            shape = [int(size) for size in line.split()[1:]]
            size = int(np.prod(shape))
            yield numbers[start : start + size].reshape(shape)
            start += size

    def inputs(self, examples):
        """So many examples, images as channels, rows, columns."""
        suffix, kind = ("u32", np.uint32) if self.workload.takes_tokens else ("f32", np.float32)
        inputs = np.fromfile(self.folder / f"inputs.{suffix}", kind)
        inputs = inputs.reshape(-1, *self.workload.shape)[:examples]
        return inputs.astype(np.int64) if self.workload.takes_tokens else inputs

    def targets(self):
        """Classes, or the numbers 0 and 1."""
        if self.workload.target:
            return np.fromfile(self.folder / "targets.f32", np.float32).reshape(-1, *self.workload.target)
        return np.fromfile(self.folder / "targets.u32", np.uint32).astype(np.int64)


class Job:
    """A workload that runs step by step."""

    parameters = 0

    def step(self):
        """One step of training, or one inference; it may still be under way on return."""
        raise NotImplementedError

    def wait(self):
        """Waits until all steps are done."""

    def value(self):
        """What the last step came to: its loss before the update, or the mean of its outputs' absolute values."""
        raise NotImplementedError


def median_seconds(job, budget):
    """The median seconds of a step, of which a tenth of the budget is for warming up, and how many were timed."""
    start, warm = time.perf_counter(), 0
    while warm == 0 or time.perf_counter() - start < budget / 10:
        job.step()
        job.wait()
        warm += 1
    one = (time.perf_counter() - start) / warm
    group = min(max(int(GROUP_SECONDS / one), 1), 10_000)
    times = []
    start = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < 0.9 * budget:
        began = time.perf_counter()
        for _ in range(group):
            job.step()
        job.wait()
        times.append((time.perf_counter() - began) / group)
    return median(times), len(times) * group


def serve(load):
    """Answers commands until there are no more. `load(kind, work)` gives a job."""
    folder, job = sys.argv[1], None
    answers = sys.stdout
    # What a framework prints is not an answer.
    sys.stdout = sys.stderr
    for line in sys.stdin:
        try:
            match line.split():
                case ["load", kind, name, *examples]:
                    job = None
                    job = load(kind, Work(folder, name, *map(int, examples)))
                    job.step()
                    job.wait()
                    answer = f"ready {job.parameters} {job.value():.7f}"
                case ["steps", count]:
                    for _ in range(int(count)):
                        job.step()
                    job.wait()
                    answer = f"value {job.value():.7f}"
                case ["measure", seconds]:
                    middle, steps = median_seconds(job, float(seconds))
                    answer = f"time {middle:.9f} {steps}"
                case _:
                    answer = f"gap unknown command `{line.strip()}`"
        except Exception as error:
            lines = str(error).strip().splitlines() or [""]
            answer = f"gap {lines[0]}" if isinstance(error, Gap) else f"gap {type(error).__name__}: {lines[0]}"
        print(answer, file=answers, flush=True)
