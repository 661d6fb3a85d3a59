//! Faults: the reasons why something cannot be elaborated, on their way to the diagnostics.

use crate::graph::Mismatch;

/// A mistake that has been reported; everything that depends on it is skipped, so that one mistake is one
/// error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported;

/// The result of a step, or that its mistake was reported.
pub type Outcome<T> = Result<T, Reported>;

/// A mistake that still needs its location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The message, with the shapes and their origins.
    pub text: String,
    /// A remark on how to fix it.
    pub help: Option<String>,
    /// The argument to point at; the word itself if `None`.
    pub argument: Option<usize>,
}

impl Fault {
    pub fn new(text: impl Into<String>) -> Fault {
        Fault {
            text: text.into(),
            help: None,
            argument: None,
        }
    }

    pub fn help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }

    /// Points at the `argument`-th argument of the word.
    pub fn at(mut self, argument: usize) -> Fault {
        self.argument = Some(argument);
        self
    }
}

/// The mistake of a nested step was already reported: nothing is left to say.
impl From<Reported> for Fault {
    fn from(_: Reported) -> Fault {
        Fault::new("")
    }
}

impl Fault {
    /// True if it was reported where it arose.
    pub fn is_reported(&self) -> bool {
        self.text.is_empty()
    }
}

impl From<Mismatch> for Fault {
    fn from(mismatch: Mismatch) -> Fault {
        Fault {
            text: mismatch.text,
            help: mismatch.help,
            argument: None,
        }
    }
}
