//! Loop simplification: removes duplicates, dead carried values and results, and arguments that are constant
//! over the steps.
//!
//! Input and output: a loop → an equal loop with fewer arguments, carried values and results. Invariant, once
//! it changes nothing: no argument or result is duplicated or dead, and no carried value or stack is constant
//! over the steps.
//!
//! ```text
//! loop { (a, b, c) = (f(a), f(b), c) }, a and b starting alike
//!   →   constant c; loop { a = f(a) }; b = a
//! ```
//!
//! Cost: linear in the nodes of the body for most steps; merging and dropping carried values repeat that
//! until a fixed point, at most once per carried value. Compare XLA's WhileLoopSimplifier and
//! WhileLoopConstantSinking.

use std::collections::BTreeMap;

use super::mutable::{Argument, Carried, Collected, MutableLoop, copy};
use super::unroll::slice;
use crate::collections::IntoCollection;
use crate::graph::{Graph, Val};
use crate::optimise::pattern::Pattern;

/// Simplifies the arguments and carried values of the loop; returns true if anything changed. Final values
/// that are known without running the loop are written to `results`.
pub fn simplify(of: &mut MutableLoop, outer: &Graph, results: &mut [Option<Val>]) -> bool {
    let changes = [
        known_last_values(of, outer, results),
        drop_dead_carries(of),
        unread_starts(of, outer),
        still_carries(of, outer, results),
        alike_carries(of),
        still_stacks(of, outer),
        simpler_arguments(of, outer),
        collected_once(of),
        of.drop_unread(),
    ];
    changes.contains(&true)
}

/// A final carried value that the last step computes without the state before it is computed outside, from
/// the last slices.
fn known_last_values(of: &mut MutableLoop, outer: &Graph, results: &mut [Option<Val>]) -> bool {
    let last = if of.reversed { 0 } else { of.length - 1 };
    let live = of.body.live(&of.roots());
    let read = |formal: Val| live.binary_search(&formal).is_ok();
    let constants = of.constants.iter().map(|given| (given.formal, given.value));
    let slices = of.stacked.iter().filter(|given| read(given.formal));
    let slices = slices.map(|given| (given.formal, slice(outer.expr(given.value), last).val));
    let mut given: Option<BTreeMap<Val, Val>> = None;
    let of_steps = |val: &Val| {
        let carry = of.carried.iter().any(|carried| carried.formal == *val);
        carry || of.body.node(*val).op.rules().draws()
    };
    let known = |carried: &Carried| {
        // If the next step reads the value too, it is computed outside as well only if that is free.
        let needs = of.body.live(&[carried.next]);
        let free = !read(carried.formal) || needs.iter().all(|&val| of.is_view_or_leaf(val));
        !carried.parts.is_empty() && free && !needs.iter().any(of_steps)
    };
    let known: Vec<usize> = (0..of.carried.len())
        .filter(|&place| known(&of.carried[place]))
        .collect();
    let mut arguments = constants.chain(slices);
    for &place in &known {
        let carried = &of.carried[place];
        let given = given.get_or_insert_with(|| arguments.by_ref().into_map());
        let value = copy(&of.body, &[carried.next], outer, given)[0];
        carried.parts.iter().for_each(|&part| results[part] = Some(value));
    }
    for &place in &known {
        of.carried[place].parts.clear();
    }
    !known.is_empty()
}

/// Drops dead carried values: those that reach no result.
fn drop_dead_carries(of: &mut MutableLoop) -> bool {
    let mut needed: Vec<bool> = of
        .carried
        .iter()
        .map(|carried| !carried.parts.is_empty())
        .collect();
    loop {
        let next = of.carried.iter().zip(&needed).filter(|(_, needed)| **needed);
        let collected = of.collected.iter().map(|collected| collected.value);
        let roots: Vec<Val> = next.map(|(carried, _)| carried.next).chain(collected).collect();
        let live = of.body.live(&roots);
        let mut grown = false;
        for (carried, needed) in of.carried.iter().zip(&mut needed) {
            if !*needed && live.binary_search(&carried.formal).is_ok() {
                (*needed, grown) = (true, true);
            }
        }
        if !grown {
            break;
        }
    }
    let before = needed.len();
    let mut needed = needed.into_iter();
    of.carried.retain(|_| needed.next() == Some(true));
    of.carried.len() < before
}

/// The start of a carried value that no step reads is irrelevant: it becomes 0.
fn unread_starts(of: &mut MutableLoop, outer: &Graph) -> bool {
    let live = of.body.live(&of.roots());
    let mut changed = false;
    for carried in &mut of.carried {
        let start = outer.expr(carried.start);
        let read = live.binary_search(&carried.formal).is_ok();
        if !read && !start.is(0.0) && !start.ty().is_index() {
            carried.start = outer.constant(0.0).broadcast_to(&start.shape()).val;
            changed = true;
        }
    }
    changed
}

