//! Convolution of blocks compared with seven plain loops.

use super::super::tests::{geometries, geometry, products};
use super::*;
use crate::kernels::testing::{close, values};
use crate::kernels::{Normalise, Pool2d, max_pool2d_blocks, max_pool2d_blocks_winners};
use crate::parallel::Team;

/// The index of an element of an image or output of a block, for one example.
fn places(block: usize, len: usize, example: usize) -> impl Fn(usize) -> usize {
    move |element| (block * len + element) * BLOCK + example
}

/// Zeros for the examples that the last block lacks, beside others in a vector; what no kernel may read elsewhere.
fn clear_missing<T: Real>(examples: usize, values: &mut [T]) {
    let blocks = examples.div_ceil(BLOCK);
    let len = values.len() / blocks.max(1);
    for (at, value) in values.iter_mut().enumerate() {
        let (block, lane) = (at / len, at % BLOCK);
        let present = present(examples, block);
        if lane >= present.next_multiple_of(Isa::current().lanes::<T>()) {
            *value = T::literal(f64::NAN);
        } else if lane >= present {
            *value = T::ZERO;
        }
    }
}

/// Of blocks of `len` elements, those of examples that are there.
fn of_present<E>([len, examples]: [usize; 2], values: impl Iterator<Item = E>) -> Vec<E> {
    let there = |at: &usize| at % BLOCK < present(examples, at / len);
    values
        .enumerate()
        .filter(|(at, _)| there(at))
        .map(|(_, value)| value)
        .collect()
}

fn matches<T: Real>(g: Conv2d, examples: usize) {
    let blocks = examples.div_ceil(BLOCK);
    let (image_len, out_len, weight_len) = (g.image_len(), g.out_len(), g.weight_len());
    let image: Vec<T> = values(blocks * image_len * BLOCK, 1);
    let weight: Vec<T> = values(weight_len, 2);
    let mut d_out: Vec<T> = values(blocks * out_len * BLOCK, 3);
    clear_missing(examples, &mut d_out);
    // Scratch memory may hold anything.
    let mut scratch = vec![T::literal(f64::NAN); g.scratch_len()];
    let (mut want_out, mut want_d_image) = (vec![0.0; d_out.len()], vec![0.0; image.len()]);
    let mut want_partials = vec![0.0; blocks * weight_len];
    for block in 0..blocks {
        for example in 0..present(examples, block) {
            let (pixels, outs) = (places(block, image_len, example), places(block, out_len, example));
            products(&g, |out, element, pixel| {
                let (out, pixel) = (outs(out), pixels(pixel));
                let (x, w, d) = (image[pixel], weight[element], d_out[out]);
                want_out[out] += w.to_f64() * x.to_f64();
                want_d_image[pixel] += w.to_f64() * d.to_f64();
                want_partials[block * weight_len + element] += d.to_f64() * x.to_f64();
            });
        }
    }

    type Kernel<'a, T> = &'a mut dyn FnMut(Epilogue<'_, T>, &mut [T]);
    let thens = |kernel: Kernel<'_, T>, want: &[f64], channels: usize, terms: usize| {
        let bias: Vec<T> = values(channels, 4);
        let gate: Vec<T> = values(want.len(), 5);
        let before: Vec<T> = values(want.len(), 6);
        let plane = want.len() / (blocks * channels).max(1);
        let mut expect = |then: Epilogue<'_, T>, finished: &dyn Fn(f64, usize) -> f64| {
            let mut got = before.clone();
            kernel(then, &mut got);
            let want = want.iter().enumerate().map(|(i, x)| finished(*x, i));
            let lens = [want.len() / blocks.max(1), examples];
            let want: Vec<f64> = of_present(lens, want);
            close(&of_present(lens, got.into_iter()), &want, terms);
        };
        let channel = |i: usize| i / plane % channels;
        expect(Epilogue::Store, &|x, _| x);
        expect(Epilogue::Accumulate, &|x, i| x + before[i].to_f64());
        expect(Epilogue::Bias(&bias), &|x, i| x + bias[channel(i)].to_f64());
        expect(Epilogue::BiasRelu(&bias), &|x, i| {
            (x + bias[channel(i)].to_f64()).max(0.0)
        });
        expect(Epilogue::ReluGate(&gate), &|x, i| {
            if gate[i] > T::ZERO { x } else { 0.0 }
        });
    };
    thens(
        &mut |then, out| conv2d_blocks(examples, &g, &image, &weight, then, out, &mut scratch),
        &want_out,
        g.output[0],
        g.taps(),
    );
    thens(
        &mut |then, d_image| {
            conv2d_blocks_input_gradient(examples, &g, &d_out, &weight, then, d_image, &mut scratch);
        },
        &want_d_image,
        g.input[0],
        g.output[0] * g.kernel_len(),
    );
    let mut partials = vec![T::literal(f64::NAN); want_partials.len()];
    conv2d_blocks_weight_gradient(examples, &g, &image, &d_out, &mut partials, &mut scratch);
    close(&partials, &want_partials, g.pixels() * BLOCK);
}

