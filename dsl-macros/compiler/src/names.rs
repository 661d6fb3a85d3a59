//! Readable, unique, stable names: a word itself if it is free, otherwise with an ordinal.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The names of the enclosing scope.
    outer: Option<Rc<Names>>,
    taken: BTreeSet<String>,
    counts: BTreeMap<String, usize>,
}

impl Names {
    /// A nested scope; copying it is cheap, however many names the enclosing scopes have.
    pub fn inner(self) -> Names {
        Names {
            outer: Some(Rc::new(self)),
            ..Names::default()
        }
    }

    fn is_taken(&self, name: &str) -> bool {
        self.taken.contains(name) || self.outer.as_ref().is_some_and(|outer| outer.is_taken(name))
    }

    /// The last ordinal that `word` received.
    fn count(&self, word: &str) -> Option<usize> {
        let own = self.counts.get(word).copied();
        own.or_else(|| self.outer.as_ref()?.count(word))
    }

    /// Keeps `name` from being given out.
    pub fn reserve(&mut self, name: &str) {
        self.taken.insert(name.to_string());
    }

    /// `word` itself if it is free, otherwise `word2`, `word3` …
    pub fn fresh(&mut self, word: &str) -> String {
        let count = self.count(word).unwrap_or(1);
        self.counts.insert(word.to_string(), count);
        if self.is_taken(word) {
            return self.numbered(word);
        }
        self.taken.insert(word.to_string());
        word.to_string()
    }

    /// `word1`, `word2` …: always with an ordinal.
    pub fn numbered(&mut self, word: &str) -> String {
        // `conv2d` with an ordinal would read as another number.
        let separator = if word.ends_with(|last: char| last.is_ascii_digit()) {
            "_"
        } else {
            ""
        };
        let mut count = self.count(word).unwrap_or(0);
        loop {
            count += 1;
            let name = format!("{word}{separator}{count}");
            if !self.is_taken(&name) {
                self.counts.insert(word.to_string(), count);
                self.taken.insert(name.clone());
                return name;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_scope_keeps_away_from_the_names_around_it() {
        let mut outer = Names::default();
        outer.reserve("work");
        assert_eq!(outer.fresh("relu"), "relu");
        assert_eq!(outer.fresh("relu"), "relu2");
        let outer = outer.inner();
        let (mut one, mut other) = (outer.clone(), outer);
        for scope in [&mut one, &mut other] {
            assert_eq!(scope.fresh("work"), "work2");
            assert_eq!(scope.fresh("relu"), "relu3");
            assert_eq!(scope.numbered("relu"), "relu4");
            assert_eq!(scope.fresh("i"), "i");
        }
    }

    #[test]
    fn ordinals_follow_a_word_that_ends_in_a_digit_at_a_distance() {
        let mut names = Names::default();
        assert_eq!(names.numbered("conv2d"), "conv2d1");
        assert_eq!(names.fresh("conv2"), "conv2");
        assert_eq!(names.fresh("conv2"), "conv2_2");
    }
}
