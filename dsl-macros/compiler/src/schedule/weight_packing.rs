//! Weight packing: which parameters lie packed for all calls between two changes of the parameters, rather than being packed by every
//! product of every call (as of a constant weight in oneDNN's reorders, or in the pre-packing of ONNX Runtime).
//!
//! In: the plans of all entry points. Out: the parameters that are to be packed, and the plans with the products that read them marked.
//! Those are products of results, and equal ones of gradients, whose code they may share. Convolutions of images whose
//! [channels lie last](super::channels_last) read their weight in no other way. In training nothing is packed, as each step changes the
//! parameters.
//!
//! ```text
//! gemm [B, 64]·[64, 32]      →      gemm packed [B, 64]·[64, 32]
//! ```
//!
//! Invariant: a marked step reads a whole parameter, the same one in every turn of any loop. Cost: linear in the steps.

use crate::ops::conv::Geometry;
use crate::plan::{Gemm, Packing, Packings, Plan, Step, StepKind, WeightForm};

/// The number of elements from which it pays to look a factor up.
pub const LEAST: usize = 256;

/// The number of channels, of images and of outputs, from which the transforms of a filter pay.
const FILTERED_CHANNELS: usize = 8;

/// The parameters to pack for plans that yield results. The numbers of elements of all parameters are given.
pub fn packings<'p>(plans: impl Iterator<Item = &'p Plan> + Clone, parameters: &[usize]) -> Packings {
    let mut packings = Packings::new();
    let kinds = plans.flat_map(|plan| plan.phases.iter().flat_map(|phase| &phase.steps));
    let kinds = kinds.flat_map(|step| step.kind.innermost());
    for kind in kinds.clone() {
        if let StepKind::Kernel(call) = kind
            && let Some((parameter, geometry)) = call.packed_weight()
        {
            let packing = Packing::Weight(form(geometry), weight_sizes(geometry));
            let found = packings.entry(parameter).or_insert(packing);
            // Every convolution can be computed from a weight in the direct form.
            if *found != packing {
                *found = Packing::Weight(WeightForm::Direct, weight_sizes(geometry));
            }
        }
    }
    for kind in kinds {
        let StepKind::Gemm(gemm) = kind else { continue };
        if let Some((parameter, packing)) = of_product(gemm, parameters) {
            // The first way in which it is read, unless a convolution reads it.
            packings.entry(parameter).or_insert(packing);
        }
    }
    packings
}

fn of_product(gemm: &Gemm, parameters: &[usize]) -> Option<(usize, Packing)> {
    let (parameter, factor) = gemm.right_factor()?;
    let len = factor.terms * factor.columns;
    (len >= LEAST && len == parameters[parameter]).then_some((parameter, Packing::RightFactor(factor)))
}

/// Output channels, input channels that each of them sees, and elements of the kernel.
fn weight_sizes(geometry: &Geometry) -> [usize; 3] {
    let taps = geometry.kernel[0] * geometry.kernel[1];
    [geometry.output[0], geometry.input[0] / geometry.groups, taps]
}

/// The form in which a convolution is computed the fastest.
fn form(geometry: &Geometry) -> WeightForm {
    match filtering_pays(geometry) {
        true => WeightForm::Winograd,
        false => WeightForm::Direct,
    }
}

/// True if Winograd's filtering, in tiles of 2×2 outputs, computes a convolution faster.
fn filtering_pays(geometry: &Geometry) -> bool {
    let Geometry {
        input,
        output,
        kernel,
        stride,
        pad: _,
        dilation,
        groups,
    } = geometry;
    let is_filter = (kernel, stride, dilation, groups) == (&[3, 3], &[1, 1], &[1, 1], &1);
    let tiles = output[1].div_ceil(2) * output[2].div_ceil(2);
    // A tile costs 4/9 of the multiplications of four outputs, and the transforms: most of the four must be outputs.
    let is_filled = tiles >= 4 && 3 * output[1] * output[2] >= 8 * tiles;
    is_filter && is_filled && input[0].min(output[0]) >= FILTERED_CHANNELS
}

/// Marks the products by these parameters.
pub fn mark_products(plan: &mut Plan, packings: &Packings) {
    each(plan, &mut |kind| {
        if let StepKind::Gemm(gemm) = kind {
            let factor = gemm.right_factor();
            gemm.packed = factor.is_some_and(|(parameter, factor)| {
                packings.get(&parameter) == Some(&Packing::RightFactor(factor))
            });
        }
    });
}

