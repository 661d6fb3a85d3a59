//! The attribute `#[derive_also(jvp, hvp, gnvp(logits), grad(image))]`: derivatives that an entry point is compiled with
//! beside its gradient.

use proc_macro2::{Delimiter, Ident, Span};

use super::parser::{Parsed, Parser};
use crate::diagnostics::nearest;
use crate::syntax::ast::{Derivative, DerivativeKind, Function};

/// The derivatives that can be asked for.
const KNOWN: [&str; 4] = ["jvp", "hvp", "gnvp", "grad"];

const FORM: &str =
    "write `#[derive_also(jvp, hvp, gnvp(logits), grad(image))]`, or those of them that are wanted";

const PLACE: &str = "write it before an entry point: `#[derive_also(hvp)] pub fn loss(&self, …) -> Scalar`";

/// One `#[derive_also(…)]`.
pub(in super::super) struct DeriveAlso {
    span: Span,
    derivatives: Vec<Derivative>,
}

impl Parser<'_, '_> {
    /// Parses `[derive_also(jvp, hvp, gnvp(logits), grad(image))]`, after the `#` at `span`. Mistakes in it are reported;
    /// what was understood counts all the same.
    pub(super) fn derive_also_attribute(&mut self, span: Span) {
        let inside = |parser: &mut Self, _: Span| {
            parser.skip();
            let list = |parser: &mut Self, _: Span| Ok(parser.list(Self::derivative)?.0);
            let listed = parser
                .group(Delimiter::Parenthesis, list)
                .unwrap_or(Ok(Vec::new()));
            match listed.as_deref() {
                Ok([]) => Err(parser.reject(span, "`derive_also` names no derivative", FORM)),
                _ => listed,
            }
        };
        let listed = self.group(Delimiter::Bracket, inside).and_then(Result::ok);
        self.derive_also.push(DeriveAlso {
            span,
            derivatives: listed.into_iter().flatten().flatten().collect(),
        });
    }

    /// `hvp`, `gnvp(logits)`; `None` where mistakes in it have been reported, behind which the list goes on.
    fn derivative(&mut self) -> Parsed<Option<Derivative>> {
        let word = self.name("a derivative")?;
        let derivative = self.called(word).ok();
        if derivative.is_none() && self.is_group(Delimiter::Parenthesis) {
            self.skip();
        }
        Ok(derivative)
    }

    /// The derivative that a word asks for, with its arguments.
    fn called(&mut self, word: Ident) -> Parsed<Derivative> {
        let kind = match word.to_string().as_str() {
            "jvp" => DerivativeKind::Jvp,
            "hvp" => DerivativeKind::Hvp,
            "gnvp" => DerivativeKind::Gnvp(self.linearised(&word)?),
            "grad" => DerivativeKind::Grad(self.differentiated_by(&word)?),
            other => {
                let help = match nearest(other, KNOWN) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => FORM.to_string(),
                };
                return Err(self.reject(word.span(), format!("no derivative is called `{other}`"), help));
            }
        };
        if matches!(kind, DerivativeKind::Jvp | DerivativeKind::Hvp) && self.is_group(Delimiter::Parenthesis)
        {
            let help = format!("write `{word}`: it is along a direction of all parameters");
            return Err(self.reject(self.cursor.span(), format!("`{word}` takes no arguments"), help));
        }
        Ok(Derivative { word, kind })
    }

    /// The value in `gnvp(logits)`.
    fn linearised(&mut self, word: &Ident) -> Parsed<Ident> {
        let help = "write `gnvp(logits)`, where `logits` is an entry point that this one calls, or one of its `let`s";
        let names = self.names_in_parentheses(word, help)?;
        match names.as_slice() {
            [one] => Ok(one.clone()),
            [_, second, ..] => Err(self.reject(second.span(), "`gnvp` is through one value", help)),
            [] => Err(self.reject(word.span(), "`gnvp` names no value", help)),
        }
    }

    /// The inputs in `grad(image, parameters)`.
    fn differentiated_by(&mut self, word: &Ident) -> Parsed<Vec<Ident>> {
        let help = "write `grad(image)` with the names of inputs, and `parameters` for the gradient by these as well";
        let names = self.names_in_parentheses(word, help)?;
        if names.is_empty() {
            return Err(self.reject(word.span(), "`grad` names no input", help));
        }
        for (place, name) in names.iter().enumerate() {
            if names[..place].contains(name) {
                let message = format!("`{name}` is named twice");
                return Err(self.reject(name.span(), message, "remove one of the two"));
            }
        }
        Ok(names)
    }

    fn names_in_parentheses(&mut self, word: &Ident, help: &str) -> Parsed<Vec<Ident>> {
        let names = |parser: &mut Self, _: Span| Ok(parser.list(|parser| parser.name("a name"))?.0);
        match self.group(Delimiter::Parenthesis, names) {
            Some(names) => names,
            None => Err(self.reject(word.span(), format!("`{word}` names nothing"), help)),
        }
    }

    /// Hands what the attributes ask for to the item that follows them, a function or something else: they are allowed only
    /// on entry points, and all but `jvp` only where there is a `Scalar`.
    pub(super) fn take_derivatives(&mut self, function: Option<&mut Function>) {
        let declared = std::mem::take(&mut self.derive_also);
        if let Some(second) = declared.get(1) {
            self.reject(
                second.span,
                "`derive_also` is said twice",
                "make one list of the two",
            );
        }
        let Some(first) = declared.into_iter().next() else {
            return;
        };
        let function = match function {
            Some(function) if function.takes_self && !function.visibility.is_empty() => function,
            Some(_) => {
                self.reject(
                    first.span,
                    "only an entry point has derivatives of its own",
                    PLACE,
                );
                return;
            }
            None => {
                self.reject(first.span, "`derive_also` is said of an entry point", PLACE);
                return;
            }
        };
        for derivative in first.derivatives {
            let word = &derivative.word;
            let before = &function.derivatives;
            if before.iter().any(|before| before.word == *word) {
                let message = format!("`{word}` is asked for twice");
                self.reject(word.span(), message, "remove one of the two");
            } else if !matches!(derivative.kind, DerivativeKind::Jvp) && !function.result.has_scalar() {
                let message = format!("`{}` has no `Scalar` to take `{word}` of", function.name);
                let help =
                    "only `jvp` is of any result; the others are of the first `Scalar` among the results";
                self.reject(word.span(), message, help);
            } else {
                function.derivatives.push(derivative);
            }
        }
    }
}
