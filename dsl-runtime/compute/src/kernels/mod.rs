//! The numerical kernels: plain slices, sizes first, outputs last.
//!
//! A kernel reads and writes contiguous row-major slices, allocates nothing and asserts the lengths of its
//! slices once, on entry: a wrong length is a mistake in the calling program, and panics. Forward and
//! backward kernels stand side by side; gradients are called `d_<value>`. Products on architectures other than
//! x86-64 and 64-bit ARM are computed by the crate `matrixmultiply`, which does allocate.
//!
//! * BLAS: [`dot`], [`axpy`], [`scal`], [`asum`], [`nrm2`], [`gemv`], [`ger`], [`gemm`], and [`gemm_bf16`]
//!   with factors rounded to bf16; [`pack_factor`] for a right factor of many products;
//! * convolution: [`conv2d`] with its two gradients, over the geometry in [`Conv2d`], and [`conv2d_bf16`] with
//!   factors rounded to bf16, as of every function of a convolution;
//! * pooling: [`max_pool2d`], [`mean_pool2d`] with their gradients, over [`Pool2d`];
//! * values in blocks of 16 examples side by side: [`to_blocks`] and [`from_blocks`], [`conv2d_blocks`],
//!   [`max_pool2d_blocks`], [`mean_pool2d_blocks`] with their gradients, and [`conv2d_blocks_max_pool`],
//!   which fuses the first two;
//! * images whose channels lie last: [`conv2d_channels_last`] by a weight that [`pack_weight`] has packed in a
//!   [`WeightForm`], [`max_pool2d_channels_last`], [`mean_pool2d_channels_last`];
//! * rows: [`softmax`], [`log_softmax`], [`gather`], [`scatter_add`]; along any axis [`cumsum`];
//! * random numbers: [`uniform_noise`], [`normal_noise`], keyed by [`Draws`];
//! * sums: [`sum_blocks`], [`sum_examples`], [`sum_of_blocks`], [`sum`] and [`max`] of a slice, and
//!   [`Pairwise`], the tree that forms long sums.
//!
//! Every function is generic over the element type, but its body is compiled in this crate for `f32`, and
//! with the feature `f64` for that too, for each instruction set: so a debug build of a program that uses it
//! is fast. The bits of a result depend on the instruction set (see
//! [`instruction_set`](crate::parallel::instruction_set)) but never on the division of the work among
//! threads.

#[macro_use]
mod precompiled;
mod bf16;
mod blocks;
mod by_matrixmultiply;
mod conv;
mod cumsum;
mod epilogue;
mod gather;
mod gemm;
mod gemm_cut;
mod lanes;
mod level1;
mod level2;
mod matrix;
mod noise;
mod normalise;
mod pack;
mod packed_factor;
mod packed_tile;
mod pairwise;
mod panels;
mod pool;
mod prefetch;
mod product_element;
mod reduce;
mod register;
mod row;
mod softmax;
mod tile;

pub use blocks::{clear_missing, from_blocks, to_blocks};
pub use conv::{
    Conv2d, PackedWeight, WeightForm, conv2d, conv2d_bf16, conv2d_blocks, conv2d_blocks_bf16,
    conv2d_blocks_input_gradient, conv2d_blocks_input_gradient_bf16, conv2d_blocks_max_pool,
    conv2d_blocks_max_pool_bf16, conv2d_blocks_weight_gradient, conv2d_blocks_weight_gradient_bf16,
    conv2d_channels_last, conv2d_input_gradient, conv2d_input_gradient_bf16, conv2d_weight_gradient,
    conv2d_weight_gradient_bf16, pack_weight, packed_weight_len,
};
pub use cumsum::cumsum;
pub use epilogue::Epilogue;
pub use gather::{gather, scatter_add};
pub use gemm::{gemm, gemm_bf16};
pub use level1::{asum, axpy, dot, nrm2, scal};
pub use level2::{gemv, ger};
pub use matrix::{Matrix, MatrixMut};
pub use noise::{Draws, normal_noise, uniform_noise};
pub use normalise::Normalise;
pub use packed_factor::{PackedFactor, pack_factor, packed_len};
pub use pairwise::Pairwise;
pub use pool::{
    Pool2d, max_pool2d, max_pool2d_at, max_pool2d_blocks, max_pool2d_blocks_gradient,
    max_pool2d_blocks_spread, max_pool2d_blocks_winners, max_pool2d_channels_last, max_pool2d_gradient,
    mean_pool2d, mean_pool2d_blocks, mean_pool2d_blocks_gradient, mean_pool2d_channels_last,
    mean_pool2d_gradient,
};
pub use precompiled::Precompiled;
pub use product_element::ProductElement;
pub use reduce::{max, sum, sum_blocks, sum_examples, sum_of_blocks};
pub(crate) use register::RegisterElement;
pub use softmax::{log_softmax, softmax};

#[cfg(test)]
mod oversized;
#[cfg(test)]
pub(crate) mod testing;
