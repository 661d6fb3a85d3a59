//! The possible problems with a file or a data set, in detail; part of [`Error`](crate::Error).

mod import;
mod table;

use std::path::PathBuf;

pub(crate) use import::shown;
pub use import::{ImportProblem, Mismatch, MisshapenTensor, MissingTensor, NamedShape};
pub use table::TableProblem;

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

/// The reason why some values make no data set, or not the requested one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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
    /// Inputs and targets are not a whole number of examples, or not equally many.
    #[error("{values} {what} are no whole number of examples of {width} values each")]
    Values {
        /// The name of the values.
        what: &'static str,
        /// Their number.
        values: usize,
        /// The values of an example.
        width: usize,
    },
    /// Two parts of a data set hold different numbers of examples.
    #[error("it holds {one} examples of {one_name}, but {two} of {two_name}")]
    Unequal {
        /// The name of the first part.
        one_name: String,
        /// Its number of examples.
        one: usize,
        /// The name of the second part.
        two_name: String,
        /// Its number of examples.
        two: usize,
    },
    /// A label is not one of the classes.
    #[error("label {position} is {label}, but must be below {classes}")]
    Label {
        /// The index of the label, from 0.
        position: usize,
        /// Its value.
        label: u32,
        /// The number of classes.
        classes: usize,
    },
    /// A requested example does not exist.
    #[error("example {example}, at place {position}, is asked for, but there are {count}")]
    Example {
        /// The position in the request, from 0.
        position: usize,
        /// Its number, from 0.
        example: usize,
        /// The number of existing examples.
        count: usize,
    },
    /// The values of an example cannot be divided into so many channels.
    #[error("{width} values per example cannot be cut into {channels} channels of equal size")]
    Channels {
        /// Values per example.
        width: usize,
        /// The requested number of channels.
        channels: usize,
    },
    /// Values cannot be standardised by these numbers.
    #[error("channel {channel} cannot be standardised by a mean of {mean} and a standard deviation of {std}")]
    Statistics {
        /// The channel, from 0.
        channel: usize,
        /// The mean.
        mean: f64,
        /// The standard deviation.
        std: f64,
    },
    /// An image has another number of values than its sides say.
    #[error("an image of {shape:?} has not {width} values")]
    Image {
        /// Channels, height and width.
        shape: [usize; 3],
        /// Values per example.
        width: usize,
    },
    /// A token is not one of the vocabulary.
    #[error("token {position} is {token}, but must be below {limit}")]
    Token {
        /// The index of the token, from 0.
        position: usize,
        /// Its value.
        token: u32,
        /// The size of the vocabulary.
        limit: usize,
    },
    /// The text is too short for its purpose.
    #[error("it holds {tokens} tokens, but at least {needed} are needed {purpose}")]
    Short {
        /// The number of existing tokens.
        tokens: usize,
        /// The number of needed tokens.
        needed: usize,
        /// The purpose.
        purpose: &'static str,
    },
    /// The share to hold out leaves nothing on one side.
    #[error("a share of {share} of {tokens} tokens cannot be held out, as both parts need a token")]
    Share {
        /// The requested share.
        share: f64,
        /// The number of existing tokens.
        tokens: usize,
    },
    /// The share to hold out leaves nothing on one side.
    #[error("a share of {share} of {examples} examples cannot be held out, as both sides need an example")]
    HoldOut {
        /// The requested share.
        share: f64,
        /// The number of existing examples.
        examples: usize,
    },
    /// Examples cannot be divided into so many folds.
    #[error("{examples} examples make no {folds} folds: there must be at least 2, and an example for each")]
    Folds {
        /// The requested number of folds.
        folds: usize,
        /// The number of existing examples.
        examples: usize,
    },
    /// A weight by which examples are to be drawn is none.
    #[error("weight {position} is {weight}, but must be a finite number of at least 0")]
    Weight {
        /// The index of the weight, from 0.
        position: usize,
        /// Its value.
        weight: f64,
    },
    /// No example can be drawn.
    #[error("no weight is above 0, so that no example can be drawn")]
    NoWeight,
    /// An array of a data set is no whole number of examples.
    #[error("`{name}` holds {values} values, no whole number of examples of {width} values")]
    Array {
        /// The array's name.
        name: String,
        /// Its number of values.
        values: usize,
        /// The values of an example.
        width: usize,
    },
    /// Two arrays of a data set have one name.
    #[error("two arrays are named `{name}`")]
    SecondArray {
        /// The name.
        name: String,
    },
    /// An index of an array is too large.
    #[error("`{name}[{position}]` is {index}, but must be below {limit}")]
    Index {
        /// The array's name.
        name: String,
        /// The position in the array.
        position: usize,
        /// The value at that position.
        index: u32,
        /// The first value that is too large.
        limit: usize,
    },
    /// A network has no buffer that a normalisation could be written to.
    #[error("`{network}` has no buffer `{name}` of {values} values; `{network}::BUFFERS` lists those it has")]
    NoBuffer {
        /// The network's name.
        network: &'static str,
        /// The buffer's name.
        name: String,
        /// The values it must hold.
        values: usize,
    },
    /// A sequence is longer than there is room for.
    #[error("{side} {example} has {tokens} tokens, but there is room for {room}")]
    Long {
        /// `source` or `target`.
        side: &'static str,
        /// The index of the pair, from 0.
        example: usize,
        /// The number of its tokens.
        tokens: usize,
        /// The number of tokens that fit.
        room: usize,
    },
    /// A sequence holds a token that is not allowed there.
    #[error("token {position} of {side} {example} is {token}, but must be below {limit} and no mark")]
    Mark {
        /// `source` or `target`.
        side: &'static str,
        /// The index of the pair, from 0.
        example: usize,
        /// The position in the sequence.
        position: usize,
        /// The token at that position.
        token: u32,
        /// The size of the vocabulary.
        limit: usize,
    },
    /// The marks of padded sequences are not three tokens of the vocabulary.
    #[error("the marks {marks:?} are not three different tokens below {limit}")]
    Marks {
        /// Padding, beginning and end.
        marks: [u32; 3],
        /// The size of the vocabulary.
        limit: usize,
    },
    /// There are no examples.
    #[error("it holds no example")]
    Empty,
}

