//! Double-precision functions that the standard library lacks.

use core::f64::consts::FRAC_1_SQRT_2;

use super::elementary::Elementary;

/// The logistic function `1 / (1 + e⁻ˣ)`, without overflow on either side.
#[inline(always)]
pub fn sigmoid(x: f64) -> f64 {
    let e = Elementary::exp(-x.abs());
    (if x >= 0.0 { 1.0 } else { e }) / (1.0 + e)
}

/// `ln(1 + eˣ)`, without overflow: `max(x, 0) + ln(1 + e⁻|ˣ|)`.
#[inline(always)]
pub fn softplus(x: f64) -> f64 {
    (if x < 0.0 { 0.0 } else { x }) + Elementary::ln_1p(Elementary::exp(-x.abs()))
}

/// `ln(1 + eˣ) - t·x`, without overflow. The part that is linear for large `|x|` is computed separately, and
/// left out if its factor is 0, so an infinite `x` that is right has no loss.
#[inline(always)]
pub fn logistic_loss(x: f64, t: f64) -> f64 {
    let slope = if x > 0.0 { 1.0 - t } else { -t };
    let linear = if slope == 0.0 { 0.0 } else { slope * x };
    linear + Elementary::ln_1p(Elementary::exp(-x.abs()))
}

/// The error function `2/√π ∫₀ˣ e^(-t²) dt`, relative error below 1e-15; odd, exactly ±1 from 6 on.
///
/// The rational approximations of W. J. Cody, "Rational Chebyshev approximations for the error function",
/// Mathematics of Computation 23 (1969): one for erf near zero, one for `e^(x²)·erfc` up to 4, one beyond.
pub fn erf(x: f64) -> f64 {
    let magnitude = x.abs();
    if magnitude <= 0.46875 {
        return x * near(x * x);
    }
    if magnitude >= 6.0 {
        return 1f64.copysign(x);
    }
    // NaN falls through to here and stays NaN.
    let scaled = if magnitude <= 4.0 {
        middle(magnitude)
    } else {
        far(magnitude)
    };
    let complement = Elementary::exp(-magnitude * magnitude) * scaled;
    (1.0 - complement).copysign(x)
}

/// `erf(x) / x` as a function of `x²`, for `|x| ≤ 0.46875`.
fn near(square: f64) -> f64 {
    ratio(
        [
            0.185_777_706_184_603_15,
            3.161_123_743_870_565_6,
            113.864_154_151_050_16,
            377.485_237_685_302,
            3_209.377_589_138_469_5,
        ],
        [
            1.0,
            23.601_290_952_344_122,
            244.024_637_934_444_17,
            1_282.616_526_077_372_3,
            2_844.236_833_439_171,
        ],
        square,
    )
}

/// `e^(x²)·erfc(x)` for `0.46875 ≤ x ≤ 4`.
fn middle(x: f64) -> f64 {
    ratio(
        [
            2.153_115_354_744_038_5e-8,
            0.564_188_496_988_670_1,
            8.883_149_794_388_375,
            66.119_190_637_141_63,
            298.635_138_197_400_1,
            881.952_221_241_769,
            1_712.047_612_634_070_7,
            2_051.078_377_826_071_6,
            1_230.339_354_797_997_2,
        ],
        [
            1.0,
            15.744_926_110_709_835,
            117.693_950_891_312_5,
            537.181_101_862_009_9,
            1_621.389_574_566_690_3,
            3_290.799_235_733_459_7,
            4_362.619_090_143_247,
            3_439.367_674_143_721_6,
            1_230.339_354_803_749_5,
        ],
        x,
    )
}

/// `e^(x²)·erfc(x)` for `x ≥ 4`.
fn far(x: f64) -> f64 {
    const ONE_OVER_SQRT_PI: f64 = 0.564_189_583_547_756_3;
    let inverse_square = 1.0 / (x * x);
    let tail = ratio(
        [
            1.631_538_713_730_209_7e-2,
            0.305_326_634_961_232_36,
            0.360_344_899_949_804_45,
            0.125_781_726_111_229_26,
            1.608_378_514_874_227_5e-2,
            6.587_491_615_298_378e-4,
        ],
        [
            1.0,
            2.568_520_192_289_822,
            1.872_952_849_923_460_4,
            0.527_905_102_951_428_5,
            6.051_834_131_244_132e-2,
            2.335_204_976_268_691_8e-3,
        ],
        inverse_square,
    );
    (ONE_OVER_SQRT_PI - inverse_square * tail) / x
}

