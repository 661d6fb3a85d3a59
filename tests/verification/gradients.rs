//! Gradients of whole networks against central differences of their losses.

use dsl_runtime::prelude::*;

use crate::fixtures::{Fixture, for_every_network};

for_every_network!(small is_the_slope: f64);

/// A few coordinates of every parameter, spread over it.
fn is_the_slope<N: Fixture>() {
    [Mode::Evaluate, Mode::Train].into_iter().for_each(in_mode::<N>);
}

fn in_mode<N: Fixture>(mode: Mode) {
    const STEP: f64 = 1e-6;
    let examples = 3;
    let data = N::data(examples, 5);
    let mut model = N::new(11);
    let mut work = N::workspace().batch(examples).threads(1).build();
    work.poison(Real::literal(f64::NAN));
    let (_, gradient) = model
        .loss_and_grad_in(&mut work, mode, N::inputs(&data))
        .expect("a whole batch");
    let gradient: Vec<f64> = gradient.iter().map(|x| x.to_f64()).collect();
    let mut moved = 0;
    for parameter in N::LAYOUT.parameters {
        let stride = (parameter.len() / 4).max(1);
        for at in parameter.range.clone().step_by(stride) {
            let kept = model.parameters()[at];
            let mut loss = |value: f64| {
                model.parameters_mut()[at] = Real::literal(value);
                work.poison(Real::literal(1e3));
                model
                    .loss_in(&mut work, mode, N::inputs(&data))
                    .expect("a whole batch")
                    .to_f64()
            };
            let slope = (loss(kept.to_f64() + STEP) - loss(kept.to_f64() - STEP)) / (2.0 * STEP);
            model.parameters_mut()[at] = kept;
            let bound = 1e-7 * (1.0 + slope.abs());
            assert!(
                (slope - gradient[at]).abs() < bound,
                "{}[{}], {mode:?}: derived {}, measured {slope}",
                parameter.name,
                at - parameter.range.start,
                gradient[at]
            );
            moved += usize::from(slope.abs() > 1e-5);
        }
    }
    assert!(moved > 0, "every slope is zero");
}
