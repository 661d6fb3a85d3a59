//! A second back end: a function of the graph as NumPy source, a Python function that works on a whole batch.
//!
//! It shows what a back end needs of the operators: the types of values, the formulas of element-wise operators and the
//! attributes of the others. What differs from example to example has the batch as its first axis. Tests hold it against the
//! interpreter.

mod formulas;
mod loops;
mod operators;
mod tests;

use std::collections::HashMap;
use std::fmt;

use crate::graph::{Batching, Function, Graph, Shape, Val};
use crate::ops::Op;

/// The helper functions that emitted functions call.
pub const PREAMBLE: &str = include_str!("preamble.py");

/// An operator that NumPy has no short form of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    pub operator: &'static str,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` has no form in NumPy source", self.operator)
    }
}

/// The function as Python source that stands behind [`PREAMBLE`]: `name(examples, inputs, parameters, directions, buffers)` yields a
/// list of its outputs. The arguments are the number of examples, and lists of arrays by place.
pub fn emit_numpy(name: &str, function: &Function) -> Result<String, Unsupported> {
    let mut writer = Writer::new(&function.graph, "v", 1);
    writer.values(&function.outputs)?;
    let outputs: Vec<&str> = function.outputs.iter().map(|&val| writer.name(val)).collect();
    Ok(format!(
        "def {name}(examples, inputs, parameters, directions, buffers):\n{}    return [{}]\n",
        writer.text,
        outputs.join(", ")
    ))
}

/// The lines of one graph: of a function, or of the body of a loop.
struct Writer<'g> {
    graph: &'g Graph,
    /// The prefix of the names of its values.
    prefix: String,
    depth: usize,
    /// The name of each value that has been written.
    names: HashMap<Val, String>,
    /// The names of a loop's results.
    parts: HashMap<Val, Vec<String>>,
    text: String,
}

impl<'g> Writer<'g> {
    fn new(graph: &'g Graph, prefix: &str, depth: usize) -> Writer<'g> {
        Writer {
            graph,
            prefix: prefix.to_string(),
            depth,
            names: HashMap::new(),
            parts: HashMap::new(),
            text: String::new(),
        }
    }

    fn line(&mut self, line: &str) {
        self.text += &format!("{}{line}\n", "    ".repeat(self.depth));
    }

    fn name(&self, val: Val) -> &str {
        &self.names[&val]
    }

    fn batching(&self, val: Val) -> Batching {
        self.graph.ty(val).batching
    }

    /// A line for each value that the outputs need.
    fn values(&mut self, outputs: &[Val]) -> Result<(), Unsupported> {
        for val in self.graph.live(outputs) {
            // The formals of a loop are named before its body.
            if self.names.contains_key(&val) {
                continue;
            }
            let name = format!("{}{}", self.prefix, val.index());
            let node = self.graph.node(val);
            match &node.op {
                Op::Scan(scan) => {
                    let parts = self.scan(&name, scan, &node.args)?;
                    self.parts.insert(val, parts);
                }
                Op::Part(part) => {
                    let name = self.parts[&node.args[0]][part.index].clone();
                    self.names.insert(val, name);
                }
                op => {
                    let value = match op.rules().formula() {
                        Some(formula) => {
                            let args: Vec<&str> = node.args.iter().map(|&arg| self.name(arg)).collect();
                            formulas::write(formula, &args)
                        }
                        None => self.structural(val, op, &node.args),
                    };
                    let value = value.ok_or(Unsupported {
                        operator: op.rules().name(),
                    })?;
                    self.line(&format!("{name} = {value}"));
                    self.names.insert(val, name);
                }
            }
        }
        Ok(())
    }
}

/// A value with the batch as its first axis, if `to` asks for one and `from` has none.
fn aligned(name: &str, from: Batching, to: Batching, shape: &Shape) -> String {
    match (from, to) {
        (Batching::Shared, Batching::PerExample) => {
            format!(
                "np.broadcast_to({name}, {})",
                sizes(Batching::PerExample, &shape.0)
            )
        }
        _ => name.to_string(),
    }
}

/// The shape of a value as NumPy has it: `(examples, 2, 3)`.
fn sizes(batching: Batching, shape: &[usize]) -> String {
    tuple(batch(batching).chain(shape.iter().map(usize::to_string)))
}

/// The axis of the batch, where there is one.
fn batch(batching: Batching) -> impl Iterator<Item = String> {
    batching.batch_axis().map(|_| "examples".to_string()).into_iter()
}

/// `(a, b,)`: the last comma makes a tuple of one.
fn tuple(items: impl Iterator<Item = String>) -> String {
    let items: String = items.map(|item| item + ", ").collect();
    format!("({})", items.trim_end())
}

/// A number as Python reads it.
fn number(value: f64) -> String {
    match value {
        f64::INFINITY => "np.inf".to_string(),
        f64::NEG_INFINITY => "-np.inf".to_string(),
        _ if value.is_nan() => "np.nan".to_string(),
        _ => format!("{value:?}"),
    }
}
