//! Types and their sizes.

use proc_macro2::{Delimiter, Span};

use super::parser::{Dialect, Parsed, Parser};
use crate::diagnostics::nearest;
use crate::syntax::ast::{Dimension, Dimensions, Expr, ExprKind, Type, TypeKind};

const TYPES: [&str; 9] = [
    "Tensor",
    "Index",
    "Scalar",
    "Shared",
    "usize",
    "f64",
    "bool",
    "Layer",
    "Initializer",
];

impl Parser<'_, '_> {
    pub(super) fn ty(&mut self) -> Parsed<Type> {
        self.nested(Self::any_type)
    }

    fn any_type(&mut self) -> Parsed<Type> {
        if self.is_group(Delimiter::Parenthesis) {
            return self.tuple_type();
        }
        if self.is_group(Delimiter::Bracket) {
            return self.sizes();
        }
        let span = self.cursor.span();
        let word = self.type_name()?;
        if self.dialect == Dialect::Prelude && word == "Padding" {
            self.skip();
            let kind = TypeKind::Padding;
            return Ok(Type { kind, span });
        }
        if !TYPES.contains(&word.as_str()) && word != "f32" {
            return Err(self.unknown_type(&word, span));
        }
        self.skip();
        let kind = self.kind_of(&word, span)?;
        if self.is_symbol("<") {
            let help = if word == "Scalar" {
                "`Scalar` is one number; several are `Tensor<3>`".to_owned()
            } else {
                format!("write `{word}` alone")
            };
            return Err(self.reject(self.cursor.span(), format!("`{word}` takes no sizes"), help));
        }
        Ok(Type { kind, span })
    }

    /// Parses `(A, B)`, or a type in parentheses.
    fn tuple_type(&mut self) -> Parsed<Type> {
        let read = |parser: &mut Self, span: Span| {
            let (types, comma) = parser.list(Self::ty)?;
            Ok((types, comma, span))
        };
        let (mut types, comma, span) = self
            .group(Delimiter::Parenthesis, read)
            .unwrap_or_else(|| Err(self.unexpected("a type")))?;
        if types.is_empty() {
            let help = "write what is computed: `Tensor<10>`, `Scalar`, `(Tensor<10>, Scalar)`";
            return Err(self.reject(span, "`()` is not a value", help));
        }
        if types.len() == 1 && !comma {
            return Ok(types.remove(0));
        }
        let kind = TypeKind::Tuple(types);
        Ok(Type { kind, span })
    }

    /// The name of a type, which is not yet consumed; other beginnings of types are refused.
    fn type_name(&mut self) -> Parsed<String> {
        let span = self.cursor.span();
        if let Some(symbol) = self.symbol() {
            let help = "values are passed without `&` or `*`: `x: Tensor<3>`";
            return Err(match symbol.text {
                "&" | "&&" => self.reject(span, "references are not part of network!", help),
                "*" | "**" => self.reject(span, "pointers are not part of network!", help),
                _ => self.unexpected("a type"),
            });
        }
        if self.cursor.lifetime().is_some() {
            return Err(self.reject(span, "lifetimes are not part of network!", "remove it"));
        }
        let Some(word) = self.word() else {
            return Err(self.unexpected("a type"));
        };
        if let Some((_, after)) = self.cursor.ident()
            && let Some((punct, _)) = after.punct()
            && punct.as_char() == ':'
            && punct.spacing() == proc_macro2::Spacing::Joint
        {
            return Err(self.reject(
                span,
                "paths are not part of network!",
                "write the type's name alone",
            ));
        }
        Ok(word)
    }

