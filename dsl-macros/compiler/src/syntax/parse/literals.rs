//! Numbers and texts.

use proc_macro2::Literal;
use syn::Lit;

use super::parser::{Parsed, Parser};
use crate::syntax::ast::{Expr, ExprKind, UnaryOperator};

impl Parser<'_, '_> {
    /// Parses a number at the position of a value.
    pub(super) fn number(&mut self, literal: Literal) -> Parsed<Expr> {
        let span = literal.span();
        match Lit::new(literal) {
            Lit::Int(int) => {
                let digits = int.base10_digits();
                if matches!(int.suffix(), "f32" | "f64") {
                    return self.float(digits, span);
                }
                if !matches!(int.suffix(), "" | "usize") {
                    return Err(self.foreign_suffix(int.suffix(), digits, span));
                }
                let Ok(value) = digits.trim_start_matches('-').parse() else {
                    let help = format!("the largest is {}", u64::MAX);
                    return Err(self.reject(span, "this number is too large", help));
                };
                let number = self.node(ExprKind::Integer(value), span, 0)?;
                self.signed(number, digits)
            }
            Lit::Float(float) => {
                let digits = float.base10_digits();
                if !matches!(float.suffix(), "" | "f32" | "f64") {
                    return Err(self.foreign_suffix(float.suffix(), digits, span));
                }
                self.float(digits, span)
            }
            Lit::Str(text) => {
                let value = text.value();
                let is_number = value.trim().parse::<f64>().is_ok();
                let help = if is_number {
                    format!("write `{}` without quotes", value.trim())
                } else {
                    "texts are arguments only, as in `parameters(\"*.weight\")`".to_owned()
                };
                Err(self.reject(span, "expected a value, found a text", help))
            }
            Lit::Char(_) | Lit::Byte(_) => Err(self.reject(
                span,
                "characters are not part of network!",
                "write the number itself",
            )),
            Lit::ByteStr(_) | Lit::CStr(_) => {
                let help = "texts are written `\"…\"`, and only as arguments";
                Err(self.reject(span, "byte strings are not part of network!", help))
            }
            _ => Err(self.reject(
                span,
                "this number is not understood",
                "write it as `12` or `1e-4`",
            )),
        }
    }

    fn float(&mut self, digits: &str, span: proc_macro2::Span) -> Parsed<Expr> {
        match digits.trim_start_matches('-').parse::<f64>() {
            Ok(value) if value.is_finite() => {
                let number = self.node(ExprKind::Float(value), span, 0)?;
                self.signed(number, digits)
            }
            _ => Err(self.reject(
                span,
                "this number is too large",
                format!("the largest is {:e}", f64::MAX),
            )),
        }
    }

    /// Handles literals that carry their sign, which macros may build.
    fn signed(&mut self, number: Expr, digits: &str) -> Parsed<Expr> {
        if !digits.starts_with('-') {
            return Ok(number);
        }
        let (span, below) = (number.span, self.height);
        let value = Box::new(number);
        self.node(
            ExprKind::Unary {
                operator: UnaryOperator::Negate,
                value,
            },
            span,
            below,
        )
    }

    fn foreign_suffix(
        &mut self,
        suffix: &str,
        digits: &str,
        span: proc_macro2::Span,
    ) -> super::parser::Reported {
        let message = format!("the suffix `{suffix}` is not part of network!");
        self.reject(
            span,
            message,
            format!("write `{digits}`: sizes are `usize`, other numbers `f64`"),
        )
    }

    /// Parses a string literal that is a whole argument, or stands before a `=`.
    pub(super) fn text_argument(&mut self) -> Option<Parsed<Expr>> {
        let (literal, after) = self.cursor.literal()?;
        let span = literal.span();
        let Lit::Str(text) = Lit::new(literal) else {
            return None;
        };
        let outer = self.cursor;
        self.cursor = after;
        if !self.at_end() && !self.is_symbol(",") && !self.is_symbol("=") {
            self.cursor = outer;
            return None;
        }
        self.last = span;
        Some(self.node(ExprKind::Text(text.value()), span, 0))
    }
}
