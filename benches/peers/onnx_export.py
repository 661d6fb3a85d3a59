"""Writes the models that ONNX Runtime and tract run: onnx_export.py FOLDER WORKLOAD..."""

import sys

import torch

from protocol import Work
from torch_networks import network


def main():
    for name in sys.argv[2:]:
        work = Work(sys.argv[1], name)
        example = torch.from_numpy(work.inputs(1))
        torch.onnx.export(
            network(work).eval(),
            (example,),
            work.folder / "model.onnx",
            input_names=["input"],
            output_names=["scores"],
            dynamo=True,
            external_data=False,
            verbose=False,
        )


main()
