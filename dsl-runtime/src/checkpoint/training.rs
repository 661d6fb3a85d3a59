//! Saved trainings: checkpoints with the state that a training needs to resume as if it had never stopped.
//!
//! Beside the network's tensors the file holds the optimizer's averages, one tensor for each parameter under
//! `<optimizer>.<average>/<parameter>`, and as metadata the optimizer's count of steps and other numbers that it
//! keeps, the workspace's seed and count of steps, and the number of finished epochs. [`load`](super::load)
//! reads only the network from it.

use std::path::Path;

use super::format::{self, File};
use super::{Read, named, read_from, read_whole, saved, tensors, values_named, write};
use crate::error::CheckpointProblem;
use crate::{Error, Network, Optimizer, Workspace};

/// The separator between the name of an average and that of a parameter; no parameter's name contains it.
pub(super) const SEPARATOR: char = '/';

/// The largest number of steps of a training: up to there all numbers are distinct in an `f64`.
const MOST_STEPS: u64 = 1 << 53;

/// The largest number of epochs; their steps can still be counted from there.
const MOST_EPOCHS: u64 = u32::MAX as u64;

/// Saves a training: network, optimizer, the workspace's seed and step, and the number of finished epochs.
///
/// Hyper-parameters (learning rate, factors) are not saved: they belong to the program.
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
    save_with(model, optimizer, work, epochs, &[], path.as_ref())
}