/// Numbers of channels around the sizes of tiles, and kernels of every width that has a code path of its own.
fn more_geometries() -> Vec<Conv2d> {
    let none = [[0, 0]; 2];
    let mut geometries: Vec<Conv2d> = (1..12)
        .map(|channels| {
            geometry(
                [channels, 5, 6],
                12 - channels,
                [3, 3],
                [1, 1],
                [[1, 1]; 2],
                [1, 1],
                1,
            )
        })
        .collect();
    geometries.extend((1..13).map(|width| geometry([3, 2, 14], 7, [1, width], [1, 1], none, [1, 1], 1)));
    geometries.push(geometry([16, 12, 12], 16, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1));
    // Depthwise, with the padding that keeps the size, with none, with more than a kernel covers, and images
    // that are smaller than the kernel.
    for kernel in [3, 5] {
        for (size, pad) in [
            ([9, 14], [[1, 1], [1, 1]]),
            ([7, 7], [[2, 2], [0, 2]]),
            ([6, 11], [[0, 0], [0, 0]]),
        ] {
            geometries.push(geometry(
                [5, size[0], size[1]],
                5,
                [kernel; 2],
                [1, 1],
                pad,
                [1, 1],
                5,
            ));
        }
        geometries.push(geometry(
            [3, 1, 2],
            3,
            [kernel; 2],
            [1, 1],
            [[4, 4], [6, 3]],
            [1, 1],
            3,
        ));
    }
    // Whole kernels over images with much padding.
    geometries.push(geometry(
        [2, 3, 4],
        3,
        [3, 3],
        [1, 1],
        [[3, 2], [1, 4]],
        [1, 1],
        1,
    ));
    geometries.push(geometry(
        [9, 4, 3],
        2,
        [5, 5],
        [1, 1],
        [[2, 4], [5, 2]],
        [1, 1],
        1,
    ));
    // Framed sources, of a few rows at a time.
    geometries.push(geometry(
        [9, 32, 64],
        3,
        [3, 3],
        [1, 1],
        [[1, 1], [2, 1]],
        [1, 1],
        1,
    ));
    geometries.push(geometry(
        [6, 64, 32],
        4,
        [2, 5],
        [1, 1],
        [[1, 0], [2, 2]],
        [1, 1],
        2,
    ));
    geometries.extend(pointwise_geometries());
    // More rows and columns than a tile goes through at a time.
    geometries.push(geometry([2, 9, 150], 5, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1));
    geometries
}

/// Products of weight and channels: of more terms than a panel holds, of more columns than are multiplied together, and of groups.
fn pointwise_geometries() -> [Conv2d; 3] {
    [([150, 3, 3], 25, 1), ([26, 6, 7], 31, 1), ([50, 2, 3], 60, 2)].map(|(input, channels, groups)| {
        geometry(input, channels, [1, 1], [1, 1], [[0, 0]; 2], [1, 1], groups)
    })
}

