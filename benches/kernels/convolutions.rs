//! Convolutions of images: one by one, with channels last, and in blocks.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use dsl_runtime::AlignedBuffer;
use dsl_runtime::kernels::{
    Conv2d, Epilogue, PackedWeight, WeightForm, conv2d, conv2d_blocks, conv2d_blocks_bf16,
    conv2d_blocks_input_gradient, conv2d_blocks_input_gradient_bf16, conv2d_blocks_max_pool,
    conv2d_blocks_max_pool_bf16, conv2d_blocks_weight_gradient, conv2d_blocks_weight_gradient_bf16,
    conv2d_channels_last, conv2d_input_gradient, conv2d_weight_gradient, pack_weight, packed_weight_len,
};

use super::{EXAMPLES, noise};

/// What is convolved: a name, and the geometry.
const CONVOLUTIONS: [(&str, Conv2d); 31] = [
    ("lenet 1", square(1, 28, 6, 5, 1, 2)),
    ("lenet 2", square(6, 14, 16, 5, 1, 0)),
    ("resnet stem 3x32", square(3, 32, 16, 3, 1, 1)),
    ("resnet 16x32", square(16, 32, 16, 3, 1, 1)),
    ("convnet 1", square(1, 28, 32, 3, 1, 0)),
    ("convnet 2", square(32, 26, 64, 3, 1, 0)),
    ("resnet 32x16", square(32, 16, 32, 3, 1, 1)),
    ("resnet 64x8", square(64, 8, 64, 3, 1, 1)),
    ("resnet 16x32 / 2", square(16, 32, 32, 3, 2, 1)),
    ("resnet 32x16 / 2", square(32, 16, 64, 3, 2, 1)),
    ("skip 16x32 / 2", square(16, 32, 32, 1, 2, 0)),
    ("resnet 16x28", square(16, 28, 16, 3, 1, 1)),
    ("resnet 32x14", square(32, 14, 32, 3, 1, 1)),
    ("resnet 64x7", square(64, 7, 64, 3, 1, 1)),
    ("resnet 16x28 / 2", square(16, 28, 32, 3, 2, 1)),
    ("resnet 32x14 / 2", square(32, 14, 64, 3, 2, 1)),
    ("skip 16x28 / 2", square(16, 28, 32, 1, 2, 0)),
    ("pointwise 64x14", square(64, 14, 128, 1, 1, 0)),
    ("depthwise 64x28", depthwise(64, 28)),
    ("depthwise 64x14", depthwise(64, 14)),
    ("depthwise 128x7", depthwise(128, 7)),
    (
        "groups of four 32x16",
        Conv2d {
            groups: 8,
            ..square(32, 16, 32, 3, 1, 1)
        },
    ),
    ("pointwise 256x7", square(256, 7, 128, 1, 1, 0)),
    ("pointwise 128x4", square(128, 4, 128, 1, 1, 0)),
    ("unet 16x64", square(16, 64, 16, 3, 1, 1)),
    ("unet 32x64", square(32, 64, 16, 3, 1, 1)),
    ("unet 32x32", square(32, 32, 32, 3, 1, 1)),
    ("unet 64x32", square(64, 32, 32, 3, 1, 1)),
    ("vgg 128x4", square(128, 4, 128, 3, 1, 1)),
    ("vgg 64x56", square(64, 56, 64, 3, 1, 1)),
    ("vgg 512x14", square(512, 14, 512, 3, 1, 1)),
];

/// A square kernel on a square image.
const fn square(
    from: usize,
    side: usize,
    channels: usize,
    kernel: usize,
    stride: usize,
    pad: usize,
) -> Conv2d {
    let out = (side + 2 * pad - kernel) / stride + 1;
    Conv2d {
        input: [from, side, side],
        output: [channels, out, out],
        kernel: [kernel, kernel],
        stride: [stride, stride],
        pad: [[pad, pad]; 2],
        dilation: [1, 1],
        groups: 1,
    }
}

/// A kernel of 3×3 for each channel by itself.
const fn depthwise(channels: usize, side: usize) -> Conv2d {
    Conv2d {
        groups: channels,
        ..square(channels, side, channels, 3, 1, 1)
    }
}

fn named(name: &str) -> &'static Conv2d {
    let found = CONVOLUTIONS.iter().find(|(other, _)| *other == name);
    &found.expect("one of the convolutions").1
}

/// Slices of the lengths that a convolution asks for: image, weight, output, scratch.
fn tensors(geometry: &Conv2d) -> [AlignedBuffer<f32>; 4] {
    let lens = [
        EXAMPLES * geometry.input.iter().product::<usize>(),
        geometry.weight_len(),
        EXAMPLES * geometry.output.iter().product::<usize>(),
        geometry.scratch_len(),
    ];
    lens.map(noise)
}

fn operations(geometry: &Conv2d) -> ItemsCount {
    ItemsCount::new(2 * EXAMPLES * geometry.weight_len() * geometry.output[1] * geometry.output[2])
}

