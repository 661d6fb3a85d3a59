//! Which values of a body have to go round, and which are computed for all steps at once, before the loop or after it.

use std::collections::BTreeSet;

use super::mutable::{MutableLoop, draws};
use crate::graph::{Graph, Node, Type, Val};
use crate::ops::elementwise::Elementwise;
use crate::ops::leaf::Formal;
use crate::ops::{Lowering, Op, Yields};

/// What of a body is done where. `Vec`s are indexed by value.
pub struct Placement {
    /// The values that anything asked of the loop needs, arguments first.
    pub live: Vec<Val>,
    /// Whether it can be known before the first step.
    pub before: Vec<bool>,
    /// Computed outside, before the loop.
    pub outside: Vec<bool>,
    /// Computed outside, before the loop, and read by its steps.
    pub hoisted: Vec<bool>,
    /// Stacked over the steps, for the result of the loop or for what is computed after it.
    pub collected: Vec<bool>,
    /// Wanted for all steps at once.
    pub vmapped: Vec<bool>,
    /// Wanted as the sum over the steps.
    pub summed: Vec<bool>,
    /// Of each carry, what its steps add to it, if that is all they do.
    pub sums: Vec<Option<Sum>>,
    /// Something of a step can neither leave the loop nor stay, or there is only one.
    pub unrolls: bool,
    /// Something is the same for all examples in a loop that differs between them.
    pub mixed: bool,
}

/// A carry that is a sum over the steps: `start + Σ terms`.
pub struct Sum {
    /// Added in each step.
    pub inside: Vec<Term>,
    /// Added up after the loop.
    pub outside: Vec<Term>,
}

#[derive(Clone, Copy)]
pub struct Term {
    pub subtracted: bool,
    pub value: Val,
}

/// What can be said of each value by itself and its arguments.
struct Facts {
    varies: bool,
    carry: bool,
    /// All steps can be computed at once, or their sum can.
    vmaps: bool,
    vmaps_in_sum: bool,
    /// A product or a kernel: gains from being done for all steps at once.
    heavy: bool,
    view: bool,
    /// It may not stay in the loop.
    must: bool,
}

/// Operators through which sums over the steps pass: linear, of one argument.
pub fn passes_sums(op: &Op) -> bool {
    matches!(
        op,
        Op::BatchSum(_)
            | Op::Reshape(_)
            | Op::Transpose(_)
            | Op::Broadcast(_)
            | Op::Pad(_)
            | Op::Slice(_)
            | Op::Sum(_)
            | Op::Elementwise(Elementwise::Neg | Elementwise::Add | Elementwise::Sub)
    )
}

/// Views of a value that is no larger than they are: rather the value is stacked than the view.
fn widens(op: &Op) -> bool {
    matches!(op, Op::Broadcast(_) | Op::Reshape(_) | Op::Transpose(_))
}

fn is_leaf_of_bodies(op: &Op) -> bool {
    matches!(
        op,
        Op::Formal(_) | Op::Constant(_) | Op::BatchSize(_) | Op::Iota(_) | Op::Noise(_)
    )
}

/// Whether the rule for all steps at once, or for their sum, takes these arguments.
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
        let noise = draws(&node.op);
        let carry = carries.contains(&val) || any(|facts| facts.carry);
        let varies = carry || noise || stacked.contains(&val) || any(|facts| facts.varies);
        let types: Vec<Type> = node
            .args
            .iter()
            .map(|&arg| of.body.node(arg).types[0].clone())
            .collect();
        let leaf = node.args.is_empty();
        let lowering = match leaf || matches!(node.op, Op::Part(_)) {
            true => Lowering::Leaf,
            false => node.op.rules().lower(&types),
        };
        let view = matches!(lowering, Lowering::View(_));
        let single = !matches!(node.op, Op::Scan(_) | Op::Part(_));
        let own_vmaps = match leaf {
            true => !noise,
            false => !varies || (single && vmaps(of, &node, &facts, false)),
        };
        let vmaps_in_sum = own_vmaps || (!leaf && single && vmaps(of, &node, &facts, true));
        let must = matches!(node.op, Op::BatchSum(_))
            || (leaf && !is_leaf_of_bodies(&node.op))
            || (mixed && !leaf && !view && !matches!(node.op, Op::Part(_)) && !of.per_example(val));
        facts[val.index()] = Some(Facts {
            varies,
            carry,
            vmaps: own_vmaps,
            vmaps_in_sum,
            heavy: matches!(lowering, Lowering::Contract | Lowering::Kernel(_)),
            view,
            must,
        });
    }
    facts
}

