//! Imports: one macro call cannot see another's tokens, so each published block is itself a macro that hands
//! its tokens to its caller.
//!
//! A declaration with imports expands to a call of the first imported block's macro and passes all it knows;
//! the block calls back with its own tokens added, and so on to the last import. Then the declaration is
//! compiled.
//!
//! ```text
//! network! { [runtime] use a::f; use b::g; … }
//! a::f! { { runtime::macros::imported } { runtime } { network } { } { use a::f; … } }
//! runtime::macros::imported! { { runtime } { network } { } { use a::f; … } { tokens of f } }
//! b::g! { { runtime::macros::imported } { runtime } { network } { { tokens of f } } { use a::f; … } }
//! runtime::macros::imported! { { runtime } { network } { { tokens of f } } { use a::f; … } { tokens of g } }
//! ```

use proc_macro2::{Delimiter, Ident, Literal, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use crate::diagnostics::Diagnostics;
use crate::syntax::ast::{Import, Imported};
use crate::syntax::library::{Published, link, respan};
use crate::syntax::parse_imports;

/// The kind of output to produce once all imports of a declaration are known.
#[derive(Clone)]
pub enum Goal {
    Network,
    /// Published blocks, with a digest of their source location.
    Blocks(String),
    /// The values that the interpreter computes for this many examples.
    Reference(usize),
}

/// A declaration that may import.
pub struct Declaration {
    pub goal: Goal,
    /// The path of the runtime crate at the declaration.
    pub runtime: TokenStream,
    pub tokens: TokenStream,
    pub imports: Vec<Import>,
    /// The blocks of the imports that have answered so far.
    found: Vec<TokenStream>,
}

impl Declaration {
    pub fn new(goal: Goal, runtime: TokenStream, tokens: TokenStream) -> Declaration {
        Declaration {
            goal,
            runtime,
            imports: parse_imports(&tokens),
            tokens,
            found: Vec::new(),
        }
    }

    /// The names that its imports have here.
    pub fn aliases(&self) -> impl Iterator<Item = &Ident> {
        self.imports.iter().map(|import| &import.alias)
    }

    /// True if no block has been asked for its tokens yet.
    pub fn has_asked_nothing(&self) -> bool {
        self.found.is_empty()
    }

    /// A call of the macro of the next imported block, which answers with its tokens; `None` once all have
    /// answered.
    pub fn question(&self) -> Option<TokenStream> {
        let import = self.imports.get(self.found.len())?;
        let (path, runtime) = (&import.path, &self.runtime);
        let (goal, found, tokens) = (self.goal.write(), &self.found, &self.tokens);
        // An error of rustc about this call, if the path names no block, points at the name.
        let span = import.alias.span();
        Some(quote_spanned! { span=>
            #path! { { #runtime::macros::imported } { #runtime } { #goal } { #({ #found })* } { #tokens } }
        })
    }

    /// Resolves the imports: their names, and the blocks each of them brought. `None` if mistakes were found,
    /// here or in the blocks.
    pub fn imported(&self, diagnostics: &mut Diagnostics) -> Option<(Imported, Vec<Published>)> {
        let mut published = Vec::new();
        let told = broken().to_string();
        if self.found.iter().any(|tokens| tokens.to_string() == told) {
            return None;
        }
        for (import, tokens) in self.imports.iter().zip(&self.found) {
            match Published::read(tokens.clone()) {
                Some(found) => published.push(found),
                None => {
                    let message = format!("`{}` was published by another version of network!", import.alias);
                    diagnostics
                        .error(import.alias.span(), message)
                        .help("let both crates depend on the same version of dsl-runtime");
                }
            }
        }
        if published.len() < self.imports.len() {
            return None;
        }
        Some((link(&self.imports, &published, diagnostics), published))
    }
}

/// Reads back a declaration to which a block has answered. `None` if these tokens are no such answer.
pub fn resume(input: TokenStream) -> Option<Declaration> {
    let mut groups = input.into_iter().map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    });
    let runtime = groups.next()??;
    let goal = Goal::read(groups.next()??)?;
    let found = groups.next()??;
    let mut declaration = Declaration::new(goal, runtime, groups.next()??);
    declaration.found = found
        .into_iter()
        .filter_map(|token| match token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        })
        .collect();
    let answer = groups.next()??;
    let import = declaration.imports.get(declaration.found.len())?;
    // Imported tokens have no location of their own here: they are placed at the name that is imported.
    declaration.found.push(respan(answer, import.alias.span()));
    Some(declaration)
}

/// The answer of a block whose mistakes have already been reported.
pub fn broken() -> TokenStream {
    quote!(broken)
}

impl Goal {
    fn write(&self) -> TokenStream {
        match self {
            Goal::Network => quote!(network),
            Goal::Blocks(place) => quote!(blocks #place),
            Goal::Reference(examples) => {
                let examples = Literal::usize_unsuffixed(*examples);
                quote!(reference #examples)
            }
        }
    }

    fn read(tokens: TokenStream) -> Option<Goal> {
        let mut tokens = tokens.into_iter().map(|token| token.to_string());
        match tokens.next()?.as_str() {
            "network" => Some(Goal::Network),
            "blocks" => Some(Goal::Blocks(tokens.next()?.trim_matches('"').to_string())),
            "reference" => tokens.next()?.parse().ok().map(Goal::Reference),
            _ => None,
        }
    }
}
