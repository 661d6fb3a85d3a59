//! A picture of every value of a graph: constants and numbers stand in the formulas that use them, the turn of a loop stands in a
//! frame of its own.

use std::collections::HashMap;

use super::{Edge, EdgeKind, Group, GroupKind, Node, NodeKind, Output, Picture};
use crate::emit::text::{Written, given_name, says_nothing};
use crate::graph::{Function, Graph, Val};
use crate::names::Names;
use crate::ops::Op;
use crate::ops::scan::Scan;

/// What stands for an argument that an edge shows.
const ARGUMENT: &str = "·";

impl Picture {
    /// The values that the outputs need.
    pub fn of_values(graph: &Graph, outputs: &[Output]) -> Picture {
        let mut drawing = Drawing::default();
        // What the user named, or declared, is called so; the results have what is left.
        for val in graph.live(&outputs.iter().map(|output| output.val).collect::<Vec<Val>>()) {
            if let Some(name) = given_name(&graph.node(val).op) {
                drawing.names.reserve(name);
            }
        }
        let mut scope = Scope {
            graph,
            drawn: HashMap::new(),
            frame: None,
            path: String::new(),
            backward: false,
            turn: String::new(),
        };
        let vals: Vec<Val> = outputs.iter().map(|output| output.val).collect();
        drawing.values(&mut scope, &vals);
        for output in outputs {
            drawing.output(&scope, output);
        }
        drawing.picture
    }
}

#[derive(Default)]
struct Drawing {
    picture: Picture,
    names: Names,
    /// The groups by their parents, titles and direction.
    groups: HashMap<(Option<usize>, String, bool), usize>,
}

/// A graph that is being drawn: a function, or the body of a loop.
struct Scope<'g> {
    graph: &'g Graph,
    drawn: HashMap<Val, Drawn>,
    /// The group of the loop whose body it is.
    frame: Option<usize>,
    /// The calls that the loop stands in.
    path: String,
    /// True for the body of a loop of the backward pass.
    backward: bool,
    /// The number of a turn: `t`.
    turn: String,
}

/// How a value is shown.
#[derive(Clone)]
enum Drawn {
    Box(usize),
    /// Within the formulas that use it.
    Text(Written),
    /// By what a loop yields, in order.
    Loop(Vec<Drawn>),
}

impl Drawing {
    fn values(&mut self, scope: &mut Scope<'_>, outputs: &[Val]) {
        for val in scope.graph.live(outputs) {
            if scope.drawn.contains_key(&val) {
                continue;
            }
            let node = scope.graph.node(val);
            let arg = |place: usize| scope.drawn[&node.args[place]].clone();
            let drawn = match &node.op {
                Op::Constant(constant) => Drawn::Text(Written::number(constant.0.0)),
                Op::BatchSize(_) => Drawn::Text(Written::atom("n")),
                Op::Broadcast(_) if matches!(arg(0), Drawn::Text(_)) => arg(0),
                Op::Reshape(_) if says_nothing(scope.graph, val) && scope.graph.name(val).is_none() => arg(0),
                Op::Part(part) => match arg(0) {
                    Drawn::Loop(parts) => parts[part.index].clone(),
                    other => other,
                },
                Op::Scan(scan) => self.scan(scope, val, scan),
                _ => Drawn::Box(self.operation(scope, val)),
            };
            scope.drawn.insert(val, drawn);
        }
    }

