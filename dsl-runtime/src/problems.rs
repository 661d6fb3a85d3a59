//! What can be wrong with a file or a data set, in detail; part of [`Error`](crate::Error).

use std::path::PathBuf;

/// What is wrong with a data file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataProblem {
    /// None of the names a file may have exists.
    #[error("holds none of {}", .names.join(", "))]
    Absent {
        /// The names that were tried.
        names: Vec<String>,
    },
    /// It is not an IDX file of unsigned bytes.
    #[error(
        "begins with the bytes {found:02x?}, but an IDX file of unsigned bytes with {dimensions} dimensions begins \
         with [00, 00, 08, {dimensions:02x}]"
    )]
    Magic {
        /// The first four bytes.
        found: [u8; 4],
        /// The number of dimensions expected.
        dimensions: u8,
    },
    /// It ends too early.
    #[error("is truncated: {expected} bytes expected, {found} present")]
    Truncated {
        /// Bytes expected.
        expected: u64,
        /// Bytes present.
        found: u64,
    },
    /// Its values are complete, but the compressed file ends before their checksum.
    #[error("is truncated: it ends before its gzip checksum")]
    Unfinished,
    /// It goes on after its last value.
    #[error("goes on after its last value, at byte {expected}")]
    Trailing {
        /// Bytes expected.
        expected: u64,
    },
    /// Its header promises more values than can be addressed.
    #[error("its header promises {dimensions:?} values, more than memory can hold")]
    TooLarge {
        /// The dimensions in the header.
        dimensions: Vec<u32>,
    },
    /// Its dimensions are not the expected ones.
    #[error("holds items of {found:?}, but {expected:?} was expected")]
    Dimensions {
        /// Dimensions of one item in the file.
        found: Vec<u32>,
        /// Dimensions of one item expected.
        expected: Vec<u32>,
    },
    /// It holds no items.
    #[error("holds no item")]
    Empty,
    /// Images and labels differ in number.
    #[error("holds {labels} labels, but `{}` holds {images} images", .images_path.display())]
    Unpaired {
        /// The number of labels.
        labels: usize,
        /// The number of images.
        images: usize,
        /// The file of the images.
        images_path: PathBuf,
    },
    /// A label is not one of the classes.
    #[error("label {position} is {label}, but must be below {classes}")]
    Label {
        /// Which label, from 0.
        position: usize,
        /// Its value.
        label: u8,
        /// The number of classes.
        classes: u32,
    },
}

/// Why inputs and labels do not make a data set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetProblem {
    /// The number of inputs is not `labels · width`.
    #[error("{inputs} input values for {labels} labels of {width} values each; {} expected", .labels.saturating_mul(*.width))]
    Length {
        /// Input values.
        inputs: usize,
        /// Values per example.
        width: usize,
        /// Labels.
        labels: usize,
    },
    /// A label is not one of the classes.
    #[error("label {position} is {label}, but must be below {classes}")]
    Label {
        /// Which label, from 0.
        position: usize,
        /// Its value.
        label: u32,
        /// The number of classes.
        classes: usize,
    },
    /// There are no examples.
    #[error("it holds no example")]
    Empty,
}

/// Why a checkpoint cannot be loaded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointProblem {
    /// The file is not in the safetensors format, or cut.
    #[error("no whole safetensors file ({0})")]
    Format(String),
    /// The network has a parameter that the file lacks.
    #[error("lacks `{name}`, which `{network}` needs")]
    Missing {
        /// The parameter's name.
        name: &'static str,
        /// The network's name.
        network: &'static str,
    },
    /// The file holds a tensor that the network does not have.
    #[error("holds `{name}`, which `{network}` does not have")]
    Unexpected {
        /// The tensor's name.
        name: String,
        /// The network's name.
        network: &'static str,
    },
    /// A tensor has another shape than the parameter of its name.
    #[error("`{name}` has the shape {found:?}, but the network needs {expected:?}")]
    Shape {
        /// The parameter's name.
        name: &'static str,
        /// The shape in the file.
        found: Vec<usize>,
        /// The parameter's canonical shape.
        expected: &'static [usize],
    },
    /// A tensor's elements are neither `f32` nor `f64`.
    #[error("`{name}` has elements of type {found}, but only F32 and F64 can be loaded")]
    ElementType {
        /// The parameter's name.
        name: &'static str,
        /// The element type in the file.
        found: String,
    },
    /// A finite `f64` is too large for the network's `f32`.
    #[error("`{name}` holds {value:e} at element {position}, too large for the network's element type")]
    Overflow {
        /// The parameter's name.
        name: &'static str,
        /// Which element, in canonical order.
        position: usize,
        /// Its value.
        value: f64,
    },
}