/// A carried value that every step leaves unchanged is a loop-invariant constant.
fn still_carries(of: &mut MutableLoop, outer: &Graph, results: &mut [Option<Val>]) -> bool {
    let before = of.carried.len();
    let (body, constants) = (&of.body, &mut of.constants);
    of.carried.retain(|carried| {
        let &Carried {
            formal, start, next, ..
        } = carried;
        let still = next == formal && outer.ty(start).batching == body.ty(formal).batching;
        if still {
            constants.push(Argument { formal, value: start });
            carried.parts.iter().for_each(|&part| results[part] = Some(start));
        }
        !still
    });
    of.carried.len() < before
}

/// Merges carried values that start alike and that every step keeps alike. They are found by optimistic
/// partition refinement, as for the states of an automaton or for induction variables (Alpern, Wegman &
/// Zadeck 1988, "Detecting Equality of Variables in Programs"): all that start alike form one class, then
/// classes are split that a step tells apart.
fn alike_carries(of: &mut MutableLoop) -> bool {
    let key = |carried: &Carried| (carried.start, of.body.ty(carried.formal));
    let keys: Vec<_> = of.carried.iter().map(key).collect();
    let first_like = |place: usize| {
        (0..=place)
            .find(|&other| keys[other] == keys[place])
            .unwrap_or(place)
    };
    let mut class: Vec<usize> = (0..keys.len()).map(first_like).collect();
    let next: Vec<Val> = of.carried.iter().map(|carried| carried.next).collect();
    let merged = |class: &[usize]| -> BTreeMap<Val, Val> {
        let pairs = class.iter().enumerate().filter(|&(place, &first)| place != first);
        pairs
            .map(|(place, &first)| (of.carried[place].formal, of.carried[first].formal))
            .into_map()
    };
    let given = loop {
        let given = merged(&class);
        if given.is_empty() {
            return false;
        }
        let after = copy(&of.body, &next, &of.body, &given);
        let first_like = |place: usize| {
            let alike = |&other: &usize| class[other] == class[place] && after[other] == after[place];
            (0..=place).find(alike).unwrap_or(place)
        };
        let finer: Vec<usize> = (0..class.len()).map(first_like).collect();
        if finer == class {
            break given;
        }
        class = finer;
    };
    let parts: Vec<Vec<usize>> = of.carried.iter().map(|carried| carried.parts.clone()).collect();
    for (place, &first) in class.iter().enumerate().filter(|&(place, &first)| place != first) {
        of.carried[first].parts.extend(&parts[place]);
    }
    let mut places = 0..class.len();
    of.carried
        .retain(|_| places.next().is_some_and(|place| class[place] == place));
    of.substitute(&given);
    true
}

/// A stack that repeats one value is a constant.
fn still_stacks(of: &mut MutableLoop, outer: &Graph) -> bool {
    let before = of.stacked.len();
    let constants = &mut of.constants;
    of.stacked.retain(|&Argument { formal, value }| {
        let step = outer.expr(value).without_axes(&[0]);
        constants.extend(step.map(|step| Argument {
            formal,
            value: step.val,
        }));
        step.is_none()
    });
    of.stacked.len() < before
}

/// Known numbers become literals of the body, and duplicate arguments are merged.
fn simpler_arguments(of: &mut MutableLoop, outer: &Graph) -> bool {
    let mut given = BTreeMap::new();
    for known in std::mem::take(&mut of.constants) {
        let ty = of.body.ty(known.formal);
        let number = outer.expr(known.value).as_constant();
        let number = number.map(|number| of.body.constant(number).broadcast_to(&ty.shape).val);
        let number = number.filter(|&number| of.body.ty(number) == ty);
        stand_in(&of.body, &mut of.constants, known, number, &mut given);
    }
    for known in std::mem::take(&mut of.stacked) {
        stand_in(&of.body, &mut of.stacked, known, None, &mut given);
    }
    of.substitute(&given);
    !given.is_empty()
}

/// A value that is collected twice is stacked once.
fn collected_once(of: &mut MutableLoop) -> bool {
    let before = of.collected.len();
    let mut kept: Vec<Collected> = Vec::new();
    for collected in std::mem::take(&mut of.collected) {
        match kept.iter_mut().find(|other| other.value == collected.value) {
            Some(other) => other.parts.extend(collected.parts),
            None => kept.push(collected),
        }
    }
    of.collected = kept;
    of.collected.len() < before
}

/// Keeps the argument unless it has a replacement: `instead`, or an equal argument that is kept already.
fn stand_in(
    body: &Graph,
    kept: &mut Vec<Argument>,
    known: Argument,
    instead: Option<Val>,
    given: &mut BTreeMap<Val, Val>,
) {
    let same =
        |other: &&Argument| other.value == known.value && body.ty(other.formal) == body.ty(known.formal);
    match instead.or_else(|| kept.iter().find(same).map(|other| other.formal)) {
        Some(stands) => {
            given.insert(known.formal, stands);
        }
        None => kept.push(known),
    }
}
