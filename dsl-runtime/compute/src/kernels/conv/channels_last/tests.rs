//! Convolution of images whose channels lie last compared with plain loops.

use super::*;
use crate::kernels::Normalise;
use crate::kernels::conv::tests::{geometry, products};
use crate::kernels::testing::values;

const FORMS: [WeightForm; 2] = [WeightForm::Direct, WeightForm::Winograd];

/// Kernels of 3×3 over images of this size, with this padding.
fn kernels(input: [usize; 3], outputs: usize, pad: [[usize; 2]; 2]) -> Conv2d {
    geometry(input, outputs, [3, 3], [1, 1], pad, [1, 1], 1)
}

/// What is computed by a form, or by both.
fn geometries() -> Vec<(Conv2d, WeightForm)> {
    let (none, same) = ([[0, 0]; 2], [[1, 1]; 2]);
    let mut every = crate::kernels::conv::tests::geometries();
    // Pointwise ones of one or many rows, outputs and terms.
    for (inputs, side, outputs) in [
        (40, [6, 5], 70),
        (3, [1, 1], 5),
        (1, [1, 3], 9),
        (17, [2, 2], 1),
        (300, [3, 9], 33),
    ] {
        every.push(geometry(
            [inputs, side[0], side[1]],
            outputs,
            [1, 1],
            [1, 1],
            none,
            [1, 1],
            1,
        ));
    }
    for (channels, width) in [
        (1, 1),
        (3, 2),
        (8, 3),
        (15, 4),
        (16, 5),
        (17, 6),
        (24, 7),
        (40, 8),
        (5, 9),
    ] {
        every.push(geometry(
            [channels, 7, width],
            40 - channels / 2,
            [3, 3],
            [2, 2],
            same,
            [1, 1],
            1,
        ));
        every.push(geometry(
            [channels, 9, width],
            channels,
            [5, 5],
            [1, 2],
            [[2, 2]; 2],
            [1, 1],
            1,
        ));
        every.push(geometry(
            [channels, 4, width],
            17,
            [1, 1],
            [2, 2],
            none,
            [1, 1],
            1,
        ));
        every.push(geometry(
            [channels, 5, width + 2],
            6,
            [2, 3],
            [1, 1],
            [[0, 3], [1, 0]],
            [2, 1],
            1,
        ));
        every.push(geometry(
            [channels, 8, width],
            16,
            [7, 7],
            [2, 1],
            [[3, 3]; 2],
            [1, 1],
            1,
        ));
        every.push(kernels([channels, 6, width], channels + 1, same));
        for channels in [channels.max(2), 2 * channels] {
            let alone = |kernel, stride, pad, dilation| {
                geometry(
                    [channels, 8, width + 2],
                    channels,
                    kernel,
                    stride,
                    pad,
                    dilation,
                    channels,
                )
            };
            every.push(alone([3, 3], [1, 1], same, [1, 1]));
            every.push(alone([3, 3], [2, 2], none, [1, 1]));
            every.push(alone([5, 2], [1, 2], [[2, 0], [0, 1]], [1, 2]));
            every.push(alone([1, 1], [1, 1], none, [1, 1]));
        }
    }
    every.extend([
        geometry([16, 32, 32], 32, [3, 3], [2, 2], same, [1, 1], 1),
        geometry([33, 9, 9], 18, [1, 1], [2, 2], none, [1, 1], 1),
        // A product whose columns are shared out: one of them is left at the end.
        geometry([100, 3, 3], 129, [1, 1], [1, 1], none, [1, 1], 1),
        geometry([17, 200, 3], 5, [3, 2], [1, 2], same, [2, 1], 1),
        geometry([96, 70, 9], 96, [3, 3], [1, 1], same, [1, 1], 96),
        // By tiles, of odd and of even numbers of outputs.
        kernels([16, 32, 32], 16, same),
        kernels([24, 7, 7], 40, same),
        kernels([17, 5, 9], 33, none),
        kernels([1, 3, 3], 1, none),
        kernels([3, 4, 21], 5, [[2, 0], [0, 2]]),
        kernels([5, 1, 2], 9, [[3, 4], [2, 5]]),
        kernels([16, 1, 1], 16, same),
        kernels([70, 20, 6], 90, same),
        kernels([2, 150, 10], 50, same),
        kernels([0, 5, 4], 3, same),
        kernels([3, 4, 4], 0, same),
    ]);
    let served = |g: Conv2d| FORMS.map(|form| (g, form));
    let every = every.into_iter().flat_map(served);
    every.filter(|(g, form)| g.is_served_by(*form)).collect()
}

