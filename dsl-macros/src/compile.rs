//! The whole compiler, stage by stage.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Span, TokenStream};

use crate::diagnostics::Diagnostics;
use crate::differentiate::pull_back;
use crate::elaborate::{Entry, Model, ROLL, elaborate_with};
use crate::emit;
use crate::graph::{Function, Val};
use crate::import::{Declaration, Goal};
use crate::layers::{Layer, layers};
use crate::ops::Op;
use crate::optimise::{optimise, stabilise};
use crate::prelude;
use crate::schedule::blocks::in_blocks;
use crate::schedule::plan::{Plan, Root};
use crate::schedule::rounding::round_products;
use crate::schedule::{Orders, orders, schedule};
use crate::syntax;
use crate::syntax::ast::{Expr, Network, Products};
use crate::syntax::unused::Unused;

/// A declaration on its last stage before tokens.
pub struct Compiled<'a> {
    pub network: &'a Network,
    /// Of a member of a family: the literals of its parameters.
    pub values: Vec<Expr>,
    pub model: Model,
    /// What the type's documentation lists.
    pub layers: Vec<Layer>,
    pub orders: Orders,
    pub entries: Vec<CompiledEntry>,
}

/// One entry point, in both modes where they differ.
pub struct CompiledEntry {
    pub entry: Entry,
    pub evaluation: Version,
    pub training: Option<Version>,
}

/// One entry point in one mode and, where a result is a `Scalar`, the gradient of the first.
pub struct Version {
    pub plan: Plan,
    pub gradient: Option<Gradient>,
    /// The buffers whose new values are the last outputs of the plans.
    pub updates: Vec<usize>,
}

impl CompiledEntry {
    #[cfg(test)]
    pub fn versions(&self) -> impl Iterator<Item = &Version> {
        std::iter::once(&self.evaluation).chain(&self.training)
    }

    /// The derived gradient as text: of training mode, where the modes differ.
    pub fn gradient_text(&self) -> Option<&str> {
        let version = self.training.as_ref().unwrap_or(&self.evaluation);
        Some(&version.gradient.as_ref()?.text)
    }
}

pub struct Gradient {
    pub plan: Plan,
    /// The printed graph.
    pub text: String,
}

/// `work`; a fault of the compiler itself becomes one error, which asks to report it.
pub fn guarded(input: TokenStream, work: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
    // Nothing outlives the call but the panic: no state can be seen half changed.
    let panic = match catch_unwind(AssertUnwindSafe(|| work(input))) {
        Ok(tokens) => return tokens,
        Err(panic) => panic,
    };
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let cause = text.or_else(|| panic.downcast_ref::<&str>().copied());
    let mut diagnostics = Diagnostics::new();
    diagnostics
        .error(
            Span::call_site(),
            "this network! broke its compiler, which is a mistake of the compiler, not yours",
        )
        .note(cause.unwrap_or("the cause is unknown"))
        .help("please report it together with the declaration");
    diagnostics.into_tokens()
}

/// tokens → tokens; `runtime` is what the crate of the runtime is called where they stand.
pub fn network(runtime: TokenStream, declaration: TokenStream) -> TokenStream {
    Declaration::new(Goal::Network, runtime, declaration).expand()
}

/// A declaration whose imports are known → tokens.
pub fn resolved(declaration: Declaration) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let Some(mut network) = syntax::parse(declaration.tokens.clone(), &mut diagnostics) else {
        return diagnostics.into_tokens();
    };
    network.runtime = declaration.runtime.clone();
    match declaration.imported(&mut diagnostics) {
        Some((imported, _)) if diagnostics.is_empty() => network.imported = imported,
        _ => return with_outline(&network, diagnostics),
    }
    let Some(prelude) = prelude::parse(&mut diagnostics) else {
        return with_outline(&network, diagnostics);
    };
    let members = members(&network);
    let mut models = Vec::new();
    for member in &members {
        let mut found = Diagnostics::new();
        models.extend(elaborate_with(&member.network, &prelude, ROLL, &mut found));
        match &member.label {
            Some(label) => diagnostics.add_member(label, found),
            None => diagnostics = found,
        }
    }
    if !diagnostics.is_empty() || models.len() < members.len() {
        return with_outline(&network, diagnostics);
    }
    let mut warnings = emit::warnings::unused(&Unused::of(&network.functions, &network.constants));
    // What one member of a family has, the others have too.
    let untrained = models.first().map(|model: &Model| model.untrained.as_slice());
    warnings.extend(emit::warnings::untrained(untrained.unwrap_or_default()));
    let compiled = members.iter().zip(models).map(|(member, model)| Compiled {
        values: member.values.clone(),
        ..compile(&member.network, model)
    });
    let mut tokens = emit::emit(&compiled.collect::<Vec<Compiled<'_>>>());
    tokens.extend(warnings);
    tokens
}

