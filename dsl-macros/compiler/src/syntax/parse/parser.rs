//! The parser's state and its basic operations on tokens.

use proc_macro2::{Delimiter, Ident, Spacing, Span, TokenTree};
use syn::buffer::Cursor;

use super::MAX_DEPTH;
use super::derivatives::DeriveAlso;
use super::family::Listed;
use super::rejected::is_keyword;
use crate::diagnostics::Diagnostics;
use crate::syntax::ast::{Document, Expr, ExprKind};

/// Proof that an error has been reported; the caller only has to recover.
#[derive(Debug)]
pub(super) struct Reported;

pub(super) type Parsed<T> = Result<T, Reported>;

/// The dialect of the text: the user's, or that of the prelude, which has a few forms of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Network,
    /// The user's text without a type: the input of `blocks!`.
    Blocks,
    Prelude,
}

/// Parses the tokens of one declaration, front to back.
pub(super) struct Parser<'a, 'd> {
    pub cursor: Cursor<'a>,
    /// The last token consumed: errors about a missing `;` point at it.
    pub last: Span,
    pub diagnostics: &'d mut Diagnostics,
    pub dialect: Dialect,
    /// Height of the last tree parsed (a leaf is 1). Kept here instead of in every node of the ast.
    pub height: usize,
    /// True if the function being parsed takes `&self`.
    pub has_self: bool,
    /// The `#[instantiate(…)]` attributes parsed before the next item.
    pub listed: Vec<Listed>,
    /// The places of the `#[products(…)]` attributes parsed before the next item.
    pub products: Vec<Span>,
    /// The `#[initialize(…)]` attributes parsed before the next item: their places, patterns and values.
    pub initializers: Vec<(Span, Vec<(Expr, Expr)>)>,
    /// The `#[document(…)]` attributes parsed before the next item: their places, and what they ask for.
    pub documents: Vec<(Span, Vec<Document>)>,
    /// The places of the `#[gradient(…)]` attributes parsed before the next item.
    pub gradients: Vec<Span>,
    /// The `#[name = "…"]` attributes parsed before the next item: the place, and the name if it is sound.
    pub names: Vec<(Span, Option<String>)>,
    /// The `#[derive_also(…)]` attributes parsed before the next item.
    pub derive_also: Vec<DeriveAlso>,
    /// The places of the `#[recompute]` attributes parsed before the next item.
    pub recompute: Vec<Span>,
    /// The words of the language's attributes parsed so far.
    pub attributes: Vec<Ident>,
    depth: usize,
}

/// An operator or other punctuation, by longest match.
pub(super) struct Symbol<'a> {
    pub text: &'static str,
    pub span: Span,
    pub after: Cursor<'a>,
}

impl<'a, 'd> Parser<'a, 'd> {
    pub fn new(cursor: Cursor<'a>, diagnostics: &'d mut Diagnostics, dialect: Dialect) -> Self {
        let last = cursor.span();
        Self {
            cursor,
            last,
            diagnostics,
            dialect,
            height: 0,
            has_self: false,
            listed: Vec::new(),
            products: Vec::new(),
            initializers: Vec::new(),
            documents: Vec::new(),
            gradients: Vec::new(),
            names: Vec::new(),
            derive_also: Vec::new(),
            recompute: Vec::new(),
            attributes: Vec::new(),
            depth: 0,
        }
    }

    /// Records an error with its remedy.
    pub fn reject(&mut self, span: Span, message: impl Into<String>, help: impl AsRef<str>) -> Reported {
        self.diagnostics.error(span, message).help(help);
        Reported
    }

    /// Reports that `expected` was expected instead of the next token.
    pub fn unexpected(&mut self, expected: &str) -> Reported {
        let message = format!("expected {expected}, found {}", self.describe());
        self.diagnostics.error(self.cursor.span(), message);
        Reported
    }

