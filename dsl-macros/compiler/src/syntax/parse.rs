//! A recursive-descent parser over token trees that names the constructs it rejects.
//!
//! The language is a closed subset of Rust, so everything outside it is a known slip (`while`, `x ^ 2`, a
//! closure) with a message of its own at its own token. After an error the parser continues with the next
//! statement, parameter or item: independent mistakes are reported together, and text in doubt is skipped
//! rather than misread. It reads syn's `Cursor` rather than a `ParseStream`: recovery needs to leave a group
//! half read, and looking ahead costs a copy.

mod attribute;
pub mod attributes;
mod derivatives;
mod document;
mod expressions;
mod family;
mod functions;
mod gradient;
mod imports;
mod initialize;
mod items;
mod literals;
mod loops;
mod names;
mod operands;
mod parser;
mod patterns;
mod products;
mod recompute;
mod rejected;
mod statements;
#[cfg(test)]
mod tests;
mod types;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::buffer::TokenBuffer;

use super::ast::{Blocks, Import, Imported, Network};
use crate::diagnostics::Diagnostics;
use parser::{Dialect, Parser};

/// Maximum nesting depth of blocks, parentheses and operators, and maximum length of a chain of methods or
/// operators. The later stages recurse over the tree, so its height keeps the whole compiler within its
/// stack.
const MAX_DEPTH: usize = 128;

/// Parses the tokens of one `network! { … }`.
///
/// Returns `None` if no type was declared. If there were errors, the network holds the constants and
/// functions that were understood (a function with errors keeps its signature, its types guessed if
/// necessary, and a partial body).
pub fn parse(input: TokenStream, diagnostics: &mut Diagnostics) -> Option<Network> {
    let before = diagnostics.count();
    let first = input
        .clone()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |token| token.span());
    let contents = read(input, diagnostics, Dialect::Network)?;
    let Some(declared) = contents.declared else {
        if diagnostics.count() == before {
            let message = if contents.functions.is_empty() && contents.constants.is_empty() {
                "this network! is empty"
            } else {
                "this network! declares no type"
            };
            let help = "begin with the type the network becomes: `pub struct Mlp;`";
            diagnostics.error(first, message).help(help);
        }
        return None;
    };
    Some(Network {
        runtime: quote!(::dsl_runtime),
        attributes: declared.attributes,
        visibility: declared.visibility,
        keyword: declared.keyword,
        name: declared.name,
        end: declared.end,
        family: declared.family,
        products: declared.products,
        initializers: declared.initializers,
        documents: declared.documents,
        imported: Imported::default(),
        constants: contents.constants,
        functions: contents.functions,
        said: contents.attributes,
    })
}

/// Parses functions and constants alone: the prelude. Here parameters may have defaults, `Tensor<..>` takes
/// any number of axes, and `[usize]` is a list of sizes.
pub fn parse_prelude(input: TokenStream, diagnostics: &mut Diagnostics) -> Blocks {
    blocks(input, diagnostics, Dialect::Prelude)
}

/// Parses the tokens of one `blocks! { … }`: the language without a type and without `self`.
pub fn parse_blocks(input: TokenStream, diagnostics: &mut Diagnostics) -> Blocks {
    blocks(input, diagnostics, Dialect::Blocks)
}

fn blocks(input: TokenStream, diagnostics: &mut Diagnostics, dialect: Dialect) -> Blocks {
    let contents = read(input, diagnostics, dialect).unwrap_or_default();
    Blocks {
        imported: Imported::default(),
        constants: contents.constants,
        functions: contents.functions,
        said: contents.attributes,
    }
}

/// Parses the imports at the start of a declaration, and nothing else of it.
pub fn parse_imports(input: &TokenStream) -> Vec<Import> {
    if check_nesting(input).is_err() {
        return Vec::new();
    }
    let buffer = TokenBuffer::new2(input.clone());
    // The parse of the whole declaration reports the errors.
    let mut diagnostics = Diagnostics::new();
    let imports = Parser::new(buffer.begin(), &mut diagnostics, Dialect::Network).leading_imports();
    diagnostics.discard();
    imports
}

fn read(input: TokenStream, diagnostics: &mut Diagnostics, dialect: Dialect) -> Option<items::Contents> {
    if let Err(span) = check_nesting(&input) {
        let help = "name parts of it with `let`, or move them to functions";
        diagnostics.error(span, "this is nested too deeply").help(help);
        return None;
    }
    let buffer = TokenBuffer::new2(input);
    Some(Parser::new(buffer.begin(), diagnostics, dialect).items())
}

/// The span of the first group nested too deeply. `TokenBuffer` recurses over groups, so this must not.
fn check_nesting(input: &TokenStream) -> Result<(), Span> {
    // Invisible groups of `macro_rules!` and the braces of items add to the depth that the parser counts.
    const MAX_GROUPS: usize = 2 * MAX_DEPTH;
    let mut open = vec![input.clone().into_iter()];
    while let Some(innermost) = open.last_mut() {
        match innermost.next() {
            None => drop(open.pop()),
            Some(TokenTree::Group(group)) if open.len() == MAX_GROUPS => return Err(group.span_open()),
            Some(TokenTree::Group(group)) => open.push(group.stream().into_iter()),
            Some(_) => {}
        }
    }
    Ok(())
}
