//! The words of the compiler: the primitives of the language that are not written in it.
//!
//! A word is one entry of one of the tables below: its arguments, its meaning, its documentation.
//! Element-wise words come from the table of element-wise operators. Layers and losses made of words are
//! source text: the prelude.

mod batch;
mod combine;
mod convolution;
mod derivatives;
mod elementwise;
mod expected;
mod initializers;
mod make;
mod matmul;
mod movement;
mod parameters;
mod pooling;
mod reduce;
mod select;
mod shapes;
mod state;
mod upsampling;
mod windows;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::arguments::Arguments;
use super::elaborator::Elaborator;
use super::fault::Fault;
use super::signature::{Signature, WordFormal, Words};
use super::value::Value;
use crate::collections::IntoCollection;
use crate::graph::Val;
use crate::ops::Op;
use crate::ops::elementwise::Elementwise;

/// The function that applies a word to its arguments.
type Rule = for<'e, 'a> fn(&'e mut Elaborator<'a>, &'e Arguments<'a>) -> Result<Value, Fault>;

/// One word.
#[derive(Clone, Copy)]
pub struct Word {
    pub name: &'static str,
    pub formals: &'static [WordFormal],
    /// Its documentation: description, formula, source.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a test writes the documentation of words")
    )]
    pub documentation: &'static str,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a test writes the documentation of words")
    )]
    pub example: Example,
    /// What others call it.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a test writes the documentation of words")
    )]
    pub aliases: &'static [&'static str],
    meaning: Meaning,
}

/// An example of a word.
#[derive(Clone, Copy)]
pub enum Example {
    /// A function from its arguments on, or several whole ones of which the last is called `f`, and what that is called with.
    Written(
        #[cfg_attr(
            not(test),
            expect(dead_code, reason = "a test writes the documentation of words")
        )]
        &'static str,
    ),
    /// A few numbers for each argument.
    Elementwise,
}

#[derive(Clone, Copy)]
enum Meaning {
    Rule(Rule),
    Elementwise(Elementwise),
}

/// An argument that is a tensor; a call without it makes a layer.
const fn tensor(name: &'static str) -> WordFormal {
    WordFormal {
        name,
        tensor: true,
        default: None,
        variable: false,
    }
}

/// Any other argument.
const fn needed(name: &'static str) -> WordFormal {
    WordFormal {
        name,
        tensor: false,
        default: None,
        variable: false,
    }
}

/// What the word differentiates by: a variable, or several in a tuple.
const fn variable(name: &'static str) -> WordFormal {
    WordFormal {
        variable: true,
        ..needed(name)
    }
}

/// An optional argument and its default.
const fn optional(name: &'static str, default: &'static str) -> WordFormal {
    WordFormal {
        name,
        tensor: false,
        default: Some(default),
        variable: false,
    }
}

const fn word(
    name: &'static str,
    formals: &'static [WordFormal],
    rule: Rule,
    documentation: &'static str,
    example: &'static str,
) -> Word {
    Word {
        name,
        formals,
        documentation,
        example: Example::Written(example),
        aliases: &[],
        meaning: Meaning::Rule(rule),
    }
}

impl Word {
    /// The word with the names by which others search for it.
    const fn alias(self, aliases: &'static [&'static str]) -> Word {
        Word { aliases, ..self }
    }

    pub fn apply<'a>(&self, e: &mut Elaborator<'a>, arguments: &Arguments<'a>) -> Result<Value, Fault> {
        match &self.meaning {
            Meaning::Rule(rule) => rule(e, arguments),
            Meaning::Elementwise(op) => elementwise::apply(*op, e, arguments),
        }
    }
}

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

const TABLES: &[&[Word]] = &[
    batch::WORDS,
    combine::WORDS,
    convolution::WORDS,
    derivatives::WORDS,
    elementwise::WORDS,
    expected::WORDS,
    initializers::WORDS,
    make::WORDS,
    matmul::WORDS,
    movement::WORDS,
    parameters::WORDS,
    pooling::WORDS,
    reduce::WORDS,
    select::WORDS,
    shapes::WORDS,
    state::WORDS,
    upsampling::WORDS,
];

static ALL: LazyLock<BTreeMap<&'static str, Word>> = LazyLock::new(|| {
    let derived = elementwise::derived().map(|word| (word.name, word));
    let listed = TABLES
        .iter()
        .flat_map(|table| table.iter())
        .map(|word| (word.name, *word));
    derived.chain(listed).into_map()
});

/// Finds a word by its name.
pub fn find(name: &str) -> Option<&'static Word> {
    ALL.get(name)
}

static SIGNATURES: LazyLock<BTreeMap<&'static str, Signature>> = LazyLock::new(|| {
    let signature = |word: &Word| Signature {
        name: word.name,
        formals: word.formals,
    };
    ALL.values().map(|word| (word.name, signature(word))).into_map()
});

/// The signatures of all words.
pub fn signatures() -> Words {
    &SIGNATURES
}

/// The names of all words, alphabetically.
#[cfg(test)]
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.keys().copied()
}

/// Every word, alphabetically.
#[cfg(test)]
pub fn all() -> impl Iterator<Item = &'static Word> {
    ALL.values()
}

/// Builds `op(args)`; a mismatch is reported in the words of the operator.
fn apply(e: &Elaborator<'_>, op: impl Into<Op>, args: &[Val]) -> Result<Value, Fault> {
    Ok(Value::Tensor(e.graph.try_apply(op.into(), args)?))
}

/// The block in whose name a message speaks.
fn asker<'a>(e: &Elaborator<'a>, a: &Arguments<'a>) -> String {
    e.asked().unwrap_or(a.word).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_says_what_it_is_and_stands_once() {
        let listed: usize = TABLES.iter().map(|table| table.len()).sum();
        assert_eq!(
            ALL.len(),
            listed + elementwise::derived().count(),
            "two words have one name"
        );
        for word in ALL.values() {
            assert!(
                word.documentation.ends_with(['.', ')']),
                "{}: {}",
                word.name,
                word.documentation
            );
        }
    }
}
