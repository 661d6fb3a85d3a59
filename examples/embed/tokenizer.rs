//! BERT's tokenizer for texts of any case: words and marks, each cut into the longest pieces that a vocabulary has
//! (WordPiece; Wu et al., 2016).

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// The most bytes of a vocabulary.
const LARGEST: u64 = 10_000_000;
/// The most letters of a word that is cut; a longer one is unknown.
const LETTERS: usize = 100;

/// A vocabulary of pieces of words.
#[derive(Debug)]
pub struct Tokenizer {
    pieces: HashMap<String, u32>,
    unknown: u32,
    begin: u32,
    end: u32,
}

impl Tokenizer {
    /// Reads `vocab.txt`: a piece per line, `##` before one that continues a word. It must have `count` lines.
    pub fn load(path: &Path, count: usize) -> io::Result<Tokenizer> {
        let mut text = String::new();
        File::open(path)?.take(LARGEST).read_to_string(&mut text)?;
        Tokenizer::parse(&text, count).map_err(|problem| io::Error::new(io::ErrorKind::InvalidData, problem))
    }

    /// The vocabulary in a text.
    pub fn parse(text: &str, count: usize) -> Result<Tokenizer, String> {
        let pieces: HashMap<String, u32> = text.lines().map(str::to_owned).zip(0..).collect();
        if pieces.len() != count || text.lines().count() != count {
            return Err(format!("it holds {} different pieces, not {count}", pieces.len()));
        }
        let special = |piece: &str| {
            pieces
                .get(piece)
                .copied()
                .ok_or(format!("it has no piece {piece}"))
        };
        let (unknown, begin, end) = (special("[UNK]")?, special("[CLS]")?, special("[SEP]")?);
        Ok(Tokenizer {
            pieces,
            unknown,
            begin,
            end,
        })
    }

    /// The tokens of a text between the marks of its beginning and end, and no more than `most`; what is behind is cut off.
    pub fn encode(&self, text: &str, most: usize) -> Vec<u32> {
        let mut tokens = vec![self.begin];
        for word in words(text) {
            self.cut(&word, &mut tokens);
        }
        tokens.truncate(most.saturating_sub(1));
        tokens.push(self.end);
        tokens
    }

    /// Adds the pieces of a word.
    fn cut(&self, word: &str, tokens: &mut Vec<u32>) {
        let before = tokens.len();
        let mut rest = word;
        while !rest.is_empty() {
            let sign = if rest.len() == word.len() { "" } else { "##" };
            let ends = rest
                .char_indices()
                .map(|(at, letter)| at + letter.len_utf8())
                .rev();
            let longest = ends
                .filter_map(|end| Some((end, *self.pieces.get(&format!("{sign}{}", &rest[..end]))?)))
                .next();
            match longest {
                Some((end, token)) if word.chars().count() <= LETTERS => {
                    tokens.push(token);
                    rest = &rest[end..];
                }
                _ => {
                    tokens.truncate(before);
                    tokens.push(self.unknown);
                    return;
                }
            }
        }
    }
}

/// Words and marks in lower case, without accents.
fn words(text: &str) -> Vec<String> {
    let clean = text.chars().filter(|&letter| is_kept(letter));
    let spaced = clean.flat_map(|letter| match letter {
        _ if is_space(letter) => vec![' '],
        _ if is_ideograph(letter) => vec![' ', letter, ' '],
        _ => vec![letter],
    });
    let bare = spaced
        .nfd()
        .filter(|letter| letter.general_category() != GeneralCategory::NonspacingMark);
    let lower: String = bare.flat_map(char::to_lowercase).collect();
    let mut words = vec![String::new()];
    for letter in lower.chars() {
        if letter.is_whitespace() {
            words.push(String::new());
        } else if is_mark(letter) {
            words.extend([letter.to_string(), String::new()]);
        } else if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// False for control characters, and for what stands for something unreadable.
fn is_kept(letter: char) -> bool {
    let other = letter.general_category_group() == GeneralCategoryGroup::Other;
    letter != '\u{fffd}' && (!other || matches!(letter, '\t' | '\n' | '\r'))
}

fn is_space(letter: char) -> bool {
    letter.is_whitespace()
}

/// True for ideographs, each of which is a word.
fn is_ideograph(letter: char) -> bool {
    matches!(u32::from(letter),
        0x4e00..=0x9fff | 0x3400..=0x4dbf | 0x20000..=0x2a6df | 0x2a700..=0x2b73f | 0x2b740..=0x2b81f
        | 0x2b920..=0x2ceaf | 0xf900..=0xfaff | 0x2f800..=0x2fa1f)
}

/// True for marks, each of which is a word.
fn is_mark(letter: char) -> bool {
    letter.is_ascii_punctuation() || letter.general_category_group() == GeneralCategoryGroup::Punctuation
}
