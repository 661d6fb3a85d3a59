//! Restructures one loop by its placement: work before the loop, work inside, work after.
//!
//! Input: a loop and the results asked of it. Output: those results as values of the outer graph, computed by
//! less work inside the loop. Invariant: each result has the value it had, up to rounding, since sums may be
//! reassociated.
//!
//! ```text
//! loop { y[t] = f(x[t])·W; s = s + y[t] }   →   y = f(x)·W; s = s₀ + Σ y
//! ```
//!
//! First `simplify` cleans the loop, then `distribute` splits it if it mixes shared and per-example work,
//! then `placement` decides; `unroll` takes loops that cannot stay loops. Cost: that of the placement, plus
//! one node for each value moved. Lifting a value over all steps is vectorisation (JAX's `vmap`).

use std::collections::BTreeMap;

use super::distribute::distribute;
use super::mutable::{Argument, Carried, Collected, MutableLoop, copy_node};
use super::placement::{Placement, Sum, Term, placement_of};
use super::simplify::simplify;
use super::unroll::unroll;
use crate::collections::IntoCollection;
use crate::graph::{Expr, Graph, Val};

/// Restructures the loop so that as little as possible is carried. The results are written to `results`. If
/// the loop is already in its final form and not `changed` before, nothing is written and `false` returned.
pub fn restructure(mut of: MutableLoop, changed: bool, outer: &Graph, results: &mut [Option<Val>]) -> bool {
    let mut changed = changed | simplify(&mut of, outer, results);
    let mut placement = placement_of(&of);
    if placement.mixed && distribute(&mut of, outer, results) {
        changed = true;
        placement = placement_of(&of);
    }
    if placement.unrolls {
        unroll(&of, outer, results);
        return true;
    }
    if !changed && !moves(&of, &placement) {
        return false;
    }
    place(of, &placement, outer, results);
    true
}

/// True if the placement moves anything out of the loop.
fn moves(of: &MutableLoop, placement: &Placement) -> bool {
    let results_leave = of
        .collected
        .iter()
        .any(|result| !placement.places[result.value].collected);
    let sums_leave = placement.sums.iter().flatten().any(|sum| !sum.outside.is_empty());
    results_leave || sums_leave || placement.live.iter().any(|&val| placement.places[val].hoisted)
}

fn place(mut of: MutableLoop, placement: &Placement, outer: &Graph, results: &mut [Option<Val>]) {
    let mut vmap = Vmap::new(&of, outer);
    for &val in placement
        .live
        .iter()
        .filter(|val| placement.places[**val].outside)
    {
        vmap.vmap(&of.body, val);
    }
    let originals = (of.carried.clone(), of.collected.clone());
    // Hoisted values become arguments of the steps.
    let mut given = BTreeMap::new();
    for &val in placement
        .live
        .iter()
        .filter(|val| placement.places[**val].hoisted)
    {
        let vmapped = vmap.vmapped[&val];
        let formal = of.new_formal(of.body.ty(val));
        given.insert(val, formal);
        let to = if vmapped.over {
            &mut of.stacked
        } else {
            &mut of.constants
        };
        to.push(Argument {
            formal,
            value: vmapped.val,
        });
    }
    // The values that are still carried.
    let mut places: Vec<Option<usize>> = Vec::new();
    let mut carried: Vec<Carried> = Vec::new();
    for (own, sum) in of.carried.iter().zip(&placement.sums) {
        let next = match sum {
            None => Some(own.next),
            Some(Sum { inside, .. }) if inside.is_empty() => None,
            Some(Sum { inside, .. }) => {
                let add = |sum, term: &Term| plus(sum, term.subtracted, of.body.expr(term.value));
                Some(inside.iter().fold(of.body.expr(own.formal), add).val)
            }
        };
        places.push(next.is_some().then_some(carried.len()));
        carried.extend(next.map(|next| Carried { next, ..own.clone() }));
    }
    let stacks = placement
        .live
        .iter()
        .filter(|val| placement.places[**val].collected);
    let stacks: Vec<Val> = stacks.copied().collect();
    let collect = |&value: &Val| Collected {
        value,
        parts: Vec::new(),
    };
    of.collected = stacks.iter().map(collect).collect();
    of.carried = carried;
    of.substitute(&given);
    let finals = of.carried.len();
    let parts = of.close(outer);
    for (&val, &stack) in stacks.iter().zip(&parts[finals.min(parts.len())..]) {
        vmap.vmapped.insert(
            val,
            Lifted {
                val: stack,
                over: true,
            },
        );
    }
    vmap.after(&of.body, placement);

    let (carried, collected) = originals;
    for ((carried, sum), place) in carried.iter().zip(&placement.sums).zip(places) {
        if carried.parts.is_empty() {
            continue;
        }
        let mut last = outer.expr(place.map_or(carried.start, |place| parts[place]));
        for term in sum.iter().flat_map(|sum| &sum.outside) {
            last = plus(last, term.subtracted, vmap.total(term.value));
        }
        carried
            .parts
            .iter()
            .for_each(|&part| results[part] = Some(last.val));
    }
    for result in collected {
        let stack = vmap.stack(result.value);
        result
            .parts
            .iter()
            .for_each(|&part| results[part] = Some(stack.val));
    }
}

