//! A back end for paper: a graph as the lines of an `align*` environment of LaTeX.
//!
//! A line a value, `name = formula`, and in a column of its own the set that it is from: `\mathbb{R}^{10}`. Like the text, it is of
//! one example; what differs between examples bears a superscript `(b)`, and a sum over the batch runs over it. Where vectors and
//! matrices have a notation the formula is of whole values, `W x + b`; else both sides are of one element, `y_{i, j} = …`. Indices,
//! axes and turns count from 0, as in the language. A value beside one of more axes repeats along the others, and lies along the last
//! ones that its sizes fit; where it is meant otherwise the line is of elements.
//!
//! A loop is a recurrence: what it carries is `h_{-1}` before the first turn and `h_{t}` behind turn `t`. What the notation leaves
//! open stands below the formulas, behind *where*.
//!
//! Names are those of the source in upright letters. Adjoints have a bar, directions of forward derivatives a dot, and gradients are
//! written as such, of the loss `\ell`.

mod elements;
mod formulas;
mod legend;
mod loops;
mod math;
mod operators;
mod outputs;
#[cfg(test)]
mod tests;
mod windows;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::text::{given_name, silent};
use crate::graph::{Batching, Element, Graph, Shape, Type, Val};
use crate::names::Names;
use crate::ops::Op;
use legend::Legend;
use math::{Math, Symbol, name};

/// Names and numbers of a formula that is still written inside another one.
const SHORT: usize = 5;

/// The values that `outputs` need, as an `align*` environment. The names of outputs are those of the text: `result`, and for the
/// gradient by a parameter `w` the name `∂ w`.
pub fn print(graph: &Graph, outputs: &[(String, Val)]) -> String {
    let vals: Vec<Val> = outputs.iter().map(|(_, val)| *val).collect();
    let mut writer = Writer::new(graph, &vals, State::default());
    writer.name_outputs(outputs);
    writer.lines();
    writer.write_outputs(outputs);
    let State {
        mut lines, legends, ..
    } = writer.state;
    for (place, legend) in legends.into_inner().into_iter().enumerate() {
        let word = if place == 0 {
            r"\text{where }"
        } else {
            r"\phantom{\text{where }}"
        };
        lines.push(format!("&{word} {}", legend.text()));
    }
    format!("\\begin{{align*}}\n{}\n\\end{{align*}}\n", lines.join(" \\\\\n"))
}

/// What the lines of a graph and those of the loops in it have in common.
#[derive(Default)]
struct State {
    used: Names,
    lines: Vec<String>,
    legends: RefCell<BTreeSet<Legend>>,
}

/// The lines of one graph: of a function, or of the body of a loop.
struct Writer<'g> {
    graph: &'g Graph,
    order: Vec<Val>,
    /// How often each value is written, were it written wherever it is read.
    uses: HashMap<Val, usize>,
    /// The nodes that read a value, each with the place among its arguments.
    users: HashMap<Val, Vec<(Val, usize)>>,
    /// The reshapes that are read as what they are of.
    silent: HashSet<Val>,
    /// The values that have a name.
    names: HashMap<Val, Math>,
    /// The names to give, of outputs and of what a turn yields.
    wanted: HashMap<Val, Symbol>,
    /// The turns of the loops around it.
    turns: Vec<String>,
    state: State,
}

