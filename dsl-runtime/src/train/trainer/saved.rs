//! The file a training is saved in after every epoch.

#[cfg(feature = "checkpoint")]
use std::path::PathBuf;

#[cfg(feature = "checkpoint")]
use crate::checkpoint::{resume_with, save_with};
use crate::schedule::Plateau;
use crate::{Error, Network, Optimizer, Workspace};

/// The file that a training is saved to, if any; none without the feature `checkpoint`.
#[derive(Debug, Clone, Default)]
pub(super) struct Saved {
    #[cfg(feature = "checkpoint")]
    pub path: Option<PathBuf>,
}

#[cfg(feature = "checkpoint")]
impl Saved {
    /// Resumes the training that the file holds, and returns the number of its finished epochs.
    pub fn resume<N: Network>(
        &self,
        model: &mut N,
        optimizer: &mut impl Optimizer<N::Element>,
        work: &mut Workspace<N>,
        plateau: &mut Option<Plateau>,
    ) -> Result<u64, Error> {
        let Some(path) = &self.path else {
            return Ok(0);
        };
        // If the existence of a training cannot be determined, none is begun over it.
        match path.try_exists() {
            Ok(true) => {
                let names: &[_] = if plateau.is_some() { &Plateau::NAMES } else { &[] };
                let (epochs, state) = resume_with(model, optimizer, work, names, path)?;
                if let (Some(plateau), Ok(state)) = (plateau, state.try_into()) {
                    plateau.restore(state);
                }
                Ok(epochs)
            }
            Ok(false) => Ok(0),
            Err(source) => Err(Error::File {
                action: "look for",
                path: path.clone(),
                source,
            }),
        }
    }

    /// Saves a training with so many finished epochs.
    pub fn save<N: Network>(
        &self,
        model: &N,
        optimizer: &impl Optimizer<N::Element>,
        work: &Workspace<N>,
        epochs: u64,
        plateau: Option<&Plateau>,
    ) -> Result<(), Error> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let state = plateau.map(Plateau::state);
        let further = state.as_ref().map_or(&[][..], |state| state);
        save_with(model, optimizer, work, epochs, further, path)
    }
}

#[cfg(not(feature = "checkpoint"))]
impl Saved {
    pub fn resume<N: Network>(
        &self,
        _: &mut N,
        _: &mut impl Optimizer<N::Element>,
        _: &mut Workspace<N>,
        _: &mut Option<Plateau>,
    ) -> Result<u64, Error> {
        Ok(0)
    }

    pub fn save<N: Network>(
        &self,
        _: &N,
        _: &impl Optimizer<N::Element>,
        _: &Workspace<N>,
        _: u64,
        _: Option<&Plateau>,
    ) -> Result<(), Error> {
        Ok(())
    }
}
