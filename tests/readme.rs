//! What the documents show is so: programs are compiled, excerpts stand in their files, and links lead somewhere.

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every document of the repository: its path from the root, and its text.
fn documents() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    add_documents(root(), &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a document is text");
        let path = path.strip_prefix(root()).expect("it is in the repository");
        (path.to_owned(), text)
    };
    paths.into_iter().map(read).collect()
}

/// Adds the documents of a folder and the folders in it, but of none that is hidden or holds what others have made.
fn add_documents(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            let is_ours = !name.starts_with('.') && !["target", "venv"].contains(&&*name);
            if is_ours {
                add_documents(&path, paths);
            }
        } else if name.ends_with(".md") {
            paths.push(path);
        }
    }
}

/// The lines of a document that stand in no block of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

#[test]
fn documents_are_found() {
    let paths: Vec<PathBuf> = documents().into_iter().map(|(path, _)| path).collect();
    for path in [
        "README.md",
        "ARCHITECTURE.md",
        "docs/language.md",
        "docs/training.md",
        "benches/README.md",
    ] {
        assert!(paths.contains(&path.into()), "{path} is not among {paths:?}");
    }
}

/// Programs are doctests of dsl-runtime, where their document is included there.
#[test]
fn programs_of_the_documents_are_compiled() {
    let runtime =
        fs::read_to_string(root().join("dsl-runtime/src/lib.rs")).expect("the file of the includes");
    let mut programs = 0;
    for (path, text) in documents() {
        if languages(&text).any(|language| ["rust", "rust,no_run"].contains(&language)) {
            let path = path.to_string_lossy().replace('\\', "/");
            let include = format!("#[doc = include_str!(\"../../{path}\")]");
            assert!(runtime.contains(&include), "nobody compiles {path}");
            programs += 1;
        }
    }
    assert!(programs >= 8);
}

/// What is neither compiled nor a program is an excerpt of a file that is.
#[test]
fn parts_of_programs_are_excerpts() {
    for (path, text) in documents() {
        let parts = languages(&text)
            .filter(|language| *language == "rust,ignore")
            .count();
        let excerpts = text.split("<!-- excerpt: ").skip(1);
        let excerpts = excerpts
            .filter(|part| part.contains(" -->\n```rust,ignore\n"))
            .count();
        assert!(
            parts <= excerpts,
            "{}: {parts} parts, {excerpts} excerpts",
            path.display()
        );
    }
}

/// What the blocks of code of a document say they are.
fn languages(text: &str) -> impl Iterator<Item = &str> {
    let fences = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("```"));
    fences.step_by(2)
}

#[test]
fn excerpts_of_the_documents_stand_in_their_files() {
    let mut excerpts = 0;
    for (document, text) in documents() {
        for part in text.split("<!-- excerpt: ").skip(1) {
            let (path, rest) = part.split_once(" -->\n```").expect("a path, then a block");
            let (language, rest) = rest.split_once('\n').expect("the block has lines");
            assert!(
                ["text", "rust,ignore", "python"].contains(&language),
                "a block of `{language}`"
            );
            let (block, _) = rest.split_once("\n```\n").expect("the block ends");
            let file = fs::read_to_string(root().join(path)).expect("the file of the excerpt");
            assert!(
                unindented(&file).contains(&unindented(block)),
                "{}: {path} holds no such lines:\n{block}",
                document.display()
            );
            excerpts += 1;
        }
    }
    assert!(excerpts > 30, "{excerpts} excerpts");
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    let (mut files, mut headings) = (0, 0);
    for (document, text) in documents() {
        let folder = root().join(&document);
        let folder = folder.parent().expect("a file is in a folder");
        let prose = prose(&text).collect::<Vec<&str>>().join("\n");
        for part in prose.split("](").skip(1) {
            let (link, _) = part.split_once(')').expect("a link ends");
            if link.contains("://") {
                continue;
            }
            let (target, heading) = match link.split_once('#') {
                Some((target, heading)) => (target, Some(heading)),
                None => (link, None),
            };
            let path = match target {
                "" => root().join(&document),
                _ => folder.join(target),
            };
            assert!(path.exists(), "{}: there is no {target}", document.display());
            files += 1;
            if let Some(heading) = heading {
                let text = fs::read_to_string(&path).expect("a document is text");
                assert!(
                    anchors(&text).any(|anchor| anchor == heading),
                    "{}: there is no {link}",
                    document.display()
                );
                headings += 1;
            }
        }
    }
    assert!(
        files > 100 && headings > 5,
        "{files} links, {headings} to headings"
    );
}

/// What the guide says stands in a declaration for PyTorch's words is a word of the language.
#[test]
fn words_for_those_of_pytorch_are_there() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("a document is text");
    let (language, table) = (read("docs/language.md"), read("docs/guide/pytorch.md"));
    let words = language
        .split("## Words")
        .nth(1)
        .expect("there is a list of words");
    let words = words.split("## ").next().expect("it ends");
    let spelt_out = |text: &str| text.contains('_') || text.chars().all(|letter| letter.is_ascii_lowercase());
    let mut found = 0;
    for part in ["## Layers", "## Losses"] {
        let part = table.split(part).nth(1).expect("the table has this part");
        let rows = part
            .split("\n## ")
            .next()
            .unwrap_or(part)
            .lines()
            .filter(|line| line.starts_with("| `"));
        for row in rows {
            let ours = row.split(" | ").nth(1).expect("two columns");
            // What is called, or stands alone, in spans of code; `x` and blocks of the page are no words.
            for span in ours.split('`').skip(1).step_by(2) {
                let calls = span.split('(').rev().skip(1).filter_map(|call| {
                    let name = call
                        .rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_')
                        .next()?;
                    (!name.is_empty()).then_some(name)
                });
                let alone = span
                    .chars()
                    .all(|letter| letter.is_alphanumeric() || letter == '_')
                    .then_some(span);
                for word in calls.chain(alone) {
                    let is_known = words.contains(&format!("`{word}`")) || NO_WORDS.contains(&word);
                    assert!(
                        is_known || !spelt_out(word),
                        "`{word}` of `{span}` is no word of the language"
                    );
                    found += usize::from(is_known);
                }
            }
        }
    }
    assert!(found > 60, "{found} words");
}

/// What the table calls besides: blocks, held layers and declarations of its examples.
const NO_WORDS: [&str; 9] = [
    "a",
    "b",
    "block",
    "f",
    "fn",
    "groups",
    "dilation",
    "initialize",
    "orthogonal",
];

/// What the headings of a document are called in links: small letters, hyphens for blanks, no other signs.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    headings.map(|line| {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let heading = heading.chars().filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            _ => letter.is_alphanumeric().then_some(letter),
        });
        heading.collect()
    })
}

/// The lines without the blanks around them.
fn unindented(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", line.trim())).collect()
}