/// The inverse of the error function, relative error below 1e-15; odd, `±∞` at `±1`, NaN outside.
///
/// `Φ⁻¹((1 + x) / 2) / √2`, with the rational approximations of M. J. Wichura, "Algorithm AS 241: The percentage points of the
/// normal distribution", Applied Statistics 37 (1988): one for the middle of the distribution, two for its tails.
pub fn erfinv(x: f64) -> f64 {
    let magnitude = x.abs();
    if magnitude <= 0.85 {
        return 0.5 * x * centre(0.180625 - 0.25 * x * x) * FRAC_1_SQRT_2;
    }
    if magnitude == 1.0 {
        return f64::INFINITY.copysign(x);
    }
    // Beyond ±1 the logarithm is NaN; NaN falls through to here and stays NaN.
    let depth = Elementary::sqrt(-Elementary::ln(0.5 * (1.0 - magnitude)));
    let quantile = if depth <= 5.0 {
        tail(depth - 1.6)
    } else {
        far_tail(depth - 5.0)
    };
    (quantile * FRAC_1_SQRT_2).copysign(x)
}

/// `Φ⁻¹(½ + q) / q` as a function of `0.425² - q²`, for `|q| ≤ 0.425`.
fn centre(rest: f64) -> f64 {
    ratio(
        [
            2_509.080_928_730_122_7,
            33_430.575_583_588_13,
            67_265.770_927_008_7,
            45_921.953_931_549_87,
            13_731.693_765_509_46,
            1_971.590_950_306_551_3,
            133.141_667_891_784_38,
            3.387_132_872_796_366_5,
        ],
        [
            5_226.495_278_852_854,
            28_729.085_735_721_943,
            39_307.895_800_092_71,
            21_213.794_301_586_597,
            5_394.196_021_424_751,
            687.187_007_492_057_9,
            42.313_330_701_600_91,
            1.0,
        ],
        rest,
    )
}

/// `-Φ⁻¹(p)` as a function of `√(-ln p) - 1.6`, for roots up to 5.
fn tail(depth: f64) -> f64 {
    ratio(
        [
            0.000_774_545_014_278_341_4,
            0.022_723_844_989_269_184,
            0.241_780_725_177_450_6,
            1.270_458_252_452_368_4,
            3.647_848_324_763_204_5,
            5.769_497_221_460_691,
            4.630_337_846_156_546,
            1.423_437_110_749_683_5,
        ],
        [
            1.050_750_071_644_416_9e-9,
            0.000_547_593_808_499_534_5,
            0.015_198_666_563_616_457,
            0.148_103_976_427_480_08,
            0.689_767_334_985_1,
            1.676_384_830_183_803_8,
            2.053_191_626_637_759,
            1.0,
        ],
        depth,
    )
}

/// `-Φ⁻¹(p)` as a function of `√(-ln p) - 5`, for roots from 5 on.
fn far_tail(depth: f64) -> f64 {
    ratio(
        [
            2.010_334_399_292_288_1e-7,
            2.711_555_568_743_487_6e-5,
            0.001_242_660_947_388_078_4,
            0.026_532_189_526_576_124,
            0.296_560_571_828_504_87,
            1.784_826_539_917_291_3,
            5.463_784_911_164_114,
            6.657_904_643_501_103,
        ],
        [
            2.044_263_103_389_939_7e-15,
            1.421_511_758_316_446e-7,
            1.846_318_317_510_054_8e-5,
            0.000_786_869_131_145_613_3,
            0.014_875_361_290_850_615,
            0.136_929_880_922_735_8,
            0.599_832_206_555_888,
            1.0,
        ],
        depth,
    )
}

/// The quotient of two polynomials, highest power first.
fn ratio<const N: usize>(numerator: [f64; N], denominator: [f64; N], x: f64) -> f64 {
    let horner = |coefficients: [f64; N]| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    horner(numerator) / horner(denominator)
}
