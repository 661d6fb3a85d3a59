//! Instruction selection: graph → steps, in the order of the graph.

mod expressions;
mod for_loop;
mod hoist;
mod operands;
mod products;

use std::collections::BTreeMap;

use hoist::Hoisted;

use super::fusion::{Selection, select};
use crate::collections::IntoCollection;
use crate::lowered::{Assembly, Element, Graph, Layout, Leaf, Lowered, Movement, Reduction, Shape, Val};
use crate::names::Names;
use crate::ops::leaf::Noise;
use crate::plan::*;
use crate::view::View;

pub struct Steps {
    pub steps: Vec<Step>,
    pub values: Vec<Value>,
    pub outputs: Vec<Source>,
    pub gradients: Vec<usize>,
    pub repeats: usize,
}

pub fn steps(graph: &Graph, roots: &[Root], layouts: &ParameterLayouts) -> Steps {
    let vals: Vec<Val> = roots.iter().map(|root| root.val()).collect();
    let live = graph.live(&vals);
    let selection = select(graph, &live, &vals.iter().copied().into_set(), None);
    let mut builder = Builder {
        graph,
        layouts,
        selection,
        stored: BTreeMap::new(),
        destinations: destinations(graph, roots, &live),
        contributions: BTreeMap::new(),
        names: Names::default(),
        formals: Vec::new(),
        places: BTreeMap::new(),
        loop_layout: None,
        before_loops: 0,
        hoisted: Vec::new(),
        result: Steps {
            steps: Vec::new(),
            values: Vec::new(),
            outputs: Vec::new(),
            gradients: Vec::new(),
            repeats: 0,
        },
    };
    for &val in &live {
        if let Lowered::Leaf(Leaf::Input(input)) = &graph.node(val).op {
            builder.names.reserve(&input.name);
        }
    }
    builder.name_contributions(roots);
    for &val in &live {
        builder.node(val);
    }
    for root in roots {
        builder.root(*root);
    }
    builder.result
}

impl Root {
    pub fn val(self) -> Val {
        match self {
            Root::Output(val) | Root::Gradient { val, .. } => val,
        }
    }
}

/// The gradients that no other step reads, each with its parameter: their step writes to the parameter's
/// gradient directly.
fn destinations(graph: &Graph, roots: &[Root], live: &[Val]) -> BTreeMap<Val, usize> {
    let mut uses: BTreeMap<Val, usize> = BTreeMap::new();
    for &val in live {
        for &arg in &graph.node(val).args {
            *uses.entry(arg).or_default() += 1;
        }
    }
    for root in roots {
        *uses.entry(root.val()).or_default() += 1;
    }
    let direct = |root: &Root| match *root {
        Root::Gradient { parameter, val } if uses[&val] == 1 => Some((val, parameter)),
        _ => None,
    };
    roots.iter().filter_map(direct).into_map()
}

struct Builder<'g> {
    graph: &'g Graph,
    layouts: &'g ParameterLayouts,
    selection: Selection,
    /// The memory of the nodes computed so far.
    stored: BTreeMap<Val, Operand>,
    destinations: BTreeMap<Val, usize>,
    /// Values that are summed over the batch into the gradient of a parameter.
    contributions: BTreeMap<Val, usize>,
    names: Names,
    /// The formal arguments, in the body of a loop over time.
    formals: Vec<Operand>,
    /// The memory that collected values go to, in the body of a loop over time.
    places: BTreeMap<Val, Operand>,
    /// In the body of a loop over time: shared, or per example if it runs for each.
    loop_layout: Option<Layout>,
    /// The number of values from before the outermost loop, in the body of a loop over time.
    before_loops: usize,
    /// The matrices to lay out anew before the loop, in the body of a loop over time.
    hoisted: Vec<Hoisted>,
    result: Steps,
}

/// The approximate cost of a random number, in operations.
const DRAWING: usize = 10;