#[test]
fn pointwise_convolutions_are_products() {
    for g in pointwise_geometries() {
        for direction in [Direction::Forward, Direction::Backward] {
            let blocks = pointwise::blocks_multiplied::<f32>(2 * BLOCK, &g, &g.sides(direction));
            assert_eq!((blocks, pointwise::multiplies_gradient(&g)), (2, true));
        }
    }
}

/// Where a block lacks examples, tiles may compute what a product does where it is full.
#[test]
fn products_have_the_bits_of_tiles() {
    for g in pointwise_geometries() {
        let [full, few, single] = [BLOCK, 8, 1].map(|examples| all_results::<f64>(&g, examples, 1));
        let [full_single, few_single] = [BLOCK, 3].map(|examples| all_results::<f32>(&g, examples, 1));
        let of = |values: &[f64], examples: usize, taken: usize| -> Vec<f64> {
            let of_one = values.chunks_exact(examples);
            of_one.flat_map(|values| values[..taken].to_vec()).collect()
        };
        let wide = |values: &[f32]| -> Vec<f64> { values.iter().map(|value| f64::from(*value)).collect() };
        // Outputs and the gradient by the image; that by the weight is a sum over the examples.
        for at in 0..3 {
            assert_eq!(of(&full[at], BLOCK, 8), few[at]);
            assert_eq!(of(&full[at], BLOCK, 1), single[at]);
            assert_eq!(of(&wide(&full_single[at]), BLOCK, 3), wide(&few_single[at]));
        }
    }
}

#[test]
fn some_sources_are_framed() {
    let framed = |g: &Conv2d| g.frame(Direction::Forward).is_some();
    assert_eq!(more_geometries().iter().filter(|g| framed(g)).count(), 2);
}

#[test]
fn convolutions_of_blocks_match_plain_loops() {
    for g in geometries().into_iter().chain(more_geometries()) {
        for examples in [0, 3, 8, 16, 19, 32] {
            matches::<f32>(g, examples);
            matches::<f64>(g, examples);
        }
    }
}

/// Asserts the bits of a convolution, a rectifier and a pooling run one after the other.
fn pools_as_it_would_alone<T: Real>(g: Conv2d, examples: usize) {
    let blocks = examples.div_ceil(BLOCK);
    let image: Vec<T> = values(blocks * g.image_len() * BLOCK, 1);
    let weight: Vec<T> = values(g.weight_len(), 2);
    let mut bias: Vec<T> = values(g.output[0], 3);
    // One channel with only zeros, one with only NaN.
    bias.iter_mut().take(1).for_each(|bias| *bias = T::literal(-1e6));
    bias.iter_mut()
        .skip(3)
        .take(1)
        .for_each(|bias| *bias = T::literal(f64::NAN));
    let mut scratch = vec![T::literal(f64::NAN); g.scratch_len()];
    let mut unpooled = vec![T::ONE; blocks * g.out_len() * BLOCK];
    conv2d_blocks(
        examples,
        &g,
        &image,
        &weight,
        Epilogue::BiasRelu(&bias),
        &mut unpooled,
        &mut scratch,
    );
    let pooling = Pool2d {
        input: [g.output[1], g.output[2]],
        output: g.halved(),
        window: [2, 2],
        stride: [2, 2],
        pad: [[0, 0]; 2],
    };
    let planes = blocks * g.output[0];
    let mut want = vec![T::ONE; planes * g.halved()[0] * g.halved()[1] * BLOCK];
    let mut want_winners = want.clone();
    max_pool2d_blocks(planes, &pooling, &unpooled, &mut want);
    max_pool2d_blocks_winners(planes, &pooling, &unpooled, &mut want_winners);
    let (mut got, mut winners) = (vec![T::ONE; want.len()], vec![T::ONE; want.len()]);
    scratch.fill(T::literal(f64::NAN));
    conv2d_blocks_max_pool(
        examples,
        &g,
        &image,
        &weight,
        &bias,
        &mut winners,
        &mut got,
        &mut scratch,
    );
    let bits = |x: &[T]| -> Vec<u64> { x.iter().map(|x| x.to_f64().to_bits() & !(1 << 63)).collect() };
    let lens = [want.len() / blocks.max(1), examples];
    let there = |x: &[T]| of_present(lens, x.iter().copied());
    assert_eq!(bits(&there(&got)), bits(&there(&want)), "{g:?}");
    assert_eq!(there(&winners), there(&want_winners), "{g:?}");
}

