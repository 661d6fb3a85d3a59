//! Names in messages: lists of them, and the one that was meant.

use crate::diagnostics::nearest;

/// The name that a misspelt one means. Every letter resembles every other, so short names may differ only in
/// case.
pub fn near<'n>(name: &str, known: &'n [String]) -> Option<&'n str> {
    let long = |name: &str| name.chars().count() > 2;
    let likely = |other: &&String| long(name) && long(other) || other.eq_ignore_ascii_case(name);
    nearest(name, known.iter().filter(likely).map(String::as_str))
}

/// `` `a`, `b` and `c` ``
pub fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => "nothing".to_string(),
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
    }
}
