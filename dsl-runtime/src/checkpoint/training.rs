//! Saved trainings: what a checkpoint holds, and what a training needs to go on as if it had never stopped.
//!
//! Beside the network's tensors the file holds the optimizer's averages, one tensor for each parameter under
//! `<optimizer>.<average>/<parameter>`, and as metadata the optimizer's count of steps, the workspace's seed and count of
//! steps, and the number of finished epochs. [`load`](super::load) reads the network alone from it.

use std::fs;
use std::path::Path;

use super::format::{self, File};
use super::{Read, named, read_from, saved, tensors, values_named, write};
use crate::error::CheckpointProblem;
use crate::{Error, Network, Optimizer, Workspace};

/// What separates the name of an average from that of a parameter; no parameter's name holds it.
pub(super) const SEPARATOR: char = '/';

/// Saves a training: network, optimizer, the workspace's seed and step, and how many epochs are done.
///
/// Hyper-parameters (learning rate, factors) are not saved: they are the program's.
///
/// # Errors
///
/// As [`save`](super::save).
pub fn save_training<N: Network>(
    model: &N,
    optimizer: &impl Optimizer<N::Element>,
    work: &Workspace<N>,
    epochs: u64,
    path: impl AsRef<Path>,
) -> Result<(), Error> {
    write(path.as_ref(), encode(model, optimizer, work, epochs))
}

/// Goes on with a training saved by [`save_training`]: from here on every step has the bits it would have had.
/// Returns the number of finished epochs.
///
/// `optimizer` is made anew with its hyper-parameters; learning rates that a schedule has changed are to be set again.
///
/// # Errors
///
/// [`Error::File`] if the file cannot be read, [`Error::Checkpoint`] if it holds no training, one of another network or
/// one of another kind of optimizer. Model, workspace and optimizer are unchanged then.
pub fn resume_training<N: Network>(
    model: &mut N,
    optimizer: &mut impl Optimizer<N::Element>,
    work: &mut Workspace<N>,
    path: impl AsRef<Path>,
) -> Result<u64, Error> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(|source| Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    decode(model, optimizer, work, &bytes).map_err(|problem| Error::Checkpoint {
        path: path.to_owned(),
        problem,
    })?
}

fn encode<N: Network>(
    model: &N,
    optimizer: &impl Optimizer<N::Element>,
    work: &Workspace<N>,
    epochs: u64,
) -> Result<Vec<u8>, CheckpointProblem> {
    let state = optimizer.state();
    let mut all = tensors(model)?;
    for (moment, values) in &state.moments {
        for parameter in N::LAYOUT.parameters {
            let name = named(state.optimizer, moment, parameter.name);
            all.extend([saved(name, parameter, values)?]);
        }
    }
    let about = [
        ("network", N::NAME.to_owned()),
        ("optimizer", state.optimizer.to_owned()),
        ("optimizer_steps", state.steps.to_string()),
        ("seed", work.seed().to_string()),
        ("step", work.step().to_string()),
        ("epochs", epochs.to_string()),
    ];
    Ok(format::write(&about.into(), &all))
}

