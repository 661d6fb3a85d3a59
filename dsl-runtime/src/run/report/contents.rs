//! What a folder holds, read for a report.

use std::path::{Path, PathBuf};

use super::curve::{Curve, EPOCH, curves};
use super::matrix::NamedMatrix;
use super::sample::Sample;
use crate::Error;
use crate::error::RunProblem;
use crate::run::configuration::Configuration;
use crate::run::describe::{PARAMETERS, PICTURE};
use crate::run::file::read_if_there;
use crate::run::log;

/// A run as its folder has it.
pub(super) struct Contents {
    pub folder: PathBuf,
    pub configuration: Configuration,
    pub curves: Vec<Curve>,
    /// The steps that epochs end with.
    pub epochs: Vec<(u64, f64)>,
    /// The table of the network's parameters.
    pub network: Option<String>,
    /// Its picture, as SVG.
    pub picture: Option<String>,
    pub matrix: Option<NamedMatrix>,
    pub samples: Vec<Sample>,
}

impl Contents {
    pub fn read(folder: &Path) -> Result<Contents, Error> {
        if !folder.join(log::NAME).is_file() {
            return Err(Error::Run {
                path: folder.to_owned(),
                problem: RunProblem::Absent,
            });
        }
        let mut curves = curves(log::read(folder)?);
        let epochs = curves.iter().position(|curve| curve.name() == EPOCH);
        Ok(Contents {
            folder: folder.to_owned(),
            configuration: Configuration::read(folder)?.unwrap_or_default(),
            epochs: epochs.map(|at| curves.remove(at).points).unwrap_or_default(),
            curves,
            network: read_if_there(&folder.join(PARAMETERS))?,
            picture: read_if_there(&folder.join(PICTURE))?,
            matrix: NamedMatrix::read(folder)?,
            samples: Sample::read(folder)?,
        })
    }

    /// The name of the folder.
    pub fn name(&self) -> String {
        let name = self.folder.file_name().unwrap_or(self.folder.as_os_str());
        name.to_string_lossy().into_owned()
    }

    pub fn curve(&self, name: &str) -> Option<&Curve> {
        self.curves.iter().find(|curve| curve.name() == name)
    }
}
