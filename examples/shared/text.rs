//! A text to learn from, and what simple counting knows about it.

use std::fs;
use std::path::Path;

use dsl_runtime::Error;
use dsl_runtime::data::{CharVocabulary, Tokens};

/// The end of the text that is held out.
const HELD_OUT: f64 = 0.1;

/// A text in characters, its last tenth held out.
pub struct Text {
    /// All characters of both parts.
    pub vocabulary: CharVocabulary,
    /// What a network learns from.
    pub train: Tokens,
    /// What it is judged by.
    pub held_out: Tokens,
}

impl Text {
    /// Reads a file of UTF-8.
    pub fn load(path: &Path) -> Result<Text, Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::File {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        let vocabulary = CharVocabulary::of(&text);
        let tokens = Tokens::new(vocabulary.encode(&text)?, vocabulary.len())?;
        let (train, held_out) = tokens.split(HELD_OUT)?;
        Ok(Text {
            vocabulary,
            train,
            held_out,
        })
    }

    /// How long the parts are, and how well counting characters does.
    pub fn describe(&self) -> String {
        let (train, held_out) = (&self.train, &self.held_out);
        format!(
            "{} characters to learn from, {} held out, {} different ones\nnats per held-out character: {:.3} by how \
             often characters occur, {:.3} by how often pairs occur",
            train.tokens().len(),
            held_out.tokens().len(),
            self.vocabulary.len(),
            unigram(train, held_out),
            bigram(train, held_out)
        )
    }
}

/// Counts are raised by this much, so that what never occurred in training has a probability above 0.
const RAISE: f64 = 0.1;

/// `−mean log p(b)` over the characters `b` of `judged`, where `p` is how often each occurs in `counted`.
pub fn unigram(counted: &Tokens, judged: &Tokens) -> f64 {
    let mut counts = vec![RAISE; counted.limit()];
    for &token in counted.tokens() {
        counts[token as usize] += 1.0;
    }
    let total: f64 = counts.iter().sum();
    let nats = judged
        .tokens()
        .iter()
        .map(|&token| -(counts[token as usize] / total).ln());
    nats.sum::<f64>() / judged.tokens().len() as f64
}

/// `−mean log p(b | a)` over the pairs `ab` of `judged`, where `p` is how often `b` follows `a` in `counted`: what a
/// table of pairs says, and what a network has to do better than.
pub fn bigram(counted: &Tokens, judged: &Tokens) -> f64 {
    let size = counted.limit();
    let mut counts = vec![RAISE; size * size];
    for pair in counted.tokens().windows(2) {
        counts[pair[0] as usize * size + pair[1] as usize] += 1.0;
    }
    let totals: Vec<f64> = counts.chunks_exact(size).map(|row| row.iter().sum()).collect();
    let nats = |pair: &[u32]| {
        let (a, b) = (pair[0] as usize, pair[1] as usize);
        -(counts[a * size + b] / totals[a]).ln()
    };
    let pairs = judged.tokens().windows(2);
    let count = pairs.len() as f64;
    pairs.map(nats).sum::<f64>() / count
}
