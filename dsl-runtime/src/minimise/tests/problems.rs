//! The problems of `record.py`, and objectives that count what is asked of them.

use std::cell::Cell;

use super::recorded::data;
use crate::Error;
use crate::minimise::{HessianProduct, Objective, Residuals};

type Value = Box<dyn Fn(&[f64]) -> f64>;
type Gradient = Box<dyn Fn(&[f64], &mut [f64])>;
type Product = Box<dyn Fn(&[f64], &[f64], &mut [f64])>;

/// A smooth function with its derivatives.
pub struct Smooth {
    pub start: Vec<f64>,
    value: Value,
    gradient: Gradient,
    product: Product,
    /// The numbers of values, gradients and products so far.
    pub counts: [u64; 3],
}

impl Smooth {
    fn new(
        start: &[f64],
        value: impl Fn(&[f64]) -> f64 + 'static,
        gradient: impl Fn(&[f64], &mut [f64]) + 'static,
        product: impl Fn(&[f64], &[f64], &mut [f64]) + 'static,
    ) -> Self {
        Smooth {
            start: start.to_vec(),
            value: Box::new(value),
            gradient: Box::new(gradient),
            product: Box::new(product),
            counts: [0; 3],
        }
    }
}

impl Objective<f64> for Smooth {
    fn value(&mut self, at: &[f64]) -> Result<f64, Error> {
        self.counts[0] += 1;
        Ok((self.value)(at))
    }

    fn gradient(&mut self, at: &[f64], gradient: &mut [f64]) -> Result<(), Error> {
        self.counts[1] += 1;
        (self.gradient)(at, gradient);
        Ok(())
    }
}

impl HessianProduct<f64> for Smooth {
    fn hessian_product(&mut self, at: &[f64], direction: &[f64], product: &mut [f64]) -> Result<(), Error> {
        self.counts[2] += 1;
        (self.product)(at, direction, product);
        Ok(())
    }
}

/// The smooth problem of this name.
pub fn smooth(name: &str) -> Smooth {
    match name {
        "rosenbrock2" => rosenbrock(&[-1.2, 1.0]),
        "rosenbrock10" => rosenbrock(&[1.3, 0.7, 0.8, 1.9, 1.2, 1.3, 0.7, 0.8, 1.9, 1.2]),
        "beale" => beale(),
        "quadratic" => quadratic(),
        "wells" => wells(),
        "logistic" => logistic(),
        _ => panic!("no problem {name}"),
    }
}

/// Rosenbrock's function, `Σ 100 (xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)²`.
fn rosenbrock(start: &[f64]) -> Smooth {
    let value = |x: &[f64]| {
        let terms = x.windows(2);
        terms
            .map(|x| 100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2))
            .sum()
    };
    let gradient = |x: &[f64], gradient: &mut [f64]| {
        gradient.fill(0.0);
        for i in 0..x.len() - 1 {
            let rest = x[i + 1] - x[i] * x[i];
            gradient[i] -= 400.0 * x[i] * rest + 2.0 * (1.0 - x[i]);
            gradient[i + 1] += 200.0 * rest;
        }
    };
    let product = |x: &[f64], v: &[f64], product: &mut [f64]| {
        product.fill(0.0);
        for i in 0..x.len() - 1 {
            let bend = 2.0 - 400.0 * (x[i + 1] - 3.0 * x[i] * x[i]);
            product[i] += bend * v[i] - 400.0 * x[i] * v[i + 1];
            product[i + 1] += 200.0 * v[i + 1] - 400.0 * x[i] * v[i];
        }
    };
    Smooth::new(start, value, gradient, product)
}

/// Beale's function, a sum of three squares.
fn beale() -> Smooth {
    const TARGETS: [f64; 3] = [1.5, 2.25, 2.625];
    /// Residual `k`, its two derivatives, and its mixed and last second derivatives.
    fn term(x: &[f64], k: i32) -> [f64; 5] {
        let (a, b, degree) = (x[0], x[1], f64::from(k));
        let slope = degree * b.powi(k - 1);
        let bend = match k {
            1 => 0.0,
            _ => a * degree * (degree - 1.0) * b.powi(k - 2),
        };
        let rest = TARGETS[k as usize - 1] - a + a * b.powi(k);
        [rest, b.powi(k) - 1.0, a * slope, slope, bend]
    }
    let value = |x: &[f64]| (1..4).map(|k| term(x, k)[0].powi(2)).sum();
    let gradient = |x: &[f64], gradient: &mut [f64]| {
        gradient.fill(0.0);
        for [rest, a, b, ..] in (1..4).map(|k| term(x, k)) {
            gradient[0] += 2.0 * rest * a;
            gradient[1] += 2.0 * rest * b;
        }
    };
    let product = |x: &[f64], v: &[f64], product: &mut [f64]| {
        product.fill(0.0);
        for [rest, a, b, mixed, last] in (1..4).map(|k| term(x, k)) {
            let along = a * v[0] + b * v[1];
            product[0] += 2.0 * (a * along + rest * mixed * v[1]);
            product[1] += 2.0 * (b * along + rest * (mixed * v[0] + last * v[1]));
        }
    };
    Smooth::new(&[1.0, 1.0], value, gradient, product)
}

