//! The expression of one element.

use proc_macro2::{Punct, Spacing, TokenStream};
use quote::quote;

use super::super::expression::Expression;
use super::super::identifiers::identifier;
use super::super::number;
use super::nest::{Access, Form, Nest};
use crate::ops::Fold;
use crate::ops::formula::Formula;
use crate::plan::{FoldLoop, Scalar, Statement};
use crate::view::View;

impl Nest<'_, '_> {
    pub(super) fn read(&self, form: &Form) -> TokenStream {
        match form {
            Form::Row(name) => {
                let variable = self.variables.last();
                quote!(#name[#variable])
            }
            Form::Fixed(value) | Form::Any(value) => value.clone(),
        }
    }

    pub(super) fn place(&self, form: &Form) -> TokenStream {
        self.read(form)
    }

    /// The statements of a loop at each place. The forms of the stores follow those of the reads.
    pub(super) fn statements(
        &self,
        statements: &[Statement],
        forms: &[Form],
        first_store: usize,
    ) -> TokenStream {
        if let [Statement { value, .. }] = statements {
            let place = self.place(&forms[first_store]);
            return match self.updated(value, forms, first_store) {
                Some((sign, by)) => quote!(#place #sign #by;),
                None => {
                    let value = self.scalar(value, forms, &[]);
                    quote!(#place = #value;)
                }
            };
        }
        let (mut names, mut stores) = (self.names.clone(), first_store);
        let mut locals: Vec<TokenStream> = Vec::new();
        let mut body = TokenStream::new();
        for Statement { name, value, store } in statements {
            let value = self.scalar(value, forms, &locals);
            let local = identifier(&names.fresh(&format!("{name}_element")));
            body.extend(quote!(let #local = #value;));
            if store.is_some() {
                let place = self.place(&forms[stores]);
                body.extend(quote!(#place = #local;));
                stores += 1;
            }
            locals.push(quote!(#local));
        }
        body
    }

    /// A coordinate of the position.
    fn coordinate(&self, along: &View, forms: &[Form]) -> TokenStream {
        let accessor = self.accessors.iter().position(|accessor| match &accessor.kind {
            Access::Coordinate(view) => view == along,
            _ => false,
        });
        self.read(&forms[accessor.expect("every coordinate has an accessor")])
    }

    /// The code of an element.
    pub(super) fn scalar(&self, value: &Scalar, forms: &[Form], locals: &[TokenStream]) -> TokenStream {
        self.expression(value, forms, locals).code
    }

    /// The expression of an element.
    fn expression(&self, value: &Scalar, forms: &[Form], locals: &[TokenStream]) -> Expression {
        match value {
            Scalar::Load(operand) => Expression::atom(self.read(&forms[*operand])),
            Scalar::Local(statement) => Expression::atom(locals[*statement].clone()),
            Scalar::Constant(value) => Expression::atom(constant(*value)),
            Scalar::BatchSize => Expression::atom(quote!(batch_size)),
            Scalar::Place(place) => {
                let place = self.coordinate(place, forms);
                Expression::atom(match place.to_string().parse::<f64>() {
                    Ok(fixed) => constant(fixed),
                    Err(_) if place.clone().into_iter().count() == 1 => quote!(T::literal(#place as f64)),
                    Err(_) => quote!(T::literal((#place) as f64)),
                })
            }
            Scalar::OneHot { operand, class } => {
                let index = self.read(&forms[*operand]);
                let class = self.coordinate(class, forms);
                Expression::mask(quote!(#index as usize == #class))
            }
            Scalar::Apply { op, args } => {
                let args: Vec<Expression> = args
                    .iter()
                    .map(|arg| self.expression(arg, forms, locals))
                    .collect();
                let formula = op.formula();
                Expression::of(formula, &args)
            }
        }
    }

    /// The assignment `+=` and the operand `y`, if the value is `x + y` and overwrites its first operand `x`.
    pub(super) fn updated(
        &self,
        value: &Scalar,
        forms: &[Form],
        store: usize,
    ) -> Option<(TokenStream, TokenStream)> {
        let Scalar::Apply { op, args } = value else {
            return None;
        };
        let Formula::Infix(infix) = op.formula() else {
            return None;
        };
        let [sign, equals] = [
            Punct::new(infix.symbol(), Spacing::Joint),
            Punct::new('=', Spacing::Alone),
        ];
        let sign = quote!(#sign #equals);
        match args[0] {
            Scalar::Load(operand) if self.overwritten_by(operand) == Some(store) => {
                Some((sign, self.scalar(&args[1], forms, &[])))
            }
            _ => None,
        }
    }

    /// The condition and `x`, if the fold is a sum over `select(mask, x, 0)`.
    pub(super) fn where_counted(
        &self,
        fold: &FoldLoop,
        forms: &[Form],
    ) -> Option<(TokenStream, TokenStream)> {
        let Scalar::Apply { op, args } = &fold.value else {
            return None;
        };
        let counts = fold.by == Fold::Sum
            && op.formula() == Formula::Select
            && matches!(args[2], Scalar::Constant(0.0));
        if !counts {
            return None;
        }
        let mask = self.expression(&args[0], forms, &[]);
        Some((mask.condition()?.clone(), self.scalar(&args[1], forms, &[])))
    }
}

/// A number of the type that the network computes in.
fn constant(value: f64) -> TokenStream {
    match value {
        0.0 => quote!(T::ZERO),
        1.0 => quote!(T::ONE),
        f64::INFINITY => quote!(T::INFINITY),
        f64::NEG_INFINITY => quote!(T::NEG_INFINITY),
        value => {
            let value = number(value);
            quote!(T::literal(#value))
        }
    }
}
