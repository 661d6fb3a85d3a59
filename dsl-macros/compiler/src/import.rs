//! Imports: one macro call cannot see another's tokens, so each published block is itself a macro, which hands its
//! tokens to whoever calls it.
//!
//! A declaration with imports expands to a call of the first imported block's macro, and gives it all it knows: the
//! block calls back with its own tokens added, and so on to the last. Then the declaration is compiled.
//!
//! ```text
//! network! { [runtime] use a::f; use b::g; … }
//! a::f! { { runtime::macros::imported } { runtime } { network } { } { use a::f; … } }
//! runtime::macros::imported! { { runtime } { network } { } { use a::f; … } { tokens of f } }
//! b::g! { { runtime::macros::imported } { runtime } { network } { { tokens of f } } { use a::f; … } }
//! runtime::macros::imported! { { runtime } { network } { { tokens of f } } { use a::f; … } { tokens of g } }
//! ```

use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use crate::diagnostics::Diagnostics;
use crate::syntax::ast::{Import, Imported};
use crate::syntax::library::{Published, link, respan};
use crate::syntax::parse_imports;

/// What to make of a declaration once all it imports is known.
#[derive(Clone)]
pub enum Goal {
    Network,
    /// Published blocks, and a digest of where they stand.
    Blocks(String),
    /// The values of the interpreter on this many examples.
    Reference(usize),
}

/// A declaration that may import.
pub struct Declaration {
    pub goal: Goal,
    /// What the crate of the runtime is called where the declaration stands.
    pub runtime: TokenStream,
    pub tokens: TokenStream,
    pub imports: Vec<Import>,
    /// The blocks of the first imports.
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

    /// Whether no block has been asked for its tokens yet.
    pub fn has_asked_nothing(&self) -> bool {
        self.found.is_empty()
    }

    /// A call of the macro of the next imported block, which answers with its tokens; nothing where all have answered.
    pub fn question(&self) -> Option<TokenStream> {
        let import = self.imports.get(self.found.len())?;
        let (path, runtime) = (&import.path, &self.runtime);
        let (goal, found, tokens) = (self.goal.write(), &self.found, &self.tokens);
        // What rustc says of this call, where the path names no block, it says at the name.
        let span = import.alias.span();
        Some(quote_spanned! { span=>
            #path! { { #runtime::macros::imported } { #runtime } { #goal } { #({ #found })* } { #tokens } }
        })
    }

    /// What its imports stand for, and what each of them brought. Nothing if mistakes were found, here or there.
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

/// A declaration to which a block has answered. Nothing if these tokens are no such answer.
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
    // What is imported has no place of its own here: it stands where its name is imported.
    declaration.found.push(respan(answer, import.alias.span()));
    Some(declaration)
}

/// What a block hands out whose mistakes have been told.
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
