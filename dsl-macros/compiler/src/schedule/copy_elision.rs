//! Copy elision: removes copies of values that have no other reader.
//!
//! In: phases of steps. Out: the same phases. A product whose result is only copied stores it at the copy's
//! destination, and the copy is gone. Where a loop makes the result, the copy moves up to stand right behind
//! the loop, so that [`loop_fusion`](super::loop_fusion) can join the two.
//!
//! ```text
//! gemm → v1
//! state ← v1      →      gemm → state      (if nothing else reads v1)
//! ```
//!
//! In a loop over time the state of the next iteration is thereby written directly to the memory that the
//! next iteration reads. Invariant: no step between the maker of the value and the copy reads or writes the
//! destination, and the maker itself does not read it if it is a product.
//!
//! Cost: linear in the steps; each copy looks back over at most `NEAR` of them. Compilers know this as copy
//! coalescing (Chaitin 1982) or as return value optimisation.

use std::collections::BTreeSet;

use super::loop_fusion::fits;
use crate::plan::*;

/// Removes or moves up the copies of all steps. `kept` are the values that the caller reads after the entry
/// point has run.
pub fn elide_copies(phases: &mut [Phase], kept: &BTreeSet<Source>) {
    let mut read: Vec<Source> = Vec::new();
    for phase in phases.iter() {
        for step in &phase.steps {
            read.extend(step.kind.reads().iter().map(|operand| operand.source));
        }
    }
    read.sort_unstable();
    let only_copied = |source: Source| {
        let first = read.partition_point(|&other| other < source);
        let is_value = matches!(source, Source::Value(_)) && !kept.contains(&source);
        is_value && read.get(first + 1) != Some(&source)
    };
    for phase in phases {
        in_steps(&mut phase.steps, &only_copied);
    }
}

/// The number of steps to search backwards for the maker of a copied value.
const NEAR: usize = 256;

fn in_steps(steps: &mut Vec<Step>, only_copied: &dyn Fn(Source) -> bool) {
    for step in steps.iter_mut() {
        if let StepKind::For(for_loop) = &mut step.kind {
            in_steps(&mut for_loop.steps, only_copied);
        }
    }
    let mut place = 0;
    while place < steps.len() {
        let direct = copied(&steps[place]).filter(|(from, _)| only_copied(from.source));
        let direct = direct
            .and_then(|(from, to)| Some((maker(&steps[..place], &steps[place], from, to)?, to.clone())));
        if let Some((made, to)) = direct {
            let copy = steps.remove(place);
            if let StepKind::Gemm(gemm) = &mut steps[made].kind {
                gemm.c = to;
                continue;
            }
            steps.insert(made + 1, copy);
        }
        place += 1;
    }
}

/// The source and the destination of a step that does nothing but copy.
pub fn copied(step: &Step) -> Option<(&Operand, &Operand)> {
    let StepKind::Loop(nest) = &step.kind else {
        return None;
    };
    let [
        Statement {
            value: Scalar::Load(from),
            store: Some(to),
            ..
        },
    ] = nest.statements.as_slice()
    else {
        return None;
    };
    Some((&nest.operands[*from], to))
}

