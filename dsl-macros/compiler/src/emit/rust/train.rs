//! The traits of a network with an entry point named `loss`: `Train`, and those of the products with a direction that it asks
//! for.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::batch::Field;
use super::entry::{Derived, EntryPoint};
use super::identifiers::identifier;
use super::{family, literal};
use crate::elaborate::{Derivative, EntryInput};
use crate::names::Names;
use crate::program::{CompiledNetwork, EntryPlans};

/// `impl Train`, and `impl HessianVector`, `impl GaussNewtonVector` where they are asked for; none without a `loss`.
pub fn emit(compiled: &CompiledNetwork<'_>) -> Option<TokenStream> {
    let plans = loss(compiled)?;
    let way = plans.entry.result.first_scalar()?;
    let mut names = Names::default();
    for word in ["self", "work", "mode", "results", "gradient", "direction"] {
        names.reserve(word);
    }
    let fresh = |input: &EntryInput| identifier(&names.fresh(&input.name.to_string()));
    let loss = Loss {
        compiled,
        plans,
        places: plans.entry.inputs.iter().map(fresh).collect(),
        way: way.into_iter().map(literal).collect(),
    };
    let train = loss.train();
    let products = plans.entry.derivatives.iter().filter_map(|asked| match asked {
        Derivative::Hvp => Some(loss.product("HessianVector", asked.word())),
        Derivative::Gnvp(_) => Some(loss.product("GaussNewtonVector", asked.word())),
        Derivative::Jvp | Derivative::Grad(_) => None,
    });
    Some(quote!(#train #(#products)*))
}

/// The entry point named `loss`, if it can be trained.
pub fn loss<'c>(compiled: &'c CompiledNetwork<'_>) -> Option<&'c EntryPlans> {
    let is_loss = |entry: &&EntryPlans| entry.entry.name == "loss" && entry.gradient_text().is_some();
    compiled.entries.iter().find(is_loss)
}

/// The method, among those of all entry points, by whose gradient the network is trained.
pub fn trained(compiled: &CompiledNetwork<'_>, points: &[EntryPoint<'_>]) -> Option<usize> {
    let trains = loss(compiled)?.training.is_some();
    let is_trained = |point: &EntryPoint<'_>| {
        let is_gradient = point.derived == [Derived::ByParameters] && !point.takes_direction;
        point.objective == "loss" && is_gradient && point.training == trains
    };
    points.iter().position(is_trained)
}

/// The entry point named `loss`, to be emitted.
struct Loss<'c, 'a> {
    compiled: &'c CompiledNetwork<'a>,
    plans: &'c EntryPlans,
    /// The names of its arguments.
    places: Vec<Ident>,
    /// The way to the loss, the first scalar, among several results.
    way: Vec<Literal>,
}

impl Loss<'_, '_> {
    fn train(&self) -> TokenStream {
        let (name, values) = (&self.compiled.network.name, family::values(self.compiled));
        let runtime = &self.compiled.network.runtime;
        let types = self.plans.entry.inputs.iter().map(|input| Field::of(input).ty());
        let inputs = match self.places.len() {
            1 => quote!(#(#types)*),
            _ => quote!((#(#types),*)),
        };
        let (mode, pattern, helper) = (self.mode(), self.pattern(), family::helper(self.compiled));
        let plain = self.call("loss", &[]);
        let loss = match self.plans.training {
            None => plain,
            Some(_) => self.choice(self.call("loss_in_training", &[]), plain),
        };
        let way = &self.way;
        let loss = match way.as_slice() {
            [] => loss,
            way => quote!(let results = #loss?; ::core::result::Result::Ok(results #(.#way)*)),
        };
        let loss_and_gradient = self.derivative("and_grad", &[]);
        quote! {
            impl<T: #runtime::Real> #runtime::Train for #name<#values T> {
                type Inputs<'a> = #inputs;
                const TRACE: #runtime::Trace = #helper::TRACE;

                fn loss_in(
                    &self,
                    work: &mut #runtime::Workspace<Self>,
                    #mode: #runtime::Mode,
                    #pattern: Self::Inputs<'_>,
                ) -> ::core::result::Result<T, #runtime::Error> {
                    #loss
                }

                fn loss_and_grad_in<'w>(
                    &self,
                    work: &'w mut #runtime::Workspace<Self>,
                    #mode: #runtime::Mode,
                    #pattern: Self::Inputs<'_>,
                ) -> ::core::result::Result<(T, &'w #runtime::Gradient<T>), #runtime::Error> {
                    #loss_and_gradient
                }
            }
        }
    }

    /// The implementation of the trait of a product with a direction.
    fn product(&self, of: &str, word: &str) -> TokenStream {
        let (name, values) = (&self.compiled.network.name, family::values(self.compiled));
        let runtime = &self.compiled.network.runtime;
        let (of, method) = (identifier(of), identifier(&format!("loss_{word}_in")));
        let (mode, pattern) = (self.mode(), self.pattern());
        let product = self.derivative(word, &[identifier("direction")]);
        quote! {
            impl<T: #runtime::Real> #runtime::#of for #name<#values T> {
                fn #method<'w>(
                    &self,
                    work: &'w mut #runtime::Workspace<Self>,
                    #mode: #runtime::Mode,
                    #pattern: <Self as #runtime::Train>::Inputs<'_>,
                    direction: &[T],
                ) -> ::core::result::Result<(T, &'w #runtime::Gradient<T>), #runtime::Error> {
                    #product
                }
            }
        }
    }

    /// The loss and what the methods of a derivative yield by parameters, in either mode.
    fn derivative(&self, word: &str, more: &[Ident]) -> TokenStream {
        let runtime = &self.compiled.network.runtime;
        let both = match self.plans.training {
            None => self.call(&format!("loss_{word}"), more),
            Some(_) => {
                let in_evaluation = match self.plans.evaluation.gradient {
                    Some(_) => self.call(&format!("loss_{word}_in_evaluation"), more),
                    None => quote! {
                        ::core::result::Result::Err(#runtime::Error::NoEvaluationGradient {
                            network: <Self as #runtime::Network>::NAME,
                        })
                    },
                };
                self.choice(
                    self.call(&format!("loss_{word}_in_training"), more),
                    in_evaluation,
                )
            }
        };
        match self.way.as_slice() {
            [] => both,
            way => quote! {
                let (results, gradient) = #both?;
                ::core::result::Result::Ok((results #(.#way)*, gradient))
            },
        }
    }

    fn call(&self, method: &str, more: &[Ident]) -> TokenStream {
        let method = identifier(method);
        let arguments = self.places.iter().chain(more);
        quote!(Self::#method(self, work, #(#arguments),*))
    }

    fn choice(&self, in_training: TokenStream, in_evaluation: TokenStream) -> TokenStream {
        let runtime = &self.compiled.network.runtime;
        quote! {
            match mode {
                #runtime::Mode::Train => #in_training,
                #runtime::Mode::Evaluate => #in_evaluation,
            }
        }
    }

    /// The name of the argument that chooses the mode, where it matters.
    fn mode(&self) -> TokenStream {
        self.plans.training.as_ref().map_or(quote!(_), |_| quote!(mode))
    }

    fn pattern(&self) -> TokenStream {
        match self.places.as_slice() {
            [place] => quote!(#place),
            places => quote!((#(#places),*)),
        }
    }
}
