//! Attributes of one word that ask for something: `#[products(bf16)]`, `#[gradient(evaluation)]`.

use proc_macro2::{Delimiter, Span};

use super::parser::{Parsed, Parser};

/// An attribute that knows one word.
pub(super) struct WordAttribute {
    pub word: &'static str,
    /// The message where there is no word.
    pub missing: &'static str,
    /// The message about something else, from its description.
    pub other: fn(&str) -> String,
    pub help: &'static str,
}

impl Parser<'_, '_> {
    /// Parses `[name(word)]`, after the `#` at `span`. Mistakes in it are reported; it counts as the intended
    /// attribute all the same.
    pub(super) fn word_attribute(&mut self, span: Span, attribute: &WordAttribute) {
        let inside = |parser: &mut Self, _: Span| {
            parser.skip();
            let word = |parser: &mut Self, _: Span| parser.word_of(attribute);
            match parser.group(Delimiter::Parenthesis, word) {
                Some(word) => word,
                None => Err(parser.reject(span, attribute.missing, attribute.help)),
            }
        };
        let _ = self.group(Delimiter::Bracket, inside);
    }

    fn word_of(&mut self, attribute: &WordAttribute) -> Parsed<()> {
        if self.at_end() {
            return Err(self.reject(self.cursor.span(), attribute.missing, attribute.help));
        }
        if self.eat_word(attribute.word).is_some() {
            return Ok(());
        }
        let message = (attribute.other)(&self.describe());
        let rejected = self.reject(self.cursor.span(), message, attribute.help);
        while !self.at_end() {
            self.skip();
        }
        Err(rejected)
    }
}