fn plus<'g>(sum: Expr<'g>, subtracted: bool, term: Expr<'g>) -> Expr<'g> {
    if subtracted { sum - term } else { sum + term }
}

/// A value of the body, lifted outside: the same for every step, or the stack of all steps (`over`).
#[derive(Clone, Copy)]
struct Lifted {
    val: Val,
    over: bool,
}

/// Computes values of a body for all steps at once, by each operator's `vmap` rule.
struct Vmap<'g> {
    outer: &'g Graph,
    length: usize,
    vmapped: BTreeMap<Val, Lifted>,
    totals: BTreeMap<Val, Val>,
}

impl<'g> Vmap<'g> {
    fn new(of: &MutableLoop, outer: &'g Graph) -> Vmap<'g> {
        let given = |over: bool| {
            move |given: &Argument| {
                let val = given.value;
                (given.formal, Lifted { val, over })
            }
        };
        let constants = of.constants.iter().map(given(false));
        Vmap {
            outer,
            length: of.length,
            vmapped: constants.chain(of.stacked.iter().map(given(true))).into_map(),
            totals: BTreeMap::new(),
        }
    }

    /// Lifts a value whose arguments are lifted.
    fn vmap(&mut self, body: &Graph, val: Val) {
        if self.vmapped.contains_key(&val) {
            return;
        }
        let node = body.node(val);
        let args: Vec<Lifted> = node.args.iter().map(|arg| self.vmapped[arg]).collect();
        let vals: Vec<Val> = args.iter().map(|arg| arg.val).collect();
        let over = args.iter().any(|arg| arg.over);
        let vmapped = match over {
            false => copy_node(body, val, self.outer, &vals),
            true => {
                let origin = self.outer.set_origin(Some(node.origin.clone()));
                let exprs: Vec<Expr<'g>> = vals.iter().map(|&val| self.outer.expr(val)).collect();
                let flags: Vec<bool> = args.iter().map(|arg| arg.over).collect();
                let vmapped = node.op.rules().vmap(self.length, &exprs, &flags);
                self.outer.set_origin(origin);
                let vmapped = vmapped.expect("only what vmaps is asked for").val;
                if let Some(name) = body.name(val) {
                    self.outer.set_name(vmapped, &name);
                }
                vmapped
            }
        };
        self.vmapped.insert(val, Lifted { val: vmapped, over });
    }

    /// Computes the values that come after the loop, arguments first.
    fn after(&mut self, body: &Graph, placement: &Placement) {
        for &val in &placement.live {
            let place = placement.places[val];
            if place.vmapped && !place.collected && !place.before {
                self.vmap(body, val);
            }
            if place.summed {
                let total = self.sum(body, placement, val);
                self.totals.insert(val, total.val);
            }
        }
    }

    /// The sum of a value over the steps, passed on to its arguments where the operator allows.
    fn sum(&self, body: &Graph, placement: &Placement, val: Val) -> Expr<'g> {
        let node = body.node(val);
        let origin = self.outer.set_origin(Some(node.origin.clone()));
        let total = match self.vmapped.get(&val) {
            Some(_) => self.summed(val),
            None if node.op.rules().passes_sums() => {
                let args: Vec<Val> = node.args.iter().map(|arg| self.totals[arg]).collect();
                self.outer.expr(self.outer.reapply(&node.op, &args))
            }
            None => {
                debug_assert!(!placement.places[val].vmapped);
                let args: Vec<Lifted> = node.args.iter().map(|arg| self.vmapped[arg]).collect();
                let exprs: Vec<Expr<'g>> = args.iter().map(|arg| self.outer.expr(arg.val)).collect();
                let over: Vec<bool> = args.iter().map(|arg| arg.over).collect();
                let total = node.op.rules().vmap_sum(self.length, &exprs, &over);
                total.expect("only what vmaps is asked for")
            }
        };
        self.outer.set_origin(origin);
        total
    }

    fn summed(&self, val: Val) -> Expr<'g> {
        let Lifted { val, over } = self.vmapped[&val];
        match over {
            true => self.outer.expr(val).sum(vec![0]),
            false => self.outer.expr(val) * self.length as f64,
        }
    }

    fn total(&self, val: Val) -> Expr<'g> {
        self.outer.expr(self.totals[&val])
    }

    /// The stack of the values of all steps, even if they are all equal.
    fn stack(&self, val: Val) -> Expr<'g> {
        let Lifted { val, over } = self.vmapped[&val];
        match over {
            true => self.outer.expr(val),
            false => self.outer.expr(val).repeated_over(self.length),
        }
    }
}
