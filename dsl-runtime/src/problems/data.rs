//! The possible problems with a file of data.

use std::path::PathBuf;

use super::TableProblem;

/// A problem with a data file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataProblem {
    /// No file exists under any of the accepted names.
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
    /// It is a file of another format.
    #[error("is {kind}")]
    Foreign {
        /// A description of the file, and a remedy.
        kind: &'static str,
    },
    /// It ends too early.
    #[error("is truncated: {expected} bytes expected, {found} present")]
    Truncated {
        /// Bytes expected.
        expected: u64,
        /// Bytes present.
        found: u64,
    },
    /// It is compressed, and the crate was built without its feature `gzip`.
    #[error("is compressed by gzip; turn on the feature `gzip` of dsl-runtime, or decompress it")]
    Compressed,
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
    /// It ends within a record.
    #[error("is truncated: record {record} has {found} of {expected} bytes")]
    Record {
        /// The index of the record, from 0.
        record: usize,
        /// Bytes present.
        found: usize,
        /// Bytes of a record.
        expected: usize,
    },
    /// A label is not one of the classes.
    #[error("label {position} is {label}, but must be below {classes}")]
    Label {
        /// The index of the label, from 0.
        position: usize,
        /// Its value.
        label: u8,
        /// The number of classes.
        classes: u32,
    },
    /// It is of another format than was expected.
    #[error("is not {expected}")]
    Beginning {
        /// The format, and how such files begin.
        expected: &'static str,
    },
    /// Its header is broken, or of a kind that is not read.
    #[error("has a header that cannot be read: {fault}")]
    Header {
        /// The fault.
        fault: &'static str,
    },
    /// Its header promises an array that cannot be addressed.
    #[error("its header promises an array of {shape:?}, more than memory can hold")]
    Promise {
        /// The sizes in the header.
        shape: Vec<u64>,
    },
    /// Its elements are of a type that is not read.
    #[error("has elements of type `{found}`; booleans, whole numbers of 8 to 64 bits, f32 and f64 are read")]
    ElementType {
        /// The type in the header.
        found: String,
    },
    /// An element is not what it was to be.
    #[error("element {position} is {value}, but must be {expected}")]
    Element {
        /// The index of the element, row by row.
        position: usize,
        /// Its value.
        value: String,
        /// The condition on its value.
        expected: String,
    },
    /// An archive is broken, or holds something else than was expected.
    #[error("is no archive of arrays: {fault}")]
    Archive {
        /// The fault.
        fault: String,
    },
    /// An image cannot be decoded.
    #[error("is no image that can be read: {fault}")]
    Image {
        /// The fault.
        fault: String,
    },
    /// A line of a text that a program has written, and that a program reads, is not as it was written.
    #[error("line {line} is not {expected}")]
    Line {
        /// The number of the line, from 1.
        line: usize,
        /// The line that was expected.
        expected: &'static str,
    },
    /// A table of rows and columns cannot be read, or not as what is asked for.
    #[error(transparent)]
    Table(#[from] TableProblem),
}
