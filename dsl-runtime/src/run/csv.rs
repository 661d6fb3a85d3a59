//! Records of comma-separated values, quoted as RFC 4180 says.

use std::borrow::Cow;

/// A field as it is written: in quotes where it holds what would end it.
pub(super) fn quoted(field: &str) -> Cow<'_, str> {
    match field.contains(['"', ',', '\n', '\r']) {
        true => Cow::Owned(format!("\"{}\"", field.replace('"', "\"\""))),
        false => Cow::Borrowed(field),
    }
}

/// A record as it is written, with the end of its line.
pub(super) fn record<'f>(fields: impl IntoIterator<Item = &'f str>) -> String {
    let fields: Vec<_> = fields.into_iter().map(quoted).collect();
    fields.join(",") + "\n"
}

/// The records of a text, each with the number of its first line. A record that the text breaks off in is left out: whoever
/// wrote it was stopped.
pub(super) fn records(text: &str) -> impl Iterator<Item = (usize, Vec<String>)> {
    let (mut rest, mut line) = (text, 1);
    std::iter::from_fn(move || {
        let (record, after) = first(rest)?;
        let begun = line;
        line += rest[..rest.len() - after.len()].matches('\n').count();
        rest = after;
        Some((begun, record))
    })
}

/// The first record of a text, and what follows it; `None` if it has no end.
fn first(text: &str) -> Option<(Vec<String>, &str)> {
    let mut record = vec![String::new()];
    let mut is_quoted = false;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let field = record.last_mut()?;
        match letter {
            '"' if is_quoted && letters.peek().is_some_and(|&(_, next)| next == '"') => {
                letters.next();
                field.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => record.push(String::new()),
            '\n' if !is_quoted => return Some((record, &text[at + 1..])),
            '\r' if !is_quoted && letters.peek().is_some_and(|&(_, next)| next == '\n') => {}
            letter => field.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let rows = [
            vec!["plain", "with, comma", "with \"quotes\"", ""],
            vec!["two\nlines", "carriage\r\nreturn", "ü", "\"", ","],
            vec![""],
        ];
        let text: String = rows.iter().map(|row| record(row.iter().copied())).collect();
        let read: Vec<_> = records(&text).collect();
        assert_eq!(read.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 5]);
        for ((_, read), row) in read.iter().zip(&rows) {
            assert_eq!(read, row);
        }
        assert_eq!(record(["a", "b,c"]), "a,\"b,c\"\n");
    }

    #[test]
    fn what_breaks_off_is_left_out() {
        let read = |text| records(text).map(|(_, record)| record).collect::<Vec<_>>();
        assert_eq!(read("1,2\r\n3,4"), [["1", "2"]]);
        assert_eq!(read("1,2\n\"3\n"), [["1", "2"]]);
        assert!(read("").is_empty());
    }
}
