//! Checks that operands are windows on existing memory, and that their layout matches the memory and the
//! step.

use super::super::*;
use super::ranges::Ranges;
use super::{Checked, touched};
use crate::lowered::{Layout, Shape};
use crate::ops::epilogue::Stage;

/// The memory below an operand: its layout, and the number of elements of one example or block.
type Ground = (Layout, usize);

impl Checked<'_> {
    pub(super) fn operands(
        &self,
        step: &Step,
        partition: Partition,
        around: &[(usize, usize)],
    ) -> Result<(), String> {
        let own = step.kind.partition();
        if own != partition && partition != Partition::Examples
            || partition == Partition::Examples && !self.runs_by_examples(&step.kind)
        {
            return Err(format!("a step that is shared out by {own:?}"));
        }
        for operand in touched(&step.kind) {
            self.operand(operand, around)
                .map_err(|fault| format!("{:?}: {fault}", operand.source))?;
        }
        match &step.kind {
            StepKind::Loop(nest) => self.nest(nest),
            StepKind::Fold(fold) => self.fold(fold),
            StepKind::Gemm(gemm) => self.gemm(gemm, around),
            StepKind::Kernel(call) => self.call(call),
            StepKind::Draw(draw) => self.is_whole(&draw.result),
            StepKind::Clear(result) => self.is_whole(result),
            StepKind::SumExamples { x, result } => self.sum(x, result, Layout::Examples),
            StepKind::SumBlocks { partials, result } => self.sum(partials, result, Layout::Blocks),
            StepKind::For(_) => Ok(()),
        }
    }

    /// True if a step can run in a loop over time by examples, where each worker runs every step itself.
    fn runs_by_examples(&self, kind: &StepKind) -> bool {
        let writes = kind.writes();
        kind.partition() == Partition::Examples
            && writes
                .iter()
                .all(|write| self.kind_of(write) != Some(Layout::Shared))
    }

    /// The memory below an operand; `None` for the keys of random numbers.
    fn ground(&self, operand: &Operand) -> Option<Ground> {
        match operand.source {
            Source::Input(input) => self.leaves.inputs.get(&input).copied(),
            Source::Parameter(parameter) | Source::Gradient(parameter) => {
                Some((Layout::Shared, *self.leaves.parameters.get(&parameter)?))
            }
            Source::Direction(parameter) => Some((Layout::Shared, *self.leaves.directions.get(&parameter)?)),
            Source::Buffer(buffer) => Some((Layout::Shared, *self.leaves.buffers.get(&buffer)?)),
            Source::Value(value) => Some(match self.plan.values.get(value)?.extent {
                Extent::Shared(len) => (Layout::Shared, len),
                Extent::Examples(width) => (Layout::Examples, width),
                Extent::Blocks(len) => (Layout::Blocks, len),
            }),
            Source::Site(_) => None,
        }
    }

    pub(super) fn kind_of(&self, operand: &Operand) -> Option<Layout> {
        self.ground(operand).map(|(kind, _)| kind)
    }

    /// The number of elements of one example or block in the memory below an operand.
    pub(super) fn width_of(&self, operand: &Operand) -> usize {
        self.ground(operand).map_or(0, |(_, width)| width)
    }

    fn operand(&self, operand: &Operand, around: &[(usize, usize)]) -> Result<(), String> {
        let Some((kind, width)) = self.ground(operand) else {
            return match operand.source {
                Source::Site(_) => Ok(()),
                _ => Err("there is no such thing".to_string()),
            };
        };
        if operand.view.strides.len() != operand.view.shape.rank() {
            return Err(format!("{:?} has not one stride for each axis", operand.view));
        }
        let fits = match (kind, operand.per_example) {
            (Layout::Shared, None) => true,
            (Layout::Examples, Some(stride)) => stride == width,
            // Partial sums of blocks, and the steps that sum these, take the whole source, so they need no
            // stride.
            (Layout::Blocks, stride) => stride.is_none_or(|stride| stride == width),
            _ => false,
        };
        if !fits {
            let stride = operand.per_example;
            return Err(format!(
                "{kind:?} of {width}, but {stride:?} from example to example"
            ));
        }
        let mut reach =
            reach(&operand.view.shape, &operand.view.strides).map(|last| last + operand.view.offset);
        for turn in &operand.loop_strides {
            let Some((_, length)) = around.iter().find(|(variable, _)| *variable == turn.variable) else {
                return Err(format!(
                    "it moves with loop {}, in which it does not stand",
                    turn.variable
                ));
            };
            reach = reach.map(|last| last + length.saturating_sub(1) * turn.stride);
        }
        match reach {
            Some(last) if last >= width => Err(format!("it reaches element {last} of {width}")),
            _ => Ok(()),
        }
    }

    /// Checks an operand of a loop: it has the loop's shape, and is shared or has the loop's layout.
    fn in_loop(&self, operand: &Operand, layout: Layout, shape: &Shape) -> Result<(), String> {
        let own = self.kind_of(operand);
        if own != Some(Layout::Shared) && own != Some(layout)
            || own == Some(Layout::Blocks) && operand.per_example.is_none()
        {
            return Err(format!("{:?} is read in a loop over {layout:?}", operand.source));
        }
        match operand.view.shape == *shape {
            true => Ok(()),
            false => Err(format!("{} in a loop over {shape}", operand.view.shape)),
        }
    }

    fn nest(&self, nest: &Loop) -> Result<(), String> {
        let each = |operand: &Operand| self.in_loop(operand, nest.layout, &nest.shape);
        nest.operands.iter().try_for_each(each)?;
        for (place, statement) in nest.statements.iter().enumerate() {
            links(&statement.value, nest.operands.len(), place)?;
            if let Some(store) = &statement.store {
                self.in_loop(store, nest.layout, &nest.shape)?;
                self.fills(store, nest.layout)?;
            }
        }
        Ok(())
    }

    /// Checks that the result has the layout of the step: a per-example result is filled for every example.
    fn fills(&self, result: &Operand, layout: Layout) -> Result<(), String> {
        match self.kind_of(result) {
            Some(own) if own == layout => Ok(()),
            own => Err(format!(
                "{:?}, {own:?}, is filled by a step over {layout:?}",
                result.source
            )),
        }
    }

    fn fold(&self, fold: &FoldLoop) -> Result<(), String> {
        let each = |operand: &Operand| self.in_loop(operand, fold.layout, &fold.shape);
        fold.operands.iter().try_for_each(each)?;
        links(&fold.value, fold.operands.len(), 0)?;
        self.fills(&fold.result, fold.layout)?;
        let kept = (0..fold.shape.rank()).filter(|axis| !fold.axes.contains(axis));
        let kept: Vec<usize> = kept.map(|axis| fold.shape.0[axis]).collect();
        match fold.result.view.shape.0 == kept {
            true => Ok(()),
            false => Err(format!(
                "a fold into {} of {}",
                fold.result.view.shape, fold.shape
            )),
        }
    }

    /// Checks each side of a product: its axes cover exactly the elements of its operand, for every example
    /// if it is per example.
    fn gemm(&self, gemm: &Gemm, around: &[(usize, usize)]) -> Result<(), String> {
        let loops = |side: usize| {
            gemm.loops
                .iter()
                .map(move |(size, strides)| (*size, strides[side]))
        };
        let ([a_row, a_column], [b_row, b_column]) = (gemm.a_strides, gemm.b_strides);
        let sides = [
            ("left factor", &gemm.a, [(gemm.m, a_row), (gemm.k, a_column)]),
            ("right factor", &gemm.b, [(gemm.k, b_row), (gemm.n, b_column)]),
            ("product", &gemm.c, [(gemm.m, gemm.c_stride), (gemm.n, 1)]),
        ];
        for (side, (name, operand, axes)) in sides.into_iter().enumerate() {
            let mut within: Vec<(usize, usize)> = Vec::new();
            let (mut example, mut others) = (None, false);
            for (size, stride) in loops(side).chain(axes) {
                match size.of {
                    Count::Literal => within.push((size.times, stride)),
                    // Rows of every example, one after the other.
                    Count::Examples => {
                        within.push((size.times, stride));
                        match size.times * stride {
                            0 => others = true,
                            width => example = Some(width),
                        }
                    }
                    Count::Blocks => return Err("a product goes over blocks".to_string()),
                }
            }
            if example != operand.per_example || others && operand.per_example.is_some() {
                let own = operand.per_example;
                return Err(format!(
                    "the {name} moves {example:?} with each example, not {own:?}"
                ));
            }
            let (found, wanted) = (
                Ranges::of_axes(within, operand.view.offset),
                Ranges::of(&operand.view, 0),
            );
            if found != wanted {
                return Err(format!("the {name} goes over {found:?}, not {wanted:?}"));
            }
        }
        if gemm.packed && gemm.right_factor().is_none() {
            return Err("a packed factor is no whole parameter".to_string());
        }
        let _ = around;
        self.ends_alike(gemm)
    }

    /// Checks that the epilogue's operands have the layout of the product: vectors lie along its last axis,
    /// the others match element by element.
    fn ends_alike(&self, gemm: &Gemm) -> Result<(), String> {
        let c = &gemm.c;
        let by_columns = || {
            let last = c.view.shape.0.last().copied().unwrap_or(1);
            let is_last = c.view.strides.last().is_none_or(|&stride| stride == 1) || last == 1;
            match gemm.n == Size::literal(last) && is_last {
                true => Ok(()),
                false => Err(format!(
                    "columns of {} are no last axis of {}",
                    gemm.n, c.view.shape
                )),
            }
        };
        let beside = |operand: &Operand| {
            let of = |operand: &Operand| {
                (
                    operand.per_example,
                    Ranges::of(&operand.view, 0),
                    operand.loop_strides.clone(),
                )
            };
            match of(operand) == of(c) {
                true => Ok(()),
                false => Err(format!("{:?} does not lie as the product does", operand.source)),
            }
        };
        gemm.epilogue.stages.iter().try_for_each(|stage| match stage {
            Stage::Bias(_) | Stage::Mean(_) | Stage::Scale(_) | Stage::Shift(_) => by_columns(),
            Stage::Gate(operand) | Stage::Residual(operand) => beside(operand),
            Stage::Relu => Ok(()),
            Stage::MaxPool(_) => Err("only convolutions are pooled".to_string()),
        })
    }

    fn call(&self, call: &KernelCall) -> Result<(), String> {
        if call.op.kernel.function.takes_channels_last() != call.op.has_channels_last() {
            return Err("a kernel for images that lie otherwise".to_string());
        }
        if call.reads_packed() && call.packed_weight().is_none() {
            return Err("a packed weight is no whole parameter".to_string());
        }
        let every = call
            .types
            .iter()
            .map(|ty| ty.layout)
            .max()
            .unwrap_or(Layout::Shared);
        let result = self.kind_of(&call.result);
        let fits = match call.mode {
            CallMode::Once => every == Layout::Shared && result == Some(Layout::Shared),
            CallMode::Each => result == Some(Layout::Examples),
            CallMode::Batch => every != Layout::Shared,
        };
        if !fits {
            let mode = call.mode;
            return Err(format!("a kernel called {mode:?} on {every:?} for {result:?}"));
        }
        for (arg, ty) in call.args.iter().zip(&call.types) {
            let own = self.kind_of(arg);
            if own != Some(ty.layout) && !(call.mode == CallMode::Each && own == Some(Layout::Shared)) {
                return Err(format!("an argument of {:?} is {own:?}", ty.layout));
            }
            if arg.view.shape != ty.shape || !arg.view.is_contiguous() {
                return Err(format!("an argument of {} is {:?}", ty.shape, arg.view));
            }
        }
        if call.result.view.is_contiguous() {
            return Ok(());
        }
        Err(format!("the result of a kernel is {:?}", call.result.view))
    }

    /// Checks that an operand is its whole source, as a step that works on the whole source needs.
    pub(super) fn is_whole(&self, operand: &Operand) -> Result<(), String> {
        let (own, all) = (Ranges::of(&operand.view, 0), Ranges::all(self.width_of(operand)));
        match own == all && operand.loop_strides.is_empty() {
            true => Ok(()),
            false => Err(format!("{:?} is but a part: {:?}", operand.source, operand.view)),
        }
    }

    /// Checks a sum over the batch, which works on whole values.
    fn sum(&self, x: &Operand, result: &Operand, layout: Layout) -> Result<(), String> {
        let kinds = (self.kind_of(x), self.kind_of(result));
        if kinds != (Some(layout), Some(Layout::Shared)) {
            return Err(format!("a sum of {:?} into {:?}", kinds.0, kinds.1));
        }
        self.is_whole(x)?;
        self.is_whole(result)?;
        match x.view.is_contiguous() && result.view.is_contiguous() {
            true => Ok(()),
            false => Err("what is summed does not lie in rows".to_string()),
        }
    }
}

/// The largest offset of an element of a window; `None` if it has no elements.
fn reach(shape: &Shape, strides: &[usize]) -> Option<usize> {
    let axes = shape.0.iter().zip(strides);
    axes.map(|(&size, stride)| size.checked_sub(1).map(|last| last * stride))
        .sum()
}

/// Checks that an expression refers only to existing operands and to earlier statements.
fn links(value: &Scalar, operands: usize, statement: usize) -> Result<(), String> {
    let mut found = Ok(());
    value.each(&mut |part| match part {
        Scalar::Load(operand) | Scalar::OneHot { operand, .. } if *operand >= operands => {
            found = Err(format!("operand {operand} of {operands}"));
        }
        Scalar::Local(before) if *before >= statement => {
            found = Err(format!("statement {statement} uses statement {before}"));
        }
        _ => {}
    });
    found
}