    /// The box of a value that is computed, or given.
    fn operation(&mut self, scope: &Scope<'_>, val: Val) -> usize {
        let node = scope.graph.node(val);
        let (kind, elements) = match &node.op {
            Op::Input(_) => (NodeKind::Input, 0),
            Op::Parameter(parameter) => (NodeKind::Parameter, parameter.shape.count()),
            Op::Direction(_) => (NodeKind::Input, 0),
            Op::Buffer(_) => (NodeKind::Buffer, 0),
            _ => (NodeKind::Operation, 0),
        };
        let name = match (given_name(&node.op), scope.graph.name(val)) {
            (Some(name), _) => name.to_string(),
            (None, Some(name)) => self.names.fresh(&name),
            (None, None) => self.names.numbered(node.op.rules().name()),
        };
        let args = node.args.iter().map(|arg| match &scope.drawn[arg] {
            Drawn::Text(text) => text.clone(),
            Drawn::Box(_) | Drawn::Loop(_) => Written::atom(ARGUMENT),
        });
        let args: Vec<Written> = args.collect();
        let formula = match kind {
            NodeKind::Operation => Written::operation(node.op.rules(), &args).text,
            _ => node.op.rules().name().to_string(),
        };
        let backward = scope.backward || node.origin.backward;
        let group = self.group(scope, &node.origin.path, backward);
        let place = self.add(Node {
            title: name.clone(),
            name,
            lines: vec![formula, node.types[0].to_string()],
            kind,
            backward,
            group,
            path: node.origin.path.to_string(),
            text: node.origin.text.to_string(),
            word: node.op.rules().name(),
            elements,
        });
        for &arg in &node.args {
            self.connect(scope, arg, place);
        }
        place
    }

    fn output(&mut self, scope: &Scope<'_>, output: &Output) {
        let Output {
            name,
            val,
            is_gradient,
        } = output;
        let backward = match scope.drawn.get(val) {
            Some(Drawn::Box(from)) => self.picture.nodes[*from].backward,
            _ => *is_gradient,
        };
        let mut lines = vec![scope.graph.ty(*val).to_string()];
        if let Some(Drawn::Text(text)) = scope.drawn.get(val) {
            lines.insert(0, text.text.clone());
        }
        let unique = self.names.fresh(name);
        let place = self.add(Node {
            name: unique,
            title: name.clone(),
            lines,
            kind: match is_gradient {
                true => NodeKind::Gradient,
                false => NodeKind::Result,
            },
            backward,
            group: None,
            path: String::new(),
            text: String::new(),
            word: "",
            elements: 0,
        });
        self.connect(scope, *val, place);
    }

    /// A frame with one turn of a loop in it.
    fn scan(&mut self, scope: &Scope<'_>, val: Val, scan: &Scan) -> Drawn {
        let node = scope.graph.node(val);
        let backward = scope.backward || node.origin.backward;
        let around = self.group(scope, &node.origin.path, backward);
        let turn = ["t", "u", "v", "w"][scope.depth().min(3)].to_string();
        let range = match scan.reversed {
            true => format!("(0..{}).rev()", scan.length),
            false => format!("0..{}", scan.length),
        };
        self.picture.groups.push(Group {
            title: format!("for {turn} in {range}"),
            parent: around,
            kind: GroupKind::Loop,
            backward,
            path: node.origin.path.to_string(),
        });
        let Function { graph, outputs } = &*scan.body;
        let mut inner = Scope {
            graph,
            drawn: HashMap::new(),
            frame: Some(self.picture.groups.len() - 1),
            path: node.origin.path.to_string(),
            backward,
            turn: format!("{}{turn}", scope.turn),
        };
        let mut carried: Vec<(usize, usize)> = Vec::new();
        for formal in graph.live(outputs) {
            let Op::Formal(leaf) = &graph.node(formal).op else {
                continue;
            };
            let outer = node.args[leaf.index];
            let drawn = match (leaf.index.checked_sub(scan.constants), &scope.drawn[&outer]) {
                (None, drawn) => drawn.clone(),
                (Some(place), first) if place < scan.carried => {
                    let word = format!("state{}", place + 1);
                    let first = match first {
                        Drawn::Text(text) => format!("carried, first {}", text.text),
                        Drawn::Box(_) | Drawn::Loop(_) => "carried".to_string(),
                    };
                    let carry = self.formal(&inner, formal, &word, first, NodeKind::Carry);
                    self.connect(scope, outer, carry);
                    carried.push((place, carry));
                    Drawn::Box(carry)
                }
                (Some(_), Drawn::Text(text)) => Drawn::Text(text.clone()),
                (Some(place), _) => {
                    let word = format!("entry{}", place - scan.carried + 1);
                    let formula = format!("{ARGUMENT}[{turn}]");
                    let entry = self.formal(&inner, formal, &word, formula, NodeKind::Operation);
                    self.connect(scope, outer, entry);
                    Drawn::Box(entry)
                }
            };
            inner.drawn.insert(formal, drawn);
        }
        self.values(&mut inner, outputs);
        for (place, carry) in carried {
            if let Drawn::Box(from) = inner.drawn[&outputs[place]] {
                self.picture.edges.push(Edge {
                    from,
                    to: carry,
                    label: graph.ty(outputs[place]).to_string(),
                    kind: EdgeKind::Next,
                });
            }
        }
        Drawn::Loop(outputs.iter().map(|output| inner.drawn[output].clone()).collect())
    }

