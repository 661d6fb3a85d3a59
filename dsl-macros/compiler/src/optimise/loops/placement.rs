//! Placement: decides for each value of a loop's body whether it stays in the loop or is computed for all
//! steps at once, before the loop or after it.
//!
//! Input: a loop. Output: a [`Placement`], a set of flags per value; `restructure` carries it out.
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

use super::mutable::MutableLoop;
use crate::graph::{Graph, Node, Type, Val};
use crate::ops::elementwise::Elementwise;
use crate::ops::leaf::Formal;
use crate::ops::scan::Scan;

/// The place at which each value of a loop's body is computed. Every `Vec` of flags is indexed by value.
pub struct Placement {
    /// The live values of the body, arguments first.
    pub live: Vec<Val>,
    /// True if the value can be computed before the first step.
    pub before: Vec<bool>,
    /// True if the value is computed outside, before the loop.
    pub outside: Vec<bool>,
    /// True if the value is computed outside, before the loop, and read by the steps: hoisted.
    pub hoisted: Vec<bool>,
    /// True if the value is stacked over the steps, as a result of the loop or for work after it.
    pub collected: Vec<bool>,
    /// True if the value is wanted for all steps at once.
    pub vmapped: Vec<bool>,
    /// True if the sum of the value over the steps is wanted.
    pub summed: Vec<bool>,
    /// The terms that the steps add to each carried value, if the steps do nothing else with it.
    pub sums: Vec<Option<Sum>>,
    /// True if the loop must be unrolled: some value can neither be hoisted nor stay, or there is only one
    /// step.
    pub unrolls: bool,
    /// True if the loop has per-example values and yet computes or carries values that are the same for all
    /// examples.
    pub mixed: bool,
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
    let carries: BTreeSet<Val> = of.carried.iter().map(|carried| carried.formal).collect();
    let stacked: BTreeSet<Val> = of.stacked.iter().map(|given| given.formal).collect();
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
    let facts = facts(of, &live);
    let count = of.body.len();
    let fact = |val: Val| facts[val.index()].as_ref().expect("live values are looked at");
    let args = |val: Val| of.body.node(val).args.clone();
    let mut before = vec![false; count];
    // True if computing the value before the loop pays.
    let mut gains = vec![false; count];
    for &val in &live {
        let (own, args) = (fact(val), args(val));
        before[val.index()] = own.vmaps && !own.carry && args.iter().all(|arg| before[arg.index()]);
        let leaf = args.is_empty();
        let once = !own.varies && !leaf && !own.view;
        gains[val.index()] = before[val.index()]
            && (own.must || own.heavy || once || args.iter().any(|arg| gains[arg.index()]));
    }
    let mut sums: Vec<Option<Sum>> = sums_of(of, &live);
    // The values that carried values other than sums need.
    let mut core = vec![false; count];
    for (carried, sum) in of.carried.iter().zip(&sums) {
        core[carried.next.index()] |= sum.is_none();
    }
    for &val in live.iter().rev() {
        if core[val.index()] {
            args(val).iter().for_each(|arg| core[arg.index()] = true);
        }
    }
    // True if computing the value after the loop pays.
    let mut worth = vec![false; count];
    for &val in &live {
        let own = fact(val);
        let itself = (own.vmaps || own.vmaps_in_sum) && (own.heavy || own.must);
        let passed = own.vmaps && args(val).iter().any(|arg| worth[arg.index()]);
        worth[val.index()] = !core[val.index()] && !before[val.index()] && (itself || passed);
    }

    let flags = || vec![false; count];
    let (mut inside, mut collected, mut vmapped) = (flags(), flags(), flags());
    let (mut summed, mut outside, mut hoisted) = (flags(), flags(), flags());
    for (carried, sum) in of.carried.iter().zip(&mut sums) {
        let Some(sum) = sum else {
            inside[carried.next.index()] = true;
            continue;
        };
        let leaves = |term: &Term| before[term.value.index()] || worth[term.value.index()];
        let terms = std::mem::take(&mut sum.inside);
        (sum.outside, sum.inside) = terms.into_iter().partition(leaves);
        sum.outside
            .iter()
            .for_each(|term| summed[term.value.index()] = true);
        sum.inside
            .iter()
            .for_each(|term| inside[term.value.index()] = true);
        inside[carried.formal.index()] |= !sum.inside.is_empty();
    }
    for result in &of.collected {
        vmapped[result.value.index()] = true;
    }
    for &val in live.iter().rev() {
        let (place, own, node) = (val.index(), fact(val), of.body.node(val));
        if summed[place] {
            match () {
                _ if before[place] || inside[place] => vmapped[place] = true,
                _ if node.op.rules().passes_sums() => {
                    node.args.iter().for_each(|arg| summed[arg.index()] = true)
                }
                _ if own.vmaps_in_sum && worth[place] => {
                    node.args.iter().for_each(|arg| vmapped[arg.index()] = true);
                }
                _ => vmapped[place] = true,
            }
        }
        if vmapped[place] && !before[place] {
            match () {
                _ if inside[place] => collected[place] = true,
                _ if own.vmaps && (worth[place] || widens(&of.body, &node)) => {
                    node.args.iter().for_each(|arg| vmapped[arg.index()] = true);
                }
                _ => (inside[place], collected[place]) = (true, true),
            }
        }
        if inside[place] {
            let known = before[place] && !own.view && !is_leaf_of_bodies(&node);
            hoisted[place] = known && (gains[place] || (vmapped[place] && own.varies));
            if !hoisted[place] {
                node.args.iter().for_each(|arg| inside[arg.index()] = true);
            }
        }
        outside[place] |= hoisted[place] || (vmapped[place] && before[place]);
        if outside[place] {
            node.args.iter().for_each(|arg| outside[arg.index()] = true);
        }
    }
    // A loop that draws noise is not unrolled: outside the loop each step would draw the same noise.
    let draws = live.iter().any(|&val| of.body.node(val).op.rules().draws());
    let stuck = live.iter().any(|&val| {
        let stays = inside[val.index()] && !hoisted[val.index()];
        let node = of.body.node(val);
        let op = node.op.rules();
        stays && (op.sums_batch() || op.needs_batch_sum())
    });
    let mixed = live.iter().any(|&val| {
        let stays = inside[val.index()] && !hoisted[val.index()];
        stays && fact(val).must
    });
    let carries = (of.carried.iter().zip(&sums)).any(|(carried, sum)| {
        let goes_round = sum.as_ref().is_none_or(|sum| !sum.inside.is_empty());
        goes_round && !of.per_example(carried.formal)
    });
    let differs = live.iter().any(|&val| of.per_example(val));
    Placement {
        mixed: mixed || (carries && differs),
        live,
        before,
        outside,
        hoisted,
        collected,
        vmapped,
        summed,
        sums,
        unrolls: !draws && (stuck || of.length == 1),
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
