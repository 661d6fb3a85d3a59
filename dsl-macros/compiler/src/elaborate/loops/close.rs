//! Closing a rolled loop: cuts its body out of the surrounding graph.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Repeat;
use super::open::{Obstacle, OpenLoop, Slice};
use super::roll::StandIn;
use crate::collections::IntoCollection;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::scope::Site;
use crate::graph::{Expr, Graph, Origin, Val};
use crate::ops::leaf::{BatchSize, Constant};
use crate::ops::movement::Broadcast;
use crate::ops::scan::{Arguments, scan};

/// A tensor of which the loop writes one row per iteration.
pub struct Collected {
    pub formal: Val,
    pub name: String,
    pub row: Val,
}

/// A body that is being cut out of the graph around it.
struct Cut<'g> {
    graph: &'g Graph,
    /// The values of an iteration, arguments first.
    inside: Vec<Val>,
    /// Live-in values: those that the body needs from outside.
    constants: Vec<Val>,
    slices: Vec<Slice>,
    outputs: Vec<Val>,
    /// Formal leaves for values that the body leaves unchanged.
    same: BTreeMap<Val, Val>,
    names: BTreeMap<Val, String>,
}

impl<'a> Elaborator<'a> {
    /// Builds a loop that collects a value in each turn and carries nothing; returns the stack.
    pub fn collected(&self, open: &OpenLoop, row: Val) -> Val {
        let graph = self.graph.clone();
        let names = self.all_names().into_iter();
        let names = names.map(|(val, name)| (val, name.to_string())).into_map();
        let cut = cut(&graph, open, vec![row], BTreeMap::new(), names);
        let arguments = |vals: Vec<Val>| {
            vals.into_iter()
                .map(|val| graph.expr(val))
                .collect::<Vec<Expr<'_>>>()
        };
        let stacked = cut.slices.iter().map(|slice| slice.stacked).collect();
        let arguments = Arguments {
            constants: &arguments(cut.constants.clone()),
            carry: &[],
            stacked: &arguments(stacked),
        };
        let results = scan(&graph, open.turns, false, &arguments, |inner, formals| {
            cut.copy(inner, formals, &[])
        });
        results[0].val
    }

    /// Builds the loop as a node: its results are the carried values at the end, then the collected ones.
    pub(super) fn close(
        &mut self,
        repeat: &Repeat<'a>,
        open: &OpenLoop,
        carried: &[(StandIn, Val, Val)],
        collected: &[Collected],
        same: &[(Val, Val)],
    ) -> Result<Vec<Val>, Option<Obstacle>> {
        let graph = self.graph.clone();
        let next = carried.iter().map(|(_, _, next)| *next);
        let outputs: Vec<Val> = next
            .chain(collected.iter().map(|collected| collected.row))
            .collect();
        let names = self.all_names();
        let names = names
            .into_iter()
            .map(|(val, name)| (val, name.to_string()))
            .into_map();
        let cut = cut(&graph, open, outputs, same.iter().copied().into_map(), names);
        for &val in &cut.inside {
            if let Some(collected) = collected.iter().find(|collected| collected.formal == val) {
                let text = format!("`{}` is read in the loop that writes its rows", collected.name);
                let help = "carry what a later turn needs in a variable of its own: `h = …; ys[t] = h;`";
                return Err(Some(Obstacle::new(self.place(repeat.span), text, help)));
            }
        }
        let before = graph.len();
        let site = Site {
            span: repeat.span,
            text: repeat.text().into(),
        };
        let site = self
            .frames
            .last()
            .and_then(|frame| frame.site.clone())
            .unwrap_or(site);
        let results = self.at_site(&site, |_| {
            let handles =
                |vals: &[Val]| -> Vec<Expr<'_>> { vals.iter().map(|&val| graph.expr(val)).collect() };
            let starts: Vec<Val> = carried.iter().map(|(_, start, _)| *start).collect();
            let stacked: Vec<Val> = cut.slices.iter().map(|slice| slice.stacked).collect();
            let arguments = Arguments {
                constants: &handles(&cut.constants),
                carry: &handles(&starts),
                stacked: &handles(&stacked),
            };
            let carried: Vec<&StandIn> = carried.iter().map(|(one, _, _)| one).collect();
            let results = scan(
                &graph,
                open.turns,
                repeat.reversed,
                &arguments,
                |inner, formals| cut.copy(inner, formals, &carried),
            );
            results.into_iter().map(|result| result.val).collect()
        });
        self.check_new(before, repeat.span).map_err(|_| None)?;
        Ok(results)
    }
}

