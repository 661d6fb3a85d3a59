//! The loop as one node: `(constants, carry, xs) → (carry, ys)`, its body a closed graph run once a step.
//!
//! Its derivatives are loops again: the forward one carries tangents along, the reverse one runs backwards over the
//! stacked carries, so a Hessian-vector product of a recurrent network needs no rule of its own.

use std::rc::Rc;

use super::{Linearity, Lowering, Op, Operator, leaf};
use crate::differentiate::{pull_back, push_forward};
use crate::graph::interpret::Array;
use crate::graph::{Expr, Function, Graph, Kind, Mismatch, Shape, Type, Val};

/// A loop of `length` steps. Arguments: constants, initial carry, then values stacked along their first axis of
/// which each step sees one slice. Parts: the final carry, then the stacked results of the steps.
#[derive(Clone)]
pub struct Scan {
    /// Two loops are equal only if they are one; bodies are not compared.
    pub identity: u32,
    pub length: usize,
    pub constants: usize,
    pub carried: usize,
    /// Whether the first step sees the last slice.
    pub reversed: bool,
    /// Reads `formal` leaves in argument order, yields the next carry and what each step collects.
    pub body: Rc<Function>,
}

impl PartialEq for Scan {
    fn eq(&self, other: &Scan) -> bool {
        self.identity == other.identity
    }
}

impl Eq for Scan {}

impl std::hash::Hash for Scan {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.identity.hash(state);
    }
}

impl std::fmt::Debug for Scan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Scan {{ identity: {}, length: {} }}",
            self.identity, self.length
        )
    }
}

/// What a loop runs over.
pub struct Arguments<'a, 'g> {
    pub constants: &'a [Expr<'g>],
    pub carry: &'a [Expr<'g>],
    pub stacked: &'a [Expr<'g>],
}

impl<'g> Arguments<'_, 'g> {
    fn all(&self) -> Vec<Expr<'g>> {
        [self.constants, self.carry, self.stacked].concat()
    }
}

/// Builds a loop; `body` gets the formal values in the order of the arguments and yields the next carry, then what
/// each step collects. It is asked again while a carried value turns out to differ between examples.
pub fn scan<'g>(
    graph: &'g Graph,
    length: usize,
    reversed: bool,
    args: &Arguments<'_, 'g>,
    body: impl for<'b> Fn(&'b Graph, &[Expr<'b>]) -> Vec<Expr<'b>>,
) -> Vec<Expr<'g>> {
    let (constants, carried) = (args.constants.len(), args.carry.len());
    let mut kinds: Vec<Kind> = args.carry.iter().map(|carry| carry.kind()).collect();
    loop {
        let inner = Graph::new();
        inner.reserve_identities(graph);
        let formals: Vec<Expr<'_>> = formal_types(&args.all(), constants, &kinds)
            .into_iter()
            .enumerate()
            .map(|(index, ty)| inner.expr(inner.apply(leaf::Formal { index, ty }, &[])))
            .collect();
        let outputs: Vec<Val> = body(&inner, &formals).iter().map(|output| output.val).collect();
        let results: Vec<Kind> = outputs[..carried]
            .iter()
            .map(|&carry| inner.ty(carry).kind)
            .collect();
        let grown: Vec<Kind> = kinds
            .iter()
            .zip(&results)
            .map(|(&before, &after)| before.max(after))
            .collect();
        if grown != kinds {
            kinds = grown;
            continue;
        }
        graph.reserve_identities(&inner);
        let body = Rc::new(Function {
            graph: inner,
            outputs,
        });
        let parts = body.outputs.len();
        let op = Scan {
            identity: graph.fresh_identity(),
            length,
            constants,
            carried,
            reversed,
            body,
        };
        let node = graph.apply(op, &args.all().iter().map(|arg| arg.val).collect::<Vec<_>>());
        return (0..parts)
            .map(|index| graph.expr(graph.apply(Part { index }, &[node])))
            .collect();
    }
}

/// What a step sees of each argument: constants and carry whole, of stacked values one slice.
fn formal_types(args: &[Expr<'_>], constants: usize, carry: &[Kind]) -> Vec<Type> {
    let one = |(index, arg): (usize, &Expr<'_>)| {
        let ty = arg.ty();
        match index.checked_sub(constants) {
            None => ty,
            Some(place) if place < carry.len() => Type {
                kind: carry[place],
                ..ty
            },
            Some(_) => Type {
                shape: Shape(ty.shape.0[1..].to_vec()),
                ..ty
            },
        }
    };
    args.iter().enumerate().map(one).collect()
}

/// The value of part `part` of a loop whose body yields `ty` for it.
fn part_type(scan: &Scan, part: usize, ty: Type) -> Type {
    if part < scan.carried {
        return ty;
    }
    Type {
        shape: Shape(std::iter::once(scan.length).chain(ty.shape.0).collect()),
        ..ty
    }
}

fn zeros<'g>(graph: &'g Graph, shape: &Shape) -> Expr<'g> {
    graph.constant(0.0).broadcast_to(shape)
}