/// The reason why a metric cannot compare predictions with their targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricProblem {
    /// The predictions cannot be divided evenly among the targets.
    #[error("{predictions} values cannot be divided evenly into {targets} rows")]
    Ragged {
        /// The number of predicted values.
        predictions: usize,
        /// The number of rows.
        targets: usize,
    },
    /// There is not one prediction for each target.
    #[error("{predictions} predictions for {targets} targets")]
    Lengths {
        /// The number of predicted values.
        predictions: usize,
        /// The number of targets.
        targets: usize,
    },
    /// A class is too large.
    #[error("class {position} is {label}, but must be below {classes}")]
    Label {
        /// Its position among the classes of the batch.
        position: usize,
        /// The class.
        label: u32,
        /// The number of classes.
        classes: usize,
    },
    /// Rows of another number of scores than before.
    #[error("rows of {found} scores, where it is of {expected}")]
    Classes {
        /// The number of scores in a row.
        found: usize,
        /// The number there must be.
        expected: usize,
    },
}

/// The reason why text has no tokens, or tokens no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VocabularyProblem {
    /// A character that the vocabulary does not hold.
    #[error("character {position} is {character:?}, which is none of the {known} known ones")]
    Character {
        /// The index of the character, from 0.
        position: usize,
        /// The character.
        character: char,
        /// The number of known characters.
        known: usize,
    },
    /// A token that is none of the vocabulary.
    #[error("token {position} is {token}, but there are {known} tokens")]
    NoToken {
        /// The index of the token, from 0.
        position: usize,
        /// The token.
        token: u32,
        /// The number of tokens.
        known: usize,
    },
    /// A token that stands for no character.
    #[error("token {position} is {token}, but there are {known} characters")]
    Token {
        /// The index of the token, from 0.
        position: usize,
        /// The token.
        token: u32,
        /// The number of known characters.
        known: usize,
    },
}

