//! Names of parameters as the declaration writes them: `name = "layers.{i}"`, `#[name = "encoder"]`.

/// A piece of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    Text(&'t str),
    /// `{i}`: the value of a size.
    Size(&'t str),
}

/// The pieces of a name; an error says what is wrong with it.
pub fn pieces(text: &str) -> Result<Vec<Piece<'_>>, &'static str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (before, after) = rest.split_once('{').unwrap_or((rest, ""));
        if before.contains('}') {
            return Err("a `}` closes nothing");
        }
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        if before.len() == rest.len() {
            break;
        }
        let (size, behind) = after.split_once('}').ok_or("a `{` is not closed")?;
        if syn::parse_str::<proc_macro2::Ident>(size).is_err() {
            return Err("a size stands in braces by its name alone, `{i}`");
        }
        pieces.push(Piece::Size(size));
        rest = behind;
    }
    Ok(pieces)
}

/// True if this can be the name of a parameter or layer: parts between dots, of letters, digits, `_` and `-`.
pub fn is_path(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
    };
    name.len() <= LONGEST && name.split('.').all(is_part)
}

/// The most bytes of a name.
const LONGEST: usize = 200;

/// What names are made of, for messages.
pub const ALLOWED: &str = "a name is made of letters, digits, `_` and `-`, its parts divided by dots: `name = \"encoder.layers.{i}\"`";

#[cfg(test)]
mod tests {
    use super::{Piece, is_path, pieces};

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(pieces(""), Ok(vec![]));
        assert_eq!(pieces("a.b"), Ok(vec![Piece::Text("a.b")]));
        assert_eq!(pieces("{i}"), Ok(vec![Piece::Size("i")]));
        assert_eq!(
            pieces("a.{i}.{j}c"),
            Ok(vec![
                Piece::Text("a."),
                Piece::Size("i"),
                Piece::Text("."),
                Piece::Size("j"),
                Piece::Text("c")
            ])
        );
        for wrong in [
            "{", "}", "a}", "{i", "{}", "{1}", "{i}}", "{{i}}", "{i + 1}", "{self}",
        ] {
            assert!(pieces(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn paths_have_parts() {
        for right in ["a", "a.b", "0", "layers.0.self.in-proj", "LayerNorm", "größe"] {
            assert!(is_path(right), "{right}");
        }
        for wrong in [
            "", ".", "a.", ".a", "a..b", "a b", "a/b", "a*", "a?", "a{b", "a\nb",
        ] {
            assert!(!is_path(wrong), "{wrong}");
        }
        assert!(!is_path(&"a".repeat(201)));
    }
}
