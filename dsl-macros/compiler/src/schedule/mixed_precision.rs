//! Which products are formed of factors rounded to bf16, in a network that says so.
//!
//! The graph says what is computed in real numbers, whatever numbers the machine computes with; so this is a choice of
//! the schedule, as the order of a sum is.

use super::plan::{Gemm, Plan, Size, Step, StepKind};

/// The same plan, its matrix products formed of rounded factors.
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

/// Whether any product of a plan is formed of rounded factors.
pub fn rounds_products(plan: &Plan) -> bool {
    fn rounds(step: &Step) -> bool {
        match &step.kind {
            StepKind::Gemm(gemm) => gemm.rounded,
            StepKind::For(for_loop) => for_loop.steps.iter().any(rounds),
            _ => false,
        }
    }
    plan.phases.iter().any(|phase| phase.steps.iter().any(rounds))
}

/// Not of two vectors: the one product is a sum, such as a squared distance, the other sums nothing; rounding would make
/// neither faster.
fn is_of_matrices(gemm: &Gemm) -> bool {
    let one = Size::literal(1);
    (gemm.m != one || gemm.n != one) && gemm.k != one
}

#[cfg(test)]
mod tests;
