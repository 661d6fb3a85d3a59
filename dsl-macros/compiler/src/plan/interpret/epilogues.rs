//! The epilogues of products.

use super::super::*;
use super::Machine;
use super::memory::Slice;
use crate::math;

/// An [`Epilogue`] with the slices that it reads.
pub enum End {
    Store,
    Bias {
        bias: Slice,
        relu: bool,
    },
    ReluGate(Slice),
    Normalise {
        numbers: [Slice; 3],
        residual: Option<Slice>,
        relu: bool,
    },
}

impl Machine<'_> {
    /// The epilogue of a product; `slice` gives the slice of each operand.
    pub(super) fn end(
        &self,
        then: &Epilogue,
        slice: &dyn Fn(&Operand) -> Result<Slice, String>,
    ) -> Result<End, String> {
        Ok(match then {
            Epilogue::Store => End::Store,
            Epilogue::Bias(bias) => End::Bias {
                bias: slice(bias)?,
                relu: false,
            },
            Epilogue::BiasRelu(bias) | Epilogue::BiasReluPool { bias, .. } => End::Bias {
                bias: slice(bias)?,
                relu: true,
            },
            Epilogue::ReluGate(gate) => End::ReluGate(slice(gate)?),
            Epilogue::Normalise(normalise) => End::Normalise {
                numbers: [
                    slice(&normalise.mean)?,
                    slice(&normalise.scale)?,
                    slice(&normalise.shift)?,
                ],
                residual: normalise.residual.as_ref().map(slice).transpose()?,
                relu: normalise.relu,
            },
        })
    }

    /// Applies the epilogue to an element of a product in the given column, at the given offset from the
    /// first element of the result.
    pub(super) fn ended(&self, end: &End, product: f64, column: usize, place: usize) -> Result<f64, String> {
        let rectified = |x: f64, relu: bool| if relu { math::relu(x) } else { x };
        Ok(match end {
            End::Store => product,
            End::Bias { bias, relu } => rectified(product + self.memory.at(*bias, column)?, *relu),
            End::ReluGate(gate) => match self.memory.at(*gate, place)? > 0.0 {
                true => product,
                false => 0.0,
            },
            End::Normalise {
                numbers: [mean, scale, shift],
                residual,
                relu,
            } => {
                let of = |slice: &Slice| self.memory.at(*slice, column);
                let normalised = (product - of(mean)?) * of(scale)? + of(shift)?;
                let residual = match residual {
                    Some(residual) => self.memory.at(*residual, place)?,
                    None => 0.0,
                };
                rectified(normalised + residual, *relu)
            }
        })
    }
}
