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


def conv_norm(inputs, outputs, kernel, stride, groups=1):
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
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
    def __init__(self, width=128, heads=4, causal=True, gelu="tanh"):
        super().__init__()
        self.heads, self.causal, self.gelu = heads, causal, gelu
        self.attend, self.join = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x):
        batch, time, width = x.shape
        heads = self.attend(self.norm1(x)).view(batch, time, 3, self.heads, width // self.heads)
        queries, keys, values = heads.permute(2, 0, 3, 1, 4).unbind(0)
        attended = F.scaled_dot_product_attention(queries, keys, values, is_causal=self.causal)
        x = x + self.join(attended.transpose(1, 2).reshape(batch, time, width))
        return x + self.narrow(F.gelu(self.widen(self.norm2(x)), approximate=self.gelu))


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


class Vit(nn.Module):
    def __init__(self, width=128, places=64):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 4, 4)
        self.positions = nn.Embedding(places, width)
        self.blocks = nn.Sequential(*[Block(causal=False, gelu="none") for _ in range(4)])
        self.norm = nn.LayerNorm(width)
        self.classify = nn.Linear(width, 10)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2) + self.positions.weight
        return self.classify(self.norm(self.blocks(x)).mean(1))


class SentenceLayer(nn.Module):
    """A layer of BERT, which norms behind its sums."""

    def __init__(self, width=384, heads=12):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.join, self.norm1 = nn.Linear(width, width), nn.LayerNorm(width, eps=1e-12)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm2 = nn.LayerNorm(width, eps=1e-12)

    def forward(self, x):
        batch, time, width = x.shape
        split = lambda layer: layer(x).view(batch, time, self.heads, width // self.heads).transpose(1, 2)
        attended = F.scaled_dot_product_attention(split(self.query), split(self.key), split(self.value))
        x = self.norm1(x + self.join(attended.transpose(1, 2).reshape(batch, time, width)))
        return self.norm2(x + self.narrow(F.gelu(self.widen(x))))


class MiniLm(nn.Module):
    """The mean of all places, of length 1; none of them is padding."""

    def __init__(self, width=384, layers=6):
        super().__init__()
        self.words, self.places, self.types = (nn.Embedding(count, width) for count in (30_522, 512, 2))
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.Sequential(*[SentenceLayer() for _ in range(layers)])

    def forward(self, tokens):
        x = self.words(tokens) + self.places.weight[: tokens.shape[1]] + self.types.weight[0]
        return F.normalize(self.layers(self.norm(x)).mean(1))


def mobilenet():
    layers, inputs = [conv_norm(3, 32, 3, 1), nn.ReLU()], 32
    for outputs, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
        layers += [conv_norm(inputs, inputs, 3, stride, groups=inputs), nn.ReLU()]
        layers += [conv_norm(inputs, outputs, 1, 1), nn.ReLU()]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def convolved(inputs, outputs):
    first, second = nn.Conv2d(inputs, outputs, 3, padding=1), nn.Conv2d(outputs, outputs, 3, padding=1)
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU())


class Joined(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.widen = nn.ConvTranspose2d(inputs, outputs, 2, 2)
        self.convolved = convolved(2 * outputs, outputs)

    def forward(self, coarse, fine):
        return self.convolved(torch.cat([self.widen(coarse), fine], 1))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList([convolved(3, 16), convolved(16, 32), convolved(32, 64)])
        self.up = nn.ModuleList([Joined(64, 32), Joined(32, 16)])
        self.classify = nn.Conv2d(16, 1, 1)

    def forward(self, x):
        fine = self.down[0](x)
        middle = self.down[1](F.max_pool2d(fine, 2))
        coarse = self.down[2](F.max_pool2d(middle, 2))
        return self.classify(self.up[1](self.up[0](coarse, middle), fine))


def tanh_perceptron(*sizes):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.Tanh()]
    return nn.Sequential(*layers[:-1])


def critic():
    return nn.Sequential(
        *[nn.Linear(784, 256), nn.LeakyReLU(0.2)], *[nn.Linear(256, 256), nn.LeakyReLU(0.2)], nn.Linear(256, 1)
    )


def curved_conv():
    return nn.Sequential(
        *[nn.Conv2d(1, 8, 5), nn.Tanh(), nn.MaxPool2d(2)],
        *[nn.Conv2d(8, 16, 5), nn.Tanh(), nn.MaxPool2d(2)],
        nn.Flatten(),
        *tanh_perceptron(256, 64, 10),
    )


NETWORKS = dict(
    xor=lambda: nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)),
    mlp_small=lambda: perceptron(784, 128, 10),
    mlp=lambda: perceptron(784, 512, 256, 10),
    lenet5=lenet5,
    convnet=convnet,
    resnet20=resnet20,
    lstm=Rows,
    gpt=Gpt,
    vit=Vit,
    mobilenet=mobilenet,
    minilm=MiniLm,
    unet=UNet,
    pinn=lambda: tanh_perceptron(2, 64, 64, 64, 64, 1),
    penalty=critic,
    per_example=lambda: perceptron(784, 128, 10),
    hvp=lambda: tanh_perceptron(784, 128, 10),
    hvp_conv=curved_conv,
)


def slope(y, x):
    """The gradient of each example's number, itself differentiable."""
    return torch.autograd.grad(y.sum(), x, create_graph=True)[0]


def residual(network, place, source):
    place = place.detach().requires_grad_()
    u = network(place)
    slopes = slope(u, place)
    curvature = slope(slopes[:, 0], place)[:, :1]
    return (slopes[:, 1:] + u * slopes[:, :1] - 0.01 * curvature - source).square().mean()


def penalty(network, real, fake):
    between = (0.5 * (real + fake)).requires_grad_()
    lengths = slope(network(between), between).norm(dim=1)
    return (network(fake) - network(real)).mean() + 10 * (lengths - 1).square().mean()


def clipped(network, images, digits):
    parameters = {name: value.detach() for name, value in network.named_parameters()}

    def loss(parameters, image, digit):
        scores = torch.func.functional_call(network, parameters, image[None])
        return F.cross_entropy(scores, digit[None])

    gradients = torch.func.vmap(torch.func.grad(loss), (None, 0, 0))(parameters, images, digits)
    lengths = torch.stack([gradient.flatten(1).square().sum(1) for gradient in gradients.values()]).sum(0).sqrt()
    losses = F.cross_entropy(network(images), digits, reduction="none")
    return (losses * (1 / lengths).clamp(max=1).detach()).mean()


# Losses that contain derivatives: of a network, inputs and targets.
OBJECTIVES = dict(residual=residual, penalty=penalty, clipped=clipped)


def network(work):
    """The network of a workload, with the weights that ours wrote."""
    network = NETWORKS[work.workload.network]()
    with torch.no_grad():
        for parameter, weight in zip(network.parameters(), work.weights(), strict=True):
            if parameter.shape != weight.shape:
                raise ValueError(f"a weight of shape {weight.shape} for {tuple(parameter.shape)}")
            parameter.copy_(torch.from_numpy(weight))
    return network