/// Copies the body into another graph, its formals replaced.
fn graft<'b>(body: &Function, into: &'b Graph, formals: &[Expr<'b>]) -> Vec<Expr<'b>> {
    let mut copies: Vec<Option<Val>> = vec![None; body.graph.len()];
    for val in body.graph.live(&body.outputs) {
        let node = body.graph.node(val);
        let copy = match &node.op {
            Op::Formal(formal) => formals[formal.index].val,
            op => {
                let args: Vec<Val> = node
                    .args
                    .iter()
                    .map(|arg| copies[arg.index()].expect("arguments come first"))
                    .collect();
                let outer = into.set_origin(Some(node.origin.clone()));
                let copy = into.apply(op.clone(), &args);
                into.set_origin(outer);
                copy
            }
        };
        copies[val.index()] = Some(copy);
    }
    body.outputs
        .iter()
        .map(|output| into.expr(copies[output.index()].expect("outputs are live")))
        .collect()
}

impl Scan {
    fn split<'a, 'g>(&self, x: &'a [Expr<'g>]) -> Arguments<'a, 'g> {
        let (constants, rest) = x.split_at(self.constants);
        let (carry, stacked) = rest.split_at(self.carried);
        Arguments {
            constants,
            carry,
            stacked,
        }
    }
}