    /// The next token, as error messages show it.
    pub fn describe(&self) -> String {
        if let Some(symbol) = self.symbol() {
            return format!("`{}`", symbol.text);
        }
        match self.cursor.token_tree() {
            _ if self.at_end() => "the end".to_owned(),
            Some((TokenTree::Group(group), _)) => match group.delimiter() {
                Delimiter::Parenthesis => "`(`".to_owned(),
                Delimiter::Bracket => "`[`".to_owned(),
                Delimiter::Brace => "`{`".to_owned(),
                Delimiter::None => format!("`{}`", group.stream()),
            },
            Some((token, _)) => format!("`{token}`"),
            None => "the end".to_owned(),
        }
    }

    /// True if this group, or the whole input, is exhausted.
    pub fn at_end(&self) -> bool {
        // An absent `$vis` arrives as an empty invisible group.
        fn blank(mut cursor: Cursor) -> bool {
            while let Some((inside, _, after)) = cursor.group(Delimiter::None) {
                if !blank(inside) {
                    return false;
                }
                cursor = after;
            }
            cursor.eof()
        }
        blank(self.cursor)
    }

    /// The next token if it is a word, keywords included.
    pub fn word(&self) -> Option<String> {
        self.cursor.ident().map(|(ident, _)| ident.to_string())
    }

    pub fn is_word(&self, text: &str) -> bool {
        self.cursor.ident().is_some_and(|(ident, _)| ident == text)
    }

    /// Consumes `text` if it is the next word.
    pub fn eat_word(&mut self, text: &str) -> Option<Span> {
        let (ident, after) = self.cursor.ident()?;
        if ident != text {
            return None;
        }
        self.last = ident.span();
        self.cursor = after;
        Some(self.last)
    }

    /// Consumes the next word if it can be a name.
    pub fn eat_name(&mut self) -> Option<Ident> {
        let (ident, after) = self.cursor.ident()?;
        if is_keyword(&ident.to_string()) {
            return None;
        }
        self.last = ident.span();
        self.cursor = after;
        Some(ident)
    }

    /// Parses the name of `what`, or reports the token found instead.
    pub fn name(&mut self, what: &str) -> Parsed<Ident> {
        if let Some(name) = self.eat_name() {
            return Ok(name);
        }
        match self.word() {
            Some(word) if word != "_" => {
                let message = format!("expected {what}, found the keyword `{word}`");
                Err(self.reject(self.cursor.span(), message, "choose another name"))
            }
            _ => Err(self.unexpected(what)),
        }
    }

