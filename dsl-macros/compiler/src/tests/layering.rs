//! Layers: a part of the compiler uses only those that ARCHITECTURE.md lists for it, all of which stand before it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The table in ARCHITECTURE.md: a part, then the parts that it may use.
fn allowed() -> Vec<(String, BTreeSet<String>)> {
    let text = include_str!("../../../../ARCHITECTURE.md");
    let (_, after) = text.split_once("```text layers\n").expect("the table is there");
    let (table, _) = after.split_once("```").expect("it ends");
    let line = |line: &str| {
        let (part, used) = line.split_once('→').expect("`part → parts`");
        let used = used.split_whitespace().map(str::to_string);
        (part.trim().to_string(), used.collect())
    };
    table.lines().map(line).collect()
}

/// The files of this crate that are not for tests alone, below `src`.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the crate") {
        let path = entry.expect("it can be read").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            if !matches!(
                name.as_str(),
                "tests" | "random" | "documentation" | "seeded_faults"
            ) {
                files(&path, found);
            }
        } else if name.ends_with(".rs")
            && !matches!(name.as_str(), "tests.rs" | "seeded_faults.rs" | "sample.rs")
        {
            found.push(path);
        }
    }
}

/// The code of a file without comments and without a last module of tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a file of the crate");
    let text = match text.find("#[cfg(test)]\nmod tests {") {
        Some(end) => &text[..end],
        None => &text,
    };
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    text.lines().filter(is_code).collect::<Vec<&str>>().join("\n")
}

/// The part that a path belongs to: the longest of those listed, such as `emit/rust`, or its first word.
fn part_of(path: &str, listed: &BTreeSet<String>) -> String {
    let words: Vec<&str> = path.split('/').collect();
    let longest = (1..=words.len()).rev().map(|length| words[..length].join("/"));
    let found = longest.into_iter().find(|part| listed.contains(part));
    found.unwrap_or_else(|| words[0].to_string())
}

/// The parts of the crate that some code names: `crate::part::…` and `crate::{part, …}`.
fn named(code: &str, listed: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, after) in code
        .match_indices("crate::")
        .map(|(at, word)| code.split_at(at + word.len()))
    {
        let paths = match after.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => after
                .split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | ':'))
                .next()
                .unwrap_or_default(),
        };
        let paths = paths.split(',').map(|path| path.trim().replace("::", "/"));
        found.extend(paths.map(|path| part_of(&path, listed)));
    }
    found
}

#[test]
fn every_part_uses_only_what_stands_before_it() {
    let allowed = allowed();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&root, &mut all);
    let listed: BTreeSet<String> = allowed.iter().map(|(part, _)| part.clone()).collect();
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in &all {
        let within = file.strip_prefix(&root).expect("it is below").with_extension("");
        let path = within.to_string_lossy().replace('\\', "/");
        // The root of the crate and that of the back ends name their modules, nothing else.
        if path == "lib" || path == "emit/mod" {
            continue;
        }
        let used = used.entry(part_of(&path, &listed)).or_default();
        used.extend(named(&code(file), &listed));
    }
    let parts: BTreeSet<String> = used.keys().cloned().collect();
    assert_eq!(parts, listed, "ARCHITECTURE.md lists every part");
    let mut before: BTreeSet<&str> = BTreeSet::new();
    for (part, may_use) in &allowed {
        let forward: Vec<&String> = may_use
            .iter()
            .filter(|other| !before.contains(other.as_str()))
            .collect();
        assert!(forward.is_empty(), "{part} is listed before {forward:?}");
        let uses = used[part].intersection(&parts).filter(|other| *other != part);
        let uses: BTreeSet<String> = uses.cloned().collect();
        assert_eq!(
            uses, *may_use,
            "what `{part}` uses, and what ARCHITECTURE.md says of it"
        );
        before.insert(part);
    }
}

/// The file of a path such as `crate::elaborate::loops::rows::Rows`: the longest part of it that is one.
fn file_of(path: &str, known: &BTreeMap<String, usize>) -> Option<usize> {
    let words: Vec<&str> = path.split("::").take_while(|word| !word.is_empty()).collect();
    (1..=words.len())
        .rev()
        .find_map(|length| known.get(&words[..length].join("/")).copied())
}

/// The paths from the root of the crate that the `use` statements of a file name.
fn imported(code: &str, module: &[&str]) -> Vec<String> {
    let mut paths = Vec::new();
    for (at, word) in code.match_indices("use ") {
        let line = code[..at].rfind('\n').map_or(0, |end| end + 1);
        if !matches!(code[line..at].trim(), "" | "pub" | "pub(super)") {
            continue;
        }
        let statement = code[at + word.len()..].split(';').next().unwrap_or_default();
        let path: String = statement.split_whitespace().collect();
        let supers = path.matches("super::").count();
        let (base, rest) = match path.strip_prefix("crate::") {
            Some(rest) => (&[][..], rest),
            None if supers == 0 => continue,
            None => (
                &module[..module.len() - supers],
                &path[supers * "super::".len()..],
            ),
        };
        let base: String = base.iter().map(|word| format!("{word}::")).collect();
        match rest.split_once('{') {
            Some((prefix, names)) => {
                let names = names.trim_end_matches('}').split(',');
                paths.extend(names.map(|name| format!("{base}{prefix}{name}")));
            }
            None => paths.push(format!("{base}{rest}")),
        }
    }
    paths
}

/// The files that each file reaches, however indirectly.
fn reached(from: usize, edges: &[BTreeSet<usize>]) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<usize> = edges[from].iter().copied().collect();
    while let Some(file) = open.pop() {
        if reached.insert(file) {
            open.extend(&edges[file]);
        }
    }
    reached
}

#[test]
fn no_more_than_three_files_import_each_other_in_a_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&root, &mut all);
    let module = |file: &PathBuf| {
        let within = file.strip_prefix(&root).expect("it is below");
        let path = within.with_extension("").to_string_lossy().replace('\\', "/");
        path.trim_end_matches("/mod").to_string()
    };
    let modules: Vec<String> = all.iter().map(module).collect();
    let known: BTreeMap<String, usize> = modules.iter().cloned().zip(0..).collect();
    let edges: Vec<BTreeSet<usize>> = (0..all.len())
        .map(|file| {
            let module: Vec<&str> = modules[file].split('/').collect();
            let paths = imported(&code(&all[file]), &module);
            let others = paths.iter().filter_map(|path| file_of(path, &known));
            others.filter(|&other| other != file).collect()
        })
        .collect();
    assert!(
        edges.iter().map(BTreeSet::len).sum::<usize>() > 500,
        "imports are found"
    );
    let reaches: Vec<BTreeSet<usize>> = (0..all.len()).map(|file| reached(file, &edges)).collect();
    for file in 0..all.len() {
        let circle: Vec<&str> = reaches[file]
            .iter()
            .filter(|&&other| reaches[other].contains(&file))
            .map(|&other| modules[other].as_str())
            .collect();
        assert!(circle.len() <= 3, "these import each other: {circle:?}");
    }
}
