//! `for` loops with their ranges, and rows assigned one by one.

use proc_macro2::{Delimiter, Ident};
use syn::buffer::Cursor;

use super::parser::{Parsed, Parser};
use super::rejected::{is_keyword, keyword_as_value};
use crate::syntax::ast::{BinaryOperator, Expr, ExprKind, Pattern, Statement};

/// `from..to`, or `(from..to).rev()`.
struct Range {
    from: Expr,
    to: Expr,
    reversed: bool,
}

impl<'a> Parser<'a, '_> {
    /// `for i in from..to { … }`
    pub(super) fn repetition(&mut self) -> Parsed<Statement> {
        let span = self.cursor.span();
        self.skip();
        let variable_span = self.cursor.span();
        let variable = self.pattern()?;
        if !matches!(
            variable,
            Pattern::Name { mutable: false, .. } | Pattern::Wildcard(_)
        ) {
            let help = "write a name or `_`: `for i in 0..n { … }`";
            return Err(self.reject(variable_span, "a `for` counts with one name", help));
        }
        if self.eat_word("in").is_none() {
            return Err(self.unexpected("`in`"));
        }
        let Range { from, to, reversed } = match self.grouped_range() {
            true => self.range_in_parentheses()?,
            false => self.bounds()?,
        };
        let height = self.height;
        let body = self.block()?;
        self.height = height.max(self.height) + 1;
        if let Some(symbol) = self.symbol().filter(|symbol| matches!(symbol.text, "." | "?")) {
            let (message, help) = keyword_as_value("for");
            return Err(self.reject(symbol.span, message, help));
        }
        Ok(Statement::For {
            variable,
            from,
            to,
            reversed,
            body,
            span,
        })
    }

    /// Parses `from..to`; `self.height` becomes the height of the taller bound.
    fn bounds(&mut self) -> Parsed<Range> {
        let start = self.cursor.span();
        if self.is_symbol("..") || self.is_symbol("..=") {
            return Err(self.reject(start, "this range has no beginning", "write `0..n`"));
        }
        let from = self.expression()?;
        let height = self.height;
        let inclusive = match self.symbol() {
            Some(symbol) if matches!(symbol.text, ".." | "..=") => {
                self.advance(&symbol);
                symbol.text == "..="
            }
            _ => {
                let help = "write `for t in 0..TIME { … }` and take the parts of `x` by `x.at(t)`";
                return Err(self.reject(start, "a `for` runs over a range of sizes", help));
            }
        };
        if self.at_end() || self.is_group(Delimiter::Brace) {
            return Err(self.reject(self.last, "this range has no end", "write `0..n`"));
        }
        let mut to = self.expression()?;
        if inclusive {
            let below = self.height;
            let one = Expr {
                kind: ExprKind::Integer(1),
                span: to.span,
            };
            let at = to.span;
            let kind = ExprKind::Binary {
                operator: BinaryOperator::Add,
                left: Box::new(to),
                right: Box::new(one),
            };
            to = self.node(kind, at, below)?;
        }
        self.height = height.max(self.height);
        Ok(Range {
            from,
            to,
            reversed: false,
        })
    }

    /// True if parentheses around a whole range come next, not around a bound.
    fn grouped_range(&self) -> bool {
        let Some((mut inside, _, _)) = self.cursor.group(Delimiter::Parenthesis) else {
            return false;
        };
        while let Some((_, after)) = inside.token_tree() {
            if is_range(inside) {
                return true;
            }
            inside = after;
        }
        false
    }

    /// `(from..to).rev()`
    fn range_in_parentheses(&mut self) -> Parsed<Range> {
        let range = self.group(Delimiter::Parenthesis, |parser, _| parser.nested(Parser::bounds));
        let range = range.unwrap_or_else(|| Err(self.unexpected("a range")))?;
        if self.eat(".").is_none() {
            return Ok(range);
        }
        let height = self.height;
        let span = self.cursor.span();
        let method = self.name("`rev`")?;
        if method != "rev" {
            let help = "a range runs upwards, `0..n`, or downwards, `(0..n).rev()`, in steps of one";
            let message = format!("`{method}` of a range is not part of network!");
            return Err(self.reject(span, message, help));
        }
        match self.group(Delimiter::Parenthesis, |_, _| Ok(())) {
            Some(empty) => empty?,
            None => return Err(self.unexpected("`()`")),
        }
        self.height = height;
        Ok(Range {
            reversed: true,
            ..range
        })
    }

    /// Parses `name[index] = value;`, if that comes next.
    pub(super) fn row_assignment(&mut self) -> Option<Parsed<Statement>> {
        let (name, after) = look_for_row(self.cursor)?;
        let outer = (self.cursor, self.last);
        self.cursor = after;
        if self.assignment_operator().is_none() {
            (self.cursor, self.last) = outer;
            return None;
        }
        (self.cursor, self.last) = outer;
        self.skip();
        Some(self.row_after(name))
    }

    fn row_after(&mut self, name: Ident) -> Parsed<Statement> {
        let index = self.group(Delimiter::Bracket, |parser, span| {
            if parser.at_end() {
                return Err(parser.reject(span, "which row is assigned?", "write `ys[t] = …;`"));
            }
            parser.expression()
        });
        let index = index.unwrap_or_else(|| Err(self.unexpected("`[`")))?;
        let height = self.height;
        match self.assignment_operator() {
            Some((None, _)) => {}
            Some((Some(operator), span)) => {
                let symbol = operator.symbol();
                let help = format!("write `{name}[{index}] = {name}.at({index}) {symbol} …;`");
                return Err(self.reject(span, "a row is assigned whole", help));
            }
            None => return Err(self.unexpected("`=`")),
        }
        let value = self.expression()?;
        self.height = height.max(self.height);
        self.semicolon()?;
        Ok(Statement::AssignRow { name, index, value })
    }

    /// The position after `name[…]`, if that comes next.
    pub(super) fn row_follows(&self) -> Option<Cursor<'a>> {
        look_for_row(self.cursor).map(|(_, after)| after)
    }
}

/// Matches `name[…]` at the cursor; returns the name and the position after it.
fn look_for_row(cursor: Cursor) -> Option<(Ident, Cursor)> {
    let (name, after) = cursor.ident()?;
    let (_, _, after) = after.group(Delimiter::Bracket)?;
    (!is_keyword(&name.to_string())).then_some((name, after))
}

/// True if `..` or `..=` comes next.
fn is_range(cursor: Cursor) -> bool {
    after_dot(cursor).and_then(after_dot).is_some()
}

fn after_dot(cursor: Cursor) -> Option<Cursor> {
    let (punct, after) = cursor.punct()?;
    (punct.as_char() == '.').then_some(after)
}
