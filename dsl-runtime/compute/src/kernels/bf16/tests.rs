//! Products of rounded factors against plain loops that round by another rule and sum in double precision.

use super::*;
use crate::kernels::panels::multiply_by_panels;
use crate::kernels::testing::{close, values};
use crate::kernels::{Epilogue, Matrix, MatrixMut, gemm, gemm_bf16};
use crate::parallel::Team;

/// The nearest of the two bf16 numbers around `x`; if both are equally near, the one with an even last bit.
fn nearest(x: f32) -> f32 {
    if !x.is_finite() {
        return x;
    }
    let below = x.to_bits() & 0xffff_0000;
    let [below, above] = [below, below.wrapping_add(0x1_0000)].map(|bits| (bits, f32::from_bits(bits)));
    // Beyond the largest number lies the one that would come next with a larger exponent.
    let value = |x: f32| match x.is_finite() {
        true => f64::from(x),
        false => f64::from(x.signum()) * 2f64.powi(128),
    };
    let distance = |candidate: f32| (value(candidate) - f64::from(x)).abs();
    let is_even = below.0 >> 16 & 1 == 0;
    match distance(below.1).total_cmp(&distance(above.1)) {
        std::cmp::Ordering::Less => below.1,
        std::cmp::Ordering::Equal if is_even => below.1,
        _ => above.1,
    }
}

#[test]
fn the_nearest_number_is_taken_and_of_two_the_even_one() {
    for upper in 0..=u16::MAX {
        for lower in [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff] {
            let x = f32::from_bits(u32::from(upper) << 16 | lower);
            let got = round::nearest(x);
            assert_eq!(got.to_bits() & 0xffff, 0);
            if x.is_nan() {
                assert!(got.is_nan());
            } else {
                assert_eq!(got.to_bits(), nearest(x).to_bits(), "{x:e}");
            }
        }
    }
}

/// An implementation of the product; `false` if the machine cannot run it.
type Form = fn(&Factors<'_, f32>, bool, &mut [f32], usize) -> bool;

fn by_rounding(factors: &Factors<'_, f32>, accumulate: bool, c: &mut [f32], c_row: usize) -> bool {
    let then = if accumulate {
        Epilogue::Accumulate
    } else {
        Epilogue::Store
    };
    multiply_by_panels::<f32, true>(factors, then, MatrixMut::new(c, c_row));
    true
}

/// Every implementation that this machine can run, whichever this process chose.
fn forms() -> Vec<Form> {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    return vec![by_rounding, pairs::multiply, tile_products::multiply];
    #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
    return vec![by_rounding];
}

#[derive(Clone, Copy, Debug)]
enum Lies {
    ByRows,
    ByColumns,
    Scattered,
}

impl Lies {
    const ALL: [Lies; 3] = [Lies::ByRows, Lies::ByColumns, Lies::Scattered];

    fn strides(self, [rows, columns]: [usize; 2]) -> [usize; 2] {
        match self {
            Lies::ByRows => [columns, 1],
            Lies::ByColumns => [1, rows],
            Lies::Scattered => [2, 2 * rows + 3],
        }
    }
}

struct Case {
    sizes: [usize; 3],
    a: Vec<f32>,
    a_strides: [usize; 2],
    b: Vec<f32>,
    b_strides: [usize; 2],
}

impl Case {
    fn new([m, n, k]: [usize; 3], a_lies: Lies, b_lies: Lies) -> Case {
        let matrix = |sizes: [usize; 2], lies: Lies, seed| {
            let strides = lies.strides(sizes);
            let reach = (sizes[0] - 1) * strides[0] + (sizes[1] - 1) * strides[1] + 1;
            (values::<f32>(reach, seed), strides)
        };
        let ((a, a_strides), (b, b_strides)) = (matrix([m, k], a_lies, 1), matrix([k, n], b_lies, 2));
        Case {
            sizes: [m, n, k],
            a,
            a_strides,
            b,
            b_strides,
        }
    }

    fn naive(&self, i: usize, j: usize) -> f64 {
        let at = |x: &[f32], [row, column]: [usize; 2], i, j| f64::from(nearest(x[i * row + j * column]));
        let term = |p| at(&self.a, self.a_strides, i, p) * at(&self.b, self.b_strides, p, j);
        (0..self.sizes[2]).map(term).sum()
    }

    fn factors(&self) -> Factors<'_, f32> {
        Factors {
            sizes: self.sizes,
            a: Matrix::new(&self.a, self.a_strides),
            b: Matrix::new(&self.b, self.b_strides),
        }
    }

    /// Compares elements with the naive ones, and the elements between rows with their old contents.
    fn matches(&self, form: Form) {
        let [m, n, k] = self.sizes;
        let c_row = n + 3;
        let before: Vec<f32> = values((m - 1) * c_row + n, 3);
        for accumulate in [false, true] {
            let mut c = before.clone();
            if !form(&self.factors(), accumulate, &mut c, c_row) {
                return;
            }
            // Only rows and columns at the borders of panels and tiles of large results.
            let near = |i: usize, size: usize| size < 40 || i % 64 < 2 || i + 3 > size;
            for (at, (got, before)) in c.iter().zip(&before).enumerate() {
                let (i, j) = (at / c_row, at % c_row);
                if j >= n {
                    assert_eq!(got, before, "between the rows");
                } else if near(i, m) && near(j, n) {
                    let sum = if accumulate { f64::from(*before) } else { 0.0 };
                    close(&[*got], &[sum + self.naive(i, j)], k);
                }
            }
        }
    }
}

