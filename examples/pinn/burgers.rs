//! Burgers' equation: `u_t + u u_x = ν u_xx` for `x` in [−1, 1], from `u(x, 0) = −sin πx`, 0 at both ends.

use std::f64::consts::PI;

use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;

use crate::{BATCH, STEPS, cosine};

network! {
    /// `u(x, t) = −sin πx + t (1 − x²) n(x, t)`, of a network `n`.
    pub struct Burgers;

    const VISCOSITY: f64 = 0.1;

    fn solution(&self, x: Scalar, t: Scalar) -> Scalar {
        let n = stack([x, t]).dense(24).tanh().dense(24).tanh().dense(24).tanh().dense(1).at(0);
        -(3.141592653589793 * x).sin() + t * (1.0 - x * x) * n
    }

    pub fn velocity(&self, place: Tensor<2>) -> Tensor<1> {
        self.solution(place.at(0), place.at(1)).reshape([1])
    }

    /// The square of what the equation leaves over.
    pub fn loss(&self, place: Tensor<2>) -> Scalar {
        let (x, t) = (place.at(0), place.at(1));
        let u = self.solution(x, t);
        let (slope, change) = u.grad((x, t));
        (change + u * slope - VISCOSITY * slope.grad(x)).square()
    }
}

/// The solution by the transformation of Cole (1951) and Hopf (1950), which makes the equation one of heat: a quotient of
/// integrals over where heat may have come from, by the trapezoidal rule.
pub fn exact(x: f64, t: f64) -> f64 {
    if t == 0.0 {
        return -(PI * x).sin();
    }
    let viscosity = 0.1;
    let width = (4.0 * viscosity * t).sqrt();
    let (mut above, mut below) = (0.0, 0.0);
    for step in -400..=400 {
        let z = f64::from(step) * 0.02;
        let from = x - width * z;
        let weight = (-z * z - (PI * from).cos() / (2.0 * PI * viscosity)).exp();
        above += (PI * from).sin() * weight;
        below += weight;
    }
    -above / below
}

/// Trains the network, and prints how far it is from the exact solution.
pub fn solve() -> Result<(), Error> {
    println!("u_t + u u_x = 0.1 u_xx, Burgers' equation\n");
    let mut model = Burgers::new(1);
    let mut work = Burgers::workspace().batch(BATCH).build();
    let mut optimizer = Adam::new(1e-3);
    let mut random = Stream::new(1, "places");
    for step in 0..STEPS {
        optimizer.set_learning_rate(cosine(3e-3, step));
        let mut place = || [2.0 * random.uniform() as f32 - 1.0, random.uniform() as f32];
        let places: Vec<f32> = (0..BATCH).flat_map(|_| place()).collect();
        let loss = model.train_step(&mut work, &places, &mut optimizer)?;
        if step % (STEPS / 6) == 0 {
            println!("step {step:5}  loss {loss:.2e}");
        }
    }
    let mut largest = 0.0f64;
    println!("\nfrom x = −1 to 1, where it is above 0 (+) and below (−); a row for each tenth of t");
    for row in 0..=10 {
        let t = f64::from(row) / 10.0;
        let xs: Vec<f64> = (0..=60).map(|column| f64::from(column) / 30.0 - 1.0).collect();
        let places: Vec<f32> = xs.iter().flat_map(|&x| [x as f32, t as f32]).collect();
        let found = model.velocity(&mut work, &places)?;
        for (&x, &u) in xs.iter().zip(found) {
            largest = largest.max((f64::from(u) - exact(x, t)).abs());
        }
        let drawn: String = found.iter().map(|&u| shade(u)).collect();
        println!("t {t:3.1}  {drawn}");
    }
    println!("\nlargest error {largest:.1e}");
    Ok(())
}

/// A character for a velocity between −1 and 1.
fn shade(u: f32) -> char {
    let strength = (u.abs() * 4.0) as usize;
    match u > 0.0 {
        true => ['·', '░', '▒', '▓', '█'][strength.min(4)],
        false => ['·', '-', '=', '≡', '#'][strength.min(4)],
    }
}
