//! Sums of many terms in single precision: nothing is lost to their number, and their bits are those of the data alone.

use dsl_runtime::prelude::*;

use means::Means;
use totals::Totals;

mod means {
    dsl_runtime::network! {
        /// Means over axes in every position, of sizes that no block divides.
        pub struct Means;

        pub fn whole(&self, x: Tensor<196608>) -> Tensor<1> {
            x.mean(axis = 0, keep = true)
        }

        pub fn columns(&self, x: Tensor<65536, 4>) -> Tensor<4> {
            x.mean(axis = 0)
        }

        pub fn rows(&self, x: Tensor<5, 5003>) -> Tensor<5> {
            x.mean(axis = 1)
        }

        pub fn between(&self, x: Tensor<7, 1003, 5>) -> Tensor<7, 5> {
            x.mean(axis = 1)
        }

        pub fn around(&self, x: Tensor<1009, 2, 3>) -> Tensor<2> {
            x.mean(axis = [0, 2])
        }

        pub fn around_rows(&self, x: Tensor<131, 2, 45>) -> Tensor<2> {
            x.mean(axis = [0, 2])
        }

        pub fn wide_rows(&self, x: Tensor<300, 521>) -> Tensor<521> {
            x.mean(axis = 0)
        }

        pub fn even_rows(&self, x: Tensor<200, 3, 512>) -> Tensor<3, 512> {
            x.mean(axis = 0)
        }

        pub fn few(&self, x: Tensor<128, 3>) -> Tensor<3> {
            x.mean(axis = 0)
        }
    }
}

mod totals {
    dsl_runtime::network! {
        /// A loss and gradients that sum over the batch and over many terms of each example.
        pub struct Totals;

        pub fn loss(&self, x: Tensor<1, 40, 37>) -> Scalar {
            let scale = param([1, 40, 37], constant(1.0));
            let y = (x * scale).conv(2, 3, pad = 1);
            y.square().mean() + (x * scale).norm() + (0.1 * y).sum()
        }
    }
}

mod averages {
    dsl_runtime::network! {
        /// The average over a batch of what is given, and a gradient that is the same.
        pub struct Averages;

        pub fn loss(&self, x: Tensor<1>) -> Scalar {
            let scale = param([1], constant(1.0));
            (x * scale).sum()
        }
    }
}

/// `n` numbers between -1 and 1, as `values` of the kernels' tests.
fn numbers(n: usize) -> Vec<f32> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    (0..n)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((state >> 40) as f64 / f64::from(1 << 23) - 1.0) as f32
        })
        .collect()
}

/// Means over some axes of each of several examples, and of the absolute values, one term after the other in double
/// precision.
fn plain_means(x: &[f32], sizes: &[usize], axes: &[usize]) -> Vec<[f64; 2]> {
    let kept = |axis: &usize| !axes.contains(axis);
    let results: usize = (0..sizes.len()).filter(kept).map(|axis| sizes[axis]).product();
    let width: usize = sizes.iter().product();
    let mut sums = vec![[0.0; 2]; x.len() / width * results];
    for (at, x) in x.iter().enumerate() {
        let (mut rest, mut place, mut step) = (at % width, 0, 1);
        for axis in (0..sizes.len()).rev() {
            let coordinate = rest % sizes[axis];
            rest /= sizes[axis];
            if kept(&axis) {
                place += coordinate * step;
                step *= sizes[axis];
            }
        }
        let sums = &mut sums[at / width * results + place];
        sums[0] += f64::from(*x);
        sums[1] += f64::from(x.abs());
    }
    let terms = (width / results) as f64;
    sums.iter().map(|sums| sums.map(|sum| sum / terms)).collect()
}

