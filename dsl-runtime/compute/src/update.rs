//! The loops over gradients, compiled here for both element types: updates, and the passes before an update.
//!
//! A loop that is generic over the element type would be compiled in the user's crate, unoptimised in a debug
//! build. These are plain functions of `f32` and `f64`; optimizers reach them through [`UpdateRules`].
//! Products and sums are rounded separately (no fused multiply-add), so an update has the same bits on every
//! instruction set.

use crate::isa::{Kernel, dispatch};
use crate::math::elementary::Elementary;

/// The update loops of an element type. All slices of one call have one length.
///
/// It is not for users: an optimizer of one's own is an `Optimizer` with loops of its own.
#[doc(hidden)]
pub trait UpdateRules: Sized {
    /// `w ← w - rate·(g + decay·w)`.
    fn sgd(rate: Self, decay: Self, parameters: &mut [Self], gradient: &[Self]);

    /// `v ← factor·v + share·(g + decay·w)`, then `w ← w - rate·(along·v + ahead·(g + decay·w))`.
    fn momentum(rule: MomentumRule<Self>, velocity: &mut [Self], parameters: &mut [Self], gradient: &[Self]);

    /// `m ← β₁m + (1-β₁)g`, `v ← β₂v + (1-β₂)g²`, `w ← keep·w - rate·m / (√v·scale + ε)`.
    fn adam(rule: AdamRule<Self>, state: [&mut [Self]; 2], parameters: &mut [Self], gradient: &[Self]);

    /// True if every value is neither infinite nor NaN.
    fn all_finite(values: &[Self]) -> bool;

    /// `mean ← sum / count`.
    fn quotient(count: Self, sum: &[Self], mean: &mut [Self]);
}

/// The coefficients of one momentum step.
#[derive(Debug, Clone, Copy)]
pub struct MomentumRule<T> {
    /// The fraction of the velocity that is kept.
    pub factor: T,
    /// The fraction of the gradient that is added to the velocity.
    pub share: T,
    /// The weight of the velocity in the update.
    pub along: T,
    /// The weight of the gradient itself in the update.
    pub ahead: T,
    /// Learning rate.
    pub rate: T,
    /// Weight decay, added to the gradient.
    pub decay: T,
}

/// The coefficients of one Adam step.
#[derive(Debug, Clone, Copy)]
pub struct AdamRule<T> {
    /// `β₁` and `1 - β₁`.
    pub first: [T; 2],
    /// `β₂` and `1 - β₂`.
    pub second: [T; 2],
    /// Learning rate over `1 - β₁ᵗ`.
    pub rate: T,
    /// `1 / √(1 - β₂ᵗ)`.
    pub scale: T,
    /// `ε`.
    pub epsilon: T,
    /// The fraction of the weights that is kept before the update, `1 - rate·decay`.
    pub keep: T,
}

struct SgdLoop<'a, T> {
    rate: T,
    decay: T,
    parameters: &'a mut [T],
    gradient: &'a [T],
}

struct MomentumLoop<'a, T> {
    rule: MomentumRule<T>,
    velocity: &'a mut [T],
    parameters: &'a mut [T],
    gradient: &'a [T],
}

struct AdamLoop<'a, T> {
    rule: AdamRule<T>,
    state: [&'a mut [T]; 2],
    parameters: &'a mut [T],
    gradient: &'a [T],
}

struct FiniteLoop<'a, T> {
    values: &'a [T],
}

struct QuotientLoop<'a, T> {
    count: T,
    sum: &'a [T],
    mean: &'a mut [T],
}

