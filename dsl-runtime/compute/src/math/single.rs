//! Single-precision functions as branch-free plain Rust.
//!
//! Each is `#[inline(always)]`, so it is compiled at the vector width of the loop that calls it. `FMA` is
//! true if that code may assume a fused multiply-add instruction; without one `f32::mul_add` is a library
//! call, so `a·b + c` is then rounded twice. Conditions are selects between values that are both computed.
//! Every function returns a NaN for a NaN. The bounds in units in the last place (ulp) are asserted by the
//! tests next door over the whole range, with and without fused multiply-add.

use core::f32::consts::LOG2_E;

use super::elementary::Elementary;

/// `a·b + c`.
#[inline(always)]
pub fn mul_add<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA {
        Elementary::fused_mul_add(a, b, c)
    } else {
        a * b + c
    }
}

/// `Σ coefficients[i] · x^(n - 1 - i)` by Horner's rule, highest power first.
#[inline(always)]
fn polynomial<const FMA: bool, const N: usize>(coefficients: [f32; N], x: f32) -> f32 {
    let mut sum = coefficients[0];
    for &coefficient in &coefficients[1..] {
        sum = mul_add::<FMA>(sum, x, coefficient);
    }
    sum
}

/// Adding `1.5·2²³` to a number of magnitude below 2²² rounds it to an integer held in the low bits.
const ROUND: f32 = 12_582_912.0;

/// The high part of ln 2, short enough that a product with an 8-bit integer is exact, and the rest.
const LN_2_HIGH: f32 = 0.693_145_75;
const LN_2_LOW: f32 = 1.428_606_8e-6;

/// `eˣ`, at most 1.1 ulp; subnormal results are kept, `exp(-∞) = 0`, `exp(x) = ∞` above 88.72.
///
/// `x = n·ln 2 + r` with `|r| ≤ ln 2 / 2`; a minimax polynomial of degree 6 gives `eʳ`. The factor `2ⁿ` is
/// applied as two factors, so that each is a normal number over the whole range of `n`.
#[inline(always)]
pub fn exp<const FMA: bool>(x: f32) -> f32 {
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let (power, n) = exp_parts::<FMA>(x);
    let half = n >> 1;
    power * two_to(half) * two_to(n.wrapping_sub(half))
}

/// `eˣ` for `|x| ≤ 87`, where one factor `2ⁿ` is enough: the bits of [`exp`], for less.
#[inline(always)]
fn exp_of_moderate<const FMA: bool>(x: f32) -> f32 {
    let (power, n) = exp_parts::<FMA>(x);
    power * two_to(n)
}

/// `eʳ` and `n` of `eˣ = eʳ·2ⁿ`.
#[inline(always)]
fn exp_parts<const FMA: bool>(x: f32) -> (f32, i32) {
    let rounded = mul_add::<FMA>(x, LOG2_E, ROUND);
    let n = rounded - ROUND;
    let r = mul_add::<FMA>(n, -LN_2_HIGH, x);
    let r = mul_add::<FMA>(n, -LN_2_LOW, r);
    let power = polynomial::<FMA, 7>(
        [
            1.378_059_4e-3,
            8.373_124_5e-3,
            4.166_953_6e-2,
            0.166_664_72,
            0.499_999_85,
            1.0,
            1.0,
        ],
        r,
    );
    (
        power,
        (rounded.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32),
    )
}

