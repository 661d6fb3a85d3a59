//! Adafactor.

use super::matrix::sides;
use crate::kernels::{nrm2, sum, sum_examples};
use crate::optim::{Descent, Rule, Scope, Step, demand};
use crate::{Error, Parameter, Real};

/// Adafactor, Shazeer & Stern 2018, *Adafactor: adaptive learning rates with sublinear memory cost* (their
/// algorithm 4 with relative steps), as PyTorch writes it.
///
/// In step `t` (from 1), with `s = t^-0.8` and `ρ = min(η, 1/√t)`, for a matrix of `n` rows and `m` columns:
/// `r ← r + s (Σⱼ ∇² / m - r)`, `c ← c + s (Σᵢ ∇² / n - c)`, `v = r cᵀ / (Σ r / n)`, and for a vector
/// `v ← v + s (∇² - v)`; then `u = ∇ / max(√v, ε₁)` and
/// `w ← w - ρ max(ε₂, rms(w)) u / max(1, rms(u) / d)`, with `ε₁` the distance from 1 to the next number,
/// `ε₂ = 0.001`, `d = 1`. A kernel of a convolution is the matrix of its output channels.
/// [`weight_decay`](Descent::weight_decay) is [`decoupled_decay`](Descent::decoupled_decay).
///
/// Of the one moment, that of a matrix holds `r` and `c` in its first elements; the others are not touched.
pub type Adafactor<T = f32> = Descent<T, AdafactorRule, 1>;

/// The rule of [`Adafactor`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdafactorRule {
    decay_power: f64,
    least_scale: f64,
    bound: f64,
}

impl<T: Real> Descent<T, AdafactorRule, 1> {
    /// Adafactor whose steps, relative to the size of the parameters, are of this length at most; 0.01 in the
    /// paper.
    pub fn new(learning_rate: f64) -> Self {
        let rule = AdafactorRule {
            decay_power: -0.8,
            least_scale: 1e-3,
            bound: 1.0,
        };
        Descent::by(rule, learning_rate)
    }

    /// Sets `ε₂`, the least size of parameters that steps are relative to.
    #[must_use]
    pub fn least_scale(mut self, scale: f64) -> Self {
        self.rule.least_scale = scale;
        self
    }

    /// Sets `d`, the bound on the root mean square of an update.
    #[must_use]
    pub fn bound(mut self, bound: f64) -> Self {
        self.rule.bound = bound;
        self
    }
}

impl AdafactorRule {
    /// The weight of this step in the averages.
    fn share(&self, step: &Step) -> f64 {
        (step.number as f64).powf(self.decay_power)
    }

    /// The length of a step along a direction of so many elements, by the norms of both.
    fn length(&self, step: &Step, len: usize, of_parameters: f64, of_direction: f64) -> f64 {
        let root = (len as f64).sqrt();
        let relative = step.rate.min(1.0 / (step.number as f64).sqrt());
        let scale = (of_parameters / root).max(self.least_scale);
        relative * scale / (of_direction / root / self.bound).max(1.0)
    }
}

/// `g / max(√v, ε)`.
fn quotient<T: Real>(gradient: T, square: T) -> T {
    gradient / square.max(T::EPSILON * T::EPSILON).sqrt()
}

impl<T: Real> Rule<T, 1> for AdafactorRule {
    const NAME: &'static str = "Adafactor";
    const MOMENTS: [&'static str; 1] = ["second"];
    const SCOPE: Scope = Scope::Tensors;

    fn check(&self) -> Result<(), Error> {
        let positive = |name, value: f64| {
            let holds = value.is_finite() && value > 0.0;
            demand(holds, "Adafactor", name, value, "finite and positive")
        };
        positive("least scale", self.least_scale)?;
        positive("bound on the update", self.bound)
    }

    fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], [second]: [&mut [T]; 1]) {
        let share = T::literal(self.share(step));
        let mut square = 0.0;
        for (&g, v) in gradient.iter().zip(&mut *second) {
            *v += share * (g * g - *v);
            square += quotient(g, *v).to_f64().powi(2);
        }
        let of_parameters = nrm2(parameters).to_f64();
        let length = T::literal(self.length(step, gradient.len(), of_parameters, square.sqrt()));
        for ((w, &g), &v) in parameters.iter_mut().zip(gradient).zip(&*second) {
            *w -= length * quotient(g, v);
        }
    }

    fn scratch(&self, tensor: &Parameter) -> usize {
        sides(tensor).map_or(0, |[rows, columns]| tensor.len() + rows + columns)
    }

    fn update_tensor(
        &self,
        step: &Step,
        tensor: &Parameter,
        scratch: &mut [T],
        parameters: &mut [T],
        gradient: &[T],
        [second]: [&mut [T]; 1],
    ) {
        let Some([rows, columns]) = sides(tensor) else {
            return self.update(step, parameters, gradient, [second]);
        };
        // All in canonical order.
        let (direction, means) = scratch.split_at_mut(tensor.len());
        for (square, place) in direction.iter_mut().zip(tensor.places()) {
            *square = gradient[place] * gradient[place];
        }
        let (of_rows, of_columns) = means.split_at_mut(rows);
        for (mean, row) in of_rows.iter_mut().zip(direction.chunks_exact(columns)) {
            *mean = sum(row) / T::literal(columns as f64);
        }
        sum_examples(rows, columns, direction, 0..columns, of_columns);
        for mean in &mut *of_columns {
            *mean /= T::literal(rows as f64);
        }
        let share = T::literal(self.share(step));
        let both = of_rows.iter_mut().chain(&mut *of_columns);
        for (mean, place) in both.zip(tensor.places()) {
            second[place] += share * (*mean - second[place]);
            *mean = second[place];
        }
        let mean = (sum(of_rows) / T::literal(rows as f64)).max(T::EPSILON);
        let mut places = tensor.places();
        for (row, &of_row) in direction.chunks_exact_mut(columns).zip(&*of_rows) {
            for ((u, &of_column), place) in row.iter_mut().zip(&*of_columns).zip(&mut places) {
                *u = quotient(gradient[place], of_row * of_column / mean);
            }
        }
        let [of_parameters, of_direction] = [nrm2(parameters), nrm2(direction)].map(T::to_f64);
        let length = T::literal(self.length(step, tensor.len(), of_parameters, of_direction));
        for (&u, place) in direction.iter().zip(tensor.places()) {
            parameters[place] -= length * u;
        }
    }
}
