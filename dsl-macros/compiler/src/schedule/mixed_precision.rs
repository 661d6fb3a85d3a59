//! Mixed precision: decides which products round their factors to bf16, in a network that asks for it.
//!
//! In: a finished plan. Out: the same plan, with every matrix product and every convolution marked as rounded; sums stay
//! in single precision.
//!
//! ```text
//! y ← x·W      →      y ← bf16(x)·bf16(W), summed in f32
//! y ← W * x    →      y ← bf16(W) * bf16(x), summed in f32
//! ```
//!
//! Left out is what sums so little that rounding makes it no faster: dot and outer products of two vectors, and
//! convolutions of each channel by itself.
//!
//! The graph says what is computed in real numbers, whatever numbers the machine computes with; so precision
//! is a choice of the schedule, as the order of a sum is. Cost: linear in the steps. Training with products
//! of bf16 is that of Kalamkar et al. (*A Study of BFLOAT16 for Deep Learning Training*, 2019).

use crate::ops::Sizes;
use crate::plan::{Gemm, KernelCall, Plan, Size, Step, StepKind};

/// The same plan with its matrix products and convolutions computed from rounded factors.
pub fn round_products(mut plan: Plan) -> Plan {
    for phase in &mut plan.phases {
        phase.steps.iter_mut().for_each(round);
    }
    plan
}

fn round(step: &mut Step) {
    match &mut step.kind {
        StepKind::Gemm(gemm) => gemm.rounded = is_of_matrices(gemm),
        StepKind::Kernel(call) => call.rounded = sums_over_channels(call),
        StepKind::For(for_loop) => for_loop.steps.iter_mut().for_each(round),
        _ => {}
    }
}

/// True for products other than dot and outer products of two vectors. A dot product is a sum, such as a
/// squared distance, and an outer product sums nothing; rounding would make neither faster.
fn is_of_matrices(gemm: &Gemm) -> bool {
    let one = Size::literal(1);
    (gemm.m != one || gemm.n != one) && gemm.k != one
}

/// True for convolutions, and their gradients, but those of one channel in each of several groups: such a depthwise
/// convolution sums a few products for each output, and waits for memory more than it multiplies.
fn sums_over_channels(call: &KernelCall) -> bool {
    match &call.op.kernel.sizes {
        Sizes::Conv2d(_) if call.op.kernel.function.in_bf16().is_none() => false,
        Sizes::Conv2d(geometry) => geometry.groups == 1 || geometry.input[0] > geometry.groups,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
