//! The files that a training is saved in.

use std::path::{Path, PathBuf};

use super::course::Position;
#[cfg(feature = "checkpoint")]
use crate::checkpoint::{self, Added, Further, resume_with, save_with};
#[cfg(feature = "checkpoint")]
use crate::error::CheckpointProblem;
use crate::run::RunFolder;
use crate::schedule::Plateau;
#[cfg(feature = "checkpoint")]
use crate::train::learner::Sums;
use crate::train::watch::Watching;
use crate::{Error, Network, Optimizer, Workspace};

/// Where and when a training is saved; nowhere without the feature `checkpoint`.
#[derive(Debug, Clone, Default)]
pub(super) struct Saved {
    pub path: Option<PathBuf>,
    /// The number of steps between saves within an epoch.
    pub every: Option<u64>,
    /// The number of saves that are kept besides.
    #[cfg(feature = "checkpoint")]
    pub keep: usize,
    /// The file of the best network.
    pub best: Option<PathBuf>,
}

/// What is saved beside network, optimizer and random numbers.
#[cfg_attr(not(feature = "checkpoint"), expect(dead_code, reason = "nothing is saved"))]
pub(super) struct State<'s, T> {
    pub at: &'s Position,
    /// The numbers of examples in a step and in the data, and the seed of their order.
    pub batch: u64,
    pub examples: u64,
    pub seed: u64,
    /// The digest of the weights that examples are drawn by.
    pub weights: u64,
    pub plateau: Option<&'s Plateau>,
    pub watching: Option<&'s Watching>,
    pub best: Option<[&'s [T]; 2]>,
}

/// What a file holds beside them. A file of [`save_training`](crate::checkpoint::save_training) says less.
pub(super) struct Loaded<T> {
    pub at: Position,
    pub batch: Option<u64>,
    pub examples: Option<u64>,
    pub seed: Option<u64>,
    pub weights: Option<u64>,
    pub plateau: Option<[f64; 4]>,
    /// The best number that was watched, and the epochs since.
    pub watched: Option<(Option<f64>, u64)>,
    pub best: Option<[Vec<T>; 2]>,
}

impl Saved {
    /// Whether anything is to be saved.
    pub fn asks(&self) -> bool {
        self.path.is_some() || self.keeps_best()
    }

    pub fn keeps_best(&self) -> bool {
        self.best.is_some()
    }

    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether to save within an epoch after so many steps.
    pub fn is_due(&self, steps: u64) -> bool {
        self.every.is_some_and(|every| steps.is_multiple_of(every))
    }
}

/// The names of the numbers in the file.
#[cfg(feature = "checkpoint")]
mod name {
    pub const STEPS: &str = "training_steps";
    pub const POSITION: &str = "epoch_examples";
    pub const LOSSES: &str = "epoch_losses";
    pub const RESULTS: &str = "epoch_results.";
    pub const BATCH: &str = "step_examples";
    pub const EXAMPLES: &str = "data_examples";
    pub const SEED: &str = "order_seed";
    pub const WEIGHTS: &str = "order_weights";
    pub const WORSE: &str = "watched_worse";
    pub const BEST: &str = "watched_best";
}

#[cfg(feature = "checkpoint")]
impl Saved {
    /// Files in the folder of a run, where there are none of the program's own.
    pub fn or_in(mut self, run: Option<&RunFolder>) -> Saved {
        if let Some(run) = run {
            self.path.get_or_insert_with(|| run.last_checkpoint());
            self.best.get_or_insert_with(|| run.best_checkpoint());
        }
        self
    }

    /// Loads the training that the file holds, if there is one. `wants` says whether the state of a plateau must be in it,
    /// and the best parameters, if any were.
    pub fn load<N: Network>(
        &self,
        model: &mut N,
        optimizer: &mut impl Optimizer<N::Element>,
        work: &mut Workspace<N>,
        wants: (bool, bool),
    ) -> Result<Option<Loaded<N::Element>>, Error> {
        let Some(path) = &self.path else {
            return Ok(None);
        };
        // If the existence of a training cannot be determined, none is begun over it.
        match path.try_exists() {
            Ok(true) => {
                let (epochs, mut loaded) =
                    resume_with(model, optimizer, work, path, |added| read::<N>(added, wants))?;
                loaded.at.epochs = epochs;
                Ok(Some(loaded))
            }
            Ok(false) => Ok(None),
            Err(source) => Err(Error::File {
                action: "look for",
                path: path.clone(),
                source,
            }),
        }
    }

    /// Saves a training, and removes saves beyond those that are kept.
    pub fn save<N: Network>(
        &self,
        model: &N,
        optimizer: &impl Optimizer<N::Element>,
        work: &Workspace<N>,
        state: &State<'_, N::Element>,
    ) -> Result<(), Error> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let further = Further {
            numbers: numbers(state),
            best: state.best,
        };
        let (epochs, steps) = (state.at.epochs, state.at.steps);
        if self.keep == 0 {
            return save_with(model, optimizer, work, epochs, &further, &[path]);
        }
        let kept = path.with_file_name(numbered(path, &steps.to_string()));
        save_with(model, optimizer, work, epochs, &further, &[path, &kept])?;
        remove_all_but(self.keep, path)
    }

    /// Saves the network of the best epoch.
    pub fn save_best<N: Network>(&self, model: &N) -> Result<(), Error> {
        match &self.best {
            Some(path) => checkpoint::save(model, path),
            None => Ok(()),
        }
    }
}

