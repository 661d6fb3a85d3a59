//! Accuracy in units in the last place against double precision, and the special values.

use super::{double, single};
use crate::isa::{Kernel, dispatch};

/// The distance of `got` from `want`, in units in the last place of `want` rounded to single precision.
fn ulps(got: f32, want: f64) -> f64 {
    let rounded = want as f32;
    if rounded.is_infinite() || got.is_infinite() {
        // Next to overflow both the largest number and infinity are accepted.
        let beyond = |x: f32| x.is_infinite() || x.abs() > 0.999_999 * f32::MAX;
        return if beyond(got) && beyond(rounded) && (got > 0.0) == (rounded > 0.0) {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let magnitude = rounded.abs().max(f32::MIN_POSITIVE);
    let unit = f64::from(f32::from_bits(magnitude.to_bits() + 1)) - f64::from(magnitude);
    (f64::from(got) - want).abs() / unit
}

/// Numbers of every magnitude, subnormal ones included, and an even grid, within `low..=high`.
fn samples(low: f32, high: f32) -> impl Iterator<Item = f32> {
    let magnitudes = (0..u32::MAX - 20_011).step_by(20_011).map(f32::from_bits);
    let grid = (0..100_000).map(move |i| low + (high - low) * (i as f32 / 99_999.0));
    magnitudes.chain(grid).filter(move |x| (low..=high).contains(x))
}

fn assert_ulps(name: &str, bound: f64, range: [f32; 2], got: [fn(f32) -> f32; 2], want: fn(f64) -> f64) {
    for (got, fused) in got.into_iter().zip(["fused", "not fused"]) {
        let (mut worst, mut at) = (0.0, 0.0);
        for x in samples(range[0], range[1]) {
            let error = ulps(got(x), want(f64::from(x)));
            if error > worst || error.is_nan() {
                (worst, at) = (error, x);
            }
        }
        assert!(
            worst <= bound,
            "{name}, {fused}: {worst} ulp at {at:e}, more than {bound}"
        );
    }
}

macro_rules! both {
    ($function:ident) => {
        [single::$function::<true>, single::$function::<false>]
    };
}

#[test]
fn single_precision_is_within_its_stated_bounds() {
    let all = [f32::MIN, f32::MAX];
    assert_ulps("exp", 1.1, all, both!(exp), f64::exp);
    assert_ulps("ln", 1.1, [0.0, f32::MAX], both!(ln), f64::ln);
    assert_ulps("tanh", 2.6, all, both!(tanh), f64::tanh);
    assert_ulps("sigmoid", 2.5, all, both!(sigmoid), double::sigmoid);
    assert_ulps("softplus", 2.5, all, both!(softplus), double::softplus);
    assert_ulps("erf", 1.5, all, both!(erf), double::erf);
    assert_ulps("erfinv", 3.0, [-1.0, 1.0], both!(erfinv), double::erfinv);
}

#[test]
fn single_precision_at_special_values() {
    let infinity = f32::INFINITY;
    let bits = |x: f32| x.to_bits();
    macro_rules! check {
        ($($fma:literal)*) => { $(
            assert_eq!(single::exp::<$fma>(-infinity), 0.0);
            assert_eq!(single::exp::<$fma>(infinity), infinity);
            assert_eq!(single::exp::<$fma>(89.0), infinity);
            assert_eq!(single::exp::<$fma>(0.0), 1.0);
            assert_eq!(single::ln::<$fma>(0.0), -infinity);
            assert_eq!(single::ln::<$fma>(-0.0), -infinity);
            assert_eq!(single::ln::<$fma>(infinity), infinity);
            assert_eq!(bits(single::ln::<$fma>(1.0)), 0);
            assert!(single::ln::<$fma>(-1e-40).is_nan() && single::ln::<$fma>(-infinity).is_nan());
            assert_eq!(single::sigmoid::<$fma>(-infinity), 0.0);
            assert_eq!(single::sigmoid::<$fma>(infinity), 1.0);
            assert_eq!(single::sigmoid::<$fma>(0.0), 0.5);
            assert_eq!(single::softplus::<$fma>(-infinity), 0.0);
            assert_eq!(single::softplus::<$fma>(infinity), infinity);
            for function in [single::tanh::<$fma>, single::erf::<$fma>] {
                assert_eq!((function(infinity), function(-infinity)), (1.0, -1.0));
                assert_eq!((bits(function(0.0)), bits(function(-0.0))), (bits(0.0), bits(-0.0)));
                assert_eq!(function(-0.7), -function(0.7));
                assert_eq!(function(30.0), 1.0);
            }
            let erfinv = single::erfinv::<$fma>;
            assert_eq!((erfinv(1.0), erfinv(-1.0)), (infinity, -infinity));
            assert_eq!((bits(erfinv(0.0)), bits(erfinv(-0.0))), (bits(0.0), bits(-0.0)));
            assert_eq!(erfinv(-0.7), -erfinv(0.7));
            assert!(erfinv(1.000_000_1).is_nan() && erfinv(-2.0).is_nan() && erfinv(infinity).is_nan());
            for function in [
                single::exp::<$fma>, single::ln::<$fma>, single::tanh::<$fma>, single::sigmoid::<$fma>,
                single::softplus::<$fma>, single::erf::<$fma>, erfinv,
            ] {
                assert!(function(f32::NAN).is_nan() && function(-f32::NAN).is_nan());
            }
        )* };
    }
    check!(true false);
}

/// The exponential with its power of two applied as two factors, each a normal number: slow where the result is
/// subnormal, and rounded as it should be there.
#[inline(always)]
fn exp_by_factors<const FMA: bool>(x: f32) -> f32 {
    let x = x.clamp(-104.0, 89.0);
    let rounded = single::mul_add::<FMA>(x, std::f32::consts::LOG2_E, 12_582_912.0);
    let n = rounded - 12_582_912.0;
    let r = single::mul_add::<FMA>(n, -0.693_145_75, x);
    let r = single::mul_add::<FMA>(n, -1.428_606_8e-6, r);
    let coefficients = [
        8.373_124_5e-3,
        4.166_953_6e-2,
        0.166_664_72,
        0.499_999_85,
        1.0,
        1.0,
    ];
    let horner = |sum: f32, coefficient: f32| single::mul_add::<FMA>(sum, r, coefficient);
    let power = coefficients.into_iter().fold(1.378_059_4e-3, horner);
    let n = n as i32;
    let two_to = |n: i32| f32::from_bits(((n + 127) as u32) << 23);
    power * two_to(n >> 1) * two_to(n - (n >> 1))
}

/// Panics unless the exponential has the bits of its factors for the arguments of these bits.
fn assert_exp_is_its_factors(bits: impl Iterator<Item = u32>) {
    for x in bits.map(f32::from_bits).filter(|x| !x.is_nan()) {
        let got = [single::exp::<true>(x), single::exp::<false>(x)];
        let want = [exp_by_factors::<true>(x), exp_by_factors::<false>(x)];
        assert_eq!(got.map(f32::to_bits), want.map(f32::to_bits), "{x:e}");
    }
}

#[test]
fn exp_has_the_bits_of_its_factors() {
    assert_exp_is_its_factors((0..=u32::MAX).step_by(10_007));
    // Where results end: subnormal ones, the least, and the greatest.
    for edge in [-87.336_55f32, -86.99, -103.97, 88.722_84, -87.68] {
        assert_exp_is_its_factors(edge.to_bits() - 2000..edge.to_bits() + 2000);
    }
}

/// Compares the exponential of every argument with its factors, in vector code; returns the first that differs.
struct Sweep;

impl Kernel for Sweep {
    type Output = Option<f32>;

    #[inline(always)]
    fn run<const FMA: bool, const BYTES: usize>(self) -> Option<f32> {
        const MANY: usize = 1024;
        let (mut got, mut want) = ([0.0; MANY], [0.0; MANY]);
        (0..=u32::MAX / MANY as u32).find_map(|block| {
            let argument = |i: usize| f32::from_bits(block * MANY as u32 + i as u32);
            // Plain loops, which become vector code.
            for (i, got) in got.iter_mut().enumerate() {
                *got = single::exp::<FMA>(argument(i));
            }
            for (i, want) in want.iter_mut().enumerate() {
                *want = exp_by_factors::<FMA>(argument(i));
            }
            let differs = |i: &usize| got[*i].to_bits() != want[*i].to_bits() && !argument(*i).is_nan();
            (0..MANY).find(differs).map(argument)
        })
    }
}

#[test]
#[ignore = "minutes: every argument there is, on the instruction set of the process"]
fn exp_has_the_bits_of_its_factors_for_every_argument() {
    assert_eq!(dispatch(Sweep), None);
}

/// erf by its Taylor series times a Gaussian, whose terms are all positive, or far out by the continued
/// fraction of its complement.
fn erf_by_series(x: f64) -> f64 {
    let square = x * x;
    if x < 3.0 {
        let (mut term, mut sum, mut n) = (x, x, 0.0);
        while term > 1e-20 * sum {
            n += 1.0;
            term *= 2.0 * square / (2.0 * n + 1.0);
            sum += term;
        }
        sum * (-square).exp() * std::f64::consts::FRAC_2_SQRT_PI
    } else {
        let tail = (1..200)
            .rev()
            .fold(0.0, |tail, k| f64::from(k) / 2.0 / (x + tail));
        1.0 - (-square).exp() * std::f64::consts::FRAC_2_SQRT_PI / 2.0 / (x + tail)
    }
}

#[test]
fn double_precision_erf() {
    for i in 1..7000 {
        let x = f64::from(i) * 1e-3;
        let (got, want) = (double::erf(x), erf_by_series(x));
        assert!((got - want).abs() <= 2e-15 * want, "erf({x}) = {got}, not {want}");
        assert_eq!(double::erf(-x), -got);
    }
    assert_eq!(double::erf(0.5), 0.520_499_877_813_046_5);
    assert_eq!(
        (double::erf(f64::INFINITY), double::erf(f64::NEG_INFINITY)),
        (1.0, -1.0)
    );
    assert!(double::erf(f64::NAN).is_nan());
    let tiny = 1e-300;
    assert!((double::erf(tiny) / tiny - std::f64::consts::FRAC_2_SQRT_PI).abs() < 1e-15);
}

/// The complement of erf by a continued fraction, for `x` of 1 and more.
fn erfc_by_fraction(x: f64) -> f64 {
    let tail = (1..400)
        .rev()
        .fold(0.0, |tail, k| f64::from(k) / 2.0 / (x + tail));
    (-x * x).exp() * std::f64::consts::FRAC_2_SQRT_PI / 2.0 / (x + tail)
}

/// The residual divided by the slope is the error of the root; next to ±1 that of the complement, which loses nothing.
#[test]
fn double_precision_erfinv() {
    let even = (1..1000).map(|i| f64::from(i) * 1e-3);
    let near_one = (1..=53).map(|i| 1.0 - 0.5f64.powi(i));
    let near_zero = [1e-300, 1e-12, 1e-5].into_iter();
    for y in even.chain(near_one).chain(near_zero) {
        let x = double::erfinv(y);
        let residual = match y < 0.85 {
            true => erf_by_series(x) - y,
            false => (1.0 - y) - erfc_by_fraction(x),
        };
        let error = residual / (std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp());
        assert!(error.abs() <= 2e-15 * x, "erfinv({y}) = {x} is wrong by {error}");
        assert_eq!(double::erfinv(-y), -x);
    }
    assert_eq!(
        [-1.0, 1.0].map(double::erfinv),
        [f64::NEG_INFINITY, f64::INFINITY]
    );
    assert_eq!(double::erfinv(-0.0).to_bits(), (-0.0f64).to_bits());
    let outside = [1.0 + f64::EPSILON, -2.0, f64::INFINITY, f64::NAN];
    assert!(outside.iter().all(|&y| double::erfinv(y).is_nan()));
}

#[test]
fn double_precision_at_the_ends() {
    assert_eq!(double::sigmoid(-1000.0), 0.0);
    assert_eq!(double::sigmoid(1000.0), 1.0);
    assert_eq!(double::softplus(1000.0), 1000.0);
    assert_eq!(double::softplus(-50.0), (-50f64).exp());
    assert!(double::sigmoid(f64::NAN).is_nan() && double::softplus(f64::NAN).is_nan());
}

/// The formula in double precision where it loses nothing, and its limits elsewhere.
#[test]
fn logistic_loss_is_its_formula_and_its_limits() {
    for x in [-30.0, -3.0, -0.5, 0.0, 0.25, 2.0, 30.0] {
        for t in [0.0, 0.25, 1.0] {
            let want = double::softplus(x) - t * x;
            assert!((double::logistic_loss(x, t) - want).abs() <= 1e-14 * (1.0 + want));
            for single in both!(logistic_loss) {
                let got = f64::from(single(x as f32, t as f32));
                assert!(
                    (got - want).abs() <= 1e-6 * (1.0 + want),
                    "{x}, {t}: {got}, not {want}"
                );
            }
        }
    }
    let infinity = f64::INFINITY;
    let limits = [
        (infinity, 1.0, 0.0),
        (infinity, 0.5, infinity),
        (infinity, 0.0, infinity),
        (-infinity, 0.0, 0.0),
        (-infinity, 0.5, infinity),
        (-infinity, 1.0, infinity),
        (1e4, 1.0, 0.0),
        (-1e4, 1.0, 1e4),
    ];
    for (x, t, want) in limits {
        assert_eq!(double::logistic_loss(x, t), want, "{x}, {t}");
        for single in both!(logistic_loss) {
            assert_eq!(f64::from(single(x as f32, t as f32)), want, "{x}, {t}");
        }
    }
    for single in both!(logistic_loss) {
        assert!(single(f32::NAN, 1.0).is_nan() && single(0.0, f32::NAN).is_nan());
    }
    assert!(double::logistic_loss(f64::NAN, 0.0).is_nan());
}
