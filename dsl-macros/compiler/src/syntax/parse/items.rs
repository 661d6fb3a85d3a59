//! The items of a declaration: its type, constants and functions.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::buffer::Cursor;

use super::family::Listed;
use super::parser::{Dialect, Parsed, Parser, Reported};
use super::rejected::{foreign_item, is_keyword};
use crate::diagnostics::nearest;
use crate::syntax::ast::{Constant, Document, Expr, Family, Function, Import, Products, TypeKind};

/// The type line of a declaration.
pub(super) struct Declared {
    pub attributes: TokenStream,
    pub visibility: TokenStream,
    /// The word `struct`.
    pub keyword: Span,
    pub name: Ident,
    /// The last token of the line.
    pub end: Span,
    pub family: Option<Family>,
    pub products: Products,
    pub initializers: Vec<(Expr, Expr)>,
    pub documents: Vec<Document>,
}

/// The contents of a declaration, as far as they were understood.
#[derive(Default)]
pub(super) struct Contents {
    pub imports: Vec<Import>,
    pub declared: Option<Declared>,
    pub constants: Vec<Constant>,
    pub functions: Vec<Function>,
    /// The words of the language's attributes.
    pub attributes: Vec<Ident>,
    /// The names of constants and functions, which share one scope, each with its kind of item, in order.
    names: Vec<(Ident, &'static str)>,
}

/// True if an item certainly begins here, judged by its first tokens, since a keyword alone may be a slip.
pub(super) fn begins_item(cursor: Cursor) -> bool {
    if let Some((punct, after)) = cursor.punct() {
        return punct.as_char() == '#' && after.group(Delimiter::Bracket).is_some();
    }
    let Some((word, after)) = cursor.ident() else {
        return false;
    };
    let Some((next, rest)) = after.ident() else {
        return word == "pub" && is_restriction(after);
    };
    let is_name = !is_keyword(&next.to_string());
    let symbol = rest.punct().map(|(punct, _)| punct.as_char());
    let braces = rest.group(Delimiter::Brace).is_some();
    let parentheses = rest.group(Delimiter::Parenthesis).is_some();
    match word.to_string().as_str() {
        "fn" => is_name && (parentheses || symbol == Some('<')),
        "struct" => is_name && (braces || parentheses || matches!(symbol, Some(';' | '<'))),
        "const" => next == "fn" || is_name && matches!(symbol, Some(':' | '=')),
        "static" | "type" => is_name && matches!(symbol, Some(':' | '=')),
        "enum" | "union" | "trait" | "mod" => is_name && braces,
        "use" => symbol.is_some(),
        "pub" => begins_item(after),
        "unsafe" | "async" => next == "fn",
        _ => false,
    }
}

/// What the attributes before an item say that belong to the type.
struct Said {
    listed: Vec<Listed>,
    products: Products,
    initializers: Vec<(Expr, Expr)>,
    documents: Vec<Document>,
}

/// True if `(crate)` or the like follows `pub`.
fn is_restriction(cursor: Cursor) -> bool {
    let inside = cursor
        .group(Delimiter::Parenthesis)
        .and_then(|(inside, ..)| inside.ident());
    inside.is_some_and(|(ident, _)| matches!(ident.to_string().as_str(), "crate" | "self" | "super" | "in"))
}

impl<'a> Parser<'a, '_> {
    /// Parses items to the end.
    pub(super) fn items(mut self) -> Contents {
        let mut contents = Contents::default();
        while !self.at_end() {
            let start = self.cursor;
            if let Err(Reported) = self.item(&mut contents) {
                self.skip_item(start);
            }
        }
        if let Some(declared) = &contents.declared {
            self.check_pictures(&declared.documents, &contents.functions);
        }
        contents.attributes = self.attributes;
        contents
    }

    /// Skips to the next certain start of an item.
    fn skip_item(&mut self, start: Cursor<'a>) {
        if self.cursor == start {
            self.skip();
        }
        while !self.at_end() && !begins_item(self.cursor) {
            self.skip();
        }
    }

