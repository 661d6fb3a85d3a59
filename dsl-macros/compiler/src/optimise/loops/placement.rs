//! Placement: decides for each value of a loop's body whether it stays in the loop or is computed for all
//! steps at once, before the loop or after it.
//!
//! Input: a loop. Output: a [`Placement`], a [`Place`] per value; `restructure` carries it out.
//!
//! ```text
//! loop { h = tanh(x[t]·W + h·U); g = g + x[t]·d[t] }
//!   before: x·W     inside: h     after: g = Σ over t of x[t]·d[t], as one product
//! ```
//!
//! This is loop distribution followed by vectorisation (Allen & Kennedy 1987, "Automatic Translation of
//! Fortran Programs to Vector Form"; Kennedy & McKinley 1990): the part of the body that depends on itself
//! through a carried value stays a loop, values that cross the boundary are expanded to stacks over the
//! steps. A value is moved only if that pays: a matrix product, a kernel, a loop-invariant value, or a value
//! that may not stay.
//!
//! Cost: linear in the nodes of the body, plus one walk over the body per carried value that is read once.

use std::collections::BTreeSet;
use std::ops::{Index, IndexMut};

use super::mutable::MutableLoop;
use crate::collections::IntoCollection;
use crate::graph::{Graph, Node, Type, Val};
use crate::ops::Operator;
use crate::ops::elementwise::Elementwise;
use crate::ops::leaf::Formal;
use crate::ops::scan::Scan;

/// The place at which each value of a loop's body is computed.
pub struct Placement {
    /// The live values of the body, arguments first.
    pub live: Vec<Val>,
    pub places: Places,
    /// The terms that the steps add to each carried value, if the steps do nothing else with it.
    pub sums: Vec<Option<Sum>>,
    /// True if the loop must be unrolled: some value can neither be hoisted nor stay, or there is only one
    /// step.
    pub unrolls: bool,
    /// True if the loop has per-example values and yet computes or carries values that are the same for all
    /// examples.
    pub mixed: bool,
}

/// The place at which one value is computed, and the forms of it that are wanted.
#[derive(Clone, Copy, Default)]
pub struct Place {
    /// True if the value can be computed before the first step.
    pub before: bool,
    /// True if that pays.
    gains_before: bool,
    /// True if carried values other than sums need the value.
    core: bool,
    /// True if computing the value after the loop pays.
    gains_after: bool,
    /// True if the steps need the value.
    inside: bool,
    /// True if the value is computed outside, before the loop.
    pub outside: bool,
    /// True if the value is computed outside, before the loop, and read by the steps: hoisted.
    pub hoisted: bool,
    /// True if the value is stacked over the steps, as a result of the loop or for work after it.
    pub collected: bool,
    /// True if the value is wanted for all steps at once.
    pub vmapped: bool,
    /// True if the sum of the value over the steps is wanted.
    pub summed: bool,
}

impl Place {
    /// True if the steps compute the value.
    fn stays(self) -> bool {
        self.inside && !self.hoisted
    }
}

/// The places of all values of a body.
pub struct Places(Vec<Place>);

impl Index<Val> for Places {
    type Output = Place;

    fn index(&self, val: Val) -> &Place {
        &self.0[val.index()]
    }
}

impl IndexMut<Val> for Places {
    fn index_mut(&mut self, val: Val) -> &mut Place {
        &mut self.0[val.index()]
    }
}

/// A carried value that is a reduction over the steps: `start + Σ terms`.
pub struct Sum {
    /// Terms that are added in each step.
    pub inside: Vec<Term>,
    /// Terms that are summed after the loop.
    pub outside: Vec<Term>,
}

#[derive(Clone, Copy)]
pub struct Term {
    pub subtracted: bool,
    pub value: Val,
}

/// Facts about a value that follow from itself and its arguments.
#[derive(Clone, Copy)]
struct Facts {
    varies: bool,
    carry: bool,
    /// True if the value vectorises: all steps, or at least their sum, can be computed at once.
    vmaps: bool,
    vmaps_in_sum: bool,
    /// True for a product or a kernel, which gains from being done for all steps at once.
    heavy: bool,
    view: bool,
    /// True if the value must leave the loop.
    must: bool,
}

/// True for views at least as large as their source; the source is stacked instead of the view.
fn widens(body: &Graph, node: &Node) -> bool {
    let size = |ty: &Type| ty.shape.count();
    node.op.rules().is_view() && size(&body.ty(node.args[0])) <= size(&node.types[0])
}

/// True for leaves that may stand in a body.
fn is_leaf_of_bodies(node: &Node) -> bool {
    node.args.is_empty() && node.op.rules().declared_name().is_none()
}

