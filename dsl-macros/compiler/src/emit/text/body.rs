//! A loop in the printed form: what it yields and its range, then one line for each value it begins or runs over
//! with, each value of a turn, and what the next turn gets:
//!
//! ```text
//! h [B, 4], states [B, 5, 4] = for t in 0..5 {
//!     carry h [B, 4] = 0
//!     x_t [B, 3] = x[t]
//!     next_h [B, 4] = tanh(contract(x_t, input.weight, "a,ba->b") + h)
//!     states[t] = next_h
//! }
//! ```
//!
//! In the brief form a value that is collected bears the name of the stack, `states[t] [B, 4] = …`, what the turns run over is read
//! where it is used, `x[t]`, and results that nobody reads are not named.

use std::collections::HashMap;

use super::{Printer, Written};
use crate::graph::{Function, Val};
use crate::names::Names;
use crate::ops::Op;
use crate::ops::formula::Precedence;
use crate::ops::scan::Scan;

impl Printer<'_> {
    /// The word that counts the turns of a loop at this place.
    pub(super) fn counter(&self) -> &'static str {
        ["t", "u", "v", "w"][self.depth.min(3)]
    }

    /// The lines of a loop.
    pub(super) fn write_loop(&mut self, val: Val, scan: &Scan) {
        let parts = self.name_parts(val, scan);
        let number = self.counter();
        let range = match scan.reversed {
            true => format!("(0..{}).rev()", scan.length),
            false => format!("0..{}", scan.length),
        };
        let types = &self.graph.node(val).types;
        let yields: Vec<String> = parts
            .iter()
            .zip(types)
            .filter(|(name, _)| name.is_some() || !self.brief)
            .map(|(name, ty)| format!("{} {ty}", name.as_deref().unwrap_or("_")))
            .collect();
        self.text += &format!("{} = for {number} in {range} {{\n", yields.join(", "));
        let args = self.graph.node(val).args.clone();
        let args = args.iter().enumerate().map(|(place, &arg)| {
            // The line of what is carried says its type.
            match self.brief && scan.carries(place) {
                true => self.broadcast(arg, true),
                false => self.reference(arg),
            }
        });
        let args: Vec<Written> = args.collect();
        for line in self.body(scan, &args, &parts, number).lines() {
            self.text.extend(["    ", line, "\n"]);
        }
        self.text += "}\n";
    }

    /// Names for what a loop yields: the user's, the output's, or `loop1.0`, in the brief form what it is in a turn; nothing for
    /// what nobody reads.
    fn name_parts(&mut self, val: Val, scan: &Scan) -> Vec<Option<String>> {
        let mut parts: Vec<Option<String>> = vec![None; self.graph.node(val).types.len()];
        let live: Vec<(Val, usize)> = self
            .order
            .iter()
            .filter_map(|&user| match self.graph.node(user) {
                node if node.args == [val] => node.op.rules().part().map(|part| (user, part)),
                _ => None,
            })
            .collect();
        let mut own = None;
        for (user, part) in live {
            let given = self.graph.name(user).map(|name| name.to_string());
            let given = given.or_else(|| self.output_names.get(&user).map(|name| name.to_string()));
            let name = match given {
                Some(name) => self.used.fresh(&name),
                None if self.brief => self.name_by_turn(scan, part),
                None => {
                    let own = own.get_or_insert_with(|| self.used.numbered("loop"));
                    format!("{own}.{part}")
                }
            };
            self.names.insert(user, name.clone());
            parts[part] = Some(name);
        }
        parts
    }

    /// A name for a result of a loop, by what a turn calls it.
    fn name_by_turn(&mut self, scan: &Scan, part: usize) -> String {
        let Function { graph, outputs } = &*scan.body;
        let state = |place: usize| {
            let own = graph
                .live(outputs)
                .into_iter()
                .find_map(|val| match &graph.node(val).op {
                    Op::Formal(formal) if formal.index == scan.constants + place => graph.name(val),
                    _ => None,
                });
            own.map_or_else(|| format!("state{}", place + 1), |name| name.to_string())
        };
        let output = outputs[part];
        match (&graph.node(output).op, graph.name(output)) {
            _ if part < scan.carried => self.used.fresh(&format!("last_{}", state(part))),
            (Op::Formal(formal), _) => match formal.index.checked_sub(scan.constants) {
                Some(place) if place < scan.carried => self.used.fresh(&format!("{}_before", state(place))),
                _ => self.used.numbered("repeated"),
            },
            (_, Some(name)) => self.used.fresh(&name),
            (op, None) => self.used.numbered(op.rules().name()),
        }
    }

    /// One turn; constants go by what they are outside.
    fn body(&self, scan: &Scan, args: &[Written], parts: &[Option<String>], number: &str) -> String {
        let Function { graph, outputs } = &*scan.body;
        let mut inner = Printer::new(graph, outputs.iter().copied(), self.brief);
        inner.depth = self.depth + 1;
        // Values of a turn may be called as what the loop yields, but not as what it reads.
        for name in self.names.values() {
            if !parts.iter().flatten().any(|part| part == name) {
                inner.used.reserve(name);
            }
        }
        if self.brief {
            inner.name_collected(scan, parts, number);
        }
        let mut formals: Vec<(usize, Val)> = Vec::new();
        for &val in &inner.order {
            if let Op::Formal(formal) = &graph.node(val).op {
                formals.push((formal.index, val));
            }
        }
        formals.sort();
        let mut carried: Vec<Option<String>> = vec![None; scan.carried];
        for (index, val) in formals {
            let ty = graph.ty(val);
            let named = |names: &mut Names, word: String| match graph.name(val) {
                Some(name) => names.fresh(&name),
                None => names.fresh(&word),
            };
            let name = match index.checked_sub(scan.constants) {
                None => {
                    inner.inline.insert(val, args[index].clone());
                    continue;
                }
                Some(place) if place < scan.carried => {
                    let name = named(&mut inner.used, format!("state{}", place + 1));
                    inner.text += &format!("carry {name} {ty} = {}\n", args[index].text);
                    carried[place] = Some(name.clone());
                    name
                }
                Some(_) if self.brief && graph.name(val).is_none() => {
                    format!("{}[{number}]", args[index].beyond(Precedence::Sign))
                }
                Some(place) => {
                    let name = named(&mut inner.used, format!("entry{}", place - scan.carried + 1));
                    let of = args[index].beyond(Precedence::Sign);
                    inner.text += &format!("{name} {ty} = {of}[{number}]\n");
                    name
                }
            };
            inner.inline.insert(val, Written::atom(name));
        }
        // A carry that no turn reads still begins as something.
        for (place, name) in carried.iter_mut().enumerate() {
            if name.is_none() {
                let word = match &parts[place] {
                    Some(part) if !part.contains('.') => part.clone(),
                    _ => format!("state{}", place + 1),
                };
                *name = Some(inner.used.fresh(&word));
            }
        }
        let carried: Vec<String> = carried.into_iter().flatten().collect();
        let next: HashMap<Val, &str> = outputs
            .iter()
            .copied()
            .zip(carried.iter().map(String::as_str))
            .collect();
        let next_names: HashMap<Val, String> = next
            .into_iter()
            .filter(|(val, name)| graph.name(*val).is_none_or(|own| *own == **name))
            .map(|(val, name)| (val, format!("next_{name}")))
            .collect();
        inner.next_names.extend(next_names);
        inner
            .order
            .retain(|&val| !matches!(graph.node(val).op, Op::Formal(_)));
        inner.lines();
        for (place, &output) in outputs.iter().enumerate() {
            let value = inner.reference(output).text;
            let line = match carried.get(place) {
                Some(name) => format!("next_{name} = {value}\n"),
                None => {
                    let name = parts[place].as_deref().unwrap_or("_");
                    format!("{name}[{number}] = {value}\n")
                }
            };
            // A value that bears the name itself has said so.
            let (name, own) = line.trim_end().split_once(" = ").unwrap_or_default();
            if name != own {
                inner.text += &line;
            }
        }
        inner.text
    }

    /// Calls the values of a turn that are collected, and neither carried nor a formal, like the stacks they go to.
    fn name_collected(&mut self, scan: &Scan, parts: &[Option<String>], number: &str) {
        let (next, collected) = scan.body.outputs.split_at(scan.carried);
        for (output, part) in collected.iter().zip(&parts[scan.carried..]) {
            let Some(part) = part else { continue };
            let own_line = !matches!(
                self.graph.node(*output).op,
                Op::Formal(_) | Op::Constant(_) | Op::Broadcast(_) | Op::BatchSize(_) | Op::Part(_)
            );
            if own_line && !next.contains(output) && !self.next_names.contains_key(output) {
                self.used.reserve(part);
                self.next_names.insert(*output, format!("{part}[{number}]"));
            }
        }
    }
}
