//! Operands: names, numbers, tuples, arrays, blocks and choices.

use proc_macro2::{Delimiter, Span};

use super::parser::{Parsed, Parser};
use super::rejected::{is_keyword, keyword_as_value};
use crate::syntax::ast::{Expr, ExprKind};

impl Parser<'_, '_> {
    pub(super) fn operand(&mut self) -> Parsed<Expr> {
        if let Some(word) = self.word() {
            return self.word_operand(&word);
        }
        if let Some((literal, after)) = self.cursor.literal() {
            self.last = literal.span();
            self.cursor = after;
            return self.number(literal);
        }
        if let Some(group) = self.group(Delimiter::Parenthesis, Self::parentheses) {
            return group;
        }
        if let Some(group) = self.group(Delimiter::Bracket, Self::array) {
            return group;
        }
        if self.is_group(Delimiter::Brace) {
            let block = self.block()?;
            let span = block.span;
            return self.node(ExprKind::Block(block), span, self.height);
        }
        let span = self.cursor.span();
        if self.cursor.lifetime().is_some() {
            return Err(self.reject(span, "labels and lifetimes are not part of network!", "remove it"));
        }
        match self.symbol() {
            Some(symbol) if matches!(symbol.text, ".." | "..=") => Err(self.range(symbol.span)),
            Some(symbol) if symbol.text == "." => {
                let help = "a method follows its value: remove the `;` before it, or write `x.f()`";
                Err(self.reject(span, "expected a value, found `.`", help))
            }
            Some(symbol) if symbol.text == "#" => Err(self.inner_attribute(symbol.span)),
            Some(symbol) if symbol.text == "<" => {
                let help = "functions and constants are called by their name alone";
                Err(self.reject(span, "paths are not part of network!", help))
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    fn word_operand(&mut self, word: &str) -> Parsed<Expr> {
        let span = self.cursor.span();
        match word {
            "if" => return self.choice(),
            "true" | "false" => {
                self.skip();
                return self.node(ExprKind::Bool(word == "true"), span, 0);
            }
            "self" => return self.self_operand(),
            _ => {}
        }
        if is_keyword(word) {
            let (message, help) = keyword_as_value(word);
            self.skip();
            return Err(self.reject(span, message, help));
        }
        let name = self.name("a value")?;
        if self.is_symbol("!") {
            let help = match name.to_string().as_str() {
                "vec" => "write `[a, b]`".to_owned(),
                "print" | "println" | "dbg" => {
                    "give out the value as a second result, and print it there".to_owned()
                }
                "assert" | "assert_eq" | "debug_assert" => {
                    "shapes are checked where they are used".to_owned()
                }
                name => format!("write `{name}(…)` if a function is meant"),
            };
            return Err(self.reject(
                self.cursor.span(),
                "macros cannot be called inside network!",
                help,
            ));
        }
        self.node(ExprKind::Name(name), span, 0)
    }

    fn self_operand(&mut self) -> Parsed<Expr> {
        let span = self.cursor.span();
        self.skip();
        if !self.has_self {
            let help = "take `&self` as the first parameter, or call a block by its name alone";
            return Err(self.reject(span, "there is no `self` here", help));
        }
        if !self.is_symbol(".") {
            let help = "it is only called: `self.logits(image)`";
            return Err(self.reject(span, "`self` is not a value", help));
        }
        self.node(ExprKind::SelfValue, span, 0)
    }

    fn parentheses(&mut self, span: Span) -> Parsed<Expr> {
        let mut height = 0;
        let (mut parts, comma) = self.list(|parser| {
            let part = parser.expression()?;
            height = height.max(parser.height);
            if let Some(symbol) = parser
                .symbol()
                .filter(|symbol| matches!(symbol.text, ".." | "..="))
            {
                return Err(parser.range(symbol.span));
            }
            Ok(part)
        })?;
        if parts.is_empty() {
            return Err(self.reject(span, "`()` is not a value", "write what is meant, or remove it"));
        }
        if parts.len() == 1 && !comma {
            self.height = height;
            return Ok(parts.remove(0));
        }
        self.node(ExprKind::Tuple(parts), span, height)
    }

    fn array(&mut self, span: Span) -> Parsed<Expr> {
        let mut height = 0;
        let (parts, _) = self.list(|parser| {
            let part = parser.expression()?;
            height = height.max(parser.height);
            if parser.is_symbol(";") {
                let help = "list the entries, `[a, a]`, or write `zeros([n])` for a tensor of equal numbers";
                let message = "`[value; count]` is not part of network!";
                return Err(parser.reject(parser.cursor.span(), message, help));
            }
            Ok(part)
        })?;
        self.node(ExprKind::Array(parts), span, height)
    }

    /// `if size == 1 { … } else { … }`
    pub(super) fn choice(&mut self) -> Parsed<Expr> {
        let span = self.cursor.span();
        self.skip();
        if let Some(span) = self.eat_word("let") {
            let (message, help) = keyword_as_value("let");
            return Err(self.reject(span, message, help));
        }
        let condition = Box::new(self.expression()?);
        let mut height = self.height;
        if self.is_symbol("=") {
            let help = "`==` compares, `=` assigns";
            return Err(self.reject(self.cursor.span(), "expected a comparison, found `=`", help));
        }
        let then = self.block()?;
        height = height.max(self.height);
        let mut otherwise = None;
        if self.eat_word("else").is_some() {
            let branch = if self.is_word("if") {
                self.nested(Self::choice)?
            } else {
                let block = self.block()?;
                let span = block.span;
                self.node(ExprKind::Block(block), span, self.height)?
            };
            height = height.max(self.height);
            otherwise = Some(Box::new(branch));
        }
        self.node(
            ExprKind::If {
                condition,
                then,
                otherwise,
            },
            span,
            height,
        )
    }

    pub(super) fn range(&mut self, span: Span) -> super::parser::Reported {
        let help =
            "it runs in steps of one, downwards as `(0..n).rev()`; other orders are calculated: `2 * i`";
        self.reject(span, "a range stands only in `for i in 0..n { … }`", help)
    }

    pub(super) fn inner_attribute(&mut self, span: Span) -> super::parser::Reported {
        let help = "comments inside functions are written `//`";
        self.reject(span, "attributes and doc comments stand before items only", help)
    }
}
