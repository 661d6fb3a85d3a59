"""The workloads: what is trained, on how much, by which optimizer, and how many operations that is.

Needs Python's standard library alone; `benches/networks.rs` declares the same networks.
"""

from dataclasses import dataclass, field, replace
from math import prod


@dataclass(frozen=True)
class Product:
    """A product of matrices for one example: `rows` times [inputs] by [inputs, outputs]. A convolution is one, whose
    rows are the places of its result."""

    rows: int
    inputs: int
    outputs: int
    # The gradient with respect to data is nobody's; with respect to all else there is one.
    of_data: bool = False

    def forward(self):
        return 2 * self.rows * self.inputs * self.outputs

    def backward(self):
        return self.forward() * (1 if self.of_data else 2)


def dense(*sizes, of_data=False, rows=1):
    """The products of layers of these sizes, one after the other."""
    pairs = list(zip(sizes, sizes[1:]))
    return [Product(rows, a, b, of_data and place == 0) for place, (a, b) in enumerate(pairs)]


def conv(side, kernel, inputs, outputs, of_data=False):
    return [Product(side * side, kernel * kernel * inputs, outputs, of_data)]


def separable(side, stride, inputs, outputs):
    """A convolution of each channel by itself, then one of each pixel."""
    side //= stride
    return [Product(side * side * inputs, 9, 1)] + conv(side, 1, inputs, outputs)


def resnet20():
    products = conv(32, 3, 3, 16, of_data=True)
    inputs = 16
    for side, outputs in ((32, 16), (16, 32), (8, 64)):
        for block in range(3):
            products += conv(side, 3, inputs, outputs) + conv(side, 3, outputs, outputs)
            if inputs != outputs:
                products += conv(side, 1, inputs, outputs)
            inputs = outputs
    return products + dense(64, 10)


