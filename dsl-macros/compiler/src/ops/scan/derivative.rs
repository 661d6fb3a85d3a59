//! The derivatives of a loop: loops again.
//!
//! Only what is needed goes round: an adjoint or a tangent is carried where one arrives after any number of steps. So
//! a derivative that the body cuts off is reported as cut off, not returned as zeros.

use super::{Arguments, Scan, formal_types, graft, scan, zeros};
use crate::arena::{Batching, Val};
use crate::ops::leaf::Formal;
use crate::ops::{Expr, Graph, Op, Sweeps};

/// Hands out a slice part by part.
struct Parts<'a, T>(&'a [T]);

impl<'a, T> Parts<'a, T> {
    fn take(&mut self, count: usize) -> &'a [T] {
        let (head, tail) = self.0.split_at(count);
        self.0 = tail;
        head
    }
}

fn where_true(flags: &[bool]) -> Vec<usize> {
    (0..flags.len()).filter(|&place| flags[place]).collect()
}

fn pick<'g>(from: &[Expr<'g>], places: &[usize]) -> Vec<Expr<'g>> {
    places.iter().map(|&place| from[place]).collect()
}

impl Scan {
    /// The batching with which the body reads each carried value.
    fn carried_kinds(&self) -> Vec<Batching> {
        let mut kinds = vec![Batching::PerExample; self.carried];
        for val in self.body.graph.live(&self.body.outputs) {
            if let Op::Formal(formal) = &self.body.graph.node(val).op
                && let Some(place) = formal.index.checked_sub(self.constants)
                && place < self.carried
            {
                kinds[place] = formal.ty.batching;
            }
        }
        kinds
    }

