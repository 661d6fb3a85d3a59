//! The page that shows a run, or several of them compared: one file, without scripts, that loads nothing.

mod chart;
mod charts;
mod compare;
mod confusion;
mod contents;
mod curve;
mod html;
mod matrix;
mod numbers;
mod page;
mod reduce;
mod sample;
mod sections;

use std::path::{Path, PathBuf};

pub use sample::Sample;

use self::contents::Contents;
use super::RunFolder;
use super::file::publish;
use crate::Error;
use crate::error::RunProblem;

/// A page about runs, in HTML: one file that loads nothing and needs no script, for light and dark, wide and narrow screens.
///
/// ```no_run
/// use dsl_runtime::run::Report;
///
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// Report::of("runs/mnist")?.save("mnist.html")?;
/// Report::compare(&["runs/mnist", "runs/mnist-2"])?.save("compared.html")?;
/// # Ok(())
/// # }
/// ```
///
/// What runs and programs call their networks, entries, classes and samples is shown as text, whatever it holds; a picture of a
/// network is shown as one, so that nothing in it can run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    html: String,
}

impl Report {
    /// The report of a run, from its folder: curves, epochs, confusion matrix, samples, network and configuration, as far as they
    /// are there.
    ///
    /// # Errors
    ///
    /// [`RunProblem::Absent`] if the folder holds no run, [`RunProblem::Line`] if one of its files is broken, [`Error::File`] if
    /// one cannot be read.
    pub fn of(folder: impl AsRef<Path>) -> Result<Report, Error> {
        let run = Contents::read(folder.as_ref())?;
        let html = page::page(
            &run.name(),
            &sections::introduction(&run),
            &sections::sections(&run),
        );
        Ok(Report { html })
    }

    /// The report of several runs: their curves over each other, what differs in their configurations, what they end with.
    ///
    /// # Errors
    ///
    /// Those of [`of`](Report::of), and [`RunProblem::NoRun`] if no folder is given.
    pub fn compare(folders: &[impl AsRef<Path>]) -> Result<Report, Error> {
        if folders.is_empty() {
            return Err(Error::Run {
                path: PathBuf::new(),
                problem: RunProblem::NoRun,
            });
        }
        let runs: Result<Vec<_>, _> = folders
            .iter()
            .map(|folder| Contents::read(folder.as_ref()))
            .collect();
        Ok(Report {
            html: compare::compared(&runs?),
        })
    }

    /// The page.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// Saves the page.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if it cannot be written; what was there before stays.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        publish(path.as_ref(), self.html.as_bytes())
    }
}

impl RunFolder {
    /// Makes the report of the run, the file `report.html` in its folder, in place of an earlier one. Returns its path. A `Trainer`
    /// does so when a training ends.
    ///
    /// # Errors
    ///
    /// Those of [`Report::of`] and [`Report::save`].
    pub fn report(&self) -> Result<PathBuf, Error> {
        let path = self.path().join("report.html");
        Report::of(self.path())?.save(&path)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests;
