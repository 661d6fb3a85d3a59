//! The quadratic model of a function, minimised in a ball by conjugate gradients.

use super::super::vector::{add_scaled, dot, negate, norm, scale};
use crate::{Error, Real};

/// Conjugate gradients that stop at the boundary of a trust region, and their vectors.
#[derive(Debug)]
pub(super) struct Steihaug<T> {
    iterations: u64,
    step: Vec<T>,
    residual: Vec<T>,
    direction: Vec<T>,
    product: Vec<T>,
}

/// How a step has come about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ModelStep {
    /// The decrease of the model.
    pub promised: f64,
    /// True if the step ends at the boundary of the ball.
    pub at_boundary: bool,
}

impl<T: Real> Steihaug<T> {
    /// Room for problems of `len` unknowns and so many iterations.
    pub fn new(len: usize, iterations: u64) -> Self {
        let zeros = vec![T::ZERO; len];
        Steihaug {
            iterations,
            step: zeros.clone(),
            residual: zeros.clone(),
            direction: zeros.clone(),
            product: zeros,
        }
    }

    /// The last step.
    pub fn step(&self) -> &[T] {
        &self.step
    }

    /// Sets the step to one that lowers `gᵀp + ½ pᵀHp` over `‖p‖ ≤ radius`, where `multiply` sets its second
    /// argument to `H` times its first.
    pub fn solve(
        &mut self,
        gradient: &[T],
        radius: f64,
        mut multiply: impl FnMut(&[T], &mut [T]) -> Result<(), Error>,
    ) -> Result<ModelStep, Error> {
        self.step.fill(T::ZERO);
        self.residual.copy_from_slice(gradient);
        negate(&mut self.direction, gradient);
        let tolerance = norm(gradient).sqrt().min(0.5) * norm(gradient);
        let mut square = dot(&self.residual, &self.residual);
        for _ in 0..self.iterations {
            multiply(&self.direction, &mut self.product)?;
            let curvature = dot(&self.direction, &self.product);
            let length = square / curvature;
            let way = self.to_boundary(radius);
            // A curvature of 0 makes the length infinite, a negative one negative.
            if !(length > 0.0 && length < way) {
                self.advance(way);
                return Ok(self.ended(gradient, true));
            }
            self.advance(length);
            let next = dot(&self.residual, &self.residual);
            if next.sqrt() <= tolerance {
                break;
            }
            scale(&mut self.direction, next / square);
            add_scaled(&mut self.direction, -1.0, &self.residual);
            square = next;
        }
        Ok(self.ended(gradient, false))
    }

    /// Goes so far along the direction.
    fn advance(&mut self, length: f64) {
        add_scaled(&mut self.step, length, &self.direction);
        add_scaled(&mut self.residual, length, &self.product);
    }

    /// The positive `τ` for which `‖p + τ d‖ = radius`.
    fn to_boundary(&self, radius: f64) -> f64 {
        let along = dot(&self.step, &self.direction);
        let direction = dot(&self.direction, &self.direction);
        let missing = (radius * radius - dot(&self.step, &self.step)).max(0.0);
        // The form that subtracts no two numbers of one sign.
        let root = (along * along + direction * missing).sqrt();
        match along > 0.0 {
            true => missing / (along + root),
            false => (root - along) / direction,
        }
    }

    /// The model's decrease: with the residual `r = g + Hp` it is `-½ pᵀ(g + r)`.
    fn ended(&self, gradient: &[T], at_boundary: bool) -> ModelStep {
        ModelStep {
            promised: -0.5 * (dot(&self.step, gradient) + dot(&self.step, &self.residual)),
            at_boundary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The solution for the diagonal matrix `d`, with what is said of it.
    fn solve(d: [f64; 3], gradient: [f64; 3], radius: f64) -> (Vec<f64>, ModelStep) {
        let mut problem = Steihaug::new(3, 10);
        let found = problem.solve(&gradient, radius, |direction, product| {
            for i in 0..3 {
                product[i] = d[i] * direction[i];
            }
            Ok(())
        });
        (problem.step().to_vec(), found.unwrap())
    }

    fn decrease(d: [f64; 3], gradient: [f64; 3], step: &[f64]) -> f64 {
        (0..3)
            .map(|i| -gradient[i] * step[i] - 0.5 * d[i] * step[i] * step[i])
            .sum()
    }

    #[test]
    fn inside_the_ball_it_is_newtons_step() {
        let gradient = [1e-7, -2e-7, 3e-7];
        let (step, said) = solve([1.0, 2.0, 5.0], gradient, 10.0);
        for (found, expected) in step.iter().zip([-1e-7, 1e-7, -0.6e-7]) {
            assert!((found - expected).abs() < 1e-10 * 1e-3, "{step:?}");
        }
        assert!(!said.at_boundary);
        let promised = decrease([1.0, 2.0, 5.0], gradient, &step);
        assert!((said.promised / promised - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_small_ball_and_negative_curvature_lead_to_the_boundary() {
        for (d, radius) in [
            ([1.0, 2.0, 5.0], 0.1),
            ([-1.0, 2.0, 5.0], 3.0),
            ([0.0, 0.0, 0.0], 2.0),
        ] {
            let gradient = [1.0, -2.0, 3.0];
            let (step, said) = solve(d, gradient, radius);
            assert!(said.at_boundary);
            assert!((norm(&step) - radius).abs() < 1e-12, "{step:?}");
            let promised = decrease(d, gradient, &step);
            assert!(promised > 0.0 && (said.promised / promised - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn an_error_of_the_product_ends_it() {
        let error = || Error::Hyperparameter {
            owner: "test",
            name: "product",
            value: 0.0,
            expected: "other",
        };
        assert!(
            Steihaug::new(1, 5)
                .solve(&[1.0], 1.0, |_, _| Err(error()))
                .is_err()
        );
    }
}
