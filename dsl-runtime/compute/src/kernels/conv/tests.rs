//! Convolution compared with seven plain loops.

use super::*;
use crate::isa::Isa;
use crate::kernels::Normalise;
use crate::kernels::testing::{close, values};
use std::ops::Range;

/// A geometry from the numbers that a user writes; the output sizes follow.
pub(super) fn geometry(
    input: [usize; 3],
    channels: usize,
    kernel: [usize; 2],
    stride: [usize; 2],
    pad: [[usize; 2]; 2],
    dilation: [usize; 2],
    groups: usize,
) -> Conv2d {
    let size = |axis: usize| {
        let padded = input[axis + 1] + pad[axis][0] + pad[axis][1];
        (padded - (kernel[axis] - 1) * dilation[axis] - 1) / stride[axis] + 1
    };
    Conv2d {
        input,
        output: [channels, size(0), size(1)],
        kernel,
        stride,
        pad,
        dilation,
        groups,
    }
}

pub(super) fn geometries() -> Vec<Conv2d> {
    let none = [[0, 0]; 2];
    vec![
        geometry([1, 12, 12], 6, [5, 5], [1, 1], none, [1, 1], 1),
        geometry([6, 14, 14], 16, [5, 5], [1, 1], none, [1, 1], 1),
        geometry([1, 8, 9], 3, [5, 5], [1, 1], [[2, 2]; 2], [1, 1], 1),
        geometry([3, 9, 17], 17, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1),
        geometry([4, 7, 6], 8, [1, 1], [1, 1], none, [1, 1], 1),
        geometry([4, 7, 6], 8, [1, 1], [2, 2], none, [1, 1], 2),
        geometry([4, 8, 9], 6, [3, 3], [2, 2], [[1, 1]; 2], [1, 1], 2),
        geometry([2, 9, 7], 2, [3, 2], [1, 2], [[0, 1], [2, 0]], [2, 1], 2),
        geometry([3, 10, 10], 3, [3, 3], [1, 1], [[2, 2]; 2], [2, 2], 3),
        geometry([2, 3, 3], 5, [3, 3], [1, 1], none, [1, 1], 1),
        geometry([2, 1, 40], 3, [1, 7], [1, 1], [[0, 0], [3, 3]], [1, 1], 1),
        geometry([2, 5, 5], 3, [3, 3], [3, 3], [[4, 0], [0, 4]], [1, 1], 1),
        geometry([3, 11, 10], 9, [3, 3], [2, 2], [[1, 1]; 2], [1, 1], 1),
        geometry([2, 13, 12], 14, [3, 4], [3, 2], [[2, 1], [0, 3]], [2, 2], 1),
        geometry([5, 9, 9], 2, [2, 2], [4, 3], none, [1, 1], 1),
        geometry([2, 9, 8], 3, [1, 1], [2, 2], [[1, 1]; 2], [1, 1], 1),
        geometry([2, 30, 9], 2, [5, 3], [6, 1], [[9, 2], [7, 1]], [4, 3], 1),
        geometry([3, 9, 19], 12, [5, 5], [1, 1], [[2, 2]; 2], [1, 1], 3),
        geometry([10, 4, 5], 10, [3, 3], [2, 1], [[1, 1]; 2], [1, 1], 5),
        geometry([9, 3, 3], 8, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1),
        geometry([1, 2, 2], 1, [2, 2], [1, 1], [[3, 2], [2, 3]], [1, 1], 1),
        geometry([3, 9, 11], 20, [3, 3], [2, 2], [[1, 1]; 2], [1, 1], 1),
        geometry([4, 15, 11], 34, [3, 4], [2, 3], [[2, 0], [1, 5]], [2, 1], 2),
        geometry([2, 7, 7], 17, [3, 3], [1, 1], [[3, 3]; 2], [3, 3], 1),
        geometry([0, 5, 16], 3, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1),
        geometry([0, 5, 7], 3, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1),
        geometry([0, 4, 4], 2, [1, 1], [1, 1], none, [1, 1], 1),
        // Rows that are whole vectors, or half vectors, on one machine or another.
        geometry([3, 5, 32], 19, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1),
        geometry([4, 9, 16], 14, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 2),
        geometry([3, 11, 8], 11, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1),
        geometry([2, 14, 32], 9, [3, 3], [2, 2], [[1, 1]; 2], [1, 1], 1),
        geometry([2, 3, 96], 3, [3, 5], [1, 3], [[2, 2], [1, 1]], [2, 1], 1),
        geometry([5, 13, 4], 8, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1),
        geometry([2, 18, 10], 7, [3, 3], [2, 1], [[0, 1], [0, 0]], [1, 1], 1),
        geometry([40, 4, 4], 40, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 40),
        geometry([21, 9, 8], 21, [3, 3], [2, 2], [[1, 1]; 2], [1, 1], 21),
        geometry([4, 17, 35], 4, [5, 5], [1, 1], [[2, 2]; 2], [1, 1], 4),
        geometry([3, 40, 150], 3, [3, 5], [1, 1], [[0, 2], [2, 3]], [2, 1], 3),
    ]
}