impl<'g> Writer<'g> {
    fn new(graph: &'g Graph, outputs: &[Val], mut state: State) -> Writer<'g> {
        let order = graph.live(outputs);
        let silent = silent(graph, &order, outputs);
        let passes_on = |val: Val| silent.contains(&val) || matches!(graph.node(val).op, Op::Broadcast(_));
        let source = |mut val: Val| {
            while passes_on(val) {
                val = graph.node(val).args[0];
            }
            val
        };
        let mut uses = HashMap::new();
        for &val in order.iter().filter(|&&val| !passes_on(val)) {
            let node = graph.node(val);
            for (place, &arg) in node.args.iter().enumerate() {
                // The body of a loop may read a constant anywhere.
                let reads = match &node.op {
                    Op::Scan(scan) if !scan.carries(place) => 2,
                    // Of several values one after the other each has its line.
                    Op::Concat(_) => 2,
                    _ => 1,
                };
                *uses.entry(source(arg)).or_insert(0) += reads;
            }
        }
        let mut users: HashMap<Val, Vec<(Val, usize)>> = HashMap::new();
        for &val in &order {
            for (place, &arg) in graph.node(val).args.iter().enumerate() {
                users.entry(arg).or_default().push((val, place));
            }
        }
        for &output in outputs {
            *uses.entry(source(output)).or_insert(0) += 2;
        }
        for &val in &order {
            if let Some(name) = given_name(&graph.node(val).op) {
                state.used.reserve(name);
            }
        }
        Writer {
            graph,
            order,
            uses,
            users,
            silent,
            names: HashMap::new(),
            wanted: HashMap::new(),
            turns: Vec::new(),
            state,
        }
    }

    fn lines(&mut self) {
        for val in self.order.clone() {
            let node = self.graph.node(val);
            match &node.op {
                Op::Formal(_) | Op::Part(_) => {}
                Op::Constant(_) | Op::BatchSize(_) if !self.wanted.contains_key(&val) => {}
                Op::Scan(scan) => self.write_loop(val, scan),
                op if given_name(op).is_some() => self.write_leaf(val),
                _ if self.silent.contains(&val) || self.is_inline(val) => {}
                _ => self.write_value(val),
            }
        }
    }

    /// True for a value that is written where it is used.
    fn is_inline(&self, val: Val) -> bool {
        let node = self.graph.node(val);
        if self.wanted.contains_key(&val) {
            return false;
        }
        if let Op::Broadcast(_) | Op::Iota(_) = node.op {
            // Those that are not read by elements alone get a line.
            return self.is_read_by_elements(val);
        }
        if self.graph.name(val).is_some() {
            return false;
        }
        let short = match node.op {
            Op::Elementwise(_)
            | Op::Power(_)
            | Op::Sum(_)
            | Op::BatchSum(_)
            | Op::Slice(_)
            | Op::Contract(_) => self.size(val) <= SHORT,
            Op::Mark(_)
            | Op::Opaque(_)
            | Op::Again(_)
            | Op::StopGradient(_)
            | Op::Gather(_)
            | Op::OneHot(_) => true,
            Op::Conv2d(_) | Op::Conv2dWeightGradient(_) => true,
            _ => false,
        };
        short && self.uses[&val] == 1 && (self.has_whole(val) || self.is_read_by_elements(val))
    }

    /// The name of `val` in its own line.
    fn new_symbol(&mut self, val: Val) -> Symbol {
        let node = self.graph.node(val);
        if let Some(symbol) = self.wanted.get(&val) {
            return symbol.clone();
        }
        let word = match (given_name(&node.op), self.graph.name(val)) {
            (Some(name), _) => name.to_string(),
            (None, Some(name)) => self.state.used.fresh(&name),
            (None, None) => self.state.used.numbered(node.op.rules().name()),
        };
        let accented = match (&node.op, word.strip_prefix("d_")) {
            (Op::Direction(_), _) => word.strip_prefix("direction.").map(|of| ("dot", of)),
            (_, Some(of)) if node.origin.backward => Some(("overline", of)),
            _ => None,
        };
        let base = match accented {
            Some((accent, of)) => format!(r"\{accent}{{{}}}", name(of)),
            None => name(&word),
        };
        self.symbol(base, &node.types[0])
    }

    /// A symbol of a value of this type, at the present turns.
    fn symbol(&self, base: String, ty: &Type) -> Symbol {
        Symbol {
            base,
            compound: false,
            example: ty.batching == Batching::PerExample,
            turns: self.turns.clone(),
        }
    }

    /// What is given: its set, and what it is.
    fn write_leaf(&mut self, val: Val) {
        let symbol = Math::symbol(self.new_symbol(val));
        let node = self.graph.node(val);
        let word = node.op.rules().name();
        self.push(
            &symbol.text,
            r"\in",
            &set(&node.types[0]),
            &format!(r"\text{{{word}}}"),
        );
        self.names.insert(val, symbol);
    }

    /// `name = formula`, of the whole value where that has a formula, else of its elements.
    fn write_value(&mut self, val: Val) {
        let symbol = Math::symbol(self.new_symbol(val));
        let ty = self.graph.ty(val);
        if let Op::Noise(noise) = &self.graph.node(val).op {
            self.push(&symbol.text, r"\sim", operators::distribution(noise), &set(&ty));
        } else if self.has_whole(val) {
            let formula = self.whole(val).text;
            self.push(&symbol.text, "=", &formula, &set(&ty));
        } else {
            let indices: Vec<String> = (0..ty.shape.rank()).map(super::text::product::index).collect();
            let formula = self.element(val, &indices, indices.len()).text;
            self.push(&symbol.at(&indices).text, "=", &formula, &set(&ty));
        }
        self.names.insert(val, symbol);
    }

    /// Adds a line.
    fn push(&mut self, left: &str, relation: &str, right: &str, beside: &str) {
        let indent = r"\quad ".repeat(self.turns.len());
        self.state
            .lines
            .push(format!("{indent}{left} &{relation} {right} && {beside}"));
    }

    /// The names and numbers in the formula of a value.
    fn size(&self, val: Val) -> usize {
        match self.has_whole(val) {
            true => self.whole(val).size,
            false => {
                let rank = self.shape(val).rank();
                let indices: Vec<String> = (0..rank).map(super::text::product::index).collect();
                self.element(val, &indices, rank).size
            }
        }
    }

    fn explain(&self, legend: Legend) {
        self.state.legends.borrow_mut().insert(legend);
    }

    fn shape(&self, val: Val) -> Shape {
        self.graph.ty(val).shape
    }
}

/// The set that values of a type are from.
fn set(ty: &Type) -> String {
    let sizes: Vec<String> = ty.shape.0.iter().map(usize::to_string).collect();
    let power = match sizes.as_slice() {
        [] => String::new(),
        sizes => format!("^{{{}}}", sizes.join(r" \times ")),
    };
    match ty.element {
        Element::Real => format!(r"\mathbb{{R}}{power}"),
        Element::Index { limit } => format!(r"\{{0, \ldots, {}\}}{power}", limit.saturating_sub(1)),
    }
}
