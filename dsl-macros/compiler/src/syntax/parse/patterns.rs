//! Patterns on the left of `=`: names, tuples and arrays of names.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident};
use syn::buffer::Cursor;

use super::MAX_DEPTH;
use super::parser::{Parsed, Parser};
use super::rejected::is_keyword;
use crate::syntax::ast::Pattern;

impl<'a> Parser<'a, '_> {
    /// Parses the pattern of a `let` or a `for`, each name bound once.
    pub(super) fn pattern(&mut self) -> Parsed<Pattern> {
        let pattern = self.any_pattern()?;
        let mut seen = BTreeSet::new();
        for name in names(&pattern) {
            if !seen.insert(name.to_string()) {
                let message = format!("`{name}` is bound twice in this pattern");
                return Err(self.reject(name.span(), message, "give each part a name of its own"));
            }
        }
        Ok(pattern)
    }

    fn any_pattern(&mut self) -> Parsed<Pattern> {
        if let Some(span) = self.eat_word("_") {
            return Ok(Pattern::Wildcard(span));
        }
        if let Some(span) = self.eat_word("ref") {
            return Err(self.reject(span, "`ref` is not part of network!", "write the name alone"));
        }
        if let Some(span) = self.eat_word("mut") {
            if self.is_group(Delimiter::Parenthesis) || self.is_group(Delimiter::Bracket) {
                let help = "write it before each name: `(mut h, mut c)`";
                return Err(self.reject(span, "`mut` applies to one name", help));
            }
            let name = self.name("a name")?;
            return Ok(Pattern::Name { name, mutable: true });
        }
        let parts = |parser: &mut Self, span| {
            let (parts, comma) = parser.nested(|parser| parser.list(Self::any_pattern))?;
            Ok((parts, comma, span))
        };
        if let Some(tuple) = self.group(Delimiter::Parenthesis, parts) {
            let (mut parts, comma, span) = tuple?;
            let single = parts.len() == 1 && !comma;
            return Ok(match parts.pop() {
                Some(part) if single => part,
                last => {
                    parts.extend(last);
                    Pattern::Tuple(parts, span)
                }
            });
        }
        if let Some(array) = self.group(Delimiter::Bracket, parts) {
            let (parts, _, span) = array?;
            return Ok(Pattern::Array(parts, span));
        }
        if self.cursor.literal().is_some() {
            let help = "a pattern is a name, `_`, or a tuple or array of them";
            return Err(self.reject(self.cursor.span(), "a value cannot be bound", help));
        }
        let name = self.name("a name, `_`, `(…)` or `[…]`")?;
        if ["::", "@"].iter().any(|symbol| self.is_symbol(symbol))
            || self.is_group(Delimiter::Parenthesis)
            || self.is_group(Delimiter::Brace)
        {
            let help = "bind the whole to a name, or take a tuple apart: `let (h, c) = …;`";
            return Err(self.reject(self.cursor.span(), "this pattern is not part of network!", help));
        }
        Ok(Pattern::Name { name, mutable: false })
    }
}

/// The names bound by a pattern, left to right.
fn names(pattern: &Pattern) -> Vec<&Ident> {
    match pattern {
        Pattern::Name { name, .. } => vec![name],
        Pattern::Wildcard(_) => Vec::new(),
        Pattern::Tuple(parts, _) | Pattern::Array(parts, _) => parts.iter().flat_map(names).collect(),
    }
}

/// Matches a pattern without `mut` at the cursor, as on the left of an assignment; reports nothing.
pub(super) fn look_for_pattern(cursor: Cursor, depth: usize) -> Option<(Pattern, Cursor)> {
    if depth == MAX_DEPTH {
        return None;
    }
    if let Some((ident, after)) = cursor.ident() {
        let word = ident.to_string();
        if word == "_" {
            return Some((Pattern::Wildcard(ident.span()), after));
        }
        return (!is_keyword(&word)).then_some((
            Pattern::Name {
                name: ident,
                mutable: false,
            },
            after,
        ));
    }
    let round = cursor.group(Delimiter::Parenthesis);
    let is_round = round.is_some();
    let (mut inside, span, after) = round.or_else(|| cursor.group(Delimiter::Bracket))?;
    let mut parts = Vec::new();
    let mut comma = false;
    while !inside.eof() {
        let (part, after_part) = look_for_pattern(inside, depth + 1)?;
        parts.push(part);
        inside = after_part;
        comma = false;
        if let Some((punct, after_comma)) = inside.punct()
            && punct.as_char() == ','
        {
            (comma, inside) = (true, after_comma);
        } else if !inside.eof() {
            return None;
        }
    }
    let pattern = match (is_round, parts.len(), comma) {
        (true, 1, false) => parts.pop()?,
        (true, ..) => Pattern::Tuple(parts, span.join()),
        (false, ..) => Pattern::Array(parts, span.join()),
    };
    Some((pattern, after))
}
