//! The loops over gradients, compiled here for both element types: updates, and the passes around an update.
//!
//! A loop that is generic over the element type would be compiled in the user's crate, unoptimised in a debug
//! build. These are plain functions of `f32` and `f64`; optimizers reach them through [`UpdateRules`].
//! Products and sums are rounded separately (no fused multiply-add), so an update has the same bits on every
//! instruction set.

use crate::isa::{Kernel, dispatch};
use crate::math::elementary::Elementary;

mod coefficients;

pub use coefficients::{
    AdadeltaStep, AdagradStep, AdamStep, CenteredRmsPropStep, LambStep, LionStep, LookAhead, MomentumStep,
    NadamStep, Penalty, RmsPropStep, Scalar, ScheduleFreeStep, SgdStep,
};

/// Declares [`UpdateRules`] and implements it for both element types.
///
/// A loop is written as `fn name(coefficients: Type, [written, …], read) { body }`. The body sees one element
/// of each slice: of those that are written a reference, of the one that is read the value.
macro_rules! update_rules {
    (@declare $(
        $(#[$documentation:meta])*
        fn $name:ident($rule:ident: $Rule:ident, [$($written:ident),+], $read:ident) $body:block
    )*) => {
        /// The update loops of an element type. All slices of one call have one length.
        ///
        /// It is not for users: an optimizer of one's own is a rule with loops of its own.
        #[doc(hidden)]
        pub trait UpdateRules: Sized {
            $(
                $(#[$documentation])*
                fn $name(
                    rule: $Rule<Self>,
                    written: [&mut [Self]; [$(stringify!($written)),+].len()],
                    read: &[Self],
                );
            )*

            /// True if every value is neither infinite nor NaN.
            fn all_finite(values: &[Self]) -> bool;

            /// `mean ← sum / count`.
            fn quotient(count: Self, sum: &[Self], mean: &mut [Self]);
        }
    };
    (@implement $real:ident, $inline:meta; $(
        $(#[$documentation:meta])*
        fn $name:ident($rule:ident: $Rule:ident, [$($written:ident),+], $read:ident) $body:block
    )*) => {
        impl UpdateRules for $real {
            $(
                #[$inline]
                fn $name(
                    rule: $Rule<$real>,
                    written: [&mut [$real]; [$(stringify!($written)),+].len()],
                    read: &[$real],
                ) {
                    struct Loop<'a> {
                        rule: $Rule<$real>,
                        written: [&'a mut [$real]; [$(stringify!($written)),+].len()],
                        read: &'a [$real],
                    }

                    impl Kernel for Loop<'_> {
                        type Output = ();

                        #[inline(always)]
                        fn run<const FMA: bool, const BYTES: usize>(self) {
                            let Loop { rule: $rule, written: [$($written),+], read } = self;
                            let len = read.len();
                            $(let $written = &mut $written[..len];)+
                            for i in 0..len {
                                $(let $written = &mut $written[i];)+
                                // Everything is read before anything is written: slices that begin equally far into
                                // their pages would otherwise be taken for one another, and wait.
                                ($(*$written,)+) = {
                                    $(let mut $written = *$written;)+
                                    {
                                        $(let $written = &mut $written;)+
                                        let $read = read[i];
                                        $body
                                    }
                                    ($($written,)+)
                                };
                            }
                        }
                    }

                    dispatch(Loop { rule, written, read });
                }
            )*

            #[$inline]
            fn all_finite(values: &[$real]) -> bool {
                struct Look<'a>(&'a [$real]);

                impl Kernel for Look<'_> {
                    type Output = bool;

                    #[inline(always)]
                    fn run<const FMA: bool, const BYTES: usize>(self) -> bool {
                        // `x - x` is 0 for a finite number and NaN for any other, and a sum keeps a NaN. Many
                        // sums side by side hide the latency of addition.
                        let mut sums = [0.0; 32];
                        let (whole, rest) = self.0.as_chunks::<32>();
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

                dispatch(Look(values))
            }

            #[$inline]
            fn quotient(count: $real, sum: &[$real], mean: &mut [$real]) {
                struct Divide<'a>($real, &'a [$real], &'a mut [$real]);

                impl Kernel for Divide<'_> {
                    type Output = ();

                    #[inline(always)]
                    fn run<const FMA: bool, const BYTES: usize>(self) {
                        let Divide(count, sum, mean) = self;
                        for (mean, &sum) in mean.iter_mut().zip(sum) {
                            *mean = sum / count;
                        }
                    }
                }

                dispatch(Divide(count, sum, mean));
            }
        }
    };
    ($($rules:tt)*) => {
        update_rules! { @declare $($rules)* }
        update_rules! { @implement f32, inline(never); $($rules)* }
        // Compiled like the other kernels for `f64`: see `kernels/precompiled.rs`.
        update_rules! { @implement f64, cfg_attr(not(feature = "f64"), inline); $($rules)* }
    };
}

update_rules! {
    /// `w ← w - rate·g`.
    fn sgd(rule: SgdStep, [w], g) {
        *w -= rule.rate * g;
    }

    /// `v ← factor·v + share·g`, then `w ← w - rate·(along·v + ahead·g)`.
    fn momentum(rule: MomentumStep, [w, v], g) {
        *v = rule.factor * *v + rule.share * g;
        *w -= rule.rate * (rule.along * *v + rule.ahead * g);
    }

    /// `m ← β₁m + (1-β₁)g`, `v ← β₂v + (1-β₂)g²`, `w ← w - rate·m / (√v·scale + ε)`.
    fn adam(rule: AdamStep, [w, m, v], g) {
        *m = rule.first[0] * *m + rule.first[1] * g;
        *v = rule.second[0] * *v + rule.second[1] * (g * g);
        *w -= rule.rate * *m / (Elementary::sqrt(*v) * rule.scale + rule.epsilon);
    }

    /// `m ← β₁m + (1-β₁)g`, `v ← β₂v + (1-β₂)g²`, `u ← max(u, v)`, `w ← w - rate·m / (√u·scale + ε)`.
    fn amsgrad(rule: AdamStep, [w, m, v, u], g) {
        *m = rule.first[0] * *m + rule.first[1] * g;
        *v = rule.second[0] * *v + rule.second[1] * (g * g);
        *u = if *v > *u { *v } else { *u };
        *w -= rule.rate * *m / (Elementary::sqrt(*u) * rule.scale + rule.epsilon);
    }

    /// `m ← β₁m + (1-β₁)g`, `v ← β₂v + (1-β₂)g²`, `w ← w - (rate₀·g + rate₁·m) / (√v·scale + ε)`.
    fn nadam(rule: NadamStep, [w, m, v], g) {
        *m = rule.first[0] * *m + rule.first[1] * g;
        *v = rule.second[0] * *v + rule.second[1] * (g * g);
        let ahead = rule.rates[0] * g + rule.rates[1] * *m;
        *w -= ahead / (Elementary::sqrt(*v) * rule.scale + rule.epsilon);
    }

    /// `v ← αv + (1-α)g²`, `w ← w - rate·g / (√v + ε)`.
    fn rms_prop(rule: RmsPropStep, [w, v], g) {
        *v = rule.average[0] * *v + rule.average[1] * (g * g);
        *w -= rule.rate * g / (Elementary::sqrt(*v) + rule.epsilon);
    }

    /// `v ← αv + (1-α)g²`, `m ← αm + (1-α)g`, `b ← momentum·b + g / (√(v - m²) + ε)`, `w ← w - rate·b`.
    fn centered_rms_prop(rule: CenteredRmsPropStep, [w, v, m, b], g) {
        *v = rule.average[0] * *v + rule.average[1] * (g * g);
        *m = rule.average[0] * *m + rule.average[1] * g;
        // Rounding may leave a variance below 0.
        let variance = *v - *m * *m;
        let variance = if variance > 0.0 { variance } else { 0.0 };
        *b = rule.momentum * *b + g / (Elementary::sqrt(variance) + rule.epsilon);
        *w -= rule.rate * *b;
    }

    /// `s ← s + g²`, `w ← w - rate·g / (√s + ε)`.
    fn adagrad(rule: AdagradStep, [w, s], g) {
        *s += g * g;
        *w -= rule.rate * g / (Elementary::sqrt(*s) + rule.epsilon);
    }

    /// `v ← ρv + (1-ρ)g²`, `Δ = √(u + ε) / √(v + ε)·g`, `u ← ρu + (1-ρ)Δ²`, `w ← w - rate·Δ`.
    fn adadelta(rule: AdadeltaStep, [w, v, u], g) {
        *v = rule.average[0] * *v + rule.average[1] * (g * g);
        let delta = Elementary::sqrt(*u + rule.epsilon) / Elementary::sqrt(*v + rule.epsilon) * g;
        *u = rule.average[0] * *u + rule.average[1] * (delta * delta);
        *w -= rule.rate * delta;
    }

    /// `w ← w - rate·sign(β₁m + (1-β₁)g)`, then `m ← β₂m + (1-β₂)g`.
    fn lion(rule: LionStep, [w, m], g) {
        let along = rule.first[0] * *m + rule.first[1] * g;
        let up = if along > 0.0 { rule.rate } else { 0.0 };
        *w -= if along < 0.0 { -rule.rate } else { up };
        *m = rule.second[0] * *m + rule.second[1] * g;
    }

    /// `m ← β₁m + (1-β₁)g`, `v ← β₂v + (1-β₂)g²`, `u ← m·correction / (√v·scale + ε) + decay·w`.
    fn lamb_direction(rule: LambStep, [u, w, m, v], g) {
        *m = rule.first[0] * *m + rule.first[1] * g;
        *v = rule.second[0] * *v + rule.second[1] * (g * g);
        *u = *m * rule.correction / (Elementary::sqrt(*v) * rule.scale + rule.epsilon) + rule.decay * *w;
    }

    /// `v ← β₂v + (1-β₂)g²`, `d = g / (√v·scale + ε) + decay·y`, `y ← y + share·(z - y) - rate·d`,
    /// `z ← z - base_rate·d`.
    fn schedule_free(rule: ScheduleFreeStep, [y, z, v], g) {
        *v = rule.second[0] * *v + rule.second[1] * (g * g);
        let along = g / (Elementary::sqrt(*v) * rule.scale + rule.epsilon) + rule.decay * *y;
        *y += rule.share * (*z - *y);
        *y -= rule.rate * along;
        *z -= rule.base_rate * along;
    }

    /// `g ← factor·g + l2·w + l1·sign(w)`, where `g` is what is written.
    fn penalise(rule: Penalty, [g], w) {
        let up = if w > 0.0 { rule.l1 } else { 0.0 };
        let slope = if w < 0.0 { -rule.l1 } else { up };
        *g = rule.factor * *g + rule.l2 * w + slope;
    }

    /// `g ← g + weight·(w - start)`, where `g` is what is written and `start` what is read.
    fn pull(weight: Scalar, [g, w], start) {
        *g += weight.0 * (*w - start);
    }

    /// `out ← min(max(x, -bound), bound)`.
    fn clip(bound: Scalar, [out], x) {
        let least = if x > -bound.0 { x } else { -bound.0 };
        *out = if least < bound.0 { least } else { bound.0 };
    }

    /// `a ← a + weight·(w - a)`.
    fn approach(weight: Scalar, [a], w) {
        *a += weight.0 * (w - *a);
    }

    /// `b ← b + weight·(g - b)`, `u ← g + ahead·(b - g)`.
    fn look_ahead(rule: LookAhead, [u, b], g) {
        *b += rule.weight * (g - *b);
        *u = g + rule.ahead * (*b - g);
    }
}

#[cfg(test)]
mod tests {
    use super::{AdamStep, LionStep, Penalty, Scalar, UpdateRules};

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

    #[test]
    fn loops_go_over_every_element_and_round_as_their_formula_says() {
        for len in [0, 1, 15, 16, 17, 100] {
            let read: Vec<f32> = (0..len).map(|i| (i as f32 - 7.0) / 3.0).collect();
            let start: Vec<f32> = (0..len).map(|i| (i as f32 - 50.0) / 11.0).collect();
            let [mut w, mut m, mut v] = [start.clone(), read.clone(), start.iter().map(|x| x * x).collect()];
            let (w0, m0, v0) = (w.clone(), m.clone(), v.clone());
            let rule = AdamStep {
                first: [0.9, 0.1],
                second: [0.99, 0.01],
                rate: 0.5,
                scale: 1.5,
                epsilon: 1e-3,
            };
            f32::adam(rule, [&mut w, &mut m, &mut v], &read);
            for i in 0..len {
                let (first, second) = (
                    0.9 * m0[i] + 0.1 * read[i],
                    0.99 * v0[i] + 0.01 * (read[i] * read[i]),
                );
                let expected = w0[i] - 0.5 * first / (second.sqrt() * 1.5 + 1e-3);
                assert_eq!((w[i], m[i], v[i]), (expected, first, second), "{i} of {len}");
            }
        }
    }

    #[test]
    fn signs_and_bounds_are_those_of_their_formulas() {
        let read = [-2.0, -0.0, 0.0, 0.5, 3.0f64];
        let mut out = [9.0; 5];
        f64::clip(Scalar(1.0), [&mut out], &read);
        assert_eq!(out, [-1.0, 0.0, 0.0, 0.5, 1.0]);
        let rule = Penalty {
            factor: 2.0,
            l2: 0.25,
            l1: 10.0,
        };
        let mut slope = [1.0; 5];
        f64::penalise(rule, [&mut slope], &read);
        assert_eq!(slope, [-8.5, 2.0, 2.0, 12.125, 12.75]);
        let rule = LionStep {
            first: [0.5, 0.5],
            second: [0.0, 1.0],
            rate: 0.25,
        };
        let (mut w, mut m) = ([1.0; 5], [0.0; 5]);
        f64::lion(rule, [&mut w, &mut m], &read);
        assert_eq!((w, m), ([1.25, 1.0, 1.0, 0.75, 0.75], read));
    }
}