    /// The next punctuation, as many characters as form one operator.
    pub fn symbol(&self) -> Option<Symbol<'a>> {
        let (first, after_first) = self.cursor.punct()?;
        let span = first.span();
        if first.spacing() == Spacing::Joint
            && let Some((second, after_second)) = after_first.punct()
        {
            if second.spacing() == Spacing::Joint
                && let Some((third, after)) = after_second.punct()
                && let Some(text) = three(first.as_char(), second.as_char(), third.as_char())
            {
                return Some(Symbol { text, span, after });
            }
            if let Some(text) = two(first.as_char(), second.as_char()) {
                return Some(Symbol {
                    text,
                    span,
                    after: after_second,
                });
            }
        }
        one(first.as_char()).map(|text| Symbol {
            text,
            span,
            after: after_first,
        })
    }

    pub fn is_symbol(&self, text: &str) -> bool {
        self.symbol().is_some_and(|symbol| symbol.text == text)
    }

    /// Consumes `text` if it is the next symbol as a whole: `=` is not eaten from `==`.
    pub fn eat(&mut self, text: &str) -> Option<Span> {
        let symbol = self.symbol().filter(|symbol| symbol.text == text)?;
        self.advance(&symbol);
        Some(symbol.span)
    }

    pub fn advance(&mut self, symbol: &Symbol<'a>) {
        self.last = symbol.span;
        self.cursor = symbol.after;
    }

    /// Skips one token or one whole group, inside an invisible one if one is next.
    pub fn skip(&mut self) {
        let cursor = self.cursor;
        let group = |delimiter| {
            cursor
                .group(delimiter)
                .map(|(_, span, after)| (span.close(), after))
        };
        let next = (cursor.ident().map(|(ident, after)| (ident.span(), after)))
            .or_else(|| cursor.punct().map(|(punct, after)| (punct.span(), after)))
            .or_else(|| cursor.literal().map(|(literal, after)| (literal.span(), after)))
            .or_else(|| group(Delimiter::Brace))
            .or_else(|| group(Delimiter::Parenthesis))
            .or_else(|| group(Delimiter::Bracket))
            .or_else(|| cursor.token_tree().map(|(token, after)| (token.span(), after)));
        if let Some((span, after)) = next {
            self.last = span;
            self.cursor = after;
        }
    }

    /// True if a group with this delimiter comes next.
    pub fn is_group(&self, delimiter: Delimiter) -> bool {
        self.cursor.group(delimiter).is_some()
    }

    /// Parses the contents of the next group with `read`, to its end; `None` if no group comes next.
    pub fn group<T>(
        &mut self,
        delimiter: Delimiter,
        read: impl FnOnce(&mut Self, Span) -> Parsed<T>,
    ) -> Option<Parsed<T>> {
        let (inside, span, after) = self.cursor.group(delimiter)?;
        self.cursor = inside;
        let result = read(self, span.join()).and_then(|value| {
            if self.at_end() {
                Ok(value)
            } else {
                Err(self.unexpected("the end of this group"))
            }
        });
        self.last = span.close();
        self.cursor = after;
        Some(result)
    }

    /// Parses items separated by commas up to the end of the group; also returns whether a comma ends them.
    pub fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<(Vec<T>, bool)> {
        let mut items = Vec::new();
        let mut comma = false;
        while !self.at_end() {
            items.push(item(self)?);
            comma = self.eat(",").is_some();
            if !comma && !self.at_end() {
                return Err(self.unexpected("`,`"));
            }
        }
        Ok((items, comma))
    }

    /// Runs `read` one level deeper.
    pub fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            return Err(self.too_deep(self.cursor.span()));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Builds an expression whose tallest part has height `below`.
    pub fn node(&mut self, kind: ExprKind, span: Span, below: usize) -> Parsed<Expr> {
        if below == MAX_DEPTH {
            return Err(self.too_deep(span));
        }
        self.height = below + 1;
        Ok(Expr { kind, span })
    }

    fn too_deep(&mut self, span: Span) -> Reported {
        let message = format!("more than {MAX_DEPTH} operations build on each other here");
        self.reject(
            span,
            message,
            "name parts of it with `let`, or repeat a step with `for`",
        )
    }
}

fn one(a: char) -> Option<&'static str> {
    Some(match a {
        '+' => "+",
        '-' => "-",
        '*' => "*",
        '/' => "/",
        '%' => "%",
        '=' => "=",
        '<' => "<",
        '>' => ">",
        '!' => "!",
        '&' => "&",
        '|' => "|",
        '^' => "^",
        '.' => ".",
        ',' => ",",
        ';' => ";",
        ':' => ":",
        '?' => "?",
        '#' => "#",
        '@' => "@",
        '~' => "~",
        '$' => "$",
        _ => return None,
    })
}

fn two(a: char, b: char) -> Option<&'static str> {
    Some(match (a, b) {
        ('=', '=') => "==",
        ('!', '=') => "!=",
        ('<', '=') => "<=",
        ('>', '=') => ">=",
        ('&', '&') => "&&",
        ('|', '|') => "||",
        ('+', '=') => "+=",
        ('-', '=') => "-=",
        ('*', '=') => "*=",
        ('/', '=') => "/=",
        ('%', '=') => "%=",
        ('^', '=') => "^=",
        ('&', '=') => "&=",
        ('|', '=') => "|=",
        ('*', '*') => "**",
        ('<', '<') => "<<",
        ('>', '>') => ">>",
        ('-', '>') => "->",
        ('=', '>') => "=>",
        (':', ':') => "::",
        ('.', '.') => "..",
        _ => return None,
    })
}

fn three(a: char, b: char, c: char) -> Option<&'static str> {
    match (a, b, c) {
        ('.', '.', '=') => Some("..="),
        ('.', '.', '.') => Some("..."),
        _ => None,
    }
}
