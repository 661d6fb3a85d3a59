//! The words that emitted tokens use; they decide what is imported, unpacked and passed on.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The identifiers of some tokens, read off once.
#[derive(Debug, Default)]
pub struct Words {
    mentioned: BTreeSet<String>,
    called: BTreeSet<String>,
}

impl Words {
    pub fn of(tokens: &TokenStream) -> Words {
        let mut words = Words::default();
        words.read(tokens.clone());
        words
    }

    fn read(&mut self, tokens: TokenStream) {
        let mut previous: Option<String> = None;
        for token in tokens {
            let before = previous.take();
            match token {
                TokenTree::Ident(ident) => {
                    let word = ident.to_string();
                    self.mentioned.insert(word.clone());
                    previous = Some(word);
                }
                TokenTree::Group(group) => {
                    self.called
                        .extend(before.filter(|_| group.delimiter() == Delimiter::Parenthesis));
                    self.read(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// True if the word occurs anywhere.
    pub fn mention(&self, word: &str) -> bool {
        self.mentioned.contains(word)
    }

    /// True if a function of this name is called.
    pub fn call(&self, function: &str) -> bool {
        self.called.contains(function)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn words_are_found_at_any_depth() {
        let words = Words::of(&quote!({
            let sum = gemm(a[rows.start], Epilogue::Store);
        }));
        assert!(words.mention("rows") && words.mention("Epilogue") && words.mention("sum"));
        assert!(words.call("gemm") && !words.call("sum") && !words.mention("max"));
    }
}
