//! Convolutions in bf16 compared with seven plain loops over rounded factors.

use super::super::tests::{geometries, geometry, products};
use super::*;
use crate::kernels::testing::{close, values};
use crate::kernels::{Normalise, conv2d, conv2d_blocks, conv2d_blocks_weight_gradient};
use crate::kernels::{Pool2d, max_pool2d_blocks, max_pool2d_blocks_winners};
use crate::parallel::BLOCK;

/// Numbers of channels, kernels, padding and widths around the sizes of tiles.
fn awkward_geometries() -> Vec<Conv2d> {
    let mut all = geometries();
    let (none, one, two) = ([[0, 0]; 2], [[1, 1]; 2], [[2, 2]; 2]);
    for (from, to) in [
        (1, 16),
        (3, 16),
        (6, 17),
        (16, 16),
        (17, 33),
        (33, 6),
        (16, 1),
        (8, 40),
        (64, 16),
    ] {
        all.push(geometry([from, 7, 6], to, [3, 3], [1, 1], one, [1, 1], 1));
        all.push(geometry([from, 4, 5], to, [1, 1], [1, 1], none, [1, 1], 1));
        all.push(geometry([from, 6, 9], to, [5, 5], [1, 1], two, [1, 1], 1));
        all.push(geometry([from, 7, 8], to, [3, 3], [2, 2], one, [1, 1], 1));
    }
    // Kernels that are not square, more padding than a kernel covers, rows without padding.
    all.push(geometry(
        [10, 5, 9],
        18,
        [2, 3],
        [1, 1],
        [[3, 0], [0, 4]],
        [1, 1],
        1,
    ));
    all.push(geometry(
        [9, 8, 3],
        20,
        [3, 1],
        [1, 1],
        [[0, 2], [0, 0]],
        [1, 1],
        1,
    ));
    all.push(geometry([12, 9, 10], 9, [4, 2], [2, 1], none, [1, 1], 1));
    all.push(geometry(
        [8, 5, 13],
        16,
        [3, 5],
        [1, 3],
        [[1, 1], [2, 1]],
        [1, 1],
        1,
    ));
    // Groups, of many channels and of few.
    all.push(geometry([20, 5, 6], 24, [3, 3], [1, 1], one, [1, 1], 2));
    all.push(geometry([16, 5, 6], 16, [3, 3], [1, 1], one, [1, 1], 4));
    all.push(geometry([6, 5, 6], 6, [3, 3], [1, 1], one, [1, 1], 6));
    // A weight that does not stay near, and more than is copied at a time.
    all.push(geometry([176, 3, 4], 176, [3, 3], [1, 1], one, [1, 1], 1));
    all.push(geometry([64, 24, 40], 17, [3, 3], [1, 1], one, [1, 1], 1));
    all
}

fn rounded<T: Real>(x: &[T]) -> Vec<f64> {
    let mut x = x.to_vec();
    T::round(&mut x);
    x.iter().map(|x| x.to_f64()).collect()
}

/// Tensors of some examples: side by side in blocks if `lanes` is [`BLOCK`], one after the other if it is 1.
struct Case<T> {
    g: Conv2d,
    lanes: usize,
    image: Vec<T>,
    weight: Vec<T>,
    d_out: Vec<T>,
    scratch: Vec<T>,
}

impl<T: Real> Case<T> {
    fn new(g: Conv2d, parts: usize, lanes: usize) -> Case<T> {
        Case {
            g,
            lanes,
            image: values(parts * lanes * g.image_len(), 1),
            weight: values(g.weight_len(), 2),
            d_out: values(parts * lanes * g.out_len(), 3),
            // Scratch memory may hold anything.
            scratch: vec![T::literal(f64::NAN); g.scratch_len_bf16()],
        }
    }