/// Calls `visit(index in out, index in weight, index in image)` for every product of one example.
pub(super) fn products(g: &Conv2d, mut visit: impl FnMut(usize, usize, usize)) {
    let [_, height, width] = g.input;
    let [channels, out_height, out_width] = g.output;
    let (group_in, group_out) = (g.input[0] / g.groups, channels / g.groups);
    for o in 0..channels {
        for y in 0..out_height {
            for x in 0..out_width {
                for c in 0..group_in {
                    for i in 0..g.kernel[0] {
                        for j in 0..g.kernel[1] {
                            let row = (y * g.stride[0] + i * g.dilation[0]).wrapping_sub(g.pad[0][0]);
                            let column = (x * g.stride[1] + j * g.dilation[1]).wrapping_sub(g.pad[1][0]);
                            if row < height && column < width {
                                let channel = o / group_out * group_in + c;
                                visit(
                                    (o * out_height + y) * out_width + x,
                                    ((o * group_in + c) * g.kernel[0] + i) * g.kernel[1] + j,
                                    (channel * height + row) * width + column,
                                );
                            }
                        }
                    }
                }
            }
        }
    }
}

struct Case<T> {
    g: Conv2d,
    image: Vec<T>,
    weight: Vec<T>,
    d_out: Vec<T>,
    scratch: Vec<T>,
}

impl<T: Real> Case<T> {
    fn new(g: Conv2d, examples: usize) -> Case<T> {
        Case {
            g,
            image: values(examples * g.image_len(), 1),
            weight: values(g.weight_len(), 2),
            d_out: values(examples * g.out_len(), 3),
            // Scratch memory may hold anything.
            scratch: vec![T::literal(f64::NAN); g.scratch_len()],
        }
    }

    fn images(&self, examples: Range<usize>) -> &[T] {
        &self.image[examples.start * self.g.image_len()..examples.end * self.g.image_len()]
    }

    fn d_outs(&self, examples: Range<usize>) -> &[T] {
        &self.d_out[examples.start * self.g.out_len()..examples.end * self.g.out_len()]
    }
}

fn convolutions_match<T: Real>() {
    for g in geometries() {
        for examples in [0, 1, 3, 17] {
            matches::<T>(g, examples);
        }
    }
}

