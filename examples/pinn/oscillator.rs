//! A damped oscillator: `u″ + 2 δ u′ + ω₀² u = 0`, `u(0) = 1`, `u′(0) = 0`.

use dsl_runtime::prelude::*;

use crate::exact;

network! {
    /// `u(t) = 1 + t² / (1 + t²) n(t)`, of a network `n`.
    pub struct Oscillator;

    const DAMPING: f64 = 0.25;
    const STIFFNESS: f64 = 4.0;

    fn solution(&self, t: Scalar) -> Scalar {
        let n = (t - 3.0)
            .reshape([1])
            .dense(24)
            .tanh()
            .dense(24)
            .tanh()
            .dense(1)
            .at(0);
        1.0 + t * t / (1.0 + t * t) * n
    }

    pub fn position(&self, time: Tensor<1>) -> Tensor<1> {
        self.solution(time.at(0)).reshape([1])
    }

    /// The square of what the equation leaves over, less where much time has passed: what is wrong early goes on.
    pub fn loss(&self, time: Tensor<1>) -> Scalar {
        let t = time.at(0);
        let u = self.solution(t);
        let velocity = u.grad(t);
        (velocity.grad(t) + 2.0 * DAMPING * velocity + STIFFNESS * u).square() * (-0.5 * t).exp()
    }
}

/// The end of the time considered.
const END: f64 = 6.0;
/// Times at which the equation is to hold.
const TIMES: usize = 128;

/// Trains the network, and prints how far it is from the exact solution.
pub fn solve() -> Result<(), Error> {
    println!("u″ + 0.5 u′ + 4 u = 0, a damped oscillator\n");
    let mut model = <Oscillator<f64> as Network>::new(1);
    let mut work = Oscillator::<f64>::workspace().batch(TIMES).build();
    let at = |place: usize, of: usize| END * place as f64 / (of - 1) as f64;
    let places: Vec<f64> = (0..TIMES).map(|place| at(place, TIMES)).collect();
    crate::train(&mut model, &mut work, &places, 2000, 1000)?;
    let times: Vec<f64> = (0..101).map(|place| at(place, 101)).collect();
    let found = model.position(&mut work, &times)?;
    println!("    t      exact    network");
    for (t, u) in times.iter().zip(found).step_by(5) {
        let before = " ".repeat((24.0 * (u + 1.0)).round() as usize);
        println!("{t:5.1}  {:9.4}  {u:9.4}  {before}●", exact::oscillator(*t));
    }
    let errors = times
        .iter()
        .zip(found)
        .map(|(&t, u)| (u - exact::oscillator(t)).abs());
    println!("\nlargest error {:.1e}\n", errors.fold(0.0, f64::max));
    Ok(())
}
