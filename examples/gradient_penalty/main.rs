//! A generator learns to make points of eight bells from a critic whose slope is held near 1: WGAN-GP (Gulrajani et al.,
//! 2017, whose 8 Gaussians these are).
//!
//! Both networks are one declaration with two losses. Each loss reaches the parameters of one of them alone, so each of
//! two optimizers moves only those; the penalty is on a derivative, which the critic's gradient differentiates again.

#[path = "../shared/beside.rs"]
mod beside;
#[path = "../shared/grey.rs"]
mod grey;
mod network;
mod points;

use beside::beside;
use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;
use grey::grey;
use network::Wgan;

const BATCH: usize = 256;
/// Steps of the generator.
const STEPS: usize = 3000;
/// Steps of the critic for each.
const CRITIC_STEPS: usize = 5;
/// Points to judge by.
const JUDGED: usize = 4000;
/// Cells across in the pictures.
const SIDE: usize = 36;

fn main() -> Result<(), Error> {
    let mut model = Wgan::new(1);
    let mut work = Wgan::workspace().batch(BATCH).build();
    let rates = [1e-3, 5e-4];
    let [mut critic, mut generator] = rates.map(|rate| Adam::new(rate).betas(0.5, 0.9));
    let mut stream = Stream::new(1, "points");
    let before = made(&model)?;
    println!("  step    real scores above made by    modes    distance to the nearest");
    for step in 0..=STEPS {
        let left = 1.0 - step as f64 / (STEPS + 1) as f64;
        critic.set_learning_rate(left * rates[0]);
        generator.set_learning_rate(left * rates[1]);
        let mut gap = 0.0;
        for _ in 0..CRITIC_STEPS {
            let (real, z) = (points::real(&mut stream, BATCH), normal(&mut stream, 2 * BATCH));
            let places: Vec<f32> = (0..BATCH).map(|_| stream.uniform() as f32).collect();
            let (loss, gradient) = model.critic_and_grad(&mut work, &real, &z, &places)?;
            critic.step(model.parameters_mut(), gradient)?;
            model.commit(&mut work)?;
            gap = -loss;
        }
        let z = normal(&mut stream, 2 * BATCH);
        let (_, gradient) = model.generator_and_grad(&mut work, &z)?;
        generator.step(model.parameters_mut(), gradient)?;
        model.commit(&mut work)?;
        if step % (STEPS / 6) == 0 {
            let judged = points::judge(&made(&model)?);
            println!(
                "{step:6}    {gap:<25.3}    {} of {}   {:.3}",
                judged.modes,
                points::MODES,
                judged.distance
            );
        }
    }
    let real = points::real(&mut Stream::new(2, "points"), JUDGED);
    println!(
        "\nA distance of {:.3} is that of real points.\n",
        points::judge(&real).distance
    );
    let drawn = [(before, "before"), (made(&model)?, "after"), (real, "real")];
    let drawn = drawn.map(|(points, caption)| {
        (
            grey(&points::density(&points, SIDE), SIDE),
            format!("{caption:^SIDE$}"),
        )
    });
    println!("{}", beside(&drawn));
    Ok(())
}

/// Points that the generator makes.
fn made(model: &Wgan) -> Result<Vec<f32>, Error> {
    let mut work = Wgan::workspace().batch(JUDGED).inference().build();
    let z = normal(&mut Stream::new(3, "made"), 2 * JUDGED);
    Ok(model.sample(&mut work, &z)?.to_vec())
}

/// Normal random numbers.
fn normal(stream: &mut Stream, count: usize) -> Vec<f32> {
    (0..count).map(|_| stream.normal() as f32).collect()
}
