//! The printed form of a graph: what snapshots hold, and what a user reads as the derived gradient.
//!
//! One line a value, `name [type] = operator(arguments, attributes)`. Constants and broadcasts are written where
//! they are used.

use std::collections::HashMap;

use super::{Graph, Kind, Val};
use crate::names::Names;
use crate::ops::Op;

/// Prints the values that `outputs` need; each output has a name.
pub fn print(graph: &Graph, outputs: &[(String, Val)]) -> String {
    let roots: Vec<Val> = outputs.iter().map(|(_, val)| *val).collect();
    let mut printer = Printer {
        graph,
        names: HashMap::new(),
        used: Names::default(),
    };
    let mut text = String::new();
    for val in graph.live(&roots) {
        let node = graph.node(val);
        if printer.is_inline(val) {
            continue;
        }
        let name = printer.name(val);
        let types: Vec<String> = node.types.iter().map(ToString::to_string).collect();
        text += &format!("{name} {} = {}\n", types.join(" "), printer.operation(val));
    }
    for (name, val) in outputs {
        text += &format!("→ {name} = {}\n", printer.reference(*val));
    }
    text
}

struct Printer<'g> {
    graph: &'g Graph,
    names: HashMap<Val, String>,
    used: Names,
}

impl Printer<'_> {
    fn is_inline(&self, val: Val) -> bool {
        matches!(
            self.graph.node(val).op,
            Op::Constant(_) | Op::Broadcast(_) | Op::BatchSize(_)
        )
    }

    /// A name for a line: the user's, else the operator's word with an ordinal.
    fn name(&mut self, val: Val) -> String {
        let node = self.graph.node(val);
        let wanted = match (&node.op, self.graph.name(val)) {
            (Op::Input(input), _) => input.name.clone(),
            (Op::Parameter(parameter), _) => parameter.name.clone(),
            (Op::Buffer(buffer), _) => buffer.name.clone(),
            (_, Some(name)) => self.used.fresh(&name),
            (op, None) => self.used.numbered(op.rules().name()),
        };
        self.names.insert(val, wanted.clone());
        wanted
    }

    fn reference(&self, val: Val) -> String {
        let node = self.graph.node(val);
        match &node.op {
            Op::Constant(constant) => constant.0.to_string(),
            Op::BatchSize(_) => "n".to_string(),
            Op::Broadcast(_) => {
                let inner = self.reference(node.args[0]);
                // Numbers broadcast silently; of other values one wants to see along which axes.
                match self.graph.ty(node.args[0]).shape.rank() {
                    0 => inner,
                    _ => format!("broadcast({inner}, {})", node.op.rules().attributes()),
                }
            }
            _ => self.names[&val].clone(),
        }
    }

    fn operation(&self, val: Val) -> String {
        let node = self.graph.node(val);
        let mut args: Vec<String> = node.args.iter().map(|&arg| self.reference(arg)).collect();
        let infix = match node.op.rules().name() {
            "add" => Some("+"),
            "sub" => Some("-"),
            "mul" => Some("*"),
            "div" => Some("/"),
            "greater" => Some(">"),
            "greater_equal" => Some("≥"),
            "equal" => Some("="),
            _ => None,
        };
        match (infix, &node.op) {
            (Some(sign), _) => format!("{} {sign} {}", args[0], args[1]),
            (_, Op::Input(_) | Op::Parameter(_) | Op::Buffer(_)) => node.op.rules().name().to_string(),
            _ => {
                let attributes = node.op.rules().attributes();
                if !attributes.is_empty() {
                    args.push(attributes);
                }
                format!("{}({})", node.op.rules().name(), args.join(", "))
            }
        }
    }
}

impl Graph {
    /// `[B, 6, 28, 28]` for messages about a value.
    pub fn describe(&self, val: Val) -> String {
        let ty = self.ty(val);
        match ty.kind {
            Kind::Shared => ty.to_string(),
            Kind::PerExample => ty.shape.to_string(),
        }
    }
}
