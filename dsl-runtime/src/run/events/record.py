"""Records what TensorBoard's own code writes: `python record.py > recorded.bin`, with `pip install tensorboard`.

A version, the begin of a session, two numbers, a text and a histogram, at times and steps that the test knows.
"""

import struct
import sys

from tensorboard.compat.proto import event_pb2, histogram_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c


def record(event):
    data = event.SerializeToString(deterministic=True)
    length = struct.pack("<Q", len(data))
    for part in (length, struct.pack("<I", masked_crc32c(length)), data, struct.pack("<I", masked_crc32c(data))):
        sys.stdout.buffer.write(part)


def value(step, *values):
    record(event_pb2.Event(wall_time=1.5e9 + step, step=step, summary=summary_pb2.Summary(value=values)))


Value = summary_pb2.Summary.Value
record(event_pb2.Event(wall_time=1.5e9, file_version="brain.Event:2"))
record(
    event_pb2.Event(
        wall_time=1.5e9 + 7, step=7, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    )
)
value(300, Value(tag="loss/step", simple_value=0.25), Value(tag="gradient norm", simple_value=0.0))
value(
    301,
    Value(
        tag="configuration",
        tensor=tensor_pb2.TensorProto(
            dtype=types_pb2.DT_STRING,
            tensor_shape=tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)]),
            string_val=["| ä | b |".encode()],
        ),
        metadata=summary_pb2.SummaryMetadata(
            plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text")
        ),
    ),
)
value(
    302,
    Value(
        tag="parameters/bias",
        histo=histogram_pb2.HistogramProto(
            min=0.5, max=0.5, num=4, sum=2, sum_squares=1, bucket_limit=[0.5], bucket=[4]
        ),
    ),
)
