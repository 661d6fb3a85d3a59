//! Imports: `use crate_of_blocks::{residual, stage as first};` takes blocks from other crates.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;

use super::items::Contents;
use super::parser::{Parsed, Parser, Reported};
use super::rejected::is_keyword;
use crate::syntax::ast::Import;

/// Maximum number of names that a declaration may import. Each is one link of a chain of macro calls, which
/// rustc limits to a depth of 128.
const MAX_IMPORTS: usize = 50;

impl Parser<'_, '_> {
    /// Parses the `use` items at the start, each as far as possible.
    pub(super) fn leading_imports(mut self) -> Vec<Import> {
        let mut imports = Vec::new();
        while self.is_word("use") {
            match self.imports() {
                Ok(more) => imports.extend(more),
                Err(Reported) => break,
            }
        }
        imports
    }

    /// Parses one `use` item up to its `;`.
    pub(super) fn imports(&mut self) -> Parsed<Vec<Import>> {
        self.skip();
        let mut imports = Vec::new();
        let mut path = TokenStream::new();
        if let Some(span) = self.eat("::") {
            path.extend(colons(span));
        }
        self.import_tree(path, &mut imports)?;
        self.end_of_item()?;
        Ok(imports)
    }

    /// Parses the rest of a `use` after `path`: a name, a longer path, or a list of these in braces.
    fn import_tree(&mut self, mut path: TokenStream, imports: &mut Vec<Import>) -> Parsed<()> {
        loop {
            if self.is_group(Delimiter::Brace) {
                let each = |parser: &mut Self, _: Span| {
                    parser.list(|parser| {
                        let path = path.clone();
                        parser.nested(|parser| parser.import_tree(path, imports))
                    })
                };
                return match self.group(Delimiter::Brace, each) {
                    Some(list) => list.map(|_| ()),
                    None => Err(self.unexpected("`{`")),
                };
            }
            if self.is_symbol("*") {
                let help = "name the blocks: `use …::{residual, stage};`";
                return Err(self.reject(self.cursor.span(), "blocks are imported one by one", help));
            }
            let segment = self.path_segment()?;
            segment.to_tokens(&mut path);
            if let Some(span) = self.eat("::") {
                path.extend(colons(span));
                continue;
            }
            if is_keyword(&segment.to_string()) {
                let help = "end the path with the name of a block: `use crate::blocks::residual;`";
                return Err(self.reject(segment.span(), "this names no block", help));
            }
            let mut alias = segment.clone();
            if self.eat_word("as").is_some() {
                alias = self.name("a name for the block")?;
            }
            imports.push(Import { path, alias });
            return Ok(());
        }
    }

    /// Parses a name, or one of the keywords that a path may hold.
    fn path_segment(&mut self) -> Parsed<Ident> {
        let keyword = self.cursor.ident().filter(|(word, _)| {
            let word = word.to_string();
            matches!(word.as_str(), "crate" | "self" | "super")
        });
        match keyword {
            Some((word, after)) => {
                self.last = word.span();
                self.cursor = after;
                Ok(word)
            }
            None => self.name("the path of a block"),
        }
    }

    /// Records an imported name; a duplicate, or one name too many, is an error there.
    pub(super) fn claim_import(&mut self, alias: &Ident, contents: &Contents) {
        if contents.imports.iter().any(|earlier| earlier.alias == *alias) {
            let message = format!("`{alias}` is imported twice");
            self.reject(
                alias.span(),
                message,
                "give one of the two another name: `as other`",
            );
        }
        if contents.imports.len() == MAX_IMPORTS {
            let message = format!("more than {MAX_IMPORTS} blocks are imported");
            let help = "publish a block that is made of several, and import that";
            self.reject(alias.span(), message, help);
        }
    }
}

/// `::`
fn colons(span: Span) -> impl Iterator<Item = TokenTree> {
    use proc_macro2::{Punct, Spacing};
    let colon = move |spacing| {
        let mut punct = Punct::new(':', spacing);
        punct.set_span(span);
        TokenTree::Punct(punct)
    };
    [colon(Spacing::Joint), colon(Spacing::Alone)].into_iter()
}
