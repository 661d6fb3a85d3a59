//! Three functions of two numbers, as networks without layers: their gradients are derived while compiling.

use dsl_runtime::prelude::*;

network! {
    /// `(1 − x)² + 100 (y − x²)²` (Rosenbrock, 1960): a bent valley, with its least value 0 at `(1, 1)`.
    pub struct Rosenbrock;

    pub fn loss(&self, weight: Shared) -> Scalar {
        let x = param([], constant(-1.2));
        let y = param([], constant(1.0));
        weight * ((1.0 - x).square() + 100.0 * (y - x.square()).square())
    }
}

network! {
    /// `(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²` (Beale, 1958): plains between steep walls, with its least
    /// value 0 at `(3, 0.5)`.
    pub struct Beale;

    pub fn loss(&self, weight: Shared) -> Scalar {
        let x = param([], constant(1.0));
        let y = param([], constant(1.5));
        let first = 1.5 - x + x * y;
        let second = 2.25 - x + x * y.square();
        let third = 2.625 - x + x * y.pow(3.0);
        weight * (first.square() + second.square() + third.square())
    }
}

network! {
    /// `½ (u² + 100 v²)` in axes `u`, `v` that are turned by 30 degrees: a ravine a hundred times as steep across as along,
    /// with its least value 0 at the origin.
    pub struct Ravine;

    const COSINE: f64 = 0.8660254037844387;
    const SINE: f64 = 0.5;

    pub fn loss(&self, weight: Shared) -> Scalar {
        let x = param([], constant(-2.0));
        let y = param([], constant(0.2));
        let along = COSINE * x + SINE * y;
        let across = COSINE * y - SINE * x;
        weight * 0.5 * (along.square() + 100.0 * across.square())
    }
}