    /// Output, gradient by the image, and partial gradients by the weight of each 16 examples, from rounded factors.
    fn expected(&self) -> [Vec<f64>; 3] {
        let (g, lanes) = (&self.g, self.lanes);
        let [image, weight, d_out] = [&self.image, &self.weight, &self.d_out].map(|x| rounded(x));
        let (mut out, mut d_image) = (vec![0.0; d_out.len()], vec![0.0; image.len()]);
        let examples = match g.out_len() {
            0 => 0,
            len => d_out.len() / len,
        };
        let mut partials = vec![0.0; examples.div_ceil(BLOCK) * weight.len()];
        for example in 0..examples {
            let (part, lane) = (example / lanes, example % lanes);
            products(g, |o, element, pixel| {
                let o = (part * g.out_len() + o) * lanes + lane;
                let pixel = (part * g.image_len() + pixel) * lanes + lane;
                out[o] += weight[element] * image[pixel];
                d_image[pixel] += weight[element] * d_out[o];
                partials[example / BLOCK * weight.len() + element] += d_out[o] * image[pixel];
            });
        }
        [out, d_image, partials]
    }

    fn forward(&mut self, then: Epilogue<'_, T>, out: &mut [T]) {
        let (g, image, weight) = (&self.g, &self.image, &self.weight);
        let examples = image.len() / g.image_len().max(1);
        match self.lanes {
            1 => conv2d_bf16(examples, g, image, weight, then, out, &mut self.scratch),
            _ => conv2d_blocks_bf16(examples, g, image, weight, then, out, &mut self.scratch),
        }
    }

    fn gradients(&mut self, d_image: &mut [T], partials: &mut [T]) {
        let Case {
            g,
            lanes,
            image,
            weight,
            d_out,
            scratch,
        } = self;
        let count = image.len() / g.image_len();
        if *lanes == 1 {
            conv2d_input_gradient_bf16(count, g, d_out, weight, d_image, scratch);
            scratch.fill(T::literal(f64::NAN));
            conv2d_weight_gradient_bf16(count, g, image, d_out, partials, scratch);
        } else {
            let then = Epilogue::Store;
            conv2d_blocks_input_gradient_bf16(count, g, d_out, weight, then, d_image, scratch);
            scratch.fill(T::literal(f64::NAN));
            conv2d_blocks_weight_gradient_bf16(count, g, image, d_out, partials, scratch);
        }
    }
}

#[test]
fn convolutions_of_rounded_factors_match_plain_loops() {
    for g in awkward_geometries() {
        if g.image_len() == 0 {
            continue;
        }
        for (parts, lanes) in [(1, BLOCK), (3, BLOCK), (1, 1), (19, 1)] {
            if parts > 1 && g.image_len() > 10_000 {
                continue;
            }
            let mut case = Case::<f32>::new(g, parts, lanes);
            let [out, d_image, partials] = case.expected();
            let nan = |x: &[f64]| vec![f32::NAN; x.len()];
            let (mut got_out, mut got_image, mut got_partials) = (nan(&out), nan(&d_image), nan(&partials));
            case.forward(Epilogue::Store, &mut got_out);
            case.scratch.fill(f32::NAN);
            case.gradients(&mut got_image, &mut got_partials);
            close(&got_out, &out, g.taps());
            close(&got_image, &d_image, g.output[0] * g.kernel_len());
            close(&got_partials, &partials, g.pixels() * BLOCK);
        }
    }
}

#[test]
fn epilogues_are_in_single_precision() {
    for g in awkward_geometries() {
        if g.image_len() == 0 || g.image_len() > 10_000 {
            continue;
        }
        let mut case = Case::<f32>::new(g, 2, BLOCK);
        let [out, d_image, _] = case.expected();
        let Case { weight, d_out, .. } = Case::<f32>::new(g, 2, BLOCK);
        let mut scratch = case.scratch.clone();
        ends(&out, g.output[0], g.taps(), &mut |then, out| {
            case.forward(then, out)
        });
        let terms = g.output[0] * g.kernel_len();
        ends(&d_image, g.input[0], terms, &mut |then, d_image| {
            conv2d_blocks_input_gradient_bf16(2 * BLOCK, &g, &d_out, &weight, then, d_image, &mut scratch);
        });
    }
}

