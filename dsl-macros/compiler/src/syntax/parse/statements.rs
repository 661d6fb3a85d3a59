//! Blocks and their statements.

use proc_macro2::{Delimiter, Span};
use syn::buffer::Cursor;

use super::items::begins_item;
use super::parser::{Parsed, Parser};
use super::patterns::look_for_pattern;
use super::rejected::is_keyword;
use crate::syntax::ast::{BinaryOperator, Block, Expr, ExprKind, Pattern, Statement};

/// The result of parsing one line of a block.
enum Line {
    Statement(Statement),
    Result(Expr),
    Empty,
}

impl<'a> Parser<'a, '_> {
    /// Parses `{ … }`. Errors inside are reported and recovered from; the block holds what was understood.
    pub(super) fn block(&mut self) -> Parsed<Block> {
        let read = |parser: &mut Self, span| parser.nested(|parser| Ok(parser.statements(span)));
        match self.group(Delimiter::Brace, read) {
            Some(block) => block,
            None => Err(self.unexpected("`{`")),
        }
    }

    fn statements(&mut self, span: Span) -> Block {
        let mut block = Block {
            statements: Vec::new(),
            result: None,
            span,
        };
        let mut height = 0;
        while !self.at_end() {
            let start = self.cursor;
            match self.statement() {
                Ok(Line::Statement(statement)) => block.statements.push(statement),
                Ok(Line::Result(result)) => block.result = Some(Box::new(result)),
                Ok(Line::Empty) => {}
                Err(_) => self.skip_statement(start),
            }
            height = height.max(self.height);
        }
        self.height = height;
        block
    }

    /// Skips to the next certain start of a statement.
    fn skip_statement(&mut self, start: Cursor<'a>) {
        if self.cursor == start {
            self.skip();
        }
        while !self.at_end() && !begins_statement(self.cursor) {
            let ends = self.eat(";").is_some();
            // `; = x` is no statement but the rest of the broken one.
            if ends
                && self
                    .symbol()
                    .is_none_or(|symbol| matches!(symbol.text, "-" | "!" | ";"))
            {
                return;
            }
            if !ends {
                self.skip();
            }
        }
    }

    fn statement(&mut self) -> Parsed<Line> {
        if self.eat(";").is_some() {
            return Ok(Line::Empty);
        }
        let span = self.cursor.span();
        let word = self.word().unwrap_or_default();
        match word.as_str() {
            "let" => return self.binding(),
            "for" => return Ok(Line::Statement(self.repetition()?)),
            // An invisible group is an operand even if it begins with `if`.
            "if" if !self.is_group(Delimiter::None) => {
                let choice = self.choice()?;
                return self.after_braces(choice);
            }
            _ if begins_item(self.cursor) && !self.is_symbol("#") => {
                self.skip();
                let help = "functions and constants stand beside each other in `network! { … }`";
                return Err(self.reject(span, "items cannot stand inside a function", help));
            }
            _ => {}
        }
        if self.is_group(Delimiter::Brace) {
            let block = self.block()?;
            let span = block.span;
            let block = self.node(ExprKind::Block(block), span, self.height)?;
            return self.after_braces(block);
        }
        if let Some(assignment) = self.row_assignment() {
            return Ok(Line::Statement(assignment?));
        }
        if let Some((pattern, after)) = look_for_pattern(self.cursor, 0) {
            let outer = std::mem::replace(&mut self.cursor, after);
            if let Some((operator, span)) = self.assignment_operator() {
                return self.assignment(pattern, operator, span);
            }
            if matches!(pattern, Pattern::Name { .. }) && self.is_symbol(":") {
                let help = "a new name begins with `let`: `let x: Tensor<3> = …;`";
                return Err(self.reject(self.cursor.span(), "expected `=` or `;`, found `:`", help));
            }
            self.cursor = outer;
        }
        let value = self.expression()?;
        self.after_expression(value)
    }

    /// Continues after a value that may be the block's result, or be computed for its effect.
    fn after_expression(&mut self, value: Expr) -> Parsed<Line> {
        if self.at_end() {
            return Ok(Line::Result(value));
        }
        if self.eat(";").is_some() {
            return Ok(Line::Statement(Statement::Expr(value)));
        }
        if let Some((_, span)) = self.assignment_operator() {
            let help = "assign a name, names or a row: `x = …;`, `(h, c) = …;`, `ys[t] = …;`";
            return Err(self.reject(span, "this cannot be assigned", help));
        }
        self.semicolon()?;
        Ok(Line::Statement(Statement::Expr(value)))
    }

    /// Continues after `if … { … }` or `{ … }`, which need no `;`.
    fn after_braces(&mut self, value: Expr) -> Parsed<Line> {
        if self.is_symbol(".") || self.is_symbol("?") {
            let value = self.postfix(value)?;
            let value = self.binary_after(value, 1)?;
            return self.after_expression(value);
        }
        if self.at_end() && value.has_value() {
            return Ok(Line::Result(value));
        }
        if value.has_value()
            && let Some(symbol) = self.symbol().filter(|symbol| symbol.text != ";")
        {
            let message = format!("`{}` cannot follow a statement", symbol.text);
            let help = "put parentheses around the value: `(if … { … } else { … }) + x`";
            return Err(self.reject(symbol.span, message, help));
        }
        if self.eat(";").is_none() && value.has_value() {
            let help = "hold it, `let x = if … { … } else { … };`, or end its branches with `;`";
            return Err(self.reject(value.span, "the value of this statement is not used", help));
        }
        Ok(Line::Statement(Statement::Expr(value)))
    }

    /// `let (h, c): Type = value;`
    fn binding(&mut self) -> Parsed<Line> {
        let span = self.cursor.span();
        self.skip();
        let pattern = self.pattern()?;
        let ty = if self.eat(":").is_some() {
            Some(self.ty()?)
        } else {
            None
        };
        if self.at_end() || self.is_symbol(";") {
            let help = "write `let name = value;`; a value that depends on a size is `if … { a } else { b }`";
            return Err(self.reject(span, "this `let` has no value", help));
        }
        if self.eat("=").is_none() {
            return Err(self.unexpected("`=`"));
        }
        let value = self.expression()?;
        if self.is_word("else") {
            let help = "patterns are names alone, so they always match";
            return Err(self.reject(self.cursor.span(), "`let … else` is not part of network!", help));
        }
        self.semicolon()?;
        Ok(Line::Statement(Statement::Let {
            pattern,
            ty,
            value,
            span,
        }))
    }

    pub(super) fn assignment_operator(&mut self) -> Option<(Option<BinaryOperator>, Span)> {
        let symbol = self.symbol()?;
        let operator = match symbol.text {
            "=" => None,
            "+=" => Some(BinaryOperator::Add),
            "-=" => Some(BinaryOperator::Subtract),
            "*=" => Some(BinaryOperator::Multiply),
            "/=" => Some(BinaryOperator::Divide),
            "%=" => Some(BinaryOperator::Remainder),
            _ => return None,
        };
        self.advance(&symbol);
        Some((operator, symbol.span))
    }

    fn assignment(&mut self, pattern: Pattern, operator: Option<BinaryOperator>, span: Span) -> Parsed<Line> {
        if operator.is_some() && !matches!(pattern, Pattern::Name { .. }) {
            let help = "assign each name by itself: `h += …; c += …;`";
            return Err(self.reject(span, "only one name can be updated at a time", help));
        }
        let value = self.expression()?;
        self.semicolon()?;
        Ok(Line::Statement(Statement::Assign {
            pattern,
            operator,
            value,
            span,
        }))
    }

    fn assignment_follows(&mut self) -> bool {
        let pattern = look_for_pattern(self.cursor, 0).map(|(_, after)| after);
        let Some(after) = self.row_follows().or(pattern) else {
            return false;
        };
        let outer = std::mem::replace(&mut self.cursor, after);
        let last = self.last;
        let follows = self.assignment_operator().is_some();
        (self.cursor, self.last) = (outer, last);
        follows
    }

    /// Parses the `;` after a statement. If it was merely forgotten, parsing continues.
    pub(super) fn semicolon(&mut self) -> Parsed<()> {
        if self.eat(";").is_some() {
            return Ok(());
        }
        let span = self.last;
        let begins = begins_statement(self.cursor) || begins_item(self.cursor);
        if self.at_end() || begins || self.assignment_follows() {
            self.reject(span, "a `;` is missing after this", "statements end with `;`");
            return Ok(());
        }
        if self.is_word("if") {
            return Err(self.reject(span, "a `;` is missing after this", "statements end with `;`"));
        }
        if self.is_symbol("=") {
            let help = "`==` compares; an assignment is a statement of its own";
            return Err(self.reject(self.cursor.span(), "`=` cannot stand inside a value", help));
        }
        if let Some(symbol) = self.symbol().filter(|symbol| matches!(symbol.text, ".." | "..=")) {
            return Err(self.range(symbol.span));
        }
        if self.is_group(Delimiter::Brace) {
            let help = "struct literals are not part of network!; a statement ends with `;`";
            return Err(self.reject(self.cursor.span(), "expected `;`, found `{`", help));
        }
        if self.cursor.ident().is_some() || self.cursor.literal().is_some() {
            let message = format!(
                "a `;` or an operator is missing between this and {}",
                self.describe()
            );
            return Err(self.reject(span, message, "statements end with `;`, methods begin with `.`"));
        }
        Err(self.unexpected("`;`"))
    }
}

