"""Writes the models that ONNX Runtime, OpenVINO, tract and rten run: onnx_export.py FOLDER EXAMPLES WORKLOAD...

EXAMPLES are numbers with commas between: a model has a fixed one.
"""

import sys

import torch

from protocol import Work
from torch_networks import network


def main():
    folder, examples, *names = sys.argv[1:]
    for name in names:
        for count in map(int, examples.split(",")):
            export(Work(folder, name, count))


def export(work):
    torch.onnx.export(
        network(work).eval(),
        (torch.from_numpy(work.inputs(work.examples)),),
        work.model,
        input_names=["input"],
        output_names=["scores"],
        dynamo=True,
        external_data=False,
        verbose=False,
    )


main()
