"""Records what JAX makes of derivatives written in the language: jvp, vjp, hvp, jacobian, hessian and higher ones.

    python record_derivatives.py        # writes derivatives.txt beside this file, and ../derivatives/recorded_networks.rs

Every case is a function twice: as text of the language, and in JAX. A case is four lines of the file: its name; arguments,
result and body; the numbers of the arguments, one list each; what JAX computes in float64. The same functions are the entry
points of one declaration, so that what they are compiled to can be held against the numbers, in both precisions.
"""

import pathlib
import re
import subprocess

import jax
import jax.numpy as jnp
import numpy as np
from jax import grad, hessian, jacfwd, jacrev, jvp, vjp

from record import uniform

jax.config.update("jax_enable_x64", True)

HERE = pathlib.Path(__file__).parent


def hvp(f, x, v):
    return jvp(grad(f), (x,), (v,))[1]


def derivative(f):
    return lambda x, v: jvp(f, (x,), (v,))[1]


def product(f):
    return lambda x, w: vjp(f, x)[1](w)[0]


def rosenbrock(x):
    return jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def perceptron(x, w, u):
    return u @ jnp.tanh(w @ x)


def normalised(x):
    return (x - x.mean()) / jnp.sqrt(x.var() + 1e-5)


def attention(x):
    return jax.nn.softmax(x @ x.T / jnp.sqrt(2.0), axis=-1) @ x


def recurrent(x, w):
    def step(h, x):
        return jnp.tanh(w @ h + x), None

    return jnp.sum(jax.lax.scan(step, jnp.zeros(2), x)[0] ** 2)


def filtered(x):
    return jnp.convolve(x, jnp.array([0.5, -1.0, 0.25]), mode="valid")


def energy(x):
    return 0.5 * (x[2] ** 2 + x[3] ** 2) - 1 / jnp.sqrt(x[0] ** 2 + x[1] ** 2)


ROSENBROCK = "let (a, b) = (x.slice(0, 0, 3), x.slice(0, 1, 4)); let y = (100.0 * (b - a.square()).square() + (1.0 - a).square()).sum();"
PERCEPTRON = "let y = u.matmul(w.matmul(x).tanh());"
ATTENTION = "let y = (x.matmul(x.t()) / 2.0.sqrt()).softmax().matmul(x);"
RECURRENT = "let mut h = zeros([2]); for t in 0..5 { h = (w.matmul(h) + x.at(t)).tanh(); } let y = h.square().sum();"
ENERGY = (
    "let y = 0.5 * (x.at(2).square() + x.at(3).square()) - 1.0 / (x.at(0).square() + x.at(1).square()).sqrt();"
)