/// One network of a declaration.
struct Member {
    network: Network,
    /// What names it among others: `` `WIDTH = 8` ``.
    label: Option<String>,
    values: Vec<Expr>,
}

/// The members of a family; of another declaration itself.
fn members(network: &Network) -> Vec<Member> {
    let Some(family) = &network.family else {
        return vec![Member {
            network: network.clone(),
            label: None,
            values: Vec::new(),
        }];
    };
    let members = family.members.iter().map(|member| Member {
        network: network.member(&member.values),
        label: Some(member.describe(&family.parameters)),
        values: member.values.clone(),
    });
    members.collect()
}

/// The errors of a declaration that cannot be read, with its outline.
pub fn syntax_errors(tokens: &TokenStream, runtime: &TokenStream) -> Option<TokenStream> {
    let mut diagnostics = Diagnostics::new();
    let network = syntax::parse(tokens.clone(), &mut diagnostics);
    match (network, diagnostics.is_empty()) {
        (_, true) => None,
        (Some(mut network), false) => {
            network.runtime = runtime.clone();
            Some(with_outline(&network, diagnostics))
        }
        (None, false) => Some(diagnostics.into_tokens()),
    }
}

/// Errors, and what keeps the rest of the user's crate compiling.
fn with_outline(network: &Network, diagnostics: Diagnostics) -> TokenStream {
    let mut tokens = diagnostics.into_tokens();
    tokens.extend(emit::outline::emit(network));
    tokens
}

/// Everything after elaboration; nothing here can fail.
pub fn compile(network: &Network, mut model: Model) -> Compiled<'_> {
    let layers = layers(&model);
    let (entries, orders) = derived(&mut model);
    let entries = entries
        .into_iter()
        .map(|(entry, evaluation, training)| CompiledEntry {
            entry,
            evaluation: evaluation.scheduled(&orders, &model, network.products),
            training: training.map(|training| training.scheduled(&orders, &model, network.products)),
        })
        .collect();
    Compiled {
        network,
        values: Vec::new(),
        model,
        layers,
        orders,
        entries,
    }
}

/// An entry point, and its modes where they differ, between differentiation and scheduling.
pub type DerivedEntry = (Entry, Derived, Option<Derived>);

/// Everything between elaboration and scheduling; the entries of the model are empty afterwards.
pub fn derived(model: &mut Model) -> (Vec<DerivedEntry>, Orders) {
    let entries: Vec<DerivedEntry> = std::mem::take(&mut model.entries)
        .into_iter()
        .map(|mut entry| {
            let loss = entry.result.first_scalar_output();
            let evaluation = std::mem::replace(&mut entry.function, Function::empty());
            let evaluation = Derived::new(evaluation, loss, Vec::new());
            let training = entry
                .training
                .take()
                .map(|training| Derived::new(training.function, loss, training.updates));
            (entry, evaluation, training)
        })
        .collect();
    let derived = entries
        .iter()
        .flat_map(|(_, evaluation, training)| std::iter::once(evaluation).chain(training));
    let orders = orders(derived.flat_map(Derived::functions));
    (entries, orders)
}

/// One mode of an entry point between differentiation and scheduling.
pub struct Derived {
    pub forward: Function,
    pub gradient: Option<Differentiated>,
    updates: Vec<usize>,
}