/// The reason why a checkpoint cannot be loaded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointProblem {
    /// The file is not in the safetensors format, or truncated.
    #[error("no whole safetensors file ({0})")]
    Format(String),
    /// The file lacks an entry that resuming a training needs.
    #[error(
        "holds no training to go on with, or a broken one: its metadata lack `{lacks}`; see `save_training`"
    )]
    NoTraining {
        /// The entry of the metadata.
        lacks: &'static str,
    },
    /// The contents differ from those that were saved.
    #[error(
        "is damaged: its contents do not have the checksum they were saved with; take another copy of it, or if a \
         program has changed it on purpose, drop `contents_xxh64` from its metadata"
    )]
    Damaged,
    /// A count that no training reaches.
    #[error("says that `{name}` of its training is {found}, but no training has more than {most}")]
    Count {
        /// The entry of the metadata.
        name: &'static str,
        /// The count in the file.
        found: u64,
        /// The largest valid count.
        most: u64,
    },
    /// The file holds an average of an optimizer that, as it says, has taken no step.
    #[error("holds `{name}`, but says that the optimizer has taken no step")]
    MomentsWithoutSteps {
        /// The average's name.
        name: String,
    },
    /// The training was one of another network.
    #[error(
        "holds a training of `{found}`, and `{asked}` cannot go on with it; `load` reads its parameters alone"
    )]
    OtherNetwork {
        /// The network in the file.
        found: String,
        /// The network that was to resume it.
        asked: &'static str,
    },
    /// The training was one with another optimizer.
    #[error("was trained with {found}, and {asked} cannot go on with what that remembers")]
    OtherOptimizer {
        /// The optimizer in the file.
        found: String,
        /// The optimizer that was to resume it.
        asked: &'static str,
    },
    /// The tensors are not those of the network.
    #[error("{0}")]
    Mismatch(Box<Mismatch>),
    /// The rules of an import cannot be applied.
    #[error("{0}")]
    Import(Box<ImportProblem>),
    /// The index of a checkpoint in several files is malformed.
    #[error("no index of a checkpoint in several files ({0})")]
    Index(String),
    /// The index names a file that does not lie beside it.
    #[error("names the file `{}`, which does not lie beside it", shown(.name))]
    ShardName {
        /// The name.
        name: String,
    },
    /// One of several files does not hold what the index says.
    #[error("{}", match .listed {
        true => format!("says that `{}` holds `{}`, which it lacks", shown(.shard), shown(.tensor)),
        false => format!("does not say that `{}` holds `{}`, which it does", shown(.shard), shown(.tensor)),
    })]
    ShardContents {
        /// The file.
        shard: String,
        /// The tensor.
        tensor: String,
        /// True if the index names the tensor and the file lacks it, false if it is the other way round.
        listed: bool,
    },
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
    /// A tensor's elements are of a type that cannot be read.
    #[error(
        "`{}` has elements of type {}, but only BOOL, integers, F16, BF16, F32 and F64 can be loaded",
        shown(.name), shown(.found)
    )]
    ElementType {
        /// The tensor's name.
        name: String,
        /// The element type in the file.
        found: String,
    },
    /// A value is infinite or NaN: such values are neither saved nor loaded.
    #[error("element {position} of `{name}` is {value}, and only finite numbers are saved and loaded")]
    NonFinite {
        /// The tensor's name.
        name: String,
        /// The index of the element, in canonical order.
        position: usize,
        /// Its value.
        value: f64,
    },
    /// A finite `f64` is too large for the network's `f32`.
    #[error("`{name}` holds {value:e} at element {position}, too large for the network's element type")]
    Overflow {
        /// The parameter's name.
        name: &'static str,
        /// The index of the element, in canonical order.
        position: usize,
        /// Its value.
        value: f64,
    },
}