    fn item(&mut self, contents: &mut Contents) -> Parsed<()> {
        let attributes = self.attributes()?;
        let (visibility, visibility_span) = self.visibility();
        let span = self.cursor.span();
        let word = self.word().unwrap_or_default();
        let said = Said {
            listed: std::mem::take(&mut self.listed),
            products: self.take_products(word == "struct"),
            initializers: self.take_initializers(word == "struct"),
            documents: self.take_documents(word == "struct"),
        };
        if word != "fn" {
            self.take_derivatives(None);
            self.take_gradients(None);
            self.take_recompute(None);
            self.take_names(None);
        }
        match (word.as_str(), said.listed.first()) {
            ("struct", _) | (_, None) => {}
            (_, Some(first)) => {
                let help = "write it before the type: `#[instantiate(WIDTH = [4, 8])] pub struct Mlp<const WIDTH: usize>;`";
                self.reject(first.span, "only the type has members", help);
            }
        }
        match word.as_str() {
            "use" => {
                if let Some(span) = visibility_span {
                    let help = "publish the imported block again by a `pub use …;` outside the macro";
                    self.reject(span, "imports are not public", help);
                }
                if !attributes.is_empty() {
                    self.reject(span, "imports take no attributes", "remove them");
                }
                if contents.declared.is_some() || !contents.names.is_empty() {
                    let help = "move it before everything else";
                    self.reject(span, "imports stand first in a declaration", help);
                }
                for import in self.imports()? {
                    self.claim_import(&import.alias, contents);
                    contents.imports.push(import);
                }
                Ok(())
            }
            "struct" => self.declared(attributes, visibility, said, contents),
            "const" => {
                if let Some(span) = visibility_span {
                    let help = "remove `pub`: a constant belongs to its declaration";
                    self.reject(span, "constants are not public", help);
                }
                let constant = self.constant(attributes)?;
                self.claim(&constant.name, "constant", contents);
                contents.constants.push(constant);
                Ok(())
            }
            "fn" => {
                let mut function = self.function(attributes, visibility)?;
                self.take_derivatives(Some(&mut function));
                self.take_gradients(Some(&mut function));
                self.take_recompute(Some(&mut function));
                self.take_names(Some(&mut function));
                self.claim(&function.name, "function", contents);
                contents.functions.push(function);
                Ok(())
            }
            _ => Err(self.foreign_item(&word, span, !attributes.is_empty() || visibility_span.is_some())),
        }
    }

    /// Reports foreign tokens at the position of an item, by name.
    fn foreign_item(&mut self, word: &str, span: Span, begun: bool) -> Reported {
        if self.at_end() {
            let message = "expected an item after this, found the end";
            return self.reject(
                self.last,
                message,
                "write `fn`, `const` or `struct`, or remove this",
            );
        }
        if let Some(help) = foreign_item(word) {
            return self.reject(span, format!("`{word}` is not part of network!"), help);
        }
        if word == "let" {
            let help = "a constant is `const NAME: usize = …;`, other values belong into functions";
            return self.reject(span, "`let` stands in functions only", help);
        }
        if self.is_symbol(";") && !begun {
            return self.reject(span, "this `;` ends nothing", "remove it");
        }
        let next = self.cursor.ident().and_then(|(_, after)| after.punct());
        if next.is_some_and(|(punct, _)| punct.as_char() == '!') {
            let help = "write the items themselves";
            return self.reject(span, "macros cannot be called inside network!", help);
        }
        let message = format!("expected `struct`, `const` or `fn`, found {}", self.describe());
        let near = match word {
            "def" | "func" | "fun" | "function" => Some("fn"),
            "class" => Some("struct"),
            _ => nearest(word, ["struct", "const", "fn", "pub"]),
        };
        match near {
            Some(near) => self.reject(span, message, format!("did you mean `{near}`?")),
            None => self.reject(
                span,
                message,
                "computations stand in functions: `pub fn logits(&self, …)`",
            ),
        }
    }

    /// Parses `pub`, `pub(crate)` … or nothing.
    fn visibility(&mut self) -> (TokenStream, Option<Span>) {
        let mut visibility = TokenStream::new();
        let begin = self.cursor;
        let Some(span) = self.eat_word("pub") else {
            return (visibility, None);
        };
        visibility.extend(begin.ident().map(|(word, _)| TokenTree::Ident(word)));
        if is_restriction(self.cursor) {
            visibility.extend(self.cursor.token_tree().map(|(group, _)| group));
            self.skip();
        }
        (visibility, Some(span))
    }