/// Calls a function with each step of a plan, of loops over time with those inside.
fn each(plan: &mut Plan, visit: &mut dyn FnMut(&mut StepKind)) {
    fn inside(steps: &mut [Step], visit: &mut dyn FnMut(&mut StepKind)) {
        for step in steps {
            match &mut step.kind {
                StepKind::For(for_loop) => inside(&mut for_loop.steps, visit),
                kind => visit(kind),
            }
        }
    }
    for phase in &mut plan.phases {
        inside(&mut phase.steps, visit);
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use crate::compile::compile;
    use crate::diagnostics::Diagnostics;
    use crate::elaborate::elaborate;
    use crate::plan::WeightForm::{self, Direct, Winograd};
    use crate::plan::{Packing, Plan, StepKind};
    use crate::program::CompiledNetwork;
    use crate::syntax;

    fn compiled<R>(tokens: proc_macro2::TokenStream, show: impl Fn(&CompiledNetwork<'_>) -> R) -> R {
        let mut diagnostics = Diagnostics::new();
        let network = syntax::parse(tokens, &mut diagnostics).unwrap();
        let model = elaborate(&network, &mut diagnostics).unwrap();
        show(&compile(&network, model))
    }

    /// The products of each plan of a network, and which of them are packed.
    fn products(tokens: proc_macro2::TokenStream) -> String {
        let shown = |kind: &StepKind| match kind {
            StepKind::Gemm(gemm) => Some(format!(
                "{}[{}, {}]·[{}, {}]",
                if gemm.packed { "packed " } else { "" },
                gemm.m,
                gemm.k,
                gemm.k,
                gemm.n
            )),
            _ => None,
        };
        compiled(tokens, |compiled| {
            let plans = compiled.entries.iter().flat_map(|entry| entry.plans());
            let texts = plans.map(|plan: &Plan| {
                let steps = plan.phases.iter().flat_map(|phase| &phase.steps);
                let kinds = steps.flat_map(|step| step.kind.innermost());
                kinds.filter_map(shown).collect::<Vec<String>>().join(", ")
            });
            texts.collect::<Vec<String>>().join("\n")
        })
    }

    /// The forms in which the weights of convolutions lie packed.
    fn forms(tokens: proc_macro2::TokenStream) -> Vec<WeightForm> {
        compiled(tokens, |compiled| {
            let forms = compiled.packings.values().filter_map(|packing| match packing {
                Packing::Weight(form, _) => Some(*form),
                Packing::RightFactor(_) => None,
            });
            forms.collect()
        })
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
    fn filters_are_transformed_for_results_and_never_for_rounded_products() {
        let filters = quote! {
            struct Filters;
            pub fn logits(&self, x: Tensor<3, 8, 8>) -> Tensor<2> {
                x.conv(8, 3, pad = 1).relu().conv(9, 3, pad = 1).global_mean_pool().dense(2)
            }
        };
        assert_eq!(forms(filters.clone()), [Direct, Winograd]);
        assert_eq!(forms(quote!(#[products(bf16)] #filters)), []);
    }

    #[test]
    fn other_convolutions_read_their_weight_as_it_is() {
        let of = |convolution: proc_macro2::TokenStream| {
            forms(quote! {
                struct Filters;
                pub fn features(&self, x: Tensor<8, 6, 6>) -> Tensor<_, _, _> { x.#convolution }
            })
        };
        assert_eq!(of(quote!(conv(8, 3))), [Winograd]);
        assert_eq!(of(quote!(conv(8, 5, pad = 1))), [Direct]);
        assert_eq!(of(quote!(conv(8, 3, stride = 2))), [Direct]);
        assert_eq!(of(quote!(conv(8, 3, dilation = 2))), [Direct]);
        assert_eq!(of(quote!(conv(8, 3, groups = 8))), [Direct]);
        // Outputs of 3×3: 7 of 16 in the tiles would be computed in vain.
        assert_eq!(of(quote!(slice(1, 0, 5).slice(2, 0, 5).conv(8, 3))), [Direct]);
        // Images with their channels first.
        assert_eq!(of(quote!(conv(7, 3))), []);
        assert_eq!(of(quote!(conv(8, 3, groups = 2))), []);
    }

    #[test]
    fn a_weight_that_convolutions_read_in_two_ways_serves_both() {
        let shared = quote! {
            struct Shared;
            pub fn features(&self, x: Tensor<8, 6, 6>) -> Tensor<8, 2, 2> {
                let weight = param([8, 8, 3, 3], he_normal());
                x.convolve(weight).convolve(weight) + x.convolve(weight, stride = 2)
            }
        };
        assert_eq!(forms(shared), [Direct]);
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