macro_rules! update_rules {
    ($real:ty $(, $inline:meta)?) => {
        impl Kernel for SgdLoop<'_, $real> {
            type Output = ();

            #[inline(always)]
            fn run<const FMA: bool, const BYTES: usize>(self) {
                let SgdLoop {
                    rate,
                    decay,
                    parameters,
                    gradient,
                } = self;
                for (w, &g) in parameters.iter_mut().zip(gradient) {
                    *w -= rate * (g + decay * *w);
                }
            }
        }

        impl Kernel for MomentumLoop<'_, $real> {
            type Output = ();

            #[inline(always)]
            fn run<const FMA: bool, const BYTES: usize>(self) {
                let MomentumLoop {
                    rule,
                    velocity,
                    parameters,
                    gradient,
                } = self;
                for ((w, v), &g) in parameters.iter_mut().zip(velocity).zip(gradient) {
                    let g = g + rule.decay * *w;
                    *v = rule.factor * *v + rule.share * g;
                    *w -= rule.rate * (rule.along * *v + rule.ahead * g);
                }
            }
        }

        impl Kernel for AdamLoop<'_, $real> {
            type Output = ();

            #[inline(always)]
            fn run<const FMA: bool, const BYTES: usize>(self) {
                let AdamLoop {
                    rule,
                    state: [first, second],
                    parameters,
                    gradient,
                } = self;
                for (((w, m), v), &g) in parameters.iter_mut().zip(first).zip(second).zip(gradient) {
                    *m = rule.first[0] * *m + rule.first[1] * g;
                    *v = rule.second[0] * *v + rule.second[1] * (g * g);
                    *w = rule.keep * *w - rule.rate * *m / (Elementary::sqrt(*v) * rule.scale + rule.epsilon);
                }
            }
        }

        impl Kernel for FiniteLoop<'_, $real> {
            type Output = bool;

            #[inline(always)]
            fn run<const FMA: bool, const BYTES: usize>(self) -> bool {
                // `x - x` is 0 for a finite number and NaN for any other, and a sum keeps a NaN. Many sums
                // side by side hide the latency of addition.
                let mut sums = [0.0; 32];
                let (whole, rest) = self.values.as_chunks::<32>();
                for values in whole {
                    for (sum, &x) in sums.iter_mut().zip(values) {
                        *sum += x - x;
                    }
                }
                for (sum, &x) in sums.iter_mut().zip(rest) {
                    *sum += x - x;
                }
                sums == [0.0; 32]
            }
        }

        impl Kernel for QuotientLoop<'_, $real> {
            type Output = ();

            #[inline(always)]
            fn run<const FMA: bool, const BYTES: usize>(self) {
                let QuotientLoop { count, sum, mean } = self;
                for (mean, &sum) in mean.iter_mut().zip(sum) {
                    *mean = sum / count;
                }
            }
        }

        impl UpdateRules for $real {
            $(#[$inline])?
            fn sgd(rate: $real, decay: $real, parameters: &mut [$real], gradient: &[$real]) {
                dispatch(SgdLoop {
                    rate,
                    decay,
                    parameters,
                    gradient,
                });
            }

            $(#[$inline])?
            fn momentum(
                rule: MomentumRule<$real>,
                velocity: &mut [$real],
                parameters: &mut [$real],
                gradient: &[$real],
            ) {
                dispatch(MomentumLoop {
                    rule,
                    velocity,
                    parameters,
                    gradient,
                });
            }

            $(#[$inline])?
            fn adam(
                rule: AdamRule<$real>,
                state: [&mut [$real]; 2],
                parameters: &mut [$real],
                gradient: &[$real],
            ) {
                dispatch(AdamLoop {
                    rule,
                    state,
                    parameters,
                    gradient,
                });
            }

            $(#[$inline])?
            fn all_finite(values: &[$real]) -> bool {
                dispatch(FiniteLoop { values })
            }

            $(#[$inline])?
            fn quotient(count: $real, sum: &[$real], mean: &mut [$real]) {
                dispatch(QuotientLoop { count, sum, mean });
            }
        }
    };
}

update_rules!(f32);
// Compiled like the other kernels for `f64`: see `kernels/precompiled.rs`.
update_rules!(f64, cfg_attr(not(feature = "f64"), inline));

#[cfg(test)]
mod tests {
    use super::UpdateRules;

    #[test]
    fn one_value_that_is_not_finite_is_found_wherever_it_stands() {
        for len in [0, 1, 31, 32, 33, 100] {
            let largest = vec![f32::MAX; len];
            assert!(f32::all_finite(&largest) && f64::all_finite(&vec![-f64::MAX; len]));
            for at in 0..len {
                for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    let (mut single, mut double) = (largest.clone(), vec![0.0; len]);
                    (single[at], double[at]) = (bad as f32, bad);
                    assert!(
                        !f32::all_finite(&single) && !f64::all_finite(&double),
                        "{bad} at {at} of {len}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_mean_is_rounded_once() {
        let sums: Vec<f32> = (0..40).map(|i| i as f32).collect();
        let mut means = vec![f32::NAN; 40];
        f32::quotient(3.0, &sums, &mut means);
        assert!(means.iter().zip(&sums).all(|(&mean, &sum)| mean == sum / 3.0));
    }
}