    /// The type of this name, with the sizes that follow it.
    fn kind_of(&mut self, word: &str, span: Span) -> Parsed<TypeKind> {
        let (message, help) = match word {
            "Tensor" => match self.dimensions("Tensor")? {
                Some(dimensions) => return Ok(TypeKind::Tensor(dimensions)),
                None => (
                    "`Tensor` needs its sizes",
                    "write them as `Tensor<784>`, or `Tensor<_>` for a size to be inferred",
                ),
            },
            "Index" => match self.dimensions("Index")? {
                Some(Dimensions::Listed(mut dimensions)) => {
                    let limit = dimensions.remove(0);
                    return Ok(TypeKind::Index { limit, dimensions });
                }
                Some(Dimensions::Any) => (
                    "`Index` needs its limit",
                    "write it as `Index<10>`, or `Index<_>` for a limit to be inferred",
                ),
                None => (
                    "`Index` needs its limit",
                    "`Index<10>` is one integer below 10, `Index<VOCAB, TIME>` are `TIME` of them",
                ),
            },
            "Shared" => match self.dimensions("Shared")? {
                Some(Dimensions::Listed(listed)) => return Ok(TypeKind::Shared(listed)),
                None => return Ok(TypeKind::Shared(Vec::new())),
                Some(Dimensions::Any) => ("`Shared` needs its sizes", "write `Shared`, or `Shared<3, 4>`"),
            },
            "Scalar" => return Ok(TypeKind::Scalar),
            "usize" => return Ok(TypeKind::Size),
            "f64" | "f32" => return Ok(TypeKind::Number),
            "bool" => return Ok(TypeKind::Bool),
            "Layer" => return Ok(TypeKind::Layer),
            _ => return Ok(TypeKind::Initializer),
        };
        Err(self.reject(span, message, help))
    }

    /// Parses `[usize]`, which only the prelude may write.
    fn sizes(&mut self) -> Parsed<Type> {
        let prelude = self.dialect == Dialect::Prelude;
        let read = |parser: &mut Self, span: Span| {
            if prelude && parser.eat_word("usize").is_some() {
                return Ok(Type {
                    kind: TypeKind::Sizes,
                    span,
                });
            }
            let help = "write `Tensor<3>`, or `(Tensor<3>, Tensor<4>)` for several values";
            Err(parser.reject(span, "array types are not part of network!", help))
        };
        self.group(Delimiter::Bracket, read)
            .unwrap_or_else(|| Err(self.unexpected("a type")))
    }

    fn unknown_type(&mut self, word: &str, span: Span) -> super::parser::Reported {
        let sizes =
            "sizes are `usize`, compile-time numbers `f64`, values `Tensor<…>`, `Index<…>` or `Scalar`";
        let (message, help) = match word {
            "_" => (
                "a type cannot be left to be inferred here".to_owned(),
                "write `Tensor<_>`: its sizes can",
            ),
            "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128"
            | "char" => (format!("`{word}` is not a type of network!"), sizes),
            "String" | "str" => ("texts are not values of network!".to_owned(), sizes),
            "Vec" | "Array" | "Box" | "Option" => {
                let help = "write `Tensor<3>` for numbers, `(A, B)` for several values";
                (format!("`{word}` is not a type of network!"), help)
            }
            "impl" | "dyn" | "fn" => (
                format!("`{word}` types are not part of network!"),
                "a layer or block as an argument is a `Layer`",
            ),
            "mut" | "const" => (
                format!("expected a type, found the keyword `{word}`"),
                "`mut` precedes the name",
            ),
            "Self" | "self" | "crate" | "super" => (format!("`{word}` is not a type of network!"), sizes),
            _ => {
                let message = format!("unknown type `{word}`");
                return match nearest(word, TYPES) {
                    Some(near) => self.reject(span, message, format!("did you mean `{near}`?")),
                    None => self.reject(span, message, format!("the types are {}", TYPES.join(", "))),
                };
            }
        };
        self.reject(span, message, help)
    }

    /// Parses `<784>`, `<_, { 4 * W }>`, in the prelude `<..>`; `None` if there is no `<`.
    fn dimensions(&mut self, owner: &str) -> Parsed<Option<Dimensions>> {
        let Some(open) = self.eat_char('<') else {
            return Ok(None);
        };
        self.dimensions_after(open, owner).map(Some)
    }

