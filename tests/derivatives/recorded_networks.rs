//! Written by `../recorded/record_derivatives.py`: every function of `derivatives.txt` as an entry point.

use dsl_runtime::prelude::*;

use super::recorded::{Call, call};

network! {
    /// The functions whose derivatives JAX has recorded.
    pub struct Recorded;

    pub fn sine_times_exponential_gradient(&self, x: Tensor<4>) -> Tensor<4> {
        (x.sin() * x.exp()).sum().grad(x)
    }

    pub fn third_derivative(&self, x: Tensor<1>) -> Tensor<1> {
        let x = x.at(0);
        let z = { (x.sin() * x.exp()).grad(x).grad(x).grad(x) };
        z.reshape([1])
    }

    pub fn fourth_derivative_of_a_logistic_function(&self, x: Tensor<1>) -> Tensor<1> {
        let x = x.at(0);
        let z = { x.sigmoid().grad(x).grad(x).grad(x).grad(x) };
        z.reshape([1])
    }

    pub fn rosenbrock_gradient(&self, x: Tensor<4>) -> Tensor<4> {
        let (a, b) = (x.slice(0, 0, 3), x.slice(0, 1, 4));
        let y = (100.0 * (b - a.square()).square() + (1.0 - a).square()).sum();
        y.grad(x)
    }

    pub fn rosenbrock_hessian(&self, x: Tensor<4>) -> Tensor<4, 4> {
        let (a, b) = (x.slice(0, 0, 3), x.slice(0, 1, 4));
        let y = (100.0 * (b - a.square()).square() + (1.0 - a).square()).sum();
        y.hessian(x)
    }

    pub fn rosenbrock_hessian_vector_product(&self, x: Tensor<4>, v: Tensor<4>) -> Tensor<4> {
        let (a, b) = (x.slice(0, 0, 3), x.slice(0, 1, 4));
        let y = (100.0 * (b - a.square()).square() + (1.0 - a).square()).sum();
        y.grad(x).jvp(x, v)
    }

    pub fn rosenbrock_laplacian(&self, x: Tensor<4>) -> Tensor<1> {
        let z = {
            let (a, b) = (x.slice(0, 0, 3), x.slice(0, 1, 4));
            let y = (100.0 * (b - a.square()).square() + (1.0 - a).square()).sum();
            y.laplacian(x)
        };
        z.reshape([1])
    }

    pub fn log_sum_exp_hessian(&self, x: Tensor<5>) -> Tensor<5, 5> {
        x.exp().sum().log().hessian(x)
    }

    pub fn softmax_jacobian(&self, x: Tensor<5>) -> Tensor<5, 5> {
        x.softmax().jacobian(x)
    }

    pub fn softmax_jvp(&self, x: Tensor<5>, v: Tensor<5>) -> Tensor<5> {
        x.softmax().jvp(x, v)
    }

    pub fn log_softmax_vjp(&self, x: Tensor<5>, w: Tensor<5>) -> Tensor<5> {
        x.log_softmax().vjp(x, w)
    }

    pub fn perceptron_jacobian(&self, x: Tensor<3>, w: Tensor<4, 3>, u: Tensor<2, 4>) -> Tensor<2, 3> {
        let y = u.matmul(w.matmul(x).tanh());
        y.jacobian(x)
    }

    pub fn perceptron_jacobian_by_a_matrix(
        &self,
        x: Tensor<3>,
        w: Tensor<4, 3>,
        u: Tensor<2, 4>,
    ) -> Tensor<2, 4, 3> {
        let y = u.matmul(w.matmul(x).tanh());
        y.jacobian(w)
    }

    pub fn perceptron_hessian(&self, x: Tensor<3>, w: Tensor<4, 3>, u: Tensor<2, 4>) -> Tensor<3, 3> {
        let y = u.matmul(w.matmul(x).tanh());
        y.square().sum().hessian(x)
    }

    pub fn perceptron_mixed_second_derivative(
        &self,
        x: Tensor<3>,
        w: Tensor<4, 3>,
        u: Tensor<2, 4>,
    ) -> Tensor<3, 4, 3> {
        let y = u.matmul(w.matmul(x).tanh());
        y.square().sum().grad(x).jacobian(w)
    }

    pub fn normalisation_jacobian(&self, x: Tensor<6>) -> Tensor<6, 6> {
        x.standardise(epsilon = 1e-5).jacobian(x)
    }

    pub fn normalisation_second_derivative_along_a_direction(&self, x: Tensor<6>, v: Tensor<6>) -> Tensor<6> {
        let y = x.standardise(epsilon = 1e-5);
        y.jvp(x, v).jvp(x, v)
    }

    pub fn attention_jvp(&self, x: Tensor<3, 2>, v: Tensor<3, 2>) -> Tensor<3, 2> {
        let y = (x.matmul(x.t()) / 2.0.sqrt()).softmax().matmul(x);
        y.jvp(x, v)
    }

    pub fn attention_vjp(&self, x: Tensor<3, 2>, w: Tensor<3, 2>) -> Tensor<3, 2> {
        let y = (x.matmul(x.t()) / 2.0.sqrt()).softmax().matmul(x);
        y.vjp(x, w)
    }

    pub fn attention_hessian_vector_product(&self, x: Tensor<3, 2>, v: Tensor<3, 2>) -> Tensor<3, 2> {
        let y = (x.matmul(x.t()) / 2.0.sqrt()).softmax().matmul(x);
        y.square().sum().grad(x).jvp(x, v)
    }

    pub fn recurrence_gradient(&self, x: Tensor<5, 2>, w: Tensor<2, 2>) -> Tensor<5, 2> {
        let mut h = zeros([2]);
        for t in 0..5 {
            h = (w.matmul(h) + x.at(t)).tanh();
        }
        let y = h.square().sum();
        y.grad(x)
    }

    pub fn recurrence_gradient_by_its_matrix(&self, x: Tensor<5, 2>, w: Tensor<2, 2>) -> Tensor<2, 2> {
        let mut h = zeros([2]);
        for t in 0..5 {
            h = (w.matmul(h) + x.at(t)).tanh();
        }
        let y = h.square().sum();
        y.grad(w)
    }

    pub fn recurrence_hessian_by_its_matrix(&self, x: Tensor<5, 2>, w: Tensor<2, 2>) -> Tensor<2, 2, 2, 2> {
        let mut h = zeros([2]);
        for t in 0..5 {
            h = (w.matmul(h) + x.at(t)).tanh();
        }
        let y = h.square().sum();
        y.hessian(w)
    }

    pub fn recurrence_hessian_vector_product(
        &self,
        x: Tensor<5, 2>,
        w: Tensor<2, 2>,
        v: Tensor<2, 2>,
    ) -> Tensor<2, 2> {
        let mut h = zeros([2]);
        for t in 0..5 {
            h = (w.matmul(h) + x.at(t)).tanh();
        }
        let y = h.square().sum();
        y.grad(w).jvp(w, v)
    }

    pub fn filter_gradient_of_its_energy(&self, x: Tensor<6>) -> Tensor<6> {
        let y = 0.25 * x.slice(0, 0, 4) - x.slice(0, 1, 5) + 0.5 * x.slice(0, 2, 6);
        y.square().sum().grad(x)
    }

    pub fn two_body_energy_hessian(&self, x: Tensor<4>) -> Tensor<4, 4> {
        let y =
            0.5 * (x.at(2).square() + x.at(3).square()) - 1.0 / (x.at(0).square() + x.at(1).square()).sqrt();
        y.hessian(x)
    }

    pub fn gaussian_laplacian(&self, x: Tensor<3>) -> Tensor<1> {
        let z = { (-0.5 * x.square().sum()).exp().laplacian(x) };
        z.reshape([1])
    }

    pub fn field_divergence(&self, x: Tensor<3>) -> Tensor<1> {
        let z = { (x.sin() * x.square().sum()).divergence(x) };
        z.reshape([1])
    }

    pub fn error_function_second_derivative(&self, x: Tensor<4>) -> Tensor<4> {
        x.erf().jvp(x, ones([4])).jvp(x, ones([4]))
    }

    pub fn norm_of_a_gradient_gradient(&self, x: Tensor<4>) -> Tensor<4> {
        let slope = (x.sin() * x.square()).sum().grad(x);
        slope.norm().grad(x)
    }

    pub fn cumulative_sum_jacobian(&self, x: Tensor<4>) -> Tensor<4, 4> {
        x.exp().cumsum().jacobian(x)
    }
}