fn sizes(g: &Conv2d) -> [usize; 3] {
    [g.output[0], g.input[0] / g.groups, g.kernel_len()]
}

/// A packed weight.
fn packed<T: Real>(form: WeightForm, g: &Conv2d, weight: &[T]) -> Vec<T> {
    // What is not written would be noticed.
    let mut panels = vec![T::literal(f64::NAN); packed_weight_len::<T>(form, sizes(g))];
    pack_weight(form, sizes(g), weight, &mut panels);
    panels
}

/// The outputs of `examples` images, with so many threads, in memory full of `NaN`.
fn formed<T: Real>(
    (g, form): (&Conv2d, WeightForm),
    examples: usize,
    [image, weight]: [&[T]; 2],
    then: Epilogue<'_, T>,
    threads: usize,
) -> Vec<T> {
    let panels = packed(form, g, weight);
    let weight = PackedWeight::new(form, sizes(g), &panels);
    let mut out = vec![T::literal(f64::NAN); examples * g.out_len()];
    let mut scratch = vec![T::literal(f64::NAN); threads * g.scratch_len_by(form)];
    crate::parallel::Team::new(threads).run_alone(|| {
        conv2d_channels_last(examples, g, image, weight, then, &mut out, &mut scratch);
    });
    out
}

/// The place of an element among images of these sizes whose channels lie last, by that among planes.
fn last([channels, height, width]: [usize; 3], place: usize) -> usize {
    let (plane, pixel) = (place / (height * width), place % (height * width));
    (plane / channels * height * width + pixel) * channels + plane % channels
}

/// Asserts that outputs agree up to `tolerance`, relative to the largest.
fn close<T: Real>(got: &[T], want: &[f64], tolerance: f64, g: &Conv2d) {
    let largest = want.iter().fold(1.0f64, |largest, want| largest.max(want.abs()));
    for (place, (got, want)) in got.iter().zip(want).enumerate() {
        let error = (got.to_f64() - want).abs();
        assert!(
            error <= tolerance * largest,
            "{g:?}: element {place}: {got} for {want}"
        );
    }
}

/// The sums that the outputs are made of.
fn sums_of<T: Real>(g: &Conv2d, examples: usize, image: &[T], weight: &[T]) -> Vec<f64> {
    let mut sums = vec![0.0; examples * g.out_len()];
    for example in 0..examples {
        let image = &image[example * g.image_len()..];
        let sums = &mut sums[example * g.out_len()..];
        products(g, |out, element, pixel| {
            let pixel = image[last(g.input, pixel)];
            sums[last(g.output, out)] += weight[element].to_f64() * pixel.to_f64();
        });
    }
    sums
}

