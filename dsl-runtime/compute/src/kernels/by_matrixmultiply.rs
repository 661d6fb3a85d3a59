//! Products by the crate `matrixmultiply`, on architectures that there are no kernels for.
//!
//! `C ← A B` or `C ← C + A B`, and any epilogue runs afterwards. The crate packs both factors and computes
//! tiles of its own, with the instructions it finds. The terms of an element are summed in their order, some
//! hundreds at a time, and each sum of these is added to the element: the bits depend on the terms alone, not
//! on the size of `C`, but they are not those of the other kernels. Every call allocates what it packs into.

use super::panels::Factors;
use crate::Real;

/// True if it serves the products.
#[cfg(any(
    feature = "matrixmultiply",
    all(
        feature = "std",
        not(any(target_arch = "x86_64", target_arch = "aarch64", target_os = "none"))
    )
))]
pub(super) const SERVES: bool = true;

/// Computes a product with at least one row, column and term, whose factors and result are as long as their
/// sizes and strides ask for. Returns `false`, having done nothing, if the kernels here serve it.
#[cfg(any(
    feature = "matrixmultiply",
    all(
        feature = "std",
        not(any(target_arch = "x86_64", target_arch = "aarch64", target_os = "none"))
    )
))]
pub(super) fn multiply<T: Real>(
    factors: &Factors<'_, T>,
    accumulate: bool,
    c: &mut [T],
    c_row: usize,
) -> bool {
    use super::gemm::reach;

    let &Factors {
        sizes: [m, n, k],
        a,
        b,
    } = factors;
    debug_assert!(reach(m, k, a.strides) <= a.data.len() && reach(k, n, b.strides) <= b.data.len());
    debug_assert!(reach(m, n, [c_row, 1]) <= c.len() && (m == 1 || c_row >= n));
    // A stride beyond `isize` is one of a single row or column, and then it is multiplied by 0.
    let ([a_row, a_column], [b_row, b_column]) = (
        a.strides.map(usize::cast_signed),
        b.strides.map(usize::cast_signed),
    );
    let c_row = c_row.cast_signed();
    macro_rules! by {
        ($gemm:ident, $real:ident) => {{
            let (a, b) = (a.data.as_ptr().cast::<$real>(), b.data.as_ptr().cast::<$real>());
            let c = c.as_mut_ptr().cast::<$real>();
            let beta = if accumulate { 1.0 } else { 0.0 };
            // SAFETY: `T` is this type, which is told from the other one by its size. The slices reach as far
            // as sizes and strides do, and the rows of `c` do not overlap: whoever calls has seen to it. With
            // `beta = 0` the old contents of `c` are not read.
            unsafe {
                matrixmultiply::$gemm(
                    m, k, n, 1.0, a, a_row, a_column, b, b_row, b_column, beta, c, c_row, 1,
                );
            }
        }};
    }
    if size_of::<T>() == size_of::<f32>() {
        by!(sgemm, f32);
    } else {
        by!(dgemm, f64);
    }
    true
}

/// The kernels here serve every product.
#[cfg(not(any(
    feature = "matrixmultiply",
    all(
        feature = "std",
        not(any(target_arch = "x86_64", target_arch = "aarch64", target_os = "none"))
    )
)))]
pub(super) const SERVES: bool = false;

/// The kernels here serve every product.
#[cfg(not(any(
    feature = "matrixmultiply",
    all(
        feature = "std",
        not(any(target_arch = "x86_64", target_arch = "aarch64", target_os = "none"))
    )
)))]
pub(super) fn multiply<T: Real>(_: &Factors<'_, T>, _: bool, _: &mut [T], _: usize) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Matrix;
    use crate::kernels::testing::{close, values};

    /// Sizes on both sides of the blocks in which `matrixmultiply` computes: 8 or 16 rows and columns, 64 rows,
    /// 256 terms, 1024 columns.
    const SIZES: [[usize; 3]; 5] = [
        [1, 1, 1],
        [9, 17, 255],
        [65, 33, 256],
        [67, 40, 600],
        [3, 1030, 257],
    ];

    fn matches_plain_loops<T: Real>() {
        for [m, n, k] in SIZES {
            let (a, b): (Vec<T>, Vec<T>) = (values(m * k, 1), values(k * n, 2));
            for (accumulate, c_row) in [(false, n), (true, n + 3)] {
                let product = |m, a, c: &mut [T]| {
                    let factors = Factors {
                        sizes: [m, n, k],
                        a: Matrix::new(a, [k, 1]),
                        b: Matrix::new(&b, [n, 1]),
                    };
                    multiply(&factors, accumulate, c, c_row)
                };
                // Old contents are not read unless they are added to.
                let before = |i: usize| {
                    if accumulate {
                        T::whole(i as i32 % 5)
                    } else {
                        T::literal(f64::NAN)
                    }
                };
                let mut c: Vec<T> = (0..m * c_row).map(before).collect();
                let is_served = product(m, &a, &mut c);
                assert!(is_served || !cfg!(feature = "matrixmultiply"));
                if !is_served {
                    return;
                }
                for (i, row) in c.chunks(c_row).enumerate() {
                    let mut alone: Vec<T> = (0..c_row).map(|j| before(i * c_row + j)).collect();
                    product(1, &a[i * k..], &mut alone);
                    assert_eq!(row[..n], alone[..n], "row {i} of {m}×{n}×{k} by itself");
                    let want = (0..n).map(|j| {
                        let old = if accumulate {
                            before(i * c_row + j).to_f64()
                        } else {
                            0.0
                        };
                        let term = |p: usize| a[i * k + p].to_f64() * b[p * n + j].to_f64();
                        old + (0..k).map(term).sum::<f64>()
                    });
                    close(&row[..n], &want.collect::<Vec<_>>(), k);
                    assert!(
                        (n..c_row).all(|j| row[j] == before(i * c_row + j)),
                        "between the rows"
                    );
                }
            }
        }
    }

    #[test]
    fn products_match_plain_loops_and_rows_have_the_same_bits_alone() {
        matches_plain_loops::<f32>();
        matches_plain_loops::<f64>();
    }
}