#[test]
fn what_is_pooled_at_once_has_the_bits_of_what_is_pooled_afterwards() {
    for g in geometries().into_iter().chain(more_geometries()) {
        if !g.has_few_edges() {
            continue;
        }
        for examples in [0, 5, 16, 25] {
            pools_as_it_would_alone::<f32>(g, examples);
            pools_as_it_would_alone::<f64>(g, examples);
        }
    }
}

#[test]
#[should_panic(expected = "the lengths of winners and outputs")]
fn winners_of_another_length_are_refused() {
    let g = geometry([1, 4, 4], 1, [3, 3], [1, 1], [[0, 0]; 2], [1, 1], 1);
    let (image, mut out) = (vec![0.0f32; 16 * BLOCK], vec![0.0; BLOCK]);
    let (mut winners, mut scratch) = (vec![0.0; 2 * BLOCK], vec![0.0; g.scratch_len()]);
    conv2d_blocks_max_pool(
        BLOCK,
        &g,
        &image,
        &[0.0; 9],
        &[0.0],
        &mut winners,
        &mut out,
        &mut scratch,
    );
}

#[test]
fn blocks_computed_alone_have_the_bits_of_the_batch() {
    for g in geometries() {
        let blocks = 3;
        let (image_len, out_len) = (g.image_len() * BLOCK, g.out_len() * BLOCK);
        let (image, d_out) = (values(blocks * image_len, 1), values(blocks * out_len, 2));
        let weight: Vec<f32> = values(g.weight_len(), 3);
        let mut scratch = vec![0.0; g.scratch_len()];
        let mut run = |range: std::ops::Range<usize>| {
            let image = &image[range.start * image_len..range.end * image_len];
            let d_out = &d_out[range.start * out_len..range.end * out_len];
            let (mut out, mut d_image) = (vec![0.0; d_out.len()], vec![0.0; image.len()]);
            let mut partials = vec![0.0; range.len() * g.weight_len()];
            let (store, count) = (Epilogue::Store, range.len() * BLOCK);
            conv2d_blocks(count, &g, image, &weight, store, &mut out, &mut scratch);
            conv2d_blocks_input_gradient(count, &g, d_out, &weight, store, &mut d_image, &mut scratch);
            conv2d_blocks_weight_gradient(count, &g, image, d_out, &mut partials, &mut scratch);
            [out, d_image, partials]
        };
        let whole = run(0..blocks);
        let [first, second] = [run(0..1), run(1..blocks)];
        for ((whole, first), second) in whole.into_iter().zip(first).zip(second) {
            assert_eq!(whole, [first, second].concat());
        }
    }
}

#[test]
#[should_panic(expected = "the length of the gate")]
fn a_gate_of_another_length_is_refused() {
    let g = geometry([1, 3, 3], 1, [3, 3], [1, 1], [[0, 0]; 2], [1, 1], 1);
    let (d_out, mut d_image) = (vec![0.0f32; BLOCK], vec![0.0; 9 * BLOCK]);
    let mut scratch = vec![0.0; g.scratch_len()];
    let then = Epilogue::ReluGate(&d_out);
    conv2d_blocks_input_gradient(BLOCK, &g, &d_out, &[0.0; 9], then, &mut d_image, &mut scratch);
}

