//! The reasons why values make no data set.

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
    /// There are not as many weights as examples to draw.
    #[error("{weights} weights for {examples} examples: each example needs one")]
    Weights {
        /// The number of weights.
        weights: usize,
        /// The number of examples.
        examples: usize,
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
