//! Byte pairs: tokens for the pieces that a text is made of most often.

mod training;

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use crate::Error;
use crate::error::{DataProblem, VocabularyProblem};

/// The first line of a vocabulary as a text.
const FIRST: &str = "byte pairs 1";

/// A vocabulary of bytes and of pieces that are pairs of others: Sennrich et al. 2016, *Neural Machine Translation of
/// Rare Words with Subword Units*, on bytes, so that every text has tokens and comes back from them.
///
/// The first 256 tokens are the bytes. Each further one is the pair of earlier tokens that was most frequent in the
/// text that the vocabulary was trained on, once the pairs before it were merged. No piece goes beyond a word with the
/// space before it, a number, a run of marks or one of spaces.
///
/// ```
/// # use dsl_runtime::data::BytePairs;
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// let vocabulary = BytePairs::train("low lower lowest slow slower", 260);
/// let tokens = vocabulary.encode("slowest");
/// assert!(tokens.len() < "slowest".len());
/// assert_eq!(vocabulary.decode(&tokens)?, b"slowest");
///
/// // What is kept beside the network, and read where it serves.
/// let again: BytePairs = vocabulary.to_string().parse().expect("it was written by `Display`");
/// assert_eq!(again, vocabulary);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BytePairs {
    /// The pairs, in the order of their tokens, from 256.
    pairs: Vec<(u32, u32)>,
    tokens: HashMap<(u32, u32), u32>,
    /// The bytes that each token stands for, one token after the other, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl BytePairs {
    /// The most bytes that all tokens together may stand for: a vocabulary read from a text may double the length of
    /// its pieces in each line.
    const MOST_BYTES: usize = 1 << 24;

    /// The vocabulary without pairs.
    fn of_bytes() -> BytePairs {
        BytePairs {
            pairs: Vec::new(),
            tokens: HashMap::new(),
            bytes: (0..=255).collect(),
            ends: (1..=256).collect(),
        }
    }

    /// Learns from a text as many pairs as make `size` tokens, or fewer if no pair occurs twice any more. Of pairs that
    /// are equally frequent the one of lower tokens comes first.
    pub fn train(text: &str, size: usize) -> BytePairs {
        let mut vocabulary = BytePairs::of_bytes();
        for pair in training::pairs(text, size.saturating_sub(256)) {
            if !vocabulary.push(pair) {
                break;
            }
        }
        vocabulary
    }

    /// Adds a token; false if that cannot be.
    fn push(&mut self, pair: (u32, u32)) -> bool {
        let token = self.len();
        let (Some(left), Some(right)) = (self.piece(pair.0), self.piece(pair.1)) else {
            return false;
        };
        if self.bytes.len() + left.len() + right.len() > BytePairs::MOST_BYTES
            || self.tokens.contains_key(&pair)
        {
            return false;
        }
        let piece = [left, right].concat();
        self.bytes.extend(piece);
        self.ends.push(self.bytes.len());
        self.tokens.insert(pair, token as u32);
        self.pairs.push(pair);
        true
    }

    /// The number of tokens, at least 256; tokens are below it.
    #[expect(clippy::len_without_is_empty, reason = "there are always the bytes")]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of a token, if it stands for some.
    pub fn piece(&self, token: u32) -> Option<&[u8]> {
        let end = *self.ends.get(token as usize)?;
        let start = match token {
            0 => 0,
            _ => self.ends[token as usize - 1],
        };
        Some(&self.bytes[start..end])
    }

    /// The tokens of a text.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut tokens = Vec::with_capacity(text.len() / 3);
        let mut known: HashMap<&str, Vec<u32>> = HashMap::new();
        for chunk in chunks(text) {
            tokens.extend_from_slice(
                known
                    .entry(chunk)
                    .or_insert_with(|| self.merged(chunk.as_bytes())),
            );
        }
        tokens
    }

    /// The tokens of any bytes, as of one long word.
    pub fn encode_bytes(&self, bytes: &[u8]) -> Vec<u32> {
        // Long pieces of no text are cut, as merging takes time that grows with the square of the length.
        bytes.chunks(1024).flat_map(|bytes| self.merged(bytes)).collect()
    }

    /// The tokens of a chunk: the pair that was learnt first is merged first, from left to right.
    fn merged(&self, bytes: &[u8]) -> Vec<u32> {
        let mut tokens: Vec<u32> = bytes.iter().map(|&byte| u32::from(byte)).collect();
        loop {
            let pairs = tokens.windows(2).map(|pair| (pair[0], pair[1]));
            let Some(first) = pairs.filter_map(|pair| self.tokens.get(&pair)).min() else {
                return tokens;
            };
            merge(&mut tokens, self.pairs[*first as usize - 256], *first);
        }
    }

    /// The bytes of some tokens.
    ///
    /// # Errors
    ///
    /// Names the first token that stands for none.
    pub fn decode(&self, tokens: &[u32]) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::with_capacity(4 * tokens.len());
        for (position, &token) in tokens.iter().enumerate() {
            let piece = self
                .piece(token)
                .ok_or(Error::Vocabulary(VocabularyProblem::NoToken {
                    position,
                    token,
                    known: self.len(),
                }))?;
            bytes.extend_from_slice(piece);
        }
        Ok(bytes)
    }

    /// The text of some tokens; bytes that are no UTF-8, such as a network may make up, become U+FFFD.
    ///
    /// # Errors
    ///
    /// Names the first token that stands for nothing.
    pub fn decode_text(&self, tokens: &[u32]) -> Result<String, Error> {
        Ok(String::from_utf8_lossy(&self.decode(tokens)?).into_owned())
    }
}

