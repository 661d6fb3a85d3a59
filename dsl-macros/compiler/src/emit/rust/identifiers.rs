//! Identifiers of emitted code: readable, never a keyword, all spanned at the call site.

use proc_macro2::{Ident, Span};

/// `name` as an identifier; a keyword gets an underscore behind it.
pub fn identifier(name: &str) -> Ident {
    let clean: String = name
        .trim_start_matches("r#")
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    let clean = if clean.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{clean}")
    } else {
        clean
    };
    // Keywords are letters alone: most names need not be asked about.
    let is_letter = |c: char| c.is_ascii_alphabetic();
    if clean.is_ascii() && clean.starts_with(is_letter) && !clean.chars().all(is_letter) {
        return Ident::new(&clean, Span::call_site());
    }
    match syn::parse_str::<Ident>(&clean) {
        Ok(ident) => Ident::new(&ident.to_string(), Span::call_site()),
        Err(_) => Ident::new(&format!("{clean}_"), Span::call_site()),
    }
}

/// `LeNet` as `le_net`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut previous_lower = false;
    for c in name.trim_start_matches("r#").chars() {
        if c.is_uppercase() && previous_lower {
            snake.push('_');
        }
        previous_lower = c.is_lowercase() || c.is_ascii_digit();
        snake.extend(c.to_lowercase());
    }
    snake
}

/// The name of the module beside a type, without its ending: `le_net` for `LeNet`. A name that is not written
/// in camel case, such as `MLP`, stays as it is, so that no two types share a module.
pub fn module_name(type_name: &str) -> String {
    let plain = plain(type_name);
    let snake = snake_case(plain);
    match camel_case(&snake) == plain {
        true => snake,
        // A lower-case name may be the snake case of another.
        false if snake == plain => format!("{snake}_"),
        false => plain.to_string(),
    }
}

/// `le_net` as `LeNet`.
fn camel_case(name: &str) -> String {
    let capitalise = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(char::to_uppercase);
        first.into_iter().flatten().chain(letters).collect::<String>()
    };
    name.split('_').map(capitalise).collect()
}

/// `logits.dense1.weight` as `LOGITS_DENSE1_WEIGHT`.
pub fn constant_case(name: &str) -> String {
    name.replace('.', "_").to_uppercase()
}

/// `r#match` as `match`.
pub fn plain(name: &str) -> &str {
    name.trim_start_matches("r#")
}

/// The constant that holds the derived graph of an entry point: `GRADIENT` of `loss`, `PENALTY_GRADIENT` of others.
pub fn gradient_constant(entry: &str) -> Ident {
    constant(entry, "GRADIENT")
}

/// The constant that holds the graph of a derivative that is asked for by `word`: `HVP` of `loss`, `PENALTY_HVP` of others.
pub fn derivative_constant(entry: &str, word: &str) -> Ident {
    match word {
        // Beside `GRADIENT`, `GRAD` would say nothing.
        "grad" => constant(entry, "INPUT_GRADIENT"),
        word => constant(entry, &word.to_uppercase()),
    }
}

/// The constant that holds the graph of an entry point that differentiates: `SALIENCY_DERIVATIVE` of `saliency`.
pub fn results_constant(entry: &str) -> Ident {
    constant(entry, "DERIVATIVE")
}

/// The constant that holds the picture of an entry point in a format: `LOGITS_DOT`.
pub fn picture_constant(entry: &str, format: &str) -> Ident {
    identifier(&format!("{}_{format}", plain(entry).to_uppercase()))
}

/// The constant that holds the picture of a gradient in a format: `GRADIENT_DOT` of `loss`, `PENALTY_GRADIENT_DOT` of others.
pub fn gradient_picture_constant(entry: &str, format: &str) -> Ident {
    constant(entry, &format!("GRADIENT_{format}"))
}

/// The constant that holds the picture of a derivative that is asked for by `word`: `HVP_DOT` of `loss`.
pub fn derivative_picture_constant(entry: &str, word: &str, format: &str) -> Ident {
    identifier(&format!("{}_{format}", derivative_constant(entry, word)))
}

fn constant(entry: &str, what: &str) -> Ident {
    match plain(entry) {
        "loss" => identifier(what),
        other => identifier(&format!("{}_{what}", other.to_uppercase())),
    }
}

#[cfg(test)]
mod tests {
    use super::module_name;
    use std::collections::BTreeSet;

    #[test]
    fn types_of_different_names_have_different_modules() {
        assert_eq!(module_name("LeNet"), "le_net");
        assert_eq!(module_name("Mlp2"), "mlp2");
        assert_eq!(module_name("R2D2"), "r2_d2");
        assert_eq!(module_name("MLP"), "MLP");
        let names = [
            "Mlp", "MLP", "mlp", "MLp", "M_lp", "MlP", "m_lp", "Mlp_", "MlpType",
        ];
        let modules: BTreeSet<String> = names.iter().map(|name| module_name(name)).collect();
        assert_eq!(modules.len(), names.len(), "{modules:?}");
    }
}
