//! A folder that a training is seen by.

use std::ffi::OsString;
use std::fmt::Display;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::configuration::Configuration;
use super::events::Events;
use super::file::{Growing, failed, publish};
use super::{log, time};
use crate::error::RunProblem;
use crate::{Error, Real};

/// The file by which a folder is locked.
const LOCK: &str = ".lock";

/// A folder that holds what is to be seen of a training; see the [module](super).
///
/// Its methods may be called from several threads, and from a callback of the `Trainer` that has it too.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    state: Mutex<State>,
    /// Locked as long as it is open.
    _lock: File,
}

#[derive(Debug)]
struct State {
    configuration: Configuration,
    log: Growing,
    /// The last step that is in the log, if any is.
    last: Option<u64>,
    /// None until there is an event of this session.
    events: Option<Events>,
    /// The last step of earlier sessions that stays, if there were any.
    after: Option<u64>,
    /// Whether the events have the configuration as it is.
    is_told: bool,
}

impl RunFolder {
    /// A new folder, with those above it; an empty one may be there already.
    ///
    /// # Errors
    ///
    /// [`RunProblem::Exists`] if there is something in it, [`Error::File`] if it cannot be written.
    pub fn create(path: impl AsRef<Path>) -> Result<RunFolder, Error> {
        let path = path.as_ref();
        fs::create_dir_all(path).map_err(|source| match path.exists() {
            true => refused(path, RunProblem::Exists),
            false => failed("make the folder", path, source),
        })?;
        let mut entries = fs::read_dir(path).map_err(|source| failed("look into", path, source))?;
        if entries.next().is_some() {
            return Err(refused(path, RunProblem::Exists));
        }
        let lock = lock(path)?;
        // Of several that have found it empty, one makes its log.
        let log = log::create(path).map_err(|error| match error {
            Error::File { source, .. } if source.kind() == ErrorKind::AlreadyExists => {
                refused(path, RunProblem::Exists)
            }
            error => error,
        })?;
        let run = RunFolder::of(path, lock, Configuration::default(), log, None);
        run.set("started", time::now())?;
        run.set("dsl-runtime", env!("CARGO_PKG_VERSION"))?;
        Ok(run)
    }

    /// A new folder under this name, or if there is one, under the first of `name-2`, `name-3` and so on that is free.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if it cannot be written.
    pub fn numbered(path: impl AsRef<Path>) -> Result<RunFolder, Error> {
        let path = path.as_ref();
        let mut numbered = path.to_owned();
        for number in 2.. {
            match RunFolder::create(&numbered) {
                Err(Error::Run {
                    problem: RunProblem::Exists | RunProblem::InUse,
                    ..
                }) => {}
                other => return other,
            }
            let mut name = path.file_name().map(OsString::from).unwrap_or_default();
            name.push(format!("-{number}"));
            numbered = path.with_file_name(name);
        }
        unreachable!("some number is free")
    }

    /// A folder that is there, to go on with: what is logged is added. A `Trainer` goes on with the training that it holds.
    ///
    /// # Errors
    ///
    /// [`RunProblem::Absent`] if there is no run in it, [`RunProblem::InUse`] if somebody else writes to it,
    /// [`RunProblem::Line`] if one of its files is broken, [`Error::File`] if one cannot be read or written.
    pub fn open(path: impl AsRef<Path>) -> Result<RunFolder, Error> {
        let path = path.as_ref();
        if !path.join(log::NAME).is_file() {
            return Err(refused(path, RunProblem::Absent));
        }
        let lock = lock(path)?;
        let configuration = Configuration::read(path)?.unwrap_or_default();
        let last = log::read(path)?.iter().map(|line| line.step).max();
        let log = log::resume(path, last.unwrap_or(0))?;
        Ok(RunFolder::of(path, lock, configuration, log, last))
    }

    /// The folder that is there, to go on with, or a new one.
    ///
    /// # Errors
    ///
    /// Those of [`open`](RunFolder::open) and [`create`](RunFolder::create).
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<RunFolder, Error> {
        match RunFolder::open(&path) {
            Err(Error::Run {
                problem: RunProblem::Absent,
                ..
            }) => RunFolder::create(path),
            other => other,
        }
    }

