// Activations: functions of one number, applied to every element. None overflows into NaN, however large its input: at ±∞
// each is its limit, and so is its derivative; `gelu`, whose few instructions count, and `glu` make 0 · ∞ there as in PyTorch.
// Where two pieces meet the derivative is PyTorch's, which is said.

/// `x` where positive, else `slope · x` (Maas et al., 2013); its derivative at 0 is `slope`.
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.leaky_relu() }
/// [-1.0, 0.0, 2.0]
/// ```
fn leaky_relu(x: Tensor<..>, slope: f64 = 0.01) -> Tensor<..> {
    x.greater(0.0).select(x, slope * x)
}

/// `leaky_relu` with a trained slope (He et al., 2015): `weight` [1], shared by all elements; its derivative at 0 is the slope.
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.prelu() }
/// [-1.0, 0.0, 2.0]
/// ```
fn prelu(x: Tensor<..>, init: Initializer = constant(0.25)) -> Tensor<..> {
    let weight = param([1], init);
    x.greater(0.0).select(x, x * weight.reshape([]))
}

/// `x` between 0 and 6 (Krizhevsky, 2010); its derivative at both ends is 0.
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.relu6() }
/// [-1.0, 0.0, 2.0]
/// ```
fn relu6(x: Tensor<..>) -> Tensor<..> {
    x.clamp(0.0, 6.0)
}

/// Exponential linear unit, `x` where positive, else `alpha · (eˣ − 1)` (Clevert et al., 2015); its derivative at 0 is `alpha`.
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.elu() }
/// [-1.0, 0.0, 2.0]
/// ```
fn elu(x: Tensor<..>, alpha: f64 = 1.0) -> Tensor<..> {
    let positive = x.greater(0.0);
    // The exponential is taken of what is not positive alone: elsewhere it might overflow.
    positive.select(x, alpha * (positive.select(0.0, x).exp() - 1.0))
}

/// `elu` scaled so that a deep network keeps mean 0 and variance 1 (Klambauer et al., 2017).
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.selu() }
/// [-1.0, 0.0, 2.0]
/// ```
fn selu(x: Tensor<..>) -> Tensor<..> {
    1.0507009873554805 * x.elu(alpha = 1.6732632423543772)
}

/// Gaussian error linear unit, `x · Φ(x) = x/2 · (1 + erf(x/√2))` (Hendrycks and Gimpel, 2016).
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.gelu() }
/// [-1.0, 0.0, 2.0]
/// ```
fn gelu(x: Tensor<..>) -> Tensor<..> {
    0.5 * x * (1.0 + erf(x / sqrt(2.0)))
}

/// `gelu` by `x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))` (Hendrycks and Gimpel, 2016), as GPT-2 has it.
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.gelu_tanh() }
/// [-1.0, 0.0, 2.0]
/// ```
#[doc(alias = "NewGELU")]
fn gelu_tanh(x: Tensor<..>) -> Tensor<..> {
    // Beyond 10 the hyperbolic tangent is 1 to the last bit, and the cube might overflow; below, the product is 0.
    let low = x.less(-10.0).select(-10.0, x);
    let z = low.greater(10.0).select(10.0, low);
    0.5 * low * (1.0 + tanh(0.7978845608028654 * (z + 0.044715 * z * z * z)))
}

/// Sigmoid linear unit or swish, `x · σ(x)` (Elfwing et al., 2017).
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.silu() }
/// [-1.0, 0.0, 2.0]
/// ```
#[doc(alias = "swish")]
fn silu(x: Tensor<..>) -> Tensor<..> {
    // Beyond 1000 the sigmoid is 0 or 1 to the last bit: an infinite factor would make 0 · ∞ of what is 0.
    let low = x.less(-1000.0).select(-1000.0, x);
    low * low.greater(1000.0).select(1000.0, low).sigmoid()
}

/// `x · tanh(log(1 + eˣ))` (Misra, 2019).
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.mish() }
/// [-1.0, 0.0, 2.0]
/// ```
fn mish(x: Tensor<..>) -> Tensor<..> {
    // As in `silu`.
    let low = x.less(-1000.0).select(-1000.0, x);
    low * low.greater(1000.0).select(1000.0, low).softplus().tanh()
}

/// `log σ(x)`, computed as `−log(1 + e⁻ˣ)` without overflow.
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.log_sigmoid() }
/// [-1.0, 0.0, 2.0]
/// ```
fn log_sigmoid(x: Tensor<..>) -> Tensor<..> {
    -softplus(-x)
}

/// `x / (1 + |x|)` (Turian et al., 2009).
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.softsign() }
/// [-1.0, 0.0, 2.0]
/// ```
fn softsign(x: Tensor<..>) -> Tensor<..> {
    // So far out it is ±1 to the last bit, and ∞ / ∞ would be no number.
    let z = x.clamp(-1e30, 1e30);
    z / (1.0 + z.abs())
}

/// The sigmoid in three straight pieces, `x/6 + 1/2` between 0 and 1 (Courbariaux et al., 2015, with PyTorch's slope); its
/// derivative at ±3 is 0.
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.hard_sigmoid() }
/// [-1.0, 0.0, 2.0]
/// ```
fn hard_sigmoid(x: Tensor<..>) -> Tensor<..> {
    x.clamp(-3.0, 3.0) / 6.0 + 0.5
}

/// `x · hard_sigmoid(x)` (Howard et al., 2019): 0 up to −3, `x` from 3 on; its derivative there is that of these pieces, 0
/// and 1.
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.hard_swish() }
/// [-1.0, 0.0, 2.0]
/// ```
fn hard_swish(x: Tensor<..>) -> Tensor<..> {
    let rising = x.less_equal(-3.0).select(0.0, x * (x / 6.0 + 0.5));
    x.greater_equal(3.0).select(x, rising)
}

/// `x` between `low` and `high` (Collobert, 2004); its derivative at both ends is 0.
///
/// ```text
/// (x: Tensor<3>) -> Tensor<3> { x.hard_tanh() }
/// [-1.0, 0.0, 2.0]
/// ```
fn hard_tanh(x: Tensor<..>, low: f64 = -1.0, high: f64 = 1.0) -> Tensor<..> {
    x.clamp(low, high)
}

/// Gated linear unit, `a · σ(b)` of the halves `a`, `b` of the last axis (Dauphin et al., 2016).
///
/// ```text
/// (x: Tensor<4>) -> Tensor<2> { x.glu() }
/// [1.0, 2.0, 0.0, 1.0]
/// ```
fn glu(x: Tensor<..>) -> Tensor<..> {
    require(x.rank() > 0 && x.size(-1) % 2 == 0, "an even last size", x);
    let [a, b] = x.split(2);
    a * b.sigmoid()
}
