//! Dead code elimination: removes operands that no statement reads, statements that no one uses, and steps
//! that do nothing.
//!
//! In: phases whose unneeded stores have been dropped (`loop_fusion::drop_stores`). Out: the same phases;
//! every statement of a loop is stored or used by a later one of its loop, and every operand of a loop is
//! read. Stores are taken as uses: this pass never removes one.
//!
//! ```text
//! loop: a ← 2·x,  b ← y + 1,  v ← a·a      →      loop: a ← 2·x,  v ← a·a
//! ```
//!
//! Cost: linear in the steps, quadratic in the statements of one loop. Statements are in single assignment
//! form (Cytron et al. 1991), so one walk backwards over their uses suffices.

use std::collections::{BTreeMap, BTreeSet};

use crate::collections::IntoCollection;
use crate::plan::*;

/// Removes the statements that are neither stored nor used, and the steps that then do nothing.
pub fn eliminate_dead_code(phases: &mut Vec<Phase>) {
    phases.iter_mut().for_each(|phase| drop_steps(&mut phase.steps));
    phases.retain(|phase| !phase.steps.is_empty());
}

fn drop_steps(steps: &mut Vec<Step>) {
    for step in steps.iter_mut() {
        match &mut step.kind {
            StepKind::Loop(nest) => {
                drop_statements(nest);
                drop_operands(nest);
            }
            StepKind::For(for_loop) => drop_steps(&mut for_loop.steps),
            _ => {}
        }
    }
    steps.retain(|step| match &step.kind {
        StepKind::Loop(nest) => !nest.statements.is_empty(),
        StepKind::For(for_loop) => !for_loop.steps.is_empty(),
        _ => true,
    });
}

fn drop_statements(nest: &mut Loop) {
    for place in (0..nest.statements.len()).rev() {
        let mut used = nest.statements[place].store.is_some();
        for later in &nest.statements[place + 1..] {
            later.value.each(&mut |scalar| {
                used |= matches!(scalar, Scalar::Local(read) if *read == place);
            });
        }
        if used {
            continue;
        }
        nest.statements.remove(place);
        for later in &mut nest.statements[place..] {
            later.value = later.value.rewrite(&mut |scalar| match scalar {
                Scalar::Local(read) if *read > place => Some(Scalar::Local(read - 1)),
                _ => None,
            });
        }
    }
}

/// Removes the operands that no statement reads.
pub fn drop_operands(nest: &mut Loop) {
    let mut read: BTreeSet<usize> = BTreeSet::new();
    for statement in &nest.statements {
        statement.value.each(&mut |scalar| {
            if let Scalar::Load(operand) | Scalar::OneHot { operand, .. } = scalar {
                read.insert(*operand);
            }
        });
    }
    let places: BTreeMap<usize, usize> = read.iter().enumerate().map(|(new, &old)| (old, new)).into_map();
    for statement in &mut nest.statements {
        statement.value = statement.value.rewrite(&mut |scalar| match scalar {
            Scalar::Load(operand) => Some(Scalar::Load(places[operand])),
            Scalar::OneHot { operand, class } => Some(Scalar::OneHot {
                operand: places[operand],
                class: class.clone(),
            }),
            _ => None,
        });
    }
    let mut place = 0;
    nest.operands.retain(|_| {
        place += 1;
        read.contains(&(place - 1))
    });
}
