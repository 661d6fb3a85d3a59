//! The kernels by themselves, on the shapes of small networks: `cargo bench --bench kernels`.
//!
//! Items per second of a product or a convolution are floating-point operations, of the others outputs.

#![expect(unsafe_code, reason = "a product of another crate takes pointers")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use dsl_runtime::AlignedBuffer;
use dsl_runtime::Real;
use dsl_runtime::kernels::{
    Conv2d, Epilogue, Matrix, MatrixMut, PackedFactor, PackedWeight, Pool2d, WeightForm, conv2d,
    conv2d_blocks, conv2d_blocks_bf16, conv2d_blocks_input_gradient, conv2d_blocks_input_gradient_bf16,
    conv2d_blocks_max_pool, conv2d_blocks_max_pool_bf16, conv2d_blocks_weight_gradient,
    conv2d_blocks_weight_gradient_bf16, conv2d_channels_last, conv2d_input_gradient, conv2d_weight_gradient,
    from_blocks, gemm, gemm_bf16, max_pool2d, max_pool2d_blocks, max_pool2d_blocks_gradient,
    max_pool2d_channels_last, max_pool2d_gradient, mean_pool2d, mean_pool2d_channels_last, pack_factor,
    pack_weight, packed_len, packed_weight_len, softmax, to_blocks,
};
use dsl_runtime::parallel::{Elementwise, elementwise};
use dsl_runtime::random::Stream;

fn main() {
    divan::main();
}

/// Numbers where a network has its values: aligned to a vector.
fn noise(len: usize) -> AlignedBuffer<f32> {
    let (mut stream, mut noise) = (Stream::new(0, "noise"), AlignedBuffer::zeros(len));
    noise.iter_mut().for_each(|x| *x = stream.normal() as f32);
    noise
}

/// Which factor is transposed: it is stored the other way round.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Transposed {
    Neither,
    Left,
    Right,
}

use Transposed::{Left, Neither, Right};

/// Rows, columns, terms.
const PRODUCTS: [([usize; 3], Transposed); 33] = [
    // Dense layers of perceptrons: values, gradients of the weights and of the inputs.
    ([128, 512, 784], Neither),
    ([784, 512, 128], Left),
    ([128, 512, 256], Right),
    ([128, 256, 512], Neither),
    ([128, 10, 256], Neither),
    ([256, 10, 128], Left),
    ([128, 256, 10], Right),
    ([64, 128, 784], Neither),
    ([64, 120, 400], Neither),
    ([64, 400, 120], Right),
    // Convolutions as products.
    ([16, 1024, 144], Neither),
    ([32, 256, 288], Neither),
    // Pointwise convolutions of one small image.
    ([128, 256, 64], Neither),
    ([256, 64, 256], Neither),
    ([512, 16, 512], Neither),
    // Steps of a recurrence.
    ([64, 512, 128], Neither),
    ([64, 128, 512], Right),
    ([156, 512, 64], Left),
    // Transformers: projections, scores and what they weigh, of one head of 64 positions.
    ([1024, 512, 128], Neither),
    ([1024, 128, 512], Neither),
    ([128, 512, 1024], Left),
    ([1024, 128, 512], Right),
    ([64, 64, 32], Right),
    ([64, 32, 64], Neither),
    ([64, 32, 64], Left),
    // Few rows, few columns.
    ([1, 512, 784], Neither),
    ([4, 512, 128], Neither),
    ([8, 512, 784], Neither),
    ([12, 256, 256], Neither),
    ([24, 512, 784], Neither),
    ([256, 24, 256], Neither),
    ([256, 48, 256], Neither),
    // Factors larger than the caches.
    ([512, 4096, 1024], Neither),
];

fn product_names() -> impl Iterator<Item = String> {
    PRODUCTS
        .iter()
        .map(|([m, n, k], transposed)| format!("{m}x{k}x{n} {transposed:?}"))
}

/// Rows, columns, terms, and the strides of both factors.
fn product_named(name: &str) -> ([usize; 3], [[usize; 2]; 2]) {
    let index = product_names().position(|other| other == name);
    let ([m, n, k], transposed) = PRODUCTS[index.expect("one of the products")];
    let a_strides = if transposed == Left { [1, m] } else { [k, 1] };
    let b_strides = if transposed == Right { [1, k] } else { [n, 1] };
    ([m, n, k], [a_strides, b_strides])
}