/// The outer error is about the file, the inner one the optimizer's.
fn decode<N: Network>(
    model: &mut N,
    optimizer: &mut impl Optimizer<N::Element>,
    work: &mut Workspace<N>,
    bytes: &[u8],
) -> Result<Result<u64, Error>, CheckpointProblem> {
    let file = File::read(bytes).map_err(CheckpointProblem::Format)?;
    let text = |key: &'static str| {
        let text = file.about.get(key);
        text.ok_or(CheckpointProblem::NoTraining { lacks: key })
    };
    let number = |key: &'static str| {
        let parsed = text(key)?.parse::<u64>();
        parsed.map_err(|_| CheckpointProblem::NoTraining { lacks: key })
    };
    let held = optimizer.state().optimizer;
    let found = text("optimizer")?;
    if found != held {
        return Err(CheckpointProblem::OtherOptimizer {
            found: found.clone(),
            asked: held,
        });
    }
    let (steps, epochs) = (number("optimizer_steps")?, number("epochs")?);
    let (seed, step) = (number("seed")?, number("step")?);
    // An optimizer that has taken no step has no averages to save.
    let moments = optimizer.moments();
    let mut loaded = Vec::new();
    for moment in moments.iter().filter(|_| steps > 0) {
        let name = |parameter: &str| named(held, moment, parameter);
        loaded.push(values_named(N::LAYOUT, &file, N::NAME, name)?);
    }
    let Read { parameters, buffers } = read_from::<N>(&file)?;
    let slices: Vec<&[N::Element]> = loaded.iter().map(|values| &**values).collect();
    if let Err(error) = optimizer.restore(steps, &slices) {
        return Ok(Err(error));
    }
    model.parameters_mut().copy_from_slice(&parameters);
    model.buffers_mut().copy_from_slice(&buffers);
    work.resume(seed, step);
    Ok(Ok(epochs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Folder, Points, points};
    use crate::{Adam, Momentum, Sgd, Train};

    fn step(
        model: &mut Points<f32>,
        work: &mut Workspace<Points<f32>>,
        optimizer: &mut impl Optimizer<f32>,
        seed: u64,
    ) {
        let (inputs, classes) = points::<f32>(30, seed);
        model.train_step(work, (&inputs, &classes), optimizer).unwrap();
    }

    fn work() -> Workspace<Points<f32>> {
        Points::workspace().batch(30).threads(1).seed(5).build()
    }

    /// Six steps, and three, a file, three more.
    fn goes_on_alike<O: Optimizer<f32>>(make: impl Fn() -> O, name: &str) {
        let folder = Folder::new(name);
        let path = folder.join("training.safetensors");
        let (mut whole, mut workspace, mut optimizer) = (Points::new(1), work(), make());
        for seed in 0..6 {
            if seed == 3 {
                save_training(&whole, &optimizer, &workspace, 7, &path).unwrap();
            }
            step(&mut whole, &mut workspace, &mut optimizer, seed);
        }
        let (mut resumed, mut optimizer) = (Points::new(2), make());
        let mut other = Points::workspace().batch(30).threads(1).build();
        let epochs = resume_training(&mut resumed, &mut optimizer, &mut other, &path).unwrap();
        assert_eq!((epochs, other.step(), other.seed()), (7, 3, 5));
        for seed in 3..6 {
            step(&mut resumed, &mut other, &mut optimizer, seed);
        }
        assert_eq!(whole.parameters().to_vec(), resumed.parameters().to_vec());
        let mut alone = Points::<f32>::new(3);
        super::super::load(&mut alone, &path).unwrap();
    }

    #[test]
    fn every_optimizer_goes_on_with_the_same_bits() {
        goes_on_alike(|| Adam::new(0.05).weight_decay(0.01), "adam");
        goes_on_alike(|| Momentum::nesterov(0.1, 0.9), "momentum");
        goes_on_alike(|| Sgd::new(0.1), "sgd");
    }

    #[test]
    fn before_the_first_step_there_is_nothing_to_restore() {
        let folder = Folder::new("unbegun");
        let path = folder.join("training.safetensors");
        let model = Points::<f32>::new(1);
        save_training(&model, &Adam::new(0.1), &work(), 0, &path).unwrap();
        let (mut model, mut workspace, mut optimizer) = (Points::new(2), work(), Adam::new(0.1));
        resume_training(&mut model, &mut optimizer, &mut workspace, &path).unwrap();
        step(&mut model, &mut workspace, &mut optimizer, 1);
    }

    #[test]
    fn what_is_no_training_or_another_is_refused() {
        let folder = Folder::new("refused");
        let (plain, saved) = (folder.join("plain.safetensors"), folder.join("saved.safetensors"));
        let (mut model, mut workspace, mut adam) = (Points::new(1), work(), Adam::new(0.1));
        step(&mut model, &mut workspace, &mut adam, 1);
        super::super::save(&model, &plain).unwrap();
        save_training(&model, &adam, &workspace, 1, &saved).unwrap();
        let before = model.parameters().to_vec();
        let refused = |outcome: Result<u64, Error>, model: &Points<f32>| {
            assert_eq!(before, model.parameters().to_vec());
            match outcome {
                Err(Error::Checkpoint { problem, .. }) => problem,
                other => panic!("{other:?}"),
            }
        };
        let outcome = resume_training(&mut model, &mut Adam::new(0.1), &mut workspace, &plain);
        let problem = refused(outcome, &model);
        assert_eq!(problem, CheckpointProblem::NoTraining { lacks: "optimizer" });
        let outcome = resume_training(&mut model, &mut Momentum::new(0.1, 0.9), &mut workspace, &saved);
        let problem = refused(outcome, &model);
        let other = matches!(&problem, CheckpointProblem::OtherOptimizer { found, asked: "Momentum" } if found == "Adam");
        assert!(other, "{problem}");
    }
}
