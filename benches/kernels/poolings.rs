//! Poolings of images: one by one, with channels last, and in blocks.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use dsl_runtime::AlignedBuffer;
use dsl_runtime::kernels::{
    Pool2d, max_pool2d, max_pool2d_blocks, max_pool2d_blocks_gradient, max_pool2d_channels_last,
    max_pool2d_gradient, mean_pool2d, mean_pool2d_channels_last,
};

use super::{EXAMPLES, noise};

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