/// The same products by `matrixmultiply`.
#[divan::bench(args = product_names())]
fn product_by_matrixmultiply(bencher: Bencher<'_, '_>, name: &str) {
    let ([m, n, k], strides) = product_named(name);
    let (a, b, mut c) = (noise(m * k), noise(k * n), AlignedBuffer::<f32>::zeros(m * n));
    let [[a_row, a_column], [b_row, b_column]] = strides.map(|strides| strides.map(|stride| stride as isize));
    bencher.counter(ItemsCount::new(2 * m * n * k)).bench_local(|| {
        let (a, b) = (black_box(&a).as_ptr(), b.as_ptr());
        // SAFETY: the factors have `m * k` and `k * n` elements, the product `m * n`, as the strides say.
        unsafe {
            matrixmultiply::sgemm(
                m,
                k,
                n,
                1.0,
                a,
                a_row,
                a_column,
                b,
                b_row,
                b_column,
                0.0,
                c.as_mut_ptr(),
                n as isize,
                1,
            );
        }
    });
}

#[divan::bench(args = product_names())]
fn product(bencher: Bencher<'_, '_>, name: &str) {
    let ([m, n, k], [a_strides, b_strides]) = product_named(name);
    let (a, b, mut c) = (noise(m * k), noise(k * n), AlignedBuffer::zeros(m * n));
    bencher.counter(ItemsCount::new(2 * m * n * k)).bench_local(|| {
        let a = black_box(&a);
        gemm(
            [m, n, k],
            Matrix::new(a, a_strides),
            Matrix::new(&b, b_strides),
            Epilogue::Store,
            MatrixMut::new(&mut c, n),
        );
    });
}

/// The same products of factors rounded to half width.
#[divan::bench(args = product_names())]
fn product_bf16(bencher: Bencher<'_, '_>, name: &str) {
    let ([m, n, k], [a_strides, b_strides]) = product_named(name);
    let (a, b, mut c) = (noise(m * k), noise(k * n), AlignedBuffer::zeros(m * n));
    bencher.counter(ItemsCount::new(2 * m * n * k)).bench_local(|| {
        let a = black_box(&a);
        gemm_bf16(
            [m, n, k],
            Matrix::new(a, a_strides),
            Matrix::new(&b, b_strides),
            Epilogue::Store,
            MatrixMut::new(&mut c, n),
        );
    });
}

/// Products of many rows by a weight that is packed before, as results are computed: rows, terms, columns.
const BY_WEIGHTS: [[usize; 3]; 12] = [
    // Dense layers.
    [32, 784, 512],
    [32, 512, 256],
    [8, 784, 512],
    [64, 128, 512],
    [64, 512, 128],
    [512, 128, 512],
    // Pointwise convolutions of images whose channels lie last.
    [1024, 32, 64],
    [256, 64, 128],
    [256, 128, 128],
    [64, 256, 256],
    [16, 512, 512],
    [512, 512, 512],
];

#[divan::bench(args = BY_WEIGHTS.map(|sizes| format!("{sizes:?}")))]
fn product_by_packed_factor(bencher: Bencher<'_, '_>, name: &str) {
    let index = BY_WEIGHTS.iter().position(|sizes| format!("{sizes:?}") == name);
    let [m, k, n] = BY_WEIGHTS[index.expect("one of the products")];
    let (a, b, mut c) = (noise(m * k), noise(k * n), AlignedBuffer::zeros(m * n));
    let b = Matrix::new(&b, [1, k]);
    let mut panels = noise(packed_len::<f32>([k, n]));
    pack_factor([k, n], b, &mut panels);
    let bias = noise(n);
    bencher.counter(ItemsCount::new(2 * m * n * k)).bench_local(|| {
        gemm(
            [m, n, k],
            Matrix::new(black_box(&a), [k, 1]),
            b.with_packed(Some(PackedFactor::new([k, n], &panels))),
            Epilogue::BiasRelu(&bias),
            MatrixMut::new(&mut c, n),
        );
    });
}

const EXAMPLES: usize = 16;