#[test]
fn products_match_plain_loops() {
    let small = [1, 2, 3, 6, 7, 8, 15, 16, 17, 31, 33];
    for form in forms() {
        for m in small {
            for n in [1, 5, 16, 17, 33, 48, 63, 64, 65] {
                for k in [1, 2, 3, 16, 31, 32, 33] {
                    Case::new([m, n, k], Lies::ByRows, Lies::ByRows).matches(form);
                    Case::new([m, n, k], Lies::ByColumns, Lies::ByColumns).matches(form);
                }
            }
        }
        // Sizes beyond every panel, of all shapes.
        for sizes in [
            [5, 9, 300],
            [70, 130, 129],
            [257, 66, 255],
            [300, 20, 513],
            [12, 100, 40],
        ] {
            for a_lies in Lies::ALL {
                for b_lies in Lies::ALL {
                    Case::new(sizes, a_lies, b_lies).matches(form);
                }
            }
        }
    }
}

#[test]
fn a_range_of_rows_has_the_bits_of_the_whole() {
    for form in forms() {
        for [m, n, k] in [[37, 50, 530], [300, 33, 100], [9, 10, 31]] {
            let case = Case::new([m, n, k], Lies::ByRows, Lies::ByColumns);
            let mut whole = vec![0.0; m * n];
            if !form(&case.factors(), false, &mut whole, n) {
                continue;
            }
            for rows in [0..m / 2, m / 2..m, m / 3..m / 3 + 1] {
                let mut part = vec![0.0; rows.len() * n];
                let all = case.factors();
                let some = Factors {
                    sizes: [rows.len(), n, k],
                    a: all.a.from(rows.start, 0),
                    ..all
                };
                assert!(form(&some, false, &mut part, n));
                assert_eq!(part, whole[rows.start * n..rows.end * n]);
            }
        }
    }
}

fn product<T: crate::Real>(
    case: &Case,
    a: &[T],
    b: &[T],
    then: Epilogue<'_, T>,
    c: &mut [T],
    kernel: Kernel<T>,
) {
    let [m, n, k] = case.sizes;
    kernel(
        [m, n, k],
        Matrix::new(a, case.a_strides),
        Matrix::new(b, case.b_strides),
        then,
        MatrixMut::new(c, n),
    );
}

/// [`gemm`] or [`gemm_bf16`].
type Kernel<T> = fn([usize; 3], Matrix<'_, T>, Matrix<'_, T>, Epilogue<'_, T>, MatrixMut<'_, T>);

#[test]
fn what_follows_is_that_of_any_product_and_help_changes_no_bit() {
    let mut team = Team::new(3);
    for sizes in [[1, 700, 600], [33, 100, 130], [70, 65, 100], [4, 3, 1]] {
        let case = Case::new(sizes, Lies::ByRows, Lies::ByRows);
        let [m, n, k] = sizes;
        let before: Vec<f32> = values(m * n, 3);
        let (bias, gate): (Vec<f32>, Vec<f32>) = (values(n, 4), values(m * n, 5));
        let expect = |then: Epilogue<'_, f32>, finished: &dyn Fn(f64, usize) -> f64, team: &mut Team| {
            let [mut alone, mut helped] = [before.clone(), before.clone()];
            product(&case, &case.a, &case.b, then, &mut alone, gemm_bf16);
            team.run_alone(|| {
                product(&case, &case.a, &case.b, then, &mut helped, gemm_bf16);
            });
            assert_eq!(alone, helped);
            for at in (0..m * n).step_by(7) {
                close(&[alone[at]], &[finished(case.naive(at / n, at % n), at)], k);
            }
        };
        expect(Epilogue::Store, &|c, _| c, &mut team);
        expect(
            Epilogue::Accumulate,
            &|c, at| f64::from(before[at]) + c,
            &mut team,
        );
        let biased = |c: f64, at: usize| c + f64::from(bias[at % n]);
        expect(Epilogue::Bias(&bias), &biased, &mut team);
        expect(
            Epilogue::BiasRelu(&bias),
            &|c, at| biased(c, at).max(0.0),
            &mut team,
        );
        let gated = |c, at: usize| if gate[at] > 0.0 { c } else { 0.0 };
        expect(Epilogue::ReluGate(&gate), &gated, &mut team);
    }
}

