//! The names of the places of a plan in the code of one entry point.

mod routine;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::access;
use super::geometries::Geometries;
use super::identifiers::identifier;
use super::layout::Layout;
use super::literal;
use super::module::kernels;
use super::quoted::Expressions;
use crate::collections::IntoCollection;
use crate::elaborate::EntryInput;
use crate::graph::{Batching, Shape};
use crate::names::Names;
use crate::plan::{Extent, LoopStride, Operand, Packing, Plan, Source, Step};

/// Words generated code uses for itself, besides the kernels.
const RESERVED: &[&str] = &[
    "FMA",
    "Self",
    "batch",
    "batch_size",
    "blocks",
    "blocks_mut",
    "buffers",
    "call",
    "carve",
    "check_direction",
    "check_indices",
    "check_shared",
    "direction",
    "draws",
    "elementwise",
    "examples",
    "first",
    "gradient",
    "indices",
    "lane",
    "lanes",
    "largest",
    "layout",
    "memory",
    "more",
    "packed",
    "parameters",
    "reals",
    "rows",
    "rows_mut",
    "scratch",
    "self",
    "share",
    "sizes",
    "start",
    "state",
    "steps",
    "sum",
    "team",
    "updates",
    "values",
    "watch",
    "work",
    "ranges",
    "slots",
];

/// The names of one entry point.
#[derive(Clone)]
pub struct Scope<'a> {
    pub plan: &'a Plan,
    pub inputs: &'a [EntryInput],
    pub layout: &'a Layout,
    pub geometries: &'a Geometries,
    /// The name of the function that gradients differentiate: the entry point.
    pub objective: String,
    input_idents: Vec<Ident>,
    value_idents: Vec<Ident>,
    slot_idents: Vec<Ident>,
    /// The names of the parameters that the plan touches, and of no others: each of many entry points has its
    /// own.
    parameter_idents: BTreeMap<usize, Ident>,
    /// The names of those that may lie packed, where they do.
    packed_idents: BTreeMap<usize, Ident>,
    /// The names of the directions that the plan reads.
    direction_idents: BTreeMap<usize, Ident>,
    buffer_idents: Vec<Ident>,
    site_idents: BTreeMap<usize, Ident>,
    gradient_idents: BTreeMap<usize, Ident>,
    turn_idents: Vec<Ident>,
    /// The ranges of rows a worker forms, by the name of what they are of.
    rows_idents: BTreeMap<Ident, Ident>,
    /// Taken names, from which loop variables keep away.
    pub names: Names,
    expressions: Rc<Expressions>,
    /// True in a routine, where parameters have names of their own.
    in_routine: bool,
}

