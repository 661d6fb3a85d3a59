//! What a training has come to.

use std::fmt;
use std::path::PathBuf;

use super::EpochReport;

/// The end of a training. Displays as one line, which says how to go on where it can.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The reports of the epochs that ended in this run.
    pub history: Vec<EpochReport>,
    /// Why it ended.
    pub stopped: Stopped,
    /// The number of finished epochs, those before this run among them.
    pub epochs: u64,
    /// The number of steps, those before this run among them.
    pub steps: u64,
    /// What was resumed, if anything was.
    pub resumed: Option<Resumed>,
    /// The file that holds the training as it is now.
    pub saved: Option<PathBuf>,
}

/// Why a training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stopped {
    /// It has taken all its epochs or steps.
    Finished,
    /// It has stopped early, since epochs were no longer better.
    Early,
    /// A callback has said so.
    Callback,
    /// Ctrl-C, or the flag given to [`interrupt`](super::Trainer::interrupt).
    Interrupted,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stopped::Finished => "finished",
            Stopped::Early => "stopped early, since it got no better,",
            Stopped::Callback => "stopped by the program",
            Stopped::Interrupted => "interrupted",
        })
    }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} after {}", self.stopped, so_far(self.epochs, self.steps))?;
        match (&self.saved, self.stopped) {
            (Some(path), Stopped::Callback | Stopped::Interrupted) => write!(
                f,
                "; saved in `{}`: the same program goes on from there",
                path.display()
            ),
            (Some(path), _) => write!(f, "; saved in `{}`", path.display()),
            (None, Stopped::Interrupted) => write!(f, "; not saved, for want of `Trainer::checkpoint`"),
            (None, _) => Ok(()),
        }
    }
}

/// A training that was taken up from its file. Displays as one line, with what is other than it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Resumed {
    /// The file.
    pub path: PathBuf,
    /// The number of finished epochs.
    pub epochs: u64,
    /// The number of steps.
    pub steps: u64,
    /// The number of examples of the unfinished epoch that it has learnt from.
    pub examples: u64,
    /// What differs from the run that was saved, so that the bits will too; nothing as a rule.
    pub changes: Vec<Change>,
}

/// A difference between a training and the one it goes on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The number of examples in a step. The epoch goes on after the examples that were learnt from.
    Batch {
        /// As saved.
        before: u64,
        /// As it is now.
        now: u64,
    },
    /// The number of examples in the data. An unfinished epoch begins again, in the order of the new data.
    Examples {
        /// As saved.
        before: u64,
        /// As it is now.
        now: u64,
    },
    /// The seed of the order of the examples. An unfinished epoch begins again, in its new order. The random numbers drawn
    /// in the network go on as saved.
    Seed {
        /// As saved.
        before: u64,
        /// As it is now.
        now: u64,
    },
    /// The weights that examples are drawn by. An unfinished epoch begins again, in its new order.
    Weights,
    /// The normalisation that the network is to have; it keeps the one of its file.
    Normalisation,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Batch { before, now } => write!(
                f,
                "a step takes {now} examples and took {before}: the epoch goes on after the last of them, with other \
                 steps to come than a training that was never stopped has"
            ),
            Change::Examples { before, now } => write!(
                f,
                "the data have {now} examples and had {before}: an unfinished epoch begins again"
            ),
            Change::Weights => f.write_str(
                "examples are drawn by other weights than they were: an unfinished epoch begins again",
            ),
            Change::Normalisation => f.write_str(
                "the network normalises as its file says, not as the program does: its parameters are used to it",
            ),
            Change::Seed { before, now } => write!(
                f,
                "the seed of the order is {now} and was {before}: an unfinished epoch begins again"
            ),
        }
    }
}

impl fmt::Display for Resumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, after) = (self.path.display(), so_far(self.epochs, self.steps));
        write!(f, "resumed `{path}` after {after}")?;
        self.changes.iter().try_for_each(|change| write!(f, "; {change}"))
    }
}

/// `1 epoch and 12 steps`
fn so_far(epochs: u64, steps: u64) -> String {
    let counted = |count: u64, what: &str| match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    };
    format!("{} and {}", counted(epochs, "epoch"), counted(steps, "step"))
}
