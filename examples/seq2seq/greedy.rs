//! The most likely answer, token by token.

use dsl_runtime::Error;
use dsl_runtime::data::Marks;
use dsl_runtime::train::argmax;

/// For each of `examples` examples the sequence that starts empty and grows by the likeliest token until that is the end
/// mark, or `time` tokens are said.
///
/// `scores` is given what has been said so far, `[examples, time]`, the begin mark first, padded; it answers with a score
/// per next token at every place, `[examples, time, tokens]`.
pub fn decode(
    examples: usize,
    time: usize,
    marks: Marks,
    mut scores: impl FnMut(&[u32], &mut Vec<f32>) -> Result<(), Error>,
) -> Result<Vec<Vec<u32>>, Error> {
    let mut given = vec![marks.pad; examples * time];
    let mut said = vec![Vec::new(); examples];
    let mut ended = vec![false; examples];
    for row in given.chunks_exact_mut(time) {
        row[0] = marks.begin;
    }
    let mut all = Vec::new();
    for place in 0..time {
        if ended.iter().all(|&ended| ended) {
            break;
        }
        scores(&given, &mut all)?;
        let tokens = all.len() / (examples * time);
        for example in 0..examples {
            let row = (example * time + place) * tokens;
            // Scores that are no numbers say nothing, and end the answer.
            let token = argmax(&all[row..row + tokens]).map_or(marks.end, |token| token as u32);
            ended[example] |= token == marks.end;
            if ended[example] {
                continue;
            }
            said[example].push(token);
            if place + 1 < time {
                given[example * time + place + 1] = token;
            }
        }
    }
    Ok(said)
}
