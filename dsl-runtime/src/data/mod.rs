//! Data sets: labelled examples, text and pairs of sequences in memory, their batches, and readers of files.

mod alias;
#[cfg(feature = "arrays")]
mod array;
mod arrays;
mod augment;
mod batches;
#[cfg(feature = "text")]
mod byte_pairs;
mod cifar;
mod dataset;
mod examples;
#[cfg(feature = "gzip")]
mod gzip;
pub mod idx;
#[cfg(feature = "images")]
mod images;
mod mixup;
mod mnist;
mod normalise;
#[cfg(feature = "arrays")]
pub mod npy;
mod open;
mod order;
mod prefetch;
mod regression;
#[cfg(feature = "arrays")]
pub mod safetensors;
mod sequences;
pub mod split;
pub mod stream;
mod subset;
#[cfg(feature = "csv")]
mod table;
mod tokens;
mod vocabulary;
#[cfg(feature = "text")]
mod words;

pub use alias::{AliasTable, class_weights};
#[cfg(feature = "arrays")]
pub use array::{Array, Elements};
pub use arrays::{Arrays, ArraysBatch};
pub use augment::Augment;
pub use batches::{Batch, Batches, InOrder};
#[cfg(feature = "text")]
pub use byte_pairs::BytePairs;
pub use cifar::Cifar10;
pub use dataset::{Dataset, Statistics};
pub use examples::Examples;
#[cfg(feature = "images")]
pub use images::{ImageFolder, LabelledImages};
pub use mixup::{Mixture, Mixup};
pub use mnist::Mnist;
pub use normalise::Normalisation;
pub use order::{Order, Place};
pub use prefetch::{Gathered, Prefetched, prefetch};
pub use regression::RegressionDataset;
pub use sequences::{Marks, SequenceBatch, SequencePairs};
pub use split::Split;
pub use subset::Subset;
#[cfg(feature = "csv")]
pub use table::{
    Coding, ColumnKind, EncodedRow, Fill, Rows, Table, TableEncoder, TableEncoding, TableReader,
};
pub use tokens::{TokenBatch, Tokens, Windows, WindowsInOrder};
pub use vocabulary::CharVocabulary;
#[cfg(feature = "text")]
pub use words::WordVocabulary;
