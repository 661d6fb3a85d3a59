"""Trains a small network on the digits 0 to 4 and saves it as PyTorch does: `digits.safetensors`, beside this file.

Needs torch and safetensors: `pip install -r ../recorded/requirements.txt`.
"""

import gzip
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

DATA = pathlib.Path(__file__).parent / "../../data/mnist-small"


def read(name, header):
    """The bytes of an IDX file, without the header."""
    with gzip.open(DATA / name) as file:
        return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        )
        self.classifier = nn.Linear(16 * 7 * 7, 5)

    def forward(self, image):
        return self.classifier(self.features(image).flatten(1))


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    images = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28) / 255
    labels = read("train-labels-idx1-ubyte.gz", 8).long()
    images, labels = images[labels < 5], labels[labels < 5]
    model = Digits()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(5):
        total = 0.0
        for batch in torch.randperm(len(labels)).split(32):
            loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        print(f"epoch {epoch + 1}: loss {total / len(labels):.4f}")
    save_file(model.state_dict(), pathlib.Path(__file__).parent / "digits.safetensors")


if __name__ == "__main__":
    main()
