//! Expands declarations by two compilers in turn: the program that `expansion.sh` builds.

use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

/// Expansions of each declaration by each compiler.
const ROUNDS: usize = 31;

/// CPU time of this process, in seconds.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/schedstat").expect("Linux counts the time of processes");
    let nanoseconds: f64 = stat
        .split(' ')
        .next()
        .and_then(|text| text.parse().ok())
        .expect("a number");
    nanoseconds / 1e9
}

/// The tokens that `network!` is given, runtime first.
fn input(file: &Path) -> TokenStream {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let tokens: TokenStream = text.parse().expect("a declaration is tokens");
    let Some(TokenTree::Group(braces)) = tokens.into_iter().last() else {
        panic!("{}: no `network! {{ … }}`", file.display());
    };
    let declared = braces.stream();
    format!("[::dsl_runtime] {declared}").parse().expect("tokens")
}

fn lines(tokens: TokenStream) -> usize {
    let file = syn::parse2(tokens).expect("what is emitted is Rust");
    prettyplease::unparse(&file).lines().count()
}

fn main() {
    println!("| declaration | before | after | after / before | lines |\n|---|---:|---:|---:|---:|");
    for name in std::env::args().skip(1) {
        let file = Path::new(&name).with_extension("rs");
        let given = input(&file);
        let compilers: [fn(TokenStream) -> TokenStream; 2] =
            [before::expand::network, after::expand::network];
        let mut fastest = [f64::INFINITY; 2];
        for _ in 0..ROUNDS {
            for (fastest, expand) in fastest.iter_mut().zip(compilers) {
                let begun = cpu_seconds();
                expand(given.clone());
                *fastest = fastest.min(cpu_seconds() - begun);
            }
        }
        let [first, second] = compilers.map(|expand| lines(expand(given.clone())));
        let [before, after] = fastest.map(|seconds| 1e3 * seconds);
        let stem = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        println!(
            "| {stem} | {before:.1} ms | {after:.1} ms | {:.2} | {first} → {second} |",
            after / before
        );
    }
}