/// The results of all kernels on a block of some examples, with the memory of so many workers.
fn all_results<T: Real>(g: &Conv2d, examples: usize, workers: usize) -> [Vec<T>; 6] {
    let (image_len, out_len) = (g.image_len() * BLOCK, g.out_len() * BLOCK);
    let image: Vec<T> = values(image_len, 1);
    let mut d_out: Vec<T> = values(out_len, 2);
    clear_missing(examples, &mut d_out);
    let (weight, bias): (Vec<T>, Vec<T>) = (values(g.weight_len(), 3), values(g.output[0], 4));
    let (gate, residual): (Vec<T>, Vec<T>) = (values(image_len, 5), values(out_len, 6));
    let mut scratch = vec![T::literal(f64::NAN); workers * g.scratch_len()];
    let [mut plain, mut normalised] = [vec![T::ZERO; out_len], vec![T::ZERO; out_len]];
    let (mut d_image, mut partials) = (vec![T::ZERO; image_len], vec![T::ZERO; g.weight_len()]);
    let pooled = g.output[0] * g.halved()[0] * g.halved()[1] * BLOCK;
    let [mut out, mut winners] = [vec![T::ZERO; pooled], vec![T::ZERO; pooled]];
    let then = Epilogue::BiasRelu(&bias);
    conv2d_blocks(examples, g, &image, &weight, then, &mut plain, &mut scratch);
    let normalise = Normalise {
        mean: &bias,
        scale: &bias,
        shift: &bias,
        residual: Some(&residual),
        relu: true,
    };
    let then = Epilogue::Normalise(&normalise);
    conv2d_blocks(examples, g, &image, &weight, then, &mut normalised, &mut scratch);
    let then = Epilogue::ReluGate(&gate);
    conv2d_blocks_input_gradient(examples, g, &d_out, &weight, then, &mut d_image, &mut scratch);
    conv2d_blocks_weight_gradient(examples, g, &image, &d_out, &mut partials, &mut scratch);
    if g.has_few_edges() {
        conv2d_blocks_max_pool(
            examples,
            g,
            &image,
            &weight,
            &bias,
            &mut winners,
            &mut out,
            &mut scratch,
        );
    }
    let there = |values: Vec<T>| of_present([values.len().max(1), examples], values.into_iter());
    let [plain, normalised, d_image, winners, out] = [plain, normalised, d_image, winners, out].map(there);
    [plain, normalised, d_image, partials, winners, out]
}

fn help_changes_no_bit_of<T: Real>() {
    let many = [
        geometry([12, 20, 20], 24, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 1),
        geometry([12, 20, 20], 10, [5, 5], [2, 2], [[2, 2]; 2], [1, 1], 1),
        geometry([12, 20, 20], 24, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 4),
        geometry([12, 20, 20], 12, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 12),
        geometry([24, 20, 20], 7, [1, 1], [1, 1], [[0, 0]; 2], [1, 1], 1),
        geometry([48, 14, 14], 40, [1, 1], [1, 1], [[0, 0]; 2], [1, 1], 1),
    ];
    for g in geometries().into_iter().chain(many) {
        for examples in [1, 8, 16] {
            let alone = all_results::<T>(&g, examples, 1);
            for workers in [2, 3, 5] {
                let mut team = Team::new(workers);
                let mut helped = None;
                team.run_alone(|| helped = Some(all_results::<T>(&g, examples, workers)));
                assert_eq!(
                    Some(&alone),
                    helped.as_ref(),
                    "{g:?}, {examples} on {workers} threads"
                );
            }
        }
    }
}

#[test]
fn help_changes_no_bit() {
    help_changes_no_bit_of::<f32>();
    help_changes_no_bit_of::<f64>();
}
