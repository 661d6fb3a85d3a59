//! The words of Rust that are not part of the language, and their replacements.

/// True if a word is reserved by Rust and so cannot be a name.
pub(super) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "_" | "Self"
            | "abstract"
            | "as"
            | "async"
            | "await"
            | "become"
            | "box"
            | "break"
            | "const"
            | "continue"
            | "crate"
            | "do"
            | "dyn"
            | "else"
            | "enum"
            | "extern"
            | "false"
            | "final"
            | "fn"
            | "for"
            | "gen"
            | "if"
            | "impl"
            | "in"
            | "let"
            | "loop"
            | "macro"
            | "match"
            | "mod"
            | "move"
            | "mut"
            | "override"
            | "priv"
            | "pub"
            | "ref"
            | "return"
            | "self"
            | "static"
            | "struct"
            | "super"
            | "trait"
            | "true"
            | "try"
            | "type"
            | "typeof"
            | "unsafe"
            | "unsized"
            | "use"
            | "virtual"
            | "where"
            | "while"
            | "yield"
    )
}

/// The error for a keyword at the position of a value: `(message, help)`.
pub(super) fn keyword_as_value(word: &str) -> (String, &'static str) {
    let help = match word {
        "while" | "loop" => "loops run over sizes: `for t in 0..TIME { … }`",
        "match" => "choose with `if size == 1 { … } else { … }`",
        "return" => "the value of a function is its last expression, without `;`",
        "break" | "continue" => {
            "a `for` runs all its turns: choose the range, or use `if` over sizes in its body"
        }
        "move" => "write a function, `fn f(x: Tensor<_>) -> Tensor<_> { … }`, and name it",
        "unsafe" => "remove it: the emitted code is safe",
        "async" | "await" | "yield" | "gen" => "remove it: a network is computed in one go",
        "for" => "write `let mut y = …;` before the loop, `y = …;` in its body, and use `y` after it",
        "let" => "`let` begins a statement; conditions compare sizes: `if size == 1 { … }`",
        "else" => "`else` follows the `}` of an `if`",
        "mut" | "ref" => "values are passed by name alone",
        "_" => "`_` stands for a size in a type or for an ignored value in `let (_, b) = …`",
        "Self" | "super" | "crate" => "functions and constants are called by their name alone",
        _ => {
            return (
                format!("expected a value, found the keyword `{word}`"),
                "choose another name",
            );
        }
    };
    let message = match word {
        "for" => "a `for` loop is not a value".to_owned(),
        "let" => "`let` is not a value".to_owned(),
        "else" => "`else` without `if`".to_owned(),
        "_" => "`_` is not a value".to_owned(),
        _ => format!("`{word}` is not part of network!"),
    };
    (message, help)
}

/// The help for items of Rust that a declaration cannot contain.
pub(super) fn foreign_item(word: &str) -> Option<&'static str> {
    Some(match word {
        "extern" => "a published block of another crate is imported by `use name_of_the_crate::block;`",
        "mod" => "put the module around `network! { … }`",
        "enum" | "union" | "trait" => "declare it outside `network! { … }`",
        "static" => "write `const NAME: usize = …;`",
        "type" => "write the type where it is used: `Tensor<784>`",
        "impl" => "write the functions directly after the type, or the `impl` outside `network! { … }`",
        "unsafe" | "async" => "write `fn` alone",
        "macro_rules" => "declare macros outside `network! { … }`",
        _ => return None,
    })
}

/// The error for a foreign operator, of Rust or of other languages, between two values: `(message, help)`.
pub(super) fn foreign_operator(symbol: &str) -> Option<(&'static str, &'static str)> {
    Some(match symbol {
        "^" => ("`^` is not a power", "write `x * x` or `x.square()`"),
        "**" => ("`**` is not part of network!", "write `x * x` or `x.square()`"),
        "@" => ("`@` is not part of network!", "write `a.matmul(b)`"),
        "&" => ("`&` is not part of network!", "conditions are joined by `&&`"),
        "|" => ("`|` is not part of network!", "conditions are joined by `||`"),
        "<<" | ">>" => ("shifts are not part of network!", "multiply or divide the size"),
        _ => return None,
    })
}
