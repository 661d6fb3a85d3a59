//! Epilogues: what is done to a product before it is stored.

use core::ops::Range;

use super::matrix::MatrixMut;
use super::normalise::Normalise;
use crate::Real;

/// The epilogue of a product: the operations applied to it before it is stored.
#[derive(Clone, Copy, Debug)]
pub enum Epilogue<'a, T> {
    /// Stores the product; the old contents are not read.
    Store,
    /// Adds the product to the old contents.
    Accumulate,
    /// Adds a bias: one element per column for [`gemm`](super::gemm()), one per output channel for a convolution.
    Bias(&'a [T]),
    /// Adds a bias as [`Epilogue::Bias`], then takes `max(·, 0)`; NaN stays NaN.
    BiasRelu(&'a [T]),
    /// Normalises by the known statistics of each column, or of each output channel of a convolution.
    Normalise(&'a Normalise<'a, T>),
    /// Applies the derivative of ReLU: keeps the product where the gate, laid out like the result, is
    /// positive, and replaces it by 0 elsewhere. A NaN in the gate (which is then a NaN in the output of the
    /// ReLU) gives 0, as the comparison `gate > 0` says.
    ReluGate(&'a [T]),
}

/// Applies an epilogue to some rows and columns of the product in `c`. Elements between the rows are left alone.
pub(super) fn finish<T: Real>(
    rows: Range<usize>,
    columns: Range<usize>,
    then: Epilogue<'_, T>,
    c: &mut MatrixMut<'_, T>,
) {
    match then {
        Epilogue::Store | Epilogue::Accumulate => {}
        _ => finish_rows(rows, columns, then, c.data, c.stride),
    }
}

vectorised! {
    fn finish_rows<'a, T, FMA, BYTES>(
        rows: Range<usize>,
        columns: Range<usize>,
        then: Epilogue<'a, T>,
        c: &'a mut [T],
        stride: usize,
    ) {
        // Where the columns of each row are.
        let places = rows.map(|row| row * stride + columns.start..row * stride + columns.end);
        match then {
            Epilogue::Store | Epilogue::Accumulate => {}
            Epilogue::Bias(bias) => places.for_each(|place| {
                let terms = c[place].iter_mut().zip(&bias[columns.clone()]);
                terms.for_each(|(c, bias)| *c += *bias);
            }),
            Epilogue::BiasRelu(bias) => places.for_each(|place| {
                let terms = c[place].iter_mut().zip(&bias[columns.clone()]);
                terms.for_each(|(c, bias)| *c = T::max(*c + *bias, T::ZERO));
            }),
            Epilogue::Normalise(normalise) => {
                let part = normalise.part(columns.clone(), 0);
                places.for_each(|place| part.row(place.start, &mut c[place]));
            }
            Epilogue::ReluGate(gate) => places.for_each(|place| {
                let terms = c[place.clone()].iter_mut().zip(&gate[place]);
                terms.for_each(|(c, gate)| *c = if *gate > T::ZERO { *c } else { T::ZERO });
            }),
        }
    }
}
