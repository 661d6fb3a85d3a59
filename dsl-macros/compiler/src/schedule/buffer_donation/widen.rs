//! Widening: a stack becomes some columns of a stack with wider rows, and every step that reads or writes it
//! uses the new strides and offsets.
//!
//! ```text
//! v: rows of 4, element (t, i) at 4·t + i      →      columns 8 to 11 of rows of 16: at 16·t + 8 + i
//! ```

use crate::plan::*;
use crate::view::View;

/// The move of a stack into some columns of one with wider rows.
pub struct Widening {
    pub value: usize,
    /// The width of its rows so far, and of the wider ones.
    pub narrow: usize,
    pub wide: usize,
    /// The column of the wider rows at which its own rows begin.
    pub column: usize,
}

impl Widening {
    /// True if every step that touches the stack can reach it by strides after the move.
    pub fn is_possible(&self, phases: &[Phase]) -> bool {
        let steps = phases.iter().flat_map(|phase| &phase.steps);
        steps
            .flat_map(|step| step.kind.innermost())
            .all(|kind| self.step(kind).is_some())
    }

    /// Redirects every operand on the stack to its columns of `joint`.
    pub fn apply(&self, phases: &mut [Phase], joint: Source) {
        for phase in phases {
            self.in_steps(&mut phase.steps, joint);
        }
    }

    fn in_steps(&self, steps: &mut [Step], joint: Source) {
        for step in steps {
            if let StepKind::For(for_loop) = &mut step.kind {
                self.in_steps(&mut for_loop.steps, joint);
                continue;
            }
            step.kind = self.step(&step.kind).expect("asked before");
            for operand in step.kind.operands_mut() {
                if operand.source == Source::Value(self.value) {
                    operand.source = joint;
                }
            }
        }
    }

    /// The step on wider rows, its operand still named by the old value; `None` if strides cannot describe
    /// it.
    fn step(&self, kind: &StepKind) -> Option<StepKind> {
        let own = |operand: &Operand| operand.source == Source::Value(self.value);
        if !kind.reads().into_iter().chain(kind.writes()).any(own) {
            return Some(kind.clone());
        }
        let mut moved = kind.clone();
        match &mut moved {
            StepKind::Loop(_) | StepKind::Fold(_) => {}
            StepKind::Gemm(gemm) => {
                let sides = [own(&gemm.a), own(&gemm.b), own(&gemm.c)];
                let (m, n, k) = (gemm.m, gemm.n, gemm.k);
                if sides[0] {
                    gemm.a_strides = self.strides(&gemm.a, [m, k], gemm.a_strides)?;
                }
                if sides[1] {
                    gemm.b_strides = self.strides(&gemm.b, [k, n], gemm.b_strides)?;
                }
                if sides[2] {
                    [gemm.c_stride, _] = self.strides(&gemm.c, [m, n], [gemm.c_stride, 1])?;
                }
                if gemm.epilogue.reads().any(own) {
                    return None;
                }
                for (_, strides) in &mut gemm.loops {
                    for (stride, _) in strides.iter_mut().zip(sides).filter(|(_, own)| *own) {
                        *stride = self.across(*stride)?;
                    }
                }
            }
            _ => return None,
        }
        for operand in moved.operands_mut() {
            if own(operand) {
                *operand = self.operand(operand)?;
            }
        }
        Some(moved)
    }

    /// The new stride for one that steps over whole rows.
    fn across(&self, stride: usize) -> Option<usize> {
        stride
            .is_multiple_of(self.narrow)
            .then(|| stride / self.narrow * self.wide)
    }

    /// The new stride of an axis with so many elements, and the distance that the axis reaches within a row.
    fn along(&self, stride: usize, size: Option<usize>) -> Option<(usize, usize)> {
        match (self.across(stride), size) {
            (Some(across), _) => Some((across, 0)),
            (None, Some(size)) => Some((stride, size.saturating_sub(1) * stride)),
            (None, None) => None,
        }
    }

    fn strides(&self, operand: &Operand, sizes: [Size; 2], strides: [usize; 2]) -> Option<[usize; 2]> {
        let size = |size: Size| size.is_literal().then_some(size.times);
        let (first, reach) = self.along(strides[0], size(sizes[0]))?;
        let (second, further) = self.along(strides[1], size(sizes[1]))?;
        let inside = operand.view.offset % self.narrow + reach + further < self.narrow;
        inside.then_some([first, second])
    }

