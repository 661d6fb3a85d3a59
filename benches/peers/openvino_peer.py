"""OpenVINO on the CPU: inference of the models that PyTorch exported.

Run as a process: openvino_peer.py FOLDER THREADS
"""

import sys

import numpy as np
import openvino
from openvino import properties
from openvino.properties import hint

from protocol import Gap, Job, serve


def settings(threads):
    return {
        properties.inference_num_threads: threads,
        properties.num_streams: 1,
        hint.performance_mode: hint.PerformanceMode.LATENCY,
        # Else it is bf16 where the machine multiplies such.
        hint.inference_precision: openvino.Type.f32,
    }


class Inference(Job):
    def __init__(self, work, threads):
        self.parameters = sum(weight.size for weight in work.weights())
        model = openvino.Core().compile_model(work.model, "CPU", settings(threads))
        if model.get_property(hint.inference_precision) != openvino.Type.f32:
            raise Gap("not in f32")
        self.request = model.create_infer_request()
        # Given once: both live in its memory.
        self.request.set_input_tensor(openvino.Tensor(work.inputs(work.examples)))

    def step(self):
        self.request.infer()

    def value(self):
        return float(np.abs(self.request.get_output_tensor().data).mean())


def load(kind, work):
    if kind == "train":
        raise Gap("inference only")
    return Inference(work, int(sys.argv[2]))


serve(load)
