//! Rust for the expression of one element: `T::exp::<FMA>(x - y) * z`.

use proc_macro2::{Ident, Literal, Punct, Spacing, Span, TokenStream};
use quote::quote;

use super::number;
use crate::ops::formula::{Comparison, Formula, Precedence};

/// An expression in Rust.
#[derive(Clone, Debug)]
pub struct Expression {
    pub code: TokenStream,
    precedence: Precedence,
    /// The condition that the value is the mask of: `a > b` of `if a > b { T::ONE } else { T::ZERO }`.
    condition: Option<TokenStream>,
}

impl Expression {
    /// A name, a number, a call, an element of a slice.
    pub fn atom(code: TokenStream) -> Expression {
        Expression {
            code,
            precedence: Precedence::Atom,
            condition: None,
        }
    }

    /// 1 where the condition holds, else 0.
    pub fn mask(condition: TokenStream) -> Expression {
        Expression {
            code: quote!(if #condition { T::ONE } else { T::ZERO }),
            precedence: Precedence::Choice,
            condition: Some(condition),
        }
    }

    /// The formula of an operator on these arguments.
    pub fn of(formula: Formula, args: &[Expression]) -> Expression {
        match (formula, args) {
            (Formula::Infix(infix), [a, b]) => {
                let precedence = infix.precedence();
                let (a, b) = (a.within(precedence), b.beyond(precedence));
                let symbol = Punct::new(infix.symbol(), Spacing::Alone);
                Expression {
                    code: quote!(#a #symbol #b),
                    precedence,
                    condition: None,
                }
            }
            (Formula::Negate, [a]) => {
                let a = a.beyond(Precedence::Sign);
                Expression {
                    code: quote!(-#a),
                    precedence: Precedence::Sign,
                    condition: None,
                }
            }
            (Formula::Compare(comparison), [a, b]) => {
                let (a, b) = (a.beyond(Precedence::Choice), b.beyond(Precedence::Choice));
                let symbol = symbol(comparison);
                Expression::mask(quote!(#a #symbol #b))
            }
            (Formula::Select, [mask, a, b]) => {
                let (condition, a, b) = (mask.as_condition(), &a.code, &b.code);
                Expression {
                    code: quote!(if #condition { #a } else { #b }),
                    precedence: Precedence::Choice,
                    condition: None,
                }
            }
            (Formula::Call(function), args) => {
                let (function, args) = (name(function), args.iter().map(|arg| &arg.code));
                Expression::atom(quote!(T::#function(#(#args),*)))
            }
            (Formula::Fused(function), args) => {
                let (function, args) = (name(function), args.iter().map(|arg| &arg.code));
                Expression::atom(quote!(T::#function::<FMA>(#(#args),*)))
            }
            (Formula::AtLeast(least, function), args) => {
                let (function, args) = (name(function), args.iter().map(|arg| &arg.code));
                let least = Literal::f64_unsuffixed(least);
                Expression::atom(quote!(T::max(T::#function::<FMA>(#(#args),*), T::literal(#least))))
            }
            (Formula::FromInteger, [index]) => {
                let index = &index.code;
                Expression::atom(quote!(T::literal(f64::from(#index))))
            }
            (Formula::IntegerPower(exponent), [x]) => {
                let (x, exponent) = (&x.code, Literal::i32_unsuffixed(exponent));
                Expression::atom(quote!(T::powi(#x, #exponent)))
            }
            (Formula::RealPower(exponent), [x]) => {
                let (x, exponent) = (&x.code, number(exponent));
                Expression::atom(quote!(T::powf(#x, T::literal(#exponent))))
            }
            (formula, args) => unreachable!("{formula:?} of {} arguments", args.len()),
        }
    }

    /// A mask as the condition of an `if`.
    fn as_condition(&self) -> TokenStream {
        match &self.condition {
            Some(condition) => condition.clone(),
            None => {
                let mask = self.beyond(Precedence::Choice);
                quote!(#mask != T::ZERO)
            }
        }
    }

    /// The condition that the value is the mask of, if it is one.
    pub fn condition(&self) -> Option<&TokenStream> {
        self.condition.as_ref()
    }

    /// The code, in parentheses unless it binds at least this tightly.
    fn within(&self, least: Precedence) -> TokenStream {
        let code = &self.code;
        match self.precedence >= least {
            true => code.clone(),
            false => quote!((#code)),
        }
    }

    /// The code, in parentheses unless it binds more tightly than this.
    fn beyond(&self, limit: Precedence) -> TokenStream {
        let code = &self.code;
        match self.precedence > limit {
            true => code.clone(),
            false => quote!((#code)),
        }
    }
}

/// A function of `Real`.
fn name(function: &str) -> Ident {
    Ident::new(function, Span::call_site())
}

fn symbol(comparison: Comparison) -> TokenStream {
    match comparison {
        Comparison::Greater => quote!(>),
        Comparison::GreaterEqual => quote!(>=),
        Comparison::Equal => quote!(==),
    }
}

#[cfg(test)]
pub mod tests;
