//! The printed form of a graph: what snapshots hold, and what a user reads as the derived gradient.
//!
//! One line a value, `name [type] = operator(arguments, attributes)`. Constants, broadcasts and short element-wise
//! expressions that are used once are written where they are used. A loop holds the lines of its body, indented.
//!
//! There are two forms. The full one says all that an operator is made of. The brief one, which users read, is held to what one
//! would write on paper, and still means one thing only:
//!
//! ```text
//! graph    = { line | loop } { "→" name "=" value }              what the outputs are that no line is called like
//! line     = name type "=" value
//! loop     = { name type } "=" "for" t "in" range "{" { carry | line | next } "}"
//! carry    = "carry" name type "=" value                         what the first turn begins with
//! next     = ("next_" name | name "[" t "]") "=" value           what the next turn gets, what this one adds to a stack
//! type     = "[" ["B"] { size } "]" ["<" limit]                  "B" of a value that each example has
//! value    = number | "n" | name | operator "(" { value } { attribute } ")"
//!          | value ("+" | "-" | "*" | "/" | ">" | "≥" | "=") value | "-" value
//!          | value "[" (t | { range }) "]"                       a turn of a stack; a part, ".." of an axis as a whole
//!          | value "@" value | "transpose(" value ")" "@" value  a product of matrices, or with a vector
//!          | "outer(" value value ")" | "dot(" value value ")"
//!          | "sum over" t "of" value                             of all turns of the stacks in it
//!          | "[" { index } "]" "↦" [ "sum[" { index } "]" ] element "*" element
//! element  = value [ "[" { index } "]" ]
//! ```
//!
//! * Every value is that of one example; `batch_sum` is the sum over the `n` examples.
//! * Operators of elements bind as in Rust, `@` weaker than `*` and always in parentheses beside it.
//! * Axes of one element do not count: reshapes that only add or drop some are left out wherever the reader need not number axes.
//! * Beside a value of the whole shape, one of fewer axes repeats. It lies along the last axes that its sizes fit; where it is
//!   meant otherwise, `broadcast` says along which.
//! * A sum without `axes` is that of all elements.
//! * A value of a turn that the loop collects is written as what it is in the stack, `sigmoid1[t]`, and so it is where another
//!   loop reads it. `state1_before[t]` is `state1` as the turn found it.

mod body;
mod brief;
mod implied;
pub mod product;
#[cfg(test)]
mod tests;
mod written;

use std::collections::{HashMap, HashSet};

use crate::graph::{Batching, Graph, Val};
use crate::names::Names;
use crate::ops::Op;
pub use implied::{is_implied, is_stack, says_nothing, silent};
pub use product::Product;
pub use written::{Written, thousands};

/// Characters of an expression that is still written inside another one.
const SHORT: usize = 40;

/// The same of a sum, and of what is computed from sums, in the brief form: `batch_sum(sum(…)) / n` says what it is of.
const SHORT_SUM: usize = SHORT + "batch_sum(sum()) / n".len();

/// Prints the values that `outputs` need. A value the user has not named is called by its output's name; where that
/// cannot be, a last line says what the output is.
#[cfg(test)]
pub fn print(graph: &Graph, outputs: &[(String, Val)]) -> String {
    write(graph, outputs, false)
}

/// The same for those who read what is computed, and not how it is put together: in the brief form.
pub fn print_briefly(graph: &Graph, outputs: &[(String, Val)]) -> String {
    write(graph, outputs, true)
}

fn write(graph: &Graph, outputs: &[(String, Val)], brief: bool) -> String {
    let mut printer = Printer::new(graph, outputs.iter().map(|(_, val)| *val), brief);
    let named = |val: &Val| {
        given_name(&graph.node(*val).op)
            .map(str::to_string)
            .or_else(|| graph.name(*val).map(|name| name.to_string()))
    };
    let others: Vec<String> = printer.order.iter().filter_map(named).collect();
    for (name, val) in outputs {
        // A name that another value has would get an ordinal, and mislead.
        if !others.contains(name) {
            printer.output_names.entry(*val).or_insert(name);
        }
    }
    printer.lines();
    for (name, val) in outputs {
        if printer.names.get(val) != Some(name) {
            printer.text += &format!("→ {name} = {}\n", printer.reference(*val).text);
        }
    }
    printer.text
}

struct Printer<'g> {
    graph: &'g Graph,
    order: Vec<Val>,
    uses: HashMap<Val, usize>,
    output_names: HashMap<Val, &'g str>,
    /// The names of values that have a line of their own.
    names: HashMap<Val, String>,
    /// True of the brief form.
    brief: bool,
    /// These reshapes, which are read as what they are of.
    silent: HashSet<Val>,
    /// The text of values that are written where they are used.
    inline: HashMap<Val, Written>,
    used: Names,
    /// The names, in the body of a loop, of the values that the next iteration gets, and in the brief form of those collected.
    next_names: HashMap<Val, String>,
    /// The number of enclosing loops.
    depth: usize,
    text: String,
}