/// The index of the step that makes all of `from`, if the copy may stand right behind it: a product that
/// could store to `to` instead, or a loop that the copy can be fused with.
fn maker(before: &[Step], copy: &Step, from: &Operand, to: &Operand) -> Option<usize> {
    let writes = |step: &Step, source: Source| step.kind.writes().iter().any(|write| write.source == source);
    let reads = |step: &Step, source: Source| step.kind.reads().iter().any(|read| read.source == source);
    let before_near = before.len().saturating_sub(NEAR);
    let made = before_near
        + before[before_near..]
            .iter()
            .rposition(|step| writes(step, from.source))?;
    let free = |step: &Step| !writes(step, to.source) && !reads(step, to.source);
    if !before[made + 1..].iter().all(free) {
        return None;
    }
    match &before[made].kind {
        StepKind::Gemm(gemm) => {
            let alike = (&from.view, from.per_example, &from.loop_strides)
                == (&to.view, to.per_example, &to.loop_strides);
            (alike && gemm.c == *from && free(&before[made])).then_some(made)
        }
        StepKind::Loop(_) => fits(&before[made], copy).then_some(made),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lowered::{Element, Layout, Shape};
    use crate::view::View;

    const WIDTH: usize = 4;

    fn operand(value: usize) -> Operand {
        Operand {
            source: Source::Value(value),
            view: View::whole(&Shape::from([WIDTH])),
            per_example: Some(WIDTH),
            element: Element::Real,
            loop_strides: Vec::new(),
        }
    }

    fn step(kind: StepKind) -> Step {
        Step {
            text: String::new(),
            path: "".into(),
            backward: false,
            again: false,
            kind,
            flops: 0,
        }
    }

    fn gemm(from: usize, to: usize) -> Step {
        step(StepKind::Gemm(Gemm {
            rounded: false,
            packed: false,
            loops: Vec::new(),
            m: Size::examples(),
            n: Size::literal(WIDTH),
            k: Size::literal(WIDTH),
            a: operand(from),
            a_strides: [WIDTH, 1],
            b: Operand {
                source: Source::Parameter(0),
                per_example: None,
                ..operand(0)
            },
            b_strides: [WIDTH, 1],
            c: operand(to),
            c_stride: WIDTH,
            epilogue: Epilogue::store(),
        }))
    }

    fn copy(from: usize, to: usize) -> Step {
        step(StepKind::Loop(Loop {
            layout: Layout::Examples,
            shape: Shape::from([WIDTH]),
            operands: vec![operand(from)],
            statements: vec![Statement {
                name: format!("v{to}"),
                value: Scalar::Load(0),
                store: Some(operand(to)),
            }],
        }))
    }

    /// The first source that each step reads and the first that it writes.
    fn stored(steps: Vec<Step>, kept: &[usize]) -> Vec<(Source, Source)> {
        let mut phases = vec![Phase {
            partition: Partition::Examples,
            steps,
        }];
        elide_copies(
            &mut phases,
            &kept.iter().map(|&value| Source::Value(value)).collect(),
        );
        let steps = phases.iter().flat_map(|phase| &phase.steps);
        steps
            .map(|step| (step.kind.reads()[0].source, step.kind.writes()[0].source))
            .collect()
    }

    fn pairs(pairs: &[(usize, usize)]) -> Vec<(Source, Source)> {
        let pairs = pairs.iter();
        pairs
            .map(|&(from, to)| (Source::Value(from), Source::Value(to)))
            .collect()
    }

    #[test]
    fn a_product_is_stored_where_it_would_be_copied() {
        let steps = || vec![gemm(0, 1), gemm(3, 4), copy(1, 2), copy(4, 5)];
        assert_eq!(stored(steps(), &[]), pairs(&[(0, 2), (3, 5)]));
        assert_eq!(
            stored(steps(), &[1]),
            pairs(&[(0, 1), (3, 5), (1, 2)]),
            "somebody reads it"
        );
        let others = vec![gemm(0, 1), copy(1, 2), gemm(1, 3)];
        assert_eq!(
            stored(others, &[]),
            pairs(&[(0, 1), (1, 2), (1, 3)]),
            "another step reads it"
        );
    }

    #[test]
    fn nothing_is_overwritten_that_is_still_read() {
        let between = vec![gemm(0, 1), gemm(2, 3), copy(1, 2)];
        assert_eq!(stored(between, &[]), pairs(&[(0, 1), (2, 3), (1, 2)]));
        let by_itself = vec![gemm(2, 1), copy(1, 2)];
        assert_eq!(stored(by_itself, &[]), pairs(&[(2, 1), (1, 2)]));
        let exchanged = vec![copy(0, 2), copy(1, 3), copy(3, 0), copy(2, 1)];
        assert_eq!(stored(exchanged, &[]), pairs(&[(0, 2), (1, 3), (3, 0), (2, 1)]));
    }

    #[test]
    fn a_copy_of_what_a_loop_makes_stands_behind_it() {
        let steps = vec![copy(0, 1), gemm(3, 4), copy(1, 2)];
        assert_eq!(stored(steps, &[]), pairs(&[(0, 1), (1, 2), (3, 4)]));
    }
}