/// Replaces each occurrence of a pair, from left to right.
fn merge(tokens: &mut Vec<u32>, pair: (u32, u32), token: u32) {
    let (mut read, mut write) = (0, 0);
    while read < tokens.len() {
        let is_pair = tokens[read] == pair.0 && tokens.get(read + 1) == Some(&pair.1);
        tokens[write] = if is_pair { token } else { tokens[read] };
        read += if is_pair { 2 } else { 1 };
        write += 1;
    }
    tokens.truncate(write);
}

/// The longest chunk, in bytes: merging takes time that grows with the square of the length.
const LONGEST: usize = 1024;

/// The parts of a text that no piece goes beyond: a run of letters, of digits or of other marks, each with the space
/// before it, and runs of spaces.
fn chunks(text: &str) -> impl Iterator<Item = &str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Space,
        Letter,
        Digit,
        Mark,
    }
    let kind = |character: char| match character {
        _ if character.is_whitespace() => Kind::Space,
        _ if character.is_alphabetic() => Kind::Letter,
        _ if character.is_numeric() => Kind::Digit,
        _ => Kind::Mark,
    };
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut characters = rest.char_indices();
        let (_, first) = characters.next()?;
        // A space belongs to what follows it.
        let leading = match (first, characters.clone().next()) {
            (' ', Some((_, second))) => kind(second),
            _ => kind(first),
        };
        let end = characters
            .find(|&(place, character)| kind(character) != leading || place >= LONGEST)
            .map_or(rest.len(), |(place, _)| place);
        // Of several spaces the last belongs to what follows.
        let run = &rest[..end];
        let is_spaces = leading == Kind::Space && end < rest.len() && end > 1 && run.ends_with(' ');
        let chunk;
        (chunk, rest) = rest.split_at(if is_spaces { end - 1 } else { end });
        Some(chunk)
    })
}

/// A line for each pair: its two tokens.
impl fmt::Display for BytePairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST}")?;
        let mut pairs = self.pairs.iter();
        pairs.try_for_each(|(left, right)| writeln!(f, "{left} {right}"))
    }
}

impl FromStr for BytePairs {
    type Err = DataProblem;

    fn from_str(text: &str) -> Result<Self, DataProblem> {
        let mut lines = text.lines();
        if lines.next() != Some(FIRST) {
            return Err(DataProblem::Line {
                line: 1,
                expected: "`byte pairs 1`",
            });
        }
        let mut vocabulary = BytePairs::of_bytes();
        for (number, line) in lines.enumerate() {
            let pair = line
                .split_once(' ')
                .and_then(|(left, right)| Some((left.parse().ok()?, right.parse().ok()?)));
            if !pair.is_some_and(|pair| vocabulary.push(pair)) {
                return Err(DataProblem::Line {
                    line: number + 2,
                    expected: "a new pair of tokens of the lines before it",
                });
            }
        }
        Ok(vocabulary)
    }
}

#[cfg(test)]
mod tests;