#[cfg(feature = "checkpoint")]
fn numbers<T>(state: &State<'_, T>) -> Vec<(String, String)> {
    let at = state.at;
    let mut numbers = vec![
        (name::STEPS, at.steps.to_string()),
        (name::POSITION, at.examples.to_string()),
        (name::LOSSES, at.sums.loss.to_string()),
        (name::BATCH, state.batch.to_string()),
        (name::EXAMPLES, state.examples.to_string()),
        (name::SEED, state.seed.to_string()),
        (name::WEIGHTS, state.weights.to_string()),
    ];
    let plateau = state.plateau.iter().flat_map(|plateau| plateau.state());
    numbers.extend(plateau.map(|(name, number)| (name, number.to_string())));
    if let Some(watching) = state.watching {
        numbers.push((name::WORSE, watching.worse.to_string()));
        numbers.extend(watching.best.map(|best| (name::BEST, best.to_string())));
    }
    let results = at.sums.results.iter();
    let results = results.map(|(name, sum)| (format!("{}{name}", name::RESULTS), sum.to_string()));
    let numbers = numbers
        .into_iter()
        .map(|(name, number)| (name.to_owned(), number));
    numbers.chain(results).collect()
}

#[cfg(feature = "checkpoint")]
fn read<N: Network>(
    added: &Added<'_, '_>,
    (wants_plateau, wants_best): (bool, bool),
) -> Result<Loaded<N::Element>, CheckpointProblem> {
    let steps = added.count(name::STEPS)?;
    let mut at = Position {
        steps: steps.unwrap_or(0),
        ..Position::default()
    };
    if let Some(examples) = added.count(name::POSITION)? {
        at.examples = examples;
        at.sums = Sums {
            loss: added.number(name::LOSSES)?,
            results: added.numbers_after(name::RESULTS)?,
        };
    }
    let plateau = match wants_plateau {
        true => {
            let [one, two, three, four] = Plateau::NAMES.map(|name| added.number(name));
            Some([one?, two?, three?, four?])
        }
        false => None,
    };
    // Without the parameters of the best epoch, the best is still to come.
    let begins = wants_best && !added.has_best();
    let watched = match added.count(name::WORSE)? {
        Some(worse) if !begins => Some((added.optional(name::BEST)?, worse)),
        _ => None,
    };
    let best = match wants_best && !begins {
        true => Some(added.best::<N>()?.map(|values| values.to_vec())),
        false => None,
    };
    Ok(Loaded {
        at,
        batch: added.whole(name::BATCH)?,
        examples: added.whole(name::EXAMPLES)?,
        seed: added.whole(name::SEED)?,
        weights: added.whole(name::WEIGHTS)?,
        plateau,
        watched,
        best,
    })
}

/// The name of a save that is kept: `mlp.step-1200.training` of `mlp.training`.
#[cfg(feature = "checkpoint")]
fn numbered(path: &Path, number: &str) -> std::ffi::OsString {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".step-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    name
}

/// Removes the saves with the lowest numbers beyond so many.
#[cfg(feature = "checkpoint")]
fn remove_all_but(keep: usize, path: &Path) -> Result<(), Error> {
    let failed = |action| {
        let path = path.to_owned();
        move |source| Error::File { action, path, source }
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let number = |name: &std::ffi::OsStr| {
        let name = name.to_str()?;
        let number = name.split(".step-").last()?.split('.').next()?;
        let number = number.parse().ok();
        number.filter(|number: &usize| numbered(path, &number.to_string()) == name)
    };
    let mut saves: Vec<usize> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed("look around"))? {
        let entry = entry.map_err(failed("look around"))?;
        saves.extend(number(&entry.file_name()));
    }
    saves.sort_unstable();
    let surplus = saves.len().saturating_sub(keep);
    for save in &saves[..surplus] {
        let path = folder.join(numbered(path, &save.to_string()));
        std::fs::remove_file(&path).map_err(|source| Error::File {
            action: "remove",
            path: path.clone(),
            source,
        })?;
    }
    Ok(())
}

#[cfg(not(feature = "checkpoint"))]
impl Saved {
    pub fn or_in(self, _: Option<&RunFolder>) -> Saved {
        self
    }

    pub fn load<N: Network>(
        &self,
        _: &mut N,
        _: &mut impl Optimizer<N::Element>,
        _: &mut Workspace<N>,
        _: (bool, bool),
    ) -> Result<Option<Loaded<N::Element>>, Error> {
        Ok(None)
    }

    pub fn save<N: Network>(
        &self,
        _: &N,
        _: &impl Optimizer<N::Element>,
        _: &Workspace<N>,
        _: &State<'_, N::Element>,
    ) -> Result<(), Error> {
        Ok(())
    }

    pub fn save_best<N: Network>(&self, _: &N) -> Result<(), Error> {
        Ok(())
    }
}
