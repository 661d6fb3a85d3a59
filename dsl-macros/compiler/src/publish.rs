//! `blocks!`: each public block becomes a macro that hands its tokens, and those of all it needs, to its
//! importers.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::diagnostics::Diagnostics;
use crate::elaborate::{check_blocks, is_word};
use crate::emit::rust::references::{Declared, emit};
use crate::emit::rust::{doc, warnings};
use crate::import::{self, Declaration};
use crate::prelude;
use crate::syntax::ast::{Blocks, Function};
use crate::syntax::library::{Published, Scope, ScopeUse};
use crate::syntax::mentions::Mentions;
use crate::syntax::parse_blocks;
use crate::syntax::references::References;
use crate::syntax::unused::Unused;

/// The syntax errors of blocks that cannot be parsed.
pub fn syntax_errors(tokens: &TokenStream) -> Option<TokenStream> {
    let mut diagnostics = Diagnostics::new();
    let blocks = parse_blocks(tokens.clone(), &mut diagnostics);
    (!diagnostics.is_empty()).then(|| with_outline(&blocks, diagnostics))
}

/// Compiles blocks whose imports are known to their macros. `place` distinguishes blocks with the same text.
pub fn blocks(declaration: &Declaration, place: &str) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let mut blocks = parse_blocks(declaration.tokens.clone(), &mut diagnostics);
    let Some((imported, published)) = declaration.imported(&mut diagnostics) else {
        return with_outline(&blocks, diagnostics);
    };
    blocks.imported = imported;
    if diagnostics.is_empty() {
        if !blocks.functions.iter().any(is_public) {
            let help = "write `pub fn` for what others may import";
            diagnostics
                .error(first_span(&declaration.tokens), "this blocks! publishes nothing")
                .help(help);
        }
        check_blocks(&blocks, &mut diagnostics);
    }
    if !diagnostics.is_empty() {
        return with_outline(&blocks, diagnostics);
    }
    let digest = digest(&format!("{place} {}", declaration.tokens));
    let library = Library {
        blocks: &blocks,
        imported: &declaration
            .imports
            .iter()
            .map(|import| import.alias.to_string())
            .zip(published)
            .collect::<Vec<_>>(),
        digest: &digest,
    };
    let public = blocks.functions.iter().filter(|function| is_public(function));
    let macros = public.map(|function| {
        let tokens = library.publish(function).write();
        macro_of(function, &hidden(function, &digest), tokens)
    });
    let unused = Unused::of(&blocks.functions, &blocks.constants, &[]);
    macros
        .chain([warnings::unused(&unused), references(&blocks, declaration)])
        .collect()
}

/// What the tokens of blocks refer to: words, and each other.
fn references(blocks: &Blocks, declaration: &Declaration) -> TokenStream {
    let Some(prelude) = prelude::parse(&mut Diagnostics::new()) else {
        return TokenStream::new();
    };
    let declared = Declared {
        network: None,
        functions: &blocks.functions,
        imported: declaration.aliases().collect(),
        attributes: &blocks.said,
    };
    let references = References::of(&blocks.functions, &blocks.constants, &[]);
    emit(&declaration.runtime, &references, &declared, |name| {
        is_word(name, &prelude)
    })
}

/// Errors, together with macros under the names of the blocks, so that imports of them report nothing
/// further.
fn with_outline(blocks: &Blocks, diagnostics: Diagnostics) -> TokenStream {
    let mut tokens = diagnostics.into_tokens();
    for function in blocks.functions.iter().filter(|function| is_public(function)) {
        let hidden = hidden(function, &digest(&format!("{:?}", function.name.span())));
        tokens.extend(macro_of(function, &hidden, import::broken()));
    }
    tokens
}

fn is_public(function: &Function) -> bool {
    !function.visibility.is_empty()
}

fn first_span(tokens: &TokenStream) -> Span {
    let first = tokens.clone().into_iter().next();
    first.map_or_else(Span::call_site, |token| token.span())
}

