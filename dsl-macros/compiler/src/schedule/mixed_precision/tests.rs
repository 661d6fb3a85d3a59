use proc_macro2::TokenStream;
use quote::quote;

use crate::compile::compile;
use crate::diagnostics::Diagnostics;
use crate::elaborate::elaborate;
use crate::expand::testing::unguarded;
use crate::plan::print::print;
use crate::syntax;
use crate::tests::leaf_names;

/// The steps of the gradient that multiply, one a line, without their sources.
fn products(declaration: TokenStream) -> String {
    let mut diagnostics = Diagnostics::new();
    let network = syntax::parse(declaration, &mut diagnostics).expect("it is a network");
    let model = elaborate(&network, &mut diagnostics).expect("it is sound");
    let compiled = compile(&network, model);
    let entry = &compiled.entries[0];
    let gradient = entry.evaluation.gradient.as_ref().expect("it has a gradient");
    let plan = print(&gradient.plan, &leaf_names(&entry.entry.inputs, &compiled.model));
    let lines = plan
        .lines()
        .filter(|line| line.contains("gemm") || line.contains("conv2d"));
    let lines = lines.map(|line| {
        line.split("  ")
            .last()
            .map_or(line, |source| line.trim_end_matches(source))
    });
    let lines: Vec<&str> = lines.map(str::trim).collect();
    lines.join("\n")
}

fn emitted(declaration: TokenStream) -> TokenStream {
    unguarded(declaration)
}

#[test]
fn matrices_and_images_are_rounded_and_vectors_and_single_channels_are_not() {
    let declaration = |attribute: TokenStream| {
        quote! {
            #attribute
            pub struct Mixed;

            pub fn loss(&self, image: Tensor<1, 6, 6>, a: Tensor<3, 4>, target: Tensor<5>) -> Scalar {
                let features = image.conv(2, 3).depthwise_conv(3).flatten().dense(4).tanh();
                let y = a.dense(5).t().matmul(a).matmul(features);
                (y - target).square().sum() + (y * target).sum()
            }
        }
    };
    let rounded = products(declaration(quote!(#[products(bf16)])));
    insta::assert_snapshot!(rounded, @r"
    2. loss.conv1 ← conv2d in bf16 + bias (image_blocks, loss.conv1.weight, loss.conv1.bias)
    3. loss.depthwise_conv1 ← conv2d + bias (loss.conv1, loss.depthwise_conv1.weight, loss.depthwise_conv1.bias)
    5. loss.dense1 ← gemm in bf16 [B, 8]·[8, 4] + bias (flatten1_rows, loss.dense1.weight at [1, 4], loss.dense1.bias)
    7. loss.dense2 ← gemm in bf16 [B·3, 4]·[4, 5] + bias (a, loss.dense2.weight at [1, 5], loss.dense2.bias)
    8. matmul1 ← B × gemm in bf16 [5, 3]·[3, 4] (loss.dense2, a)
    9. y ← B × gemm in bf16 [1, 4]·[4, 5] (features, matmul1)
    15. d_matmul1 ← B × gemm [5, 1]·[1, 4] (d_y, features)
    16. d_features ← B × gemm in bf16 [1, 5]·[5, 4] (d_y, matmul1)
    17. d_loss.dense2 ← B × gemm in bf16 [3, 4]·[4, 5] (a, d_matmul1)
    20. d_flatten1 ← gemm in bf16 [B, 4]·[4, 8] (d_loss.dense1, loss.dense1.weight at [1, 4])
    23. d_loss.conv1 ← conv2d_input_gradient (d_loss.depthwise_conv1_blocks, loss.depthwise_conv1.weight)
    24. d_loss.depthwise_conv1.weight_partials ← conv2d_weight_gradient (loss.conv1, d_loss.depthwise_conv1_blocks)
    27. d_loss.conv1.weight_partials ← conv2d_weight_gradient in bf16 (image_blocks, d_loss.conv1)
    30. ∂ loss.dense2.weight at [1, 5] ← gemm in bf16 [4, B·3]·[B·3, 5] (a, d_loss.dense2)
    32. ∂ loss.dense1.weight at [1, 4] ← gemm in bf16 [8, B]·[B, 4] (flatten1_rows, d_loss.dense1)
    ");
    assert_eq!(products(declaration(quote!())), rounded.replace(" in bf16", ""));
}

#[test]
fn the_loops_of_a_network_are_rounded_too_and_its_documentation_says_so() {
    let declaration = |attribute: TokenStream| {
        quote! {
            #attribute
            pub struct Recurrent;

            pub fn loss(&self, rows: Tensor<9, 4>, target: Tensor<5>) -> Scalar {
                let step = dense(5);
                let mut h = zeros([5]);
                for t in 0..9 {
                    h = step(concat([rows.at(t), h], axis = 0)).tanh();
                }
                h.squared_error(target)
            }
        }
    };
    let half = declaration(quote!(#[products(bf16)]));
    assert!(
        !products(half.clone())
            .replace("gemm in bf16", "")
            .contains("gemm")
    );
    let (half, full) = (
        emitted(half).to_string(),
        emitted(declaration(quote!())).to_string(),
    );
    for word in ["gemm_bf16 (", "rounded to bf16"] {
        assert!(half.contains(word) && !full.contains(word), "{word}");
    }
    assert!(!half.contains(" gemm ("));
}

#[test]
fn every_member_of_a_family_is_rounded() {
    let family = |attributes: TokenStream| {
        quote! {
            #attributes
            pub struct Family<const WIDTH: usize>;

            pub fn scores(&self, x: Tensor<4>) -> Tensor<3> {
                x.dense(WIDTH).relu().dense(3)
            }
        }
    };
    let before = emitted(family(quote!(#[products(bf16)] #[instantiate(WIDTH = [2, 5])])));
    let behind = emitted(family(quote!(#[instantiate(WIDTH = [2, 5])] #[products(bf16)])));
    // What editors look up, at the end, stands in the order of the declaration.
    let code = |emitted: &TokenStream| emitted.to_string().split("const _ :").next().map(str::to_owned);
    assert_eq!(code(&before), code(&behind));
    let text = code(&before).expect("there is code");
    assert!(
        text.matches("gemm_bf16 (").count() >= 4 && !text.contains(" gemm ("),
        "{text}"
    );
}