#[divan::bench(args = CONVOLUTIONS.map(|(name, _)| name))]
fn convolution_forward(bencher: Bencher<'_, '_>, name: &str) {
    let geometry = named(name);
    let [image, weight, mut out, mut scratch] = tensors(geometry);
    let bias = noise(geometry.output[0]);
    bencher.counter(operations(geometry)).bench_local(|| {
        let then = Epilogue::BiasRelu(&bias);
        conv2d(
            EXAMPLES,
            geometry,
            black_box(&image),
            &weight,
            then,
            &mut out,
            &mut scratch,
        );
    });
}

/// The names of the convolutions that a form of the weight serves.
fn served_by(form: WeightForm) -> impl Iterator<Item = &'static str> {
    let is_served = move |(_, geometry): &&(&str, Conv2d)| match form {
        WeightForm::Direct => geometry.groups == 1 || geometry.groups == geometry.input[0],
        WeightForm::Winograd => {
            geometry.kernel == [3, 3] && geometry.stride == [1, 1] && geometry.groups == 1
        }
    };
    CONVOLUTIONS.iter().filter(is_served).map(|(name, _)| *name)
}

/// Output channels, input channels of a group, and elements of a kernel.
fn weight_sizes(geometry: &Conv2d) -> [usize; 3] {
    [
        geometry.output[0],
        geometry.input[0] / geometry.groups,
        geometry.kernel[0] * geometry.kernel[1],
    ]
}

fn time_channels_last(bencher: Bencher<'_, '_>, name: &str, form: WeightForm) {
    let geometry = named(name);
    let [image, weight, mut out, _] = tensors(geometry);
    let sizes = weight_sizes(geometry);
    let mut packed = noise(packed_weight_len::<f32>(form, sizes));
    pack_weight(form, sizes, &weight, &mut packed);
    let weight = PackedWeight::new(form, sizes, &packed);
    let mut scratch = noise(geometry.scratch_len_channels_last());
    let bias = noise(geometry.output[0]);
    bencher.counter(operations(geometry)).bench_local(|| {
        let then = Epilogue::BiasRelu(&bias);
        conv2d_channels_last(
            EXAMPLES,
            geometry,
            black_box(&image),
            weight,
            then,
            &mut out,
            &mut scratch,
        );
    });
}

/// Images whose channels lie last, by a weight that is packed before.
#[divan::bench(args = served_by(WeightForm::Direct))]
fn convolution_channels_last(bencher: Bencher<'_, '_>, name: &str) {
    time_channels_last(bencher, name, WeightForm::Direct);
}

/// The same by tiles of 2×2: operations are those of [`conv2d`], of which it does fewer.
#[divan::bench(args = served_by(WeightForm::Winograd))]
fn convolution_winograd(bencher: Bencher<'_, '_>, name: &str) {
    time_channels_last(bencher, name, WeightForm::Winograd);
}

fn time_packing(bencher: Bencher<'_, '_>, name: &str, form: WeightForm) {
    let geometry = named(name);
    let [_, weight, _, _] = tensors(geometry);
    let sizes = weight_sizes(geometry);
    let mut packed = noise(packed_weight_len::<f32>(form, sizes));
    bencher
        .counter(ItemsCount::new(packed.len()))
        .bench_local(|| pack_weight(form, sizes, black_box(&weight), &mut packed));
}

/// The packing of a weight.
#[divan::bench(args = served_by(WeightForm::Direct))]
fn packed_weight(bencher: Bencher<'_, '_>, name: &str) {
    time_packing(bencher, name, WeightForm::Direct);
}

/// Its transform.
#[divan::bench(args = served_by(WeightForm::Winograd))]
fn packed_weight_winograd(bencher: Bencher<'_, '_>, name: &str) {
    time_packing(bencher, name, WeightForm::Winograd);
}

#[divan::bench(args = CONVOLUTIONS.map(|(name, _)| name))]
fn convolution_input_gradient(bencher: Bencher<'_, '_>, name: &str) {
    let geometry = named(name);
    let [mut d_image, weight, d_out, mut scratch] = tensors(geometry);
    bencher.counter(operations(geometry)).bench_local(|| {
        conv2d_input_gradient(
            EXAMPLES,
            geometry,
            black_box(&d_out),
            &weight,
            &mut d_image,
            &mut scratch,
        );
    });
}

#[divan::bench(args = CONVOLUTIONS.map(|(name, _)| name))]
fn convolution_weight_gradient(bencher: Bencher<'_, '_>, name: &str) {
    let geometry = named(name);
    let [image, mut partials, d_out, mut scratch] = tensors(geometry);
    bencher.counter(operations(geometry)).bench_local(|| {
        conv2d_weight_gradient(
            EXAMPLES,
            geometry,
            black_box(&image),
            &d_out,
            &mut partials,
            &mut scratch,
        );
    });
}

