//! The names in a routine. It is called with the values of several layers, so they are named for what they are to it: `x` is what
//! it reads, `d_out` the gradient that it begins with, `weight` its layer's parameter, and a value of its own goes by its word.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;

use super::super::access::Access;
use super::super::identifiers::identifier;
use super::Scope;
use crate::collections::IntoCollection;
use crate::names::Names;
use crate::plan::{Source, Step};

impl<'a> Scope<'a> {
    /// The names for steps of the call at `path`, whose accesses these are, where other steps run the same code. It is handed
    /// parameters and buffers one by one.
    pub fn in_routine(&self, path: &str, access: &Access, steps: &[Step]) -> Scope<'a> {
        let mut naming = Naming {
            scope: self,
            path,
            names: Scope::reserved(),
            given: BTreeMap::new(),
        };
        for step in steps {
            for operand in step.kind.reads() {
                naming.name(operand.source, access);
            }
            for operand in step.kind.writes() {
                naming.name(operand.source, access);
            }
        }
        let Naming { mut names, given, .. } = naming;
        let mut scope = Scope {
            in_routine: true,
            rows_idents: BTreeMap::new(),
            ..self.clone()
        };
        for (&source, name) in &given {
            scope.rename(source, identifier(name));
        }
        for &parameter in &access.packed {
            let own = scope.ident_of(Source::Parameter(parameter));
            let ident = identifier(&names.fresh(&format!("{own}_packed")));
            scope.packed_idents.insert(parameter, ident);
        }
        for slot in &access.slots {
            scope.slot_idents[slot.slot] = match slot.is_one_value(&scope) {
                true => scope.value(slot.values[0]).clone(),
                false => identifier(&names.numbered("slot")),
            };
        }
        let slots = access.slots.iter().flat_map(|slot| {
            let values = slot.values.iter().map(|&value| scope.value(value));
            values.chain([scope.slot(slot.slot)]).cloned()
        });
        let gradients = access
            .gradients
            .iter()
            .map(|&parameter| scope.gradient(parameter).clone());
        let written: BTreeSet<Ident> = slots.chain(gradients).into_set();
        for ident in written {
            let rows = identifier(&names.fresh(&format!("{ident}_rows")));
            scope.rows_idents.insert(ident, rows);
        }
        for turn in &mut scope.turn_idents {
            *turn = identifier(&names.fresh("t"));
        }
        scope.names = names.inner();
        scope
    }

    fn rename(&mut self, source: Source, ident: Ident) {
        match source {
            Source::Input(index) => self.input_idents[index] = ident,
            Source::Value(value) => self.value_idents[value] = ident,
            Source::Buffer(buffer) => self.buffer_idents[buffer] = ident,
            Source::Parameter(parameter) => drop(self.parameter_idents.insert(parameter, ident)),
            Source::Direction(parameter) => drop(self.direction_idents.insert(parameter, ident)),
            Source::Site(site) => drop(self.site_idents.insert(site, ident)),
            Source::Gradient(parameter) => drop(self.gradient_idents.insert(parameter, ident)),
        }
    }
}

/// The names that the places of a routine have been given so far.
struct Naming<'n, 'a> {
    scope: &'n Scope<'a>,
    path: &'n str,
    names: Names,
    given: BTreeMap<Source, String>,
}

impl Naming<'_, '_> {
    /// Names a place that has no name yet.
    fn name(&mut self, source: Source, access: &Access) {
        if self.given.contains_key(&source) {
            return;
        }
        let layout = self.scope.layout;
        let name = match source {
            Source::Input(index) if self.scope.inputs[index].ty.is_index() => self.names.fresh("index"),
            Source::Input(_) => self.names.fresh("x"),
            Source::Site(_) => self.names.fresh("site"),
            Source::Parameter(parameter) => {
                let own = self.within(&layout.parameters[parameter].declaration.name);
                self.names.fresh(&own)
            }
            Source::Direction(parameter) => {
                let own = self.within(&layout.parameters[parameter].declaration.name);
                self.names.fresh(&format!("direction_{own}"))
            }
            Source::Buffer(buffer) => {
                let own = self.within(&layout.buffers[buffer].declaration.name);
                self.names.fresh(&own)
            }
            Source::Gradient(parameter) => {
                let own = self.within(&layout.parameters[parameter].declaration.name);
                self.names.fresh(&format!("d_{own}"))
            }
            Source::Value(value) => {
                let of = &self.scope.plan.values[value];
                match (access.slot(of.slot), of.name.strip_prefix("d_")) {
                    (None, None) => self.names.fresh("x"),
                    (None, Some(_)) => self.names.fresh("d_out"),
                    (Some(_), None) => self.own(&of.name, ""),
                    (Some(_), Some(of)) => self.own(of, "d_"),
                }
            }
        };
        self.given.insert(source, name);
    }

    /// A name for a value of the routine's own, from its name in the plan: without the path of the call, and counted anew.
    fn own(&mut self, name: &str, prefix: &str) -> String {
        // The gradient of what has a name here.
        if !prefix.is_empty() {
            let plan = self.scope.plan;
            let of = self.given.iter().find_map(|(source, given)| match source {
                Source::Value(value) if plan.values[*value].name == name => Some(given.clone()),
                _ => None,
            });
            if let Some(of) = of {
                return self.names.fresh(&format!("{prefix}{of}"));
            }
        }
        let own = match name.strip_prefix(self.path) {
            Some("") => return self.names.fresh(&format!("{prefix}out")),
            Some(rest) => rest.strip_prefix('.').unwrap_or(name),
            None => name.rsplit('.').next().unwrap_or(name),
        };
        let own = own.replace('.', "_");
        match own.trim_end_matches(|last: char| last.is_ascii_digit()) {
            word if word == own => self.names.fresh(&format!("{prefix}{own}")),
            // `conv2d_1`
            word => self
                .names
                .numbered(&format!("{prefix}{}", word.trim_end_matches('_'))),
        }
    }

    /// The name of a parameter within the call: `weight` of `logits.block1.dense1.weight` in that call.
    fn within(&self, name: &str) -> String {
        let inside = name
            .strip_prefix(self.path)
            .and_then(|rest| rest.strip_prefix('.'));
        let own = inside.or_else(|| name.rsplit('.').next()).unwrap_or(name);
        own.replace('.', "_")
    }
}
