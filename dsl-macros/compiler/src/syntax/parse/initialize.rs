//! The attribute `#[initialize("*.weight" = orthogonal())]`: initial values of the parameters whose names match.

use proc_macro2::{Delimiter, Span};

use super::parser::{Parsed, Parser};
use crate::syntax::ast::Expr;

const FORM: &str = "write `#[initialize(\"*.weight\" = orthogonal(), \"head.*\" = normal(0.01))]`";

impl Parser<'_, '_> {
    /// Parses `[initialize("*.weight" = orthogonal())]`, after the `#` at `span`. Mistakes in it are reported.
    pub(super) fn initialize_attribute(&mut self, span: Span) {
        let inside = |parser: &mut Self, _: Span| {
            parser.skip();
            let list = |parser: &mut Self, _: Span| Ok(parser.list(Self::initial)?.0);
            let listed = parser
                .group(Delimiter::Parenthesis, list)
                .unwrap_or(Ok(Vec::new()));
            match listed.as_deref() {
                Ok([]) => Err(parser.reject(span, "`initialize` names no parameters", FORM)),
                _ => listed,
            }
        };
        let listed = self.group(Delimiter::Bracket, inside).and_then(Result::ok);
        self.initializers.push((span, listed.unwrap_or_default()));
    }

    /// `"*.weight" = orthogonal()`
    fn initial(&mut self) -> Parsed<(Expr, Expr)> {
        let Some(pattern) = self.text_argument() else {
            return Err(self.reject(
                self.cursor.span(),
                "names are chosen by a pattern in quotes",
                FORM,
            ));
        };
        let pattern = pattern?;
        if self.eat("=").is_none() {
            return Err(self.unexpected("`=`"));
        }
        Ok((pattern, self.expression()?))
    }

    /// What the attributes before an item say; they are allowed only on the type.
    pub(super) fn take_initializers(&mut self, is_type: bool) -> Vec<(Expr, Expr)> {
        let declared = std::mem::take(&mut self.initializers);
        if let (false, Some((span, _))) = (is_type, declared.first()) {
            let help =
                "write it before the type: `#[initialize(\"*.weight\" = orthogonal())] pub struct Mlp;`";
            self.reject(*span, "`initialize` is said of a whole network", help);
        }
        declared.into_iter().flat_map(|(_, listed)| listed).collect()
    }
}
