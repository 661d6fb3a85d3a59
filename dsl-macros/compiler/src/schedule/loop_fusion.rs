//! Loop fusion: adjacent loops over one iteration space become one loop, and values that only that loop uses
//! are no longer stored.
//!
//! In: phases of steps. Out: the same phases with fewer and longer loops. A value that the second loop read
//! from memory is a local of the joint loop; [`drop_stores`] then removes its store if no step reads it from
//! memory.
//!
//! ```text
//! loop [n]: v1 ← 2·x
//! loop [n]: v2 ← v1 + y      →      loop [n]: a ← 2·x,  v2 ← a + y
//! ```
//!
//! Two loops fit if every dependence between them stays within one position of the iteration space: the
//! second reads the results of the first at the same element, and overwrites nothing that the first reads
//! elsewhere (the fusion-preventing dependences of Kennedy and McKinley, *Maximizing loop parallelism and
//! improving data locality via loop fusion and distribution*, 1993).
//!
//! Cost: linear in the steps; each loop is compared with its predecessor only, and a loop has at most
//! `STATEMENTS` statements.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::*;
use crate::view::View;

/// Fuses loops within each phase. `kept` are the values that the caller reads after the entry point has run.
pub fn fuse_loops(phases: &mut [Phase], kept: &BTreeSet<Source>) {
    for phase in phases.iter_mut() {
        merge(&mut phase.steps);
    }
    drop_stores(phases, kept);
}

/// The largest number of statements of one loop. Each added statement is compared with all of them.
const STATEMENTS: usize = 64;

fn merge(steps: &mut Vec<Step>) {
    let mut merged: Vec<Step> = Vec::new();
    for mut step in std::mem::take(steps) {
        if let StepKind::For(for_loop) = &mut step.kind {
            merge(&mut for_loop.steps);
        }
        match merged.last_mut() {
            Some(last) if statements(last) + statements(&step) <= STATEMENTS && fits(last, &step) => {
                join(last, step)
            }
            _ => merged.push(step),
        }
    }
    *steps = merged;
}

fn statements(step: &Step) -> usize {
    match &step.kind {
        StepKind::Loop(nest) => nest.statements.len(),
        _ => 0,
    }
}

/// True if the second step, right behind the first, can be fused with it.
pub fn fits(first: &Step, second: &Step) -> bool {
    let (StepKind::Loop(a), StepKind::Loop(b)) = (&first.kind, &second.kind) else {
        return false;
    };
    if a.layout != b.layout || a.shape != b.shape || a.shape.rank() == 0 {
        return false;
    }
    // The second loop must read results of the first at the same position. It may not write an operand that
    // the first reads elsewhere, nor another part of a result of the first.
    let written: Vec<&Operand> = first.kind.writes();
    let same_place = |operand: &Operand| {
        written
            .iter()
            .all(|write| write.source != operand.source || same_elements(write, operand))
    };
    let own: Vec<&Operand> = second.kind.writes();
    // Two windows on one result can be borrowed together only if they lie side by side.
    let apart = own.iter().all(|own| {
        written
            .iter()
            .all(|write| write.source != own.source || side_by_side(write, own))
    });
    let untouched = |operand: &Operand| own.iter().all(|write| write.source != operand.source);
    // The second loop may overwrite a carried value that the first reads at the same element, if the second
    // does not read it itself: each element is read before its successor is stored.
    let replaced = |operand: &Operand| {
        own.iter()
            .all(|write| write.source != operand.source || same_elements(write, operand))
            && b.operands.iter().all(|read| read.source != operand.source)
    };
    apart
        && b.operands.iter().all(same_place)
        && a.operands
            .iter()
            .all(|operand| untouched(operand) || replaced(operand))
}

