//! The expression of one element.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::identifiers::identifier;
use super::super::number;
use super::nest::{Access, Form, Nest};
use crate::ops::elementwise::Elementwise;
use crate::ops::{Fold, Lowering, Op};
use crate::schedule::plan::{FoldLoop, Scalar, Statement};
use crate::schedule::view::View;

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

    /// What a loop does at each place, the forms of what it stores following those of what it reads.
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

    /// The expression of an element.
    pub(super) fn scalar(&self, value: &Scalar, forms: &[Form], locals: &[TokenStream]) -> TokenStream {
        match value {
            Scalar::Load(operand) => self.read(&forms[*operand]),
            Scalar::Local(statement) => locals[*statement].clone(),
            Scalar::Constant(0.0) => quote!(T::ZERO),
            Scalar::Constant(1.0) => quote!(T::ONE),
            Scalar::Constant(f64::INFINITY) => quote!(T::INFINITY),
            Scalar::Constant(f64::NEG_INFINITY) => quote!(T::NEG_INFINITY),
            Scalar::Constant(value) => {
                let value = number(*value);
                quote!(T::literal(#value))
            }
            Scalar::BatchSize => quote!(batch_size),
            Scalar::Place(place) => {
                let place = self.coordinate(place, forms);
                match place.to_string().parse::<f64>() {
                    Ok(fixed) => self.scalar(&Scalar::Constant(fixed), forms, locals),
                    Err(_) if place.clone().into_iter().count() == 1 => quote!(T::literal(#place as f64)),
                    Err(_) => quote!(T::literal((#place) as f64)),
                }
            }
            Scalar::OneHot { .. } => {
                let condition = self.condition(value, forms, locals).expect("a comparison");
                quote!(if #condition { T::ONE } else { T::ZERO })
            }
            Scalar::Apply {
                op: Op::Elementwise(Elementwise::Select),
                args,
            } => {
                let parts: Vec<TokenStream> = args[1..]
                    .iter()
                    .map(|arg| self.scalar(arg, forms, locals))
                    .collect();
                let (then, otherwise) = (&parts[0], &parts[1]);
                let condition = self.condition(&args[0], forms, locals).unwrap_or_else(|| {
                    let mask = self.scalar(&args[0], forms, locals);
                    quote!(#mask != T::ZERO)
                });
                quote!(if #condition { #then } else { #otherwise })
            }
            Scalar::Apply { op, args } => {
                let args: Vec<TokenStream> = args.iter().map(|arg| self.scalar(arg, forms, locals)).collect();
                match op.rules().lower(&[]) {
                    Lowering::Scalar(emit) => emit(&args),
                    _ => unreachable!("loops hold element-wise operators"),
                }
            }
        }
    }

    /// Of a value that goes where its first operand was, `x + y` over `x`, the assignment `+=` and `y`.
    pub(super) fn updated(
        &self,
        value: &Scalar,
        forms: &[Form],
        store: usize,
    ) -> Option<(TokenStream, TokenStream)> {
        let Scalar::Apply {
            op: Op::Elementwise(op),
            args,
        } = value
        else {
            return None;
        };
        let sign = match op {
            Elementwise::Add => quote!(+=),
            Elementwise::Sub => quote!(-=),
            Elementwise::Mul => quote!(*=),
            Elementwise::Div => quote!(/=),
            _ => return None,
        };
        match args[0] {
            Scalar::Load(operand) if self.overwritten_by(operand) == Some(store) => {
                Some((sign, self.scalar(&args[1], forms, &[])))
            }
            _ => None,
        }
    }

    /// Of a sum over `select(mask, x, 0)` the condition and `x`.
    pub(super) fn where_counted(
        &self,
        fold: &FoldLoop,
        forms: &[Form],
    ) -> Option<(TokenStream, TokenStream)> {
        match &fold.value {
            Scalar::Apply {
                op: Op::Elementwise(Elementwise::Select),
                args,
            } if fold.by == Fold::Sum && matches!(args[2], Scalar::Constant(0.0)) => {
                let condition = self.condition(&args[0], forms, &[])?;
                Some((condition, self.scalar(&args[1], forms, &[])))
            }
            _ => None,
        }
    }

    /// A mask as a condition, where it is a comparison.
    pub(super) fn condition(
        &self,
        mask: &Scalar,
        forms: &[Form],
        locals: &[TokenStream],
    ) -> Option<TokenStream> {
        match mask {
            Scalar::OneHot { operand, class } => {
                let index = self.read(&forms[*operand]);
                let class = self.coordinate(class, forms);
                Some(quote!(#index as usize == #class))
            }
            Scalar::Apply {
                op: Op::Elementwise(op),
                args,
            } => {
                let sign = match op {
                    Elementwise::Greater => quote!(>),
                    Elementwise::GreaterEqual => quote!(>=),
                    Elementwise::Equal => quote!(==),
                    _ => return None,
                };
                let sides: Vec<TokenStream> =
                    args.iter().map(|arg| self.scalar(arg, forms, locals)).collect();
                let (a, b) = (&sides[0], &sides[1]);
                Some(quote!(#a #sign #b))
            }
            _ => None,
        }
    }
}
