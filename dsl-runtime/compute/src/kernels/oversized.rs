//! Tests that every kernel refuses, with a message, sizes whose products overflow, whether or not the build
//! checks arithmetic. With a product that wraps around, slices of the wrong length would pass for the right
//! one, and two workers would be handed the same elements.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::Real;

/// A size that is representable although small multiples of it are not.
const HUGE: usize = 1 << (usize::BITS - 3);

/// Asserts that a call panics with a message about sizes or lengths, which no arithmetic or index check
/// gives.
#[track_caller]
fn refused(call: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(call)).expect_err("sizes that wrap around were taken");
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or(panic.downcast_ref::<&str>().copied())
        .expect("a panic has a message")
        .to_owned();
    let words = [
        "too large",
        "too many",
        "too short",
        "elements",
        "length",
        "do not fit",
        "the sums of",
        "the number of",
    ];
    let said = words.iter().any(|word| message.contains(word));
    assert!(said && !message.contains("attempt to"), "{message}");
    message
}

/// A convolution, or the gradient of blocks by their images.
type Convolve = fn(usize, &Conv2d, &[f32], &[f32], Epilogue<'_, f32>, &mut [f32], &mut [f32]);

/// A gradient of a convolution that has no epilogue.
type Gradient = fn(usize, &Conv2d, &[f32], &[f32], &mut [f32], &mut [f32]);

/// A convolution of blocks that is pooled.
type Pool = fn(usize, &Conv2d, &[f32], &[f32], &[f32], &mut [f32], &mut [f32], &mut [f32]);

/// Calls every kernel of convolution with slices of the lengths that the wrapped products give.
fn convolutions(geometry: &Conv2d) {
    let wrapped = |sizes: &[usize]| {
        sizes
            .iter()
            .fold(1, |product: usize, size| product.wrapping_mul(*size))
    };
    let kernel = wrapped(&geometry.kernel);
    let inner = geometry.input[0] / geometry.groups.max(1);
    for examples in [0, 1, 16] {
        let lengths = [
            wrapped(&geometry.input),
            wrapped(&geometry.output),
            wrapped(&[geometry.output[0], inner, kernel]),
        ]
        .map(|len| if len > 1 << 21 { 0 } else { len });
        let [image, out] = [0, 1].map(|side| vec![0.0f32; lengths[side] * examples]);
        let weight = vec![0.0f32; lengths[2]];
        let (mut image_out, mut out_out) = (image.clone(), out.clone());
        let (mut partials, mut scratch) = (weight.clone(), vec![0.0f32; 1 << 16]);
        let too_large = |call: &mut dyn FnMut()| {
            let message = refused(call);
            assert!(message.contains("too large"), "{message}");
        };
        for convolve in [conv2d, conv2d_bf16, conv2d_blocks, conv2d_blocks_bf16] as [Convolve; 4] {
            let then = Epilogue::Store;
            too_large(&mut || {
                convolve(
                    examples,
                    geometry,
                    &image,
                    &weight,
                    then,
                    &mut out_out,
                    &mut scratch,
                )
            });
        }
        for gradient in [conv2d_input_gradient, conv2d_input_gradient_bf16] as [Gradient; 2] {
            too_large(&mut || gradient(examples, geometry, &out, &weight, &mut image_out, &mut scratch));
        }
        for convolve in [conv2d_blocks_input_gradient, conv2d_blocks_input_gradient_bf16] as [Convolve; 2] {
            let then = Epilogue::Store;
            too_large(&mut || {
                convolve(
                    examples,
                    geometry,
                    &out,
                    &weight,
                    then,
                    &mut image_out,
                    &mut scratch,
                )
            });
        }
        let gradients: [Gradient; 4] = [
            conv2d_weight_gradient,
            conv2d_weight_gradient_bf16,
            conv2d_blocks_weight_gradient,
            conv2d_blocks_weight_gradient_bf16,
        ];
        for gradient in gradients {
            too_large(&mut || gradient(examples, geometry, &image, &out, &mut partials, &mut scratch));
        }
        let (mut pooled, mut winners) = (out.clone(), out.clone());
        for pool in [conv2d_blocks_max_pool, conv2d_blocks_max_pool_bf16] as [Pool; 2] {
            let (bias, results) = (&[0.0; 1], (&mut winners, &mut pooled));
            too_large(&mut || {
                pool(
                    examples,
                    geometry,
                    &image,
                    &weight,
                    bias,
                    results.0,
                    results.1,
                    &mut scratch,
                );
            });
        }
    }
    refused(|| {
        geometry.scratch_len();
    });
    refused(|| {
        geometry.scratch_len_channels_last();
    });
    refused(|| {
        Conv2d::most_scratch_channels_last(&[*geometry]);
    });
    refused(|| {
        geometry.scratch_len_bf16();
    });
    refused(|| {
        Conv2d::most_scratch(&[*geometry]);
    });
    refused(|| {
        Conv2d::most_scratch_bf16(&[*geometry]);
    });
}

#[test]
fn convolutions_of_sizes_that_wrap_around_are_refused() {
    let plain = Conv2d {
        input: [1, 4, 8],
        output: [1, 4, 8],
        kernel: [1, 1],
        stride: [1, 1],
        pad: [[0, 0]; 2],
        dilation: [1, 1],
        groups: 1,
    };
    // The product wraps around to 2¹⁸ pixels.
    let tall = (1 << 61) + (1 << 15);
    let oversized = [
        Conv2d {
            input: [1, tall, 8],
            output: [1, tall, 8],
            ..plain
        },
        Conv2d {
            input: [1, tall, 8],
            output: [1, tall, 8],
            kernel: [3, 3],
            pad: [[1, 1]; 2],
            ..plain
        },
        Conv2d {
            input: [HUGE, 4, 8],
            output: [HUGE, 4, 8],
            ..plain
        },
        // A size of 0 makes the whole product small.
        Conv2d {
            input: [0, HUGE, HUGE],
            output: [1, HUGE, HUGE],
            ..plain
        },
        Conv2d {
            output: [HUGE, 4, 8],
            input: [0, 4, 8],
            groups: HUGE,
            ..plain
        },
        // Padding, kernel, stride and dilation, each by itself.
        Conv2d {
            pad: [[usize::MAX, 0], [0, 0]],
            ..plain
        },
        Conv2d {
            pad: [[usize::MAX / 2; 2]; 2],
            ..plain
        },
        Conv2d {
            kernel: [HUGE, 1],
            output: [1, 0, 8],
            dilation: [16, 1],
            ..plain
        },
        Conv2d {
            kernel: [1 << 31, 1 << 31],
            pad: [[1 << 30; 2]; 2],
            output: [1, 5, 9],
            ..plain
        },
        // The product of these strides wraps around to 1.
        Conv2d {
            stride: [3, usize::MAX / 3 * 2 + 1],
            output: [1, 2, 1],
            ..plain
        },
        Conv2d {
            stride: [HUGE, 1],
            dilation: [16, 1],
            output: [1, 1, 8],
            ..plain
        },
    ];
    for geometry in &oversized {
        convolutions(geometry);
    }
}

#[test]
fn the_weight_of_too_many_elements_has_no_length() {
    let geometry = Conv2d {
        input: [HUGE, 1, 1],
        output: [16, 1, 1],
        kernel: [1, 1],
        stride: [1, 1],
        pad: [[0, 0]; 2],
        dilation: [1, 1],
        groups: 1,
    };
    refused(|| {
        geometry.weight_len();
    });
}

fn pools(geometry: &Pool2d, planes: usize) {
    let wrapped = |[height, width]: [usize; 2]| match planes.wrapping_mul(height).wrapping_mul(width) {
        len if len > 1 << 21 => 0,
        len => len,
    };
    let (x, y) = (
        vec![0.0f32; wrapped(geometry.input)],
        vec![0.0f32; wrapped(geometry.output)],
    );
    let (mut x_out, mut y_out) = (x.clone(), y.clone());
    refused(|| max_pool2d(planes, geometry, &x, &mut y_out));
    refused(|| max_pool2d_gradient(planes, geometry, &x, &y, &mut x_out));
    refused(|| max_pool2d_at(planes, geometry, &x, &x, &mut y_out));
    refused(|| mean_pool2d(planes, geometry, &x, &mut y_out));
    refused(|| mean_pool2d_gradient(planes, geometry, &y, &mut x_out));
    refused(|| max_pool2d_blocks(planes, geometry, &x, &mut y_out));
    refused(|| max_pool2d_blocks_gradient(planes, geometry, &x, &y, &mut x_out));
    refused(|| max_pool2d_blocks_winners(planes, geometry, &x, &mut y_out));
    refused(|| max_pool2d_blocks_spread(planes, geometry, &y, &y, &mut x_out));
    refused(|| mean_pool2d_blocks(planes, geometry, &x, &mut y_out));
    refused(|| mean_pool2d_blocks_gradient(planes, geometry, &y, &mut x_out));
    if !x.is_empty() || !y.is_empty() {
        refused(|| max_pool2d_channels_last(planes, geometry, &x, &mut y_out));
        refused(|| mean_pool2d_channels_last(planes, geometry, &x, &mut y_out));
    }
}

#[test]
fn pooling_of_sizes_that_wrap_around_is_refused() {
    let halving = Pool2d {
        input: [8, 8],
        output: [4, 4],
        window: [2, 2],
        stride: [2, 2],
        pad: [[0, 0]; 2],
    };
    let oversized = [
        Pool2d {
            input: [HUGE, 8],
            output: [HUGE / 2, 4],
            ..halving
        },
        Pool2d {
            input: [0, usize::MAX],
            output: [0, HUGE / 2],
            ..halving
        },
        Pool2d {
            pad: [[usize::MAX, 1], [0, 0]],
            ..halving
        },
        Pool2d {
            stride: [usize::MAX, 2],
            output: [3, 4],
            ..halving
        },
        Pool2d {
            window: [usize::MAX, 2],
            output: [2, 4],
            ..halving
        },
        Pool2d {
            output: [HUGE, 4],
            stride: [8, 2],
            ..halving
        },
    ];
    for geometry in &oversized {
        for planes in [0, 1, 8] {
            pools(geometry, planes);
        }
    }
    pools(&halving, 1 << 60);
    pools(&halving, usize::MAX);
}

#[test]
fn matrices_whose_sizes_wrap_around_are_refused() {
    fn all<T: Real>(m: usize, n: usize, k: usize) {
        let (a, mut c) = ([T::ONE; 16], [T::ONE; 16]);
        let strides = [[k, 1], [n, 1]];
        refused(|| {
            gemm(
                [m, n, k],
                Matrix::new(&a, strides[0]),
                Matrix::new(&a, strides[1]),
                Epilogue::Store,
                MatrixMut::new(&mut c, n),
            )
        });
        refused(|| {
            gemm_bf16(
                [m, n, k],
                Matrix::new(&a, strides[0]),
                Matrix::new(&a, strides[1]),
                Epilogue::Store,
                MatrixMut::new(&mut c, n),
            )
        });
        refused(|| gemv(m, n, T::ONE, &a, [n, 1], &a, T::ZERO, &mut c));
        refused(|| ger(m, n, T::ONE, &a, &a, &mut c, n));
    }
    for [m, n, k] in [[HUGE, 8, 2], [16, HUGE, 2], [HUGE + 2, 8, 1], [4, 4, HUGE]] {
        all::<f32>(m, n, k);
        all::<f64>(m, n, k);
    }
}

#[test]
fn rows_whose_number_wraps_around_are_refused() {
    let (x, mut y) = ([0.0f32; 16], [0.0f32; 16]);
    let draws = Draws::new(1, 2);
    for (rows, width) in [(HUGE, 8), (HUGE + 1, 16), (8, HUGE), (usize::MAX, 16)] {
        refused(|| softmax(rows, width, &x, &mut y));
        refused(|| log_softmax(rows, width, &x, &mut y));
        refused(|| cumsum(rows, width, 1, false, &x, &mut y));
        refused(|| cumsum(1, rows, width, true, &x, &mut y));
        refused(|| sum_examples(rows, width, &x, 0..width, &mut y));
        refused(|| sum_of_blocks(rows.saturating_mul(16), width, &x, &mut y));
        refused(|| to_blocks(rows, width, &x, &mut y));
        refused(|| from_blocks(rows, width, &x, &mut y));
        refused(|| clear_missing(rows, width, &mut y));
        refused(|| uniform_noise(0, rows, width, draws, &mut y));
        refused(|| normal_noise(0, rows, width, draws, &mut y));
        refused(|| gather(rows, width, &x, &[0; 2], &mut y));
        refused(|| scatter_add(rows, width, &[0; 2], &x, 0..rows, &mut y));
    }
}
