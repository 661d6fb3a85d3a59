//! `reference!`: evaluates a network with the interpreter during expansion, for tests that compare emitted
//! code with the meaning of the graph before any pass.

use std::collections::BTreeMap;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::collections::IntoCollection;
use crate::diagnostics::Diagnostics;
use crate::elaborate::{Entry, Model, ParameterDeclaration, Training, elaborate};
use crate::emit::rust::number;
use crate::graph::interpret::{Array, Batch, Environment, interpret};
use crate::graph::{Batching, Element, Function, Type};
use crate::import::Declaration;
use crate::program::Gradient;
use crate::syntax;

/// Compiles a declaration to a `dsl_runtime::reference::Reference` expression.
pub fn reference(declaration: &Declaration, examples: usize) -> TokenStream {
    let runtime = &declaration.runtime;
    let mut diagnostics = Diagnostics::new();
    let Some((imported, _)) = declaration.imported(&mut diagnostics) else {
        diagnostics.discard();
        return quote!(::core::compile_error! { "a block that is imported has mistakes" });
    };
    let mut network = syntax::parse(declaration.tokens.clone(), &mut diagnostics);
    if let Some(network) = &mut network {
        network.imported = imported;
    }
    let model = network
        .as_ref()
        .filter(|_| diagnostics.is_empty())
        .and_then(|network| elaborate(network, &mut diagnostics));
    let errors = diagnostics.into_tokens();
    let Some(model) = model.filter(|_| errors.is_empty()) else {
        return errors;
    };
    let mut data = Data::new(&model, Numbers::default());
    let entries = model.entries.iter().map(|entry| {
        let environment = data.environment(entry, examples);
        entry_tokens(entry, &model, &environment, runtime)
    });
    let entries: Vec<TokenStream> = entries.collect();
    let parameters = named(&model.parameters, data.parameters.iter());
    let buffers = named(&model.buffers, data.buffers.iter());
    let examples = Literal::usize_unsuffixed(examples);
    quote! {
        #runtime::reference::Reference {
            examples: #examples,
            parameters: #parameters,
            buffers: #buffers,
            entries: &[#(#entries)*],
        }
    }
}

/// Values for the leaves of a network.
pub struct Data {
    parameters: Vec<Array>,
    buffers: Vec<Array>,
    numbers: Numbers,
}

impl Data {
    pub fn new(model: &Model, mut numbers: Numbers) -> Data {
        let parameters = model.parameters.iter();
        let parameters = parameters
            .map(|parameter| Array::from_fn(&parameter.shape, |_| numbers.real() * 0.5))
            .collect();
        // Buffers are positive, since variances are.
        let buffers = model.buffers.iter();
        let buffers = buffers
            .map(|buffer| Array::from_fn(&buffer.shape, |_| 0.75 + 0.5 * numbers.real()))
            .collect();
        Data {
            parameters,
            buffers,
            numbers,
        }
    }

    /// The environment of an entry point: different numbers for every example and every call.
    pub fn environment(&mut self, entry: &Entry, examples: usize) -> Environment {
        let inputs = entry.inputs.iter();
        Environment {
            examples,
            inputs: inputs
                .map(|input| self.numbers.batch(&input.ty, examples))
                .enumerate()
                .into_map(),
            parameters: self.parameters.iter().cloned().enumerate().into_map(),
            buffers: self.buffers.iter().cloned().enumerate().into_map(),
            ..Environment::default()
        }
    }
}