impl Builder<'_> {
    /// Emits the step of a node that has one.
    fn node(&mut self, val: Val) {
        if self.selection.absorbed.contains(&val)
            || self.selection.inlined.contains(&val)
            || self.stored.contains_key(&val)
        {
            return;
        }
        if let Some(fused) = self.selection.fused.get(&val).cloned() {
            return self.fused(val, fused);
        }
        match &self.graph.node(val).op {
            Lowered::Leaf(_) | Lowered::Movement(_) | Lowered::Part(_) => {}
            Lowered::Scalar(_) | Lowered::OneHot(_) | Lowered::Iota(_) => self.loop_of(val),
            Lowered::Reduction(reduction) => self.fold(val, reduction),
            Lowered::Contract(_) | Lowered::Kernel(_) => self.product(val, val, Epilogue::store()),
            Lowered::Assembly(assembly) => self.assemble(val, assembly),
            Lowered::Draw(noise) => self.draw(val, noise),
            Lowered::BatchSum => self.batch_sum(val),
            Lowered::Scan(scan) => self.repeat(val, scan),
        }
    }

    fn root(&mut self, root: Root) {
        match root {
            Root::Output(val) => {
                let source = match self.stored.get(&val).map(|operand| operand.source) {
                    Some(source @ Source::Value(_)) => source,
                    _ => self.copy_to_value(val).source,
                };
                self.result.outputs.push(source);
            }
            Root::Gradient { parameter, val } => {
                self.result.gradients.push(parameter);
                let stored = self.stored.get(&val).map(|operand| operand.source);
                if stored != Some(Source::Gradient(parameter)) {
                    let result = self.gradient_operand(parameter, &self.graph.ty(val).shape);
                    self.copy_into(val, result);
                }
            }
        }
    }

    /// Names unnamed values that are summed over the batch into a gradient after the parameter:
    /// `d_conv1_bias_each`.
    fn name_contributions(&mut self, roots: &[Root]) {
        for root in roots {
            let Root::Gradient { parameter, val } = *root else {
                continue;
            };
            let node = self.graph.node(val);
            if node.op == Lowered::BatchSum {
                self.contributions.insert(node.args[0], parameter);
            }
        }
    }

    /// `logits.conv1.bias`
    fn parameter_name(&self, parameter: usize) -> Option<String> {
        let nodes = self.graph.vals().map(|val| self.graph.node(val));
        let mut names = nodes.filter_map(|node| match &node.op {
            Lowered::Leaf(Leaf::Parameter(leaf)) if leaf.index == parameter => Some(leaf.name.clone()),
            _ => None,
        });
        names.next()
    }

    fn push(&mut self, val: Val, flops: usize, kind: StepKind) {
        let node = self.graph.node(val);
        let origin = &node.origin;
        let text = match (origin.backward, &*origin.text) {
            (_, "") => String::new(),
            (false, text) => format!("`{text}`"),
            (true, text) => format!("∂ `{text}`"),
        };
        let path = origin.path.clone();
        self.result.steps.push(Step {
            text,
            path,
            backward: origin.backward,
            again: self.computes_again(val),
            kind,
            flops,
        });
    }

    /// True if what is computed of `val` in one step reads a value again.
    fn computes_again(&self, val: Val) -> bool {
        let node = self.graph.node(val);
        node.args.iter().any(|&arg| {
            let reads_again = matches!(self.graph.node(arg).op, Lowered::Movement(Movement::Again(_)));
            reads_again || self.operand(arg).is_none() && self.computes_again(arg)
        })
    }

    fn loop_of(&mut self, val: Val) {
        let mut operands = Vec::new();
        let value = self.expression(val, &|view| view.clone(), &mut operands);
        let result = self.destination(val);
        self.push_loop(val, operands, value, result);
    }

    /// Emits a loop over all elements that `result` is a window on, for every example if the result is per
    /// example.
    fn push_loop(&mut self, val: Val, operands: Vec<Operand>, value: Scalar, result: Operand) {
        let layout = self.layout_of(&result);
        let shape = result.view.shape.clone();
        let flops = value.flops() * self.graph.ty(val).layout.of_one(shape.count());
        let name = match result.source {
            Source::Value(value) => self.result.values[value].name.clone(),
            _ => "gradient".to_string(),
        };
        let statements = vec![Statement {
            name,
            value,
            store: Some(result),
        }];
        self.push(
            val,
            flops,
            StepKind::Loop(Loop {
                layout,
                shape,
                operands,
                statements,
            }),
        );
    }

    fn copy_to_value(&mut self, val: Val) -> Operand {
        let result = self.new_place(val);
        self.copy_into(val, result.clone());
        result
    }

    fn copy_into(&mut self, val: Val, result: Operand) {
        let mut operands = Vec::new();
        let value = self.reading(val, &|view| view.clone(), &mut operands);
        self.push_loop(val, operands, value, result);
    }

    /// Noise is laid out as its shape says, whatever reads it, so the number that an element gets does not
    /// depend on its readers.
    fn draw(&mut self, val: Val, noise: &Noise) {
        if self.loop_layout.is_some() {
            unreachable!("the numbers of all turns of a loop are drawn before it");
        }
        let result = self.destination(val);
        let flops = DRAWING * self.graph.ty(val).shape.count();
        let site = Operand {
            source: Source::Site(noise.site as usize),
            view: View::whole(&Shape::scalar()),
            per_example: None,
            element: Element::Real,
            loop_strides: Vec::new(),
        };
        let draw = Draw {
            distribution: noise.distribution,
            site,
            result,
        };
        self.push(val, flops, StepKind::Draw(draw));
    }

    fn fold(&mut self, val: Val, reduction: &Reduction) {
        let arg = self.graph.node(val).args[0];
        let ty = self.graph.ty(arg);
        let mut operands = Vec::new();
        let value = self.reading(arg, &|view| view.clone(), &mut operands);
        let result = self.destination(val);
        let flops = (value.flops() + 1) * ty.layout.of_one(ty.shape.count());
        self.push(
            val,
            flops,
            StepKind::Fold(FoldLoop {
                layout: self.layout_of(&result),
                shape: ty.shape,
                axes: reduction.axes().to_vec(),
                by: reduction.by(),
                operands,
                value,
                result,
            }),
        );
    }

    fn assemble(&mut self, val: Val, assembly: &Assembly) {
        let node = self.graph.node(val);
        let result = self.destination(val);
        let shapes: Vec<Shape> = node.args.iter().map(|&arg| self.graph.ty(arg).shape).collect();
        let parts = assembly.parts(&result.view, &shapes);
        let covered: usize = parts.iter().map(|part| part.shape.count()).sum();
        if covered < result.view.shape.count() {
            match self.is_whole(&result) {
                true => self.push(val, 0, StepKind::Clear(result.clone())),
                // Clears only the iteration's part of a stack.
                false => self.push_loop(val, Vec::new(), Scalar::Constant(0.0), result.clone()),
            }
        }
        for (&arg, view) in node.args.iter().zip(parts) {
            self.copy_into(
                arg,
                Operand {
                    view,
                    ..result.clone()
                },
            );
        }
    }
}
