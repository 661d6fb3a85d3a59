//! Loops as recurrences: what is carried has the turn as its subscript, and so has whatever a turn computes.

use super::math::{Math, Symbol, name};
use super::{Writer, set};
use crate::graph::{Batching, Function, Val};
use crate::ops::Op;
use crate::ops::scan::Scan;

impl Writer<'_> {
    /// The letter that counts the turns of a loop at this place.
    pub(super) fn counter(&self) -> &'static str {
        ["t", "u", "v", "w"][self.turns.len().min(3)]
    }

    /// The lines of a loop.
    pub(super) fn write_loop(&mut self, val: Val, scan: &Scan) {
        let node = self.graph.node(val);
        let Function { graph: body, outputs } = &*scan.body;
        let letter = self.counter();
        let length = scan.length;
        let last = format!("{}", length as i128 - 1);
        let (first, before, end) = match scan.reversed {
            false => ("-1".to_string(), format!("{letter} - 1"), last.clone()),
            true => (length.to_string(), format!("{letter} + 1"), "0".to_string()),
        };
        let mut parts: Vec<Option<Val>> = vec![None; outputs.len()];
        for &user in &self.order {
            if let Op::Part(part) = &self.graph.node(user).op
                && self.graph.node(user).args == [val]
            {
                parts[part.index] = Some(user);
            }
        }
        let args: Vec<Math> = node.args.iter().map(|&arg| self.read(arg)).collect();
        let formals: Vec<(usize, Val)> = body
            .live(outputs)
            .into_iter()
            .filter_map(|val| match &body.node(val).op {
                Op::Formal(formal) => Some((formal.index, val)),
                _ => None,
            })
            .collect();
        let mut symbols: Vec<Symbol> = Vec::new();
        for (place, &output) in outputs.iter().enumerate() {
            let formal = formals.iter().find(|(index, _)| *index == scan.constants + place);
            let carried = place < scan.carried;
            let given = parts[place]
                .and_then(|part| self.graph.name(part))
                .or_else(|| body.name(output));
            let given = given.or_else(|| {
                formal
                    .filter(|_| carried)
                    .and_then(|&(_, formal)| body.name(formal))
            });
            let word = match (given, &body.node(output).op) {
                (Some(name), _) => self.state.used.fresh(&name),
                (None, _) if carried => self.state.used.numbered("state"),
                (None, Op::Formal(_)) => self.state.used.numbered("before"),
                (None, op) => self.state.used.numbered(op.rules().name()),
            };
            let backward = body.node(output).origin.backward;
            let base = match word.strip_prefix("d_").filter(|_| backward) {
                Some(of) => format!(r"\overline{{{}}}", name(of)),
                None => name(&word),
            };
            let mut symbol = self.symbol(base, &node.types[place]);
            symbol.example |= formal
                .is_some_and(|&(_, formal)| carried && body.ty(formal).batching == Batching::PerExample);
            symbols.push(symbol);
        }
        for (symbol, (place, start)) in symbols
            .iter()
            .zip(args[scan.constants..].iter().enumerate())
            .take(scan.carried)
        {
            let left = Math::symbol(symbol.clone()).at(std::slice::from_ref(&first));
            self.push(&left.text, "=", &start.text, &set(&node.types[place]));
        }
        let indent = r"\quad ".repeat(self.turns.len());
        let range = match (length, scan.reversed) {
            (0, _) => "0, -1".to_string(),
            (1, _) => "0".to_string(),
            (_, false) => format!(r"0, \ldots, {last}"),
            (_, true) => format!(r"{last}, \ldots, 0"),
        };
        self.state
            .lines
            .push(format!(r"{indent}&\text{{for }} {letter} = {range} \text{{:}}"));

        let mut inner = Writer::new(body, outputs, std::mem::take(&mut self.state));
        inner.turns = self.turns.clone();
        inner.turns.push(letter.to_string());
        for (index, formal) in formals {
            let seen = match index.checked_sub(scan.constants) {
                None => args[index].clone(),
                Some(place) if place < scan.carried => {
                    Math::symbol(symbols[place].clone()).at(std::slice::from_ref(&before))
                }
                Some(_) => args[index].at(&[letter.to_string()]),
            };
            inner.names.insert(formal, seen);
        }
        let mut others = Vec::new();
        for (place, (&output, symbol)) in outputs.iter().zip(&symbols).enumerate() {
            let mut symbol = symbol.clone();
            symbol.turns.push(letter.to_string());
            let has_line = !matches!(body.node(output).op, Op::Formal(_) | Op::Part(_));
            if has_line && !inner.wanted.contains_key(&output) {
                inner.wanted.insert(output, symbol);
            } else if place < scan.carried || parts[place].is_some() {
                others.push((output, symbol));
            }
        }
        inner.lines();
        for (output, symbol) in others {
            let value = inner.read(output).text;
            inner.push(&Math::symbol(symbol).text, "=", &value, &set(&body.ty(output)));
        }
        self.state = std::mem::take(&mut inner.state);
        for (place, (part, symbol)) in parts.into_iter().zip(symbols).enumerate() {
            let Some(part) = part else { continue };
            let math = Math::symbol(symbol);
            let math = if place < scan.carried {
                math.at(std::slice::from_ref(&end))
            } else {
                math
            };
            self.names.insert(part, math);
        }
    }
}
