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
    match syn::parse_str::<Ident>(&clean) {
        Ok(ident) => Ident::new(&ident.to_string(), Span::call_site()),
        Err(_) => Ident::new(&format!("{clean}_"), Span::call_site()),
    }
}

/// `LeNet` as `le_net`.
pub fn snake_case(name: &str) -> String {
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
    match plain(entry) {
        "loss" => identifier("GRADIENT"),
        other => identifier(&format!("{}_GRADIENT", other.to_uppercase())),
    }
}
