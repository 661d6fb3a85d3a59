//! Operators, calls and methods around operands, with the precedence of Rust.

use proc_macro2::{Delimiter, Span};

use super::parser::{Parsed, Parser};
use super::rejected::{foreign_operator, keyword_as_value};
use crate::syntax::ast::{Argument, BinaryOperator, Expr, ExprKind, UnaryOperator};

impl Parser<'_, '_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.nested(|parser| parser.binary(1))
    }

    fn binary(&mut self, weakest: u8) -> Parsed<Expr> {
        let left = self.unary()?;
        self.binary_after(left, weakest)
    }

    /// Parses the operators that follow `left`, from the strongest down to `weakest`; `self.height` is the
    /// height of `left`.
    pub(super) fn binary_after(&mut self, mut left: Expr, weakest: u8) -> Parsed<Expr> {
        let mut compared = false;
        loop {
            let mut height = self.height;
            if self.is_word("as") {
                let help = "remove it: a size is converted where a number is needed";
                return Err(self.reject(self.cursor.span(), "`as` casts are not part of network!", help));
            }
            let Some(symbol) = self.symbol() else {
                return Ok(left);
            };
            if let Some((message, help)) = foreign_operator(symbol.text) {
                return Err(self.reject(symbol.span, message, help));
            }
            let Some(operator) = BinaryOperator::from_symbol(symbol.text) else {
                return Ok(left);
            };
            let strength = operator.strength();
            if strength < weakest {
                return Ok(left);
            }
            if compared && strength == BinaryOperator::Less.strength() {
                let help = "join two comparisons: `a < b && b < c`";
                return Err(self.reject(symbol.span, "comparisons cannot be chained", help));
            }
            compared = strength == BinaryOperator::Less.strength();
            self.advance(&symbol);
            let right = self.nested(|parser| parser.binary(strength + 1))?;
            height = height.max(self.height);
            let kind = ExprKind::Binary {
                operator,
                left: Box::new(left),
                right: Box::new(right),
            };
            left = self.node(kind, symbol.span, height)?;
        }
    }

    fn unary(&mut self) -> Parsed<Expr> {
        if let Some(group) = self.invisible_group() {
            let group = group?;
            return self.postfix(group);
        }
        let Some(symbol) = self.symbol() else {
            return self.operand_and_postfix();
        };
        let operator = match symbol.text {
            "-" => UnaryOperator::Negate,
            "!" => UnaryOperator::Not,
            "&" | "&&" => {
                let help = "remove the `&`: values are passed by name alone";
                return Err(self.reject(symbol.span, "references are not part of network!", help));
            }
            "*" | "**" => {
                let help = "remove the `*`: values are used by name alone";
                return Err(self.reject(symbol.span, "dereferencing is not part of network!", help));
            }
            "|" | "||" => {
                let help = keyword_as_value("move").1;
                return Err(self.reject(symbol.span, "closures are not part of network!", help));
            }
            "+" => {
                let help = "remove it; a variable is increased by `x = x + 1` or `x += 1`";
                return Err(self.reject(symbol.span, "`+` stands between two values", help));
            }
            _ => return self.operand_and_postfix(),
        };
        self.advance(&symbol);
        let value = Box::new(self.nested(Self::unary)?);
        self.node(ExprKind::Unary { operator, value }, symbol.span, self.height)
    }

    /// Parses the expansion of a `macro_rules!` variable: one operand, whatever its operators.
    pub(super) fn invisible_group(&mut self) -> Option<Parsed<Expr>> {
        loop {
            let (inside, _, after) = self.cursor.group(Delimiter::None)?;
            if !inside.eof() {
                return self.group(Delimiter::None, |parser, _| parser.expression());
            }
            self.cursor = after;
        }
    }

    fn operand_and_postfix(&mut self) -> Parsed<Expr> {
        let operand = self.operand()?;
        self.postfix(operand)
    }

    /// Parses the calls, methods and fields that follow a value whose height is `self.height`.
    pub(super) fn postfix(&mut self, mut value: Expr) -> Parsed<Expr> {
        loop {
            let mut height = self.height;
            if let Some(span) = self.eat(".") {
                value = self.member(value, span)?;
                continue;
            }
            if self.is_group(Delimiter::Parenthesis) {
                if !matches!(value.kind, ExprKind::Name(_) | ExprKind::Call { .. }) {
                    let help = "hold a layer first: `let f = dense(10);`, then `f(x)`";
                    return Err(self.reject(self.cursor.span(), "only a name can be called", help));
                }
                let span = value.span;
                let arguments = self.arguments()?;
                height = height.max(self.height);
                value = self.node(
                    ExprKind::Call {
                        function: Box::new(value),
                        arguments,
                    },
                    span,
                    height,
                )?;
                continue;
            }
            if self.is_group(Delimiter::Bracket) {
                let help = "write `x.at(0)` for one entry of the first axis";
                return Err(self.reject(self.cursor.span(), "indexing is not part of network!", help));
            }
            let Some(symbol) = self.symbol() else {
                return Ok(value);
            };
            return match symbol.text {
                "?" => {
                    let help = "remove it: nothing fails inside a network";
                    Err(self.reject(symbol.span, "`?` is not part of network!", help))
                }
                "::" => {
                    let help = "functions and constants are called by their name alone";
                    Err(self.reject(symbol.span, "paths are not part of network!", help))
                }
                _ => Ok(value),
            };
        }
    }

    /// Parses the method or field after the dot.
    fn member(&mut self, receiver: Expr, dot: Span) -> Parsed<Expr> {
        let height = self.height;
        let of_self = matches!(receiver.kind, ExprKind::SelfValue);
        if self.cursor.literal().is_some() {
            let help = "take the tuple apart: `let (a, b) = …;`";
            return Err(self.reject(self.cursor.span(), "fields have names", help));
        }
        if self.is_word("await") {
            let (_, help) = keyword_as_value("await");
            return Err(self.reject(self.cursor.span(), "`await` is not part of network!", help));
        }
        if self.at_end() || self.is_symbol(";") {
            return Err(self.reject(
                dot,
                "nothing follows this `.`",
                "write a method, or remove the `.`",
            ));
        }
        let name = self.name("a method or field")?;
        let span = name.span();
        if self.is_symbol("::") {
            let help = format!("write `{name}(…)`: sizes are ordinary arguments");
            return Err(self.reject(self.cursor.span(), "methods take no type arguments", help));
        }
        if self.is_group(Delimiter::Parenthesis) {
            let arguments = self.arguments()?;
            let kind = ExprKind::Method {
                receiver: Box::new(receiver),
                name,
                arguments,
            };
            return self.node(kind, span, height.max(self.height));
        }
        if of_self {
            let help = format!("call a function of the network: `self.{name}(…)`");
            return Err(self.reject(span, "`self` has no fields", help));
        }
        self.node(
            ExprKind::Field {
                base: Box::new(receiver),
                name,
            },
            span,
            height,
        )
    }

    /// Parses `(x, n, pad = 2)`; `self.height` becomes the height of the tallest argument.
    fn arguments(&mut self) -> Parsed<Vec<Argument>> {
        let mut height = 0;
        let read = |parser: &mut Self, _| {
            parser.list(|parser| {
                let argument = parser.argument()?;
                height = height.max(parser.height);
                Ok(argument)
            })
        };
        let arguments = self
            .group(Delimiter::Parenthesis, read)
            .unwrap_or_else(|| Err(self.unexpected("`(`")));
        self.height = height;
        let (arguments, _) = arguments?;
        self.check_argument_names(&arguments)?;
        Ok(arguments)
    }

    fn argument(&mut self) -> Parsed<Argument> {
        let outer = self.cursor;
        let mut name = self.eat_name();
        if name.is_some() && self.eat("=").is_none() {
            name = None;
            self.cursor = outer;
        }
        let value = match self.text_argument() {
            Some(text) => text?,
            None => self.expression()?,
        };
        if self.is_symbol("=") {
            let help = "a named argument is `name = value`, a comparison `a == b`";
            return Err(self.reject(self.cursor.span(), "`=` needs a name on its left", help));
        }
        if name.is_none()
            && let ExprKind::Name(name) = &value.kind
            && self.is_symbol(":")
        {
            let help = format!("write `{name} = …`");
            return Err(self.reject(self.cursor.span(), "a named argument is written with `=`", help));
        }
        Ok(Argument { name, value })
    }

    fn check_argument_names(&mut self, arguments: &[Argument]) -> Parsed<()> {
        for (position, argument) in arguments.iter().enumerate() {
            let earlier = &arguments[..position];
            match &argument.name {
                Some(name) if earlier.iter().any(|other| other.name.as_ref() == Some(name)) => {
                    let message = format!("`{name}` is given twice");
                    return Err(self.reject(name.span(), message, "remove one of the two"));
                }
                None if earlier.iter().any(|other| other.name.is_some()) => {
                    let help = "write the arguments without names first";
                    let message = "an argument without a name follows a named one";
                    return Err(self.reject(argument.value.span, message, help));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl BinaryOperator {
    fn from_symbol(symbol: &str) -> Option<Self> {
        Some(match symbol {
            "+" => Self::Add,
            "-" => Self::Subtract,
            "*" => Self::Multiply,
            "/" => Self::Divide,
            "%" => Self::Remainder,
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterEqual,
            "&&" => Self::And,
            "||" => Self::Or,
            _ => return None,
        })
    }
}
