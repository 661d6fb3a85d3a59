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
        let args = self.split(x);
        let again = self.again(graph, &args);
        let reverse = Reverse::of(self, x, dy, wanted, &again, sweeps);

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
        let carry: Vec<Expr<'g>> = (reverse.to_carry.iter().map(adjoint))
            .chain(
                reverse
                    .to_constants
                    .iter()
                    .map(|&index| zeros(graph, &x[index].shape())),
            )
            .collect();
        let d_collected: Vec<Expr<'g>> = reverse.from_collected.iter().map(adjoint).collect();
        let began = &again[self.body.outputs.len()..];
        let backward = Arguments {
            constants: args.constants,
            carry: &carry,
            stacked: &[began, args.stacked, &d_collected].concat(),
        };
        let results = scan(graph, self.length, !self.reversed, &backward, |inner, formals| {
            reverse.step(inner, formals, sweeps)
        });
        reverse.contributions(&args, began, &results)
    }

    /// The loop once more, which also collects what each step began with, last.
    fn again<'g>(&self, graph: &'g Graph, args: &Arguments<'_, 'g>) -> Vec<Expr<'g>> {
        scan(graph, self.length, self.reversed, args, |inner, formals| {
            let began = &formals[self.constants..][..self.carried];
            [&graft(&self.body, inner, formals), began].concat()
        })
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

/// The places among the arguments and results of a loop that have an adjoint: all that goes through the reverse loop.
struct Reverse<'a> {
    of: &'a Scan,
    /// A flag for each argument, true if an adjoint arrives at it.
    arrives: Vec<bool>,
    to_constants: Vec<usize>,
    to_carry: Vec<usize>,
    to_stacked: Vec<usize>,
    from_collected: Vec<usize>,
    /// Carries that may begin per example, but are shared after every step: the step before has one adjoint, the
    /// start has one for each example.
    crossing: Vec<usize>,
}

impl<'a> Reverse<'a> {
    /// `again` are the results of the loop and what its steps began with.
    fn of<'g>(
        of: &'a Scan,
        x: &[Expr<'g>],
        dy: &[Option<Expr<'g>>],
        wanted: &[bool],
        again: &[Expr<'g>],
        sweeps: Sweeps,
    ) -> Reverse<'a> {
        let (constants, carried) = (of.constants, of.carried);
        let mut seeded: Vec<bool> = dy.iter().map(Option::is_some).collect();
        let arrives = of.arrivals(x, &mut seeded, sweeps);
        let asked: Vec<bool> = arrives
            .iter()
            .zip(wanted)
            .map(|(&arrives, &wanted)| arrives && wanted)
            .collect();
        let to_carry = where_true(&seeded[..carried]);
        let began = &again[of.body.outputs.len()..];
        let crosses = |&place: &usize| {
            began[place].batching() == Batching::PerExample && again[place].batching() == Batching::Shared
        };
        Reverse {
            of,
            to_constants: where_true(&asked[..constants]),
            to_stacked: where_true(&asked[constants + carried..]),
            from_collected: where_true(&seeded).split_off(to_carry.len()),
            crossing: to_carry.iter().copied().filter(crosses).collect(),
            to_carry,
            arrives,
        }
    }

    /// One step: the adjoints of what it began with, the sums so far of those of the constants, the adjoints of the
    /// slices, and again those of crossing carries, for each example.
    fn step<'b>(&self, inner: &'b Graph, formals: &[Expr<'b>], sweeps: Sweeps) -> Vec<Expr<'b>> {
        let slices = self.arrives.len() - self.of.constants - self.of.carried;
        let mut parts = Parts(formals);
        let constant = parts.take(self.of.constants);
        let (d_carry, sums) = (
            parts.take(self.to_carry.len()),
            parts.take(self.to_constants.len()),
        );
        let (began, xs) = (parts.take(self.of.carried), parts.take(slices));
        let outputs = graft(&self.of.body, inner, &[constant, began, xs].concat());
        name_after(inner, d_carry, &pick(began, &self.to_carry));
        name_after(inner, sums, &pick(constant, &self.to_constants));
        let seeds: Vec<(Val, Val)> = (self.to_carry.iter().zip(d_carry))
            .chain(self.from_collected.iter().zip(parts.0))
            .map(|(&part, seed)| (outputs[part].val, seed.val))
            .collect();
        let wrt = [
            pick(constant, &self.to_constants),
            pick(began, &self.to_carry),
            pick(xs, &self.to_stacked),
        ]
        .concat();
        let vals: Vec<Val> = wrt.iter().map(|formal| formal.val).collect();
        let gradients: Vec<Expr<'_>> = (sweeps.pull_back)(inner, &seeds, &vals)
            .into_iter()
            .zip(&wrt)
            .map(|(gradient, of)| gradient.map_or_else(|| zeros(inner, &of.shape()), |val| inner.expr(val)))
            .collect();
        let mut parts = Parts(&gradients);
        let (own, start) = (
            parts.take(self.to_constants.len()),
            parts.take(self.to_carry.len()),
        );
        let is_crossing = |place: &usize| self.crossing.contains(place);
        let next = self
            .to_carry
            .iter()
            .zip(start)
            .map(|(place, &gradient)| match is_crossing(place) {
                true => gradient.batch_sum(),
                false => gradient,
            });
        let sums = sums.iter().zip(own).map(|(&sum, &gradient)| sum + gradient);
        let starts = self
            .to_carry
            .iter()
            .zip(start)
            .filter(|(place, _)| is_crossing(place));
        let starts: Vec<Expr<'_>> = starts.map(|(_, &gradient)| gradient).collect();
        next.chain(sums)
            .chain(parts.0.iter().copied())
            .chain(starts)
            .collect()
    }

    /// The adjoint of each argument of the loop, from the results of the reverse loop.
    fn contributions<'g>(
        &self,
        args: &Arguments<'_, 'g>,
        began: &[Expr<'g>],
        results: &[Expr<'g>],
    ) -> Vec<Option<Expr<'g>>> {
        let (constants, carried) = (self.of.constants, self.of.carried);
        let mut parts = Parts(results);
        let mut contributions = vec![None; self.arrives.len()];
        let (d_start, d_constants) = (
            parts.take(self.to_carry.len()),
            parts.take(self.to_constants.len()),
        );
        let (d_stacked, starts) = (parts.take(self.to_stacked.len()), parts.0);
        for (&index, &gradient) in self.to_constants.iter().zip(d_constants) {
            contributions[index] = Some(gradient);
        }
        for (&place, &gradient) in self.to_carry.iter().zip(d_start) {
            let gradient = match self.crossing.iter().position(|&other| other == place) {
                Some(nth) => self.of.first_step(starts[nth]),
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
            contributions[constants + place] = self.arrives[constants + place].then_some(gradient);
        }
        for (&place, &gradient) in self.to_stacked.iter().zip(d_stacked) {
            contributions[constants + carried + place] = Some(gradient);
        }
        contributions
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
