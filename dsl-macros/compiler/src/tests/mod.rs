//! Whole networks through every stage: what each stage makes of them, that no pass changes their meaning, and that the
//! same declaration always gives the same text.
//!
//! The networks are those of `tests/networks`, read as text, so what is shown here is what integration tests run.

mod cost;
mod depth;
pub mod derivatives;
mod determinism;
mod edges;
mod epilogues;
mod helped;
mod layering;
pub mod leaves;
mod length;
mod meaning;
mod pairs;
mod plans;
mod products;
mod readme;
mod recompute;
mod repeats;
mod spans;
pub mod stages;
mod views;

use proc_macro2::{TokenStream, TokenTree};

use crate::compile::compile;
use crate::diagnostics::Diagnostics;
use crate::elaborate::{EntryInput, Model, ParameterDeclaration, elaborate};
use crate::expand::testing::unguarded;
use crate::plan::print::LeafNames;
use crate::program::CompiledNetwork;
use crate::syntax;
use crate::syntax::ast::Network;

/// A declaration of `tests/networks`.
pub struct Fixture {
    pub name: &'static str,
    text: &'static str,
}

macro_rules! fixtures {
    ($($name:literal),* $(,)?) => {
        &[$(Fixture { name: $name, text: include_str!(concat!("../../../../tests/networks/", $name, ".rs")) }),*]
    };
}

pub const FIXTURES: &[Fixture] = fixtures![
    "activations",
    "batch_norm",
    "bidirectional",
    "channels_last",
    "conv_strided",
    "decoder",
    "derivatives",
    "filters",
    "gpt",
    "gradient_penalty",
    "gru",
    "hinge",
    "lenet",
    "lenet_small",
    "losses",
    "lstm",
    "mlp",
    "mlp_small_parity",
    "naive_sigmoid",
    "oscillator",
    "recomputed",
    "regression",
    "residual",
    "resnet20",
    "resnet_small",
    "separable",
    "sequence_conv",
    "siamese",
    "soft_targets",
    "transformer",
    "two_inputs_two_outputs",
    "unet",
    "upsampling",
    "vae",
    "xor",
];

/// Words at arguments where others have no number: a network by itself.
pub const EDGES: &Fixture = &fixtures!["edges"][0];

/// The names of the leaves of an entry point with these inputs.
pub fn leaf_names(inputs: &[EntryInput], model: &Model) -> LeafNames {
    let name = |declaration: &ParameterDeclaration| declaration.name.clone();
    LeafNames {
        inputs: inputs.iter().map(|input| input.name.to_string()).collect(),
        parameters: model.parameters.iter().map(name).collect(),
        buffers: model.buffers.iter().map(name).collect(),
    }
}

/// The fixture of this name.
pub fn fixture(name: &str) -> &'static Fixture {
    FIXTURES
        .iter()
        .find(|fixture| fixture.name == name)
        .unwrap_or_else(|| panic!("no fixture {name}"))
}

impl Fixture {
    /// The tokens between the braces of its `network! { … }`.
    pub fn tokens(&self) -> TokenStream {
        let file: TokenStream = self.text.parse().expect("a fixture is tokens");
        match file.into_iter().last() {
            Some(TokenTree::Group(braces)) => braces.stream(),
            _ => panic!("{} ends with a network", self.name),
        }
    }

    pub fn syntax(&self) -> Network {
        let mut diagnostics = Diagnostics::new();
        let network = syntax::parse(self.tokens(), &mut diagnostics);
        assert!(diagnostics.is_empty(), "{}: {}", self.name, diagnostics.render());
        network.expect("it declares a type")
    }

    pub fn model(&self) -> Model {
        let mut diagnostics = Diagnostics::new();
        let model = elaborate(&self.syntax(), &mut diagnostics);
        assert!(diagnostics.is_empty(), "{}: {}", self.name, diagnostics.render());
        model.expect("it is sound")
    }

    /// Calls `with` on the network on its last stage before tokens.
    pub fn compiled<T>(&self, with: impl FnOnce(&CompiledNetwork<'_>) -> T) -> T {
        let network = self.syntax();
        with(&compile(&network, self.model()))
    }

    /// The code that the macro emits, laid out as by `cargo expand`.
    pub fn expansion(&self) -> String {
        let tokens = unguarded(self.tokens());
        let file = syn::parse2(tokens).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        prettyplease::unparse(&file)
    }
}
