//! Products of matrices, in place and by packed factors.

#![expect(unsafe_code, reason = "a product of another crate takes pointers")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use dsl_runtime::AlignedBuffer;
use dsl_runtime::kernels::{
    Epilogue, Matrix, MatrixMut, PackedFactor, gemm, gemm_bf16, pack_factor, packed_len,
};

use super::noise;

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