impl<'g> Printer<'g> {
    fn new(graph: &'g Graph, outputs: impl Iterator<Item = Val>, brief: bool) -> Printer<'g> {
        let outputs: Vec<Val> = outputs.collect();
        let order = graph.live(&outputs);
        let silent = if brief {
            silent(graph, &order, &outputs)
        } else {
            HashSet::new()
        };
        // These are written where they are used, however often.
        let passes_on =
            |val: Val| silent.contains(&val) || brief && matches!(graph.node(val).op, Op::Broadcast(_));
        let mut uses = HashMap::new();
        for &val in order.iter().filter(|&&val| !passes_on(val)) {
            let node = graph.node(val);
            for (place, &arg) in node.args.iter().enumerate() {
                // The body of a loop may read a constant anywhere.
                let reads = match &node.op {
                    Op::Scan(scan) if place < scan.constants => 2,
                    _ => 1,
                };
                let mut read = arg;
                while passes_on(read) {
                    read = graph.node(read).args[0];
                }
                *uses.entry(read).or_insert(0) += reads;
            }
        }
        // Every output has a line of its own.
        for mut output in outputs {
            while passes_on(output) {
                output = graph.node(output).args[0];
            }
            *uses.entry(output).or_insert(0) += 2;
        }
        let mut used = Names::default();
        for &val in &order {
            if let Some(name) = given_name(&graph.node(val).op) {
                used.reserve(name);
            }
        }
        Printer {
            graph,
            order,
            uses,
            output_names: HashMap::new(),
            names: HashMap::new(),
            brief,
            silent,
            inline: HashMap::new(),
            used,
            next_names: HashMap::new(),
            depth: 0,
            text: String::new(),
        }
    }

    fn lines(&mut self) {
        for val in self.order.clone() {
            let node = self.graph.node(val);
            if matches!(
                node.op,
                Op::Constant(_) | Op::Broadcast(_) | Op::BatchSize(_) | Op::Part(_)
            ) || self.silent.contains(&val)
            {
                continue;
            }
            if let Op::Scan(scan) = &node.op {
                self.write_loop(val, scan);
                continue;
            }
            let written = self.operation(val);
            // A product is what a layer's name stands for, a sum over the batch what a gradient is.
            let length = written.text.chars().count();
            let inlined = match node.op {
                Op::Sum(_) | Op::BatchSum(_) if self.brief => length <= SHORT_SUM,
                Op::Elementwise(_) if self.brief && node.types[0].shape.rank() == 0 => length <= SHORT_SUM,
                Op::Elementwise(_) | Op::Power(_) | Op::Sum(_) | Op::BatchSum(_) => length <= SHORT,
                Op::Slice(_) => self.brief && length <= SHORT,
                Op::Contract(ref contract) => {
                    !self.brief || !matches!(self.product(val, contract), Product::Indexed(_))
                }
                Op::Conv2d(_) | Op::Conv2dWeightGradient(_) => true,
                _ => false,
            };
            if self.uses[&val] == 1 && inlined && self.graph.name(val).is_none() {
                self.inline.insert(val, written);
                continue;
            }
            let name = self.name(val);
            let types: Vec<String> = node.types.iter().map(ToString::to_string).collect();
            self.text += &format!("{name} {} = {}\n", types.join(" "), written.text);
        }
    }

    /// A name for a line: the leaf's own, the user's, the output's, else the operator's word with an ordinal.
    fn name(&mut self, val: Val) -> String {
        let node = self.graph.node(val);
        let name = match (
            given_name(&node.op),
            self.graph.name(val),
            self.output_names.get(&val),
        ) {
            (Some(name), _, _) => name.to_string(),
            _ if self.next_names.contains_key(&val) => self.used.fresh(&self.next_names[&val]),
            (_, Some(name), _) => self.used.fresh(&name),
            (_, _, Some(name)) => self.used.fresh(name),
            _ => self.used.numbered(node.op.rules().name()),
        };
        self.names.insert(val, name.clone());
        name
    }

    fn reference(&self, val: Val) -> Written {
        let node = self.graph.node(val);
        match &node.op {
            Op::Constant(constant) => Written::number(constant.0.0),
            Op::BatchSize(_) => Written::atom("n"),
            Op::Broadcast(_) => {
                let inner = self.reference(node.args[0]);
                // Numbers broadcast silently; of other values one wants to see along which axes.
                match self.graph.ty(node.args[0]).shape.rank() {
                    0 if !self.brief => inner,
                    0 => Written::atom(format!("broadcast({}, {})", inner.text, self.graph.ty(val).shape)),
                    _ => Written::atom(format!(
                        "broadcast({}, {})",
                        inner.text,
                        node.op.rules().attributes()
                    )),
                }
            }
            _ if self.silent.contains(&val) => self.reference(node.args[0]),
            _ => match self.inline.get(&val) {
                Some(written) => written.clone(),
                None => Written::atom(&self.names[&val]),
            },
        }
    }

    fn operation(&self, val: Val) -> Written {
        let node = self.graph.node(val);
        match &node.op {
            Op::Input(_) | Op::Parameter(_) | Op::Direction(_) | Op::Buffer(_) => {
                Written::atom(node.op.rules().name())
            }
            // Its type says the rest.
            Op::Reshape(_) if self.brief && says_nothing(self.graph, val) => self.reference(node.args[0]),
            _ if self.brief => self.brief_operation(val),
            op => {
                let args: Vec<Written> = node.args.iter().map(|&arg| self.reference(arg)).collect();
                Written::operation(op.rules(), &args)
            }
        }
    }
}

/// The name a leaf carries itself.
pub fn given_name(op: &Op) -> Option<&str> {
    match op {
        Op::Input(input) => Some(&input.name),
        Op::Parameter(parameter) => Some(&parameter.name),
        Op::Direction(direction) => Some(&direction.name),
        Op::Buffer(buffer) => Some(&buffer.name),
        _ => None,
    }
}

impl Graph {
    /// `[B, 6, 28, 28]` for messages about a value.
    pub fn describe(&self, val: Val) -> String {
        let ty = self.ty(val);
        match ty.batching {
            Batching::Shared => ty.to_string(),
            Batching::PerExample => ty.shape.to_string(),
        }
    }
}
