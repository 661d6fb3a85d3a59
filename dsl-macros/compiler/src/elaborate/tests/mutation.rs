//! Sound programs with words exchanged, dropped and repeated: elaboration ends with a model or with errors,
//! never with a panic, and within a small stack.

use proptest::prelude::*;

use super::compile;
use super::graphs::{LENET, MLP};
use super::programs::{GPT, RECURRENT, RESIDUAL, SIAMESE};

const SPARE: &str = "x y relu dense conv max_pool reshape matmul softmax_cross_entropy zeros param sum at split concat \
    one_hot parameters logits 0 1 2 -1 5 1000 2147483648 9223372036854775807 0.5 1e308 true [2,3] [] (1,2) _ Tensor<3> \
    Index<3> Scalar Shared<2> usize Layer + - * / == && , ; . ( ) if for in 0..3 \"*.weight\" axis=-1 self";

/// The text cut into words, numbers and signs.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for letter in text.chars() {
        let part_of_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
        match words.last_mut() {
            Some(last) if part_of_word(letter) && last.chars().all(part_of_word) && letter != '.' => {
                last.push(letter)
            }
            _ => words.push(letter.to_string()),
        }
    }
    words
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_of_words_makes_it_panic(
        program in prop::sample::select(vec![MLP, LENET, GPT, RECURRENT, RESIDUAL, SIAMESE]),
        changes in prop::collection::vec((any::<usize>(), 0..4usize, any::<usize>()), 1..4),
    ) {
        let mut text = words(program);
        let spare: Vec<&str> = SPARE.split_whitespace().collect();
        for (place, change, with) in changes {
            let place = place % text.len();
            match change {
                0 => text[place] = spare[with % spare.len()].to_string(),
                1 => { text.remove(place); }
                2 => text.insert(place, format!(" {} ", spare[with % spare.len()])),
                _ => { let other = with % text.len(); text.swap(place, other); }
            }
        }
        let text = text.concat();
        // Either is fine; only a panic is not.
        let _ = compile(&text);
    }
}
