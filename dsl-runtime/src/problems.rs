//! The possible problems with a file or a data set, in detail, by subject; part of [`Error`](crate::Error).

mod checkpoint;
mod data;
mod dataset;
mod import;
mod metric;
mod run;
mod table;
mod vocabulary;

pub use checkpoint::CheckpointProblem;
pub use data::DataProblem;
pub use dataset::DatasetProblem;
pub(crate) use import::shown;
pub use import::{ImportProblem, Mismatch, MisshapenTensor, MissingTensor, NamedShape};
pub use metric::MetricProblem;
pub use run::RunProblem;
pub use table::TableProblem;
pub use vocabulary::VocabularyProblem;
