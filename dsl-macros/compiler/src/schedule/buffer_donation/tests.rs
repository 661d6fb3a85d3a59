//! Tests of the stacks of a small loop over time that share memory, and of their layout in it.

use super::*;
use crate::lowered::{Element, Layout, ScalarOp, Shape};
use crate::ops::elementwise::Elementwise::Add;

const TURNS: usize = 5;

/// Four elements of the row of an iteration, from `offset` on.
fn window(value: usize, width: usize, offset: usize) -> Operand {
    Operand {
        source: Source::Value(value),
        view: View {
            shape: Shape::from([4]),
            strides: vec![1],
            offset,
        },
        per_example: Some(TURNS * width),
        element: Element::Real,
        loop_strides: vec![LoopStride {
            variable: 0,
            stride: width,
        }],
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

fn nest(operands: Vec<Operand>, statements: Vec<(Scalar, Operand)>) -> Step {
    let statements = statements.into_iter().enumerate();
    step(StepKind::Loop(Loop {
        layout: Layout::Examples,
        shape: Shape::from([4]),
        operands,
        statements: statements
            .map(|(place, (value, store))| Statement {
                name: format!("v{place}"),
                value,
                store: Some(store),
            })
            .collect(),
    }))
}

fn sum() -> Scalar {
    Scalar::Apply {
        op: ScalarOp::Elementwise(Add),
        args: vec![Scalar::Load(0), Scalar::Load(1)],
    }
}

/// The windows that a loop over time reads of value 0, whose rows have 8 elements.
fn reads() -> Vec<Operand> {
    vec![window(0, 8, 0), window(0, 8, 4)]
}

/// The donations in a loop over time of one loop over elements; `widths` are the rows' widths of the values.
fn shared(
    widths: &[usize],
    inner: Step,
    after: Option<Step>,
    kept: &[usize],
) -> (BTreeMap<usize, usize>, Vec<Phase>) {
    let value = |width: &usize| Value {
        name: "value".to_string(),
        extent: Extent::Examples(TURNS * width),
        slot: usize::MAX,
        depth: 0,
    };
    let mut values: Vec<Value> = widths.iter().map(value).collect();
    let for_loop = ForLoop {
        layout: Layout::Examples,
        variable: 0,
        length: TURNS,
        reversed: false,
        steps: vec![inner],
    };
    let mut steps = vec![step(StepKind::For(for_loop))];
    steps.extend(after);
    let mut phases = vec![Phase {
        partition: Partition::Examples,
        steps,
    }];
    let kept = kept.iter().map(|&value| Source::Value(value)).collect();
    let hosts = donate_rows(&mut values, &mut phases, &kept);
    (hosts, phases)
}

fn stored(phases: &[Phase]) -> Vec<(Source, usize)> {
    let writes = phases[0].steps[0].kind.writes().into_iter();
    writes.map(|write| (write.source, write.view.offset)).collect()
}

/// Two stacks of narrow rows; the half that is read second is stored first.
fn halves() -> Step {
    let statements = vec![
        (Scalar::Load(1), window(1, 4, 0)),
        (Scalar::Load(0), window(2, 4, 0)),
    ];
    nest(reads(), statements)
}

#[test]
fn narrow_rows_lie_side_by_side_where_they_are_read() {
    let (hosts, phases) = shared(&[8, 4, 4], halves(), None, &[]);
    assert_eq!(hosts, BTreeMap::from([(3, 0)]));
    assert_eq!(stored(&phases), [(Source::Value(3), 4), (Source::Value(3), 0)]);
}

#[test]
fn rows_as_wide_lie_where_they_lay() {
    let inner = || {
        let statements = vec![(sum(), window(1, 8, 0)), (Scalar::Load(1), window(1, 8, 4))];
        nest(reads(), statements)
    };
    let (hosts, _) = shared(&[8, 8], inner(), None, &[]);
    assert_eq!(hosts, BTreeMap::from([(1, 0)]));
}

#[test]
fn nothing_is_overwritten_before_it_is_read() {
    let statements = vec![(Scalar::Load(0), window(1, 8, 0)), (sum(), window(1, 8, 4))];
    let (hosts, _) = shared(&[8, 8], nest(reads(), statements), None, &[]);
    assert!(hosts.is_empty(), "the second statement reads the first half, too");
    let statements = vec![(Scalar::Load(0), window(1, 4, 0)), (sum(), window(2, 4, 0))];
    let (hosts, _) = shared(&[8, 4, 4], nest(reads(), statements), None, &[]);
    assert!(hosts.is_empty());
}

#[test]
fn what_somebody_reads_later_stays() {
    let later = nest(vec![window(0, 8, 0)], vec![(Scalar::Load(0), window(1, 4, 0))]);
    assert!(shared(&[8, 4, 4], halves(), Some(later), &[]).0.is_empty());
    assert!(shared(&[8, 4, 4], halves(), None, &[0]).0.is_empty());
    assert!(shared(&[8, 4, 4], halves(), None, &[2]).0.is_empty());
}
