//! Layers and losses written in the language itself.
//!
//! They differ from a user's blocks in three ways: arguments may have defaults, `Tensor<..>` takes any number
//! of axes and `Index<_>` any number of indices, and blocks of one name in two files may differ in whether an
//! argument is an `Index` or a `Tensor`.

use proc_macro2::{Span, TokenStream};

use crate::diagnostics::Diagnostics;
use crate::syntax::ast::Blocks;
use crate::syntax::parse_prelude;

/// The files of the prelude, each with its name.
pub const FILES: &[(&str, &str)] = &[
    ("activations.rs", include_str!("prelude/activations.rs")),
    ("layers.rs", include_str!("prelude/layers.rs")),
    ("convolution.rs", include_str!("prelude/convolution.rs")),
    ("normalisation.rs", include_str!("prelude/normalisation.rs")),
    ("batch_norm.rs", include_str!("prelude/batch_norm.rs")),
    ("regularisation.rs", include_str!("prelude/regularisation.rs")),
    ("positions.rs", include_str!("prelude/positions.rs")),
    ("attention.rs", include_str!("prelude/attention.rs")),
    ("recurrent.rs", include_str!("prelude/recurrent.rs")),
    ("sequences.rs", include_str!("prelude/sequences.rs")),
    ("derivatives.rs", include_str!("prelude/derivatives.rs")),
    // A loss of both kinds that is held without its arguments takes the arguments of the first: the one
    // against a class takes more.
    ("class_losses.rs", include_str!("prelude/class_losses.rs")),
    ("losses.rs", include_str!("prelude/losses.rs")),
];

/// Parses the blocks of the prelude, without their documentation. `None` only if its text is broken, which its tests rule out;
/// that is reported too.
pub fn parse(diagnostics: &mut Diagnostics) -> Option<Blocks> {
    // Most of the text is documentation, and every expansion parses all that is left.
    let is_code = |line: &&str| !line.starts_with("//") && !line.starts_with("#[doc");
    let code = |text: &str| text.lines().filter(is_code).collect::<Vec<&str>>().join("\n");
    parse_as(code, diagnostics)
}

/// The same with their documentation.
#[cfg(test)]
pub fn parse_documented(diagnostics: &mut Diagnostics) -> Option<Blocks> {
    parse_as(str::to_string, diagnostics)
}

fn parse_as(text_of: impl Fn(&str) -> String, diagnostics: &mut Diagnostics) -> Option<Blocks> {
    let mut all = Blocks::default();
    for (name, text) in FILES {
        let before = diagnostics.count();
        let tokens: TokenStream = match text_of(text).parse() {
            Ok(tokens) => tokens,
            Err(error) => {
                diagnostics.error(
                    Span::call_site(),
                    format!("the prelude's {name} is broken: {error}"),
                );
                return None;
            }
        };
        let blocks = parse_prelude(tokens, diagnostics);
        if diagnostics.count() > before {
            return None;
        }
        all.constants.extend(blocks.constants);
        all.functions.extend(blocks.functions);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_changes_no_block() {
        let mut diagnostics = Diagnostics::new();
        let printed = |blocks: Option<Blocks>| -> Vec<String> {
            let functions = blocks.unwrap_or_default().functions;
            functions.iter().map(ToString::to_string).collect()
        };
        let blocks = printed(parse(&mut diagnostics));
        assert_eq!(blocks, printed(parse_documented(&mut diagnostics)));
        assert_eq!(diagnostics.render(), "");
        assert!(!blocks.is_empty());
    }

    /// A block that calls an undefined name would report that at its user's call.
    #[test]
    fn every_block_is_used_by_the_tests_of_elaboration() {
        let tests = [
            include_str!("elaborate/tests/activations.rs"),
            include_str!("elaborate/tests/attention.rs"),
            include_str!("elaborate/tests/blocks.rs"),
            include_str!("elaborate/tests/derivatives.rs"),
            include_str!("elaborate/tests/recurrent.rs"),
            include_str!("elaborate/tests/values.rs"),
            include_str!("elaborate/tests/images.rs"),
            include_str!("elaborate/tests/losses.rs"),
            include_str!("elaborate/tests/graphs.rs"),
            include_str!("elaborate/tests/state.rs"),
        ]
        .concat();
        for block in parse(&mut Diagnostics::new()).unwrap_or_default().functions {
            assert!(
                tests.contains(&format!("{}(", block.name)),
                "`{}` is not tested",
                block.name
            );
        }
    }
}