/// True if the operator's rule for all steps at once, or with `summed` its rule for their sum, accepts these
/// arguments.
fn vmaps(of: &MutableLoop, node: &Node, facts: &[Option<Facts>], summed: bool) -> bool {
    let scratch = Graph::new();
    let over: Vec<bool> = node
        .args
        .iter()
        .map(|arg| facts[arg.index()].as_ref().is_some_and(|facts| facts.varies))
        .collect();
    let leaf = |(index, (&arg, &over)): (usize, (&Val, &bool))| {
        let mut ty: Type = of.body.ty(arg);
        if over {
            ty.shape.0.insert(0, of.length);
        }
        scratch.expr(scratch.apply(Formal { index, ty }, &[]))
    };
    let args: Vec<_> = node.args.iter().zip(&over).enumerate().map(leaf).collect();
    match summed {
        false => node.op.rules().vmap(of.length, &args, &over).is_some(),
        true => node.op.rules().vmap_sum(of.length, &args, &over).is_some(),
    }
}

fn facts(of: &MutableLoop, live: &[Val]) -> Vec<Option<Facts>> {
    let carries: BTreeSet<Val> = of.carried.iter().map(|carried| carried.formal).into_set();
    let stacked: BTreeSet<Val> = of.stacked.iter().map(|given| given.formal).into_set();
    let mixed = live.iter().any(|&val| of.per_example(val));
    let mut facts: Vec<Option<Facts>> = (0..of.body.len()).map(|_| None).collect();
    for &val in live {
        let node = of.body.node(val);
        let any = |fact: fn(&Facts) -> bool| {
            node.args
                .iter()
                .any(|arg| facts[arg.index()].as_ref().is_some_and(fact))
        };
        let op = node.op.rules();
        let noise = op.draws();
        let carry = carries.contains(&val) || any(|facts| facts.carry);
        let varies = carry || noise || stacked.contains(&val) || any(|facts| facts.varies);
        let leaf = node.args.is_empty();
        let part = op.part().is_some();
        let single = !part && !node.op.is::<Scan>();
        let own_vmaps = match leaf {
            true => !noise,
            false => !varies || (single && vmaps(of, &node, &facts, false)),
        };
        let vmaps_in_sum = own_vmaps || (!leaf && single && vmaps(of, &node, &facts, true));
        let must = op.sums_batch()
            || (leaf && !is_leaf_of_bodies(&node))
            || (mixed && !leaf && !op.is_view() && !part && !of.per_example(val));
        facts[val.index()] = Some(Facts {
            varies,
            carry,
            vmaps: own_vmaps,
            vmaps_in_sum,
            heavy: op.is_heavy(),
            view: op.is_view(),
            must,
        });
    }
    facts
}

/// Decides the placement. Users are decided before their arguments, so one sweep from the results to the
/// leaves suffices.
pub fn placement_of(of: &MutableLoop) -> Placement {
    let live = of.body.live(&of.roots());
    let mut sums = sums_of(of, &live);
    let mut decision = Decision {
        of,
        live: &live,
        facts: facts(of, &live),
        places: Places(vec![Place::default(); of.body.len()]),
    };
    decision.look_before();
    decision.look_after(&sums);
    decision.ask(&mut sums);
    live.iter().rev().for_each(|&val| decision.decide(val));
    let (mixed, unrolls) = (decision.is_mixed(&sums), decision.unrolls());
    Placement {
        places: decision.places,
        live,
        sums,
        unrolls,
        mixed,
    }
}

/// A placement in the making.
struct Decision<'a> {
    of: &'a MutableLoop,
    live: &'a [Val],
    facts: Vec<Option<Facts>>,
    places: Places,
}