/// Asserts every epilogue of two blocks of a result, which is `want` without any.
fn ends(want: &[f64], channels: usize, terms: usize, kernel: &mut dyn FnMut(Epilogue<'_, f32>, &mut [f32])) {
    let plane = want.len() / (2 * channels);
    let channel = |i: usize| i / plane % channels;
    let [bias, mean, scale] = [4, 7, 8].map(|seed| values::<f32>(channels, seed));
    let [gate, before] = [5, 6].map(|seed| values::<f32>(want.len(), seed));
    let mut expect = |then: Epilogue<'_, f32>, finished: &dyn Fn(f64, usize) -> f64| {
        let mut got = before.clone();
        kernel(then, &mut got);
        let want: Vec<f64> = want.iter().enumerate().map(|(i, x)| finished(*x, i)).collect();
        close(&got, &want, terms + 4);
    };
    let number = |x: &[f32], i: usize| f64::from(x[i]);
    expect(Epilogue::Accumulate, &|x, i| x + number(&before, i));
    expect(Epilogue::Bias(&bias), &|x, i| x + number(&bias, channel(i)));
    expect(Epilogue::BiasRelu(&bias), &|x, i| {
        (x + number(&bias, channel(i))).max(0.0)
    });
    expect(Epilogue::ReluGate(&gate), &|x, i| {
        if gate[i] > 0.0 { x } else { 0.0 }
    });
    let normalise = Normalise {
        mean: &mean,
        scale: &scale,
        shift: &bias,
        residual: Some(&gate),
        relu: true,
    };
    expect(Epilogue::Normalise(&normalise), &|x, i| {
        let c = channel(i);
        let normal = (x - number(&mean, c)) * number(&scale, c) + number(&bias, c);
        (normal + number(&gate, i)).max(0.0)
    });
}

#[test]
fn what_is_not_finite_spreads_only_to_what_sees_it() {
    for g in awkward_geometries() {
        if g.image_len() == 0 || g.image_len() > 10_000 {
            continue;
        }
        for (odd, seed) in [(f32::NAN, 1), (f32::INFINITY, 2)] {
            let mut case = Case::<f32>::new(g, 2, BLOCK);
            // A pixel of the last column, whose neighbours in memory are of another row.
            let x = if seed == 1 { g.input[2] - 1 } else { g.input[2] / 2 };
            let pixel = (g.input[0] - 1) * g.input[1] * g.input[2] + (g.input[1] / 2) * g.input[2] + x;
            case.image[pixel * BLOCK + 3] = odd;
            let [out, _, partials] = case.expected();
            let mut got = vec![0.0; out.len()];
            case.forward(Epilogue::Store, &mut got);
            alike(&got, &out, &g);
            let (mut d_image, mut got) = (vec![0.0; case.image.len()], vec![0.0; partials.len()]);
            case.gradients(&mut d_image, &mut got);
            alike(&got, &partials, &g);
            let at = case.d_out.len() / 2 + BLOCK - 1;
            case.d_out[at] = odd;
            case.gradients(&mut d_image, &mut got);
            alike(&d_image, &case.expected()[1], &g);
        }
    }
}

/// Asserts that the same numbers are finite.
fn alike(got: &[f32], want: &[f64], g: &Conv2d) {
    let differ = got
        .iter()
        .zip(want)
        .position(|(got, want)| got.is_finite() != want.is_finite());
    assert_eq!(differ, None, "{g:?}");
}

#[test]
fn what_is_pooled_at_once_has_the_bits_of_what_is_pooled_afterwards() {
    for g in awkward_geometries() {
        if g.image_len() == 0 || g.image_len() > 10_000 || g.kernel.iter().any(|size| *size > 8) {
            continue;
        }
        let mut case = Case::<f32>::new(g, 2, BLOCK);
        let bias: Vec<f32> = values(g.output[0], 4);
        let mut unpooled = vec![0.0; case.d_out.len()];
        case.forward(Epilogue::BiasRelu(&bias), &mut unpooled);
        let [_, height, width] = g.output;
        let pooling = Pool2d {
            input: [height, width],
            output: [height / 2, width / 2],
            window: [2, 2],
            stride: [2, 2],
            pad: [[0, 0]; 2],
        };
        let planes = 2 * g.output[0];
        let mut want = vec![0.0; planes * (height / 2) * (width / 2) * BLOCK];
        let mut want_winners = want.clone();
        max_pool2d_blocks(planes, &pooling, &unpooled, &mut want);
        max_pool2d_blocks_winners(planes, &pooling, &unpooled, &mut want_winners);
        let (mut got, mut winners) = (vec![1.0; want.len()], vec![1.0; want.len()]);
        case.scratch.fill(f32::NAN);
        let Case {
            image,
            weight,
            scratch,
            ..
        } = &mut case;
        conv2d_blocks_max_pool_bf16(
            2 * BLOCK,
            &g,
            image,
            weight,
            &bias,
            &mut winners,
            &mut got,
            scratch,
        );
        assert_eq!(got, want, "{g:?}");
        assert_eq!(winners, want_winners, "{g:?}");
    }
}

