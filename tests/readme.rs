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
        if text.lines().any(|line| line.trim_start().starts_with("```rust")) {
            let path = path.to_string_lossy().replace('\\', "/");
            let include = format!("#[doc = include_str!(\"../../{path}\")]");
            assert!(runtime.contains(&include), "nobody compiles {path}");
            programs += 1;
        }
    }
    assert!(programs >= 3);
}

#[test]
fn excerpts_of_the_documents_stand_in_their_files() {
    let mut excerpts = 0;
    for (document, text) in documents() {
        for part in text.split("<!-- excerpt: ").skip(1) {
            let (path, rest) = part.split_once(" -->\n```text\n").expect("a path, then a block");
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
    assert_eq!(excerpts, 3);
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