/// What is convolved: a name, and the geometry.
const CONVOLUTIONS: [(&str, Conv2d); 29] = [
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

/// Planes, and the side of a plane before pooling: LeNet-5's two for 16 examples.
const POOLINGS: [(usize, usize); 2] = [(96, 28), (256, 10)];

fn halving(side: usize) -> Pool2d {
    Pool2d {
        input: [side; 2],
        output: [side / 2; 2],
        window: [2; 2],
        stride: [2; 2],
        pad: [[0; 2]; 2],
    }
}

#[divan::bench(args = POOLINGS)]
fn maximum(bencher: Bencher<'_, '_>, (planes, side): (usize, usize)) {
    let (x, mut y) = (
        noise(planes * side * side),
        AlignedBuffer::zeros(planes * side * side / 4),
    );
    bencher.counter(ItemsCount::new(y.len())).bench_local(|| {
        max_pool2d(planes, &halving(side), black_box(&x), &mut y);
    });
}

/// Channels, the side of an image, and that of the windows, which are one stride apart or one image large.
const POOLINGS_CHANNELS_LAST: [(usize, usize, usize); 4] =
    [(6, 28, 2), (16, 10, 2), (64, 56, 2), (512, 7, 7)];

fn windows(side: usize, window: usize) -> Pool2d {
    Pool2d {
        input: [side; 2],
        output: [side / window; 2],
        window: [window; 2],
        stride: [window; 2],
        pad: [[0; 2]; 2],
    }
}

/// [`max_pool2d`], or another pooling.
type Pooling = fn(usize, &Pool2d, &[f32], &mut [f32]);

fn time_pooling(bencher: Bencher<'_, '_>, sizes: (usize, usize, usize), count: usize, pool: Pooling) {
    let ((channels, side, window), geometry) = (sizes, windows(sizes.1, sizes.2));
    let x = noise(EXAMPLES * channels * side * side);
    let mut y = AlignedBuffer::zeros(EXAMPLES * channels * (side / window) * (side / window));
    bencher.counter(ItemsCount::new(x.len())).bench_local(|| {
        pool(count, &geometry, black_box(&x), &mut y);
    });
}

/// Poolings of images by planes and with the channels last; items are pixels.
#[divan::bench(args = POOLINGS_CHANNELS_LAST)]
fn pooled_maximum(bencher: Bencher<'_, '_>, sizes: (usize, usize, usize)) {
    time_pooling(bencher, sizes, EXAMPLES * sizes.0, max_pool2d);
}

#[divan::bench(args = POOLINGS_CHANNELS_LAST)]
fn pooled_maximum_channels_last(bencher: Bencher<'_, '_>, sizes: (usize, usize, usize)) {
    time_pooling(bencher, sizes, EXAMPLES, max_pool2d_channels_last);
}

#[divan::bench(args = POOLINGS_CHANNELS_LAST)]
fn pooled_mean(bencher: Bencher<'_, '_>, sizes: (usize, usize, usize)) {
    time_pooling(bencher, sizes, EXAMPLES * sizes.0, mean_pool2d);
}

#[divan::bench(args = POOLINGS_CHANNELS_LAST)]
fn pooled_mean_channels_last(bencher: Bencher<'_, '_>, sizes: (usize, usize, usize)) {
    time_pooling(bencher, sizes, EXAMPLES, mean_pool2d_channels_last);
}

#[divan::bench(args = POOLINGS)]
fn maximum_gradient(bencher: Bencher<'_, '_>, (planes, side): (usize, usize)) {
    let (x, d_y) = (noise(planes * side * side), noise(planes * side * side / 4));
    let mut d_x = AlignedBuffer::zeros(x.len());
    bencher.counter(ItemsCount::new(d_y.len())).bench_local(|| {
        max_pool2d_gradient(planes, &halving(side), black_box(&x), &d_y, &mut d_x);
    });
}

#[divan::bench(args = POOLINGS)]
fn blocks_maximum(bencher: Bencher<'_, '_>, (planes, side): (usize, usize)) {
    let (x, mut y) = (
        noise(planes * side * side),
        AlignedBuffer::zeros(planes * side * side / 4),
    );
    bencher.counter(ItemsCount::new(y.len())).bench_local(|| {
        max_pool2d_blocks(planes / EXAMPLES, &halving(side), black_box(&x), &mut y);
    });
}

#[divan::bench(args = POOLINGS)]
fn blocks_maximum_gradient(bencher: Bencher<'_, '_>, (planes, side): (usize, usize)) {
    let (x, d_y) = (noise(planes * side * side), noise(planes * side * side / 4));
    let mut d_x = AlignedBuffer::zeros(x.len());
    bencher.counter(ItemsCount::new(d_y.len())).bench_local(|| {
        max_pool2d_blocks_gradient(planes / EXAMPLES, &halving(side), black_box(&x), &d_y, &mut d_x);
    });
}

/// Elements of an example: an image, what LeNet-5's convolutions end in, and a row of logits.
const WIDTHS: [usize; 3] = [784, 400, 10];

#[divan::bench(args = WIDTHS)]
fn into_blocks(bencher: Bencher<'_, '_>, width: usize) {
    let (x, mut y) = (noise(EXAMPLES * width), AlignedBuffer::zeros(EXAMPLES * width));
    bencher.counter(ItemsCount::new(y.len())).bench_local(|| {
        to_blocks(EXAMPLES, width, black_box(&x), &mut y);
    });
}

#[divan::bench(args = WIDTHS)]
fn out_of_blocks(bencher: Bencher<'_, '_>, width: usize) {
    let (x, mut y) = (noise(EXAMPLES * width), AlignedBuffer::zeros(EXAMPLES * width));
    bencher.counter(ItemsCount::new(y.len())).bench_local(|| {
        from_blocks(EXAMPLES, width, black_box(&x), &mut y);
    });
}

/// Rows of few and of many classes: the time is that of the exponential, once the rows are long.
#[divan::bench(args = [(64, 10), (64, 1000)])]
fn softmax_of_rows(bencher: Bencher<'_, '_>, (rows, classes): (usize, usize)) {
    let (x, mut y) = (noise(rows * classes), AlignedBuffer::zeros(rows * classes));
    bencher.counter(ItemsCount::new(x.len())).bench_local(|| {
        softmax(rows, classes, black_box(&x), &mut y);
    });
}

/// Arguments where results are ordinary, vanish, are subnormal, and grow to 1 or to infinity; tiny ones last.
const ARGUMENTS: [(&str, [f32; 2]); 10] = [
    ("ordinary", [-4.0, 4.0]),
    ("-inf", [f32::NEG_INFINITY; 2]),
    ("-1e4", [-1e4; 2]),
    ("-1000 to -104", [-1000.0, -104.0]),
    ("-104 to -87", [-103.9, -87.4]),
    ("-87 to -20", [-87.0, -20.0]),
    ("20 to 88", [20.0, 88.0]),
    ("88 to 1000", [88.0, 1000.0]),
    ("inf", [f32::INFINITY; 2]),
    ("1e-21", [1e-21; 2]),
];

/// Elements of a vector that stays in the first cache together with its result.
const IN_CACHE: usize = 4096;

/// A function that ends in 0, 1 or infinity, in a loop over arguments of each kind: none should take more than twice
/// as long as ordinary ones.
macro_rules! saturating {
    ($($name:ident, $step:ident;)*) => {$(
        struct $step;

        impl Elementwise<f32, 1> for $step {
            #[inline(always)]
            fn run<const FMA: bool>([x]: [&[f32]; 1], y: &mut [f32]) {
                for (y, x) in y.iter_mut().zip(x) {
                    *y = Real::$name::<FMA>(*x);
                }
            }
        }

        #[divan::bench(args = ARGUMENTS.map(|(name, _)| name))]
        fn $name(bencher: Bencher<'_, '_>, name: &str) {
            let (x, mut y) = (arguments(name, IN_CACHE), AlignedBuffer::zeros(IN_CACHE));
            bencher
                .counter(ItemsCount::new(IN_CACHE))
                .bench_local(|| elementwise($step, [black_box(&x)], &mut y));
        }
    )*};
}

saturating! {
    exp, Exp;
    sigmoid, Sigmoid;
    tanh, Tanh;
    softplus, Softplus;
    erf, Erf;
}

/// Arguments of a kind, spread evenly over its range.
fn arguments(name: &str, len: usize) -> AlignedBuffer<f32> {
    let kind = ARGUMENTS.iter().find(|(other, _)| *other == name);
    let (_, [low, high]) = *kind.expect("one of the kinds");
    let (mut stream, mut x) = (Stream::new(0, "arguments"), AlignedBuffer::zeros(len));
    for x in x.iter_mut() {
        let share = stream.uniform() as f32;
        *x = if low == high {
            low
        } else {
            low + (high - low) * share
        };
    }
    x
}

/// Rows of scores of which a causal mask leaves half, beside rows without a mask.
#[divan::bench(args = ["plain", "causal"])]
fn softmax_of_scores(bencher: Bencher<'_, '_>, mask: &str) {
    let (mut x, mut y) = (noise(64 * 64), AlignedBuffer::zeros(64 * 64));
    if mask == "causal" {
        for (query, row) in x.chunks_exact_mut(64).enumerate() {
            row[query + 1..].fill(f32::NEG_INFINITY);
        }
    }
    bencher
        .counter(ItemsCount::new(x.len()))
        .bench_local(|| softmax(64, 64, black_box(&x), &mut y));
}

/// What loops that read and write in the first cache are held against.
#[divan::bench]
fn copy_in_cache(bencher: Bencher<'_, '_>) {
    let (x, mut y) = (noise(IN_CACHE), AlignedBuffer::zeros(IN_CACHE));
    bencher
        .counter(ItemsCount::new(IN_CACHE))
        .bench_local(|| y.copy_from_slice(black_box(&x)));
}