    fn operand(&self, operand: &Operand) -> Option<Operand> {
        let View {
            shape,
            strides,
            offset,
        } = &operand.view;
        let mut reach = offset % self.narrow;
        let mut moved = Vec::new();
        for (&stride, &size) in strides.iter().zip(&shape.0) {
            if size == 1 {
                moved.push(stride);
                continue;
            }
            let (stride, further) = self.along(stride, Some(size))?;
            reach += further;
            moved.push(stride);
        }
        if reach >= self.narrow {
            return None;
        }
        let mut turns = operand.loop_strides.clone();
        for turn in &mut turns {
            turn.stride = self.across(turn.stride)?;
        }
        Some(Operand {
            view: View {
                shape: shape.clone(),
                strides: moved,
                offset: offset / self.narrow * self.wide + offset % self.narrow + self.column,
            },
            per_example: Some(self.across(operand.per_example?)?),
            loop_strides: turns,
            ..operand.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lowered::{Element, Layout, Shape};

    /// Rows of 4, five for each example, become columns 8 to 11 of rows of 16.
    const WIDENING: Widening = Widening {
        value: 0,
        narrow: 4,
        wide: 16,
        column: 8,
    };

    fn operand(shape: impl Into<Shape>, strides: &[usize], offset: usize) -> Operand {
        Operand {
            source: Source::Value(0),
            view: View {
                shape: shape.into(),
                strides: strides.to_vec(),
                offset,
            },
            per_example: Some(20),
            element: Element::Real,
            loop_strides: Vec::new(),
        }
    }

    fn moved(operand: &Operand) -> Option<(Vec<usize>, usize)> {
        let moved = WIDENING.operand(operand)?;
        assert_eq!(moved.per_example, Some(80));
        Some((moved.view.strides, moved.view.offset))
    }

    #[test]
    fn strides_along_rows_stay_and_those_across_grow() {
        assert_eq!(moved(&operand([5, 4], &[4, 1], 0)), Some((vec![16, 1], 8)));
        assert_eq!(moved(&operand([2, 3], &[8, 1], 5)), Some((vec![32, 1], 16 + 9)));
        assert_eq!(moved(&operand([4, 5], &[1, 4], 0)), Some((vec![1, 16], 8)));
        assert_eq!(moved(&operand([1, 2], &[7, 2], 1)), Some((vec![7, 2], 9)));
        let mut part = operand([4], &[1], 0);
        part.loop_strides = vec![LoopStride {
            variable: 0,
            stride: 4,
        }];
        let moved = WIDENING.operand(&part).map(|part| part.loop_strides[0].stride);
        assert_eq!(moved, Some(16));
    }

    #[test]
    fn what_goes_from_row_to_row_in_one_stride_cannot_move() {
        assert_eq!(moved(&operand([20], &[1], 0)), None);
        assert_eq!(moved(&operand([4], &[1], 2)), None);
        assert_eq!(moved(&operand([3], &[3], 0)), None);
    }

    #[test]
    fn products_move_by_their_own_strides() {
        let product = |m: Size, strides: [usize; 2], k: usize| Gemm {
            rounded: false,
            packed: false,
            loops: vec![(Size::literal(5), [4, 0, 0])],
            m,
            n: Size::literal(3),
            k: Size::literal(k),
            a: operand([5, 4], &[4, 1], 0),
            a_strides: strides,
            b: Operand {
                source: Source::Value(1),
                ..operand([4, 3], &[3, 1], 0)
            },
            b_strides: [3, 1],
            c: Operand {
                source: Source::Value(2),
                ..operand([3], &[1], 0)
            },
            c_stride: 3,
            epilogue: Epilogue::store(),
        };
        let moved = |gemm: Gemm| match WIDENING.step(&StepKind::Gemm(gemm)) {
            Some(StepKind::Gemm(gemm)) => Some((gemm.a_strides, gemm.b_strides, gemm.loops[0].1)),
            _ => None,
        };
        let by_examples = moved(product(Size::examples(), [20, 1], 4));
        assert_eq!(by_examples, Some(([80, 1], [3, 1], [16, 0, 0])));
        assert_eq!(
            moved(product(Size::examples(), [20, 1], 20)),
            None,
            "terms of several rows"
        );
        assert_eq!(
            moved(product(Size::examples(), [6, 1], 4)),
            None,
            "examples within rows"
        );
        let transposed = moved(product(Size::literal(4), [1, 4], 5));
        assert_eq!(transposed, Some(([1, 16], [3, 1], [16, 0, 0])));
    }

    #[test]
    fn kernels_want_a_value_in_one_piece() {
        let sum = StepKind::SumExamples {
            x: operand([5, 4], &[4, 1], 0),
            result: Operand {
                source: Source::Value(1),
                ..operand([20], &[1], 0)
            },
        };
        assert!(WIDENING.step(&sum).is_none());
        let own = Loop {
            layout: Layout::Examples,
            shape: Shape::from([20]),
            operands: vec![operand([20], &[1], 0)],
            statements: Vec::new(),
        };
        assert!(WIDENING.step(&StepKind::Loop(own)).is_none());
    }
}
