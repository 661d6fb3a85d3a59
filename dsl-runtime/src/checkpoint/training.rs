//! Saved trainings: checkpoints with the state that a training needs to resume as if it had never stopped.
//!
//! Beside the network's tensors the file holds the optimizer's averages, one tensor for each parameter under
//! `<optimizer>.<average>/<parameter>`, and as metadata the optimizer's count of steps and other numbers that it
//! keeps, the workspace's seed and count of steps, and the number of finished epochs. A trainer adds its own numbers, and, if
//! it may have to go back to them, the parameters and buffers of the best epoch under `best/<name>`. [`load`](super::load)
//! reads only the network from it.

use std::path::Path;

use super::format::{self, File, Texts};
use super::{Read, named, read_from, read_whole, saved, tensors, values_named, write};
use crate::error::CheckpointProblem;
use crate::{Error, Network, Optimizer, Parameters, Workspace};

/// The separator between the name of an average and that of a parameter; no parameter's name contains it.
pub(super) const SEPARATOR: char = '/';

/// What stands before the separator in the names of the best epoch's parameters and buffers. No average has this name, since
/// those begin with an optimizer's and a dot.
const BEST: &str = "best";

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
    let bytes = encode(model, optimizer, work, epochs, &Further::default());
    write(path.as_ref(), bytes)
}

/// What a trainer saves beside network, optimizer and counts.
pub(crate) struct Further<'v, T> {
    /// Numbers by name.
    pub numbers: Vec<(String, String)>,
    /// The parameters and buffers of the best epoch.
    pub best: Option<[&'v [T]; 2]>,
}

impl<T> Default for Further<'_, T> {
    fn default() -> Self {
        Further {
            numbers: Vec::new(),
            best: None,
        }
    }
}

/// [`save_training`] with what a trainer adds, to several paths, the first last.
pub(crate) fn save_with<N: Network>(
    model: &N,
    optimizer: &impl Optimizer<N::Element>,
    work: &Workspace<N>,
    epochs: u64,
    further: &Further<'_, N::Element>,
    paths: &[&Path],
) -> Result<(), Error> {
    let bytes = encode(model, optimizer, work, epochs, further);
    let Some((first, others)) = paths.split_first() else {
        return Ok(());
    };
    for other in others {
        write(other, bytes.clone())?;
    }
    write(first, bytes)
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
    let (epochs, ()) = resume_with(model, optimizer, work, path.as_ref(), |_| Ok(()))?;
    Ok(epochs)
}

/// [`resume_training`], and what `read` finds besides, before anything is changed.
pub(crate) fn resume_with<N: Network, Found>(
    model: &mut N,
    optimizer: &mut impl Optimizer<N::Element>,
    work: &mut Workspace<N>,
    path: &Path,
    read: impl FnOnce(&Added<'_, '_>) -> Result<Found, CheckpointProblem>,
) -> Result<(u64, Found), Error> {
    decode(model, optimizer, work, read, &read_whole(path)?).map_err(|problem| Error::Checkpoint {
        path: path.to_owned(),
        problem,
    })?
}