/// Names and values as pairs.
fn named<'a>(
    declarations: impl IntoIterator<Item = &'a ParameterDeclaration>,
    values: impl Iterator<Item = &'a Array>,
) -> TokenStream {
    let pairs = declarations.into_iter().zip(values).map(|(declaration, array)| {
        let (name, values) = (&declaration.name, list(&array.data));
        quote!((#name, #values))
    });
    quote!(&[#(#pairs),*])
}

/// The tokens of an entry point, once for each mode if the modes differ.
fn entry_tokens(
    entry: &Entry,
    model: &Model,
    environment: &Environment,
    runtime: &TokenStream,
) -> TokenStream {
    let evaluation = function_tokens(entry, &entry.function, &[], false, model, environment, runtime);
    let training = entry.training.iter().map(|training| {
        let Training {
            function, updates, ..
        } = training;
        function_tokens(entry, function, updates, true, model, environment, runtime)
    });
    quote!(#evaluation, #(#training,)*)
}

fn function_tokens(
    entry: &Entry,
    function: &Function,
    updates: &[usize],
    training: bool,
    model: &Model,
    environment: &Environment,
    runtime: &TokenStream,
) -> TokenStream {
    let inputs = entry.inputs.iter().enumerate().map(|(index, input)| {
        let values = flat(&environment.inputs[&index]);
        match input.ty.element {
            Element::Real => {
                let values = list(&values);
                quote!(#runtime::reference::Input::Reals(#values))
            }
            Element::Index { .. } => {
                let values = values.iter().map(|&value| Literal::u32_unsuffixed(value as u32));
                quote!(#runtime::reference::Input::Indices(&[#(#values),*]))
            }
        }
    });
    let inputs: Vec<TokenStream> = inputs.collect();
    let outputs = interpret(&function.graph, &function.outputs, environment);
    let (results, new_values) = outputs.split_at(outputs.len() - updates.len());
    let results = results.iter().map(|output| list(&flat(output)));
    let updated = updates.iter().map(|&buffer| &model.buffers[buffer]);
    let updates = named(updated, new_values.iter().map(Batch::shared));
    let reached = gradients(entry, function, environment);
    let declared = reached.keys().map(|&parameter| &model.parameters[parameter]);
    let gradients = named(declared, reached.values());
    let name = entry.name.to_string();
    quote! {
        #runtime::reference::Entry {
            name: #name,
            training: #training,
            inputs: &[#(#inputs),*],
            outputs: &[#(#results),*],
            updates: #updates,
            gradients: #gradients,
        }
    }
}

/// The gradient of the first scalar, if there is one, by every parameter it depends on.
fn gradients(entry: &Entry, function: &Function, environment: &Environment) -> BTreeMap<usize, Array> {
    let Some(loss) = entry.result.first_scalar_output() else {
        return BTreeMap::new();
    };
    let results = function.outputs.len();
    let Gradient { function, parameters } = Gradient::of(function.copy(), loss);
    let values = interpret(&function.graph, &function.outputs[results..], environment);
    let gradients = values.iter().map(|value| value.shared().clone());
    parameters.into_iter().zip(gradients).into_map()
}

fn flat(batch: &Batch) -> Vec<f64> {
    match batch {
        Batch::Shared(array) => array.data.clone(),
        Batch::PerExample(arrays) => arrays
            .iter()
            .flat_map(|array| array.data.iter().copied())
            .collect(),
    }
}

fn list(values: &[f64]) -> TokenStream {
    let values = values.iter().map(|&value| number(value));
    quote!(&[#(#values),*])
}

/// A fixed sequence of pseudorandom numbers (SplitMix64, Steele et al. 2014), the same in every expansion.
#[derive(Default)]
pub struct Numbers {
    state: u64,
}

impl Numbers {
    #[cfg(test)]
    pub fn seeded(seed: u64) -> Numbers {
        Numbers { state: seed }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Between −1 and 1, exact in `f32`.
    pub fn real(&mut self) -> f64 {
        (self.next() >> 44) as f64 / f64::from(1 << 19) - 1.0
    }

    fn array(&mut self, ty: &Type) -> Array {
        Array::from_fn(&ty.shape, |_| match ty.element {
            Element::Real => self.real(),
            Element::Index { limit } => (self.next() % limit.max(1) as u64) as f64,
        })
    }

    fn batch(&mut self, ty: &Type, examples: usize) -> Batch {
        match ty.batching {
            Batching::Shared => Batch::Shared(self.array(ty)),
            Batching::PerExample => Batch::PerExample((0..examples).map(|_| self.array(ty)).collect()),
        }
    }
}
