//! Data sets: labelled examples, text and pairs of sequences in memory, their batches, and readers of files.

mod augment;
mod batches;
mod cifar;
mod dataset;
mod examples;
#[cfg(feature = "gzip")]
mod gzip;
pub mod idx;
mod mnist;
mod order;
mod sequences;
mod tokens;
mod vocabulary;

pub use augment::Augment;
pub use batches::{Batch, Batches, InOrder};
pub use cifar::Cifar10;
pub use dataset::{Dataset, Statistics};
pub use examples::Examples;
pub use mnist::Mnist;
pub use order::Order;
pub use sequences::{Marks, SequenceBatch, SequencePairs};
pub use tokens::{TokenBatch, Tokens, Windows, WindowsInOrder};
pub use vocabulary::CharVocabulary;
