//! The folder of a run where the feature `run` is off: there is none, and code that has one does not run.

#![expect(
    clippy::extra_unused_type_parameters,
    reason = "the functions of a folder that there is have them"
)]

use std::fmt::Display;
use std::path::Path;

use crate::{Error, Network};

/// Has no value.
#[derive(Debug)]
pub enum RunFolder {}

impl RunFolder {
    pub fn path(&self) -> &Path {
        match *self {}
    }

    pub fn last_step(&self) -> Option<u64> {
        match *self {}
    }

    #[cfg(feature = "checkpoint")]
    pub fn last_checkpoint(&self) -> std::path::PathBuf {
        match *self {}
    }

    #[cfg(feature = "checkpoint")]
    pub fn best_checkpoint(&self) -> std::path::PathBuf {
        match *self {}
    }

    pub fn resume_after(&self, _: u64) -> Result<(), Error> {
        match *self {}
    }

    pub fn set(&self, _: &str, _: impl Display) -> Result<(), Error> {
        match *self {}
    }

    pub fn log(&self, _: u64, _: &[(&str, f64)]) -> Result<(), Error> {
        match *self {}
    }

    pub fn network<N: Network>(&self) -> Result<(), Error> {
        match *self {}
    }

    pub fn histograms_of<N: Network>(&self, _: u64, _: &N) -> Result<(), Error> {
        match *self {}
    }
}
