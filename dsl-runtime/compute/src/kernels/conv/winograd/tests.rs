//! Winograd's filtering compared with plain loops.

use super::*;
use crate::kernels::Normalise;
use crate::kernels::conv::tests::{geometry, products};
use crate::kernels::testing::values;

/// Kernels of 3×3 over images of this size, with this padding.
fn kernels(input: [usize; 3], outputs: usize, pad: [[usize; 2]; 2]) -> Conv2d {
    geometry(input, outputs, [3, 3], [1, 1], pad, [1, 1], 1)
}

fn geometries() -> Vec<Conv2d> {
    let (none, same) = ([[0, 0]; 2], [[1, 1]; 2]);
    vec![
        kernels([16, 32, 32], 16, same),
        kernels([8, 8, 8], 8, same),
        kernels([64, 8, 8], 64, same),
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
    ]
}

/// A transformed weight.
fn transformed<T: Real>(g: &Conv2d, weight: &[T]) -> Vec<T> {
    let sizes = [g.output[0], g.input[0]];
    // What is not written would be noticed.
    let mut panels = vec![T::literal(f64::NAN); winograd_len::<T>(sizes)];
    transform_weight(sizes, weight, &mut panels);
    panels
}

/// The outputs of `examples` images, with so many threads, in memory full of `NaN`.
fn formed<T: Real>(
    g: &Conv2d,
    examples: usize,
    [image, weight]: [&[T]; 2],
    then: Epilogue<'_, T>,
    threads: usize,
) -> Vec<T> {
    let panels = transformed(g, weight);
    let weight = WinogradWeight::new([g.output[0], g.input[0]], &panels);
    let mut out = vec![T::literal(f64::NAN); examples * g.out_len()];
    let mut scratch = vec![T::literal(f64::NAN); threads * g.scratch_len_winograd()];
    crate::parallel::Team::new(threads).run_alone(|| {
        conv2d_winograd(examples, g, image, weight, then, &mut out, &mut scratch);
    });
    out
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

fn matches_plain_loops<T: Real>(tolerance: f64) {
    for g in geometries() {
        for examples in [0, 1, 3] {
            let (image, weight) = (
                values::<T>(examples * g.image_len(), 1),
                values::<T>(g.weight_len(), 2),
            );
            let mut sums = vec![0.0; examples * g.out_len()];
            for example in 0..examples {
                products(&g, |out, element, pixel| {
                    let pixel = image[example * g.image_len() + pixel];
                    sums[example * g.out_len() + out] += weight[element].to_f64() * pixel.to_f64();
                });
            }
            let channel = |place: usize| place / g.pixels() % g.output[0];
            let (bias, residual) = (values::<T>(g.output[0], 4), values::<T>(sums.len(), 5));
            let expect = |then: Epilogue<'_, T>, finished: &dyn Fn(f64, usize) -> f64| {
                let got = formed(&g, examples, [&image, &weight], then, 1);
                let want: Vec<f64> = sums
                    .iter()
                    .enumerate()
                    .map(|(i, sum)| finished(*sum, i))
                    .collect();
                close(&got, &want, tolerance, &g);
            };
            expect(Epilogue::Store, &|sum, _| sum);
            expect(Epilogue::BiasRelu(&bias), &|sum, i| {
                (sum + bias[channel(i)].to_f64()).max(0.0)
            });
            expect(
                Epilogue::ReluGate(&residual),
                &|sum, i| match residual[i] > T::ZERO {
                    true => sum,
                    false => 0.0,
                },
            );
            let normalise = Normalise {
                mean: &bias,
                scale: &bias,
                shift: &bias,
                residual: Some(&residual),
                relu: true,
            };
            expect(Epilogue::Normalise(&normalise), &|sum, i| {
                let bias = bias[channel(i)].to_f64();
                ((sum - bias) * bias + bias + residual[i].to_f64()).max(0.0)
            });
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
    for g in geometries() {
        let (images, weight) = (values::<f32>(5 * g.image_len(), 1), values(g.weight_len(), 2));
        let together = formed(&g, 5, [&images, &weight], Epilogue::Store, 1);
        for example in 0..5 {
            let image = &images[example * g.image_len()..][..g.image_len()];
            let want = &together[example * g.out_len()..][..g.out_len()];
            for threads in [1, 2, 3, 7] {
                let alone = formed(&g, 1, [image, &weight], Epilogue::Store, threads);
                assert!(alone == want, "{g:?}, {threads} threads");
            }
        }
    }
}

#[test]
fn clusters_have_every_tile_once() {
    for tiles in 0..50 {
        let shared: Vec<(usize, usize)> = shared_out(tiles).collect();
        assert_eq!(shared.len(), clusters(tiles), "{tiles}");
        assert_eq!(shared.iter().map(|(taken, _)| taken).sum::<usize>(), tiles);
        assert!(shared.iter().all(|(taken, rows)| taken <= rows), "{tiles}");
        // Only the last one has rows of no tile, or one of five tiles would not be cleared.
        let whole = shared.split_last().map_or(&shared[..], |(_, whole)| whole);
        assert!(whole.iter().all(|(taken, rows)| taken == rows), "{tiles}");
    }
}

/// Images so large that their rows are worked on in bands, which take no more memory than those of smaller ones.
#[test]
fn scratch_memory_does_not_grow_with_the_height() {
    let tall = |height: usize| kernels([64, height, 56], 64, [[1, 1]; 2]).scratch_len_winograd();
    assert!(tall(56) == tall(5600) && tall(56) < 1 << 19, "{}", tall(56));
}

#[test]
#[should_panic(expected = "conv2d_winograd: not for")]
fn other_kernels_are_refused() {
    let g = geometry([1, 8, 8], 1, [3, 3], [2, 2], [[1, 1]; 2], [1, 1], 1);
    let weight = [0.0f32; 16 * 16];
    let weight = WinogradWeight::new([1, 1], &weight[..winograd_len::<f32>([1, 1])]);
    conv2d_winograd(0, &g, &[], weight, Epilogue::Store, &mut [], &mut []);
}
