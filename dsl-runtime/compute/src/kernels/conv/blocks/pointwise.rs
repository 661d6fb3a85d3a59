//! Convolutions of blocks whose kernel is one pixel that moves by single pixels, and their gradients: products, for each
//! group of a block, of weight and channels, a row each of all pixels of all examples.
//!
//! The panels of a product are packed from pixels side by side, where tiles of a few pixels would read as many places
//! as there are channels, each in a page of its own. The sums are the same chains of operations as those of
//! [tiles](super::gather_tile): from a bias on, channel by channel.

use core::ops::Range;

use super::super::Conv2d;
use super::super::finish::finish_planes;
use super::full;
use super::sides::Sides;
use crate::Real;
use crate::kernels::gemm::MANY;
use crate::kernels::panels::{Factors, multiply_by_panels};
use crate::kernels::{Epilogue, Matrix, MatrixMut};
use crate::parallel::BLOCK;

/// The number of columns that go through bias, product and rectifier together, so that they stay in a near cache.
const TOGETHER: usize = 512;

/// The number of blocks, from the first on, that the product computes: of few channels none, and not the last where
/// vectors hold no examples, which tiles leave out.
pub(super) fn blocks_multiplied<T: Real>(examples: usize, geometry: &Conv2d, sides: &Sides) -> usize {
    match geometry.is_pointwise() && sides.targets >= MANY && sides.sources > 0 {
        true => full::<T>(examples),
        false => 0,
    }
}

/// The weight of some channels of a group with the channels summed over side by side.
pub(super) fn by_rows<'a, T: Real>(sides: &Sides, weight: &'a [T], memory: &'a mut [T]) -> &'a [T] {
    let len = sides.targets * sides.sources;
    if sides.source_step == 1 {
        return &weight[..len];
    }
    let rows = &mut memory[..len];
    for (target, row) in rows.chunks_exact_mut(sides.sources).enumerate() {
        let column = weight[target * sides.target_step..].iter();
        row.iter_mut()
            .zip(column.step_by(sides.source_step))
            .for_each(|(into, from)| *into = *from);
    }
    rows
}

/// Computes the channels of a group of one block from its source, with the weight [by rows](by_rows).
pub(super) fn multiply<T: Real>(
    sides: &Sides,
    from: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    to: &mut [T],
) {
    let (rows, terms) = (sides.targets, sides.sources);
    let plane = sides.target_size[0] * sides.target_size[1] * BLOCK;
    let to = &mut to[..rows * plane];
    let product = match then {
        Epilogue::Accumulate | Epilogue::Bias(_) | Epilogue::BiasRelu(_) => Epilogue::Accumulate,
        Epilogue::Store | Epilogue::Normalise(_) | Epilogue::ReluGate(_) => Epilogue::Store,
    };
    for first in (0..plane).step_by(TOGETHER) {
        let columns = first..plane.min(first + TOGETHER);
        if let Epilogue::Bias(bias) | Epilogue::BiasRelu(bias) = then {
            start(bias, plane, columns.clone(), to);
        }
        let factors = Factors {
            sizes: [rows, columns.len(), terms],
            a: Matrix::new(weight, [terms, 1]),
            b: Matrix::new(&from[first..], [plane, 1]),
        };
        multiply_by_panels::<T, false>(&factors, product, MatrixMut::new(&mut to[first..], plane));
        match then {
            Epilogue::BiasRelu(_) => rectify(plane, columns, to),
            Epilogue::ReluGate(_) => finish_planes(rows, plane, 0, columns, then, to),
            Epilogue::Store | Epilogue::Accumulate | Epilogue::Bias(_) | Epilogue::Normalise(_) => {}
        }
    }
}

vectorised! {
    /// Sets some columns of each row to its bias.
    fn start<'a, T, FMA, BYTES>(bias: &'a [T], plane: usize, columns: Range<usize>, to: &'a mut [T]) {
        for (to, bias) in to.chunks_exact_mut(plane).zip(bias) {
            to[columns.clone()].fill(*bias);
        }
    }
}

vectorised! {
    /// Takes `max(·, 0)` of some columns of each row; NaN stays NaN.
    fn rectify<'a, T, FMA, BYTES>(plane: usize, columns: Range<usize>, to: &'a mut [T]) {
        let zero = T::ZERO;
        for to in to.chunks_exact_mut(plane) {
            to[columns.clone()]
                .iter_mut()
                .for_each(|to| *to = if *to <= zero { zero } else { *to });
        }
    }
}

/// True if the gradient by the weight of whole blocks is a product: of enough channels of the image. Of the outputs' any number will
/// do, so that workers that share them form the same sums.
pub(super) fn multiplies_gradient(geometry: &Conv2d) -> bool {
    geometry.is_pointwise() && geometry.input[0] / geometry.groups >= MANY
}

/// Computes the gradient by the weight of whole blocks: the product of the outputs' gradient and the transposed image, each a row
/// of all pixels of all examples for each channel.
pub(super) fn weight_gradient<T: Real>(geometry: &Conv2d, image: &[T], d_out: &[T], partials: &mut [T]) {
    let [columns, rows] = [geometry.input[0], geometry.output[0]].map(|channels| channels / geometry.groups);
    let terms = geometry.pixels() * BLOCK;
    // The groups of all blocks, one after the other.
    let groups = image
        .chunks_exact(columns * terms)
        .zip(d_out.chunks_exact(rows * terms));
    for ((image, d_out), partial) in groups.zip(partials.chunks_exact_mut(rows * columns)) {
        let factors = Factors {
            sizes: [rows, columns, terms],
            a: Matrix::new(d_out, [terms, 1]),
            b: Matrix::new(image, [1, terms]),
        };
        multiply_by_panels::<T, false>(&factors, Epilogue::Store, MatrixMut::new(partial, columns));
    }
}
