//! The possible problems with the folder of a run.

/// A problem with the folder of a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunProblem {
    /// Something is there already.
    #[error(
        "is there already, and nothing is overwritten; `RunFolder::open` goes on with it, `RunFolder::numbered` takes the \
         next free name"
    )]
    Exists,
    /// No run is there.
    #[error("holds no run; `RunFolder::create` begins one")]
    Absent,
    /// Another process, or another part of this one, writes to it.
    #[error("is written to by somebody else")]
    InUse,
    /// It has a log, but nothing to go on from.
    #[error(
        "holds a log up to step {last}, but no training was resumed that could go on with it; give the new training a \
         folder of its own, or the trainer the `checkpoint` that the other was saved in"
    )]
    Begun {
        /// The last step in the log.
        last: u64,
    },
    /// A line of one of its files is malformed.
    #[error("line {line} of `{file}` {problem}")]
    Line {
        /// The file.
        file: &'static str,
        /// The line, from 1.
        line: usize,
        /// The problem with it.
        problem: &'static str,
    },
    /// There are more names of classes than classes.
    #[error("{names} names for {classes} classes")]
    ClassNames {
        /// The number of names.
        names: usize,
        /// The number of classes.
        classes: usize,
    },
    /// The pixels of a sample's picture are not as many as its sides say.
    #[error(
        "a picture of {channels} channels, {height} rows and {width} columns has not {values} values; channels are 1 or 3"
    )]
    Picture {
        /// The number of channels.
        channels: usize,
        /// The number of rows.
        height: usize,
        /// The number of columns.
        width: usize,
        /// The number of values.
        values: usize,
    },
    /// A report of no run at all.
    #[error("no run is given to be reported")]
    NoRun,
}