#[test]
fn double_precision_is_kept() {
    let case = Case::new([9, 20, 33], Lies::ByRows, Lies::ByColumns);
    let wide = |x: &[f32]| x.iter().map(|x| f64::from(*x)).collect::<Vec<f64>>();
    let (a, b) = (wide(&case.a), wide(&case.b));
    let [mut plain, mut half] = [vec![0.0; 9 * 20], vec![0.0; 9 * 20]];
    product(&case, &a, &b, Epilogue::Store, &mut plain, gemm);
    product(&case, &a, &b, Epilogue::Store, &mut half, gemm_bf16);
    assert_eq!(plain, half);
}

/// `Σ aₚ bₚ` by every implementation.
fn dots(a: &[f32], b: &[f32]) -> Vec<f32> {
    let k = a.len();
    let mut sums = Vec::new();
    for form in forms() {
        let factors = Factors {
            sizes: [1, 1, k],
            a: Matrix::new(a, [k, 1]),
            b: Matrix::new(b, [1, k]),
        };
        let mut c = [0.0];
        if form(&factors, false, &mut c, 1) {
            sums.push(c[0]);
        }
    }
    sums
}

#[test]
fn what_is_not_finite_shows_and_what_is_large_stays_finite() {
    let shows = |a: &[f32], b: &[f32], is: fn(f32) -> bool| {
        for sum in dots(a, b) {
            assert!(is(sum), "{a:?} · {b:?} = {sum}");
        }
    };
    let (nan, infinity) = (f32::NAN, f32::INFINITY);
    // With an odd number of terms the last one is alone, and its padding is not NaN.
    for terms in [1, 2, 3, 32, 33] {
        let mut a = vec![1.0; terms];
        let ones = a.clone();
        a[terms - 1] = nan;
        shows(&a, &ones, f32::is_nan);
        a[terms - 1] = f32::from_bits(0x7f80_0001);
        shows(&a, &ones, f32::is_nan);
        a[terms - 1] = infinity;
        shows(&a, &ones, |x| x == f32::INFINITY);
        a[terms - 1] = -infinity;
        shows(&a, &ones, |x| x == -f32::INFINITY);
        shows(&a, &vec![0.0; terms], f32::is_nan);
        a[terms - 1] = 3.38e38;
        shows(&a, &ones, |x| x.is_finite() && x > 3.37e38);
        shows(&vec![1e30; terms], &vec![1e-30; terms], |x| x > 0.98 && x < 35.0);
    }
    // The only finite numbers that become infinite lie beyond the largest bf16 number.
    shows(&[f32::MAX], &[1.0], |x| x == f32::INFINITY);
    shows(&[-f32::MAX], &[1.0], |x| x == -f32::INFINITY);
    // Numbers that bf16 can hold stay exact.
    for x in [1.0, -2.5, 0.007_812_5, 7.888_609e-31, 255.0] {
        assert!(dots(&[x], &[1.0]).iter().all(|y| *y == x), "{x}");
    }
    // Just above the middle between two numbers, and in the middle.
    assert!(dots(&[1.003_907], &[1.0]).iter().all(|y| *y == 1.007_812_5));
    assert!(dots(&[1.0 + 1.0 / 256.0], &[1.0]).iter().all(|y| *y == 1.0));
    assert!(dots(&[1.0 + 3.0 / 256.0], &[1.0]).iter().all(|y| *y == 1.015_625));
}

/// What the tile unit computes: for each 32 terms a chain of the even and one of the odd ones.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
#[test]
fn products_on_the_tile_unit_add_even_and_odd_terms_apart() {
    for sizes in [
        [1, 5, 33],
        [7, 64, 100],
        [9, 33, 31],
        [33, 65, 64],
        [40, 20, 1100],
    ] {
        for (a_lies, b_lies) in [(Lies::ByRows, Lies::ByRows), (Lies::ByColumns, Lies::ByColumns)] {
            let case = Case::new(sizes, a_lies, b_lies);
            let [m, n, k] = sizes;
            let mut c = vec![0.5; m * n];
            if !tile_products::multiply(&case.factors(), true, &mut c, n) {
                return;
            }
            for (at, got) in c.iter().enumerate() {
                let (i, j) = (at / n, at % n);
                let mut expected = 0.5;
                for first in (0..k).step_by(32) {
                    let chain = |odd: usize| {
                        (first + odd..k.min(first + 32)).step_by(2).fold(0f32, |sum, p| {
                            let a = nearest(case.a[i * case.a_strides[0] + p * case.a_strides[1]]);
                            let b = nearest(case.b[p * case.b_strides[0] + j * case.b_strides[1]]);
                            a.mul_add(b, sum)
                        })
                    };
                    expected += chain(0) + chain(1);
                }
                assert_eq!(got.to_bits(), expected.to_bits(), "element {i}, {j} of {sizes:?}");
            }
        }
    }
}