fn encode<N: Network>(
    model: &N,
    optimizer: &impl Optimizer<N::Element>,
    work: &Workspace<N>,
    epochs: u64,
    further: &Further<'_, N::Element>,
) -> Result<Vec<u8>, CheckpointProblem> {
    let state = optimizer.state();
    let mut all = tensors(model)?;
    for (moment, values) in &state.moments {
        for parameter in N::LAYOUT.parameters {
            let name = named(state.optimizer, moment, parameter.name);
            let tensor = saved(&name, parameter, values)?;
            all.insert(name, tensor);
        }
    }
    for (layout, values) in further
        .best
        .iter()
        .flat_map(|best| [N::LAYOUT, N::BUFFERS].into_iter().zip(*best))
    {
        for parameter in layout.parameters {
            let name = format!("{BEST}{SEPARATOR}{}", parameter.name);
            let tensor = saved(&name, parameter, values)?;
            all.insert(name, tensor);
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
    let scalars = state.scalars.iter();
    let scalars = scalars.map(|&(name, number)| (name, number.to_string()));
    let added = further.numbers.iter();
    let added = added.map(|(name, number)| (&**name, number.clone()));
    let mut about = Texts::new();
    for (name, text) in counts.into_iter().chain(scalars).chain(added) {
        about.insert(name.to_owned(), text);
    }
    Ok(format::write(&about, &all))
}

/// Resumes a training from the bytes of a file. The outer error is that of the file, the inner one the
/// optimizer's.
fn decode<N: Network, Found>(
    model: &mut N,
    optimizer: &mut impl Optimizer<N::Element>,
    work: &mut Workspace<N>,
    read: impl FnOnce(&Added<'_, '_>) -> Result<Found, CheckpointProblem>,
    bytes: &[u8],
) -> Result<Result<(u64, Found), Error>, CheckpointProblem> {
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
    let added = Added(&file);
    let scalars: Result<Vec<f64>, _> = scalars.iter().map(|name| added.number(name)).collect();
    let scalars = scalars?;
    let found = read(&added)?;
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
    Ok(Ok((epochs, found)))
}

/// What a file holds beside network, optimizer and counts.
pub(crate) struct Added<'f, 'b>(&'f File<'b>);

impl Added<'_, '_> {
    /// The finite number of this name.
    pub fn number(&self, name: &'static str) -> Result<f64, CheckpointProblem> {
        let number = self.0.about.get(name).and_then(|text| text.parse::<f64>().ok());
        let number = number.filter(|number| number.is_finite());
        number.ok_or(CheckpointProblem::NoTraining { lacks: name })
    }

    /// The same; `None` if there is nothing of that name.
    pub fn optional(&self, name: &'static str) -> Result<Option<f64>, CheckpointProblem> {
        let is_there = self.0.about.contains_key(name);
        is_there.then(|| self.number(name)).transpose()
    }

    /// The whole number of this name, any; `None` if there is nothing of that name.
    pub fn whole(&self, name: &'static str) -> Result<Option<u64>, CheckpointProblem> {
        let number = self.0.about.get(name).map(|text| text.parse());
        number
            .transpose()
            .map_err(|_| CheckpointProblem::NoTraining { lacks: name })
    }

    /// The same of something that is counted on, and so has a limit.
    pub fn count(&self, name: &'static str) -> Result<Option<u64>, CheckpointProblem> {
        match self.whole(name)? {
            Some(found) if found > MOST_STEPS => Err(CheckpointProblem::Count {
                name,
                found,
                most: MOST_STEPS,
            }),
            other => Ok(other),
        }
    }

    /// The finite numbers whose names begin with `prefix`, by the rest of their names.
    pub fn numbers_after(&self, prefix: &'static str) -> Result<Vec<(String, f64)>, CheckpointProblem> {
        let named = self.0.about.iter();
        let named = named.filter_map(|(name, text)| Some((name.strip_prefix(prefix)?, text)));
        let parsed = named.map(|(name, text)| match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok((name.to_owned(), number)),
            _ => Err(CheckpointProblem::NoTraining { lacks: prefix }),
        });
        parsed.collect()
    }

    /// Whether the parameters of a best epoch are there.
    pub fn has_best(&self) -> bool {
        let owner = |name: &String| name.split_once(SEPARATOR).map(|(owner, _)| owner == BEST);
        self.0.tensors.keys().any(|name| owner(name) == Some(true))
    }

    /// The parameters and buffers of the best epoch.
    pub fn best<N: Network>(&self) -> Result<[Parameters<N::Element>; 2], CheckpointProblem> {
        let read = |layout| values_named(layout, self.0, N::NAME, |name| format!("{BEST}{SEPARATOR}{name}"));
        Ok([read(N::LAYOUT)?, read(N::BUFFERS)?])
    }
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
    let is_best = |name: &str| {
        let named = name.split_once(SEPARATOR);
        let own = |name| N::LAYOUT.find(name).is_some() || N::BUFFERS.find(name).is_some();
        named.is_some_and(|(owner, name)| owner == BEST && own(name))
    };
    let known = |name: &str| {
        let (average, parameter) = name.split_once(SEPARATOR)?;
        let moment = average.strip_prefix(optimizer)?.strip_prefix('.')?;
        (moments.contains(&moment) && N::LAYOUT.find(parameter).is_some()).then_some(())
    };
    for name in file
        .tensors
        .keys()
        .filter(|name| name.contains(SEPARATOR) && !is_best(name))
    {
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