impl Decision<'_> {
    fn fact(&self, val: Val) -> Facts {
        self.facts[val.index()].expect("live values are looked at")
    }

    /// Finds the values that can be computed before the loop, and those that gain by it.
    fn look_before(&mut self) {
        for &val in self.live {
            let (own, node) = (self.fact(val), self.of.body.node(val));
            let args = || node.args.iter().map(|&arg| self.places[arg]);
            let before = own.vmaps && !own.carry && args().all(|arg| arg.before);
            let once = !own.varies && !node.args.is_empty() && !own.view;
            let pays = own.must || own.heavy || once || args().any(|arg| arg.gains_before);
            self.places[val].gains_before = before && pays;
            self.places[val].before = before;
        }
    }

    /// Finds the values that gain by being computed after the loop.
    fn look_after(&mut self, sums: &[Option<Sum>]) {
        for (carried, sum) in self.of.carried.iter().zip(sums) {
            self.places[carried.next].core |= sum.is_none();
        }
        for &val in self.live.iter().rev() {
            if self.places[val].core {
                self.mark_args(val, |arg| arg.core = true);
            }
        }
        for &val in self.live {
            let (own, node, place) = (self.fact(val), self.of.body.node(val), self.places[val]);
            let itself = (own.vmaps || own.vmaps_in_sum) && (own.heavy || own.must);
            let passed = own.vmaps && node.args.iter().any(|&arg| self.places[arg].gains_after);
            self.places[val].gains_after = !place.core && !place.before && (itself || passed);
        }
    }

    /// Marks what the results of the loop ask for, and divides the terms of sums into those inside and those outside.
    fn ask(&mut self, sums: &mut [Option<Sum>]) {
        for (carried, sum) in self.of.carried.iter().zip(sums) {
            let Some(sum) = sum else {
                self.places[carried.next].inside = true;
                continue;
            };
            let leaves = |term: &Term| self.places[term.value].before || self.places[term.value].gains_after;
            (sum.outside, sum.inside) = std::mem::take(&mut sum.inside).into_iter().partition(leaves);
            for term in &sum.outside {
                self.places[term.value].summed = true;
            }
            for term in &sum.inside {
                self.places[term.value].inside = true;
            }
            self.places[carried.formal].inside |= !sum.inside.is_empty();
        }
        for result in &self.of.collected {
            self.places[result.value].vmapped = true;
        }
    }

    fn mark_args(&mut self, val: Val, mark: fn(&mut Place)) {
        for &arg in &self.of.body.node(val).args {
            mark(&mut self.places[arg]);
        }
    }

    /// Decides one value, and marks what that asks of its arguments.
    fn decide(&mut self, val: Val) {
        let (own, node, mut place) = (self.fact(val), self.of.body.node(val), self.places[val]);
        if place.summed {
            match () {
                _ if place.before || place.inside => place.vmapped = true,
                _ if node.op.rules().passes_sums() => self.mark_args(val, |arg| arg.summed = true),
                _ if own.vmaps_in_sum && place.gains_after => self.mark_args(val, |arg| arg.vmapped = true),
                _ => place.vmapped = true,
            }
        }
        if place.vmapped && !place.before {
            match () {
                _ if place.inside => place.collected = true,
                _ if own.vmaps && (place.gains_after || widens(&self.of.body, &node)) => {
                    self.mark_args(val, |arg| arg.vmapped = true);
                }
                _ => (place.inside, place.collected) = (true, true),
            }
        }
        if place.inside {
            let known = place.before && !own.view && !is_leaf_of_bodies(&node);
            place.hoisted = known && (place.gains_before || (place.vmapped && own.varies));
            if !place.hoisted {
                self.mark_args(val, |arg| arg.inside = true);
            }
        }
        place.outside |= place.hoisted || (place.vmapped && place.before);
        if place.outside {
            self.mark_args(val, |arg| arg.outside = true);
        }
        self.places[val] = place;
    }

    /// True if the loop must be unrolled. One that draws noise is not: outside the loop each step would draw the
    /// same noise.
    fn unrolls(&self) -> bool {
        let is = |val: Val, property: fn(&dyn Operator) -> bool| property(self.of.body.node(val).op.rules());
        let sums_batch = |val| is(val, |op| op.sums_batch() || op.needs_batch_sum());
        let draws = self.live.iter().any(|&val| is(val, |op| op.draws()));
        let stuck = self
            .live
            .iter()
            .any(|&val| self.places[val].stays() && sums_batch(val));
        !draws && (stuck || self.of.length == 1)
    }

    /// True if the loop computes or carries both values of examples and values that are the same for all of them.
    fn is_mixed(&self, sums: &[Option<Sum>]) -> bool {
        let computes = |&val: &Val| self.places[val].stays() && self.fact(val).must;
        let carries = (self.of.carried.iter().zip(sums)).any(|(carried, sum)| {
            let goes_round = sum.as_ref().is_none_or(|sum| !sum.inside.is_empty());
            goes_round && !self.of.per_example(carried.formal)
        });
        let differs = self.live.iter().any(|&val| self.of.per_example(val));
        self.live.iter().any(computes) || (carries && differs)
    }
}

/// The terms of each carried value `c` with `next = c ± term ± …` that no step reads otherwise.
fn sums_of(of: &MutableLoop, live: &[Val]) -> Vec<Option<Sum>> {
    let mut uses = vec![0u32; of.body.len()];
    for &val in live {
        for arg in &of.body.node(val).args {
            uses[arg.index()] += 1;
        }
    }
    for root in of.roots() {
        uses[root.index()] += 1;
    }
    let terms = |formal: Val, next: Val| -> Option<Vec<Term>> {
        if uses[formal.index()] != 1 || next == formal {
            return None;
        }
        // The formal value is read once, so at most one path leads to it.
        let mut leads = vec![false; of.body.len()];
        leads[formal.index()] = true;
        for &val in live.iter().filter(|&&val| val > formal) {
            leads[val.index()] = of.body.node(val).args.iter().any(|arg| leads[arg.index()]);
        }
        let (mut at, mut terms) = (next, Vec::new());
        while at != formal {
            let node = of.body.node(at);
            if uses[at.index()] != 1 {
                return None;
            }
            let (on, value, subtracted) = match (node.op.get()?, node.args.as_slice()) {
                (Elementwise::Add, &[a, b]) if leads[a.index()] => (a, b, false),
                (Elementwise::Add, &[a, b]) if leads[b.index()] => (b, a, false),
                (Elementwise::Sub, &[a, b]) if leads[a.index()] => (a, b, true),
                _ => return None,
            };
            if leads[value.index()] {
                return None;
            }
            terms.push(Term { subtracted, value });
            at = on;
        }
        Some(terms)
    };
    let sum = |formal, next| {
        terms(formal, next).map(|inside| Sum {
            inside,
            outside: Vec::new(),
        })
    };
    of.carried
        .iter()
        .map(|carried| sum(carried.formal, carried.next))
        .collect()
}