    /// `struct Name;`
    fn declared(
        &mut self,
        attributes: TokenStream,
        visibility: TokenStream,
        said: Said,
        contents: &mut Contents,
    ) -> Parsed<()> {
        let span = self.cursor.span();
        self.skip();
        match self.dialect {
            Dialect::Network => {}
            Dialect::Blocks => {
                let help = "remove it; a network is declared by `network! { pub struct Mlp; … }`";
                return Err(self.reject(span, "blocks! declares no type", help));
            }
            Dialect::Prelude => {
                return Err(self.reject(span, "the prelude declares no type", "remove it"));
            }
        }
        let name = self.name("the name of the network")?;
        if let Some(first) = &contents.declared {
            let message = format!("this network! already declares `{}`", first.name);
            let help = "write a `network! { … }` for each type";
            return Err(self.reject(name.span(), message, help));
        }
        // The name is known, so an outline can be emitted whatever follows.
        contents.declared = Some(Declared {
            attributes,
            visibility,
            keyword: span,
            name: name.clone(),
            end: name.span(),
            family: None,
            products: said.products,
            initializers: said.initializers,
            documents: said.documents,
        });
        let parameters = self.family_parameters()?;
        for (name, _) in &parameters {
            self.claim(name, "parameter of the family", contents);
        }
        let family = self.family(&name, parameters, said.listed);
        if let Some(declared) = &mut contents.declared {
            declared.family = family;
        }
        for delimiter in [Delimiter::Brace, Delimiter::Parenthesis] {
            if self.is_group(delimiter) {
                let help = "write `struct Name;`: parameters are made where layers are called";
                self.reject(self.cursor.span(), "the type of a network has no fields", help);
                self.skip();
                self.eat(";");
                return Ok(());
            }
        }
        self.end_of_item()?;
        if let Some(declared) = &mut contents.declared {
            declared.end = self.last;
        }
        Ok(())
    }

    /// `const NAME: usize = …;`
    fn constant(&mut self, attributes: TokenStream) -> Parsed<Constant> {
        self.skip();
        if self.is_word("fn") {
            let help = "write `fn` alone: sizes are known while compiling anyway";
            return Err(self.reject(self.last, "`const fn` is not part of network!", help));
        }
        let name = self.name("the name of a constant")?;
        if self.is_symbol("=") {
            let help = format!("write `const {name}: usize = …;`");
            return Err(self.reject(name.span(), format!("constant `{name}` has no type"), help));
        }
        if self.eat(":").is_none() {
            return Err(self.unexpected("`:`"));
        }
        let ty = self.ty()?;
        if !matches!(ty.kind, TypeKind::Size | TypeKind::Number | TypeKind::Bool) {
            let help = "constants are `usize`, `f64`, `f32` or `bool`; tensors are made in functions";
            return Err(self.reject(ty.span, "this cannot be the type of a constant", help));
        }
        if self.is_symbol(";") || self.at_end() {
            let help = format!("write `const {name}: … = …;`");
            return Err(self.reject(name.span(), format!("constant `{name}` has no value"), help));
        }
        if self.eat("=").is_none() {
            return Err(self.unexpected("`=`"));
        }
        self.has_self = false;
        let value = self.expression()?;
        self.end_of_item()?;
        Ok(Constant {
            attributes,
            name,
            ty,
            value,
        })
    }

    /// Parses the `;` after an item. If it was merely forgotten, parsing continues.
    pub(super) fn end_of_item(&mut self) -> Parsed<()> {
        if self.at_end() || begins_item(self.cursor) {
            self.reject(self.last, "a `;` is missing after this", "end the line with `;`");
            return Ok(());
        }
        self.semicolon()
    }

    /// Records a name of the common scope; a second use of it is an error there.
    fn claim(&mut self, name: &Ident, what: &'static str, contents: &mut Contents) {
        let imported = contents.imports.iter().any(|import| import.alias == *name);
        let declared = contents.names.iter().find(|(earlier, _)| earlier == name);
        let declared = declared.map(|(_, first)| *first);
        if let Some(first) = declared.or(imported.then_some("block that is imported")) {
            let message = format!("`{name}` is already the name of a {first}");
            self.reject(
                name.span(),
                message,
                "constants and functions share one scope: choose another name",
            );
        }
        contents.names.push((name.clone(), what));
    }
}
