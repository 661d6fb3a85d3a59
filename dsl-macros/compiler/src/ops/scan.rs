//! The loop as one node: `(constants, carry, xs) → (carry, ys)`, its body a closed graph run once a step.
//!
//! Its derivatives are loops again: the forward one carries tangents along, the reverse one runs backwards over the
//! stacked carries, so a Hessian-vector product of a recurrent network needs no rule of its own.

mod derivative;

use std::rc::Rc;

use super::copy::copied;
use super::{Expr, Function, Graph, Linearity, Lowered, Op, Operator, Sweeps, leaf, lowered};
use crate::arena::{self, Array, Batching, Mismatch, Shape, Type, Val};

/// A loop whose body is made of operators of graphs.
pub type Scan = arena::Scan<Op>;

/// The arguments of a loop.
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
    let mut kinds: Vec<Batching> = args.carry.iter().map(|carry| carry.batching()).collect();
    loop {
        let inner = Graph::new();
        inner.reserve_identities(graph);
        let formals: Vec<Expr<'_>> = formal_types(&args.all(), constants, &kinds)
            .into_iter()
            .enumerate()
            .map(|(index, ty)| inner.expr(inner.apply(leaf::Formal { index, ty }, &[])))
            .collect();
        let outputs: Vec<Val> = body(&inner, &formals).iter().map(|output| output.val).collect();
        let results: Vec<Batching> = outputs[..carried]
            .iter()
            .map(|&carry| inner.ty(carry).batching)
            .collect();
        let grown: Vec<Batching> = kinds
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

/// The types of the arguments as a step sees them: constants and carry whole, and one slice of each stacked
/// value.
fn formal_types(args: &[Expr<'_>], constants: usize, carry: &[Batching]) -> Vec<Type> {
    let one = |(index, arg): (usize, &Expr<'_>)| {
        let ty = arg.ty();
        match index.checked_sub(constants) {
            None => ty,
            Some(place) if place < carry.len() => Type {
                batching: carry[place],
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
    copied(&body.graph, &body.outputs, into, |_, op, args| match op {
        Op::Formal(formal) => formals[formal.index].val,
        // While the kinds of carries are still being found, what is summed may look shared.
        Op::BatchSum(_) => into.expr(args[0]).batch_sum().val,
        op => into.apply(op.clone(), args),
    })
}

impl Scan {
    /// The type a step sees of the argument at `index`: of stacked values one slice.
    fn seen(&self, index: usize, ty: &Type) -> Type {
        let mut seen = ty.clone();
        if index >= self.constants + self.carried && seen.shape.rank() > 0 {
            seen.shape.0.remove(0);
        }
        seen
    }

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
        arena::Scan::attributes(self)
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        if self.length == 0 {
            return Err(Mismatch::new("a loop runs at least once"));
        }
        let stacked = args.get(self.constants + self.carried..).unwrap_or_default();
        if let Some(xs) = stacked.iter().find(|xs| xs.shape.0.first() != Some(&self.length)) {
            return Err(Mismatch::new(format!(
                "a loop of {} steps cannot run over {xs}",
                self.length
            )));
        }
        let results: Vec<Type> = self
            .body
            .outputs
            .iter()
            .map(|&output| self.body.graph.ty(output))
            .collect();
        for (start, next) in args[self.constants.min(args.len())..]
            .iter()
            .zip(&results[..self.carried])
        {
            if start.shape != next.shape || start.element != next.element {
                return Err(Mismatch::new(format!(
                    "what a loop carries keeps its shape: it begins as {start}, a step makes {next} of it"
                )));
            }
        }
        for val in self.body.graph.live(&self.body.outputs) {
            let Op::Formal(formal) = &self.body.graph.node(val).op else {
                continue;
            };
            let given = args.get(formal.index).map(|ty| self.seen(formal.index, ty));
            let fits = |given: &Type| {
                (&given.shape, &given.element) == (&formal.ty.shape, &formal.ty.element)
                    && given.batching <= formal.ty.batching
            };
            if !given.as_ref().is_some_and(fits) {
                let given = given.map_or("nothing".to_string(), |ty| ty.to_string());
                return Err(Mismatch::new(format!(
                    "a step of the loop reads {}, it is given {given}",
                    formal.ty
                )));
            }
        }
        let parts = results.into_iter().enumerate();
        Ok(parts.map(|(part, ty)| part_type(self, part, ty)).collect())
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
        wanted: &[bool],
        sweeps: Sweeps,
    ) -> Vec<Option<Expr<'g>>> {
        self.backward(x, node, dy, wanted, sweeps)
    }

    fn jvp_parts<'g>(
        &self,
        x: &[Expr<'g>],
        node: Expr<'g>,
        dx: &[Option<Expr<'g>>],
        sweeps: Sweeps,
    ) -> Vec<Option<Expr<'g>>> {
        self.forward(x, node.graph, dx, sweeps)
    }

    fn evaluate(&self, _: &[&Array]) -> Array {
        unreachable!("the interpreter runs loops itself")
    }

    fn draws(&self) -> bool {
        let body = &self.body.graph;
        let live = body.live(&self.body.outputs);
        live.iter().any(|&val| body.node(val).op.rules().draws())
    }

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(Lowered::Scan(self.with_body(lowered::lower(&self.body))))
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

    fn lower(&self, _: &[Type]) -> Option<Lowered> {
        Some(Lowered::Part(self.index))
    }
}

#[cfg(test)]
mod samples;
