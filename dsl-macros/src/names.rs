//! Readable, unique, stable names: a word as it is while it is free, else with an ordinal.

use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default)]
pub struct Names {
    taken: BTreeSet<String>,
    counts: BTreeMap<String, usize>,
}

impl Names {
    /// Keeps `name` from being given out.
    pub fn reserve(&mut self, name: &str) {
        self.taken.insert(name.to_string());
    }

    /// `word` itself if it is free, else `word2`, `word3` …
    pub fn fresh(&mut self, word: &str) -> String {
        if self.taken.insert(word.to_string()) {
            self.counts.entry(word.to_string()).or_insert(1);
            return word.to_string();
        }
        self.counts.entry(word.to_string()).or_insert(1);
        self.numbered(word)
    }

    /// `word1`, `word2` …: always with an ordinal.
    pub fn numbered(&mut self, word: &str) -> String {
        // `conv2d` with an ordinal would read as another number.
        let separator = if word.ends_with(|last: char| last.is_ascii_digit()) {
            "_"
        } else {
            ""
        };
        loop {
            let count = self.counts.entry(word.to_string()).or_insert(0);
            *count += 1;
            let name = format!("{word}{separator}{count}");
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}