    /// The body once, in a graph of its own: to see which derivatives connect.
    fn with_one_step<T>(
        &self,
        x: &[Expr<'_>],
        look: impl FnOnce(&Graph, &[Expr<'_>], &[Expr<'_>]) -> T,
    ) -> T {
        let inner = Graph::new();
        inner.reserve_identities(&self.body.graph);
        let kinds = self.carried_kinds();
        let formals: Vec<Expr<'_>> = formal_types(x, self.constants, &kinds)
            .into_iter()
            .enumerate()
            .map(|(index, ty)| inner.expr(inner.apply(Formal { index, ty }, &[])))
            .collect();
        look(&inner, &formals, &graft(&self.body, &inner, &formals))
    }

    /// A flag for each formal, true if an adjoint arrives at it. `seeded` says which results have an adjoint,
    /// and afterwards also which carries have one because a later step hands it back.
    fn arrivals(&self, x: &[Expr<'_>], seeded: &mut [bool], sweeps: Sweeps) -> Vec<bool> {
        loop {
            let arrives = self.with_one_step(x, |inner, formals, outputs| {
                let seeds: Vec<(Val, Val)> = where_true(seeded)
                    .into_iter()
                    .map(|part| (outputs[part].val, zeros(inner, &outputs[part].shape()).val))
                    .collect();
                let wrt: Vec<Val> = formals.iter().map(|formal| formal.val).collect();
                let arrives = (sweeps.pull_back)(inner, &seeds, &wrt).into_iter();
                arrives.map(|adjoint| adjoint.is_some()).collect::<Vec<bool>>()
            });
            let handed_back = &arrives[self.constants..][..self.carried];
            if !grow(&mut seeded[..self.carried], handed_back) {
                return arrives;
            }
        }
    }

    /// A flag for each result, true if it moves, that is, has a tangent. `moving` says which arguments move,
    /// and afterwards also which carries an earlier step moves.
    fn movements(&self, x: &[Expr<'_>], moving: &mut [bool], sweeps: Sweeps) -> Vec<bool> {
        loop {
            let moved = self.with_one_step(x, |inner, formals, outputs| {
                let tangents: Vec<(Val, Val)> = where_true(moving)
                    .into_iter()
                    .map(|index| (formals[index].val, zeros(inner, &formals[index].shape()).val))
                    .collect();
                let outputs: Vec<Val> = outputs.iter().map(|output| output.val).collect();
                let moved = (sweeps.push_forward)(inner, &outputs, &tangents).into_iter();
                moved.map(|tangent| tangent.is_some()).collect::<Vec<bool>>()
            });
            if !grow(&mut moving[self.constants..][..self.carried], &moved) {
                return moved;
            }
        }
    }

    /// Backwards through the stacked carries: carried are the adjoints of the carry and the sums of the adjoints of
    /// the constants, collected are the adjoints of the slices.
    pub(super) fn backward<'g>(
        &self,
        x: &[Expr<'g>],
        node: Expr<'g>,
        dy: &[Option<Expr<'g>>],
        wanted: &[bool],
        sweeps: Sweeps,
    ) -> Vec<Option<Expr<'g>>> {
        let graph = node.graph;
        let (body, constants, carried) = (self.body.clone(), self.constants, self.carried);
        let args = self.split(x);
        let mut seeded: Vec<bool> = dy.iter().map(Option::is_some).collect();
        let arrives = self.arrivals(x, &mut seeded, sweeps);
        let asked: Vec<bool> = arrives
            .iter()
            .zip(wanted)
            .map(|(&arrives, &wanted)| arrives && wanted)
            .collect();
        let to_constants = where_true(&asked[..constants]);
        let to_carry = where_true(&seeded[..carried]);
        let to_stacked = where_true(&asked[constants + carried..]);
        let from_collected: Vec<usize> = where_true(&seeded).split_off(to_carry.len());

        // Once more forward, collecting what each step began with.
        let again = scan(graph, self.length, self.reversed, &args, |inner, formals| {
            let began = &formals[constants..][..carried];
            [&graft(&body, inner, formals), began].concat()
        });
        let began = &again[body.outputs.len()..];
        // A carry that may begin per example, but is shared after every step: the step before has one adjoint, the
        // start has one for each example.
        let crossing: Vec<usize> = to_carry
            .iter()
            .copied()
            .filter(|&place| {
                began[place].batching() == Batching::PerExample && again[place].batching() == Batching::Shared
            })
            .collect();

        let types = &graph.node(node.val).types;
        let adjoint = |&part: &usize| match dy[part] {
            None => zeros(graph, &types[part].shape),
            // This loop had this result per example, but rewrites have since made it shared by all examples.
            Some(dy)
                if types[part].batching == Batching::PerExample
                    && again[part].batching() == Batching::Shared =>
            {
                dy.batch_sum()
            }
            Some(dy) => dy,
        };
        let carry: Vec<Expr<'g>> = (to_carry.iter().map(adjoint))
            .chain(to_constants.iter().map(|&index| zeros(graph, &x[index].shape())))
            .collect();
        let d_collected: Vec<Expr<'g>> = from_collected.iter().map(adjoint).collect();
        let stacked = [began, args.stacked, &d_collected].concat();
        let backward = Arguments {
            constants: args.constants,
            carry: &carry,
            stacked: &stacked,
        };
        let results = scan(graph, self.length, !self.reversed, &backward, |inner, formals| {
            let mut parts = Parts(formals);
            let constant = parts.take(constants);
            let (d_carry, sums) = (parts.take(to_carry.len()), parts.take(to_constants.len()));
            let (began, xs) = (parts.take(carried), parts.take(args.stacked.len()));
            let outputs = graft(&body, inner, &[constant, began, xs].concat());
            name_after(inner, d_carry, &pick(began, &to_carry));
            name_after(inner, sums, &pick(constant, &to_constants));
            let seeds: Vec<(Val, Val)> = (to_carry.iter().zip(d_carry))
                .chain(from_collected.iter().zip(parts.0))
                .map(|(&part, seed)| (outputs[part].val, seed.val))
                .collect();
            let wrt = [
                pick(constant, &to_constants),
                pick(began, &to_carry),
                pick(xs, &to_stacked),
            ]
            .concat();
            let vals: Vec<Val> = wrt.iter().map(|formal| formal.val).collect();
            let gradients: Vec<Expr<'_>> = (sweeps.pull_back)(inner, &seeds, &vals)
                .into_iter()
                .zip(&wrt)
                .map(|(gradient, of)| {
                    gradient.map_or_else(|| zeros(inner, &of.shape()), |val| inner.expr(val))
                })
                .collect();
            let mut parts = Parts(&gradients);
            let (own, start) = (parts.take(to_constants.len()), parts.take(to_carry.len()));
            let is_crossing = |place: &usize| crossing.contains(place);
            let next = to_carry
                .iter()
                .zip(start)
                .map(|(place, &gradient)| match is_crossing(place) {
                    true => gradient.batch_sum(),
                    false => gradient,
                });
            let sums = sums.iter().zip(own).map(|(&sum, &gradient)| sum + gradient);
            let starts = to_carry.iter().zip(start).filter(|(place, _)| is_crossing(place));
            let starts: Vec<Expr<'_>> = starts.map(|(_, &gradient)| gradient).collect();
            next.chain(sums)
                .chain(parts.0.iter().copied())
                .chain(starts)
                .collect()
        });

        let mut parts = Parts(&results);
        let mut contributions = vec![None; x.len()];
        let (d_start, d_constants) = (parts.take(to_carry.len()), parts.take(to_constants.len()));
        let (d_stacked, starts) = (parts.take(to_stacked.len()), parts.0);
        for (&index, &gradient) in to_constants.iter().zip(d_constants) {
            contributions[index] = Some(gradient);
        }
        for (&place, &gradient) in to_carry.iter().zip(d_start) {
            let gradient = match crossing.iter().position(|&other| other == place) {
                Some(nth) => self.first_step(starts[nth]),
                None => gradient,
            };
            // A shared start carried per example counts once for each of them.
            let counts_each = began[place].batching() == Batching::PerExample
                && args.carry[place].batching() == Batching::Shared;
            let gradient = if counts_each {
                gradient.batch_sum()
            } else {
                gradient
            };
            contributions[constants + place] = arrives[constants + place].then_some(gradient);
        }
        for (&place, &gradient) in to_stacked.iter().zip(d_stacked) {
            contributions[constants + carried + place] = Some(gradient);
        }
        contributions
    }

    /// The part that the step which ran first contributed to a stack of collected values.
    fn first_step<'g>(&self, stacked: Expr<'g>) -> Expr<'g> {
        let shape = stacked.shape().0;
        let mut starts = vec![0; shape.len()];
        if self.reversed {
            starts[0] = self.length - 1;
        }
        let sizes = [&[1], &shape[1..]].concat();
        stacked.slice(starts, sizes).reshape(shape[1..].to_vec())
    }

    /// The loop with tangents beside the values.
    pub(super) fn forward<'g>(
        &self,
        x: &[Expr<'g>],
        graph: &'g Graph,
        dx: &[Option<Expr<'g>>],
        sweeps: Sweeps,
    ) -> Vec<Option<Expr<'g>>> {
        let (body, constants, carried) = (self.body.clone(), self.constants, self.carried);
        let args = self.split(x);
        let mut moving: Vec<bool> = dx.iter().map(Option::is_some).collect();
        let moved = self.movements(x, &mut moving, sweeps);
        let places = where_true(&moving);
        let of = |range: std::ops::Range<usize>| -> Vec<usize> {
            places
                .iter()
                .copied()
                .filter(|place| range.contains(place))
                .collect()
        };
        let with = |own: &[Expr<'g>], places: &[usize]| -> Vec<Expr<'g>> {
            let tangents = places
                .iter()
                .map(|&index| dx[index].unwrap_or_else(|| zeros(graph, &x[index].shape())));
            own.iter().copied().chain(tangents).collect()
        };
        let (in_constants, in_carry) = (of(0..constants), of(constants..constants + carried));
        let in_stacked = of(constants + carried..x.len());
        let (both_constants, both_carry) = (with(args.constants, &in_constants), with(args.carry, &in_carry));
        let arguments = Arguments {
            constants: &both_constants,
            carry: &both_carry,
            stacked: &with(args.stacked, &in_stacked),
        };
        let moved_collected: Vec<usize> = (carried..body.outputs.len())
            .filter(|&part| moved[part])
            .collect();
        let results = scan(graph, self.length, self.reversed, &arguments, |inner, formals| {
            let mut parts = Parts(formals);
            let (constant, d_constant) = (parts.take(constants), parts.take(in_constants.len()));
            let (carry, d_carry) = (parts.take(carried), parts.take(in_carry.len()));
            let (xs, d_xs) = (parts.take(args.stacked.len()), parts.0);
            let formals = [constant, carry, xs].concat();
            let outputs = graft(&body, inner, &formals);
            let tangents: Vec<(Val, Val)> = places
                .iter()
                .zip([d_constant, d_carry, d_xs].concat())
                .map(|(&index, tangent)| (formals[index].val, tangent.val))
                .collect();
            let vals: Vec<Val> = outputs.iter().map(|output| output.val).collect();
            let moved: Vec<Expr<'_>> = (sweeps.push_forward)(inner, &vals, &tangents)
                .into_iter()
                .zip(&outputs)
                .map(|(tangent, of)| tangent.map_or_else(|| zeros(inner, &of.shape()), |val| inner.expr(val)))
                .collect();
            let next = in_carry.iter().map(|&index| moved[index - constants]);
            let collected = moved_collected.iter().map(|&part| moved[part]);
            (outputs[..carried].iter().copied())
                .chain(next)
                .chain(outputs[carried..].iter().copied())
                .chain(collected)
                .collect()
        });
        let mut parts = Parts(&results);
        parts.take(carried);
        let d_carry = parts.take(in_carry.len());
        parts.take(body.outputs.len() - carried);
        let mut tangents = vec![None; body.outputs.len()];
        for (&index, &tangent) in in_carry.iter().zip(d_carry) {
            tangents[index - constants] = moved[index - constants].then_some(tangent);
        }
        for (&part, &tangent) in moved_collected.iter().zip(parts.0) {
            tangents[part] = Some(tangent);
        }
        tangents
    }
}

/// Calls what stands for the adjoint of a named value `h` `d_h`.
fn name_after(graph: &Graph, adjoints: &[Expr<'_>], values: &[Expr<'_>]) {
    for (adjoint, value) in adjoints.iter().zip(values) {
        if let Some(name) = graph.name(value.val) {
            graph.set_name(adjoint.val, &format!("d_{name}"));
        }
    }
}

/// Sets the flags that `by` sets; whether any was new.
fn grow(flags: &mut [bool], by: &[bool]) -> bool {
    let mut grown = false;
    for (flag, &by) in flags.iter_mut().zip(by) {
        grown |= by && !*flag;
        *flag |= by;
    }
    grown
}
