//! The README names every word of the language, and its activations and losses are all held against PyTorch.

use super::fixture;
use crate::diagnostics::Diagnostics;
use crate::elaborate::words;
use crate::prelude;

#[test]
fn the_readme_names_every_word() {
    let readme = include_str!("../../../../README.md");
    let mut diagnostics = Diagnostics::new();
    let blocks = prelude::parse(&mut diagnostics).expect("the prelude is sound");
    assert!(diagnostics.is_empty());
    let layers = blocks.functions.iter().map(|function| function.name.to_string());
    let missing: Vec<String> = words::names()
        .map(str::to_string)
        .chain(layers)
        .filter(|word| !readme.contains(&format!("`{word}`")))
        .collect();
    assert!(missing.is_empty(), "the README does not name {missing:?}");
}

#[test]
fn every_activation_and_loss_is_recorded() {
    // The fixtures of these names have numbers in `tests/recorded`.
    for name in ["activations", "losses"] {
        let row = include_str!("../../../../README.md")
            .lines()
            .find_map(|line| line.strip_prefix(&format!("| {name} | ")))
            .expect("the table of words has this row");
        let words: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        assert!(words.len() > 10, "{name}: {words:?}");
        let declaration = fixture(name).text;
        let missing: Vec<&str> = words
            .into_iter()
            .filter(|word| !declaration.contains(&format!(".{word}(")))
            // What `ignore` of the others calls.
            .filter(|word| *word != "mean_of_others")
            .collect();
        assert!(missing.is_empty(), "{name}: nothing is recorded of {missing:?}");
    }
}
