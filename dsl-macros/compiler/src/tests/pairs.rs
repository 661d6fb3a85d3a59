//! Every word is tried on shared arguments and arguments of each example, `tests/pairs`; a new one is to be added there.

use crate::diagnostics::Diagnostics;
use crate::elaborate::words;
use crate::prelude;

/// Words that are not tried there, and why.
const OTHERS: &[(&str, &[&str])] = &[
    (
        "they speak of the batch, of state or of parameters",
        &[
            "batch_sum",
            "batch_size",
            "buffer",
            "update",
            "training",
            "parameters",
            "from_start",
        ],
    ),
    ("their numbers are random", &["noise", "drop_rate", "dropout"]),
    (
        "they are initialisers",
        &[
            "constant",
            "uniform",
            "normal",
            "xavier_uniform",
            "xavier_normal",
            "he_uniform",
            "he_normal",
            "lecun_uniform",
            "lecun_normal",
            "truncated_normal",
            "orthogonal",
            "sparse",
        ],
    ),
    (
        "they ask for sizes",
        &[
            "pair",
            "per_group",
            "size",
            "sizes",
            "rank",
            "limit",
            "require",
            "same_shape",
            "same_classes",
            "takes",
        ],
    ),
    (
        "each example has its own indices",
        &[
            "one_hot",
            "gather",
            "number",
            "embedding",
            "negative_log_likelihood",
            "mean_of_others",
        ],
    ),
    (
        "other words of the prelude are made of them",
        &["lstm_step", "lstm_states", "lstm_with_state", "gru_step"],
    ),
];

#[test]
fn every_word_has_its_pairs() {
    let tried = include_str!("../../../../tests/pairs/words.rs");
    let mut diagnostics = Diagnostics::new();
    let blocks = prelude::parse(&mut diagnostics).expect("the prelude is sound");
    assert!(diagnostics.is_empty());
    let layers = blocks.functions.iter().map(|function| function.name.to_string());
    let names: Vec<String> = words::names().map(str::to_string).chain(layers).collect();
    let is_tried = |word: &str| {
        let call = format!("{word}(");
        let whole = |(at, _): (usize, &str)| {
            let before = tried[..at].chars().next_back();
            before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_')
        };
        tried.match_indices(&call).any(whole)
    };
    let others = || OTHERS.iter().flat_map(|(_, words)| *words).copied();
    let missing: Vec<&String> = names
        .iter()
        .filter(|word| !is_tried(word) && others().all(|other| other != word.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "no pairs of {missing:?} in tests/pairs/words.rs"
    );
    for other in others() {
        assert!(names.iter().any(|word| word == other), "`{other}` is no word");
    }
}
