//! Weight packing: a parameter that products read as their right factor is copied into the panels of its products once for all
//! calls between two changes of the parameters, rather than by every product of every call (as of a constant weight in oneDNN's
//! reorders, or in the pre-packing of ONNX Runtime).
//!
//! In: the plans of all entry points. Out: the right factors that are to be packed, and the plans with the products by them marked:
//! those of results, and equal ones of gradients, whose code they may share; in training nothing is packed, as each step changes
//! the parameters.
//!
//! ```text
//! gemm [B, 64]·[64, 32]      →      gemm packed [B, 64]·[64, 32]
//! ```
//!
//! Invariant: a marked product reads a whole parameter, the same one in every turn of any loop. Cost: linear in the steps.

use crate::plan::{Gemm, Plan, RightFactors, Step, StepKind};

/// The number of elements from which it pays to look a factor up.
pub const LEAST: usize = 256;

/// The right factors of plans that yield results: whole parameters, whose numbers of elements are given.
pub fn right_factors<'p>(plans: impl Iterator<Item = &'p Plan>, parameters: &[usize]) -> RightFactors {
    let mut factors = RightFactors::new();
    let steps = plans.flat_map(|plan| plan.phases.iter().flat_map(|phase| &phase.steps));
    for kind in steps.flat_map(|step| step.kind.innermost()) {
        let StepKind::Gemm(gemm) = kind else { continue };
        let Some((parameter, factor)) = gemm.right_factor() else {
            continue;
        };
        let len = factor.terms * factor.columns;
        if len >= LEAST && len == parameters[parameter] {
            // The first way in which it is read.
            factors.entry(parameter).or_insert(factor);
        }
    }
    factors
}

/// Marks the products by these factors.
pub fn mark(plan: &mut Plan, factors: &RightFactors) {
    for phase in &mut plan.phases {
        phase.steps.iter_mut().for_each(|step| mark_step(step, factors));
    }
}

fn mark_step(step: &mut Step, factors: &RightFactors) {
    match &mut step.kind {
        StepKind::Gemm(gemm) => gemm.packed = is_by(gemm, factors),
        StepKind::For(for_loop) => for_loop
            .steps
            .iter_mut()
            .for_each(|step| mark_step(step, factors)),
        _ => {}
    }
}

/// True if the right factor of a product is one of these.
fn is_by(gemm: &Gemm, factors: &RightFactors) -> bool {
    let factor = gemm.right_factor();
    factor.is_some_and(|(parameter, factor)| factors.get(&parameter) == Some(&factor))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use crate::compile::compile;
    use crate::diagnostics::Diagnostics;
    use crate::elaborate::elaborate;
    use crate::plan::{Plan, StepKind};
    use crate::syntax;

    /// The products of each plan of a network, and which of them are packed.
    fn products(tokens: proc_macro2::TokenStream) -> String {
        let mut diagnostics = Diagnostics::new();
        let network = syntax::parse(tokens, &mut diagnostics).unwrap();
        let model = elaborate(&network, &mut diagnostics).unwrap();
        let compiled = compile(&network, model);
        let plans = compiled.entries.iter().flat_map(|entry| entry.plans());
        let texts = plans.map(|plan: &Plan| {
            let steps = plan.phases.iter().flat_map(|phase| &phase.steps);
            let kinds = steps.flat_map(|step| step.kind.innermost());
            let products = kinds.filter_map(|kind| match kind {
                StepKind::Gemm(gemm) => Some(format!(
                    "{}[{}, {}]·[{}, {}]",
                    if gemm.packed { "packed " } else { "" },
                    gemm.m,
                    gemm.k,
                    gemm.k,
                    gemm.n
                )),
                _ => None,
            });
            products.collect::<Vec<String>>().join(", ")
        });
        texts.collect::<Vec<String>>().join("\n")
    }

    #[test]
    fn the_weights_of_results_are_packed_and_of_the_same_products_in_gradients() {
        insta::assert_snapshot!(products(quote! {
            struct Mlp;
            pub fn logits(&self, x: Tensor<20>) -> Tensor<4> { x.dense(24).tanh().dense(4) }
            pub fn loss(&self, x: Tensor<20>, t: Tensor<4>) -> Scalar {
                (self.logits(x) - t).square().sum()
            }
        }), @r"
        packed [B, 20]·[20, 24], [B, 24]·[24, 4]
        packed [B, 20]·[20, 24], [B, 24]·[24, 4]
        packed [B, 20]·[20, 24], [B, 24]·[24, 4], [B, 4]·[4, 24], [24, B]·[B, 4], [20, B]·[B, 24]
        ");
    }

    #[test]
    fn parts_of_parameters_and_values_are_not_packed() {
        insta::assert_snapshot!(products(quote! {
            struct Parts;
            pub fn scores(&self, x: Tensor<6, 16>, y: Tensor<16, 16>) -> Tensor<6, 16> {
                let weight = param([32, 16], he_normal());
                x.matmul(weight.slice(0, 0, 16)).matmul(y)
            }
        }), @"[B·6, 16]·[16, 16], [6, 16]·[16, 16]");
    }

    #[test]
    fn a_table_that_is_read_both_ways_is_packed_as_results_read_it() {
        insta::assert_snapshot!(products(quote! {
            struct Tied;
            pub fn logits(&self, x: Tensor<6, 32>) -> Tensor<6, 32> {
                let weight = param([32, 32], he_normal());
                x.matmul(weight.t()).relu().matmul(weight)
            }
        }), @"packed [B·6, 32]·[32, 32], [B·6, 32]·[32, 32]");
    }

    #[test]
    fn rounded_products_and_small_factors_are_not_packed() {
        insta::assert_snapshot!(products(quote! {
            #[products(bf16)]
            struct Rounded;
            pub fn logits(&self, x: Tensor<6, 32>) -> Tensor<6, 32> { x.dense(32) }
        }), @"[B·6, 32]·[32, 32]");
        insta::assert_snapshot!(products(quote! {
            struct Small;
            pub fn logits(&self, x: Tensor<6, 15>) -> Tensor<6, 17> { x.dense(17) }
        }), @"[B·6, 15]·[15, 17]");
    }
}
