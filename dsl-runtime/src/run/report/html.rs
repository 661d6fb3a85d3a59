//! Text and pictures as parts of a page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Text for a page or an attribute in quotes, whatever it holds.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            // No page may hold these, not even by their number.
            letter if letter.is_control() && !matches!(letter, '\n' | '\t') => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

/// A picture as the address of itself. Nothing in a picture that is shown by its address can run.
pub(super) fn address(kind: &str, bytes: &[u8]) -> String {
    format!("data:{kind};base64,{}", STANDARD.encode(bytes))
}

/// A name whose first letter is a capital.
pub(super) fn title(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        assert_eq!(
            escaped("<script>alert(\"1\")</script> & 'a'\n\u{0}\u{1b}[2J"),
            "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;a&#39;\n\u{fffd}\u{fffd}[2J"
        );
        assert_eq!(address("image/png", b"\x89PNG"), "data:image/png;base64,iVBORw==");
        assert_eq!(
            (title("loss"), title("ärger"), title("")),
            ("Loss".into(), "Ärger".into(), String::new())
        );
    }
}
