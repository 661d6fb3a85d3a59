//! Characters and the tokens that stand for them.

use crate::Error;
use crate::error::VocabularyProblem;

/// The characters of a text, each with a token: its index in their order.
///
/// ```
/// # use dsl_runtime::data::CharVocabulary;
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// let vocabulary = CharVocabulary::of("abracadabra");
/// assert_eq!(vocabulary.len(), 5);
/// assert_eq!(vocabulary.encode("bad")?, [1, 0, 3]);
/// assert_eq!(vocabulary.decode(&[1, 0, 3])?, "bad");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CharVocabulary {
    /// In ascending order, each once.
    characters: Vec<char>,
}

impl CharVocabulary {
    /// The characters that occur in `text`.
    pub fn of(text: &str) -> CharVocabulary {
        let mut characters: Vec<char> = text.chars().collect();
        characters.sort_unstable();
        characters.dedup();
        CharVocabulary { characters }
    }

    /// The number of characters; tokens are below it.
    pub fn len(&self) -> usize {
        self.characters.len()
    }

    /// True if there is no character.
    pub fn is_empty(&self) -> bool {
        self.characters.is_empty()
    }

    /// All characters, in the order of their tokens.
    pub fn characters(&self) -> &[char] {
        &self.characters
    }

    /// The token of a character, if it has one.
    pub fn token(&self, character: char) -> Option<u32> {
        self.characters
            .binary_search(&character)
            .ok()
            .map(|token| token as u32)
    }

    /// The character of a token, if it stands for one.
    pub fn character(&self, token: u32) -> Option<char> {
        self.characters.get(token as usize).copied()
    }

    /// The tokens of a text.
    ///
    /// # Errors
    ///
    /// Names the first character without a token, and its position.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let token = |(position, character)| {
            self.token(character)
                .ok_or(Error::Vocabulary(VocabularyProblem::Character {
                    position,
                    character,
                    known: self.len(),
                }))
        };
        text.chars().enumerate().map(token).collect()
    }

    /// The text of some tokens.
    ///
    /// # Errors
    ///
    /// Names the first token that stands for no character.
    pub fn decode(&self, tokens: &[u32]) -> Result<String, Error> {
        let character = |(position, &token)| {
            self.character(token)
                .ok_or(Error::Vocabulary(VocabularyProblem::Token {
                    position,
                    token,
                    known: self.len(),
                }))
        };
        tokens.iter().enumerate().map(character).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_known_characters_comes_back() {
        let text = "Zwölf Boxkämpfer: 12\nß \u{1f980}";
        let vocabulary = CharVocabulary::of(text);
        assert!(vocabulary.characters().is_sorted());
        assert_eq!(
            vocabulary.decode(&vocabulary.encode(text).unwrap()).unwrap(),
            text
        );
        assert!(vocabulary.encode("").unwrap().is_empty());
        for (token, &character) in vocabulary.characters().iter().enumerate() {
            assert_eq!(vocabulary.token(character), Some(token as u32));
            assert_eq!(vocabulary.character(token as u32), Some(character));
        }
    }

    #[test]
    fn what_is_unknown_is_named_with_its_place() {
        let vocabulary = CharVocabulary::of("abc");
        assert_eq!(
            vocabulary.encode("aéd").unwrap_err().to_string(),
            "not in the vocabulary: character 1 is 'é', which is none of the 3 known ones"
        );
        assert_eq!(
            vocabulary.decode(&[0, 2, 3]).unwrap_err().to_string(),
            "not in the vocabulary: token 2 is 3, but there are 3 characters"
        );
        let nothing = CharVocabulary::of("");
        assert!(nothing.is_empty() && nothing.encode("a").is_err() && nothing.decode(&[0]).is_err());
        assert_eq!(
            (vocabulary.token('d'), vocabulary.character(u32::MAX)),
            (None, None)
        );
    }
}