impl Operator for Scan {
    fn name(&self) -> &'static str {
        "scan"
    }

    fn attributes(&self) -> String {
        let direction = if self.reversed { ", reversed" } else { "" };
        format!("{} steps{direction}", self.length)
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        let stacked = &args[self.constants + self.carried..];
        if let Some(xs) = stacked.iter().find(|xs| xs.shape.0.first() != Some(&self.length)) {
            return Err(Mismatch::new(format!(
                "a loop of {} steps cannot run over {xs}",
                self.length
            )));
        }
        let outputs = self.body.outputs.iter().enumerate();
        Ok(outputs
            .map(|(part, &output)| part_type(self, part, self.body.graph.ty(output)))
            .collect())
    }

    fn linearity(&self) -> Linearity {
        Linearity::None
    }

    fn vjp<'g>(&self, _: &[Expr<'g>], _: Expr<'g>, _: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        unreachable!("a loop has several results: `vjp_parts`")
    }

    fn crosses_batch(&self) -> bool {
        true
    }

    fn vjp_parts<'g>(
        &self,
        x: &[Expr<'g>],
        node: Expr<'g>,
        dy: &[Option<Expr<'g>>],
    ) -> Vec<Option<Expr<'g>>> {
        let graph = node.graph;
        let body = self.body.clone();
        let args = self.split(x);
        let (constants, carried) = (self.constants, self.carried);
        // Once more forward, collecting what each step began with.
        let again = scan(graph, self.length, self.reversed, &args, |inner, formals| {
            let results = graft(&body, inner, formals);
            let began = &formals[constants..constants + carried];
            [&results, began].concat()
        });
        let began = &again[body.outputs.len()..];

        // Backwards: the carry is the gradient of the carry and the sums of the gradients of the constants.
        let real: Vec<usize> = (0..constants)
            .filter(|&index| !x[index].ty().is_index())
            .collect();
        let shape_of = |part: usize| graph.node(node.val).types[part].shape.clone();
        let adjoint = |part: usize| dy[part].unwrap_or_else(|| zeros(graph, &shape_of(part)));
        let d_carry = (0..carried).map(adjoint);
        let sums = real.iter().map(|&index| zeros(graph, &x[index].shape()));
        let carry: Vec<Expr<'g>> = d_carry.chain(sums).collect();
        let d_collected: Vec<Expr<'g>> = (carried..body.outputs.len()).map(adjoint).collect();
        let stacked = [began, args.stacked, &d_collected].concat();
        let backward = Arguments {
            constants: args.constants,
            carry: &carry,
            stacked: &stacked,
        };
        let results = scan(graph, self.length, !self.reversed, &backward, |inner, formals| {
            let (constant, rest) = formals.split_at(constants);
            let (d_carry, rest) = rest.split_at(carried);
            let (sums, rest) = rest.split_at(real.len());
            let (began, rest) = rest.split_at(carried);
            let (xs, d_collected) = rest.split_at(args.stacked.len());
            let outputs = graft(&body, inner, &[constant, began, xs].concat());
            let seeds: Vec<(Val, Val)> = outputs
                .iter()
                .zip(d_carry.iter().chain(d_collected))
                .map(|(output, seed)| (output.val, seed.val))
                .collect();
            let wrt: Vec<Val> = real
                .iter()
                .map(|&i| constant[i])
                .chain(began.iter().chain(xs).copied())
                .map(|e| e.val)
                .collect();
            let gradients = pull_back(inner, &seeds, &wrt);
            let filled = |place: usize| match gradients[place] {
                Some(gradient) => inner.expr(gradient),
                None => zeros(inner, &inner.ty(wrt[place]).shape),
            };
            let next = (real.len()..real.len() + carried).map(filled);
            let sums = sums.iter().enumerate().map(|(place, &sum)| sum + filled(place));
            let d_xs = (real.len() + carried..wrt.len())
                .filter(|&place| !inner.ty(wrt[place]).is_index())
                .map(filled);
            next.chain(sums).chain(d_xs).collect()
        });
        let (d_start, rest) = results.split_at(carried);
        let (d_constants, d_stacked) = rest.split_at(real.len());
        let mut contributions = vec![None; x.len()];
        for (&index, &gradient) in real.iter().zip(d_constants) {
            contributions[index] = Some(gradient);
        }
        for (place, &gradient) in d_start.iter().enumerate() {
            // A shared start carried per example counts once for each of them.
            let per_example = graph.node(node.val).types[place].kind == Kind::PerExample;
            let shared = x[constants + place].kind() == Kind::Shared;
            contributions[constants + place] = Some(if per_example && shared {
                gradient.batch_sum()
            } else {
                gradient
            });
        }
        let stacked = (constants + carried..x.len()).filter(|&index| !x[index].ty().is_index());
        for (index, &gradient) in stacked.zip(d_stacked) {
            contributions[index] = Some(gradient);
        }
        contributions
    }

    fn jvp_parts<'g>(
        &self,
        x: &[Expr<'g>],
        node: Expr<'g>,
        dx: &[Option<Expr<'g>>],
    ) -> Vec<Option<Expr<'g>>> {
        let graph = node.graph;
        let body = self.body.clone();
        let args = self.split(x);
        let tangent = |index: usize| dx[index].unwrap_or_else(|| zeros(graph, &x[index].shape()));
        let real = |range: std::ops::Range<usize>| -> Vec<usize> {
            range.filter(|&i| !x[i].ty().is_index()).collect()
        };
        let ranges = [
            0..self.constants,
            self.constants..self.constants + self.carried,
            self.constants + self.carried..x.len(),
        ];
        let [constants, carry, stacked] = ranges.map(real);
        let with = |own: &[Expr<'g>], indices: &[usize]| -> Vec<Expr<'g>> {
            own.iter()
                .copied()
                .chain(indices.iter().map(|&index| tangent(index)))
                .collect()
        };
        let both = [
            with(args.constants, &constants),
            with(args.carry, &carry),
            with(args.stacked, &stacked),
        ];
        let arguments = Arguments {
            constants: &both[0],
            carry: &both[1],
            stacked: &both[2],
        };
        let (carried, collected) = (self.carried, body.outputs.len() - self.carried);
        let results = scan(graph, self.length, self.reversed, &arguments, |inner, formals| {
            let (c, rest) = formals.split_at(self.constants);
            let (dc, rest) = rest.split_at(constants.len());
            let (s, rest) = rest.split_at(carried);
            let (ds, rest) = rest.split_at(carry.len());
            let (xs, dxs) = rest.split_at(args.stacked.len());
            let formals = [c, s, xs].concat();
            let outputs: Vec<Val> = graft(&body, inner, &formals)
                .iter()
                .map(|output| output.val)
                .collect();
            let wrt = constants
                .iter()
                .chain(&carry)
                .chain(&stacked)
                .map(|&index| formals[index].val);
            let tangents: Vec<(Val, Val)> = wrt
                .zip(dc.iter().chain(ds).chain(dxs).map(|tangent| tangent.val))
                .collect();
            let moved = push_forward(inner, &outputs, &tangents);
            let moved: Vec<Expr<'_>> = outputs
                .iter()
                .zip(moved)
                .map(|(&output, tangent)| match tangent {
                    Some(tangent) => inner.expr(tangent),
                    None => zeros(inner, &inner.ty(output).shape),
                })
                .collect();
            let outputs: Vec<Expr<'_>> = outputs.into_iter().map(|output| inner.expr(output)).collect();
            [
                &outputs[..carried],
                &moved[..carried],
                &outputs[carried..],
                &moved[carried..],
            ]
            .concat()
        });
        let tangents = results[carried..2 * carried]
            .iter()
            .chain(&results[2 * carried + collected..]);
        tangents.copied().map(Some).collect()
    }

    fn evaluate(&self, _: &[&Array]) -> Array {
        unreachable!("the interpreter runs loops itself")
    }

    fn lower(&self, _: &[Type]) -> Lowering {
        Lowering::Unsupported("loops that carry tensors")
    }
}

/// One of the values of a node that yields several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    pub index: usize,
}

impl Operator for Part {
    fn name(&self) -> &'static str {
        "part"
    }

    fn attributes(&self) -> String {
        self.index.to_string()
    }

    fn infer(&self, _: &[Type]) -> Result<Vec<Type>, Mismatch> {
        unreachable!("the graph takes the type of a part from its node")
    }

    fn part(&self) -> Option<usize> {
        Some(self.index)
    }

    fn linearity(&self) -> Linearity {
        Linearity::Jointly
    }

    fn vjp<'g>(&self, _: &[Expr<'g>], _: Expr<'g>, _: Expr<'g>) -> Vec<Option<Expr<'g>>> {
        unreachable!("the sweeps hand a part's derivative to its node")
    }

    fn evaluate(&self, _: &[&Array]) -> Array {
        unreachable!("the interpreter takes parts itself")
    }

    fn lower(&self, _: &[Type]) -> Lowering {
        Lowering::Unsupported("loops that carry tensors")
    }
}
