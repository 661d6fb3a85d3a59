use proc_macro2::TokenStream;
use quote::quote;

use super::lay_channels_last;
use crate::diagnostics::Diagnostics;
use crate::elaborate::elaborate;
use crate::lowered::lower;
use crate::lowered::print::print;
use crate::optimise::optimise;
use crate::syntax;

/// The results of a network, laid out.
fn laid_out(network: TokenStream) -> String {
    let mut diagnostics = Diagnostics::new();
    let network = syntax::parse(network, &mut diagnostics).expect("it is a network");
    let model = elaborate(&network, &mut diagnostics).expect("it is sound");
    let results = optimise(model.entries[0].function.copy());
    print(&lay_channels_last(lower(&results)))
}

#[test]
fn channels_lie_last_from_the_first_convolution_to_the_dense_layer() {
    let network = quote! {
        struct Small;

        pub fn logits(&self, image: Tensor<3, 4, 4>) -> Tensor<2> {
            let features = image.conv(8, 3, pad = 1).relu().max_pool(2);
            features.flatten().dense(2)
        }
    };
    insta::assert_snapshot!(laid_out(network), @r#"
    image [B, 3, 4, 4] = input
    logits.conv1.weight [8, 3, 3, 3] = parameter
    image_channels_last [B, 4, 4, 3] = transpose(image, [1, 2, 0])
    conv2d1 [B, 4, 4, 8] = conv2d(image_channels_last, logits.conv1.weight, kernel = [3, 3], pad = [[1, 1], [1, 1]], channels last)
    logits.conv1.bias [8] = parameter
    broadcast1 [4, 4, 8] = broadcast(logits.conv1.bias, [4, 4, 8] along [2])
    logits.conv1 [B, 4, 4, 8] = add(conv2d1, broadcast1)
    relu1 [B, 4, 4, 8] = relu(logits.conv1)
    features [B, 2, 2, 8] = max_pool2d(relu1, window = [2, 2], channels last)
    features_channels_first [B, 8, 2, 2] = transpose(features, [2, 0, 1])
    flatten1 [B, 32] = reshape(features_channels_first, [32])
    logits.dense1.weight [2, 32] = parameter
    contract1 [B, 2] = contract(flatten1, logits.dense1.weight, "a,ba->b")
    logits.dense1.bias [2] = parameter
    logits.dense1 [B, 2] = add(contract1, logits.dense1.bias)
    → logits.dense1
    "#);
}

#[test]
fn branches_are_joined_and_folded_as_they_lie() {
    let network = quote! {
        struct Branches;

        pub fn logits(&self, image: Tensor<8, 4, 4>) -> Tensor<16> {
            let wide = image.conv(8, 3, pad = 1);
            let narrow = wide.conv(8, 1) + wide;
            concat([narrow.relu(), wide.pad(1, 0, 1).slice(1, 1, 5)], axis = 0).global_mean_pool()
        }
    };
    insta::assert_snapshot!(laid_out(network), @r#"
    image [B, 8, 4, 4] = input
    logits.conv1.weight [8, 8, 3, 3] = parameter
    image_channels_last [B, 4, 4, 8] = transpose(image, [1, 2, 0])
    conv2d1 [B, 4, 4, 8] = conv2d(image_channels_last, logits.conv1.weight, kernel = [3, 3], pad = [[1, 1], [1, 1]], channels last)
    logits.conv1.bias [8] = parameter
    broadcast1 [4, 4, 8] = broadcast(logits.conv1.bias, [4, 4, 8] along [2])
    wide [B, 4, 4, 8] = add(conv2d1, broadcast1)
    logits.conv2.weight [8, 8, 1, 1] = parameter
    conv2d2 [B, 4, 4, 8] = conv2d(wide, logits.conv2.weight, kernel = [1, 1], channels last)
    logits.conv2.bias [8] = parameter
    broadcast2 [4, 4, 8] = broadcast(logits.conv2.bias, [4, 4, 8] along [2])
    logits.conv2 [B, 4, 4, 8] = add(conv2d2, broadcast2)
    narrow [B, 4, 4, 8] = add(logits.conv2, wide)
    relu1 [B, 4, 4, 8] = relu(narrow)
    pad1 [B, 5, 4, 8] = pad(wide, before [0, 0, 0], after [1, 0, 0])
    slice1 [B, 4, 4, 8] = slice(pad1, [1..5, 0..4, 0..8])
    concat1 [B, 4, 4, 16] = concat(relu1, slice1, axis = 2)
    sum1 [B, 16] = sum(concat1, axes = [0, 1])
    broadcast3 [16] = broadcast(0.0625, [16] along [])
    global_mean_pool1 [B, 16] = mul(broadcast3, sum1)
    → global_mean_pool1
    "#);
}

#[test]
fn sequences_lie_channels_last_between_their_convolutions() {
    let network = quote! {
        struct Sequence;

        pub fn features(&self, x: Tensor<4, 9>) -> Tensor<8, 9> {
            x.conv1d(8, 3, pad = 1).relu().conv1d(8, 3, pad = 1)
        }
    };
    insta::assert_snapshot!(laid_out(network), @r#"
    x [B, 4, 9] = input
    features.conv1d1.weight [8, 4, 3] = parameter
    reshape1 [B, 4, 1, 9] = reshape(x, [4, 1, 9])
    reshape2 [8, 4, 1, 3] = reshape(features.conv1d1.weight, [8, 4, 1, 3])
    transpose1 [B, 1, 9, 4] = transpose(reshape1, [1, 2, 0])
    conv2d1 [B, 1, 9, 8] = conv2d(transpose1, reshape2, kernel = [1, 3], pad = [[0, 0], [1, 1]], channels last)
    reshape3 [B, 9, 8] = reshape(conv2d1, [9, 8])
    features.conv1d1.bias [8] = parameter
    broadcast1 [9, 8] = broadcast(features.conv1d1.bias, [9, 8] along [1])
    features.conv1d1 [B, 9, 8] = add(reshape3, broadcast1)
    relu1 [B, 9, 8] = relu(features.conv1d1)
    features.conv1d2.weight [8, 8, 3] = parameter
    reshape4 [B, 1, 9, 8] = reshape(relu1, [1, 9, 8])
    reshape5 [8, 8, 1, 3] = reshape(features.conv1d2.weight, [8, 8, 1, 3])
    conv2d2 [B, 1, 9, 8] = conv2d(reshape4, reshape5, kernel = [1, 3], pad = [[0, 0], [1, 1]], channels last)
    reshape6 [B, 9, 8] = reshape(conv2d2, [9, 8])
    features.conv1d2.bias [8] = parameter
    broadcast2 [9, 8] = broadcast(features.conv1d2.bias, [9, 8] along [1])
    features.conv1d2 [B, 9, 8] = add(reshape6, broadcast2)
    features.conv1d2_channels_first [B, 8, 9] = transpose(features.conv1d2, [1, 0])
    → features.conv1d2_channels_first
    "#);
}

/// True if images are laid out for a convolution of eight channels.
fn is_laid_out(convolution: TokenStream) -> bool {
    laid_out(quote! {
        struct Filters;
        pub fn features(&self, x: Tensor<8, 6, 6>, weight: Tensor<8, 8, 3, 3>) -> Tensor<_, _, _> { x.#convolution }
    })
    .contains("channels last")
}

#[test]
fn convolutions_that_its_kernels_do_not_serve_stay_as_they_are() {
    assert!(is_laid_out(quote!(conv(8, 3))));
    assert!(is_laid_out(quote!(conv(8, 3, stride = 2, dilation = 2))));
    assert!(is_laid_out(quote!(conv(8, 3, groups = 8))));
    assert!(!is_laid_out(quote!(conv(7, 3))));
    assert!(!is_laid_out(quote!(conv(8, 3, groups = 2))));
    // A product of matrices as it is.
    assert!(!is_laid_out(quote!(conv(8, 1))));
    // A weight that each example brings along.
    assert!(!is_laid_out(quote!(convolve(weight))));
}
