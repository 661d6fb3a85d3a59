//! A damped oscillator: `u″ + 2 δ u′ + ω² u = 0`, `u(0) = 1`, `u′(0) = 0`.

use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;

use crate::{BATCH, STEPS, cosine};

network! {
    /// `u(t) = 1 + t² n(t)`, of a network `n`.
    pub struct Oscillator;

    const DAMPING: f64 = 0.25;
    const STIFFNESS: f64 = 4.0;

    fn solution(&self, t: Scalar) -> Scalar {
        let n = t.reshape([1]).dense(32).tanh().dense(32).tanh().dense(1).at(0);
        1.0 + t * t * n
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
const END: f32 = 4.0;

/// `e^(−δt) (cos ωt + δ/ω sin ωt)`, where `ω² = 4 − δ²`.
pub fn exact(t: f32) -> f32 {
    let damping = 0.25f32;
    let frequency = (4.0 - damping * damping).sqrt();
    (-damping * t).exp() * ((frequency * t).cos() + damping / frequency * (frequency * t).sin())
}

/// Trains the network, and prints how far it is from the exact solution.
pub fn solve() -> Result<(), Error> {
    println!("u″ + 0.5 u′ + 4 u = 0, a damped oscillator\n");
    let mut model = Oscillator::new(1);
    let mut work = Oscillator::workspace().batch(BATCH).build();
    let mut optimizer = Adam::new(1e-3);
    let mut random = Stream::new(1, "times");
    for step in 0..STEPS {
        optimizer.set_learning_rate(cosine(3e-3, step));
        let times: Vec<f32> = (0..BATCH).map(|_| END * random.uniform() as f32).collect();
        let loss = model.train_step(&mut work, &times, &mut optimizer)?;
        if step % (STEPS / 6) == 0 {
            println!("step {step:5}  loss {loss:.2e}");
        }
    }
    let times: Vec<f32> = (0..=40).map(|point| END * point as f32 / 40.0).collect();
    let found = model.position(&mut work, &times)?.to_vec();
    let errors = times.iter().zip(&found).map(|(&t, u)| (u - exact(t)).abs());
    let largest = errors.fold(0.0, f32::max);
    println!("\n    t      exact    network");
    for (t, u) in times.iter().zip(&found).step_by(4) {
        let bar = " ".repeat((20.0 * (u + 1.0)) as usize);
        println!("{t:5.1}  {:9.4}  {u:9.4}  {bar}*", exact(*t));
    }
    println!("\nlargest error {largest:.1e}\n");
    Ok(())
}
