"""The networks of the workloads, in PyTorch. Parameters are in the order of ours."""

import torch
import torch.nn.functional as F
from torch import nn


def perceptron(*sizes):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def lenet5():
    return nn.Sequential(
        *[nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)],
        nn.Flatten(),
        *perceptron(400, 120, 84, 10),
    )


def convnet():
    return nn.Sequential(
        *[nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)],
        nn.Flatten(),
        *perceptron(9216, 128, 10),
    )


def conv_norm(inputs, outputs, kernel, stride):
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs))


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = conv_norm(inputs, outputs, 3, stride)
        self.second = conv_norm(outputs, outputs, 3, 1)
        self.skip = nn.Identity() if stride == 1 else conv_norm(inputs, outputs, 1, stride)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.skip(x))


def resnet20():
    layers, inputs = [conv_norm(3, 16, 3, 1), nn.ReLU()], 16
    for outputs, stride in ((16, 1), (32, 2), (64, 2)):
        for stride in (stride, 1, 1):
            layers.append(Residual(inputs, outputs, stride))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class Rows(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.LSTM(28, 128, batch_first=True)
        self.classify = nn.Linear(128, 10)

    def forward(self, x):
        states, _ = self.layer(x)
        return self.classify(states[:, -1])


class Block(nn.Module):
    def __init__(self, width=128, heads=4):
        super().__init__()
        self.heads = heads
        self.attend, self.join = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x):
        batch, time, width = x.shape
        heads = self.attend(self.norm1(x)).view(batch, time, 3, self.heads, width // self.heads)
        queries, keys, values = heads.permute(2, 0, 3, 1, 4).unbind(0)
        attended = F.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        x = x + self.join(attended.transpose(1, 2).reshape(batch, time, width))
        return x + self.narrow(F.gelu(self.widen(self.norm2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, letters=65, time=64, width=128):
        super().__init__()
        self.letters = nn.Embedding(letters, width)
        self.positions = nn.Embedding(time, width)
        self.blocks = nn.Sequential(Block(), Block())
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, letters, bias=False)

    def forward(self, letters):
        return self.head(self.norm(self.blocks(self.letters(letters) + self.positions.weight)))


NETWORKS = dict(
    xor=lambda: nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)),
    mlp_small=lambda: perceptron(784, 128, 10),
    mlp=lambda: perceptron(784, 512, 256, 10),
    lenet5=lenet5,
    convnet=convnet,
    resnet20=resnet20,
    lstm=Rows,
    gpt=Gpt,
)


def network(work):
    """The network of a workload, with the weights that ours wrote."""
    network = NETWORKS[work.workload.name]()
    with torch.no_grad():
        for parameter, weight in zip(network.parameters(), work.weights(), strict=True):
            if parameter.shape != weight.shape:
                raise ValueError(f"a weight of shape {weight.shape} for {tuple(parameter.shape)}")
            parameter.copy_(torch.from_numpy(weight))
    return network