    /// The box of what a turn begins with, or runs over.
    fn formal(&mut self, scope: &Scope<'_>, val: Val, word: &str, formula: String, kind: NodeKind) -> usize {
        let name = scope.graph.name(val);
        let name = self.names.fresh(name.as_deref().unwrap_or(word));
        self.add(Node {
            title: name.clone(),
            name,
            lines: vec![formula, scope.graph.ty(val).to_string()],
            kind,
            backward: scope.backward,
            group: scope.frame,
            path: scope.path.clone(),
            text: scope.graph.node(val).origin.text.to_string(),
            word: match kind {
                NodeKind::Carry => "carry",
                _ => "at",
            },
            elements: 0,
        })
    }

    fn add(&mut self, node: Node) -> usize {
        self.picture.nodes.push(node);
        self.picture.nodes.len() - 1
    }

    /// An edge from what shows a value to a box that reads it; none from what the box itself says.
    fn connect(&mut self, scope: &Scope<'_>, val: Val, to: usize) {
        let Some(&Drawn::Box(from)) = scope.drawn.get(&val) else {
            return;
        };
        let nodes = &self.picture.nodes;
        let kind = match (nodes[from].backward, nodes[to].backward) {
            (false, false) => EdgeKind::Forward,
            (false, true) => EdgeKind::Kept,
            (true, _) => EdgeKind::Backward,
        };
        let edge = Edge {
            from,
            to,
            label: scope.graph.ty(val).to_string(),
            kind,
        };
        let known = self.picture.edges.iter().rev();
        if !known
            .take_while(|known| known.to == to)
            .any(|known| *known == edge)
        {
            self.picture.edges.push(edge);
        }
    }

    /// The group of some calls: within a loop those that are made in it.
    fn group(&mut self, scope: &Scope<'_>, path: &str, backward: bool) -> Option<usize> {
        let around: Vec<&str> = segments(&scope.path).collect();
        let calls: Vec<&str> = segments(path).collect();
        let shared = calls
            .iter()
            .zip(&around)
            .take_while(|(call, other)| call == other)
            .count();
        let mut parent = scope.frame;
        for (place, call) in calls.iter().enumerate().skip(shared) {
            let key = (parent, call.to_string(), backward);
            let group = *self.groups.entry(key).or_insert_with(|| {
                self.picture.groups.push(Group {
                    title: match backward {
                        true => format!("∂ {call}"),
                        false => call.to_string(),
                    },
                    parent,
                    kind: GroupKind::Call,
                    backward,
                    path: calls[..=place].join("."),
                });
                self.picture.groups.len() - 1
            });
            parent = Some(group);
        }
        parent
    }
}

impl Scope<'_> {
    /// The number of enclosing loops.
    fn depth(&self) -> usize {
        self.turn.len()
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('.').filter(|call| !call.is_empty())
}
