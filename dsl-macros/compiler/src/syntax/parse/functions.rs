//! Functions: `fn name(parameters) -> Type { … }`.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::buffer::Cursor;

use super::items::begins_item;
use super::parser::{Dialect, Parsed, Parser, Reported};
use crate::diagnostics::nearest;
use crate::syntax::ast::{Dimension, Dimensions, Function, Parameter, Type, TypeKind};

impl<'a> Parser<'a, '_> {
    /// Parses a function from its `fn` on. Types that could not be parsed are guessed, for the outline. It
    /// fails only if the function could not be parsed to its end.
    pub(super) fn function(&mut self, attributes: TokenStream, visibility: TokenStream) -> Parsed<Function> {
        self.skip();
        let name = self.name("a function name")?;
        if self.is_symbol("<") {
            let help = "sizes are parameters, `width: usize`, or inferred: `Tensor<_>`";
            return Err(self.reject(self.cursor.span(), "functions of network! are not generic", help));
        }
        let (takes_self, parameters, sound) =
            match self.group(Delimiter::Parenthesis, |parser, _| Ok(parser.parameters())) {
                Some(read) => read?,
                None => return Err(self.unexpected("`(`")),
            };
        let begin = self.cursor;
        let result = self.result_type(&name);
        let mut lost = result.is_err();
        if self.is_word("where") {
            let help = "remove it: the shapes are checked at every call";
            self.reject(self.cursor.span(), "`where` is not part of network!", help);
            lost = true;
        }
        while !self.at_body(lost) {
            if self.at_end() || self.is_symbol(";") || begins_item(self.cursor) {
                if !lost {
                    let help = format!("write `fn {name}(…) -> … {{ … }}`");
                    self.reject(name.span(), format!("`{name}` has no body"), help);
                }
                return Err(Reported);
            }
            if !lost {
                return Err(self.unexpected("`{`"));
            }
            self.skip();
        }
        let before = self.diagnostics.count();
        let inside = self.cursor.group(Delimiter::Brace).map(|(inside, ..)| inside);
        // Without the parameters it is unknown whether there is a `self`: its absence is not reported.
        self.has_self = takes_self || !sound || lost;
        let body = self.block()?;
        let followed = self.is_group(Delimiter::Brace);
        if body.result.is_none() && !followed && self.diagnostics.count() == before {
            let span = inside.and_then(last_semicolon).unwrap_or(self.last);
            let help = "its last line is its value and has no `;`";
            self.reject(span, format!("`{name}` ends without a value"), help);
        }
        let result = result.unwrap_or_else(|Reported| guess(begin, name == "loss", name.span()));
        Ok(Function {
            attributes,
            visibility,
            name,
            takes_self,
            parameters,
            result,
            body,
            path: None,
            evaluation_gradient: false,
            derivatives: Vec::new(),
            recompute: false,
        })
    }

    /// Parses the parameters: returns whether there is a `self`, the parameters, and whether all of them are
    /// sound.
    fn parameters(&mut self) -> (bool, Vec<Parameter>, bool) {
        let mut sound = true;
        let mut parameters: Vec<Parameter> = Vec::new();
        let takes_self = match self.receiver() {
            Ok(span) => span.is_some(),
            Err(Reported) => {
                self.skip_to_parameter();
                sound = false;
                true
            }
        };
        while !self.at_end() {
            let begin = self.cursor;
            if let Ok(parameter) = self.parameter() {
                if parameters.iter().any(|earlier| earlier.name == parameter.name) {
                    let message = format!("`{}` is already the name of a parameter", parameter.name);
                    self.reject(
                        parameter.name.span(),
                        message,
                        "give each parameter a name of its own",
                    );
                    sound = false;
                }
                parameters.push(parameter);
                if self.at_end() || self.eat(",").is_some() {
                    continue;
                }
                self.unexpected("`,`");
            } else {
                let span = begin.span();
                parameters.push(Parameter {
                    name: Ident::new("unknown", span),
                    mutable: false,
                    ty: guess(begin, false, span),
                    default: None,
                });
            }
            sound = false;
            self.skip_to_parameter();
        }
        (takes_self, parameters, sound)
    }

    /// Skips to the next certain start of a parameter: `name:` after a comma. Sizes are separated by commas
    /// too.
    fn skip_to_parameter(&mut self) {
        while !self.at_end() {
            if self.eat(",").is_some() {
                let name = self.cursor.ident().and_then(|(_, after)| after.punct());
                if self.is_word("mut") || name.is_some_and(|(punct, _)| punct.as_char() == ':') {
                    return;
                }
            } else {
                self.skip();
            }
        }
    }

    /// True if the braces that come next are the body. After an error (`lost`) they may be a size in the
    /// result type; the body is the group that an item or the end follows.
    fn at_body(&self, lost: bool) -> bool {
        let Some((_, _, after)) = self.cursor.group(Delimiter::Brace) else {
            return false;
        };
        !lost || after.eof() || begins_item(after)
    }

    /// Parses `&self,` if it comes next.
    fn receiver(&mut self) -> Parsed<Option<Span>> {
        let span = self.cursor.span();
        let start = self.cursor;
        let reference = self.eat("&").is_some();
        if let Some((_, after)) = self.cursor.lifetime() {
            self.cursor = after;
        }
        let mutable = self.eat_word("mut").is_some();
        if self.eat_word("self").is_none() {
            self.cursor = start;
            return Ok(None);
        }
        if !reference || mutable || self.is_symbol(":") {
            let help = "write `&self`: parameters change in `train_step` only";
            return Err(self.reject(span, "an entry point takes `&self`", help));
        }
        match self.dialect {
            Dialect::Network => {}
            Dialect::Blocks => {
                let help = "remove it: a function of one network stands in its `network! { … }`";
                return Err(self.reject(span, "published blocks take no `self`", help));
            }
            Dialect::Prelude => {
                return Err(self.reject(span, "blocks of the prelude take no `self`", "remove it"));
            }
        }
        if !self.at_end() && self.eat(",").is_none() {
            return Err(self.unexpected("`,`"));
        }
        Ok(Some(span))
    }

    fn parameter(&mut self) -> Parsed<Parameter> {
        let span = self.cursor.span();
        if self.is_symbol("#") {
            return Err(self.inner_attribute(span));
        }
        if self.is_word("self") || self.is_symbol("&") {
            let help = "`&self` is the first parameter, the others are `name: Type`";
            return Err(self.reject(
                span,
                format!("expected a parameter, found {}", self.describe()),
                help,
            ));
        }
        if self.is_group(Delimiter::Parenthesis) || self.is_group(Delimiter::Bracket) {
            let help = "name it, and take it apart in the body: `let (h, c) = state;`";
            return Err(self.reject(span, "a parameter is one name", help));
        }
        if self.is_word("_") {
            return Err(self.reject(span, "a parameter needs a name", "call it `_unused`"));
        }
        let mutable = self.eat_word("mut").is_some();
        let name = self.name("a parameter")?;
        if self.eat(":").is_none() {
            if self.at_end() || self.is_symbol(",") {
                let help = format!("write `{name}: Tensor<3>`, or `{name}: usize` for a size");
                return Err(self.reject(name.span(), format!("parameter `{name}` has no type"), help));
            }
            return Err(self.unexpected("`:`"));
        }
        let ty = self.ty()?;
        let mut default = None;
        if self.is_symbol("=") {
            if self.dialect != Dialect::Prelude {
                let help = "state the value at each call, or write a second function that does";
                return Err(self.reject(self.cursor.span(), "parameters have no default values", help));
            }
            self.eat("=");
            default = Some(self.expression()?);
        }
        Ok(Parameter {
            name,
            mutable,
            ty,
            default,
        })
    }

    /// Parses `-> Type`; after an error the cursor is moved to the body.
    fn result_type(&mut self, name: &Ident) -> Parsed<Type> {
        if self.eat("->").is_some() {
            return self.ty();
        }
        if let Some(symbol) = self
            .symbol()
            .filter(|symbol| matches!(symbol.text, ":" | "=>" | "-" | "="))
        {
            let message = format!("expected `->`, found `{}`", symbol.text);
            return Err(self.reject(symbol.span, message, "write `-> Tensor<10>` or `-> Scalar`"));
        }
        if self.is_group(Delimiter::Brace) || self.is_symbol(";") || self.is_word("where") || self.at_end() {
            let help = "write `-> Tensor<10>` or `-> Scalar` before the body";
            return Err(self.reject(name.span(), format!("`{name}` has no result type"), help));
        }
        Err(self.unexpected("`->`"))
    }
}

