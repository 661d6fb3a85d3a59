//! The epilogues of products.

use super::super::*;
use super::Machine;
use super::memory::Slice;
use crate::math;
use crate::ops::epilogue::Stage;

/// An [`Epilogue`] with the slices that it reads.
pub type End = epilogue::Epilogue<Slice>;

impl Machine<'_> {
    /// The epilogue of a product, but for a pooling; `slice` gives the slice of each operand.
    pub(super) fn end(
        &self,
        then: &Epilogue,
        slice: &dyn Fn(&Operand) -> Result<Slice, String>,
    ) -> Result<End, String> {
        let mut stages = Vec::new();
        for stage in &then.stages {
            if stage.written().is_some() {
                continue;
            }
            let read = stage.read().map(slice).transpose()?;
            stages.push(stage.clone().map(|_| read.expect("the stage has an operand")));
        }
        Ok(End { stages })
    }

    /// Applies the epilogue to an element of a product in the given column, at the given offset from the
    /// first element of the result.
    pub(super) fn ended(&self, end: &End, product: f64, column: usize, place: usize) -> Result<f64, String> {
        let mut value = product;
        for stage in &end.stages {
            let along = |vector: &Slice| self.memory.at(*vector, column);
            let beside = |slice: &Slice| self.memory.at(*slice, place);
            value = match stage {
                Stage::Bias(vector) | Stage::Shift(vector) => value + along(vector)?,
                Stage::Mean(vector) => value - along(vector)?,
                Stage::Scale(vector) => value * along(vector)?,
                Stage::Residual(residual) => value + beside(residual)?,
                Stage::Relu => math::relu(value),
                Stage::Gate(gate) => match beside(gate)? > 0.0 {
                    true => value,
                    false => 0.0,
                },
                Stage::MaxPool(_) => unreachable!("windows are pooled when all their elements are there"),
            };
        }
        Ok(value)
    }
}
