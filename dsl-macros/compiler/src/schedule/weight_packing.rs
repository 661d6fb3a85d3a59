//! Weight packing: a parameter that products read as their right factor is copied into the panels of its products once for all
//! calls between two changes of the parameters, rather than by every product of every call (as of a constant weight in oneDNN's
//! reorders, or in the pre-packing of ONNX Runtime). The weight of a convolution that Winograd's filtering computes in fewer
//! multiplications is transformed in the same way.
//!
//! In: the plans of all entry points. Out: the parameters that are to be packed, and the plans with the steps that read them marked.
//! Those are products of results, and equal ones of gradients, whose code they may share; and convolutions of results alone, as a
//! transform at every step of training would cost more than it spares. In training nothing is packed, as each step changes the
//! parameters.
//!
//! ```text
//! gemm [B, 64]·[64, 32]      →      gemm packed [B, 64]·[64, 32]
//! conv2d                     →      conv2d by tiles
//! ```
//!
//! Invariant: a marked step reads a whole parameter, the same one in every turn of any loop. Cost: linear in the steps.

use crate::ops::conv::Geometry;
use crate::plan::{Gemm, KernelCall, Packing, Packings, Plan, Step, StepKind};

/// The number of elements from which it pays to look a factor up.
pub const LEAST: usize = 256;

/// The number of channels, of images and of outputs, from which the transforms of a filter pay.
const FILTERED_CHANNELS: usize = 8;

/// The parameters to pack for plans that yield results. The numbers of elements of all parameters are given.
pub fn packings<'p>(plans: impl Iterator<Item = &'p Plan>, parameters: &[usize]) -> Packings {
    let mut packings = Packings::new();
    let steps = plans.flat_map(|plan| plan.phases.iter().flat_map(|phase| &phase.steps));
    for kind in steps.flat_map(|step| step.kind.innermost()) {
        let found = match kind {
            StepKind::Gemm(gemm) => of_product(gemm, parameters),
            StepKind::Kernel(call) => of_convolution(call, parameters),
            _ => None,
        };
        if let Some((parameter, packing)) = found {
            // The first way in which it is read.
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

fn of_convolution(call: &KernelCall, parameters: &[usize]) -> Option<(usize, Packing)> {
    let (parameter, geometry) = call.weight().filter(|(_, geometry)| filtering_pays(geometry))?;
    let channels = [geometry.output[0], geometry.input[0]];
    let len = channels[0] * channels[1] * geometry.kernel[0] * geometry.kernel[1];
    (len == parameters[parameter]).then_some((parameter, Packing::Winograd(channels)))
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

/// Marks the convolutions by these parameters.
pub fn mark_convolutions(plan: &mut Plan, packings: &Packings) {
    each(plan, &mut |kind| {
        if let StepKind::Kernel(call) = kind {
            let filtered = call.weight().filter(|(_, geometry)| filtering_pays(geometry));
            call.transformed = filtered
                .is_some_and(|(parameter, _)| matches!(packings.get(&parameter), Some(Packing::Winograd(_))));
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
    use crate::plan::{Plan, StepKind};
    use crate::syntax;

    /// What `show` says of the steps of each plan of a network.
    fn shown(tokens: proc_macro2::TokenStream, show: fn(&StepKind) -> Option<String>) -> Vec<String> {
        let mut diagnostics = Diagnostics::new();
        let network = syntax::parse(tokens, &mut diagnostics).unwrap();
        let model = elaborate(&network, &mut diagnostics).unwrap();
        let compiled = compile(&network, model);
        let plans = compiled.entries.iter().flat_map(|entry| entry.plans());
        let texts = plans.map(|plan: &Plan| {
            let steps = plan.phases.iter().flat_map(|phase| &phase.steps);
            let kinds = steps.flat_map(|step| step.kind.innermost());
            kinds.filter_map(show).collect::<Vec<String>>().join(", ")
        });
        texts.collect()
    }

    /// The products of each plan of a network, and which of them are packed.
    fn products(tokens: proc_macro2::TokenStream) -> String {
        let texts = shown(tokens, |kind| match kind {
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
        texts.join("\n")
    }

    /// The convolutions of each plan of a network, and which of them read their weight transformed.
    fn convolutions(tokens: proc_macro2::TokenStream) -> String {
        let texts = shown(tokens, |kind| match kind {
            StepKind::Kernel(call) if call.weight().is_some() => {
                Some(if call.transformed { "by tiles" } else { "direct" }.to_string())
            }
            _ => None,
        });
        texts.join("; ")
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
    fn filters_of_results_alone_are_computed_by_tiles() {
        let of = convolutions(quote! {
            struct Filters;
            pub fn logits(&self, x: Tensor<3, 8, 8>) -> Tensor<2> {
                x.conv(8, 3, pad = 1).relu().conv(9, 3, pad = 1).global_mean_pool().dense(2)
            }
            pub fn loss(&self, x: Tensor<3, 8, 8>, t: Tensor<2>) -> Scalar {
                (self.logits(x) - t).square().sum()
            }
        });
        // Those of training are by blocks.
        assert_eq!(of, "direct, by tiles; direct, by tiles; ");
    }

    #[test]
    fn other_filters_are_not_computed_by_tiles() {
        let of = |convolution: proc_macro2::TokenStream| {
            convolutions(quote! {
                struct Filters;
                pub fn features(&self, x: Tensor<8, 6, 6>) -> Tensor<_, _, _> { x.#convolution }
            })
        };
        assert_eq!(of(quote!(conv(8, 3))), "by tiles");
        assert_eq!(of(quote!(conv(7, 3))), "direct");
        assert_eq!(of(quote!(conv(8, 5, pad = 1))), "direct");
        assert_eq!(of(quote!(conv(8, 3, stride = 2))), "direct");
        assert_eq!(of(quote!(conv(8, 3, dilation = 2))), "direct");
        assert_eq!(of(quote!(conv(8, 3, groups = 2))), "direct");
        // Outputs of 3×3: 7 of 16 in the tiles would be computed in vain.
        assert_eq!(of(quote!(slice(1, 0, 5).slice(2, 0, 5).conv(8, 3))), "direct");
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