    fn of(
        path: &Path,
        lock: File,
        configuration: Configuration,
        log: Growing,
        last: Option<u64>,
    ) -> RunFolder {
        RunFolder {
            path: path.to_owned(),
            state: Mutex::new(State {
                configuration,
                log,
                last,
                events: None,
                after: last,
                is_told: false,
            }),
            _lock: lock,
        }
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file that a `Trainer` saves its training in, and resumes it from, unless it is told of another.
    pub fn last_checkpoint(&self) -> PathBuf {
        self.path.join("last.training")
    }

    /// The file that a `Trainer` saves the network of its best epoch in, unless it is told of another.
    pub fn best_checkpoint(&self) -> PathBuf {
        self.path.join("best.safetensors")
    }

    /// Sets an entry of the configuration, in place of one of its name.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if the file cannot be written; it then has its old contents.
    pub fn set(&self, name: &str, value: impl Display) -> Result<(), Error> {
        let mut state = self.state();
        if state.configuration.set(name, value.to_string()) {
            state.is_told = false;
            state.configuration.save(&self.path)?;
        }
        Ok(())
    }

    /// An entry of the configuration.
    pub fn get(&self, name: &str) -> Option<String> {
        self.state().configuration.get(name).map(str::to_owned)
    }

    /// Logs numbers of a step, or of an epoch that ends with it; [names](super#names) say which chart they belong to.
    ///
    /// TensorBoard's file has them in single precision, `log.csv` has their bits.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if there is no more room, or the folder is no longer there.
    pub fn log(&self, step: u64, values: &[(&str, f64)]) -> Result<(), Error> {
        let mut state = self.state();
        let lines = values.iter().map(|(name, value)| log::line(step, name, *value));
        state.log.append(lines.collect::<String>().as_bytes())?;
        state.last = state.last.max(Some(step));
        state.events(&self.path, step)?.scalars(step, values)
    }

    /// Logs for TensorBoard how often values lie where, such as those of a parameter. What is not finite is not counted.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if there is no more room.
    pub fn histogram<T: Real>(&self, step: u64, name: &str, values: &[T]) -> Result<(), Error> {
        let values = values.iter().map(|value| value.to_f64());
        let mut state = self.state();
        state.events(&self.path, step)?.histogram(step, name, values)
    }

    /// Goes on after this step: what was logged of later ones, which will be taken again, is dropped.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if the files cannot be read or written.
    pub fn resume_after(&self, step: u64) -> Result<(), Error> {
        let mut state = self.state();
        if state.last.is_some_and(|last| last > step) {
            state.log = log::resume(&self.path, step)?;
            state.last = Some(step);
        }
        (state.events, state.after, state.is_told) = (None, Some(step), false);
        Ok(())
    }

    /// The last step that is in the log.
    pub fn last_step(&self) -> Option<u64> {
        self.state().last
    }

    /// Makes a text the contents of a file of the folder.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        // One at a time.
        let _state = self.state();
        publish(&self.path.join(name), text.as_bytes())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each call leaves a state that the next can go on with.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The events, to be added to in a step. They begin with the configuration, and have it again when it has changed.
    fn events(&mut self, folder: &Path, step: u64) -> Result<&mut Events, Error> {
        let events = match self.events.take() {
            Some(events) => events,
            None => Events::create(folder, self.after)?,
        };
        let events = self.events.insert(events);
        if self.is_told {
            return Ok(events);
        }
        let cell = |text: &str| text.replace('|', "\\|").replace(['\n', '\r'], " ");
        let rows = self.configuration.0.iter();
        let rows = rows.map(|(name, value)| format!("| {} | {} |\n", cell(name), cell(value)));
        let table = format!("| | |\n|---|---|\n{}", rows.collect::<String>());
        events.text(step, "configuration", &table)?;
        self.is_told = true;
        Ok(events)
    }
}

/// The folder as nobody else's. A file system without locks is taken as it is.
fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join(LOCK);
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|source| failed("make", &path, source))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(refused(folder, RunProblem::InUse)),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

fn refused(path: &Path, problem: RunProblem) -> Error {
    Error::Run {
        path: path.to_owned(),
        problem,
    }
}

#[cfg(test)]
mod tests;
