//! Writing a text letter by letter. Keys and values of the letters read are kept, so that one letter more costs the work
//! of one letter.

use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;
use dsl_runtime::train::sample;

use crate::network::{Gpt, KEPT, TIME};

/// `prompt` and so many letters more, each below `known`. Where the window is full, the network goes on with what it
/// wrote last, half a window of it.
pub fn write(
    model: &Gpt,
    prompt: &[u32],
    known: usize,
    count: usize,
    temperature: f64,
    seed: u64,
) -> Result<Vec<u32>, Error> {
    let mut stream = Stream::new(seed, "text");
    let mut reader = Reader::new(model);
    let mut letters = prompt.to_vec();
    // Letters before this one are forgotten.
    let mut first = prompt.len().saturating_sub(TIME / 2);
    let mut scores = vec![0.0; known];
    for &letter in &letters[first..] {
        scores = reader.read(letter)?;
    }
    for _ in 0..count {
        // Scores that are no numbers end the text.
        let Some(letter) = sample(&scores[..known.min(scores.len())], temperature, &mut stream) else {
            break;
        };
        letters.push(letter as u32);
        if letters.len() - first > TIME {
            first = letters.len() - TIME / 2;
            reader = Reader::new(model);
            for &letter in &letters[first..] {
                scores = reader.read(letter)?;
            }
        } else {
            scores = reader.read(letter as u32)?;
        }
    }
    Ok(letters)
}

/// Reads letters one by one.
struct Reader<'m> {
    model: &'m Gpt,
    work: Workspace<Gpt>,
    keys: Vec<f32>,
    values: Vec<f32>,
    place: u32,
}

impl<'m> Reader<'m> {
    fn new(model: &'m Gpt) -> Self {
        let kept = || vec![0.0; TIME * KEPT];
        let work = Gpt::workspace().threads(1).inference().build();
        Reader {
            model,
            work,
            keys: kept(),
            values: kept(),
            place: 0,
        }
    }

    /// A score per letter that may follow this one and those before.
    fn read(&mut self, letter: u32) -> Result<Vec<f32>, Error> {
        let (scores, keys, values) =
            self.model
                .step(&mut self.work, &[letter], &[self.place], &self.keys, &self.values)?;
        self.keys.copy_from_slice(keys);
        self.values.copy_from_slice(values);
        self.place += 1;
        Ok(scores.to_vec())
    }
}
