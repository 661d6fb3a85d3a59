//! Why something cannot be elaborated, on its way to the diagnostics.

use crate::graph::Mismatch;

/// A mistake that has been reported; what depends on it is left alone, so that one mistake is one error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported;

/// What a step yields, or that its mistake was reported.
pub type Outcome<T> = Result<T, Reported>;

/// A mistake that still needs its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, with the shapes and where they came from.
    pub text: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The argument to point at; the word itself if none.
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

/// A step inside another one was refused and reported: nothing is left to say.
impl From<Reported> for Fault {
    fn from(_: Reported) -> Fault {
        Fault::new("")
    }
}

impl Fault {
    /// Whether it was reported where it arose.
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
