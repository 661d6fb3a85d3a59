//! Which words emitted tokens use, so that only what is used is imported and unpacked.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The identifiers of some tokens.
#[derive(Default)]
pub struct Words {
    mentioned: BTreeSet<String>,
    called: BTreeSet<String>,
}

impl Words {
    pub fn of(tokens: &TokenStream) -> Words {
        let mut words = Words::default();
        words.collect(tokens.clone());
        words
    }

    /// Whether the word stands anywhere.
    pub fn mention(&self, word: &str) -> bool {
        self.mentioned.contains(word)
    }

    /// Whether a function of this name is called.
    pub fn call(&self, word: &str) -> bool {
        self.called.contains(word)
    }

    fn collect(&mut self, tokens: TokenStream) {
        let mut before: Option<String> = None;
        for token in tokens {
            let word = match token {
                TokenTree::Ident(ident) => Some(ident.to_string()),
                TokenTree::Group(group) => {
                    let calls = group.delimiter() == Delimiter::Parenthesis;
                    self.called.extend(before.take().filter(|_| calls));
                    self.collect(group.stream());
                    None
                }
                _ => None,
            };
            if let Some(word) = &word {
                self.mentioned.insert(word.clone());
            }
            before = word;
        }
    }
}