/// [`conv2d_blocks`], or the gradient by the image.
type Convolve = fn(usize, &Conv2d, &[f32], &[f32], Epilogue<'_, f32>, &mut [f32], &mut [f32]);

/// Slices as [`tensors`], with the scratch memory that factors rounded to half width ask for.
fn tensors_of_blocks(geometry: &Conv2d) -> [AlignedBuffer<f32>; 4] {
    let [image, weight, out, _] = tensors(geometry);
    [image, weight, out, noise(geometry.scratch_len_bf16())]
}

fn time_forward(bencher: Bencher<'_, '_>, name: &str, convolve: Convolve) {
    let geometry = named(name);
    let [image, weight, mut out, mut scratch] = tensors_of_blocks(geometry);
    let bias = noise(geometry.output[0]);
    bencher.counter(operations(geometry)).bench_local(|| {
        let (image, then) = (black_box(&image), Epilogue::BiasRelu(&bias));
        convolve(EXAMPLES, geometry, image, &weight, then, &mut out, &mut scratch);
    });
}

#[divan::bench(args = CONVOLUTIONS.map(|(name, _)| name))]
fn blocks_forward(bencher: Bencher<'_, '_>, name: &str) {
    time_forward(bencher, name, conv2d_blocks);
}

#[divan::bench(args = CONVOLUTIONS.map(|(name, _)| name))]
fn blocks_forward_bf16(bencher: Bencher<'_, '_>, name: &str) {
    time_forward(bencher, name, conv2d_blocks_bf16);
}

/// [`conv2d_blocks_max_pool`].
type Pool = fn(usize, &Conv2d, &[f32], &[f32], &[f32], &mut [f32], &mut [f32], &mut [f32]);

fn time_max_pool(bencher: Bencher<'_, '_>, name: &str, pool: Pool) {
    let geometry = named(name);
    let [image, weight, _, mut scratch] = tensors_of_blocks(geometry);
    let [channels, height, width] = geometry.output;
    let pooled = EXAMPLES * channels * (height / 2) * (width / 2);
    let (bias, mut winners, mut out) = (noise(channels), noise(pooled), noise(pooled));
    bencher.counter(operations(geometry)).bench_local(|| {
        let (image, scratch) = (black_box(&image), &mut scratch);
        pool(
            EXAMPLES,
            geometry,
            image,
            &weight,
            &bias,
            &mut winners,
            &mut out,
            scratch,
        );
    });
}

/// With a bias, a rectifier and a pooling.
#[divan::bench(args = ["lenet 1", "lenet 2", "convnet 2"])]
fn blocks_max_pool(bencher: Bencher<'_, '_>, name: &str) {
    time_max_pool(bencher, name, conv2d_blocks_max_pool);
}

#[divan::bench(args = ["lenet 1", "lenet 2", "convnet 2"])]
fn blocks_max_pool_bf16(bencher: Bencher<'_, '_>, name: &str) {
    time_max_pool(bencher, name, conv2d_blocks_max_pool_bf16);
}

fn time_input_gradient(bencher: Bencher<'_, '_>, name: &str, convolve: Convolve) {
    let geometry = named(name);
    let [mut d_image, weight, d_out, mut scratch] = tensors_of_blocks(geometry);
    bencher.counter(operations(geometry)).bench_local(|| {
        let (d_out, then) = (black_box(&d_out), Epilogue::Store);
        convolve(
            EXAMPLES,
            geometry,
            d_out,
            &weight,
            then,
            &mut d_image,
            &mut scratch,
        );
    });
}

#[divan::bench(args = CONVOLUTIONS.map(|(name, _)| name))]
fn blocks_input_gradient(bencher: Bencher<'_, '_>, name: &str) {
    time_input_gradient(bencher, name, conv2d_blocks_input_gradient);
}

#[divan::bench(args = CONVOLUTIONS.map(|(name, _)| name))]
fn blocks_input_gradient_bf16(bencher: Bencher<'_, '_>, name: &str) {
    time_input_gradient(bencher, name, conv2d_blocks_input_gradient_bf16);
}

/// [`conv2d_blocks_weight_gradient`].
type WeightGradient = fn(usize, &Conv2d, &[f32], &[f32], &mut [f32], &mut [f32]);

fn time_weight_gradient(bencher: Bencher<'_, '_>, name: &str, gradient: WeightGradient) {
    let geometry = named(name);
    let [image, mut partials, d_out, mut scratch] = tensors_of_blocks(geometry);
    bencher.counter(operations(geometry)).bench_local(|| {
        let image = black_box(&image);
        gradient(EXAMPLES, geometry, image, &d_out, &mut partials, &mut scratch);
    });
}

#[divan::bench(args = CONVOLUTIONS.map(|(name, _)| name))]
fn blocks_weight_gradient(bencher: Bencher<'_, '_>, name: &str) {
    time_weight_gradient(bencher, name, conv2d_blocks_weight_gradient);
}

#[divan::bench(args = CONVOLUTIONS.map(|(name, _)| name))]
fn blocks_weight_gradient_bf16(bencher: Bencher<'_, '_>, name: &str) {
    time_weight_gradient(bencher, name, conv2d_blocks_weight_gradient_bf16);
}