/// [`save_training`] with further numbers, by name.
pub(crate) fn save_with<N: Network>(
    model: &N,
    optimizer: &impl Optimizer<N::Element>,
    work: &Workspace<N>,
    epochs: u64,
    further: &[(&'static str, f64)],
    path: &Path,
) -> Result<(), Error> {
    write(path, encode(model, optimizer, work, epochs, further))
}

/// Resumes a training saved by [`save_training`]: from here on every step has the bits it would have had.
/// Returns the number of finished epochs.
///
/// `optimizer` is made anew with its hyper-parameters; learning rates that a schedule has changed must be set
/// again.
///
/// # Errors
///
/// [`Error::File`] if the file cannot be read, [`Error::Checkpoint`] if it holds no training, one of another
/// network (of another name, or with other parameters) or one with another optimizer, or if its metadata are
/// impossible. Model, workspace and optimizer are then unchanged.
pub fn resume_training<N: Network>(
    model: &mut N,
    optimizer: &mut impl Optimizer<N::Element>,
    work: &mut Workspace<N>,
    path: impl AsRef<Path>,
) -> Result<u64, Error> {
    let (epochs, _) = resume_with(model, optimizer, work, &[], path.as_ref())?;
    Ok(epochs)
}

/// [`resume_training`], and the further numbers of these names.
pub(crate) fn resume_with<N: Network>(
    model: &mut N,
    optimizer: &mut impl Optimizer<N::Element>,
    work: &mut Workspace<N>,
    further: &[&'static str],
    path: &Path,
) -> Result<(u64, Vec<f64>), Error> {
    decode(model, optimizer, work, further, &read_whole(path)?).map_err(|problem| Error::Checkpoint {
        path: path.to_owned(),
        problem,
    })?
}

fn encode<N: Network>(
    model: &N,
    optimizer: &impl Optimizer<N::Element>,
    work: &Workspace<N>,
    epochs: u64,
    further: &[(&'static str, f64)],
) -> Result<Vec<u8>, CheckpointProblem> {
    let state = optimizer.state();
    let mut all = tensors(model)?;
    for (moment, values) in &state.moments {
        for parameter in N::LAYOUT.parameters {
            let name = named(state.optimizer, moment, parameter.name);
            all.extend([saved(name, parameter, values)?]);
        }
    }
    let counts = [
        ("network", N::NAME.to_owned()),
        ("optimizer", state.optimizer.to_owned()),
        ("optimizer_steps", state.steps.to_string()),
        ("seed", work.seed().to_string()),
        ("step", work.step().to_string()),
        ("epochs", epochs.to_string()),
    ];
    let numbers = state.scalars.iter().chain(further);
    let numbers = numbers.map(|&(name, number)| (name, number.to_string()));
    Ok(format::write(&counts.into_iter().chain(numbers).collect(), &all))
}

/// Resumes a training from the bytes of a file. The outer error is that of the file, the inner one the
/// optimizer's.
fn decode<N: Network>(
    model: &mut N,
    optimizer: &mut impl Optimizer<N::Element>,
    work: &mut Workspace<N>,
    further: &[&'static str],
    bytes: &[u8],
) -> Result<Result<(u64, Vec<f64>), Error>, CheckpointProblem> {
    let file = File::read(bytes)?;
    let held = optimizer.state().optimizer;
    let Counts {
        steps,
        seed,
        step,
        epochs,
    } = Counts::read::<N>(&file, held)?;
    let moments = optimizer.moments();
    demand_moments::<N>(&file, held, &moments, steps)?;
    // An optimizer that has taken no step has neither averages nor numbers to save.
    let scalars = if steps > 0 { optimizer.scalars() } else { &[] };
    let scalars = numbers(&file, scalars)?;
    let further = numbers(&file, further)?;
    let mut loaded = Vec::new();
    for moment in moments.iter().filter(|_| steps > 0) {
        let name = |parameter: &str| named(held, moment, parameter);
        loaded.push(values_named(N::LAYOUT, &file, N::NAME, name)?);
    }
    let Read { parameters, buffers } = read_from::<N>(&file)?;
    let slices: Vec<&[N::Element]> = loaded.iter().map(|values| &**values).collect();
    if let Err(error) = optimizer.restore(steps, &slices, &scalars) {
        return Ok(Err(error));
    }
    model.parameters_mut().copy_from_slice(&parameters);
    model.buffers_mut().copy_from_slice(&buffers);
    work.resume(seed, step);
    Ok(Ok((epochs, further)))
}

/// The numbers of these names among the metadata.
fn numbers(file: &File<'_>, names: &[&'static str]) -> Result<Vec<f64>, CheckpointProblem> {
    let number = |&name: &&'static str| {
        let number = file.about.get(name).and_then(|text| text.parse::<f64>().ok());
        let number = number.filter(|number| number.is_finite());
        number.ok_or(CheckpointProblem::NoTraining { lacks: name })
    };
    names.iter().map(number).collect()
}

/// The metadata of a training.
struct Counts {
    /// The number of steps that the optimizer has taken.
    steps: u64,
    seed: u64,
    step: u64,
    epochs: u64,
}

impl Counts {
    /// The counts in a file of network `N` with the optimizer of this name.
    fn read<N: Network>(file: &File<'_>, optimizer: &'static str) -> Result<Counts, CheckpointProblem> {
        let text = |key: &'static str| {
            let text = file.about.get(key);
            text.ok_or(CheckpointProblem::NoTraining { lacks: key })
        };
        let number = |key: &'static str, most: u64| match text(key)?.parse::<u64>() {
            Ok(found) if found > most => Err(CheckpointProblem::Count {
                name: key,
                found,
                most,
            }),
            Ok(found) => Ok(found),
            Err(_) => Err(CheckpointProblem::NoTraining { lacks: key }),
        };
        let found = text("optimizer")?;
        if found != optimizer {
            return Err(CheckpointProblem::OtherOptimizer {
                found: found.clone(),
                asked: optimizer,
            });
        }
        let found = text("network")?;
        if found != N::NAME {
            return Err(CheckpointProblem::OtherNetwork {
                found: found.clone(),
                asked: N::NAME,
            });
        }
        Ok(Counts {
            steps: number("optimizer_steps", MOST_STEPS)?,
            seed: number("seed", u64::MAX)?,
            step: number("step", MOST_STEPS)?,
            epochs: number("epochs", MOST_EPOCHS)?,
        })
    }
}

/// Checks that the file holds exactly the averages that an optimizer has after so many steps.
fn demand_moments<N: Network>(
    file: &File<'_>,
    optimizer: &str,
    moments: &[&str],
    steps: u64,
) -> Result<(), CheckpointProblem> {
    let known = |name: &str| {
        let (average, parameter) = name.split_once(SEPARATOR)?;
        let moment = average.strip_prefix(optimizer)?.strip_prefix('.')?;
        (moments.contains(&moment) && N::LAYOUT.find(parameter).is_some()).then_some(())
    };
    for name in file.tensors.keys().filter(|name| name.contains(SEPARATOR)) {
        let name = name.clone();
        if known(&name).is_none() {
            return Err(CheckpointProblem::Unexpected {
                name,
                network: N::NAME,
            });
        }
        if steps == 0 {
            return Err(CheckpointProblem::MomentsWithoutSteps { name });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