/// Every entry point, in the order of the file.
pub fn calls<T: Real>() -> [Call<T>; 31] {
    [
        call!(sine_times_exponential_gradient, x),
        call!(third_derivative, x),
        call!(fourth_derivative_of_a_logistic_function, x),
        call!(rosenbrock_gradient, x),
        call!(rosenbrock_hessian, x),
        call!(rosenbrock_hessian_vector_product, x v),
        call!(rosenbrock_laplacian, x),
        call!(log_sum_exp_hessian, x),
        call!(softmax_jacobian, x),
        call!(softmax_jvp, x v),
        call!(log_softmax_vjp, x w),
        call!(perceptron_jacobian, x w u),
        call!(perceptron_jacobian_by_a_matrix, x w u),
        call!(perceptron_hessian, x w u),
        call!(perceptron_mixed_second_derivative, x w u),
        call!(normalisation_jacobian, x),
        call!(normalisation_second_derivative_along_a_direction, x v),
        call!(attention_jvp, x v),
        call!(attention_vjp, x w),
        call!(attention_hessian_vector_product, x v),
        call!(recurrence_gradient, x w),
        call!(recurrence_gradient_by_its_matrix, x w),
        call!(recurrence_hessian_by_its_matrix, x w),
        call!(recurrence_hessian_vector_product, x w v),
        call!(filter_gradient_of_its_energy, x),
        call!(two_body_energy_hessian, x),
        call!(gaussian_laplacian, x),
        call!(field_divergence, x),
        call!(error_function_second_derivative, x),
        call!(norm_of_a_gradient_gradient, x),
        call!(cumulative_sum_jacobian, x),
    ]
}
