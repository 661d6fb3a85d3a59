//! The files of `dsl_runtime::words`.

use std::collections::BTreeMap;

use super::contents::{THEMES, Theme};
use super::entry::{Entry, Form, Kind};
use super::example::program;

/// The first line of each file.
const HEAD: &str = "// Written by `INSTA_UPDATE=always cargo test -p dsl-compiler --lib documentation` from the tables of the compiler.";

/// Each file by its path below `dsl-runtime/src`.
pub fn files(entries: &BTreeMap<String, Entry>) -> BTreeMap<String, String> {
    let links = Links::of(entries);
    let mut files: BTreeMap<String, String> = THEMES
        .iter()
        .map(|theme| (format!("words/{}.rs", theme.module), file(theme, entries, &links)))
        .collect();
    files.insert("words/mod.rs".to_string(), root());
    files
}

/// The module with those of all themes.
fn root() -> String {
    let mut text = format!("{HEAD}\n\n");
    text += "\
//! The words of the language: what may be called, named or said in [`network!`](crate::network!) and [`blocks!`](crate::blocks!).
//!
//! The items of these modules are documentation. Each stands for the word of its name, which is written in a declaration:
//! `x.dense(10)`, not `words::layers::dense`. What a declaration expands to refers to them, so an editor shows the documentation
//! of a word where it is used, and goes from there to its item.
//!
//! `f(x, n)`, `x.f(n)` and `f(n)(x)` are one call in three spellings. Arguments may be named, `pad = 2`; those with a default,
//! `stride = 1`, may be left out.
//!
//! | | |
//! |---|---|
";
    for theme in THEMES {
        let words: Vec<String> = theme
            .words()
            .map(|word| format!("[`{word}`]({}::{word})", theme.module))
            .collect();
        text += &format!(
            "//! | [{}](mod@{}) | {} |\n",
            theme.title,
            theme.module,
            words.join(" ")
        );
    }
    text.push('\n');
    let mut modules: Vec<&str> = THEMES.iter().map(|theme| theme.module).collect();
    modules.sort_unstable();
    for module in &modules {
        text += &format!("pub mod {module};\n");
    }
    text += "\n/// All words, for the references of expanded declarations.\n#[doc(hidden)]\npub mod all {\n";
    for module in &modules {
        text += &format!("    pub use super::{module}::*;\n");
    }
    text + "}\n"
}

fn file(theme: &Theme, entries: &BTreeMap<String, Entry>, links: &Links) -> String {
    let mut text = format!("{HEAD}\n\n");
    for line in wrap(theme.about) {
        text += &format!("//! {line}\n");
    }
    for name in theme.words() {
        let entry = entries
            .get(name)
            .unwrap_or_else(|| panic!("`{name}` is listed and is no word"));
        text.push('\n');
        for line in documentation(name, entry, links) {
            text += match line.is_empty() {
                true => "///\n".to_string(),
                false => format!("/// {line}\n"),
            }
            .as_str();
        }
        for alias in &entry.aliases {
            text += &format!("#[doc(alias = \"{alias}\")]\n");
        }
        text += &match entry.kind {
            Kind::Function => format!("pub const fn {name}() {{}}\n"),
            Kind::Type => format!("#[derive(Clone, Copy, Debug)]\npub enum {name} {{}}\n"),
        };
    }
    text
}

/// The lines about a word.
fn documentation(name: &str, entry: &Entry, links: &Links) -> Vec<String> {
    let mut lines = Vec::new();
    for (place, form) in entry.forms.iter().enumerate() {
        if place > 0 {
            lines.extend([String::new(), "# Or".to_string(), String::new()]);
        }
        lines.extend(of_form(name, form, links));
    }
    lines
}

fn of_form(name: &str, form: &Form, links: &Links) -> Vec<String> {
    let is_own = |word: &str| word == name || form.arguments.iter().any(|argument| argument == word);
    let mut lines = Vec::new();
    for paragraph in form.documentation.split("\n\n") {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let text = links.set(&quoted(&paragraph.replace('\n', " ")), is_own);
        lines.extend(wrap(&text));
    }
    lines.extend([String::new(), "```text".to_string()]);
    lines.extend(form.signature.lines().map(str::to_string));
    lines.extend(["```".to_string(), String::new(), "```".to_string()]);
    lines.extend(program(&form.example));
    lines.push("```".to_string());
    lines
}

/// Brackets outside of code, such as those of shapes, as code: Markdown would take them for links.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    let (mut code, mut depth) = (false, 0);
    for letter in text.chars() {
        match letter {
            '`' => code = !code,
            '[' if !code => {
                if depth == 0 {
                    quoted.push('`');
                }
                depth += 1;
            }
            _ => {}
        }
        quoted.push(letter);
        if letter == ']' && !code && depth > 0 {
            depth -= 1;
            if depth == 0 {
                quoted.push('`');
            }
        }
    }
    quoted
}

/// The path of each word's item.
struct Links {
    paths: BTreeMap<String, String>,
}

impl Links {
    fn of(entries: &BTreeMap<String, Entry>) -> Links {
        let words = THEMES
            .iter()
            .flat_map(|theme| theme.words().map(move |word| (theme, word)));
        let path = |(theme, word): (&Theme, &str)| {
            let kind = match entries.get(word).map(|entry| entry.kind) {
                Some(Kind::Type) => "",
                _ => "fn@",
            };
            (word.to_string(), format!("{kind}super::{}::{word}", theme.module))
        };
        Links {
            paths: words.map(path).collect(),
        }
    }

    /// Makes links of the names of words that stand as code, but of one's own and of single letters.
    fn set(&self, text: &str, is_own: impl Fn(&str) -> bool) -> String {
        let parts: Vec<&str> = text.split('`').collect();
        let mut linked = String::new();
        for (place, part) in parts.iter().enumerate() {
            let path = self.paths.get(*part).filter(|_| part.len() > 1 && !is_own(part));
            linked += &match (place % 2, path) {
                (0, _) => (*part).to_string(),
                (_, Some(path)) => format!("[`{part}`]({path})"),
                (_, None) => format!("`{part}`"),
            };
        }
        linked
    }
}

/// Lines of at most 120 letters, as far as code, which stays on one line, allows it.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words(text) {
        let last = lines.last_mut().expect("there is one");
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > 120 {
            lines.push(word);
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(&word);
        }
    }
    lines
}

/// What stands between blanks outside of code.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut inside = false;
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if inside => *last += &format!(" {word}"),
            _ => words.push(word.to_string()),
        }
        inside ^= word.matches('`').count() % 2 == 1;
    }
    words
}