/// The type that was most likely meant from `begin` on, if the type there has a mistake.
fn guess(begin: Cursor<'_>, scalar: bool, span: Span) -> Type {
    let mut words = Vec::new();
    let mut rest = begin;
    while let Some((token, after)) = rest.token_tree() {
        match token {
            TokenTree::Ident(word) => words.push(word.to_string()),
            TokenTree::Punct(punct) if matches!(punct.as_char(), ':' | '-' | '>' | '&') => {}
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {}
            _ => break,
        }
        rest = after;
    }
    let like = |kind: &str| {
        let mut words = words.iter();
        words.any(|word| word == kind || nearest(word, [kind]).is_some())
    };
    let kind = if like("Index") {
        let limit = Dimension::Inferred(span);
        TypeKind::Index {
            limit,
            dimensions: Vec::new(),
        }
    } else if like("Scalar") || scalar && !like("Tensor") {
        TypeKind::Scalar
    } else {
        TypeKind::Tensor(Dimensions::Any)
    };
    Type { kind, span }
}

/// The `;` that ends a body, if there is one.
fn last_semicolon(mut cursor: Cursor) -> Option<Span> {
    let mut last = None;
    while let Some((token, after)) = cursor.token_tree() {
        last = Some(token);
        cursor = after;
    }
    last.filter(|token| token.to_string() == ";")
        .map(|token| token.span())
}