impl Derived {
    fn new(function: Function, loss: Option<usize>, updates: Vec<usize>) -> Derived {
        let gradient = loss.map(|loss| differentiated(&function, loss));
        Derived {
            forward: optimise(function),
            gradient,
            updates,
        }
    }

    fn functions(&self) -> impl Iterator<Item = &Function> {
        let gradient = self.gradient.iter().map(|gradient| &gradient.function);
        std::iter::once(&self.forward).chain(gradient)
    }

    fn scheduled(self, orders: &Orders, model: &Model, products: Products) -> Version {
        let Derived {
            forward,
            gradient,
            updates,
        } = self;
        let in_form = |plan: Plan| match products {
            Products::Full => plan,
            Products::Bf16 => round_products(plan),
        };
        let roots = forward.output_roots();
        let gradient = gradient.map(|gradient| Gradient {
            text: gradient.print(model, &updates),
            plan: in_form(gradient.in_blocks().plan(orders)),
        });
        Version {
            plan: in_form(schedule(&forward.graph, &roots, orders)),
            gradient,
            updates,
        }
    }
}

impl Function {
    /// Its outputs as what is asked of a schedule.
    pub fn output_roots(&self) -> Vec<Root> {
        self.outputs.iter().map(|&val| Root::Output(val)).collect()
    }
}

/// An entry point with the gradient of its first scalar.
pub struct Differentiated {
    /// Outputs, then the gradients of `parameters`.
    pub function: Function,
    pub parameters: Vec<usize>,
}

/// The gradient of output `loss` by every parameter it depends on, in its simplest form.
pub fn differentiated(function: &Function, loss: usize) -> Differentiated {
    let Differentiated { function, parameters } = derive(function, loss);
    Differentiated {
        function: optimise(function),
        parameters,
    }
}

/// The same as the reverse sweep leaves it.
pub fn derive(function: &Function, loss: usize) -> Differentiated {
    let Function { graph, mut outputs } = stabilise(function.copy());
    let loss = outputs[loss];
    let mut reached: BTreeMap<usize, Val> = BTreeMap::new();
    for val in graph.live(&[loss]) {
        if let Op::Parameter(parameter) = &graph.node(val).op {
            reached.insert(parameter.index, val);
        }
    }
    let wrt: Vec<Val> = reached.values().copied().collect();
    let gradients = pull_back(&graph, &[(loss, graph.constant(1.0).val)], &wrt);
    let mut parameters = Vec::new();
    for (parameter, gradient) in reached.into_keys().zip(gradients) {
        if let Some(gradient) = gradient {
            parameters.push(parameter);
            outputs.push(gradient);
        }
    }
    Differentiated {
        function: Function { graph, outputs },
        parameters,
    }
}

impl Differentiated {
    pub fn roots(&self) -> Vec<Root> {
        let results = self.function.outputs.len() - self.parameters.len();
        let outputs = self.function.outputs[..results]
            .iter()
            .map(|&val| Root::Output(val));
        let gradients = self.parameters.iter().zip(&self.function.outputs[results..]);
        outputs
            .chain(gradients.map(|(&parameter, &val)| Root::Gradient { parameter, val }))
            .collect()
    }

    /// The same, laid out for a step of training.
    pub fn in_blocks(&self) -> Differentiated {
        Differentiated {
            function: in_blocks(&self.function),
            parameters: self.parameters.clone(),
        }
    }

    fn plan(&self, orders: &Orders) -> Plan {
        schedule(&self.function.graph, &self.roots(), orders)
    }

    /// One line a value, then outputs, the new values of `updates` and gradients.
    pub fn print(&self, model: &Model, updates: &[usize]) -> String {
        let outputs = self.function.outputs.len() - self.parameters.len();
        let results = outputs - updates.len();
        let names = self.function.outputs.iter().enumerate().map(|(place, &val)| {
            let name = if place >= outputs {
                format!("∂ {}", model.parameters[self.parameters[place - outputs]].name)
            } else if place >= results {
                format!("new {}", model.buffers[updates[place - results]].name)
            } else if results == 1 {
                "result".to_string()
            } else {
                format!("result{}", place + 1)
            };
            (name, val)
        });
        crate::graph::print::print(&self.function.graph, &names.collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests;