impl<'a> Scope<'a> {
    pub fn new(
        plan: &'a Plan,
        inputs: &'a [EntryInput],
        layout: &'a Layout,
        geometries: &'a Geometries,
        objective: String,
    ) -> Scope<'a> {
        let mut names = Scope::reserved();
        let input_idents = inputs
            .iter()
            .map(|input| identifier(&names.fresh(&input.name.to_string())))
            .collect();
        let value_idents = plan
            .values
            .iter()
            .map(|value| identifier(&names.fresh(&value.name.replace('.', "_"))))
            .collect();
        let mut tenants: Vec<Vec<usize>> = plan.slots.iter().map(|_| Vec::new()).collect();
        for (value, of) in plan.values.iter().enumerate() {
            if let Some(tenants) = tenants.get_mut(of.slot) {
                tenants.push(value);
            }
        }
        // A slot with one tenant goes by its name.
        let value_idents: Vec<Ident> = value_idents;
        let slot_ident = |tenants: &Vec<usize>| match tenants.as_slice() {
            [value] => value_idents[*value].clone(),
            _ => identifier(&names.numbered("slot")),
        };
        let slot_idents = tenants.iter().map(slot_ident).collect::<Vec<Ident>>();
        let mut scope = Scope {
            plan,
            inputs,
            layout,
            geometries,
            objective,
            input_idents,
            value_idents,
            slot_idents,
            parameter_idents: BTreeMap::new(),
            packed_idents: BTreeMap::new(),
            direction_idents: BTreeMap::new(),
            buffer_idents: Vec::new(),
            site_idents: BTreeMap::new(),
            gradient_idents: BTreeMap::new(),
            turn_idents: Vec::new(),
            rows_idents: BTreeMap::new(),
            names,
            expressions: Rc::new(Expressions::new(plan, inputs)),
            in_routine: false,
        };
        for parameter in touched(plan) {
            let ident = identifier(&scope.names.fresh(&layout.local_name(parameter)));
            scope.parameter_idents.insert(parameter, ident);
        }
        for parameter in packed_of(plan) {
            let name = format!("{}_packed", layout.local_name(parameter));
            let ident = identifier(&scope.names.fresh(&name));
            scope.packed_idents.insert(parameter, ident);
        }
        for buffer in &layout.buffers {
            let ident = identifier(&scope.names.fresh(&buffer.local_name()));
            scope.buffer_idents.push(ident);
        }
        let steps = plan.phases.iter().flat_map(|phase| &phase.steps);
        for operand in steps.flat_map(|step| step.kind.reads()) {
            match operand.source {
                Source::Site(site) => {
                    let ident = identifier(&scope.names.numbered("site"));
                    scope.site_idents.entry(site).or_insert(ident);
                }
                Source::Direction(parameter) if !scope.direction_idents.contains_key(&parameter) => {
                    let name = format!("direction_{}", layout.local_name(parameter));
                    let ident = identifier(&scope.names.fresh(&name));
                    scope.direction_idents.insert(parameter, ident);
                }
                _ => {}
            }
        }
        for &parameter in &plan.gradients {
            let name = format!("d_{}", layout.local_name(parameter));
            let ident = identifier(&scope.names.fresh(&name));
            scope.gradient_idents.insert(parameter, ident);
        }
        let written: Vec<Ident> = [&scope.value_idents, &scope.slot_idents]
            .into_iter()
            .flatten()
            .chain(scope.gradient_idents.values())
            .cloned()
            .collect();
        for ident in written {
            if !scope.rows_idents.contains_key(&ident) {
                let rows = identifier(&scope.names.fresh(&format!("{ident}_rows")));
                scope.rows_idents.insert(ident, rows);
            }
        }
        for _ in 0..plan.repeats {
            let ident = identifier(&scope.names.fresh("t"));
            scope.turn_idents.push(ident);
        }
        scope.names = std::mem::take(&mut scope.names).inner();
        scope
    }

    /// Names without those that generated code uses for itself.
    fn reserved() -> Names {
        let mut names = Names::default();
        for word in RESERVED.iter().copied().chain(kernels()) {
            names.reserve(word);
        }
        names
    }

    pub fn input(&self, index: usize) -> &Ident {
        &self.input_idents[index]
    }

    pub fn value(&self, value: usize) -> &Ident {
        &self.value_idents[value]
    }

    pub fn slot(&self, slot: usize) -> &Ident {
        &self.slot_idents[slot]
    }

    pub fn gradient(&self, parameter: usize) -> &Ident {
        &self.gradient_idents[&parameter]
    }

    pub fn ident_of(&self, source: Source) -> Ident {
        match source {
            Source::Input(index) => self.input(index).clone(),
            Source::Value(value) => self.value(value).clone(),
            Source::Gradient(parameter) => self.gradient(parameter).clone(),
            Source::Parameter(parameter) => self.parameter_idents[&parameter].clone(),
            Source::Direction(parameter) => self.direction_idents[&parameter].clone(),
            Source::Buffer(buffer) => self.buffer_idents[buffer].clone(),
            Source::Site(site) => self.site_idents[&site].clone(),
        }
    }

    /// The name of a packed parameter, where it is handed over by itself.
    pub fn packed_ident(&self, parameter: usize) -> &Ident {
        &self.packed_idents[&parameter]
    }

    /// The type of a packed parameter, where it is handed over by itself.
    pub fn packed_type(&self, parameter: usize) -> TokenStream {
        match self.layout.packing(parameter) {
            Packing::RightFactor(_) => quote!(::core::option::Option<PackedFactor<'a, T>>),
            Packing::Weight(..) => quote!(PackedWeight<'a, T>),
        }
    }

    /// The packed form of a parameter, or of a right factor the form if there is one.
    pub fn packed(&self, parameter: usize) -> TokenStream {
        let ident = self.packed_ident(parameter);
        let range = self.layout.constant(parameter);
        match (self.in_routine, self.layout.packing(parameter)) {
            (true, _) => quote!(#ident),
            (false, Packing::RightFactor(_)) => quote!(packed.factor(layout::#range)),
            (false, Packing::Weight(..)) => quote!(packed.weight(layout::#range)),
        }
    }

    /// The range of rows that a worker forms of what goes by that name.
    pub fn rows_of(&self, written: &Ident) -> &Ident {
        &self.rows_idents[written]
    }

    /// The variable of a loop over time.
    pub fn turn(&self, variable: usize) -> &Ident {
        &self.turn_idents[variable]
    }

    /// The terms that loops over time add to the offset of a part of a stacked value: `t * 128`.
    pub fn turned(&self, turns: &[LoopStride]) -> impl Iterator<Item = TokenStream> {
        turns.iter().map(|turn| {
            let variable = self.turn(turn.variable);
            match turn.stride {
                1 => quote!(#variable),
                stride => {
                    let stride = literal(stride);
                    quote!(#variable * #stride)
                }
            }
        })
    }

    /// The slice that holds a source; for a site, the key of its random numbers.
    pub fn slice(&self, source: Source) -> TokenStream {
        if let (Source::Site(site), false) = (source, self.in_routine) {
            let site = literal(site);
            return quote!(draws.site(#site));
        }
        let memory = self.memory(source);
        match self.region(source) {
            Some(_) => quote!(&#memory),
            None => memory,
        }
    }

    /// A source as the slice that a kernel takes; a number handed over by value as one of one element.
    pub fn whole(&self, source: Source) -> TokenStream {
        let slice = self.slice(source);
        match self.is_number(source) {
            true => quote!(&[#slice]),
            false => slice,
        }
    }

    /// The number of elements of a source, if it is shared by the examples.
    pub fn length(&self, source: Source) -> Option<usize> {
        match source {
            Source::Input(index) => {
                let ty = &self.inputs[index].ty;
                (ty.batching == Batching::Shared).then(|| ty.shape.count())
            }
            Source::Parameter(parameter) | Source::Direction(parameter) | Source::Gradient(parameter) => {
                Some(self.layout.parameters[parameter].declaration.shape.count())
            }
            Source::Buffer(buffer) => Some(self.layout.buffers[buffer].declaration.shape.count()),
            Source::Value(value) => match self.plan.values[value].extent {
                Extent::Shared(len) => Some(len),
                Extent::Examples(_) | Extent::Blocks(_) => None,
            },
            Source::Site(_) => None,
        }
    }

    /// The memory of a source, to be borrowed.
    pub fn memory(&self, source: Source) -> TokenStream {
        self.region(source).unwrap_or_else(|| {
            let ident = self.ident_of(source);
            quote!(#ident)
        })
    }

    /// The named range of a parameter, its direction or a buffer in the flat buffer that holds it.
    fn region(&self, source: Source) -> Option<TokenStream> {
        match source {
            _ if self.in_routine => None,
            Source::Parameter(parameter) => {
                let range = self.layout.constant(parameter);
                Some(quote!(parameters[layout::#range]))
            }
            Source::Direction(parameter) => {
                let range = self.layout.constant(parameter);
                Some(quote!(direction[layout::#range]))
            }
            Source::Buffer(buffer) => {
                let range = self.layout.buffer_constant(buffer);
                Some(quote!(state[buffers::#range]))
            }
            _ => None,
        }
    }

    /// The expressions of the user's source that a step reads the values of, and the names of these values.
    pub fn expressions(&self, step: &Step) -> Vec<(&str, String)> {
        let sources: BTreeSet<Source> = step.kind.reads().iter().map(|operand| operand.source).into_set();
        let expression =
            |source: Source| Some((self.expressions.of(source)?, self.ident_of(source).to_string()));
        sources.into_iter().filter_map(expression).collect()
    }

    /// True if a source is one number passed by value.
    pub fn is_number(&self, source: Source) -> bool {
        matches!(source, Source::Input(index) if is_number(&self.inputs[index]))
    }

    /// `[B, 10, 24, 24]` for comments.
    pub fn shape_of(&self, operand: &Operand) -> String {
        let batch = match operand.source {
            Source::Value(value) => match self.plan.values[value].extent {
                Extent::Blocks(_) => Some("B/16".to_string()),
                _ => operand.per_example.map(|_| "B".to_string()),
            },
            _ => operand.per_example.map(|_| "B".to_string()),
        };
        let sizes = batch
            .into_iter()
            .chain(operand.view.shape.0.iter().map(usize::to_string));
        format!("[{}]", sizes.collect::<Vec<String>>().join(", "))
    }
}

/// The parameters that a plan reads or writes the gradients of.
fn touched(plan: &Plan) -> BTreeSet<usize> {
    let steps = plan.phases.iter().flat_map(|phase| &phase.steps);
    let reads = steps.flat_map(|step| step.kind.reads());
    let read = reads.filter_map(|operand| match operand.source {
        Source::Parameter(parameter) => Some(parameter),
        _ => None,
    });
    read.chain(plan.gradients.iter().copied()).into_set()
}

/// The parameters that a plan reads packed, where they are.
fn packed_of(plan: &Plan) -> BTreeSet<usize> {
    let steps = plan.phases.iter().flat_map(|phase| &phase.steps);
    steps.flat_map(|step| access::packed(&step.kind)).into_set()
}

/// True if an argument is one number for the whole batch.
pub fn is_number(input: &EntryInput) -> bool {
    input.ty.batching == Batching::Shared && input.ty.shape == Shape::scalar()
}

/// The part of a larger slot that a value of this extent takes.
pub fn part_of_slot(slot: &Ident, extent: Extent) -> TokenStream {
    match extent {
        Extent::Examples(1) => quote!(&mut #slot[..examples]),
        Extent::Examples(width) => {
            let width = literal(width);
            quote!(&mut #slot[..examples * #width])
        }
        Extent::Blocks(len) => {
            let len = literal(len);
            quote!(&mut #slot[..blocks * #len])
        }
        Extent::Shared(_) => unreachable!("shared values do not share slots"),
    }
}
