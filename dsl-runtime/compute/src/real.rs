//! The element types a network can be computed in: `f32` and `f64`.

use core::fmt::{Debug, Display};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::kernels::{Precompiled, ProductElement, RegisterElement};
use crate::math::elementary::Elementary;
use crate::math::{double, single};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A floating-point element type, `f32` or `f64`.
///
/// Sealed: generated code is one generic text, and every kernel behind it is a precompiled function for one
/// of these two types.
///
/// The functions with a const parameter `FMA` may be compiled for machines with or without a fused
/// multiply-add instruction: pass on the `FMA` of [`Phase::run`](crate::parallel::Phase::run). In single
/// precision they are free of branches and calls (except `sin`, `cos` and `powf`), so loops over them become
/// vector code. Each returns NaN for NaN.
pub trait Real:
    sealed::Sealed
    + Precompiled
    + ProductElement
    + RegisterElement
    + Copy
    + Default
    + Debug
    + Display
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + crate::update::UpdateRules
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// `0`.
    const ZERO: Self;
    /// `1`.
    const ONE: Self;
    /// `∞`.
    const INFINITY: Self;
    /// `-∞`, the identity of a maximum.
    const NEG_INFINITY: Self;
    /// The smallest positive normal number.
    const MIN_POSITIVE: Self;
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;
    /// The literal `value`, rounded once to this type.
    fn literal(value: f64) -> Self;
    /// The whole number `value`, exact up to 2²⁴.
    fn whole(value: i32) -> Self;
    /// The value as `f64` (exact).
    fn to_f64(self) -> f64;

    /// `a·b + c`, rounded once if `FMA`, else twice.
    fn mul_add<const FMA: bool>(a: Self, b: Self, c: Self) -> Self;
    /// `eˣ`.
    fn exp<const FMA: bool>(self) -> Self;
    /// The natural logarithm; `-∞` at zero, NaN below.
    fn ln<const FMA: bool>(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh<const FMA: bool>(self) -> Self;
    /// The logistic function `1 / (1 + e⁻ˣ)`.
    fn sigmoid<const FMA: bool>(self) -> Self;
    /// `ln(1 + eˣ)`, without overflow.
    fn softplus<const FMA: bool>(self) -> Self;
    /// The error function `2/√π ∫₀ˣ e^(-t²) dt`.
    fn erf<const FMA: bool>(self) -> Self;
    /// The inverse of the error function; `±∞` at `±1`, NaN outside.
    fn erfinv<const FMA: bool>(self) -> Self;
    /// `ln(1 + eˣ) - t·x`, without overflow; 0 if `x` is infinite and predicts the class `t`.
    fn logistic_loss<const FMA: bool>(self, t: Self) -> Self;
    /// The square root; NaN below zero.
    fn sqrt(self) -> Self;
    /// The magnitude.
    fn abs(self) -> Self;
    /// The sine of an angle in radians (a library call: not vectorised).
    fn sin(self) -> Self;
    /// The cosine of an angle in radians (a library call: not vectorised).
    fn cos(self) -> Self;
    /// `self` to a real power (a library call: not vectorised).
    fn powf(self, exponent: Self) -> Self;
    /// True if the value is neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// True if the value is NaN.
    fn is_nan(self) -> bool;

    /// The larger of the two, NaN if either is (unlike `f32::max`, which drops a NaN).
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        if self > other || self.is_nan() {
            self
        } else {
            other
        }
    }

    /// The smaller of the two, NaN if either is (unlike `f32::min`, which drops a NaN).
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        if self < other || self.is_nan() {
            self
        } else {
            other
        }
    }

    /// `self` if it is positive, else 0; a NaN stays a NaN.
    #[inline(always)]
    fn relu(self) -> Self {
        if self > Self::ZERO || self.is_nan() {
            self
        } else {
            Self::ZERO
        }
    }

    /// `self · weight`, but 0 if the weight is 0, whatever `self` is.
    #[inline(always)]
    fn multiply_no_nan(self, weight: Self) -> Self {
        if weight == Self::ZERO {
            Self::ZERO
        } else {
            self * weight
        }
    }

    /// −1, 0 or 1; a NaN stays a NaN.
    #[inline(always)]
    fn sign(self) -> Self {
        let positive = if self > Self::ZERO { Self::ONE } else { Self::ZERO };
        let signed = if self < Self::ZERO { -Self::ONE } else { positive };
        if self.is_nan() { self } else { signed }
    }

    /// `self` to an integer power by repeated squaring, `1 / self^|exponent|` for a negative one. A literal
    /// exponent unrolls to its few products. `powi(x, 0)` is 1 for every `x`.
    #[inline(always)]
    fn powi(self, exponent: i32) -> Self {
        let mut product = Self::ONE;
        let mut square = self;
        let mut rest = exponent.unsigned_abs();
        while rest > 0 {
            if rest & 1 == 1 {
                product *= square;
            }
            square *= square;
            rest >>= 1;
        }
        if exponent < 0 {
            Self::ONE / product
        } else {
            product
        }
    }
}