fn matches_plain_loops<T: Real>(tolerance: f64) {
    for (g, form) in geometries() {
        for examples in [0, 1, 3] {
            let (image, weight) = (
                values::<T>(examples * g.image_len(), 1),
                values::<T>(g.weight_len(), 2),
            );
            let sums = sums_of(&g, examples, &image, &weight);
            let channel = |place: usize| place % g.output[0];
            let (bias, residual) = (values::<T>(g.output[0], 4), values::<T>(sums.len(), 5));
            let expect = |then: Epilogue<'_, T>, finished: &dyn Fn(f64, usize) -> f64| {
                let got = formed((&g, form), examples, [&image, &weight], then, 1);
                let all = sums.iter().enumerate();
                let want: Vec<f64> = all.map(|(i, sum)| finished(*sum, i)).collect();
                close(&got, &want, tolerance, &g);
            };
            expect(Epilogue::Store, &|sum, _| sum);
            expect(Epilogue::Bias(&bias), &|sum, i| sum + bias[channel(i)].to_f64());
            expect(Epilogue::BiasRelu(&bias), &|sum, i| {
                (sum + bias[channel(i)].to_f64()).max(0.0)
            });
            let (mean, scale) = (values::<T>(g.output[0], 6), values::<T>(g.output[0], 7));
            for (residual, relu) in [
                (None, false),
                (None, true),
                (Some(&residual), false),
                (Some(&residual), true),
            ] {
                let normalise = Normalise {
                    mean: &mean,
                    scale: &scale,
                    shift: &bias,
                    residual: residual.map(|residual| &residual[..]),
                    relu,
                };
                expect(Epilogue::Normalise(&normalise), &|sum, i| {
                    let [mean, scale, shift] = [&mean, &scale, &bias].map(|each| each[channel(i)].to_f64());
                    let added = residual.map_or(0.0, |residual| residual[i].to_f64());
                    let sum = (sum - mean) * scale + shift + added;
                    if relu { sum.max(0.0) } else { sum }
                });
            }
        }
    }
}

/// The error of a filter in `f32` stays far below 1e-4 of the largest output.
#[test]
fn outputs_match_plain_loops() {
    matches_plain_loops::<f32>(2e-6);
    matches_plain_loops::<f64>(4e-15);
}

#[test]
fn bits_depend_neither_on_the_batch_nor_on_who_helps() {
    for (g, form) in geometries() {
        let (images, weight) = (values::<f32>(5 * g.image_len(), 1), values(g.weight_len(), 2));
        let residual = values::<f32>(5 * g.out_len(), 3);
        let numbers = values(g.output[0], 4);
        let normalise = Normalise {
            mean: &numbers,
            scale: &numbers,
            shift: &numbers,
            residual: Some(&residual),
            relu: true,
        };
        let biased = Epilogue::BiasRelu(&numbers);
        for then in [biased, Epilogue::Normalise(&normalise)] {
            let together = formed((&g, form), 5, [&images, &weight], then, 1);
            for threads in [2, 3, 7] {
                let helped = formed((&g, form), 5, [&images, &weight], then, threads);
                assert!(helped == together, "{g:?}, {form:?}, {threads} threads");
            }
        }
        let then = Epilogue::Normalise(&normalise);
        let together = formed((&g, form), 5, [&images, &weight], then, 1);
        for example in 0..5 {
            let image = &images[example * g.image_len()..][..g.image_len()];
            let want = &together[example * g.out_len()..][..g.out_len()];
            let own = Normalise {
                residual: Some(&residual[example * g.out_len()..][..g.out_len()]),
                ..normalise
            };
            for threads in [1, 2, 7] {
                let alone = formed(
                    (&g, form),
                    1,
                    [image, &weight],
                    Epilogue::Normalise(&own),
                    threads,
                );
                assert!(alone == want, "{g:?}, {form:?}, {threads} threads");
            }
        }
    }
}

/// Less scratch memory than there are workers is shared by fewer of them.
#[test]
fn scratch_memory_for_one_is_enough_for_any_number_of_workers() {
    for (g, form) in [
        (kernels([16, 32, 32], 16, [[1, 1]; 2]), WeightForm::Winograd),
        (kernels([16, 32, 32], 16, [[1, 1]; 2]), WeightForm::Direct),
    ] {
        let (image, weight) = (values::<f32>(g.image_len(), 1), values(g.weight_len(), 2));
        let panels = packed(form, &g, &weight);
        let mut out = vec![f32::NAN; g.out_len()];
        let mut scratch = vec![f32::NAN; g.scratch_len_channels_last()];
        crate::parallel::Team::new(3).run_alone(|| {
            let weight = PackedWeight::new(form, sizes(&g), &panels);
            conv2d_channels_last(1, &g, &image, weight, Epilogue::Store, &mut out, &mut scratch);
        });
        assert!(out == formed((&g, form), 1, [&image, &weight], Epilogue::Store, 1));
    }
}

