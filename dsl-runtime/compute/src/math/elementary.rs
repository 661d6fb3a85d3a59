//! The elementary functions that `core` lacks: those of the standard library, or without it those of
//! [`libm`](https://docs.rs/libm).
//!
//! Square roots and fused multiply-adds have the same bits in both, since they are rounded correctly. The
//! others may differ in the last places, as they do between the standard libraries of two systems.

#[cfg(not(any(feature = "std", feature = "libm")))]
compile_error!(
    "dsl-compute needs mathematical functions: its feature `std`, or its feature `libm` without `std`"
);

/// Declares the trait and implements it for both element types: a line for each function, with its names in
/// the standard library, and in `libm` for `f32` and for `f64`.
macro_rules! elementary {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident),+) = $std:ident, $single:ident, $double:ident;)*) => {
        /// The elementary functions of an element type.
        pub(crate) trait Elementary: Copy {
            $($(#[$doc])* fn $name($($argument: Self),+) -> Self;)*
        }
        elementary!(@impl f32; $($name($($argument),+) = $std, $single;)*);
        elementary!(@impl f64; $($name($($argument),+) = $std, $double;)*);
    };
    (@impl $real:ident; $($name:ident($($argument:ident),+) = $std:ident, $libm:ident;)*) => {
        impl Elementary for $real {
            $(
                #[inline(always)]
                fn $name($($argument: $real),+) -> $real {
                    #[cfg(feature = "std")]
                    return $real::$std($($argument),+);
                    #[cfg(all(feature = "libm", not(feature = "std")))]
                    return libm::$libm($($argument),+);
                    #[cfg(not(any(feature = "std", feature = "libm")))]
                    unreachable!("refused above");
                }
            )*
        }
    };
}

elementary! {
    /// The square root; NaN below zero.
    fn sqrt(x) = sqrt, sqrtf, sqrt;
    /// `a·b + c`, rounded once.
    fn fused_mul_add(a, b, c) = mul_add, fmaf, fma;
    /// `eˣ`.
    fn exp(x) = exp, expf, exp;
    /// The natural logarithm.
    fn ln(x) = ln, logf, log;
    /// `ln(1 + x)`, accurate near zero.
    fn ln_1p(x) = ln_1p, log1pf, log1p;
    /// The hyperbolic tangent.
    fn tanh(x) = tanh, tanhf, tanh;
    /// The sine of an angle in radians.
    fn sin(x) = sin, sinf, sin;
    /// The cosine of an angle in radians.
    fn cos(x) = cos, cosf, cos;
    /// `x` to a real power.
    fn powf(x, exponent) = powf, powf, pow;
}
