//! The preconditions of the runtime's kernels, as functions of the lengths of their slices for a given batch:
//! a plan that meets them cannot make an assertion of a kernel fail.

use std::ops::Range;

use super::*;
use crate::lowered::{BLOCK, Border, Computes, KernelOp, Shape};
use crate::ops::Yields;
use crate::ops::epilogue::Stage;

/// The number of elements from the start of a matrix to its last element, inclusive.
pub fn reach(rows: usize, columns: usize, strides: [usize; 2]) -> usize {
    match rows == 0 || columns == 0 {
        true => 0,
        false => (rows - 1) * strides[0] + (columns - 1) * strides[1] + 1,
    }
}

/// Checks a product of `[m, k]` and `[k, n]` whose factors and result have slices of these lengths.
pub fn product(gemm: &Gemm, [m, n, k]: [usize; 3], [a, b, c]: [usize; 3]) -> Result<(), String> {
    let needed = [
        ("the left factor", reach(m, k, gemm.a_strides), a),
        ("the right factor", reach(k, n, gemm.b_strides), b),
        ("the product", reach(m, n, [gemm.c_stride, 1]), c),
    ];
    for (name, needed, len) in needed {
        if needed > len {
            return Err(format!("{name} takes {needed} elements, not {len}"));
        }
    }
    match m <= 1 || gemm.c_stride >= n {
        true => Ok(()),
        false => Err(format!("rows of {n} elements {} apart overlap", gemm.c_stride)),
    }
}

/// Checks the epilogue of a product with so many columns or channels; `reach` is the number of elements from
/// its first to its last. `exact` requires a gate to end where the product does; `len` gives the length of
/// the slice of an operand.
pub fn end(
    then: &Epilogue,
    columns: usize,
    reach: usize,
    exact: bool,
    len: &dyn Fn(&Operand) -> Result<usize, String>,
) -> Result<(), String> {
    let vector = |operand: &Operand| match len(operand)? {
        found if found == columns => Ok(()),
        found => Err(format!("a vector of {found} beside {columns} columns")),
    };
    let beside = |operand: &Operand, exact: bool| match len(operand)? {
        found if found == reach || !exact && found > reach => Ok(()),
        found => Err(format!("{found} elements beside a product of {reach}")),
    };
    then.stages.iter().try_for_each(|stage| match stage {
        Stage::Bias(operand) | Stage::Mean(operand) | Stage::Scale(operand) | Stage::Shift(operand) => {
            vector(operand)
        }
        Stage::Gate(gate) => beside(gate, exact),
        Stage::Residual(residual) => beside(residual, false),
        Stage::Relu | Stage::MaxPool(_) => Ok(()),
    })
}

/// A call of a kernel, with the part of the result that it computes at once.
pub struct Called<'c> {
    pub call: &'c KernelCall,
    /// The shape computed for one example, or for a block of them, before pooling.
    pub shape: Shape,
    /// The number of examples or blocks in the call.
    pub units: usize,
    /// The range of rows of the result, for a kernel that yields rows.
    pub rows: Range<usize>,
}

