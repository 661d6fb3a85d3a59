//! The README names every word of the language.

use crate::diagnostics::Diagnostics;
use crate::elaborate::words;
use crate::prelude;

#[test]
fn the_readme_names_every_word() {
    let readme = include_str!("../../../README.md");
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