/// `2ⁿ` for `-126 ≤ n ≤ 127`; any bits for another `n`.
#[inline(always)]
fn two_to(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// `ln x`, at most 1.1 ulp; subnormal arguments are exact, `ln(±0) = -∞`, `ln(∞) = ∞`, NaN below zero.
///
/// `x = m·2ᵉ` with `√½ ≤ m < √2`, and the polynomial of Cephes' `logf` (S. Moshier) for `ln m`.
#[inline(always)]
pub fn ln<const FMA: bool>(x: f32) -> f32 {
    const SQRT_HALF_BITS: i32 = 0x3f35_04f3;
    let subnormal = x < f32::MIN_POSITIVE;
    let bits = (if subnormal { x * 8_388_608.0 } else { x }).to_bits() as i32;
    let exponent = bits.wrapping_sub(SQRT_HALF_BITS) >> 23;
    let m = f32::from_bits(bits.wrapping_sub(exponent << 23) as u32) - 1.0;
    let e = exponent as f32 - if subnormal { 23.0 } else { 0.0 };
    let square = m * m;
    let tail = polynomial::<FMA, 9>(
        [
            7.037_683_6e-2,
            -0.115_146_1,
            0.116_769_99,
            -0.124_201_41,
            0.142_493_23,
            -0.166_680_58,
            0.200_007_14,
            -0.249_999_94,
            0.333_333_3,
        ],
        m,
    );
    // ln 2 = 0.693359375 - 2.12194440e-4, the first of which is exact in 10 bits.
    let y = mul_add::<FMA>(e, -2.121_944_4e-4, tail * m * square);
    let y = mul_add::<FMA>(square, -0.5, y);
    let y = mul_add::<FMA>(e, 0.693_359_4, m + y);
    let special = if x == 0.0 {
        f32::NEG_INFINITY
    } else if x < 0.0 {
        f32::NAN
    } else {
        x
    };
    if x > 0.0 && x < f32::INFINITY { y } else { special }
}

/// `tanh x`, at most 2 ulp; exactly ±1 for large arguments, odd, and `tanh x = x` for tiny ones.
///
/// Below 0.625 the odd polynomial of Cephes' `tanhf` (S. Moshier), above it `1 - 2 / (e²ˣ + 1)`.
#[inline(always)]
pub fn tanh<const FMA: bool>(x: f32) -> f32 {
    let magnitude = x.abs();
    let square = x * x;
    let tail = polynomial::<FMA, 5>(
        [
            -5.704_988_7e-3,
            2.063_909e-2,
            -5.373_971_6e-2,
            0.133_314_42,
            -0.333_332_8,
        ],
        square,
    );
    let small = mul_add::<FMA>(tail * square, magnitude, magnitude);
    // From 10 on the quotient vanishes next to 1.
    let limited = if magnitude > 10.0 { 10.0 } else { magnitude };
    let large = 1.0 - 2.0 / (exp_of_moderate::<FMA>(limited + limited) + 1.0);
    (if magnitude < 0.625 { small } else { large }).copysign(x)
}

/// The logistic function `1 / (1 + e⁻ˣ)`, at most 2.5 ulp, without overflow on either side.
#[inline(always)]
pub fn sigmoid<const FMA: bool>(x: f32) -> f32 {
    let e = exp::<FMA>(-x.abs());
    (if x >= 0.0 { 1.0 } else { e }) / (1.0 + e)
}

/// `ln(1 + eˣ)`, at most 2.5 ulp, without overflow: `max(x, 0) + ln(1 + e⁻|ˣ|)`.
#[inline(always)]
pub fn softplus<const FMA: bool>(x: f32) -> f32 {
    (if x < 0.0 { 0.0 } else { x }) + softplus_below_zero::<FMA>(x)
}

/// `ln(1 + e⁻|ˣ|)`.
#[inline(always)]
fn softplus_below_zero<const FMA: bool>(x: f32) -> f32 {
    let e = exp::<FMA>(-x.abs());
    // ln(1 + e) by way of u = 1 + e rounded; the second term restores the part lost by rounding (W. Kahan).
    let u = 1.0 + e;
    ln::<FMA>(u) + (e - (u - 1.0)) / u
}

/// `ln(1 + eˣ) - t·x`, without overflow. The part that is linear for large `|x|` is computed separately, and
/// left out if its factor is 0, so an infinite `x` that is right has no loss.
#[inline(always)]
pub fn logistic_loss<const FMA: bool>(x: f32, t: f32) -> f32 {
    let slope = if x > 0.0 { 1.0 - t } else { -t };
    let linear = if slope == 0.0 { 0.0 } else { slope * x };
    linear + softplus_below_zero::<FMA>(x)
}

/// The error function `2/√π ∫₀ˣ e^(-t²) dt`, at most 1.5 ulp; odd, exactly ±1 for large arguments.
///
/// Minimax polynomials in the form published by N. Juffa: below 0.93 an odd polynomial, above it
/// `1 - e^p(|x|)`.
#[inline(always)]
pub fn erf<const FMA: bool>(x: f32) -> f32 {
    let magnitude = x.abs();
    let square = x * x;
    let high = mul_add::<FMA>(-1.728_534_7e-5, magnitude, 3.831_971_3e-4);
    let low = mul_add::<FMA>(-3.883_964_4e-3, magnitude, 2.425_462_2e-2);
    let exponent = mul_add::<FMA>(high, square, low);
    let exponent = polynomial::<FMA, 5>(
        [exponent, -0.106_777_88, -0.634_846_9, -0.128_717_51, 0.0],
        magnitude,
    );
    let large = (1.0 - exp::<FMA>(exponent - magnitude)).copysign(x);
    let tail = polynomial::<FMA, 6>(
        [
            -5.967_617e-4,
            4.991_194_2e-3,
            -2.676_813_5e-2,
            0.112_819_925,
            -0.376_125_34,
            0.128_379_17,
        ],
        square,
    );
    let small = mul_add::<FMA>(tail, x, x);
    if magnitude > 0.927_734_4 { large } else { small }
}

/// The inverse of the error function, at most 3 ulp; odd, `±∞` at `±1`, NaN outside.
///
/// `x` times a polynomial in `ln(1 - x²)`, as M. Giles ("Approximating the erfinv function", 2012) proposed; the two
/// minimax polynomials are N. Juffa's.
#[inline(always)]
pub fn erfinv<const FMA: bool>(x: f32) -> f32 {
    // One of the two factors is exact, so nothing is lost near ±1.
    let log = ln::<FMA>((1.0 - x) * (1.0 + x));
    let inner = polynomial::<FMA, 10>(
        [
            5.438_778_3e-9,
            1.432_854_5e-7,
            1.227_747_9e-6,
            1.129_636_3e-7,
            -5.615_307_6e-5,
            -1.476_976_3e-4,
            2.314_686_8e-3,
            1.153_925_8e-2,
            -0.232_015_48,
            0.886_226_9,
        ],
        log,
    );
    let outer = polynomial::<FMA, 9>(
        [
            3.036_975_7e-10,
            2.932_431e-8,
            1.221_503_3e-6,
            2.841_089_6e-5,
            3.935_529_7e-4,
            3.026_988e-3,
            4.831_858e-3,
            -0.264_646_14,
            0.840_016_5,
        ],
        log,
    );
    x * if log < -6.125 { outer } else { inner }
}