/// The exported name of a block, e.g. `residual_block_3f5a…`: exported macros share the root of their crate.
fn hidden(function: &Function, digest: &str) -> Ident {
    let name = function.name.to_string();
    Ident::new(
        &format!("{}_block_{digest}", name.trim_start_matches("r#")),
        Span::call_site(),
    )
}

/// The macro of a block, under its own name in its module. Only `pub` blocks are exported from the crate.
fn macro_of(function: &Function, hidden: &Ident, tokens: TokenStream) -> TokenStream {
    let Function {
        attributes,
        visibility,
        name,
        ..
    } = function;
    let export = (visibility.to_string() == "pub").then(|| quote!(#[macro_export]));
    let signature = doc(&format!("```text\nfn {}\n```", function.signature()));
    let misuse =
        format!("`{name}` is a block: import it at the head of a `network! {{ … }}` by `use …::{name};`");
    quote! {
        #export
        #[doc(hidden)]
        #[allow(non_local_definitions)]
        macro_rules! #hidden {
            ({ $($import:tt)* } $($state:tt)*) => {
                $($import)* ! { $($state)* { #tokens } }
            };
            ($($anything:tt)*) => {
                ::core::compile_error! { #misuse }
            };
        }

        #attributes
        #[doc = ""]
        #signature
        #[doc(inline)]
        #[allow(unused_imports)]
        #visibility use #hidden as #name;
    }
}

struct Library<'a> {
    blocks: &'a Blocks,
    /// The local name of each import and the blocks it brought.
    imported: &'a [(String, Published)],
    digest: &'a str,
}

impl Library<'_> {
    /// Collects a block with the functions, constants and imports it needs, transitively.
    fn publish(&self, block: &Function) -> Published {
        let Blocks {
            functions, constants, ..
        } = self.blocks;
        let mut needed: BTreeSet<String> = BTreeSet::new();
        let mut open = vec![block.name.to_string()];
        while let Some(name) = open.pop() {
            if !needed.insert(name.clone()) {
                continue;
            }
            let mut follow =
                |mentions: Mentions<'_>| open.extend(mentions.used.iter().map(ToString::to_string));
            if let Some(function) = functions.iter().find(|function| function.name == name) {
                follow(Mentions::of_function(function));
            }
            if let Some(constant) = constants.iter().find(|constant| constant.name == name) {
                follow(Mentions::of_constant(constant));
            }
        }
        let is_needed = |name: &Ident| needed.contains(&name.to_string());
        let constants = constants.iter().filter(|constant| is_needed(&constant.name));
        let functions = functions.iter().filter(|function| is_needed(&function.name));
        let lines = constants
            .map(ToString::to_string)
            .chain(functions.map(ToString::to_string));
        let text = lines.collect::<Vec<String>>().join("\n");
        let mut uses = Vec::new();
        let mut scopes: Vec<Scope> = Vec::new();
        for (alias, published) in self.imported.iter().filter(|(alias, _)| needed.contains(alias)) {
            for scope in &published.scopes {
                if !scopes.iter().any(|known| known.identity == scope.identity) {
                    scopes.push(scope.clone());
                }
            }
            uses.extend(published.scopes.first().map(|first| ScopeUse {
                alias: alias.clone(),
                identity: first.identity.clone(),
                block: published.block.clone(),
            }));
        }
        let package = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
        let own = Scope {
            identity: format!("{package}:{}", hidden(block, self.digest)),
            package,
            uses,
            // The printed form of a parsed item parses to the same item; the tests of the parser check that.
            items: text.parse().unwrap_or_default(),
        };
        scopes.insert(0, own);
        Published {
            block: block.name.to_string(),
            scopes,
        }
    }
}

/// A digest of sixteen hexadecimal digits that distinguishes texts (FNV-1a, Fowler, Noll and Vo).
pub fn digest(text: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, step))
}
