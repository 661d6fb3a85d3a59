"""ONNX Runtime: inference of the models that PyTorch exported.

Run as a process: onnx_peer.py FOLDER THREADS
"""

import sys

import numpy as np
import onnxruntime

from protocol import Gap, Job, serve


class Inference(Job):
    def __init__(self, work, threads):
        self.parameters = sum(weight.size for weight in work.weights())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        self.session = onnxruntime.InferenceSession(work.model, options, providers=["CPUExecutionProvider"])
        self.input = {"input": work.inputs(work.examples)}

    def step(self):
        (self.last,) = self.session.run(None, self.input)

    def value(self):
        return float(np.abs(self.last).mean())


def load(kind, work):
    if kind == "train":
        raise Gap("inference only")
    return Inference(work, int(sys.argv[2]))


serve(load)
