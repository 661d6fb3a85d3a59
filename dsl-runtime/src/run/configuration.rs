//! The configuration of a run: names and values, in a file that is TOML.

use std::path::Path;

use super::file::{publish, read_if_there};
use crate::Error;
use crate::error::RunProblem;

/// The name of its file in the run's folder.
pub(super) const NAME: &str = "configuration.toml";

/// Entries by name, in the order in which they were first set.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Configuration(pub Vec<(String, String)>);

impl Configuration {
    /// Sets an entry, in place of one of its name. Returns whether anything has changed.
    pub fn set(&mut self, name: &str, value: String) -> bool {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) if *known == value => return false,
            Some((_, known)) => *known = value,
            None => self.0.push((name.to_owned(), value)),
        }
        true
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        let entry = self.0.iter().find(|(known, _)| known == name)?;
        Some(&entry.1)
    }

    /// Writes the file anew.
    pub fn save(&self, folder: &Path) -> Result<(), Error> {
        let lines = self.0.iter().map(|(name, value)| {
            let name = if is_bare(name) { name.clone() } else { string(name) };
            let value = if is_number(value) {
                value.clone()
            } else {
                string(value)
            };
            format!("{name} = {value}\n")
        });
        publish(&folder.join(NAME), lines.collect::<String>().as_bytes())
    }

    /// Reads the file; `None` if there is none.
    pub fn read(folder: &Path) -> Result<Option<Configuration>, Error> {
        let Some(text) = read_if_there(&folder.join(NAME))? else {
            return Ok(None);
        };
        let mut entries = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let refused = |problem| Error::Run {
                path: folder.to_owned(),
                problem: RunProblem::Line {
                    file: NAME,
                    line: at + 1,
                    problem,
                },
            };
            let (name, rest) = scalar(line).ok_or_else(|| refused("begins with no name"))?;
            let value = rest.trim_start().strip_prefix('=');
            let value = value.ok_or_else(|| refused("has no `=` after its name"))?;
            let (value, _) = scalar(value.trim_start()).ok_or_else(|| refused("has no value"))?;
            entries.push((name, value));
        }
        Ok(Some(Configuration(entries)))
    }
}

/// Whether a name needs no quotes.
fn is_bare(name: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    !name.is_empty() && name.chars().all(plain)
}

/// Whether a value is a number as TOML writes it.
fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, rest) = match digits.find(|letter: char| !letter.is_ascii_digit()) {
        Some(end) => digits.split_at(end),
        None => (digits, ""),
    };
    let is_whole = whole == "0" || whole.starts_with(|first: char| ('1'..='9').contains(&first));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (fraction, exponent) = match rest.split_once('e') {
        Some((fraction, exponent)) => (fraction, Some(exponent)),
        None => (rest, None),
    };
    is_whole
        // A whole number has at most 64 bits there.
        && (!rest.is_empty() || value.parse::<i64>().is_ok())
        && (fraction.is_empty() || fraction.strip_prefix('.').is_some_and(are_digits))
        && exponent.is_none_or(|exponent| are_digits(exponent.strip_prefix('-').unwrap_or(exponent)))
}

/// A basic string of TOML.
fn string(text: &str) -> String {
    let mut string = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => string.extend(['\\', letter]),
            '\n' => string += "\\n",
            '\r' => string += "\\r",
            '\t' => string += "\\t",
            letter if letter.is_control() => string += &format!("\\u{:04X}", u32::from(letter)),
            letter => string.push(letter),
        }
    }
    string + "\""
}

/// The name, number or string that a text begins with, and what follows.
fn scalar(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([' ', '\t', '=', '#']).unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(match letters.next()?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let code: String = letters.by_ref().take(4).map(|(_, digit)| digit).collect();
                    char::from_u32(u32::from_str_radix(&code, 16).ok()?)?
                }
                letter @ ('"' | '\\') => letter,
                _ => return None,
            }),
            letter => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn entries_are_read_back_and_numbers_stand_bare() {
        let folder = Folder::new("configuration");
        assert_eq!(Configuration::read(folder.path()).unwrap(), None);
        let mut configuration = Configuration::default();
        for (name, value) in [
            ("seed", "1"),
            ("learning rate", "0.003"),
            ("tolerance", "-1e-7"),
            ("network", "LeNet"),
            ("odd = \"name\" #", "a \\ \"b\"\nc\td\u{1}é #"),
            ("", ""),
            ("leading zero", "007"),
            ("large", "99999999999999999999"),
        ] {
            assert!(configuration.set(name, value.to_owned()));
        }
        assert!(configuration.set("seed", "2".to_owned()) && !configuration.set("seed", "2".to_owned()));
        configuration.save(folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.join(NAME)).unwrap();
        assert!(
            text.starts_with("seed = 2\n\"learning rate\" = 0.003\ntolerance = -1e-7\nnetwork = \"LeNet\"\n"),
            "{text}"
        );
        assert!(
            text.ends_with("\"leading zero\" = \"007\"\nlarge = \"99999999999999999999\"\n"),
            "{text}"
        );
        let read = Configuration::read(folder.path()).unwrap().unwrap();
        assert_eq!(read, configuration);
        assert_eq!((read.get("seed"), read.get("none")), (Some("2"), None));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        let folder = Folder::new("configuration-broken");
        for (line, problem) in [
            ("= 3", "begins with no name"),
            ("\"a\\x\" = 3", "begins with no name"),
            ("a 3", "has no `=` after its name"),
            ("a = \"3", "has no value"),
            ("a =", "has no value"),
        ] {
            std::fs::write(folder.join(NAME), format!("# mine\n\n{line}\n")).unwrap();
            let error = Configuration::read(folder.path()).unwrap_err().to_string();
            assert!(
                error.ends_with(&format!("line 3 of `configuration.toml` {problem}")),
                "{error}"
            );
        }
    }
}