/// Means of one entry point for any number of threads: constant data within a rounding or two, other data within a few of
/// what is added up, and always the same bits.
fn check(
    sizes: &[usize],
    axes: &[usize],
    call: impl Fn(&Means, &mut Workspace<Means>, &[f32]) -> Vec<f32>,
    bound: f64,
) {
    const EXAMPLES: usize = 3;
    let (model, width) = (Means::new(1), sizes.iter().product::<usize>());
    for x in [vec![0.1f32; EXAMPLES * width], numbers(EXAMPLES * width)] {
        let means = |threads: usize| {
            let mut work = Means::workspace().batch(EXAMPLES).threads(threads).build();
            call(&model, &mut work, &x)
        };
        let found = means(1);
        for threads in [2, 3, 5] {
            assert_eq!(
                found,
                means(threads),
                "{sizes:?} over {axes:?} on {threads} threads"
            );
        }
        let wanted = plain_means(&x, sizes, axes);
        assert_eq!(found.len(), wanted.len());
        for (found, [mean, of_sizes]) in found.iter().zip(wanted) {
            let error = (f64::from(*found) - mean).abs() / of_sizes;
            assert!(
                error <= bound,
                "{sizes:?} over {axes:?}: {found} for {mean}, off by {error:.1e}"
            );
        }
    }
}

/// As many roundings as a tree of blocks makes in the worst case here.
const EXACT: f64 = 2e-7;

macro_rules! means_test {
    ($($name:ident: $sizes:expr, $axes:expr, $bound:expr;)*) => {$(
        #[test]
        fn $name() {
            check(&$sizes, &$axes, |model, work, x| model.$name(work, x).unwrap().to_vec(), $bound);
        }
    )*};
}

means_test! {
    whole: [196_608], [0], EXACT;
    columns: [65_536, 4], [0], EXACT;
    rows: [5, 5003], [1], EXACT;
    between: [7, 1003, 5], [1], EXACT;
    around: [1009, 2, 3], [0, 2], EXACT;
    around_rows: [131, 2, 45], [0, 2], EXACT;
    wide_rows: [300, 521], [0], EXACT;
    even_rows: [200, 3, 512], [0], EXACT;
    // One chain of additions.
    few: [128, 3], [0], 2e-6;
}

#[test]
fn a_batch_of_many_examples_loses_nothing_to_their_number() {
    use averages::Averages;
    let model = Averages::new(1);
    for examples in [65_536, 40_007] {
        let x = vec![0.1f32; examples];
        let mut found = Vec::new();
        for threads in [1, 2, 3, 5] {
            let mut work = Averages::workspace().batch(examples).threads(threads).build();
            let (loss, gradient) = model.loss_and_grad(&mut work, &x).unwrap();
            for value in [loss, gradient[0]] {
                let error = (f64::from(value) / f64::from(0.1f32) - 1.0).abs();
                assert!(error <= EXACT, "{examples} examples: {value}, off by {error:.1e}");
            }
            found.push((loss, gradient.to_vec()));
        }
        assert!(found.iter().all(|other| *other == found[0]), "{found:?}");
    }
}

#[test]
fn losses_of_many_terms_agree_with_double_precision() {
    let (single, width) = (Totals::new(1), 40 * 37);
    let mut double = <Totals<f64> as Network>::new(1);
    let wide = |x: &[f32]| x.iter().map(|x| f64::from(*x)).collect::<Vec<f64>>();
    double
        .parameters_mut()
        .copy_from_slice(&wide(single.parameters()));
    for examples in [1, 17, 33] {
        let x = numbers(examples * width);
        let mut work = <Totals<f64> as Network>::workspace()
            .batch(examples)
            .threads(2)
            .build();
        let (expected, expected_gradient) = double.loss_and_grad(&mut work, &wide(&x)).unwrap();
        let norm = expected_gradient.iter().map(|d| d * d).sum::<f64>().sqrt();
        let mut found = Vec::new();
        for threads in [1, 2, 3, 5] {
            let mut work = Totals::workspace().batch(examples).threads(threads).build();
            let (loss, gradient) = single.loss_and_grad(&mut work, &x).unwrap();
            assert!(
                (f64::from(loss) / expected - 1.0).abs() < 1e-6,
                "{loss} for {expected}"
            );
            let error = gradient
                .iter()
                .zip(expected_gradient.iter())
                .map(|(d, want)| (f64::from(*d) - want).powi(2));
            let error = error.sum::<f64>().sqrt() / norm;
            assert!(
                error < 1e-6,
                "{examples} examples: a gradient is off by {error:.1e}"
            );
            found.push((loss, gradient.to_vec()));
        }
        assert!(found.iter().all(|other| *other == found[0]));
    }
}