/// A quadratic with a condition number of a million.
fn quadratic() -> Smooth {
    fn weight(i: usize) -> f64 {
        10f64.powf(-3.0 + 6.0 * i as f64 / 9.0)
    }
    let value = |x: &[f64]| (0..10).map(|i| 0.5 * weight(i) * (x[i] - 1.0).powi(2)).sum();
    let gradient = |x: &[f64], gradient: &mut [f64]| {
        for i in 0..10 {
            gradient[i] = weight(i) * (x[i] - 1.0);
        }
    };
    let product = |_: &[f64], v: &[f64], product: &mut [f64]| {
        for i in 0..10 {
            product[i] = weight(i) * v[i];
        }
    };
    Smooth::new(&[0.0; 10], value, gradient, product)
}

/// Wells at about ±1 in each direction, coupled; the Hessian at the start has negative eigenvalues only.
fn wells() -> Smooth {
    fn neighbours(x: &[f64], i: usize) -> f64 {
        let before = i.checked_sub(1).map_or(0.0, |i| x[i]);
        before + x.get(i + 1).unwrap_or(&0.0)
    }
    let value = |x: &[f64]| {
        let wells: f64 = x.iter().map(|x| x.powi(4) / 4.0 - x * x / 2.0).sum();
        let pairs: f64 = x.windows(2).map(|x| x[0] * x[1]).sum();
        wells + 0.1 * pairs
    };
    let gradient = |x: &[f64], gradient: &mut [f64]| {
        for i in 0..4 {
            gradient[i] = x[i].powi(3) - x[i] + 0.1 * neighbours(x, i);
        }
    };
    let product = |x: &[f64], v: &[f64], product: &mut [f64]| {
        for i in 0..4 {
            product[i] = (3.0 * x[i] * x[i] - 1.0) * v[i] + 0.1 * neighbours(v, i);
        }
    };
    Smooth::new(&[0.1, -0.2, 0.3, -0.1], value, gradient, product)
}

/// Logistic regression of 40 examples, with a penalty of `0.005 ‖w‖²`.
fn logistic() -> Smooth {
    let examples = || -> Vec<(Vec<f64>, f64)> {
        let (features, labels) = (data("logistic_features"), data("logistic_labels"));
        features.chunks(5).map(<[f64]>::to_vec).zip(labels).collect()
    };
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let (first, second, third) = (examples(), examples(), examples());
    let value = move |w: &[f64]| {
        let losses = first.iter().map(|(x, label)| {
            let z = dot(x, w);
            z.max(0.0) + (-z.abs()).exp().ln_1p() - label * z
        });
        losses.sum::<f64>() / 40.0 + 0.005 * dot(w, w)
    };
    let gradient = move |w: &[f64], gradient: &mut [f64]| {
        for i in 0..5 {
            let slopes = second
                .iter()
                .map(|(x, label)| (sigmoid(dot(x, w)) - label) * x[i]);
            gradient[i] = slopes.sum::<f64>() / 40.0 + 0.01 * w[i];
        }
    };
    let product = move |w: &[f64], v: &[f64], product: &mut [f64]| {
        for i in 0..5 {
            let terms = third.iter().map(|(x, _)| {
                let p = sigmoid(dot(x, w));
                p * (1.0 - p) * dot(x, v) * x[i]
            });
            product[i] = terms.sum::<f64>() / 40.0 + 0.01 * v[i];
        }
    };
    Smooth::new(&[0.0; 5], value, gradient, product)
}

/// Residuals and their Jacobian, row by row, for the type that counts the calls of both.
type Closure<'a> = Box<dyn FnMut(&[f64], &mut [f64]) + 'a>;