/// Images so large that their rows are worked on in bands, which take no more memory than those of smaller ones.
#[test]
fn scratch_memory_does_not_grow_with_the_height() {
    let tall = |height: usize| kernels([64, height, 56], 64, [[1, 1]; 2]).scratch_len_channels_last();
    assert!(tall(56) == tall(5600) && tall(56) < 1 << 19, "{}", tall(56));
    let stem = |height: usize| {
        let pad = [[3, 3]; 2];
        geometry([3, height, 224], 64, [7, 7], [2, 2], pad, [1, 1], 1).scratch_len_channels_last()
    };
    assert!(stem(224) == stem(22400) && stem(224) < 1 << 16, "{}", stem(224));
}

#[test]
fn pixels_without_padding_need_no_scratch_memory() {
    let none = [[0, 0]; 2];
    let read_in_place = [
        geometry([3, 9, 9], 5, [5, 5], [2, 2], none, [1, 1], 1),
        geometry([32, 9, 9], 32, [3, 3], [1, 1], none, [1, 1], 32),
        geometry([7, 9, 9], 5, [1, 1], [1, 1], none, [1, 1], 1),
    ];
    for g in read_in_place {
        assert_eq!(g.scratch_len_channels_last(), 0, "{g:?}");
    }
}

/// Calls the convolution with a weight of zeros.
fn call(g: &Conv2d, form: WeightForm, then: Epilogue<'_, f32>, [image, out, scratch]: [usize; 3]) {
    let panels = vec![0.0; packed_weight_len::<f32>(form, sizes(g))];
    let weight = PackedWeight::new(form, sizes(g), &panels);
    let (image, mut out, mut scratch) = (vec![0.0; image], vec![0.0; out], vec![0.0; scratch]);
    conv2d_channels_last(1, g, &image, weight, then, &mut out, &mut scratch);
}

#[test]
#[should_panic(expected = "Direct is not for")]
fn groups_of_several_channels_are_refused() {
    let g = geometry([4, 8, 8], 4, [3, 3], [1, 1], [[1, 1]; 2], [1, 1], 2);
    call(&g, WeightForm::Direct, Epilogue::Store, [256, 256, 0]);
}

#[test]
#[should_panic(expected = "Winograd is not for")]
fn steps_between_tiles_are_refused() {
    let g = geometry([1, 8, 8], 1, [3, 3], [2, 2], [[1, 1]; 2], [1, 1], 1);
    call(&g, WeightForm::Winograd, Epilogue::Store, [64, 16, 1 << 16]);
}

#[test]
#[should_panic(expected = "not of 25 elements")]
fn other_kernels_are_not_transformed() {
    packed_weight_len::<f32>(WeightForm::Winograd, [1, 1, 25]);
    pack_weight(WeightForm::Winograd, [1, 1, 25], &[0.0f32; 25], &mut []);
}

#[test]
#[should_panic(expected = "Accumulate")]
fn accumulation_is_refused() {
    let g = kernels([1, 8, 8], 1, [[1, 1]; 2]);
    call(&g, WeightForm::Direct, Epilogue::Accumulate, [64, 64, 1 << 16]);
}

#[test]
fn lengths_that_do_not_agree_are_refused() {
    let g = kernels([2, 8, 8], 3, [[1, 1]; 2]);
    let [image, out, scratch] = [g.image_len(), g.out_len(), g.scratch_len_channels_last()];
    call(&g, WeightForm::Winograd, Epilogue::Store, [image, out, scratch]);
    let bias = [0.0; 2];
    for (then, lens) in [
        (Epilogue::Store, [image - 1, out, scratch]),
        (Epilogue::Store, [image, out + 1, scratch]),
        (Epilogue::Store, [image, out, scratch - 1]),
        (Epilogue::Bias(&bias), [image, out, scratch]),
        (Epilogue::ReluGate(&bias), [image, out, scratch]),
    ] {
        let refused = std::panic::catch_unwind(|| call(&g, WeightForm::Winograd, then, lens));
        assert!(refused.is_err(), "{then:?}, {lens:?}");
    }
}