/// Determines which of the values made since the loop was opened belong to an iteration, and which outer
/// values those need.
fn cut<'g>(
    graph: &'g Graph,
    open: &OpenLoop,
    outputs: Vec<Val>,
    same: BTreeMap<Val, Val>,
    names: BTreeMap<Val, String>,
) -> Cut<'g> {
    let changing = open.changing(graph);
    let changes = |val: Val| {
        let place = val.index().checked_sub(open.start);
        !same.contains_key(&val) && place.is_some_and(|place| changing[place])
    };
    let (mut inside, mut constants) = (BTreeSet::new(), BTreeSet::new());
    let mut below = outputs.clone();
    while let Some(val) = below.pop() {
        if !changes(val) {
            let outer = same.get(&val).copied().unwrap_or(val);
            if !is_literal(graph, outer) {
                constants.insert(outer);
            }
        } else if inside.insert(val) {
            below.extend(graph.node(val).args.iter().copied());
        }
    }
    let slices = open.slices.borrow();
    let live = slices.iter().filter(|slice| inside.contains(&slice.formal));
    Cut {
        graph,
        slices: live.cloned().collect(),
        inside: inside.into_iter().collect(),
        constants: constants.into_iter().collect(),
        outputs,
        same,
        names,
    }
}

/// True if a value is as cheap to rematerialise in each iteration as to pass in.
fn is_literal(graph: &Graph, val: Val) -> bool {
    let node = graph.node(val);
    match node.op.is::<Broadcast>() {
        true => is_literal(graph, node.args[0]),
        false => node.op.is::<Constant>() || node.op.is::<BatchSize>(),
    }
}

impl Cut<'_> {
    /// Copies the body into the graph `inner`, with these formal values: constants, carried values, slices.
    fn copy<'b>(&self, inner: &'b Graph, formals: &[Expr<'b>], carried: &[&StandIn]) -> Vec<Expr<'b>> {
        let mut copies: BTreeMap<Val, Val> = BTreeMap::new();
        let (constants, rest) = formals.split_at(self.constants.len());
        let (carry, slices) = rest.split_at(carried.len());
        for (&outer, formal) in self.constants.iter().zip(constants) {
            if let Some(name) = self.constant_name(outer) {
                inner.set_name(formal.val, &name);
            }
            copies.insert(outer, formal.val);
        }
        for (one, formal) in carried.iter().zip(carry) {
            inner.set_name(formal.val, &one.name);
            copies.insert(one.formal, formal.val);
        }
        for (slice, formal) in self.slices.iter().zip(slices) {
            let name = self.names.get(&slice.formal).or(slice.name.as_ref());
            name.iter().for_each(|name| inner.set_name(formal.val, name));
            copies.insert(slice.formal, formal.val);
        }
        for &val in &self.inside {
            if copies.contains_key(&val) {
                continue;
            }
            let copy = self.copy_node(inner, val, &mut copies);
            if let Some(name) = self.names.get(&val) {
                inner.set_name(copy, name);
            }
        }
        let outputs = self.outputs.clone();
        let outputs = outputs
            .into_iter()
            .map(|output| self.argument(inner, output, &mut copies));
        outputs.map(|val| inner.expr(val)).collect()
    }

    /// The name of an outer value within an iteration: `cell_weight` for `logits.cell.weight`.
    fn constant_name(&self, outer: Val) -> Option<String> {
        match self.graph.node(outer).op.rules().declared_name() {
            Some(name) => {
                let local = name.split_once('.').map_or(name, |(_, local)| local);
                Some(local.replace('.', "_"))
            }
            None => self.names.get(&outer).cloned(),
        }
    }

    fn argument(&self, inner: &Graph, arg: Val, copies: &mut BTreeMap<Val, Val>) -> Val {
        let arg = self.same.get(&arg).copied().unwrap_or(arg);
        match copies.get(&arg) {
            Some(&copy) => copy,
            // Only literals are neither inside nor passed in.
            None => self.copy_node(inner, arg, copies),
        }
    }

    fn copy_node(&self, inner: &Graph, val: Val, copies: &mut BTreeMap<Val, Val>) -> Val {
        let node = self.graph.node(val);
        let args: Vec<Val> = node
            .args
            .iter()
            .map(|&arg| self.argument(inner, arg, copies))
            .collect();
        // What is computed again is the loop, not also each of its turns.
        let around = node.origin.recomputed.is_some() && node.origin.recomputed == self.graph.recomputed();
        let origin = match around {
            true => Rc::new(Origin {
                recomputed: None,
                ..(*node.origin).clone()
            }),
            false => node.origin.clone(),
        };
        let outer = inner.set_origin(Some(origin));
        let copy = inner.apply(node.op.clone(), &args);
        inner.set_origin(outer);
        copies.insert(val, copy);
        copy
    }
}

impl Repeat<'_> {
    /// `for t in 0..28`
    fn text(&self) -> String {
        let (variable, from) = (self.variable, self.from);
        let to = i128::from(from) + self.turns as i128;
        match self.reversed {
            true => format!("for {variable} in ({from}..{to}).rev()"),
            false => format!("for {variable} in {from}..{to}"),
        }
    }
}