def gpt(time=64, width=128, letters=65, blocks=2):
    # Every place looks at those up to itself: scores, and what they gather.
    attention = 2 * [Product(time * (time + 1) // 2, width, 1)]
    layers = dense(width, 3 * width, rows=time) + dense(width, width, rows=time)
    layers += dense(width, 4 * width, width, rows=time)
    return blocks * (layers + attention) + dense(width, letters, rows=time)


def vit(places=64, width=128, blocks=4):
    # Every place looks at all: scores, and what they gather.
    attention = 2 * [Product(places * places, width, 1)]
    layers = dense(width, 3 * width, rows=places) + dense(width, width, rows=places)
    layers += dense(width, 4 * width, width, rows=places)
    return conv(8, 4, 3, width, of_data=True) + blocks * (layers + attention) + dense(width, 10)


def mobilenet():
    products, side, inputs = conv(32, 3, 3, 32, of_data=True), 32, 32
    for outputs, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
        products += separable(side, stride, inputs, outputs)
        side, inputs = side // stride, outputs
    return products + dense(512, 10)


def unet():
    def convolved(side, inputs, outputs, of_data=False):
        return conv(side, 3, inputs, outputs, of_data) + conv(side, 3, outputs, outputs)

    def joined(side, inputs, outputs):
        # A transposed convolution is a product of each pixel, of which it makes a square.
        return [Product(side * side, inputs, 4 * outputs)] + convolved(2 * side, 2 * outputs, outputs)

    down = convolved(64, 3, 16, of_data=True) + convolved(32, 16, 32) + convolved(16, 32, 64)
    return down + joined(16, 64, 32) + joined(32, 32, 16) + conv(64, 1, 16, 1)


def minilm(places=32, width=384, layers=6):
    # Every place looks at all, and the mean of all is the result.
    attention = 2 * [Product(places * places, width, 1)]
    products = 4 * dense(width, width, rows=places) + dense(width, 4 * width, width, rows=places)
    return layers * (products + attention) + [Product(1, places, width)]


@dataclass(frozen=True)
class Optimizer:
    """Rates are so small that thousands of steps on one batch leave the gradients alive."""

    name: str
    rate: float
    momentum: float = 0.0
    weight_decay: float = 0.0


SGD = Optimizer("sgd", 0.1)
MOMENTUM = Optimizer("sgd", 1e-4, momentum=0.9)
DECAYED = Optimizer("sgd", 1e-4, momentum=0.9, weight_decay=1e-4)
ADAM = Optimizer("adam", 1e-5)


@dataclass(frozen=True)
class Workload:
    name: str
    # One example, images as channels, rows, columns.
    shape: tuple
    batch: int
    optimizer: Optimizer
    parameters: int
    products: list = field(repr=False)
    classes: int = 10
    # Where the targets are numbers instead of classes: the shape of one, and as many outputs.
    target: tuple = ()
    # Whether matrix products multiply numbers of half width, bf16.
    half: bool = False
    # What is trained: the scores, by cross-entropy, or a loss that contains derivatives.
    objective: str = "scores"
    # How often a step goes through the products, counted in forward passes, where that is not forward and backward.
    passes: int = 0

    @property
    def network(self):
        return self.name.removesuffix("_bf16")

    @property
    def width(self):
        return prod(self.shape)

    @property
    def takes_tokens(self):
        return self.network in ("gpt", "minilm")

    def operations(self, kind, examples=1):
        """Multiplications and additions of the products of a step of training, or of an inference of so many examples:
        those of the mathematics, whatever a framework adds or avoids. Everything else is left out."""
        if kind == "infer":
            return examples * sum(product.forward() for product in self.products)
        if self.passes:
            return self.batch * self.passes * sum(product.forward() for product in self.products)
        gradients = 2 if self.objective == "hvp" else 1
        return gradients * self.batch * sum(product.forward() + product.backward() for product in self.products)


FULL = {
    workload.name: workload
    for workload in (
        Workload("xor", (2,), 4, SGD, 33, dense(2, 8, 1, of_data=True), classes=2, target=(1,)),
        Workload("mlp_small", (784,), 64, MOMENTUM, 101_770, dense(784, 128, 10, of_data=True)),
        Workload("mlp", (784,), 128, ADAM, 535_818, dense(784, 512, 256, 10, of_data=True)),
        Workload(
            "lenet5",
            (1, 28, 28),
            64,
            MOMENTUM,
            61_706,
            conv(28, 5, 1, 6, of_data=True) + conv(10, 5, 6, 16) + dense(400, 120, 84, 10),
        ),
        Workload(
            "convnet",
            (1, 28, 28),
            64,
            ADAM,
            1_199_882,
            conv(26, 3, 1, 32, of_data=True) + conv(24, 3, 32, 64) + dense(9216, 128, 10),
        ),
        Workload("resnet20", (3, 32, 32), 32, DECAYED, 272_474, resnet20()),
        Workload(
            "lstm",
            (28, 28),
            64,
            ADAM,
            82_186,
            dense(28, 512, of_data=True, rows=28) + dense(128, 512, rows=28) + dense(128, 10),
        ),
        Workload("gpt", (64,), 16, ADAM, 421_632, gpt(), classes=65),
        Workload("vit", (3, 32, 32), 32, ADAM, 809_098, vit()),
        Workload("mobilenet", (3, 32, 32), 32, MOMENTUM, 543_050, mobilenet()),
        Workload("unet", (3, 64, 64), 8, MOMENTUM, 117_041, unet(), classes=2, target=(1, 64, 64)),
        # The solution, its slopes in reverse mode, the slope's slope in forward mode over both, and all of these back.
        Workload(
            "pinn",
            (2,),
            256,
            ADAM,
            12_737,
            dense(2, 64, 64, 64, 64, 1),
            target=(1,),
            objective="residual",
            passes=12,
        ),
        # Three scores, a slope, and all of these back.
        Workload(
            "penalty",
            (784,),
            64,
            ADAM,
            267_009,
            dense(784, 256, 256, 1),
            target=(784,),
            objective="penalty",
            passes=12,
        ),
        # Products with the Hessian: the gradient, and its derivative along a direction.
        Workload("hvp", (784,), 64, SGD, 101_770, dense(784, 128, 10, of_data=True), objective="hvp"),
        Workload(
            "hvp_conv",
            (1, 28, 28),
            64,
            SGD,
            20_522,
            conv(24, 5, 1, 8, of_data=True) + conv(8, 5, 8, 16) + dense(256, 64, 10),
            objective="hvp",
        ),
        Workload(
            "per_example", (784,), 64, MOMENTUM, 101_770, dense(784, 128, 10, of_data=True), objective="clipped"
        ),
    )
}

# Those that are only asked.
ASKED = {
    workload.name: workload for workload in (Workload("minilm", (32,), 32, SGD, 22_565_376, minilm(), classes=384),)
}

# Those that have a twin of half width.
HALVED = ["mlp", "convnet", "resnet20", "lstm", "gpt"]
HALF = {f"{name}_bf16": replace(FULL[name], name=f"{name}_bf16", half=True) for name in HALVED}
WORKLOADS = FULL | ASKED | HALF

TRAINED = list(FULL | HALF)
INFERRED = ["mlp", "lenet5", "resnet20", "gpt", "vit", "mobilenet", "minilm"]
# How many examples are inferred at once.
EXAMPLES = [1, 8, 32]