/// True if a statement certainly begins here, judged by more than its keyword, which alone may be a slip.
fn begins_statement(cursor: Cursor) -> bool {
    let Some((word, after)) = cursor.ident() else {
        return false;
    };
    let is_name = |(ident, after): (proc_macro2::Ident, _)| {
        let word = ident.to_string();
        (!is_keyword(&word) || word == "_").then_some(after)
    };
    match word.to_string().as_str() {
        "let" => {
            let after = match after.ident() {
                Some((ident, rest)) if ident == "mut" => rest,
                _ => after,
            };
            let group = |delimiter| after.group(delimiter).map(|(_, _, after)| after);
            let bound = after.ident().and_then(is_name);
            let bound = bound
                .or_else(|| group(Delimiter::Parenthesis))
                .or_else(|| group(Delimiter::Bracket));
            bound
                .and_then(|after: Cursor| after.punct())
                .is_some_and(|(punct, _)| matches!(punct.as_char(), '=' | ':'))
        }
        "for" => after
            .ident()
            .and_then(is_name)
            .and_then(|after: Cursor| after.ident())
            .is_some_and(|(ident, _)| ident == "in"),
        _ => false,
    }
}

impl Expr {
    /// True if an `if` or a block at the position of a statement yields a value: all its branches end with
    /// one.
    pub(in super::super) fn has_value(&self) -> bool {
        match &self.kind {
            ExprKind::Block(block) => block.result.is_some(),
            ExprKind::If { then, otherwise, .. } => {
                then.result.is_some() && otherwise.as_ref().is_some_and(|otherwise| otherwise.has_value())
            }
            _ => true,
        }
    }
}