    fn dimensions_after(&mut self, open: Span, owner: &str) -> Parsed<Dimensions> {
        if self.is_symbol("..") {
            if self.dialect != Dialect::Prelude {
                let help = format!("write one `_` for each axis: `{owner}<_, _>`");
                return Err(self.reject(self.cursor.span(), "the number of axes must be known", help));
            }
            self.eat("..");
            self.close_dimensions(open, "`>`")?;
            return Ok(Dimensions::Any);
        }
        let mut listed = Vec::new();
        while !self.at_end() && !self.is_char('>') {
            listed.push(self.dimension(owner)?);
            if self.eat(",").is_none() {
                break;
            }
        }
        self.close_dimensions(open, "`,` or `>`")?;
        if listed.is_empty() {
            let help = match owner {
                "Tensor" => "write `Tensor<3>`; a single number is a `Scalar`".to_owned(),
                _ => format!("write `{owner}<10>`"),
            };
            return Err(self.reject(open, format!("`{owner}<>` has no sizes"), help));
        }
        Ok(Dimensions::Listed(listed))
    }

    fn close_dimensions(&mut self, open: Span, expected: &str) -> Parsed<()> {
        if self.eat_char('>').is_some() {
            return Ok(());
        }
        if self.at_end() || self.is_group(Delimiter::Brace) || self.is_symbol("=") || self.is_symbol(";") {
            return Err(self.reject(open, "this `<` is never closed", "write `>` after the last size"));
        }
        Err(self.unexpected(expected))
    }

    fn dimension(&mut self, owner: &str) -> Parsed<Dimension> {
        let begin = self.cursor;
        let size = if let Some(span) = self.eat_word("_") {
            return Ok(Dimension::Inferred(span));
        } else if self.cursor.group(Delimiter::None).is_some() {
            self.invisible_group()
                .unwrap_or_else(|| Err(self.unexpected("a size")))?
        } else if let Some(size) = self.group(Delimiter::Brace, |parser, _| parser.expression()) {
            size?
        } else if let Some((literal, after)) = self.cursor.literal() {
            self.last = literal.span();
            self.cursor = after;
            let number = self.number(literal)?;
            if !matches!(number.kind, ExprKind::Integer(_)) {
                return Err(self.reject(
                    number.span,
                    "a size is a whole number",
                    format!("write `{owner}<3>`"),
                ));
            }
            number
        } else if self.is_symbol("-") {
            return Err(self.reject(
                self.cursor.span(),
                "a size cannot be negative",
                "write a positive number",
            ));
        } else {
            let word = self.word().unwrap_or_default();
            if word == "f32" || TYPES.contains(&word.as_str()) {
                let message = format!("expected a size, found the type `{word}`");
                let help =
                    "sizes alone are written; the type of the elements is chosen where the network is used";
                return Err(self.reject(self.cursor.span(), message, help));
            }
            let name = self.name("a size")?;
            let span = name.span();
            Expr {
                kind: ExprKind::Name(name),
                span,
            }
        };
        let operator = self
            .symbol()
            .filter(|symbol| matches!(symbol.text, "+" | "-" | "*" | "/" | "%"));
        if let Some(operator) = operator {
            let (mut text, mut rest) = (String::new(), begin);
            while let Some((token, after)) = rest.token_tree() {
                let token = token.to_string();
                if matches!(token.as_str(), "," | ">" | "=" | ";") {
                    break;
                }
                text = format!("{text} {token}");
                rest = after;
            }
            let help = format!("write `{owner}<…, {{{text} }}>`");
            return Err(self.reject(operator.span, "a calculated size needs braces", help));
        }
        Ok(Dimension::Size(size))
    }

    /// Matches one character, since angle brackets are read singly: `>=` after a type is `>` and `=`.
    fn is_char(&self, wanted: char) -> bool {
        self.cursor
            .punct()
            .is_some_and(|(punct, _)| punct.as_char() == wanted)
    }

    fn eat_char(&mut self, wanted: char) -> Option<Span> {
        let (punct, after) = self
            .cursor
            .punct()
            .filter(|(punct, _)| punct.as_char() == wanted)?;
        self.last = punct.span();
        self.cursor = after;
        Some(self.last)
    }
}
