//! Burgers' equation: `u_t + u u_x = ν u_xx` for `x` in [−1, 1], from `u(x, 0) = −sin πx`, 0 at both ends.

use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;

use crate::exact;

network! {
    /// `u(x, t) = −sin πx + t (1 − x²) n(x, t)`, of a network `n`.
    pub struct Burgers;

    const PI: f64 = 3.141592653589793;
    const VISCOSITY: f64 = 0.1;

    fn solution(&self, x: Scalar, t: Scalar) -> Scalar {
        let n = stack([x, t])
            .dense(20)
            .tanh()
            .dense(20)
            .tanh()
            .dense(20)
            .tanh()
            .dense(1)
            .at(0);
        -(PI * x).sin() + t * (1.0 - x * x) * n
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

/// Places at which the equation is to hold.
const PLACES: usize = 600;
/// Places beside each other in the picture, and in the comparison with the exact solution.
const ACROSS: usize = 61;

/// Trains the network, and prints how far it is from the exact solution.
pub fn solve() -> Result<(), Error> {
    println!("u_t + u u_x = 0.1 u_xx, Burgers' equation\n");
    let mut model = <Burgers<f64> as Network>::new(1);
    let mut work = Burgers::<f64>::workspace().batch(PLACES).build();
    let mut random = Stream::new(1, "places");
    let mut place = || [2.0 * random.uniform() - 1.0, random.uniform()];
    let places: Vec<f64> = (0..PLACES).flat_map(|_| place()).collect();
    crate::train(&mut model, &mut work, &places, 1500, 2000)?;
    println!("from x = −1 to 1, above 0 (·░▒▓█) and below (·-=≡#), for each tenth of t");
    let mut largest = 0.0f64;
    for row in 0..=10 {
        let t = f64::from(row) / 10.0;
        let xs = (0..ACROSS).map(|column| 2.0 * column as f64 / (ACROSS - 1) as f64 - 1.0);
        let places: Vec<f64> = xs.flat_map(|x| [x, t]).collect();
        let found = model.velocity(&mut work, &places)?;
        let errors = places.chunks_exact(2).zip(found);
        largest = errors.fold(largest, |largest, (place, u)| {
            largest.max((u - exact::burgers(place[0], place[1])).abs())
        });
        let drawn: String = found.iter().map(|&u| shade(u)).collect();
        println!("t {t:3.1}  {drawn}");
    }
    println!("\nlargest error {largest:.1e}");
    Ok(())
}

/// A character for a velocity between −1 and 1.
fn shade(u: f64) -> char {
    let shades = if u > 0.0 { "·░▒▓█" } else { "·-=≡#" };
    let strength = (u.abs() * 5.0) as usize;
    shades.chars().nth(strength.min(4)).unwrap_or('·')
}
