//! Splits long phases, so that each part takes as many examples at a time as suits it.
//!
//! A worker goes through a phase in chunks of a few examples, as many as have values that fit into a cache.
//! With large images a chunk is one block, and a large weight of a dense layer between the convolutions'
//! forward and backward steps would be read anew for every block.
//!
//! In: phases. Out: the same steps in the same order; large products that stand between steps on blocks are
//! phases of their own. These take all their examples at once, and the convolutions before and after go on in
//! chunks:
//!
//! ```text
//! conv, dense, conv_gradient      →      conv     dense     conv_gradient
//! ```
//!
//! A phase by examples may be split at any step, since no step of it needs another worker's results. Cost:
//! linear in the steps. This is loop distribution with respect to the loop over chunks (Kennedy and McKinley
//! 1993).

use std::collections::BTreeSet;

use crate::collections::IntoCollection;
use crate::lowered::BLOCK;
use crate::plan::*;

/// The number of elements written for a block of examples above which a phase counts as long: four blocks of
/// single precision fill the 8 MiB of a chunk.
const LONG: usize = 512 << 10;

/// Splits the phases in which large products stand between steps on blocks.
pub fn split_phases(phases: Vec<Phase>, values: &[Value]) -> Vec<Phase> {
    phases
        .into_iter()
        .flat_map(|phase| match is_long(&phase, values) {
            true => parts(phase),
            false => vec![phase],
        })
        .collect()
}

fn is_long(phase: &Phase, values: &[Value]) -> bool {
    let writes = phase.steps.iter().flat_map(|step| step.kind.writes());
    let written: BTreeSet<usize> = writes
        .filter_map(|operand| match operand.source {
            Source::Value(value) => Some(value),
            _ => None,
        })
        .into_set();
    let of_block = |&value: &usize| match values[value].extent {
        Extent::Shared(_) => 0,
        Extent::Examples(width) => width * BLOCK,
        Extent::Blocks(len) => len,
    };
    phase.takes_few() && written.iter().map(of_block).sum::<usize>() > LONG
}

fn parts(phase: Phase) -> Vec<Phase> {
    let by = phase.partition;
    let large = |step: &Step| step.kind.has_large_weight();
    let (Some(first), Some(last)) = (
        phase.steps.iter().position(large),
        phase.steps.iter().rposition(large),
    ) else {
        return vec![phase];
    };
    let mut before = phase.steps;
    let mut products = before.split_off(first);
    let after = products.split_off(last + 1 - first);
    let mut parts: Vec<Phase> = Vec::new();
    for steps in [before, products, after] {
        let next = Phase { partition: by, steps };
        match parts.last_mut() {
            // A split is worth it only between steps on blocks and other steps.
            Some(previous) if previous.takes_few() == next.takes_few() => previous.steps.extend(next.steps),
            _ => parts.push(next),
        }
    }
    parts.retain(|part| !part.steps.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use crate::compile::differentiate;
    use crate::diagnostics::Diagnostics;
    use crate::elaborate::elaborate;
    use crate::lowered::lower;
    use crate::optimise::optimise;
    use crate::plan::ParameterLayouts;
    use crate::plan::print::print;
    use crate::schedule::batch_tiling::tile_batch;
    use crate::schedule::schedule;
    use crate::syntax;
    use crate::tests::leaf_names;

    /// The kernels and products of each phase by examples.
    fn phases(network: TokenStream) -> Vec<Vec<String>> {
        let mut diagnostics = Diagnostics::new();
        let network = syntax::parse(network, &mut diagnostics).expect("it is a network");
        let model = elaborate(&network, &mut diagnostics).expect("it is sound");
        let entry = &model.entries[0];
        let gradient = differentiate(&entry.function, 0).map(optimise);
        let laid = gradient.map(|function| tile_batch(lower(&function)));
        let plan = schedule(&laid.function.graph, &laid.roots(), &ParameterLayouts::new());
        let text = print(&plan, &leaf_names(&entry.inputs, &model));
        let of_examples = text
            .split("shared out")
            .filter(|text| text.starts_with(" by examples"));
        let verbs = of_examples.map(|text| {
            let steps = text.lines().filter_map(|line| line.split_once(" ← "));
            let verbs = steps.map(|(_, verb)| verb.split([' ', ',']).next().unwrap_or("").to_string());
            verbs
                .filter(|verb| verb.starts_with("conv") || verb == "gemm")
                .collect()
        });
        verbs.collect()
    }

    #[test]
    fn a_large_dense_layer_between_convolutions_has_a_phase_of_its_own() {
        let network = quote! {
            pub struct Wide;

            pub fn loss(&self, image: Tensor<1, 28, 28>) -> Scalar {
                let features = image.conv(32, 3).relu().conv(64, 3).relu().max_pool(2);
                features.flatten().dense(128).relu().dense(10).square().sum()
            }
        };
        assert_eq!(
            phases(network),
            [
                vec!["conv2d", "conv2d"],
                vec!["gemm", "gemm", "gemm", "gemm"],
                vec![
                    "conv2d_weight_gradient",
                    "conv2d_input_gradient",
                    "conv2d_weight_gradient"
                ],
            ]
        );
    }

    #[test]
    fn a_small_network_goes_through_all_steps_at_once() {
        let network = quote! {
            pub struct Narrow;

            pub fn loss(&self, image: Tensor<1, 28, 28>) -> Scalar {
                let features = image.conv(6, 5, pad = 2).relu().max_pool(2);
                features.flatten().dense(120).relu().dense(10).square().sum()
            }
        };
        let verbs = phases(network);
        assert_eq!(verbs.len(), 1, "{verbs:?}");
    }
}
