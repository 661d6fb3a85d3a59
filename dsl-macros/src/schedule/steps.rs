//! graph → steps, in the order of the graph.

use std::collections::{BTreeMap, BTreeSet};

use super::contraction;
use super::plan::*;
use super::select::{Fused, FusedThen, Selection, is_scalar, lower, select};
use super::view::View;
use crate::graph::{Element, Graph, Kind, Shape, Type, Val};
use crate::names::Names;
use crate::ops::contract::Contract;
use crate::ops::{Kernel, Lowering, Op, Yields};

/// What a parameter's memory looks like.
pub type Orders = BTreeMap<usize, Vec<usize>>;

pub struct Steps {
    pub steps: Vec<Step>,
    pub values: Vec<Value>,
    pub outputs: Vec<Source>,
    pub gradients: Vec<usize>,
}

pub fn steps(graph: &Graph, roots: &[Root], orders: &Orders) -> Steps {
    let vals: Vec<Val> = roots.iter().map(|root| root.val()).collect();
    let live = graph.live(&vals);
    let selection = select(graph, &live, &vals.iter().copied().collect::<BTreeSet<Val>>());
    let mut builder = Builder {
        graph,
        orders,
        selection,
        stored: BTreeMap::new(),
        destinations: destinations(graph, roots, &live),
        contributions: BTreeMap::new(),
        names: Names::default(),
        result: Steps {
            steps: Vec::new(),
            values: Vec::new(),
            outputs: Vec::new(),
            gradients: Vec::new(),
        },
    };
    for &val in &live {
        if let Op::Input(input) = &graph.node(val).op {
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

/// Gradients that no other step reads are written to their place straight away.
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
    roots.iter().filter_map(direct).collect()
}

struct Builder<'g> {
    graph: &'g Graph,
    orders: &'g Orders,
    selection: Selection,
    /// Where nodes computed so far lie.
    stored: BTreeMap<Val, Source>,
    destinations: BTreeMap<Val, usize>,
    /// Values that are summed over the batch into the gradient of a parameter.
    contributions: BTreeMap<Val, usize>,
    names: Names,
    result: Steps,
}

impl Builder<'_> {
    /// Emits the step of a node that has one.
    fn node(&mut self, val: Val) {
        if self.selection.absorbed.contains(&val)
            || self.selection.inlined.contains(&val)
            || self.stored.contains_key(&val)
        {
            return;
        }
        if let Some(fused) = self.selection.fused.get(&val).copied() {
            return self.fused(val, fused);
        }
        match lower(self.graph, val) {
            Lowering::Leaf | Lowering::View(_) => {}
            Lowering::Scalar(_) | Lowering::OneHot => self.loop_of(val),
            Lowering::Fold { axes, by } => self.fold(val, axes, by),
            Lowering::Contract => self.product(val, val, Then::Store),
            Lowering::Kernel(_) => self.product(val, val, Then::Store),
            Lowering::Assemble(views) => self.assemble(val, &*views),
            Lowering::BatchSum => self.batch_sum(val),
            Lowering::Unsupported(what) => unreachable!("{what} do not reach the scheduler"),
        }
    }

    fn root(&mut self, root: Root) {
        match root {
            Root::Output(val) => {
                let source = match self.stored.get(&val) {
                    Some(&source @ Source::Value(_)) => source,
                    _ => self.copy_to_value(val),
                };
                self.result.outputs.push(source);
            }
            Root::Gradient { parameter, val } => {
                self.result.gradients.push(parameter);
                if self.stored.get(&val) != Some(&Source::Gradient(parameter)) {
                    let result = self.gradient_operand(parameter, &self.graph.ty(val).shape);
                    self.copy_into(val, result);
                }
            }
        }
    }

    /// What is summed over the batch into a gradient and has no name goes by the parameter's: `d_conv1_bias_each`.
    fn name_contributions(&mut self, roots: &[Root]) {
        for root in roots {
            let Root::Gradient { parameter, val } = *root else {
                continue;
            };
            let node = self.graph.node(val);
            if matches!(node.op, Op::BatchSum(_)) {
                self.contributions.insert(node.args[0], parameter);
            }
        }
    }

    /// `conv1_bias` of `logits.conv1.bias`.
    fn local_name(&self, parameter: usize) -> Option<String> {
        let nodes = self.graph.vals().map(|val| self.graph.node(val));
        let mut names = nodes.filter_map(|node| match &node.op {
            Op::Parameter(leaf) if leaf.index == parameter => Some(leaf.name.clone()),
            _ => None,
        });
        let name = names.next()?;
        let (_, local) = name.split_once('.').unwrap_or(("", &name));
        Some(local.replace('.', "_"))
    }

    // Where values lie.

    fn gradient_operand(&self, parameter: usize, shape: &Shape) -> Operand {
        let view = self.parameter_view(parameter, shape);
        Operand {
            source: Source::Gradient(parameter),
            view,
            per_example: None,
            element: Element::Real,
        }
    }

    fn parameter_view(&self, parameter: usize, shape: &Shape) -> View {
        match self.orders.get(&parameter) {
            Some(order) => View::ordered(shape, order),
            None => View::whole(shape),
        }
    }

    /// All of a stored value or leaf.
    fn operand(&self, val: Val) -> Option<Operand> {
        let ty = self.graph.ty(val);
        let width = ty.shape.count();
        let (source, view) = match (&self.graph.node(val).op, self.stored.get(&val)) {
            (_, Some(&Source::Gradient(parameter))) => (
                Source::Gradient(parameter),
                self.parameter_view(parameter, &ty.shape),
            ),
            (_, Some(&source)) => (source, View::whole(&ty.shape)),
            (Op::Input(input), _) => (Source::Input(input.index), View::whole(&ty.shape)),
            (Op::Parameter(parameter), _) => (
                Source::Parameter(parameter.index),
                self.parameter_view(parameter.index, &ty.shape),
            ),
            _ => return None,
        };
        let per_example = (ty.kind == Kind::PerExample).then_some(width);
        Some(Operand {
            source,
            view,
            per_example,
            element: ty.element,
        })
    }

    /// A value as a window on something stored, through movements.
    fn window(&self, val: Val) -> Option<Operand> {
        if let Some(operand) = self.operand(val) {
            return Some(operand);
        }
        match lower(self.graph, val) {
            Lowering::View(view) => {
                let of = self.window(self.graph.node(val).args[0])?;
                let view = view(&of.view)?;
                Some(Operand { view, ..of })
            }
            _ => None,
        }
    }

    /// A window, copied first where no strides describe it.
    fn strided(&mut self, val: Val) -> Operand {
        if self.window(val).is_none() {
            self.store(val);
        }
        self.window(val).expect("a stored value is a window on itself")
    }

    /// A window that is all of a dense value, as kernels want it.
    fn dense(&mut self, val: Val) -> Operand {
        let fits = |operand: &Operand, shape: &Shape| {
            operand.view.is_contiguous()
                && operand.view.offset == 0
                && operand.per_example.is_none_or(|width| width == shape.count())
        };
        let shape = self.graph.ty(val).shape;
        match self.window(val).filter(|operand| fits(operand, &shape)) {
            Some(operand) => operand,
            None => {
                self.store(val);
                self.operand(val).expect("it was just stored")
            }
        }
    }

    /// Computes a value that so far is only a way to read others.
    fn store(&mut self, val: Val) {
        self.selection.inlined.remove(&val);
        if is_scalar(self.graph, val) {
            return self.loop_of(val);
        }
        let source = self.copy_to_value(val);
        self.stored.insert(val, source);
    }

    fn new_value(&mut self, val: Val, name: Option<&str>, extent: Extent) -> usize {
        let contribution = || {
            let local = self.local_name(*self.contributions.get(&val)?)?;
            Some(format!("d_{local}_{}", name.unwrap_or("each")))
        };
        let word = (self.graph.name(val).map(|name| name.to_string()))
            .or_else(contribution)
            .or_else(|| name.map(str::to_string));
        let name = match word {
            Some(word) => self.names.fresh(&word),
            None => self.names.numbered(self.graph.node(val).op.rules().name()),
        };
        self.result.values.push(Value {
            name,
            extent,
            slot: usize::MAX,
        });
        self.result.values.len() - 1
    }

    /// Where the result of `val` goes: its gradient's place, else a new value.
    fn destination(&mut self, val: Val) -> Operand {
        let ty = self.graph.ty(val);
        if let Some(&parameter) = self.destinations.get(&val) {
            self.stored.insert(val, Source::Gradient(parameter));
            return self.gradient_operand(parameter, &ty.shape);
        }
        let extent = match ty.kind {
            Kind::PerExample => Extent::Examples(ty.shape.count()),
            Kind::Shared => Extent::Shared(ty.shape.count()),
        };
        let value = self.new_value(val, None, extent);
        self.stored.insert(val, Source::Value(value));
        self.operand(val).expect("it was just stored")
    }

    // Steps.

    fn push(&mut self, val: Val, flops: usize, kind: StepKind) {
        let origin = &self.graph.node(val).origin;
        let text = match (origin.backward, &*origin.text) {
            (_, "") => String::new(),
            (false, text) => format!("`{text}`"),
            (true, text) => format!("∂ `{text}`"),
        };
        self.result.steps.push(Step { text, kind, flops });
    }

    fn loop_of(&mut self, val: Val) {
        let ty = self.graph.ty(val);
        let mut operands = Vec::new();
        let value = self.expression(val, &|view| view.clone(), &mut operands);
        let result = self.destination(val);
        self.push_loop(val, ty, operands, value, result);
    }

    fn push_loop(&mut self, val: Val, ty: Type, operands: Vec<Operand>, value: Scalar, result: Operand) {
        let flops = value.flops() * ty.shape.count();
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
                kind: ty.kind,
                shape: ty.shape,
                operands,
                statements,
            }),
        );
    }

    fn copy_to_value(&mut self, val: Val) -> Source {
        let ty = self.graph.ty(val);
        let extent = match ty.kind {
            Kind::PerExample => Extent::Examples(ty.shape.count()),
            Kind::Shared => Extent::Shared(ty.shape.count()),
        };
        let value = self.new_value(val, None, extent);
        let result = Operand {
            source: Source::Value(value),
            view: View::whole(&ty.shape),
            per_example: (ty.kind == Kind::PerExample).then_some(ty.shape.count()),
            element: Element::Real,
        };
        self.copy_into(val, result);
        Source::Value(value)
    }

    fn copy_into(&mut self, val: Val, result: Operand) {
        let mut operands = Vec::new();
        let value = self.reading(val, &|view| view.clone(), &mut operands);
        self.push_loop(val, self.graph.ty(val), operands, value, result);
    }

    /// The expression of an element-wise node, its operands seen through `map`.
    fn expression(&mut self, val: Val, map: &dyn Fn(&View) -> View, operands: &mut Vec<Operand>) -> Scalar {
        let node = self.graph.node(val);
        if let Op::OneHot(one_hot) = &node.op {
            // Lifted to the result's shape: the index repeats along the classes, the class is the position there.
            let shape = self.graph.ty(val).shape;
            let last = shape.rank() - 1;
            let mut index = self.strided(node.args[0]);
            index.view = map(&index.view.broadcast(&shape, &(0..last).collect::<Vec<usize>>()));
            let class = View::whole(&Shape::from([one_hot.classes])).broadcast(&shape, &[last]);
            return Scalar::OneHot {
                operand: place(operands, index),
                class: map(&class),
            };
        }
        let args = node
            .args
            .iter()
            .map(|&arg| self.reading(arg, map, operands))
            .collect();
        Scalar::Apply {
            op: node.op.clone(),
            args,
        }
    }

    /// A value as a loop reads it: a constant, an operand, or an expression computed in place.
    fn reading(&mut self, val: Val, map: &dyn Fn(&View) -> View, operands: &mut Vec<Operand>) -> Scalar {
        let node = self.graph.node(val);
        match &node.op {
            Op::Constant(constant) => return Scalar::Constant(constant.0.0),
            Op::BatchSize(_) => return Scalar::BatchSize,
            _ => {}
        }
        if let Some(constant) = self.graph.expr(val).as_constant() {
            return Scalar::Constant(constant);
        }
        if let Some(mut operand) = self.window(val) {
            operand.view = map(&operand.view);
            return Scalar::Load(place(operands, operand));
        }
        match lower(self.graph, val) {
            Lowering::View(view) => {
                let arg = node.args[0];
                // A regrouping that an inlined expression cannot follow needs its argument in memory.
                if matches!(node.op, Op::Reshape(_)) {
                    self.dense(arg);
                    if self.window(val).is_none() {
                        self.store(arg);
                    }
                    let mut operand = self.window(val).expect("its argument is dense");
                    operand.view = map(&operand.view);
                    return Scalar::Load(place(operands, operand));
                }
                let through = move |inner: &View| map(&view(inner).expect("only regroupings fail"));
                self.reading(arg, &through, operands)
            }
            Lowering::Scalar(_) | Lowering::OneHot => self.expression(val, map, operands),
            _ => unreachable!("everything else was computed before its readers"),
        }
    }

    fn fold(&mut self, val: Val, axes: Vec<usize>, by: crate::ops::Fold) {
        let arg = self.graph.node(val).args[0];
        let ty = self.graph.ty(arg);
        let mut operands = Vec::new();
        let value = self.reading(arg, &|view| view.clone(), &mut operands);
        let result = self.destination(val);
        let flops = (value.flops() + 1) * ty.shape.count();
        self.push(
            val,
            flops,
            StepKind::Fold(FoldLoop {
                kind: ty.kind,
                shape: ty.shape,
                axes,
                by,
                operands,
                value,
                result,
            }),
        );
    }

    /// A GEMM or kernel whose result, after `then`, is the value of `end`.
    fn product(&mut self, val: Val, end: Val, then: Then) {
        let node = self.graph.node(val);
        match lower(self.graph, val) {
            Lowering::Contract => {
                let result = self.destination(end);
                self.gemm(val, end, result, then);
            }
            Lowering::Kernel(kernel) => {
                let mode = call_mode(
                    &kernel,
                    &node
                        .args
                        .iter()
                        .map(|&arg| self.graph.ty(arg))
                        .collect::<Vec<Type>>(),
                );
                let result = self.dense_result(end);
                self.call(val, end, mode, then, result, kernel.flops);
            }
            _ => unreachable!("only products have an end"),
        }
    }

    fn call(&mut self, val: Val, end: Val, mode: CallMode, then: Then, result: Operand, flops: usize) {
        let node = self.graph.node(val);
        let args = node.args.iter().map(|&arg| self.dense(arg)).collect();
        let types = node.args.iter().map(|&arg| self.graph.ty(arg)).collect();
        let call = KernelCall {
            op: node.op.clone(),
            types,
            mode,
            args,
            then,
            result,
        };
        self.push(end, flops, StepKind::Kernel(call));
    }

    fn gemm(&mut self, val: Val, end: Val, result: Operand, then: Then) {
        let node = self.graph.node(val);
        let Op::Contract(contract) = &node.op else {
            unreachable!("only contractions lower to GEMMs")
        };
        let (a, b) = (self.strided(node.args[0]), self.strided(node.args[1]));
        let flops = contraction::flops(contract, &a, &b);
        if let Some(gemm) = contraction::gemm(contract, &a, &b, &result, then.clone()) {
            return self.push(end, flops, StepKind::Gemm(gemm));
        }
        // Copies of the arguments in which the summed axes lie together.
        let orders = contraction::dense_orders(contract);
        let [a, b] = [0, 1].map(|side| {
            let moved = self
                .graph
                .expr(node.args[side])
                .transpose(orders[side].clone())
                .val;
            if self.operand(moved).is_none() {
                self.store(moved);
            }
            self.operand(moved).expect("it was just stored")
        });
        let letters =
            |side: usize, own: &[u8]| -> Vec<u8> { orders[side].iter().map(|&axis| own[axis]).collect() };
        let (left, right) = (letters(0, &contract.left), letters(1, &contract.right));
        let contract = Contract {
            left,
            right,
            result: contract.result.clone(),
        };
        let gemm =
            contraction::gemm(&contract, &a, &b, &result, then).expect("the summed axes lie together now");
        self.push(end, flops, StepKind::Gemm(gemm));
    }

    fn fused(&mut self, end: Val, fused: Fused) {
        let then = match fused.then {
            FusedThen::Bias(bias) => Then::Bias(self.dense(bias)),
            FusedThen::BiasRelu(bias) => Then::BiasRelu(self.dense(bias)),
            FusedThen::ReluGate(gate) => Then::ReluGate(self.dense(gate)),
        };
        self.product(fused.product, end, then);
    }

    fn assemble(&mut self, val: Val, views: &dyn Fn(&View) -> Vec<View>) {
        let node = self.graph.node(val);
        let result = self.destination(val);
        let parts = views(&result.view);
        let covered: usize = parts.iter().map(|part| part.shape.count()).sum();
        if covered < result.view.shape.count() {
            self.push(val, 0, StepKind::Clear(result.clone()));
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

    fn batch_sum(&mut self, val: Val) {
        let of = self.graph.node(val).args[0];
        if !self.selection.absorbed.contains(&of) {
            let x = self.dense(of);
            let result = self.dense_result(val);
            let flops = result.view.shape.count();
            return self.push(val, flops, StepKind::SumExamples { x, result });
        }
        match lower(self.graph, of) {
            Lowering::Contract => {
                let result = self.destination(val);
                self.gemm(of, of, result, Then::Store);
            }
            Lowering::Kernel(kernel) => {
                if kernel.yields == Yields::Rows {
                    let result = self.dense_result(val);
                    return self.call(of, of, CallMode::Batch, Then::Store, result, kernel.flops);
                }
                let shape = self.graph.ty(of).shape;
                let partials = Operand {
                    source: Source::Value(self.new_value(
                        of,
                        Some("partials"),
                        Extent::Blocks(shape.count()),
                    )),
                    view: View::whole(&shape),
                    per_example: None,
                    element: Element::Real,
                };
                self.call(
                    of,
                    of,
                    CallMode::Batch,
                    Then::Store,
                    partials.clone(),
                    kernel.flops,
                );
                let result = self.dense_result(val);
                self.push(val, shape.count() / 16, StepKind::SumBlocks { partials, result });
            }
            _ => unreachable!("only products are absorbed by a batch sum"),
        }
    }

    /// A destination in plain row-major order; a gradient kept in another order is copied there at the end.
    fn dense_result(&mut self, val: Val) -> Operand {
        if self
            .destinations
            .get(&val)
            .is_some_and(|parameter| self.orders.contains_key(parameter))
        {
            self.destinations.remove(&val);
        }
        self.destination(val)
    }
}

/// How often a kernel is called on arguments of these types for a result of each example.
fn call_mode(kernel: &Kernel, types: &[Type]) -> CallMode {
    let is_shared = |place: usize| types[place].kind == Kind::Shared;
    if (0..types.len()).all(is_shared) {
        return CallMode::Once;
    }
    let fits = (0..types.len()).all(|place| is_shared(place) == kernel.shared.contains(&place));
    if fits && kernel.yields == Yields::Examples {
        CallMode::Batch
    } else {
        CallMode::Each
    }
}

/// The place of an operand in a loop's list, added if it is new.
fn place(operands: &mut Vec<Operand>, operand: Operand) -> usize {
    match operands.iter().position(|known| *known == operand) {
        Some(place) => place,
        None => {
            operands.push(operand);
            operands.len() - 1
        }
    }
}
