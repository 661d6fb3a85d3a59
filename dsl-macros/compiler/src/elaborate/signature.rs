//! The signatures of words and functions: the names of their arguments and what these may be.

use std::collections::BTreeMap;

/// A formal argument of a call.
#[derive(Clone, Debug)]
pub struct Formal {
    pub name: String,
    pub tensor: bool,
    pub layer: bool,
    /// The text of an optional argument: `stride = 1`.
    pub default: Option<String>,
}

/// One argument of a word.
#[derive(Clone, Copy, Debug)]
pub struct WordFormal {
    pub name: &'static str,
    pub tensor: bool,
    pub default: Option<&'static str>,
    /// True if it is what the word differentiates by.
    pub variable: bool,
}

impl WordFormal {
    pub fn formal(&self) -> Formal {
        Formal {
            name: self.name.to_string(),
            tensor: self.tensor,
            layer: false,
            default: self.default.map(str::to_string),
        }
    }
}

/// The name and the arguments of a word.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    pub name: &'static str,
    pub formals: &'static [WordFormal],
}

/// The signature of every word, by its name.
pub type Words = &'static BTreeMap<&'static str, Signature>;
