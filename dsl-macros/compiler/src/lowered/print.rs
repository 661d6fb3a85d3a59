//! The printed form of a lowered graph: one line a value, `name [type] = operator(arguments, attributes)`.

use std::collections::HashMap;

use super::{Function, Leaf, Lowered, Val};
use crate::arena::Operation;
use crate::names::Names;

/// Prints the values that the outputs need, then the outputs. Constants are written where they are read.
pub fn print(function: &Function) -> String {
    let mut printer = Printer {
        names: Names::default(),
        text: String::new(),
    };
    printer.function(function, "");
    printer.text
}

struct Printer {
    names: Names,
    text: String,
}

impl Printer {
    fn function(&mut self, function: &Function, indent: &str) {
        let Function { graph, outputs } = function;
        let mut named: HashMap<Val, String> = HashMap::new();
        for val in graph.live(outputs) {
            let node = graph.node(val);
            let name = match (&node.op, graph.name(val)) {
                (Lowered::Leaf(leaf @ (Leaf::Constant(_) | Leaf::BatchSize)), _) => {
                    let text = if *leaf == Leaf::BatchSize {
                        "n".to_string()
                    } else {
                        node.op.attributes()
                    };
                    named.insert(val, text);
                    continue;
                }
                (
                    Lowered::Leaf(Leaf::Input(_) | Leaf::Parameter(_) | Leaf::Direction(_) | Leaf::Buffer(_)),
                    _,
                ) => node.op.attributes(),
                (_, Some(name)) => self.names.fresh(&name),
                (op, None) => self.names.numbered(op.name()),
            };
            let mut args: Vec<String> = node.args.iter().map(|arg| named[arg].clone()).collect();
            args.extend(Some(node.op.attributes()).filter(|text| !text.is_empty() && !node.args.is_empty()));
            let args = if args.is_empty() {
                String::new()
            } else {
                format!("({})", args.join(", "))
            };
            let types: Vec<String> = node.types.iter().map(|ty| ty.to_string()).collect();
            self.text += &format!("{indent}{name} {} = {}{args}\n", types.join(", "), node.op.name());
            named.insert(val, name);
            if let Lowered::Scan(scan) = &node.op {
                self.function(&scan.body, &format!("{indent}    "));
            }
        }
        let outputs: Vec<&str> = outputs.iter().map(|output| named[output].as_str()).collect();
        self.text += &format!("{indent}→ {}\n", outputs.join(", "));
    }
}