fn matches<T: Real>(g: Conv2d, examples: usize) {
    let mut case = Case::<T>::new(g, examples);
    let (image_len, out_len, weight_len) = (g.image_len(), g.out_len(), g.weight_len());
    let blocks = examples.div_ceil(BLOCK);
    let (mut want_out, mut want_d_image) = (vec![0.0; examples * out_len], vec![0.0; examples * image_len]);
    let mut want_partials = vec![0.0; blocks * weight_len];
    for example in 0..examples {
        products(&g, |out, weight, pixel| {
            let (out, pixel) = (example * out_len + out, example * image_len + pixel);
            let (x, w, d) = (case.image[pixel], case.weight[weight], case.d_out[out]);
            want_out[out] += w.to_f64() * x.to_f64();
            want_d_image[pixel] += w.to_f64() * d.to_f64();
            want_partials[example / BLOCK * weight_len + weight] += d.to_f64() * x.to_f64();
        });
    }

    let bias: Vec<T> = values(g.output[0], 4);
    let gate: Vec<T> = values(want_out.len(), 5);
    let before: Vec<T> = values(want_out.len(), 6);
    let expect = |scratch: &mut [T], then: Epilogue<'_, T>, finished: &dyn Fn(f64, usize) -> f64| {
        let mut out = before.clone();
        conv2d(examples, &g, &case.image, &case.weight, then, &mut out, scratch);
        let want: Vec<f64> = want_out
            .iter()
            .enumerate()
            .map(|(i, out)| finished(*out, i))
            .collect();
        close(&out, &want, g.taps());
    };
    let channel = |i: usize| i / g.pixels() % g.output[0];
    let scratch = &mut case.scratch;
    expect(scratch, Epilogue::Store, &|out, _| out);
    expect(scratch, Epilogue::Accumulate, &|out, i| out + before[i].to_f64());
    expect(scratch, Epilogue::Bias(&bias), &|out, i| {
        out + bias[channel(i)].to_f64()
    });
    expect(scratch, Epilogue::BiasRelu(&bias), &|out, i| {
        (out + bias[channel(i)].to_f64()).max(0.0)
    });
    expect(scratch, Epilogue::ReluGate(&gate), &|out, i| {
        if gate[i] > T::ZERO { out } else { 0.0 }
    });
    let (mean, scale) = (values::<T>(g.output[0], 7), values::<T>(g.output[0], 8));
    for (residual, relu) in [
        (None, false),
        (None, true),
        (Some(&gate[..]), false),
        (Some(&gate[..]), true),
    ] {
        let normalise = Normalise {
            mean: &mean,
            scale: &scale,
            shift: &bias,
            residual,
            relu,
        };
        expect(scratch, Epilogue::Normalise(&normalise), &|out, i| {
            let [mean, scale, shift] = [&mean, &scale, &bias].map(|each| each[channel(i)].to_f64());
            let sum = (out - mean) * scale + shift + residual.map_or(0.0, |residual| residual[i].to_f64());
            if relu { sum.max(0.0) } else { sum }
        });
    }

    let mut d_image = vec![T::literal(f64::NAN); want_d_image.len()];
    conv2d_input_gradient(examples, &g, &case.d_out, &case.weight, &mut d_image, scratch);
    close(&d_image, &want_d_image, g.output[0] * g.kernel[0] * g.kernel[1]);
    let mut partials = vec![T::literal(f64::NAN); want_partials.len()];
    conv2d_weight_gradient(examples, &g, &case.image, &case.d_out, &mut partials, scratch);
    close(&partials, &want_partials, g.pixels() * BLOCK);
}

#[test]
fn convolutions_match_plain_loops() {
    convolutions_match::<f32>();
    convolutions_match::<f64>();
}

#[test]
fn a_shard_of_whole_blocks_has_the_bits_of_the_batch() {
    for g in geometries() {
        let examples = 37;
        let mut case = Case::<f32>::new(g, examples);
        let mut scratch = std::mem::take(&mut case.scratch);
        let run = |range: Range<usize>, scratch: &mut [f32]| {
            let (image, d_out) = (case.images(range.clone()), case.d_outs(range.clone()));
            let (mut out, mut d_image) = (vec![0.0; d_out.len()], vec![0.0; image.len()]);
            let mut partials = vec![0.0; range.len().div_ceil(BLOCK) * g.weight_len()];
            conv2d(
                range.len(),
                &g,
                image,
                &case.weight,
                Epilogue::Store,
                &mut out,
                scratch,
            );
            conv2d_input_gradient(range.len(), &g, d_out, &case.weight, &mut d_image, scratch);
            conv2d_weight_gradient(range.len(), &g, image, d_out, &mut partials, scratch);
            [out, d_image, partials]
        };
        let whole = run(0..examples, &mut scratch);
        let [first, second] = [run(0..16, &mut scratch), run(16..examples, &mut scratch)];
        for ((whole, first), second) in whole.into_iter().zip(first).zip(second) {
            assert_eq!(whole, [first, second].concat());
        }
    }
}

