//! The reasons why text and tokens cannot be turned into each other.

/// The reason why text has no tokens, or tokens no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VocabularyProblem {
    /// A character that the vocabulary does not hold.
    #[error("character {position} is {character:?}, which is none of the {known} known ones")]
    Character {
        /// The index of the character, from 0.
        position: usize,
        /// The character.
        character: char,
        /// The number of known characters.
        known: usize,
    },
    /// A token that is none of the vocabulary.
    #[error("token {position} is {token}, but there are {known} tokens")]
    NoToken {
        /// The index of the token, from 0.
        position: usize,
        /// The token.
        token: u32,
        /// The number of tokens.
        known: usize,
    },
    /// A token that stands for no character.
    #[error("token {position} is {token}, but there are {known} characters")]
    Token {
        /// The index of the token, from 0.
        position: usize,
        /// The token.
        token: u32,
        /// The number of known characters.
        known: usize,
    },
}