/// The items that both types define alike: constants and the functions of the standard library.
macro_rules! standard {
    ($real:ident) => {
        const ZERO: $real = 0.0;
        const ONE: $real = 1.0;
        const INFINITY: $real = $real::INFINITY;
        const NEG_INFINITY: $real = $real::NEG_INFINITY;
        const MIN_POSITIVE: $real = $real::MIN_POSITIVE;
        const EPSILON: $real = $real::EPSILON;
        #[inline(always)]
        fn literal(value: f64) -> $real {
            value as $real
        }
        #[inline(always)]
        fn whole(value: i32) -> $real {
            value as $real
        }
        #[inline(always)]
        fn to_f64(self) -> f64 {
            self as f64
        }
        #[inline(always)]
        fn sqrt(self) -> $real {
            Elementary::sqrt(self)
        }
        #[inline(always)]
        fn abs(self) -> $real {
            $real::abs(self)
        }
        #[inline(always)]
        fn sin(self) -> $real {
            Elementary::sin(self)
        }
        #[inline(always)]
        fn cos(self) -> $real {
            Elementary::cos(self)
        }
        #[inline(always)]
        fn powf(self, exponent: $real) -> $real {
            Elementary::powf(self, exponent)
        }
        #[inline(always)]
        fn is_finite(self) -> bool {
            $real::is_finite(self)
        }
        #[inline(always)]
        fn is_nan(self) -> bool {
            $real::is_nan(self)
        }
    };
}

impl Real for f32 {
    standard!(f32);
    #[inline(always)]
    fn mul_add<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
        single::mul_add::<FMA>(a, b, c)
    }
    #[inline(always)]
    fn exp<const FMA: bool>(self) -> f32 {
        single::exp::<FMA>(self)
    }
    #[inline(always)]
    fn ln<const FMA: bool>(self) -> f32 {
        single::ln::<FMA>(self)
    }
    #[inline(always)]
    fn tanh<const FMA: bool>(self) -> f32 {
        single::tanh::<FMA>(self)
    }
    #[inline(always)]
    fn sigmoid<const FMA: bool>(self) -> f32 {
        single::sigmoid::<FMA>(self)
    }
    #[inline(always)]
    fn softplus<const FMA: bool>(self) -> f32 {
        single::softplus::<FMA>(self)
    }
    #[inline(always)]
    fn erf<const FMA: bool>(self) -> f32 {
        single::erf::<FMA>(self)
    }
    #[inline(always)]
    fn erfinv<const FMA: bool>(self) -> f32 {
        single::erfinv::<FMA>(self)
    }
    #[inline(always)]
    fn logistic_loss<const FMA: bool>(self, t: f32) -> f32 {
        single::logistic_loss::<FMA>(self, t)
    }
}

impl Real for f64 {
    standard!(f64);
    #[inline(always)]
    fn mul_add<const FMA: bool>(a: f64, b: f64, c: f64) -> f64 {
        if FMA {
            Elementary::fused_mul_add(a, b, c)
        } else {
            a * b + c
        }
    }
    #[inline(always)]
    fn exp<const FMA: bool>(self) -> f64 {
        Elementary::exp(self)
    }
    #[inline(always)]
    fn ln<const FMA: bool>(self) -> f64 {
        Elementary::ln(self)
    }
    #[inline(always)]
    fn tanh<const FMA: bool>(self) -> f64 {
        Elementary::tanh(self)
    }
    #[inline(always)]
    fn sigmoid<const FMA: bool>(self) -> f64 {
        double::sigmoid(self)
    }
    #[inline(always)]
    fn softplus<const FMA: bool>(self) -> f64 {
        double::softplus(self)
    }
    #[inline(always)]
    fn erf<const FMA: bool>(self) -> f64 {
        double::erf(self)
    }
    #[inline(always)]
    fn erfinv<const FMA: bool>(self) -> f64 {
        double::erfinv(self)
    }
    #[inline(always)]
    fn logistic_loss<const FMA: bool>(self, t: f64) -> f64 {
        double::logistic_loss(self, t)
    }
}