impl<'c> Called<'c> {
    pub fn new(call: &'c KernelCall, units: usize, rows: Range<usize>) -> Result<Called<'c>, String> {
        let types = call.op.infer(&call.types);
        let types = types.map_err(|mismatch| mismatch.text)?;
        Ok(Called {
            call,
            shape: types[0].shape.clone(),
            units,
            rows,
        })
    }

    /// The number of channels; 1 for a scalar.
    pub fn channels(&self) -> usize {
        let sizes = &self.shape.0;
        let channels = match self.call.op.has_channels_last() {
            true => sizes.last(),
            false => sizes.first(),
        };
        channels.copied().unwrap_or(1)
    }

    /// The channel of an element of what is computed for one example or block.
    pub fn channel(&self, place: usize) -> usize {
        let channels = self.channels().max(1);
        match self.call.op.has_channels_last() {
            true => place % channels,
            false => place / (self.shape.count() / channels).max(1),
        }
    }

    /// The number of elements of a row of the result.
    pub fn row_width(&self) -> usize {
        self.shape.0.iter().skip(1).product()
    }

    /// The number of elements of one of its arguments.
    pub fn argument(&self, place: usize) -> usize {
        let units = match self.call.op.kernel.shared.contains(&place) {
            true => 1,
            false => self.units,
        };
        units * self.call.types[place].shape.count()
    }

    /// The number of elements stored for one example or block.
    pub fn stored(&self) -> Result<usize, String> {
        match (self.call.epilogue.winners(), &self.shape.0[..]) {
            (Some(_), &[channels, height, width, BLOCK]) => Ok(channels * (height / 2) * (width / 2) * BLOCK),
            (Some(_), _) => Err(format!("{} is no block of images", self.shape)),
            (None, _) => Ok(self.shape.count()),
        }
    }

    /// The number of elements of the result.
    pub fn result(&self) -> Result<usize, String> {
        let stored = self.stored()?;
        Ok(match self.call.op.kernel.yields {
            Yields::Examples => self.units * stored,
            Yields::Blocks => self.units.div_ceil(BLOCK) * stored,
            Yields::Rows => self.rows.len() * self.row_width(),
        })
    }

    /// Checks that the kernel takes slices of these lengths for its arguments and its result; `len` as in
    /// [`end`].
    pub fn check(
        &self,
        args: &[usize],
        result: usize,
        len: &dyn Fn(&Operand) -> Result<usize, String>,
    ) -> Result<(), String> {
        for (place, &found) in args.iter().enumerate() {
            if found != self.argument(place) {
                let wanted = self.argument(place);
                return Err(format!("argument {place} has {found} elements, not {wanted}"));
            }
        }
        let wanted = self.result()?;
        if result != wanted {
            return Err(format!("a result of {wanted} elements is stored in {result}"));
        }
        if let Some(winners) = self.call.epilogue.winners() {
            let winners = len(winners)?;
            if winners != wanted {
                return Err(format!("{winners} winners of {wanted} windows"));
            }
        }
        let all = self.units * self.shape.count();
        end(&self.call.epilogue, self.channels(), all, true, len)
    }
}

/// The border that a kernel crosses, if it converts between examples and blocks or changes a last block, and so
/// is told the number of examples.
pub fn border_of(op: &KernelOp) -> Option<Border> {
    match op.computes {
        Computes::Border(border) => Some(border),
        Computes::Operator(_) | Computes::InBlocks { .. } | Computes::ChannelsLast(_) => None,
    }
}

/// The number of elements of one example, for such a kernel.
pub fn border_width(call: &KernelCall, border: Border) -> usize {
    let elements = call.types[0].shape.count();
    match border {
        Border::ToBlocks => elements,
        Border::FromBlocks | Border::BlockSum | Border::ClearMissing => elements / BLOCK,
    }
}

/// Checks the elements that such a kernel reads and writes for so many examples.
pub fn border(call: &KernelCall, border: Border, examples: usize, found: [usize; 2]) -> Result<(), String> {
    let (width, blocks) = (border_width(call, border), examples.div_ceil(BLOCK));
    let wanted = match border {
        Border::ToBlocks => [examples * width, blocks * width * BLOCK],
        Border::FromBlocks => [blocks * width * BLOCK, examples * width],
        Border::BlockSum => [blocks * width * BLOCK, blocks * width],
        Border::ClearMissing => [blocks * width * BLOCK; 2],
    };
    match found == wanted {
        true => Ok(()),
        false => Err(format!("{found:?} elements where {wanted:?} are asked for")),
    }
}

/// Checks the sums of some columns of so many rows.
pub fn sum_rows(
    rows: usize,
    width: usize,
    columns: &Range<usize>,
    [from, into]: [usize; 2],
) -> Result<(), String> {
    if from != rows * width {
        return Err(format!("{from} elements are summed, not {rows} rows of {width}"));
    }
    match columns.end <= width && into == columns.len() {
        true => Ok(()),
        false => Err(format!("columns {columns:?} of {width} into {into} elements")),
    }
}

/// Checks random numbers for so many examples.
pub fn draw(examples: usize, width: usize, into: usize) -> Result<(), String> {
    match into == examples * width {
        true => Ok(()),
        false => Err(format!(
            "{examples}×{width} numbers are drawn into {into} elements"
        )),
    }
}
