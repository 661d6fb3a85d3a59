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

/// The largest argument whose exponential is finite.
const EXP_LIMIT: f32 = 88.722_83;

/// `eˣ`, at most 1.1 ulp; subnormal results are kept, `exp(-∞) = 0`, `exp(x) = ∞` above 88.72.
///
/// `x = n·ln 2 + r` with `|r| ≤ ln 2 / 2`; a minimax polynomial of degree 6 gives `eʳ`, and `n` is added to its
/// exponent. No product here is subnormal: on Intel's cores such a product takes more than a hundred cycles.
#[inline(always)]
pub fn exp<const FMA: bool>(x: f32) -> f32 {
    let power = exp_below_limit::<FMA>(x);
    if x <= EXP_LIMIT { power } else { x + f32::INFINITY }
}

/// `eˣ` for `x ≤ 0` or NaN: the bits of [`exp`].
#[inline(always)]
fn exp_below_zero<const FMA: bool>(x: f32) -> f32 {
    let power = exp_below_limit::<FMA>(x);
    if x <= 0.0 { power } else { x }
}

/// `eˣ` for arguments up to [`EXP_LIMIT`]; any number for others and for NaN.
#[inline(always)]
fn exp_below_limit<const FMA: bool>(x: f32) -> f32 {
    let vanishes = x < -104.0;
    if const { !FMA } {
        // Without wide instructions for integers two factors are quicker. Both forms round once.
        let (rounded, r) = exp_parts::<FMA>(if vanishes { 0.0 } else { x });
        let n = (rounded.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
        let half = n >> 1;
        let result = exp_of_rest::<FMA>(r) * two_to(half) * two_to(n.wrapping_sub(half));
        return if vanishes { 0.0 } else { result };
    }
    let bits = exp_bits::<FMA>(if vanishes { -104.0 } else { x });
    f32::from_bits(bits.max(subnormal_bits(bits)) as u32)
}

/// `2ⁿ` for `-126 ≤ n ≤ 127`; any bits for another `n`.
#[inline(always)]
fn two_to(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// The bits of a number whose [`exp_bits`] end in no normal number; for others, bits that are less as an integer.
///
/// In units of 2⁻¹⁴⁹ a subnormal number is an integer, and its bits are that integer. The sum with `2²³` rounds to it.
#[inline(always)]
fn subnormal_bits(bits: i32) -> i32 {
    const IN_UNITS: i32 = 149 << 23;
    const TWO_TO_23: f32 = 8_388_608.0;
    let rounded = f32::from_bits(bits.wrapping_add(IN_UNITS) as u32) + TWO_TO_23;
    (rounded.to_bits() as i32).wrapping_sub(TWO_TO_23.to_bits() as i32)
}

/// The bits of `eˣ` for `-104 ≤ x ≤ 89`, as if exponents went on beyond those of normal numbers.
#[inline(always)]
fn exp_bits<const FMA: bool>(x: f32) -> i32 {
    let (rounded, r) = exp_parts::<FMA>(x);
    times_two_to(exp_of_rest::<FMA>(r), rounded)
}

/// `eʳ` for `|r| ≤ ln 2 / 2`.
#[inline(always)]
fn exp_of_rest<const FMA: bool>(r: f32) -> f32 {
    polynomial::<FMA, 7>(
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
    )
}

/// `n + ROUND` and `r` of `x = n·ln 2 + r`.
#[inline(always)]
fn exp_parts<const FMA: bool>(x: f32) -> (f32, f32) {
    let rounded = mul_add::<FMA>(x, LOG2_E, ROUND);
    let n = rounded - ROUND;
    let r = mul_add::<FMA>(n, -LN_2_HIGH, x);
    (rounded, mul_add::<FMA>(n, -LN_2_LOW, r))
}

/// The bits of `x·2ⁿ`, with `n` added to the exponent. The bits of `n + ROUND` above the integer are shifted out.
#[inline(always)]
fn times_two_to(x: f32, rounded: f32) -> i32 {
    (x.to_bits() as i32).wrapping_add((rounded.to_bits() << 23) as i32)
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

/// `tanh x`, at most 2.6 ulp; exactly ±1 for large arguments, odd, and `tanh x = x` for tiny ones.
///
/// `u / (u + 2)` with `u = e²ˣ - 1 = 2ⁿ·(eʳ - 1) + (2ⁿ - 1)`; a minimax polynomial gives `eʳ - 1`.
#[inline(always)]
pub fn tanh<const FMA: bool>(x: f32) -> f32 {
    let magnitude = x.abs();
    // From 10 on 2 vanishes next to `u`.
    let limited = if magnitude > 10.0 { 10.0 } else { magnitude };
    let (rounded, r) = exp_parts::<FMA>(limited + limited);
    let tail = polynomial::<FMA, 5>(
        [
            1.388_252e-3,
            8.366_525e-3,
            4.166_72e-2,
            0.166_665_43,
            0.499_999_97,
        ],
        r,
    );
    let less_one = mul_add::<FMA>(tail * r, r, r);
    let two_to_n = f32::from_bits(times_two_to(1.0, rounded) as u32);
    let u = mul_add::<FMA>(two_to_n, less_one, two_to_n - 1.0);
    (u / (u + 2.0)).copysign(x)
}

/// The logistic function `1 / (1 + e⁻ˣ)`, at most 2.5 ulp, without overflow on either side.
#[inline(always)]
pub fn sigmoid<const FMA: bool>(x: f32) -> f32 {
    let e = exp_below_zero::<FMA>(-x.abs());
    let numerator = if x >= 0.0 { 1.0 } else { e };
    // A subnormal numerator is the quotient, and is not divided: see `exp`.
    let normal = if numerator < f32::MIN_POSITIVE {
        f32::MIN_POSITIVE
    } else {
        numerator
    };
    let quotient = normal / (1.0 + e);
    if quotient < numerator { quotient } else { numerator }
}

/// `ln(1 + eˣ)`, at most 2.5 ulp, without overflow: `max(x, 0) + ln(1 + e⁻|ˣ|)`.
#[inline(always)]
pub fn softplus<const FMA: bool>(x: f32) -> f32 {
    (if x < 0.0 { 0.0 } else { x }) + softplus_below_zero::<FMA>(x)
}

/// `ln(1 + e⁻|ˣ|)`.
#[inline(always)]
fn softplus_below_zero<const FMA: bool>(x: f32) -> f32 {
    let e = exp_below_zero::<FMA>(-x.abs());
    // ln(1 + e) by way of u = 1 + e rounded; the second term restores the part lost by rounding (W. Kahan).
    let u = 1.0 + e;
    let lost = e - (u - 1.0);
    // Where `e` is that small, it is the result; a subnormal number is not divided: see `exp`.
    let normal = if lost.abs() < f32::MIN_POSITIVE { 0.0 } else { lost };
    let restored = ln::<FMA>(u) + normal / u;
    if e < 1e-30 { e } else { restored }
}

/// `ln(1 + eˣ) - t·x`, without overflow. The part that is linear for large `|x|` is computed separately, and
/// left out if its factor is 0, so an infinite `x` that is right has no loss.
#[inline(always)]
pub fn logistic_loss<const FMA: bool>(x: f32, t: f32) -> f32 {
    let slope = if x > 0.0 { 1.0 - t } else { -t };
    let linear = if slope == 0.0 { 0.0 } else { slope * x };
    linear + softplus_below_zero::<FMA>(x)
}

/// `x²`, or 0 below 2⁻¹³, where it is nothing next to 1 and may be subnormal.
#[inline(always)]
fn square_unless_tiny(x: f32) -> f32 {
    let x = if x.abs() < 1.220_703_1e-4 { 0.0 } else { x };
    x * x
}

/// The error function `2/√π ∫₀ˣ e^(-t²) dt`, at most 1.5 ulp; odd, exactly ±1 for large arguments.
///
/// Minimax polynomials in the form published by N. Juffa: below 0.93 an odd polynomial, above it
/// `1 - e^p(|x|)`.
#[inline(always)]
pub fn erf<const FMA: bool>(x: f32) -> f32 {
    let magnitude = x.abs();
    let square = square_unless_tiny(x);
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
