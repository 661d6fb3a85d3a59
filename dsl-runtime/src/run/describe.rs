//! What a run says of its network.

use super::RunFolder;
use crate::{Error, Network};

/// The files of the network's parameters and of its picture.
pub(super) const PARAMETERS: &str = "network.txt";
pub(super) const PICTURE: &str = "network.svg";

impl RunFolder {
    /// Keeps which network is trained: its name and the number of its parameters in the configuration, the table of its
    /// [`Layout`](crate::Layout) in a file. A `Trainer` does so by itself.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if a file cannot be written.
    pub fn network<N: Network>(&self) -> Result<(), Error> {
        self.set("network", N::NAME)?;
        self.set("parameters", N::LAYOUT.count())?;
        self.set("element", std::any::type_name::<N::Element>())?;
        self.write(PARAMETERS, &N::LAYOUT.to_string())
    }

    /// Keeps a picture of the network, as SVG: one of the constants that `#[document(svg)]` makes, such as `LeNet::LOGITS_SVG`.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if the file cannot be written.
    pub fn picture(&self, svg: &str) -> Result<(), Error> {
        self.write(PICTURE, svg)
    }

    /// Logs for TensorBoard how the values of each parameter are distributed, as `parameters/name`. A `Trainer` does so after each epoch.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if there is no more room.
    pub fn histograms_of<N: Network>(&self, step: u64, model: &N) -> Result<(), Error> {
        N::LAYOUT.parameters.iter().try_for_each(|parameter| {
            let name = format!("parameters/{}", parameter.name);
            self.histogram(step, &name, &model.parameters()[parameter.range.clone()])
        })
    }
}
