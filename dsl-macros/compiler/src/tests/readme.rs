//! The reference of the language names every word, and its activations and losses are all held against PyTorch.

use super::fixture;
use crate::diagnostics::Diagnostics;
use crate::elaborate::words;
use crate::prelude;

const REFERENCE: &str = include_str!("../../../../docs/language.md");

#[test]
fn the_reference_names_every_word() {
    let mut diagnostics = Diagnostics::new();
    let blocks = prelude::parse(&mut diagnostics).expect("the prelude is sound");
    assert!(diagnostics.is_empty());
    let layers = blocks.functions.iter().map(|function| function.name.to_string());
    let missing: Vec<String> = words::names()
        .map(str::to_string)
        .chain(layers)
        .filter(|word| !REFERENCE.contains(&format!("`{word}`")))
        .collect();
    assert!(missing.is_empty(), "the reference does not name {missing:?}");
}

#[test]
fn every_activation_and_loss_is_recorded() {
    // The fixtures of these names have numbers in `tests/recorded`.
    for name in ["activations", "losses"] {
        let row = REFERENCE
            .lines()
            .find_map(|line| line.strip_prefix(&format!("| {name} | ")))
            .expect("the table of words has this row");
        let words: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        assert!(words.len() > 10, "{name}: {words:?}");
        let declaration = fixture(name).text;
        let missing: Vec<&str> = words
            .into_iter()
            .filter(|word| !declaration.contains(&format!(".{word}(")))
            // The `ignore` option of the other losses calls this word.
            .filter(|word| *word != "mean_of_others")
            .collect();
        assert!(missing.is_empty(), "{name}: nothing is recorded of {missing:?}");
    }
}
