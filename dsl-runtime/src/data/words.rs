//! Words and the tokens that stand for them.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use crate::Error;
use crate::error::{DataProblem, VocabularyProblem};

/// The most frequent words of a text, each with a token; token 0 stands for all other words.
///
/// A word is a run of letters, digits and apostrophes, or one other character that is no space. `Display` and `FromStr`
/// make a text of the vocabulary, a word in each line, and read that again.
///
/// ```
/// # use dsl_runtime::data::WordVocabulary;
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// let vocabulary = WordVocabulary::of("the cat, the dog, the end", 4);
/// // The most frequent first, those of equal number in the order of the text.
/// assert_eq!(vocabulary.words(), ["the", ",", "cat"]);
/// let tokens = vocabulary.encode("the cat, the fox");
/// assert_eq!(tokens, [1, 3, 2, 1, WordVocabulary::UNKNOWN]);
/// assert_eq!(vocabulary.decode(&tokens)?, "the cat , the <unknown>");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordVocabulary {
    /// In the order of their tokens, from 1.
    words: Vec<String>,
    tokens: HashMap<String, u32>,
}

impl WordVocabulary {
    /// The token of every word that has none of its own.
    pub const UNKNOWN: u32 = 0;

    /// The most frequent words of `text`, so that there are at most `limit` tokens with the one of the others.
    pub fn of(text: &str, limit: usize) -> WordVocabulary {
        let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
        for (position, word) in words(text).enumerate() {
            counts.entry(word).or_insert((0, position)).0 += 1;
        }
        let mut ordered: Vec<(&str, (usize, usize))> = counts.into_iter().collect();
        ordered.sort_unstable_by_key(|&(_, (count, first))| (usize::MAX - count, first));
        ordered.truncate(limit.saturating_sub(1).min(u32::MAX as usize));
        let words = ordered.into_iter().map(|(word, _)| word.to_owned()).collect();
        WordVocabulary::with(words)
    }

    fn with(words: Vec<String>) -> WordVocabulary {
        let tokens = words.iter().cloned().zip(1..).collect();
        WordVocabulary { words, tokens }
    }

    /// The number of tokens, with that of unknown words; tokens are below it.
    #[expect(
        clippy::len_without_is_empty,
        reason = "there is always the token of unknown words"
    )]
    pub fn len(&self) -> usize {
        self.words.len() + 1
    }

    /// All words, in the order of their tokens, the first of which is 1.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The token of a word, if it has one of its own.
    pub fn token(&self, word: &str) -> Option<u32> {
        self.tokens.get(word).copied()
    }

    /// The tokens of a text.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        words(text)
            .map(|word| self.token(word).unwrap_or(WordVocabulary::UNKNOWN))
            .collect()
    }

    /// The words of some tokens, a space between each; the text they are from may have had others.
    ///
    /// # Errors
    ///
    /// Names the first token that stands for no word.
    pub fn decode(&self, tokens: &[u32]) -> Result<String, Error> {
        let word = |(position, &token): (usize, &u32)| match (token as usize).checked_sub(1) {
            None => Ok("<unknown>"),
            Some(place) => self.words.get(place).map(|word| &**word).ok_or(Error::Vocabulary(
                VocabularyProblem::NoToken {
                    position,
                    token,
                    known: self.len(),
                },
            )),
        };
        let words: Result<Vec<&str>, Error> = tokens.iter().enumerate().map(word).collect();
        Ok(words?.join(" "))
    }
}

/// The words of a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '\'' | '’');
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let end = match is_part(first) {
            true => rest.find(|character| !is_part(character)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let word;
        (word, rest) = rest.split_at(end);
        Some(word)
    })
}

impl fmt::Display for WordVocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words.iter().try_for_each(|word| writeln!(f, "{word}"))
    }
}

impl FromStr for WordVocabulary {
    type Err = DataProblem;

    fn from_str(text: &str) -> Result<Self, DataProblem> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let fault = |line: usize, expected| DataProblem::Line {
            line: line + 1,
            expected,
        };
        if let Some(line) = lines.iter().position(|line| !words(line).eq([&**line])) {
            return Err(fault(line, "one word"));
        }
        let vocabulary = WordVocabulary::with(lines);
        let last = |(line, word): &(usize, &String)| vocabulary.token(word) != Some(*line as u32 + 1);
        match vocabulary.words.iter().enumerate().find(last) {
            Some((line, _)) => Err(fault(line, "a word that is in no other line")),
            None => Ok(vocabulary),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_or_single_marks() {
        let all: Vec<&str> = words(" Don't stop—42 Zwölf!?\n\u{1f980}x ").collect();
        assert_eq!(
            all,
            ["Don't", "stop", "—", "42", "Zwölf", "!", "?", "\u{1f980}", "x"]
        );
        assert_eq!(words(" \n").count(), 0);
    }

    #[test]
    fn known_words_come_back_and_others_are_unknown() {
        let text = "a rose is a rose is a rose";
        let vocabulary = WordVocabulary::of(text, 100);
        assert_eq!(
            (vocabulary.len(), vocabulary.words()),
            (4, &["a", "rose", "is"].map(str::to_owned)[..])
        );
        assert_eq!(vocabulary.decode(&vocabulary.encode(text)).unwrap(), text);
        assert_eq!(vocabulary.token("Rose"), None);
        for limit in 0..4 {
            let smaller = WordVocabulary::of(text, limit);
            assert_eq!(smaller.len(), limit.max(1));
            assert!(
                smaller
                    .encode(text)
                    .iter()
                    .all(|&token| (token as usize) < limit.max(1))
            );
        }
        assert_eq!(
            vocabulary.decode(&[1, 4]).unwrap_err().to_string(),
            "not in the vocabulary: token 1 is 4, but there are 4 tokens"
        );
    }

    #[test]
    fn a_vocabulary_comes_back_from_its_text() {
        let vocabulary = WordVocabulary::of("it's a «test», isn't it? a test", 7);
        assert_eq!(vocabulary.to_string().parse(), Ok(vocabulary));
        assert_eq!("".parse(), Ok(WordVocabulary::of("", 5)));
        let refused = |text: &str| text.parse::<WordVocabulary>().unwrap_err().to_string();
        assert_eq!(refused("a\n\nb"), "line 2 is not one word");
        assert_eq!(refused("a\nb c"), "line 2 is not one word");
        assert_eq!(refused("a\n b"), "line 2 is not one word");
        assert_eq!(
            refused("a\nb\na"),
            "line 1 is not a word that is in no other line"
        );
    }
}