/// The least squares of this name, with their start: the two counters count values and Jacobians.
pub fn squares<'a>(
    name: &str,
    counters: [&'a Cell<u64>; 2],
) -> (Vec<f64>, Residuals<f64, Closure<'a>, Closure<'a>>) {
    match name {
        "valley" => counted(&[-1.2, 1.0], 2, valley, counters),
        "decay" => {
            let measured = data("decay");
            let term = move |x: &[f64], i: usize| {
                let (time, decay) = (0.5 * i as f64, (-x[1] * 0.5 * i as f64).exp());
                let rest = x[0] * decay + x[2] - measured[i];
                (rest, vec![decay, -x[0] * time * decay, 1.0])
            };
            counted(&[1.0, 1.0, 0.0], 12, term, counters)
        }
        "powell" => counted(&[3.0, -1.0, 0.0, 1.0], 4, powell, counters),
        "helix" => counted(&[-1.0, 0.0, 0.0], 3, helix, counters),
        "bard" => counted(&[1.0, 1.0, 1.0], 15, bard, counters),
        "misra_far" => counted(&[500.0, 1e-4], 14, misra, counters),
        "misra_near" => counted(&[250.0, 5e-4], 14, misra, counters),
        _ => panic!("no problem {name}"),
    }
}

/// The problem whose residual `i`, with its derivatives, is `term(x, i)`.
fn counted<'a>(
    start: &[f64],
    count: usize,
    term: impl Fn(&[f64], usize) -> (f64, Vec<f64>) + Clone + 'a,
    [values, jacobians]: [&'a Cell<u64>; 2],
) -> (Vec<f64>, Residuals<f64, Closure<'a>, Closure<'a>>) {
    let again = term.clone();
    let residuals: Closure<'a> = Box::new(move |x, residuals| {
        values.set(values.get() + 1);
        for (i, residual) in residuals.iter_mut().enumerate() {
            *residual = term(x, i).0;
        }
    });
    let jacobian: Closure<'a> = Box::new(move |x, jacobian| {
        jacobians.set(jacobians.get() + 1);
        for (i, row) in jacobian.chunks_mut(x.len()).enumerate() {
            row.copy_from_slice(&again(x, i).1);
        }
    });
    (start.to_vec(), Residuals::new(count, residuals, jacobian))
}

/// Rosenbrock's function as two residuals.
fn valley(x: &[f64], i: usize) -> (f64, Vec<f64>) {
    match i {
        0 => (10.0 * (x[1] - x[0] * x[0]), vec![-20.0 * x[0], 10.0]),
        _ => (1.0 - x[0], vec![-1.0, 0.0]),
    }
}

/// Powell's singular function: the Jacobian at the minimum has rank 2.
fn powell(x: &[f64], i: usize) -> (f64, Vec<f64>) {
    let (five, ten) = (5f64.sqrt(), 10f64.sqrt());
    let (p, q) = (x[1] - 2.0 * x[2], x[0] - x[3]);
    match i {
        0 => (x[0] + 10.0 * x[1], vec![1.0, 10.0, 0.0, 0.0]),
        1 => (five * (x[2] - x[3]), vec![0.0, 0.0, five, -five]),
        2 => (p * p, vec![0.0, 2.0 * p, -4.0 * p, 0.0]),
        _ => (ten * q * q, vec![2.0 * ten * q, 0.0, 0.0, -2.0 * ten * q]),
    }
}

/// The helical valley of Fletcher & Powell 1963.
fn helix(x: &[f64], i: usize) -> (f64, Vec<f64>) {
    use std::f64::consts::PI;
    let (square, radius) = (x[0] * x[0] + x[1] * x[1], x[0].hypot(x[1]));
    let turn = 50.0 / (PI * square);
    match i {
        0 => {
            let rest = 10.0 * (x[2] - 5.0 * x[1].atan2(x[0]) / PI);
            (rest, vec![turn * x[1], -turn * x[0], 10.0])
        }
        1 => (
            10.0 * (radius - 1.0),
            vec![10.0 * x[0] / radius, 10.0 * x[1] / radius, 0.0],
        ),
        _ => (x[2], vec![0.0, 0.0, 1.0]),
    }
}

/// Bard 1970.
fn bard(x: &[f64], i: usize) -> (f64, Vec<f64>) {
    const MEASURED: [f64; 15] = [
        0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39,
    ];
    let u = i as f64 + 1.0;
    let (v, w) = (16.0 - u, u.min(16.0 - u));
    let below = x[1] * v + x[2] * w;
    let square = below * below;
    (
        MEASURED[i] - (x[0] + u / below),
        vec![-1.0, u * v / square, u * w / square],
    )
}

/// Misra1a of the Statistical Reference Datasets of NIST.
fn misra(x: &[f64], i: usize) -> (f64, Vec<f64>) {
    const VOLUME: [f64; 14] = [
        10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.4, 75.47, 81.78,
    ];
    const PRESSURE: [f64; 14] = [
        77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0,
    ];
    let decay = (-x[1] * PRESSURE[i]).exp();
    (
        x[0] * (1.0 - decay) - VOLUME[i],
        vec![1.0 - decay, x[0] * PRESSURE[i] * decay],
    )
}
