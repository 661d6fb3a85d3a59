//! The interchange format of published blocks: the tokens that `blocks!` writes and an importing declaration
//! reads.
//!
//! ```text
//! 1 residual
//! { "residual_3f5a…" "vision" { norm "layer_norm_71c0…" layer_norm; } { fn residual(…) … const … } }
//! { "layer_norm_71c0…" "norms" { } { fn layer_norm(…) … } }
//! ```
//!
//! The version of the format and the block's name are followed by one group for each scope: first that of the
//! block itself, then all it reaches by imports. A scope is its identity, its package, its imports (the name
//! here, the scope and the name there), its functions and constants.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::quote;

use super::ast::{Import, Imported, Library, Use};
use super::parse_blocks;
use crate::diagnostics::Diagnostics;

/// The version of the format; it changes when a compiler could no longer read what another has published.
const FORMAT: usize = 1;

/// A block with all it needs.
#[derive(Clone)]
pub struct Published {
    pub block: String,
    /// Its own scope, then those it reaches; never empty.
    pub scopes: Vec<Scope>,
}

/// A block's own functions and constants, with their imports.
#[derive(Clone)]
pub struct Scope {
    /// Equal only for the same text at the same location.
    pub identity: String,
    pub package: String,
    pub uses: Vec<ScopeUse>,
    pub items: TokenStream,
}

/// A name in one scope for a block of another.
#[derive(Clone)]
pub struct ScopeUse {
    pub alias: String,
    pub identity: String,
    pub block: String,
}

impl Published {
    pub fn write(&self) -> TokenStream {
        let (format, block) = (Literal::usize_unsuffixed(FORMAT), word(&self.block));
        let scopes = self.scopes.iter().map(|scope| {
            let Scope {
                identity,
                package,
                items,
                ..
            } = scope;
            let uses = scope.uses.iter().map(|each| {
                let (alias, identity, block) = (word(&each.alias), &each.identity, word(&each.block));
                quote!(#alias #identity #block;)
            });
            quote!({ #identity #package { #(#uses)* } { #items } })
        });
        quote!(#format #block #(#scopes)*)
    }

    /// Parses a published block; `None` if [`write`](Published::write) has not written these tokens.
    pub fn read(tokens: TokenStream) -> Option<Published> {
        let mut tokens = tokens.into_iter();
        let format = tokens.next()?.to_string();
        if format != FORMAT.to_string() {
            return None;
        }
        let block = tokens.next()?.to_string();
        let scopes: Option<Vec<Scope>> = tokens.map(|token| scope(group(token)?)).collect();
        scopes
            .filter(|scopes| !scopes.is_empty())
            .map(|scopes| Published { block, scopes })
    }
}

fn scope(tokens: TokenStream) -> Option<Scope> {
    let mut tokens = tokens.into_iter();
    let (identity, package) = (text(tokens.next()?)?, text(tokens.next()?)?);
    let mut uses = Vec::new();
    let mut names = group(tokens.next()?)?.into_iter();
    while let Some(alias) = names.next() {
        uses.push(ScopeUse {
            alias: alias.to_string(),
            identity: text(names.next()?)?,
            block: names.next()?.to_string(),
        });
        names.next()?;
    }
    let items = group(tokens.next()?)?;
    Some(Scope {
        identity,
        package,
        uses,
        items,
    })
}

fn group(token: TokenTree) -> Option<TokenStream> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    }
}

/// The text between the quotes of a plain string literal.
fn text(token: TokenTree) -> Option<String> {
    let literal = token.to_string();
    Some(literal.strip_prefix('"')?.strip_suffix('"')?.to_string())
}

/// A name of the language as a token; keywords among names are raw already.
fn word(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(name) => Ident::new_raw(name, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

/// Links the imports of a declaration: `found` has one block for each of them, in their order.
pub fn link(imports: &[Import], found: &[Published], diagnostics: &mut Diagnostics) -> Imported {
    let mut scopes: Vec<Scope> = Vec::new();
    let mut wanted = Vec::new();
    for (import, published) in imports.iter().zip(found) {
        let Some(first) = published.scopes.first() else {
            continue;
        };
        wanted.push(ScopeUse {
            alias: import.alias.to_string(),
            identity: first.identity.clone(),
            block: published.block.clone(),
        });
        for scope in &published.scopes {
            if !scopes.iter().any(|known| known.identity == scope.identity) {
                scopes.push(scope.clone());
            }
        }
    }
    let resolve = |uses: &[ScopeUse]| {
        let resolved = uses.iter().filter_map(|each| {
            Some(Use {
                alias: each.alias.clone(),
                library: scopes.iter().position(|scope| scope.identity == each.identity)?,
                block: each.block.clone(),
            })
        });
        resolved.collect::<Vec<Use>>()
    };
    let uses = resolve(&wanted);
    let libraries = scopes
        .iter()
        .map(|scope| {
            let blocks = parse_blocks(scope.items.clone(), diagnostics);
            Library {
                package: scope.package.clone(),
                uses: resolve(&scope.uses),
                constants: blocks.constants,
                functions: blocks.functions,
            }
        })
        .collect();
    Imported { libraries, uses }
}

/// Sets every span of `tokens` to `span`: imported tokens have no location of their own in the declaration.
pub fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                token = TokenTree::Group(Group::new(group.delimiter(), respan(group.stream(), span)));
            }
            token.set_span(span);
            token
        })
        .collect()
}
