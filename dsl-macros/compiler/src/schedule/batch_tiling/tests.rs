use proc_macro2::TokenStream;
use quote::quote;

use super::tile_batch;
use crate::compile::differentiate;
use crate::diagnostics::Diagnostics;
use crate::elaborate::elaborate;
use crate::lowered::lower;
use crate::lowered::print::print;
use crate::optimise::optimise;
use crate::syntax;

/// The gradient of a network after batch tiling.
fn laid_out(network: TokenStream) -> String {
    let mut diagnostics = Diagnostics::new();
    let network = syntax::parse(network, &mut diagnostics).expect("it is a network");
    let model = elaborate(&network, &mut diagnostics).expect("it is sound");
    let entry = &model.entries[0];
    let gradient = differentiate(&entry.function, 0).map(optimise);
    print(&tile_batch(lower(&gradient.function)))
}

#[test]
fn images_flow_in_blocks_up_to_the_dense_layer_and_back() {
    let network = quote! {
        pub struct Small;

        pub fn loss(&self, image: Tensor<1, 4, 4>, target: Tensor<3>) -> Scalar {
            let features = image.conv(2, 3, pad = 1).relu().max_pool(2);
            (features.flatten().dense(3) - target).square().sum()
        }
    };
    insta::assert_snapshot!(laid_out(network), @r#"
    image [B, 1, 4, 4] = input
    target [B, 3] = input
    loss.conv1.weight [2, 1, 3, 3] = parameter
    image_blocks [B/16, 1, 4, 4, 16] = to_blocks(image)
    conv2d1 [B/16, 2, 4, 4, 16] = conv2d(image_blocks, loss.conv1.weight, kernel = [3, 3], pad = [[1, 1], [1, 1]], in blocks)
    loss.conv1.bias [2] = parameter
    broadcast1 [2, 4, 4, 16] = broadcast(loss.conv1.bias, [2, 4, 4, 16] along [0])
    loss.conv1 [B/16, 2, 4, 4, 16] = add(conv2d1, broadcast1)
    relu1 [B/16, 2, 4, 4, 16] = relu(loss.conv1)
    features [B/16, 2, 2, 2, 16] = max_pool2d(relu1, window = [2, 2], in blocks)
    flatten1 [B/16, 8, 16] = reshape(features, [8, 16])
    loss.dense1.weight [3, 8] = parameter
    flatten1_rows [B, 8] = from_blocks(flatten1)
    contract1 [B, 3] = contract(flatten1_rows, loss.dense1.weight, "a,ba->b")
    loss.dense1.bias [3] = parameter
    loss.dense1 [B, 3] = add(contract1, loss.dense1.bias)
    sub1 [B, 3] = sub(loss.dense1, target)
    square1 [B, 3] = mul(sub1, sub1)
    sum1 [B] = sum(square1, axes = [0])
    batch_sum1 [] = batch_sum(sum1)
    loss [] = div(batch_sum1, n)
    div1 [] = div(2, n)
    broadcast2 [3] = broadcast(div1, [3] along [])
    d_loss.dense1 [B, 3] = mul(broadcast2, sub1)
    batch_sum2 [3] = batch_sum(d_loss.dense1)
    d_flatten1 [B, 8] = contract(d_loss.dense1, loss.dense1.weight, "a,ab->b")
    contract2 [B, 3, 8] = contract(flatten1_rows, d_loss.dense1, "a,b->ba")
    batch_sum3 [3, 8] = batch_sum(contract2)
    d_features [B, 2, 2, 2] = reshape(d_flatten1, [2, 2, 2])
    broadcast3 [2, 2, 2, 16] = broadcast(0, [2, 2, 2, 16] along [])
    greater1 [B/16, 2, 2, 2, 16] = greater(features, broadcast3)
    d_features_blocks [B/16, 2, 2, 2, 16] = to_blocks(d_features)
    select1 [B/16, 2, 2, 2, 16] = select(greater1, d_features_blocks, broadcast3)
    features_winners [B/16, 2, 2, 2, 16] = max_pool2d_winners(relu1, window = [2, 2], in blocks)
    d_loss.conv1 [B/16, 2, 4, 4, 16] = max_pool2d_spread(features_winners, select1, window = [2, 2], in blocks)
    sum2 [B/16, 2, 16] = sum(select1, axes = [1, 2])
    block_sum1 [B/16, 2] = block_sum(sum2)
    batch_sum4 [2] = batch_sum(block_sum1)
    conv2d_weight_gradient1 [B/16, 2, 1, 3, 3] = conv2d_weight_gradient(image_blocks, d_loss.conv1, kernel = [3, 3], pad = [[1, 1], [1, 1]], in blocks, summed)
    batch_sum5 [2, 1, 3, 3] = batch_sum(conv2d_weight_gradient1)
    → loss, batch_sum5, batch_sum4, batch_sum3, batch_sum2
    "#);
}

/// Each sum of a residual connection's gradient has two sides that go back to the same one.
#[test]
fn long_chains_of_residuals_are_laid_out_at_once_and_need_no_clearing() {
    let network = quote! {
        pub struct Chain;

        pub fn loss(&self, image: Tensor<1, 4, 4>) -> Scalar {
            let mut x = image;
            for _ in 0..64 {
                x = x + x.conv(1, 3, pad = 1).relu();
            }
            x.flatten().dense(2).square().sum()
        }
    };
    let laid = laid_out(network);
    assert_eq!(laid.matches("in blocks, summed").count(), 64);
    assert!(!laid.contains("clear_missing"));
}

#[test]
fn what_is_read_elsewhere_too_is_kept_for_the_pooling_gradient() {
    let pooled = |network: TokenStream| laid_out(network).contains("max_pool2d_winners");
    assert!(pooled(quote! {
        pub struct Pooled;

        pub fn loss(&self, image: Tensor<1, 5, 5>) -> Scalar {
            image.conv(2, 3, pad = 1).relu().max_pool(2).flatten().dense(2).square().sum()
        }
    }));
    assert!(!pooled(quote! {
        pub struct Read;

        pub fn loss(&self, image: Tensor<1, 5, 5>) -> Scalar {
            let x = image.conv(2, 3, pad = 1).relu();
            x.max_pool(2).flatten().dense(2).square().sum() + x.square().sum()
        }
    }));
    // Pooling windows that overlap, and an activation that is no rectifier.
    assert!(!pooled(quote! {
        pub struct Overlapping;

        pub fn loss(&self, image: Tensor<1, 5, 5>) -> Scalar {
            image.conv(2, 3, pad = 1).relu().max_pool(3, stride = 2).flatten().dense(2).square().sum()
        }
    }));
    assert!(!pooled(quote! {
        pub struct Curved;

        pub fn loss(&self, image: Tensor<1, 5, 5>) -> Scalar {
            image.conv(2, 3, pad = 1).tanh().max_pool(2).flatten().dense(2).square().sum()
        }
    }));
}