/// True if two windows are different parts of the same rows: a loop over the elements of both moves along
/// each of them, and the rows can be split between them.
fn side_by_side(one: &Operand, other: &Operand) -> bool {
    let (view, next) = (&one.view, &other.view);
    let is_row = |view: &View| view.is_contiguous() && view.shape.count() > 1;
    let alike = (&view.shape, &view.strides, one.per_example, &one.loop_strides)
        == (&next.shape, &next.strides, other.per_example, &other.loop_strides);
    alike
        && one.source == other.source
        && is_row(view)
        && is_row(next)
        && view.offset.abs_diff(next.offset) >= view.shape.count()
}

/// True if two windows on one value cover the same elements in the same order.
fn same_elements(one: &Operand, other: &Operand) -> bool {
    (&one.view, one.per_example, &one.loop_strides) == (&other.view, other.per_example, &other.loop_strides)
}

fn join(first: &mut Step, second: Step) {
    let (StepKind::Loop(a), StepKind::Loop(b)) = (&mut first.kind, second.kind) else {
        unreachable!("only loops fit");
    };
    let shift = a.statements.len();
    let produced: Vec<(Operand, usize)> = a
        .statements
        .iter()
        .enumerate()
        .filter_map(|(place, statement)| Some((statement.store.clone()?, place)))
        .collect();
    // The new home of each operand of the second loop: a statement of the first (`Ok`), or an index in the
    // joint list of operands (`Err`).
    let mut moved: Vec<Result<usize, usize>> = Vec::new();
    for operand in b.operands {
        let local = produced
            .iter()
            .find(|(store, _)| store.source == operand.source)
            .map(|(_, place)| *place);
        moved.push(match local {
            Some(place) => Ok(place),
            None => Err(a
                .operands
                .iter()
                .position(|known| *known == operand)
                .unwrap_or_else(|| {
                    a.operands.push(operand);
                    a.operands.len() - 1
                })),
        });
    }
    for mut statement in b.statements {
        statement.value = relink(&statement.value, &moved, shift);
        a.statements.push(statement);
    }
    first.flops = first.flops.saturating_add(second.flops);
    if first.text.is_empty() {
        first.text = second.text;
    } else if !first.text.contains(&second.text) {
        first.text = format!("{}, {}", first.text, second.text);
    }
}

fn relink(value: &Scalar, moved: &[Result<usize, usize>], shift: usize) -> Scalar {
    value.rewrite(&mut |scalar| match scalar {
        Scalar::Load(operand) => Some(match moved[*operand] {
            Ok(statement) => Scalar::Local(statement),
            Err(operand) => Scalar::Load(operand),
        }),
        Scalar::OneHot { operand, class } => Some(Scalar::OneHot {
            operand: moved[*operand].expect_err("indices are never computed"),
            class: class.clone(),
        }),
        Scalar::Local(statement) => Some(Scalar::Local(statement + shift)),
        _ => None,
    })
}

/// Drops the stores of values that nobody reads from memory.
pub fn drop_stores(phases: &mut [Phase], kept: &BTreeSet<Source>) {
    let mut read: BTreeMap<Source, usize> = BTreeMap::new();
    for operand in phases
        .iter()
        .flat_map(|phase| &phase.steps)
        .flat_map(|step| step.kind.reads())
    {
        *read.entry(operand.source).or_default() += 1;
    }
    let needed = |store: &Operand| {
        matches!(store.source, Source::Gradient(_))
            || kept.contains(&store.source)
            || read.contains_key(&store.source)
    };
    for phase in phases {
        drop_unneeded(&mut phase.steps, &needed);
    }
}

fn drop_unneeded(steps: &mut [Step], needed: &dyn Fn(&Operand) -> bool) {
    for step in steps {
        match &mut step.kind {
            StepKind::Loop(nest) => {
                for statement in &mut nest.statements {
                    statement.store = statement.store.take().filter(needed);
                }
            }
            StepKind::For(for_loop) => drop_unneeded(&mut for_loop.steps, needed),
            _ => {}
        }
    }
}