# Name, arguments with their shapes, result, body, the function in JAX.
CASES = [
    ("sine times exponential, gradient", {"x": [4]}, [4], "(x.sin() * x.exp()).sum().grad(x)",
     grad(lambda x: jnp.sum(jnp.sin(x) * jnp.exp(x)))),
    ("third derivative", {"x": []}, [], "(x.sin() * x.exp()).grad(x).grad(x).grad(x)",
     grad(grad(grad(lambda x: jnp.sin(x) * jnp.exp(x))))),
    ("fourth derivative of a logistic function", {"x": []}, [], "x.sigmoid().grad(x).grad(x).grad(x).grad(x)",
     grad(grad(grad(grad(jax.nn.sigmoid))))),
    ("Rosenbrock, gradient", {"x": [4]}, [4], f"{ROSENBROCK} y.grad(x)", grad(rosenbrock)),
    ("Rosenbrock, Hessian", {"x": [4]}, [4, 4], f"{ROSENBROCK} y.hessian(x)", hessian(rosenbrock)),
    ("Rosenbrock, Hessian-vector product", {"x": [4], "v": [4]}, [4], f"{ROSENBROCK} y.grad(x).jvp(x, v)",
     lambda x, v: hvp(rosenbrock, x, v)),
    ("Rosenbrock, Laplacian", {"x": [4]}, [], f"{ROSENBROCK} y.laplacian(x)", lambda x: jnp.trace(hessian(rosenbrock)(x))),
    ("log-sum-exp, Hessian", {"x": [5]}, [5, 5], "x.exp().sum().log().hessian(x)", hessian(jax.nn.logsumexp)),
    ("softmax, Jacobian", {"x": [5]}, [5, 5], "x.softmax().jacobian(x)", jacrev(jax.nn.softmax)),
    ("softmax, jvp", {"x": [5], "v": [5]}, [5], "x.softmax().jvp(x, v)", derivative(jax.nn.softmax)),
    ("log-softmax, vjp", {"x": [5], "w": [5]}, [5], "x.log_softmax().vjp(x, w)", product(jax.nn.log_softmax)),
    ("perceptron, Jacobian", {"x": [3], "w": [4, 3], "u": [2, 4]}, [2, 3], f"{PERCEPTRON} y.jacobian(x)", jacrev(perceptron)),
    ("perceptron, Jacobian by a matrix", {"x": [3], "w": [4, 3], "u": [2, 4]}, [2, 4, 3], f"{PERCEPTRON} y.jacobian(w)",
     jacfwd(perceptron, argnums=1)),
    ("perceptron, Hessian", {"x": [3], "w": [4, 3], "u": [2, 4]}, [3, 3], f"{PERCEPTRON} y.square().sum().hessian(x)",
     hessian(lambda x, w, u: jnp.sum(perceptron(x, w, u) ** 2))),
    ("perceptron, mixed second derivative", {"x": [3], "w": [4, 3], "u": [2, 4]}, [3, 4, 3],
     f"{PERCEPTRON} y.square().sum().grad(x).jacobian(w)",
     jacfwd(grad(lambda x, w, u: jnp.sum(perceptron(x, w, u) ** 2)), argnums=1)),
    ("normalisation, Jacobian", {"x": [6]}, [6, 6], "x.standardise(epsilon = 1e-5).jacobian(x)", jacfwd(normalised)),
    ("normalisation, second derivative along a direction", {"x": [6], "v": [6]}, [6],
     "let y = x.standardise(epsilon = 1e-5); y.jvp(x, v).jvp(x, v)",
     lambda x, v: derivative(lambda x: derivative(normalised)(x, v))(x, v)),
    ("attention, jvp", {"x": [3, 2], "v": [3, 2]}, [3, 2], f"{ATTENTION} y.jvp(x, v)", derivative(attention)),
    ("attention, vjp", {"x": [3, 2], "w": [3, 2]}, [3, 2], f"{ATTENTION} y.vjp(x, w)", product(attention)),
    ("attention, Hessian-vector product", {"x": [3, 2], "v": [3, 2]}, [3, 2], f"{ATTENTION} y.square().sum().grad(x).jvp(x, v)",
     lambda x, v: hvp(lambda x: jnp.sum(attention(x) ** 2), x, v)),
    ("recurrence, gradient", {"x": [5, 2], "w": [2, 2]}, [5, 2], f"{RECURRENT} y.grad(x)", grad(recurrent)),
    ("recurrence, gradient by its matrix", {"x": [5, 2], "w": [2, 2]}, [2, 2], f"{RECURRENT} y.grad(w)", grad(recurrent, argnums=1)),
    ("recurrence, Hessian by its matrix", {"x": [5, 2], "w": [2, 2]}, [2, 2, 2, 2], f"{RECURRENT} y.hessian(w)",
     hessian(recurrent, argnums=1)),
    ("recurrence, Hessian-vector product", {"x": [5, 2], "w": [2, 2], "v": [2, 2]}, [2, 2], f"{RECURRENT} y.grad(w).jvp(w, v)",
     lambda x, w, v: hvp(lambda w: recurrent(x, w), w, v)),
    ("filter, gradient of its energy", {"x": [6]}, [6],
     "let y = 0.25 * x.slice(0, 0, 4) - x.slice(0, 1, 5) + 0.5 * x.slice(0, 2, 6); y.square().sum().grad(x)",
     grad(lambda x: jnp.sum(filtered(x) ** 2))),
    ("two-body energy, Hessian", {"x": [4]}, [4, 4], f"{ENERGY} y.hessian(x)", hessian(energy)),
    ("Gaussian, Laplacian", {"x": [3]}, [], "(-0.5 * x.square().sum()).exp().laplacian(x)",
     lambda x: jnp.trace(hessian(lambda x: jnp.exp(-0.5 * jnp.sum(x**2)))(x))),
    ("field, divergence", {"x": [3]}, [], "(x.sin() * x.square().sum()).divergence(x)",
     lambda x: jnp.trace(jacfwd(lambda x: jnp.sin(x) * jnp.sum(x**2))(x))),
    ("error function, second derivative", {"x": [4]}, [4], "x.erf().jvp(x, ones([4])).jvp(x, ones([4]))",
     lambda x: jax.vmap(grad(grad(jax.scipy.special.erf)))(x)),
    ("norm of a gradient, gradient", {"x": [4]}, [4], "let slope = (x.sin() * x.square()).sum().grad(x); slope.norm().grad(x)",
     grad(lambda x: jnp.linalg.norm(grad(lambda x: jnp.sum(jnp.sin(x) * x**2))(x)))),
    ("cumulative sum, Jacobian", {"x": [4]}, [4, 4], "x.exp().cumsum().jacobian(x)", jacrev(lambda x: jnp.cumsum(jnp.exp(x)))),
]


