//! The implementation of [`gemm_bf16`](super::gemm_bf16): products of factors rounded to bf16, summed in
//! `f32`.
//!
//! Where nothing multiplies such numbers faster, the factors are rounded as they are packed and multiplied as
//! `f32` (see [`super::panels`]). Elsewhere the machine multiplies *pairs* of neighbouring terms. Rounded factors
//! are not kept for another product: a product and the two products of its gradient sum over different axes,
//! so no two of them could read the same pairs.
//!
//! Buffers are static, some for each thread: no call allocates. Without the standard library they are on the
//! stack, and smaller.
//!
//! Sums go on from panel to panel in the order of the terms, so the bits of an element depend on nothing but
//! its row of `A` and its column of `B`.

#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod few_rows;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod pairs;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod pairs_tile;
mod round;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod tile_products;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
pub(super) mod tile_sums;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
pub(super) mod tile_unit;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
pub(super) mod vectors;

pub(super) use round::round;

use super::panels::Factors;

/// Computes a product of rounded factors by instructions for bf16, or adds it to `c`. Returns `false`, having
/// done nothing, if this machine has none that are faster than those for `f32`.
pub(super) fn multiply(factors: &Factors<'_, f32>, accumulate: bool, c: &mut [f32], c_row: usize) -> bool {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    if tile_products::multiply(factors, accumulate, c, c_row)
        || pairs::multiply(factors, accumulate, c, c_row)
    {
        return true;
    }
    let _ = (factors, accumulate, c, c_row);
    false
}

#[cfg(test)]
mod tests;