/// Decides. Of each value the arguments are decided after it, so one sweep from the results to the leaves suffices.
pub fn placement_of(of: &MutableLoop) -> Placement {
    let live = of.body.live(&of.roots());
    let facts = facts(of, &live);
    let count = of.body.len();
    let fact = |val: Val| facts[val.index()].as_ref().expect("live values are looked at");
    let args = |val: Val| of.body.node(val).args.clone();
    let mut before = vec![false; count];
    // Of what can be known before: whether anything is gained by computing it there.
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
    // What the carries that are no sums need.
    let mut core = vec![false; count];
    for (carried, sum) in of.carried.iter().zip(&sums) {
        core[carried.next.index()] |= sum.is_none();
    }
    for &val in live.iter().rev() {
        if core[val.index()] {
            args(val).iter().for_each(|arg| core[arg.index()] = true);
        }
    }
    // Of the rest: whether anything is gained by computing it afterwards.
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
                _ if passes_sums(&node.op) => node.args.iter().for_each(|arg| summed[arg.index()] = true),
                _ if own.vmaps_in_sum && worth[place] => {
                    node.args.iter().for_each(|arg| vmapped[arg.index()] = true);
                }
                _ => vmapped[place] = true,
            }
        }
        if vmapped[place] && !before[place] {
            match () {
                _ if inside[place] => collected[place] = true,
                _ if own.vmaps && (worth[place] || widens(&node.op)) => {
                    node.args.iter().for_each(|arg| vmapped[arg.index()] = true);
                }
                _ => (inside[place], collected[place]) = (true, true),
            }
        }
        if inside[place] {
            let known = before[place] && !own.view && !is_leaf_of_bodies(&node.op);
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
    // Step by step outside the loop, noise would be the same in each.
    let draws = live.iter().any(|&val| draws(&of.body.node(val).op));
    let stuck = live.iter().any(|&val| {
        let stays = inside[val.index()] && !hoisted[val.index()];
        stays && (matches!(of.body.node(val).op, Op::BatchSum(_)) || needs_batch_sum(of, val))
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

/// Whether the value has a form only under a sum over the batch.
fn needs_batch_sum(of: &MutableLoop, val: Val) -> bool {
    let node = of.body.node(val);
    if node.args.is_empty() || matches!(node.op, Op::Scan(_) | Op::Part(_)) {
        return false;
    }
    let types: Vec<Type> = node.args.iter().map(|&arg| of.body.ty(arg)).collect();
    match node.op.rules().lower(&types) {
        Lowering::Kernel(kernel) => kernel.yields != Yields::Examples,
        _ => false,
    }
}

/// Of each carry `c` with `next = c ± term ± …` that no step reads otherwise, the terms.
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
        // The formal is read once, so at most one path leads to it.
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
            let (on, value, subtracted) = match (&node.op, node.args.as_slice()) {
                (Op::Elementwise(Elementwise::Add), &[a, b]) if leads[a.index()] => (a, b, false),
                (Op::Elementwise(Elementwise::Add), &[a, b]) if leads[b.index()] => (b, a, false),
                (Op::Elementwise(Elementwise::Sub), &[a, b]) if leads[a.index()] => (a, b, true),
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
