"""Writes recorded.txt: what SciPy's minimisers find, and with how many evaluations.

    python record.py > recorded.txt

A line `data NAME NUMBERS…` holds numbers that a problem is made of. A line

    minimum METHOD PROBLEM VALUE VALUES GRADIENTS PRODUCTS PARAMETERS…

holds a result: the minimal value, the numbers of evaluations of the value, of the gradient (for least squares: of the
Jacobian) and of products by the Hessian, and the parameters at the minimum. The Jacobian at the solution of
`least_squares(method="lm")`, which SciPy evaluates and does not count, is counted.
"""

import numpy as np
import scipy
from scipy.optimize import least_squares, minimize, rosen, rosen_der, rosen_hess_prod

# The tolerances of the tests; `trust-ncg` takes the Euclidean norm of the gradient, `L-BFGS-B` the largest element.
LBFGS = dict(maxcor=10, gtol=1e-5, ftol=1e-12, maxls=20)
NEWTON = dict(gtol=1e-6, initial_trust_radius=1.0, max_trust_radius=1e10)
SQUARES = dict(method="lm", ftol=1e-8, xtol=1e-8, gtol=1e-8)


def numbers(values):
    return " ".join(repr(float(value)) for value in np.ravel(values))


def data(name, values):
    print("data", name, numbers(values))


def minimum(method, problem, value, counts, at):
    print("minimum", method, problem, repr(float(value)), *counts, numbers(at))


def beale(x):
    r = beale_residuals(x)
    return r @ r


def beale_residuals(x):
    return np.array([1.5, 2.25, 2.625]) - x[0] + x[0] * x[1] ** np.array([1, 2, 3])


def beale_jacobian(x):
    k = np.array([1, 2, 3])
    return np.stack([x[1] ** k - 1, x[0] * k * x[1] ** (k - 1)], axis=1)


def beale_gradient(x):
    return 2 * beale_jacobian(x).T @ beale_residuals(x)


def beale_product(x, v):
    k = np.array([1, 2, 3])
    r, j = beale_residuals(x), beale_jacobian(x)
    mixed = r @ (k * x[1] ** (k - 1))
    last = r[1:] @ (x[0] * k[1:] * (k[1:] - 1) * x[1] ** (k[1:] - 2))
    second = np.array([[0, mixed], [mixed, last]])
    return 2 * (j.T @ (j @ v) + second @ v)


# A quadratic with a condition number of a million.
WEIGHTS = 10.0 ** np.linspace(-3, 3, 10)


def quadratic(x):
    return 0.5 * np.sum(WEIGHTS * (x - 1) ** 2)


def quadratic_gradient(x):
    return WEIGHTS * (x - 1)


def quadratic_product(x, v):
    return WEIGHTS * v


# Wells at about ±1 in each direction, coupled; the Hessian at the start has negative eigenvalues only.
def wells(x):
    return np.sum(x**4 / 4 - x**2 / 2) + 0.1 * np.sum(x[1:] * x[:-1])


def neighbours(x):
    return np.append(x[1:], 0) + np.append(0, x[:-1])


def wells_gradient(x):
    return x**3 - x + 0.1 * neighbours(x)


def wells_product(x, v):
    return (3 * x**2 - 1) * v + 0.1 * neighbours(v)


# Logistic regression of overlapping classes, with a penalty of 0.005 ‖w‖².
RNG = np.random.default_rng(7)
FEATURES = np.round(RNG.normal(size=(40, 5)) * [1, 1, 3, 0.3, 1], 3)
FEATURES[:, 4] = 1
LABELS = (FEATURES @ [1, -2, 0.5, 1, 0.3] + RNG.logistic(size=40) > 0).astype(float)


def logistic(w):
    z = FEATURES @ w
    return np.mean(np.logaddexp(0, z) - LABELS * z) + 0.005 * w @ w


def logistic_gradient(w):
    p = 1 / (1 + np.exp(-FEATURES @ w))
    return FEATURES.T @ (p - LABELS) / 40 + 0.01 * w


def logistic_product(w, v):
    p = 1 / (1 + np.exp(-FEATURES @ w))
    return FEATURES.T @ (p * (1 - p) * (FEATURES @ v)) / 40 + 0.01 * v


# Softmax regression, the network of the tests: weight [3, 2], then bias [3]; overlapping classes.
CLASSES = np.arange(30) % 3
POINTS = np.round(np.array([[1, 0], [-0.5, 1], [-0.5, -1]])[CLASSES] + RNG.normal(size=(30, 2)), 3)


def softmax(w):
    z = POINTS @ w[:6].reshape(3, 2).T + w[6:]
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def network(w):
    return -np.mean(softmax(w)[np.arange(30), CLASSES])


def network_gradient(w):
    d = np.exp(softmax(w))
    d[np.arange(30), CLASSES] -= 1
    return np.append((d.T @ POINTS).ravel(), d.sum(axis=0)) / 30


