//! The update loops, compiled here for both element types.
//!
//! A loop that is generic over the element type would be compiled in the user's crate, unoptimised in a debug
//! build. These are plain functions of `f32` and `f64`; optimizers reach them through [`UpdateRules`].
//! Products and sums are rounded apart (no fused multiply-add), so an update has the same bits on every
//! instruction set.

use crate::parallel::{Kernel, dispatch};

/// The update loops of an element type. All slices of one call are of one length.
///
/// Not for users: an optimizer of one's own is an `Optimizer` with loops of its own.
#[doc(hidden)]
pub trait UpdateRules: Sized {
    /// `w ← w - rate·(g + decay·w)`.
    fn sgd(rate: Self, decay: Self, parameters: &mut [Self], gradient: &[Self]);

    /// `v ← factor·v + share·(g + decay·w)`, then `w ← w - rate·(along·v + ahead·(g + decay·w))`.
    fn momentum(rule: MomentumRule<Self>, velocity: &mut [Self], parameters: &mut [Self], gradient: &[Self]);

    /// `m ← β₁m + (1-β₁)g`, `v ← β₂v + (1-β₂)g²`, `w ← keep·w - rate·m / (√v·scale + ε)`.
    fn adam(rule: AdamRule<Self>, state: [&mut [Self]; 2], parameters: &mut [Self], gradient: &[Self]);
}

/// The numbers of one momentum step.
#[derive(Debug, Clone, Copy)]
pub struct MomentumRule<T> {
    /// What is kept of the velocity.
    pub factor: T,
    /// What is added of the gradient.
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

/// The numbers of one Adam step.
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
    /// What is kept of the weights before the update, `1 - rate·decay`.
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
                    *w = rule.keep * *w - rule.rate * *m / (v.sqrt() * rule.scale + rule.epsilon);
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
        }
    };
}

update_rules!(f32);
// As the other kernels for `f64`: `kernels/precompiled.rs`.
update_rules!(f64, cfg_attr(not(feature = "f64"), inline));
