//! The errors of one expansion: collected during a stage and reported together, each at the user's token.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// Collects errors; [`Diagnostics::into_tokens`] turns them into `compile_error!` items.
///
/// Errors accumulate within a stage and the compiler stops at the stage's end, so one run reports every
/// independent mistake. Forgetting to report them would accept a wrong program; the tests of this crate panic
/// on that.
#[derive(Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
}

/// One error: its message, its location and remarks on how to fix it.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    span: Span,
    message: String,
    /// The length of the message proper; remarks follow it.
    headline: usize,
    /// The members of a family in which it was found; empty if it does not depend on the member.
    members: Vec<String>,
}

impl Diagnostic {
    /// Adds a remark on how to fix the error.
    pub fn help(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.remark("help", text.as_ref())
    }

    /// Adds a remark on the origin of a value or the reason for a rule.
    pub fn note(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.remark("note", text.as_ref())
    }

    /// Adds a remark; further lines of `text` are indented below the first.
    fn remark(&mut self, kind: &str, text: &str) -> &mut Self {
        for (number, line) in text.lines().enumerate() {
            let lead = if number == 0 {
                format!("{kind}: ")
            } else {
                " ".repeat(kind.len() + 2)
            };
            self.message.push_str(&format!("\n  {lead}{line}"));
        }
        self
    }
}

impl Diagnostics {
    /// An empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records an error at `span`; remarks are added on the returned diagnostic.
    pub fn error(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        let message = message.into();
        let headline = message.len();
        self.found.push(Diagnostic {
            span,
            message,
            headline,
            members: Vec::new(),
        });
        self.found.last_mut().expect("one was pushed on the line above")
    }

    /// True if nothing has been reported.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Adds the errors of one member of a family. An error that several members have at one location is
    /// reported once, for the first, with a note that names the others.
    pub fn add_member(&mut self, member: &str, found: Diagnostics) {
        let (known, mut new): (Vec<Diagnostic>, Vec<Diagnostic>) = found
            .take()
            .into_iter()
            .partition(|diagnostic| self.found.iter().any(|known| known.beside(diagnostic)));
        for diagnostic in known {
            let earlier = self.found.iter_mut().filter(|known| known.beside(&diagnostic));
            for earlier in earlier.filter(|earlier| !earlier.members.iter().any(|other| other == member)) {
                earlier.members.push(member.to_string());
            }
        }
        for diagnostic in &mut new {
            diagnostic.members.push(member.to_string());
        }
        self.found.append(&mut new);
    }

    /// Discards the errors: someone else reports them.
    pub fn discard(self) {
        self.take();
    }

    /// The number of errors recorded so far: two counts tell whether a part of the input was sound.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// Discards the errors recorded since there were `count`.
    pub fn forget_since(&mut self, count: usize) {
        self.found.truncate(count);
    }

    /// Adds a note to each error recorded since there were `count`.
    pub fn note_since(&mut self, count: usize, text: &str) {
        for diagnostic in self.found.iter_mut().skip(count) {
            diagnostic.note(text);
        }
    }

    /// The errors as `compile_error!` items in order; an error repeated at one location is reported once.
    pub fn into_tokens(self) -> TokenStream {
        let mut tokens = TokenStream::new();
        for Diagnostic { span, message, .. } in self.take() {
            tokens.extend(quote_spanned!(span=> ::core::compile_error! { #message }));
        }
        tokens
    }

    /// The errors as `line:column message`, columns counted from one.
    #[cfg(test)]
    pub fn render(self) -> String {
        let lines = self.take().into_iter().map(|Diagnostic { span, message, .. }| {
            let start = span.start();
            format!("{}:{} {message}", start.line, start.column + 1)
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn take(mut self) -> Vec<Diagnostic> {
        let mut kept: Vec<Diagnostic> = Vec::new();
        for mut diagnostic in std::mem::take(&mut self.found) {
            diagnostic.tell_members();
            if !kept.iter().any(|earlier| earlier.same(&diagnostic)) {
                kept.push(diagnostic);
            }
        }
        kept
    }
}

impl Diagnostic {
    /// True if both have the same message at the same location, whatever their remarks: a function called
    /// twice is reported once. Spans have no equality; their debug text names the bytes they cover.
    fn same(&self, other: &Self) -> bool {
        let headline = |diagnostic: &Self| diagnostic.message[..diagnostic.headline].to_owned();
        headline(self) == headline(other) && self.beside(other)
    }

    /// True if both are about the same tokens.
    fn beside(&self, other: &Self) -> bool {
        format!("{:?}", self.span) == format!("{:?}", other.span)
    }

    /// Notes the members of a family that have the error.
    fn tell_members(&mut self) {
        let text = match std::mem::take(&mut self.members).as_slice() {
            [] => return,
            [member] => format!("with {member}"),
            [member, other] => format!("with {member}, and a like mistake with {other}"),
            [member, other, more @ ..] => format!(
                "with {member}, and a like mistake with {other} and {} more",
                more.len()
            ),
        };
        self.note(text);
    }
}

#[cfg(test)]
impl Drop for Diagnostics {
    fn drop(&mut self) {
        if !self.found.is_empty() && !std::thread::panicking() {
            panic!("errors were found and never reported: {:?}", self.found);
        }
    }
}

/// The candidate that a misspelt `word` most likely stands for: the one with the fewest letters inserted,
/// deleted, replaced or swapped with a neighbour (Damerau–Levenshtein, optimal string alignment), at most
/// about a third of the word. A candidate that differs only in case always counts. Ties go to the
/// alphabetically first.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = word.chars().count().max(3) / 3;
    let scored = candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| {
            let same_but_case = candidate.to_lowercase() == word.to_lowercase();
            (
                if same_but_case {
                    0
                } else {
                    distance(word, candidate)
                },
                candidate,
            )
        });
    scored
        .filter(|(edits, _)| *edits <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Optimal-string-alignment distance in characters.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut before_last = vec![0; right.len() + 1];
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for i in 1..=left.len() {
        let mut row = vec![i; right.len() + 1];
        for j in 1..=right.len() {
            let replaced = last[j - 1] + usize::from(left[i - 1] != right[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn remarks_follow_the_message_and_repeats_are_dropped() {
        let mut diagnostics = Diagnostics::new();
        for _ in 0..2 {
            let span = Span::call_site();
            diagnostics
                .error(span, "sizes differ")
                .note("left is [3]\nright is [4]")
                .help("use one size");
        }
        let text = diagnostics.into_tokens().to_string();
        let expected = "sizes differ\n  note: left is [3]\n        right is [4]\n  help: use one size";
        assert_eq!(text, quote!(::core::compile_error! { #expected }).to_string());
    }

    #[test]
    #[should_panic(expected = "never reported")]
    fn unreported_errors_are_noticed() {
        Diagnostics::new().error(Span::call_site(), "lost");
    }

    #[test]
    fn nearest_allows_about_a_third_of_the_letters() {
        let words = ["dense", "conv", "relu", "softmax", "Tensor"];
        assert_eq!(nearest("dens", words), Some("dense"));
        assert_eq!(nearest("rleu", words), Some("relu"), "a swap is one edit");
        assert_eq!(nearest("sofmaxx", words), Some("softmax"));
        assert_eq!(nearest("TENSOR", words), Some("Tensor"));
        assert_eq!(nearest("pool", words), None);
        assert_eq!(nearest("", words), None);
        assert_eq!(nearest("ab", ["ad", "ac"]), Some("ac"), "ties are alphabetical");
    }
}