/// Idle workers each take rows of vectors, or channels, from a frame of the image and from one by columns of
/// the kernel.
#[test]
fn a_single_image_has_the_same_bits_whoever_helps() {
    let vectors = geometry([16, 31, 32], 18, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1);
    let halves = geometry([32, 8, 8], 66, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1);
    let strided = geometry([32, 32, 32], 32, [3, 3], [2, 2], [[1, 1]; 2], [1, 1], 2);
    let along = geometry([16, 35, 35], 33, [3, 3], [1, 1], [[0, 0]; 2], [1, 1], 1);
    let columns = geometry([32, 18, 18], 64, [3, 3], [2, 2], [[1, 1]; 2], [1, 1], 1);
    let grouped = geometry([32, 9, 9], 66, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 2);
    let ways = [
        (vectors, true),
        (halves, true),
        (strided, true),
        (along, false),
        (columns, false),
        (grouped, false),
    ];
    assert!(!along.is_by_columns() && columns.is_by_columns() && grouped.is_by_columns());
    for (g, in_vectors) in ways {
        assert_eq!(g.is_in_vectors::<f32>(&Isa::AVX512), in_vectors, "{g:?}");
        let case = Case::<f32>::new(g, 1);
        let (bias, gate) = (values(g.output[0], 4), values(g.out_len(), 5));
        let normalise = Normalise {
            mean: &bias,
            scale: &bias,
            shift: &bias,
            residual: Some(&gate),
            relu: true,
        };
        let thens = [
            Epilogue::Store,
            Epilogue::Accumulate,
            Epilogue::Bias(&bias),
            Epilogue::BiasRelu(&bias),
            Epilogue::Normalise(&normalise),
            Epilogue::ReluGate(&gate),
        ];
        for then in thens {
            let formed = |threads: usize, scratch: usize| {
                let mut out = values(g.out_len(), 6);
                let mut scratch = vec![f32::NAN; scratch * g.scratch_len()];
                let mut team = crate::parallel::Team::new(threads);
                team.run_alone(|| {
                    conv2d(1, &g, &case.image, &case.weight, then, &mut out, &mut scratch);
                });
                out
            };
            let alone = formed(1, 1);
            for threads in [2, 3, 5] {
                assert_eq!(alone, formed(threads, threads), "{g:?}, {then:?}, {threads}");
            }
            assert_eq!(alone, formed(5, 2), "{g:?}, {then:?}");
        }
    }
}

/// Images so large that they are worked on in bands of rows, the last of them smaller.
#[test]
fn bands_of_rows_match_plain_loops() {
    let geometries = [
        geometry([1, 1501, 250], 1, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1),
        geometry([2, 2101, 260], 3, [3, 2], [2, 2], [[0, 1], [1, 0]], [1, 1], 1),
    ];
    for g in geometries {
        let whole = g.image_len() + g.out_len();
        assert!(g.scratch_len() < whole, "{} of {whole}", g.scratch_len());
        matches::<f32>(g, 1);
    }
}

#[test]
fn scratch_memory_does_not_grow_with_the_image() {
    let vgg = |side: usize| geometry([64, side, side], 64, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1);
    let mebibyte = (1 << 20) / size_of::<f32>();
    for side in [56, 112, 224, 448] {
        let scratch = vgg(side).scratch_len();
        assert!(scratch < 4 * mebibyte, "{side}: {scratch}");
    }
}

#[test]
#[should_panic(expected = "the sizes do not agree")]
fn a_geometry_that_does_not_add_up_is_refused() {
    let mut g = geometry([1, 5, 5], 1, [3, 3], [1, 1], [[0, 0]; 2], [1, 1], 1);
    g.output = [1, 3, 4];
    conv2d(0, &g, &[0.0f32; 0], &[0.0; 9], Epilogue::Store, &mut [], &mut []);
}