SMOOTH = {
    "rosenbrock2": (rosen, rosen_der, rosen_hess_prod, [-1.2, 1]),
    "rosenbrock10": (rosen, rosen_der, rosen_hess_prod, [1.3, 0.7, 0.8, 1.9, 1.2] * 2),
    "beale": (beale, beale_gradient, beale_product, [1, 1]),
    "quadratic": (quadratic, quadratic_gradient, quadratic_product, [0] * 10),
    "wells": (wells, wells_gradient, wells_product, [0.1, -0.2, 0.3, -0.1]),
    "logistic": (logistic, logistic_gradient, logistic_product, [0] * 5),
}

# Nonlinear least squares.
TIMES = 0.5 * np.arange(12)
DECAY = np.round(2.5 * np.exp(-0.7 * TIMES) + 0.5 + 0.05 * np.sin(3.0 * np.arange(12)), 4)
# Bard 1970.
BARD = np.array([0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39])
# Misra1a of the Statistical Reference Datasets of NIST.
VOLUME = np.array([10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.4, 75.47, 81.78])
PRESSURE = np.array([77.6, 114.9, 141.1, 190.8, 239.9, 289, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760])


def valley(x):
    return np.array([10 * (x[1] - x[0] ** 2), 1 - x[0]])


def valley_jacobian(x):
    return np.array([[-20 * x[0], 10], [-1, 0]])


def decay(x):
    return x[0] * np.exp(-x[1] * TIMES) + x[2] - DECAY


def decay_jacobian(x):
    e = np.exp(-x[1] * TIMES)
    return np.stack([e, -x[0] * TIMES * e, np.ones(12)], axis=1)


def powell(x):
    a, b, c, d = x
    return np.array([a + 10 * b, 5**0.5 * (c - d), (b - 2 * c) ** 2, 10**0.5 * (a - d) ** 2])


def powell_jacobian(x):
    a, b, c, d = x
    p, q = 2 * (b - 2 * c), 2 * 10**0.5 * (a - d)
    return np.array([[1, 10, 0, 0], [0, 0, 5**0.5, -(5**0.5)], [0, p, -2 * p, 0], [q, 0, 0, -q]])


def helix(x):
    turn = np.arctan2(x[1], x[0]) / (2 * np.pi)
    return np.array([10 * (x[2] - 10 * turn), 10 * (np.hypot(x[0], x[1]) - 1), x[2]])


def helix_jacobian(x):
    square = x[0] ** 2 + x[1] ** 2
    r, k = square**0.5, 50 / np.pi / square
    return np.array([[k * x[1], -k * x[0], 10], [10 * x[0] / r, 10 * x[1] / r, 0], [0, 0, 1]])


def bard(x):
    u = np.arange(1.0, 16)
    return BARD - (x[0] + u / (x[1] * (16 - u) + x[2] * np.minimum(u, 16 - u)))


def bard_jacobian(x):
    u = np.arange(1.0, 16)
    v, w = 16 - u, np.minimum(u, 16 - u)
    square = (x[1] * v + x[2] * w) ** 2
    return np.stack([-np.ones(15), u * v / square, u * w / square], axis=1)


def misra(x):
    return x[0] * (1 - np.exp(-x[1] * PRESSURE)) - VOLUME


def misra_jacobian(x):
    e = np.exp(-x[1] * PRESSURE)
    return np.stack([1 - e, x[0] * PRESSURE * e], axis=1)


LEAST_SQUARES = {
    "valley": (valley, valley_jacobian, [-1.2, 1]),
    "decay": (decay, decay_jacobian, [1, 1, 0]),
    "powell": (powell, powell_jacobian, [3, -1, 0, 1]),
    "helix": (helix, helix_jacobian, [-1, 0, 0]),
    "bard": (bard, bard_jacobian, [1, 1, 1]),
    "misra_far": (misra, misra_jacobian, [500, 1e-4]),
    "misra_near": (misra, misra_jacobian, [250, 5e-4]),
}

print(f"# SciPy {scipy.__version__}, NumPy {np.__version__}; written by record.py.")
data("logistic_features", FEATURES)
data("logistic_labels", LABELS)
data("points", POINTS)
data("decay", DECAY)
for name, (value, gradient, product, start) in SMOOTH.items():
    start = np.array(start, float)
    found = minimize(value, start, jac=gradient, method="L-BFGS-B", options=LBFGS)
    minimum("lbfgs", name, found.fun, (found.nfev, found.njev, 0), found.x)
    found = minimize(value, start, jac=gradient, hessp=product, method="trust-ncg", options=NEWTON)
    minimum("newton_cg", name, found.fun, (found.nfev, found.njev, found.nhev), found.x)
found = minimize(network, np.zeros(9), jac=network_gradient, method="L-BFGS-B", options=LBFGS)
minimum("lbfgs", "network", found.fun, (found.nfev, found.njev, 0), found.x)
for name, (residuals, jacobian, start) in LEAST_SQUARES.items():
    found = least_squares(residuals, np.array(start, float), jacobian, **SQUARES)
    minimum("levenberg_marquardt", name, found.cost, (found.nfev, found.njev + 1, 0), found.x)
