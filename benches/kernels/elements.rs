//! Functions of elements and rows, and the ways into blocks and out of them.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use dsl_runtime::AlignedBuffer;
use dsl_runtime::Real;
use dsl_runtime::kernels::{from_blocks, softmax, to_blocks};
use dsl_runtime::parallel::{Elementwise, elementwise};
use dsl_runtime::random::Stream;

use super::{EXAMPLES, noise};

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
