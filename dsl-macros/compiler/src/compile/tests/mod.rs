//! The whole compiler on input of every kind: it ends, soon, with code or with errors, and what it yields parses.

mod extremes;
mod mutation;
mod outline;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::OnceLock;

use proc_macro2::TokenStream;

use crate::expand::testing::unguarded;

fn tokens(source: &str) -> TokenStream {
    source.parse().expect("test sources are made of tokens")
}

/// The fixtures of the integration tests, by name: the tokens within `network! { … }`.
fn fixtures() -> &'static [(String, String)] {
    static FIXTURES: OnceLock<Vec<(String, String)>> = OnceLock::new();
    FIXTURES.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/networks");
        let files = fs::read_dir(&folder).expect("the fixtures are there");
        let mut fixtures: Vec<(String, String)> = files
            .map(|file| file.expect("the folder can be read").path())
            .map(|path| {
                let source = fs::read_to_string(&path).expect("a fixture is text");
                (
                    path.file_stem().unwrap_or_default().display().to_string(),
                    inside(&source),
                )
            })
            .collect();
        fixtures.sort();
        fixtures
    })
}

fn inside(source: &str) -> String {
    let body = source.trim_start().strip_prefix("network!").and_then(|rest| {
        let rest = rest.trim();
        rest.strip_prefix('{')?.strip_suffix('}')
    });
    body.expect("a fixture is one `network! { … }`").to_owned()
}

/// The result of compiling a declaration.
struct Outcome {
    code: String,
    file: syn::File,
    /// The messages of its errors.
    errors: Vec<String>,
}

/// Compiles, and holds the result to what is true of every input.
fn compile(input: TokenStream) -> Outcome {
    let shown = input.to_string();
    let output = catch_unwind(AssertUnwindSafe(|| unguarded(input))).unwrap_or_else(|panic| {
        eprintln!("the compiler panicked on\n{shown}");
        resume_unwind(panic)
    });
    let code = output.to_string();
    let file = syn::parse2::<syn::File>(output).unwrap_or_else(|error| {
        panic!(
            "the output is no Rust: {error}\n{shown}\nbecame\n{}",
            around(&code, &error)
        )
    });
    let errors: Vec<String> = file.items.iter().filter_map(error).collect();
    let network = file.items.iter().any(|item| matches!(item, syn::Item::Impl(_)));
    assert!(network || !errors.is_empty(), "neither code nor errors:\n{shown}");
    Outcome { code, file, errors }
}

/// The code around the place where the output is no Rust.
fn around(code: &str, error: &syn::Error) -> String {
    let at = error.span().start().column;
    code.chars().skip(at.saturating_sub(200)).take(400).collect()
}

/// The message of a `compile_error!` item.
fn error(item: &syn::Item) -> Option<String> {
    match item {
        syn::Item::Macro(item) if item.mac.path.segments.last()?.ident == "compile_error" => {
            Some(item.mac.parse_body::<syn::LitStr>().ok()?.value())
        }
        _ => None,
    }
}

#[test]
fn every_fixture_compiles() {
    for (name, fixture) in fixtures() {
        let outcome = compile(tokens(fixture));
        assert_eq!(outcome.errors, Vec::<String>::new(), "{name}");
    }
}
