//! Mixed precision: decides which products round their factors to bf16, in a network that asks for it.
//!
//! In: a finished plan. Out: the same plan, with every matrix product marked as rounded; sums stay in single
//! precision.
//!
//! ```text
//! y ← x·W      →      y ← bf16(x)·bf16(W), summed in f32
//! ```
//!
//! The graph says what is computed in real numbers, whatever numbers the machine computes with; so precision
//! is a choice of the schedule, as the order of a sum is. Cost: linear in the steps. Training with products
//! of bf16 is that of Kalamkar et al. (*A Study of BFLOAT16 for Deep Learning Training*, 2019).

use crate::plan::{Gemm, Plan, Size, Step, StepKind};

/// The same plan with its matrix products computed from rounded factors.
pub fn round_products(mut plan: Plan) -> Plan {
    for phase in &mut plan.phases {
        phase.steps.iter_mut().for_each(round);
    }
    plan
}

fn round(step: &mut Step) {
    match &mut step.kind {
        StepKind::Gemm(gemm) => gemm.rounded = is_of_matrices(gemm),
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

#[cfg(test)]
mod tests;