#[test]
fn bits_depend_on_nothing_but_the_example() {
    for g in awkward_geometries() {
        if g.image_len() == 0 || g.image_len() > 10_000 {
            continue;
        }
        let mut whole = Case::<f32>::new(g, 2, BLOCK);
        let mut out = vec![0.0; whole.d_out.len()];
        let (mut d_image, mut partials) = (vec![0.0; whole.image.len()], vec![0.0; 2 * g.weight_len()]);
        whole.forward(Epilogue::Store, &mut out);
        whole.gradients(&mut d_image, &mut partials);
        // The second block alone, its examples the other way round.
        let turned = |x: &[f32]| -> Vec<f32> {
            let half = x[x.len() / 2..].as_chunks::<BLOCK>().0;
            half.iter()
                .flat_map(|lanes| lanes.iter().rev().copied())
                .collect()
        };
        let mut alone = Case::<f32>::new(g, 1, BLOCK);
        (alone.image, alone.d_out) = (turned(&whole.image), turned(&whole.d_out));
        let mut alone_out = vec![0.0; alone.d_out.len()];
        let (mut alone_image, mut alone_partials) = (vec![0.0; alone.image.len()], vec![0.0; g.weight_len()]);
        alone.forward(Epilogue::Store, &mut alone_out);
        alone.gradients(&mut alone_image, &mut alone_partials);
        assert_eq!(alone_out, turned(&out), "{g:?}");
        assert_eq!(alone_image, turned(&d_image), "{g:?}");
        let (image, d_out) = (
            &whole.image[whole.image.len() / 2..],
            &whole.d_out[out.len() / 2..],
        );
        let mut same = vec![0.0; g.weight_len()];
        conv2d_blocks_weight_gradient_bf16(BLOCK, &g, image, d_out, &mut same, &mut whole.scratch);
        assert_eq!(same, partials[g.weight_len()..], "{g:?}");
    }
}

#[test]
fn nothing_is_rounded_in_double_precision() {
    for g in geometries() {
        if g.image_len() == 0 {
            continue;
        }
        let mut case = Case::<f64>::new(g, 2, BLOCK);
        let [mut half, mut full] = [0, 1].map(|_| vec![1.0; case.d_out.len()]);
        case.forward(Epilogue::Accumulate, &mut half);
        let Case {
            image,
            weight,
            d_out,
            scratch,
            ..
        } = &mut case;
        conv2d_blocks(
            2 * BLOCK,
            &g,
            image,
            weight,
            Epilogue::Accumulate,
            &mut full,
            scratch,
        );
        assert_eq!(half, full);
        let [mut half, mut full] = [0, 1].map(|_| vec![1.0; 2 * g.weight_len()]);
        conv2d_blocks_weight_gradient_bf16(2 * BLOCK, &g, image, d_out, &mut half, scratch);
        conv2d_blocks_weight_gradient(2 * BLOCK, &g, image, d_out, &mut full, scratch);
        assert_eq!(half, full);
        let [mut half, mut full] = [0, 1].map(|_| vec![1.0; 32 * g.out_len()]);
        conv2d_bf16(32, &g, image, weight, Epilogue::Store, &mut half, scratch);
        conv2d(32, &g, image, weight, Epilogue::Store, &mut full, scratch);
        assert_eq!(half, full);
    }
}
