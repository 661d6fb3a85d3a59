//! The documentation of the words is complete, and is what the runtime and the reference hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::contents::THEMES;
use super::entry::entries;
use super::render::files;

/// The folder of the runtime.
fn runtime() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dsl-runtime/src")
}

#[test]
fn every_word_stands_in_one_theme() {
    let mut listed: BTreeMap<&str, usize> = BTreeMap::new();
    for word in THEMES.iter().flat_map(|theme| theme.words()) {
        *listed.entry(word).or_default() += 1;
    }
    let twice: Vec<_> = listed.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "listed twice: {twice:?}");
    let listed: BTreeSet<String> = listed.keys().map(ToString::to_string).collect();
    let known: BTreeSet<String> = entries().into_keys().collect();
    assert_eq!(
        listed, known,
        "`documentation/contents.rs` and the tables of words"
    );
}

#[test]
fn every_word_is_documented() {
    for (name, entry) in entries() {
        for form in entry.forms {
            let text = form.documentation;
            assert!(text.ends_with(['.', ')']), "`{name}`: {text}");
            assert!(
                form.example.contains(&name),
                "the example of `{name}` does not use it"
            );
        }
    }
}

/// `INSTA_UPDATE=always` writes the files instead, as it does snapshots.
#[test]
fn the_runtime_documents_the_words_of_the_compiler() {
    let files = files(&entries());
    let folder = runtime().join("words");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::create_dir_all(&folder).expect("a folder of the runtime");
        for (path, text) in &files {
            fs::write(runtime().join(path), text).expect("a file of the runtime");
        }
    }
    let renew = "INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation";
    for (path, text) in &files {
        let found = fs::read_to_string(runtime().join(path)).unwrap_or_default();
        assert!(
            found.replace('\r', "") == *text,
            "dsl-runtime/src/{path} is not what the tables say: {renew}"
        );
    }
    let there = fs::read_dir(folder).expect("a folder of the runtime");
    let there: BTreeSet<String> = there
        .map(|file| format!("words/{}", file.expect("a file").file_name().to_string_lossy()))
        .collect();
    assert_eq!(there, files.into_keys().collect(), "{renew}");
}

/// The table of words in `docs/language.md`.
#[test]
fn the_reference_lists_the_words_by_theme() {
    let reference = include_str!("../../../../docs/language.md");
    for theme in THEMES {
        let words: Vec<String> = theme.words().map(|word| format!("`{word}`")).collect();
        let row = format!("| {} | {} |", theme.title, words.join(" "));
        assert!(reference.contains(&row), "docs/language.md has no row\n{row}");
    }
}
