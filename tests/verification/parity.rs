//! Emitted code against what PyTorch recorded (`tests/recorded`): losses, outputs and every gradient.

use dsl_runtime::prelude::*;
use dsl_runtime::reference::relative_error;

use crate::fixtures::{Fixture, for_every_network};
use crate::recorded::Recording;

for_every_network!(recorded agrees_with_pytorch: f32 f64);

fn agrees_with_pytorch<N: Fixture>() {
    let recording = Recording::open(N::FILE);
    // The full-size networks are recorded in f32 alone, the compact ones in f64 alone.
    let stored = |precision: &str| !recording.names(&format!("{precision}.")).is_empty();
    let (precision, bound) = match size_of::<N::Element>() {
        4 if stored("f32") => ("f32", 1e-5),
        4 => ("f64", 1e-5),
        _ if stored("f64") => ("f64", 1e-10),
        _ => ("f32", 1e-5),
    };
    let agrees = |name: &str, found: &[f64]| {
        let name = format!("{precision}.{name}");
        let error = relative_error(found, &recording.tensor(&name).1);
        assert!(error <= bound, "{name}: relative error {error:.1e} > {bound:.0e}");
    };

    let mut model = N::new(0);
    load(&recording, &mut model);
    let (data, batch) = N::recorded(&recording);
    let mut work = N::workspace().batch(batch).threads(2).build();
    let has_modes = !recording.names(&format!("{precision}.training.")).is_empty();
    assert_eq!(has_modes, N::BUFFERS.len > 0);
    let modes = [(Mode::Evaluate, ""), (Mode::Train, "training.")];
    for (mode, prefix) in modes.into_iter().take(1 + usize::from(has_modes)) {
        work.poison(Real::literal(f64::NAN));
        let outputs = model.outputs(&mut work, mode, &data).expect("a whole batch");
        for name in recording.names(&format!("{precision}.{prefix}output.")) {
            let found = outputs.iter().find(|(output, _)| *output == name);
            let (_, elements) = found.unwrap_or_else(|| panic!("no output {name}"));
            agrees(&format!("{prefix}output.{name}"), elements);
        }

        work.poison(Real::literal(1e3));
        let (loss, gradient) = model
            .loss_and_grad_in(&mut work, mode, N::inputs(&data))
            .expect("a whole batch");
        agrees(&format!("{prefix}loss"), &[loss.to_f64()]);
        let mut names: Vec<&str> = N::LAYOUT
            .parameters
            .iter()
            .map(|parameter| parameter.name)
            .collect();
        names.sort();
        assert_eq!(names, recording.names(&format!("{precision}.{prefix}gradient.")));
        for parameter in N::LAYOUT.parameters {
            let part = &gradient[parameter.range.clone()];
            let canonical: Vec<f64> = parameter.places().map(|place| part[place].to_f64()).collect();
            agrees(&format!("{prefix}gradient.{}", parameter.name), &canonical);
        }
    }
    if has_modes {
        // A step trains: it commits the statistics of its batch.
        let mut still = Sgd::new(0.0);
        for data in [data, N::first(&recording, batch / 2)] {
            model
                .train_step(&mut work, N::inputs(&data), &mut still)
                .expect("a finite loss");
        }
        for buffer in N::BUFFERS.parameters {
            let found = model.buffer(buffer.name).expect("the layout names it");
            let found: Vec<f64> = found.iter().map(|x| x.to_f64()).collect();
            agrees(&format!("training.buffer.{}", buffer.name), &found);
        }
    }
}

/// Puts the recorded parameters and buffers into a model.
fn load<N: Network>(recording: &Recording, model: &mut N) {
    for parameter in N::LAYOUT.parameters {
        let (shape, values) = recording.parameter(parameter.name);
        assert_eq!(shape, parameter.shape, "{}", parameter.name);
        let target = &mut model.parameters_mut()[parameter.range.clone()];
        for (place, value) in parameter.places().zip(values) {
            target[place] = Real::literal(value);
        }
    }
    for buffer in N::BUFFERS.parameters {
        let (shape, values) = recording.tensor(&format!("buffer.{}", buffer.name));
        assert_eq!(shape, buffer.shape, "{}", buffer.name);
        for (place, value) in buffer.range.clone().zip(values) {
            model.buffers_mut()[place] = Real::literal(value);
        }
    }
}