def listed(values) -> str:
    return " ".join(repr(float(value)) for value in np.asarray(values).ravel())


def tensor(shape) -> str:
    return "Tensor<" + ", ".join(map(str, shape)) + ">" if shape else "Tensor<1>"


def identifier(name: str) -> str:
    return re.sub("[^a-z]+", "_", name.lower()).strip("_")


def entry(name: str, declared: str, result: str, body: str) -> list[str]:
    statements = body.replace("; ", ";\n").split("\n")
    return [f"    pub fn {identifier(name)}(&self, {declared}) -> {result} {{", *statements, "    }", ""]


def module(entries: list[str], calls: list[str]) -> str:
    """Source of the declaration, and of a list of its entry points."""
    lines = [
        "//! Written by `../recorded/record_derivatives.py`: every function of `derivatives.txt` as an entry point.",
        "",
        "use dsl_runtime::prelude::*;",
        "",
        "use super::recorded::{Call, call};",
        "",
        "network! {",
        "    /// The functions whose derivatives JAX has recorded.",
        "    pub struct Recorded;",
        "",
        *entries[:-1],
        "}",
        "",
        "/// Every entry point, in the order of the file.",
        f"pub fn calls<T: Real>() -> [Call<T>; {len(calls)}] {{",
        "[",
        *calls,
        "]",
        "}",
    ]
    return "\n".join(lines) + "\n"


def formatted(source: str) -> str:
    """As rustfmt lays it out, for which the declaration has to look like a module."""
    rustfmt = ["rustfmt", "--edition", "2024", "--config", "max_width=110"]
    source = source.replace("network! {", "mod network {", 1)
    laid_out = subprocess.run(rustfmt, input=source, capture_output=True, check=True, text=True).stdout
    return laid_out.replace("mod network {", "network! {", 1)


def main() -> None:
    lines = [f"# jax {jax.__version__}"]
    entries, calls = [], []
    for seed, (name, arguments, result, body, function) in enumerate(CASES):
        values = [0.25 + uniform(300 + 10 * seed + place, shape) for place, shape in enumerate(arguments.values())]
        found = np.asarray(function(*map(jnp.asarray, values)))
        assert list(found.shape) == result, f"{name}: {found.shape}"
        assert np.isfinite(found).all() and np.abs(found).max() > 1e-6, name
        # A scalar argument is taken out of a vector, a scalar result put into one: those would be averaged.
        scalars = "".join(f"let {argument} = {argument}.at(0); " for argument, shape in arguments.items() if not shape)
        wrapped = f"{scalars}let z = {{ {body} }}; z.reshape([1])" if not result else f"{scalars}{body}"
        declared = ", ".join(f"{argument}: {tensor(shape)}" for argument, shape in arguments.items())
        entries += entry(name, declared, tensor(result), wrapped)
        calls.append(f"call!({identifier(name)}, {' '.join(arguments)}),")
        lines += [f"# {name}", f"{declared} | {tensor(result)} | {wrapped}"]
        lines += ["; ".join(map(listed, values)), listed(found)]
    (HERE / "derivatives.txt").write_text("\n".join(lines) + "\n")
    (HERE / "../derivatives/recorded_networks.rs").write_text(formatted(module(entries, calls)))
    print(f"{len(CASES)} cases")


if __name__ == "__main__":
    main()
