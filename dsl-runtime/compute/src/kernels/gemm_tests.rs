//! The product compared with three plain loops.

use super::*;
use crate::kernels::testing::{close, values};
use crate::kernels::{PackedFactor, pack_factor, packed_len};
use crate::parallel::Team;

const DIMENSIONS: [usize; 9] = [0, 1, 2, 7, 8, 9, 17, 33, 64];

struct Case<T> {
    m: usize,
    n: usize,
    k: usize,
    a: Vec<T>,
    a_strides: [usize; 2],
    b: Vec<T>,
    b_strides: [usize; 2],
}

impl<T: Real> Case<T> {
    fn new(m: usize, n: usize, k: usize, transposed: [bool; 2]) -> Case<T> {
        let strides = |rows, columns, transposed| if transposed { [1, rows] } else { [columns, 1] };
        Case {
            m,
            n,
            k,
            a: values(m * k, 1),
            a_strides: strides(m, k, transposed[0]),
            b: values(k * n, 2),
            b_strides: strides(k, n, transposed[1]),
        }
    }

    fn product(&self) -> Vec<f64> {
        let mut c = Vec::with_capacity(self.m * self.n);
        for i in 0..self.m {
            for j in 0..self.n {
                let a = |p: usize| self.a[i * self.a_strides[0] + p * self.a_strides[1]].to_f64();
                let b = |p: usize| self.b[p * self.b_strides[0] + j * self.b_strides[1]].to_f64();
                c.push((0..self.k).map(|p| a(p) * b(p)).sum());
            }
        }
        c
    }

    fn gemm(&self, rows: std::ops::Range<usize>, then: Epilogue<'_, T>, c: &mut [T], c_stride: usize) {
        self.gemm_by(Matrix::new(&self.b, self.b_strides), rows, then, c, c_stride);
    }

    fn gemm_by(
        &self,
        b: Matrix<'_, T>,
        rows: std::ops::Range<usize>,
        then: Epilogue<'_, T>,
        c: &mut [T],
        c_stride: usize,
    ) {
        let a = self.a.get(rows.start * self.a_strides[0]..).unwrap_or_default();
        gemm(
            [rows.len(), self.n, self.k],
            Matrix::new(a, self.a_strides),
            b,
            then,
            MatrixMut::new(c, c_stride),
        );
    }

    /// The right factor packed, around which nothing may be read.
    fn packed(&self) -> Vec<T> {
        let mut panels = values(packed_len::<T>([self.k, self.n]), 7);
        pack_factor(
            [self.k, self.n],
            Matrix::new(&self.b, self.b_strides),
            &mut panels,
        );
        panels
    }
}

fn each_case<T: Real>(mut check: impl FnMut(&Case<T>)) {
    for m in DIMENSIONS {
        for n in DIMENSIONS {
            for k in [0, 1, 8, 17, 100] {
                for transposed in [[false, false], [true, false], [false, true], [true, true]] {
                    check(&Case::new(m, n, k, transposed));
                }
            }
        }
    }
}

/// Compares the product and each epilogue with three plain loops.
fn matches_plain_loops<T: Real>(case: &Case<T>) {
    let (m, n, k) = (case.m, case.n, case.k);
    let product = case.product();
    // Rows are further apart than they are long: the elements between must stay unchanged.
    let c_stride = n + 3;
    let before: Vec<T> = values(if m == 0 { 0 } else { m * c_stride }, 3);
    let (bias, gate): (Vec<T>, Vec<T>) = (values(n, 4), values(before.len(), 5));
    let at = |values: &[T], i: usize, j: usize| values[i * c_stride + j].to_f64();
    let expect = |then: Epilogue<'_, T>, finished: &dyn Fn(f64, usize, usize) -> f64| {
        let mut c = before.clone();
        case.gemm(0..m, then, &mut c, c_stride);
        for i in 0..m {
            for j in 0..c_stride {
                if j < n {
                    let want = finished(product[i * n + j], i, j);
                    close(&[T::literal(at(&c, i, j))], &[want], k);
                } else {
                    assert_eq!(at(&c, i, j), at(&before, i, j), "between the rows");
                }
            }
        }
    };
    expect(Epilogue::Store, &|c, _, _| c);
    expect(Epilogue::Accumulate, &|c, i, j| at(&before, i, j) + c);
    expect(Epilogue::Bias(&bias), &|c, _, j| c + bias[j].to_f64());
    expect(Epilogue::BiasRelu(&bias), &|c, _, j| {
        (c + bias[j].to_f64()).max(0.0)
    });
    expect(Epilogue::ReluGate(&gate), &|c, i, j| {
        if at(&gate, i, j) > 0.0 { c } else { 0.0 }
    });
}

fn products_match<T: Real>() {
    each_case::<T>(matches_plain_loops);
    // So many rows that the epilogue runs over a few at a time.
    for transposed in [[false, false], [true, true]] {
        matches_plain_loops(&Case::<T>::new(293, 520, 3, transposed));
    }
}

#[test]
fn products_match_plain_loops() {
    products_match::<f32>();
    products_match::<f64>();
}

/// A product by `matrixmultiply`.
trait Oracle: Real {
    /// `C ← A B`, or `C ← C + A B`; every matrix by its strides.
    fn oracle(case: &Case<Self>, accumulate: bool, c: &mut [Self], c_stride: usize);
}

macro_rules! oracle {
    ($real:ident, $gemm:ident) => {
        impl Oracle for $real {
            fn oracle(case: &Case<$real>, accumulate: bool, c: &mut [$real], c_stride: usize) {
                let &Case { m, n, k, .. } = case;
                assert!(reach(m, k, case.a_strides) <= case.a.len());
                assert!(reach(k, n, case.b_strides) <= case.b.len());
                assert!(reach(m, n, [c_stride, 1]) <= c.len());
                let [a_row, a_column] = case.a_strides.map(|stride| stride as isize);
                let [b_row, b_column] = case.b_strides.map(|stride| stride as isize);
                let (a, b) = (case.a.as_ptr(), case.b.as_ptr());
                let (beta, c, c_row) = (
                    f64::from(accumulate) as $real,
                    c.as_mut_ptr(),
                    c_stride as isize,
                );
                // SAFETY: the slices reach as far as the strides, as asserted above.
                unsafe {
                    matrixmultiply::$gemm(
                        m, k, n, 1.0, a, a_row, a_column, b, b_row, b_column, beta, c, c_row, 1,
                    );
                }
            }
        }
    };
}

oracle!(f32, sgemm);
oracle!(f64, dgemm);

impl<T: Oracle> Case<T> {
    /// Compares each element with that of `matrixmultiply`, and the elements between rows with their old
    /// contents.
    fn matches_the_oracle(&self) {
        let c_stride = self.n + 2;
        let before: Vec<T> = values(self.m * c_stride, 3);
        for (then, accumulate) in [(Epilogue::Store, false), (Epilogue::Accumulate, true)] {
            let (mut got, mut want) = (before.clone(), before.clone());
            self.gemm(0..self.m, then, &mut got, c_stride);
            T::oracle(self, accumulate, &mut want, c_stride);
            let want: Vec<f64> = want.iter().map(|x| x.to_f64()).collect();
            close(&got, &want, 2 * self.k);
        }
    }
}

#[test]
fn products_match_those_of_matrixmultiply() {
    fn check<T: Oracle>() {
        each_case::<T>(|case| case.matches_the_oracle());
        // Large factors, some with sizes at powers of two and beyond every panel.
        for (m, n, k) in [
            (1, 723, 300),
            (24, 1100, 600),
            (96, 512, 784),
            (100, 65, 600),
            (131, 67, 129),
            (200, 513, 128),
            (31, 1024, 513),
        ] {
            for transposed in [[false, false], [true, false], [false, true], [true, true]] {
                Case::<T>::new(m, n, k, transposed).matches_the_oracle();
            }
        }
    }
    check::<f32>();
    check::<f64>();
}

/// Factors that are parts of larger matrices: no stride is 1.
#[test]
fn products_of_any_strides_match_those_of_matrixmultiply() {
    fn check<T: Oracle>() {
        for (m, n, k) in [(5, 7, 9), (13, 33, 40), (48, 70, 130), (30, 129, 300)] {
            for [a_step, b_step] in [[2, 1], [1, 3], [2, 2], [3, 5]] {
                for [a_turned, b_turned] in [[false, false], [true, false], [false, true], [true, true]] {
                    let strides = |rows: usize, columns: usize, step: usize, turned| match turned {
                        true => [step, rows * step + 3],
                        false => [columns * step + 3, step],
                    };
                    let (a_strides, b_strides) =
                        (strides(m, k, a_step, a_turned), strides(k, n, b_step, b_turned));
                    Case::<T> {
                        m,
                        n,
                        k,
                        a: values(reach(m, k, a_strides), 1),
                        a_strides,
                        b: values(reach(k, n, b_strides), 2),
                        b_strides,
                    }
                    .matches_the_oracle();
                }
            }
        }
    }
    check::<f32>();
    check::<f64>();
}

/// Sizes on both sides of the threshold for packing by panels, and of a panel.
#[test]
fn products_by_panels_match_those_in_place() {
    fn check<T: Real>() {
        for (m, n, k) in [
            (23, 70, 200),
            (24, 1100, 300),
            (95, 130, 300),
            (96, 130, 300),
            (100, 65, 600),
        ] {
            for transposed in [[false, false], [false, true], [true, true]] {
                let case = Case::<T>::new(m, n, k, transposed);
                let mut c = values(m * n, 3);
                case.gemm(0..m, Epilogue::Accumulate, &mut c, n);
                for column in [0, n / 2, n - 1] {
                    let at = |i: usize| c[i * n + column].to_f64();
                    let before: Vec<T> = values(m * n, 3);
                    let (a, b) = (&case.a, &case.b);
                    for i in [0, m / 2, m - 1] {
                        let term = |p: usize| {
                            let a = a[i * case.a_strides[0] + p * case.a_strides[1]].to_f64();
                            a * b[p * case.b_strides[0] + column * case.b_strides[1]].to_f64()
                        };
                        let want = before[i * n + column].to_f64() + (0..k).map(term).sum::<f64>();
                        close(&[T::literal(at(i))], &[want], k);
                    }
                }
                // A single row is computed in place if possible.
                let (mut alone, mut whole) = (vec![T::ZERO; n], vec![T::ZERO; m * n]);
                case.gemm(m / 2..m / 2 + 1, Epilogue::Store, &mut alone, n);
                case.gemm(0..m, Epilogue::Store, &mut whole, n);
                assert_eq!(alone, whole[m / 2 * n..][..n]);
            }
        }
    }
    check::<f32>();
    check::<f64>();
}

/// Each product by a packed factor has the bits that it has without, alone and helped.
#[test]
fn packed_factors_change_no_bit() {
    fn check<T: Real>(case: &Case<T>, team: &mut Team) {
        let (m, n, k) = (case.m, case.n, case.k);
        let c_stride = n + 3;
        let panels = case.packed();
        let packed = PackedFactor::new([k, n], &panels);
        // What is not packed is another matrix, which is not read.
        let other = vec![T::literal(f64::NAN); case.b.len()];
        let reads_other = m < PackedFactor::<T>::LEAST_ROWS || n < 2 || k == 0 || panels.is_empty();
        let data = if reads_other { &case.b } else { &other };
        let b = Matrix::new(data, case.b_strides).with_packed(Some(packed));
        let before: Vec<T> = values(m * c_stride, 3);
        let (bias, gate): (Vec<T>, Vec<T>) = (values(n, 4), values(before.len(), 5));
        for then in [
            Epilogue::Store,
            Epilogue::Accumulate,
            Epilogue::Bias(&bias),
            Epilogue::BiasRelu(&bias),
            Epilogue::ReluGate(&gate),
        ] {
            let [mut want, mut alone, mut helped] = [before.clone(), before.clone(), before.clone()];
            case.gemm(0..m, then, &mut want, c_stride);
            case.gemm_by(b, 0..m, then, &mut alone, c_stride);
            team.run_alone(|| case.gemm_by(b, 0..m, then, &mut helped, c_stride));
            assert!(alone == want && helped == want, "{m}×{k}×{n}");
        }
    }
    fn check_all<T: Real>() {
        let mut team = Team::new(3);
        each_case::<T>(|case| check(case, &mut team));
        for (m, n, k) in [
            (33, 430, 130),
            (40, 1030, 257),
            (5, 700, 600),
            (70, 65, 300),
            (97, 130, 129),
            (101, 1100, 300),
        ] {
            for transposed in [[false, false], [true, false], [false, true]] {
                check(&Case::<T>::new(m, n, k, transposed), &mut team);
            }
        }
    }
    check_all::<f32>();
    check_all::<f64>();
}

/// A packed factor of other sizes than the product's is not read.
#[test]
fn a_factor_packed_for_another_product_is_left_alone() {
    let case = Case::<f32>::new(30, 24, 16, [false, false]);
    let panels = vec![f32::NAN; packed_len::<f32>([24, 16])];
    let b = Matrix::new(&case.b, case.b_strides).with_packed(Some(PackedFactor::new([24, 16], &panels)));
    let (mut want, mut got) = (vec![0.0; 30 * 24], vec![0.0; 30 * 24]);
    case.gemm(0..30, Epilogue::Store, &mut want, 24);
    case.gemm_by(b, 0..30, Epilogue::Store, &mut got, 24);
    assert_eq!(got, want);
}

#[test]
#[should_panic(expected = "the length of a factor of [3, 5] packed")]
#[cfg_attr(feature = "matrixmultiply", ignore = "nothing is packed")]
fn a_packed_factor_of_another_length_is_refused() {
    PackedFactor::new([3, 5], &[0.0_f32; 7]);
}

fn rows_are_independent<T: Real>() {
    let check = |case: &Case<T>| {
        let mut whole = vec![T::ZERO; case.m * case.n];
        case.gemm(0..case.m, Epilogue::Store, &mut whole, case.n.max(1));
        for rows in [
            0..case.m / 2,
            case.m / 2..case.m,
            case.m / 3..(case.m / 3 + 1).min(case.m),
        ] {
            let mut part = vec![T::ZERO; rows.len() * case.n];
            case.gemm(rows.clone(), Epilogue::Store, &mut part, case.n.max(1));
            assert_eq!(
                part,
                whole[rows.start * case.n..rows.end * case.n],
                "rows {rows:?} of {}",
                case.m
            );
        }
    };
    each_case(check);
    // Sizes beyond the blocks in which the product is computed.
    check(&Case::new(70, 30, 600, [false, false]));
    check(&Case::new(150, 20, 300, [true, false]));
    check(&Case::new(37, 50, 530, [false, true]));
    // A single row of many columns takes another path than several rows.
    check(&Case::new(6, 128, 1, [false, false]));
    check(&Case::new(7, 203, 103, [false, false]));
    check(&Case::new(3, 2177, 70, [true, false]));
    check(&Case::new(3, 4099, 6, [false, false]));
}

#[test]
fn a_range_of_rows_has_the_bits_of_the_whole() {
    rows_are_independent::<f32>();
    rows_are_independent::<f64>();
}

#[test]
fn help_changes_no_bit() {
    fn check<T: Real>() {
        for threads in [2, 3, 5] {
            let mut team = Team::new(threads);
            for (m, n, k) in [
                (1, 700, 600),
                (1, 130, 2000),
                (1, 67, 1500),
                (2, 900, 210),
                (8, 203, 300),
                (33, 100, 130),
                (33, 430, 65),
                (64, 128, 128),
                (70, 65, 100),
                (97, 70, 80),
            ] {
                for transposed in [[false, false], [true, false], [false, true]] {
                    let case = Case::<T>::new(m, n, k, transposed);
                    let c_stride = n + 3;
                    let before: Vec<T> = values((m - 1) * c_stride + n, 3);
                    let (bias, gate): (Vec<T>, Vec<T>) = (values(n, 4), values(before.len(), 5));
                    for then in [
                        Epilogue::Store,
                        Epilogue::Accumulate,
                        Epilogue::Bias(&bias),
                        Epilogue::BiasRelu(&bias),
                        Epilogue::ReluGate(&gate),
                    ] {
                        let (mut alone, mut helped) = (before.clone(), before.clone());
                        case.gemm(0..m, then, &mut alone, c_stride);
                        team.run_alone(|| case.gemm(0..m, then, &mut helped, c_stride));
                        assert_eq!(alone, helped, "{m}×{k}×{n} on {threads} threads");
                    }
                }
            }
        }
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn nan_is_not_hidden() {
    let mut c = [0.0f32];
    gemm(
        [1, 1, 1],
        Matrix::new(&[f32::NAN], [1, 1]),
        Matrix::new(&[1.0], [1, 1]),
        Epilogue::BiasRelu(&[1.0]),
        MatrixMut::new(&mut c, 1),
    );
    assert!(c[0].is_nan());
    gemm(
        [1, 1, 1],
        Matrix::new(&[0.0], [1, 1]),
        Matrix::new(&[f32::INFINITY], [1, 1]),
        Epilogue::Store,
        MatrixMut::new(&mut c, 1),
    );
    assert!(c[0].is_nan());
    // Old contents are read only by `Accumulate`.
    gemm(
        [1, 1, 1],
        Matrix::new(&[2.0], [1, 1]),
        Matrix::new(&[3.0], [1, 1]),
        Epilogue::Store,
        MatrixMut::new(&mut c, 1),
    );
    assert_eq!(c, [6.0]);
    c = [f32::NAN];
    gemm(
        [1, 1, 0],
        Matrix::new(&[], [1, 1]),
        Matrix::new(&[], [1, 1]),
        Epilogue::Bias(&[5.0]),
        MatrixMut::new(&mut c, 1),
    );
    assert_eq!(c, [5.0]);
    // The stride of rows without terms is arbitrary.
    let mut c = [f32::NAN; 40];
    gemm(
        [20, 2, 0],
        Matrix::new(&[], [9, 1]),
        Matrix::new(&[], [2, 1]),
        Epilogue::Store,
        MatrixMut::new(&mut c, 2),
    );
    assert_eq!(c, [0.0; 40]);
}

#[test]
#[should_panic(expected = "a is too short for 2×3")]
fn a_short_matrix_is_refused() {
    gemm(
        [2, 1, 3],
        Matrix::new(&[0.0f32; 5], [3, 1]),
        Matrix::new(&[0.0; 3], [1, 1]),
        Epilogue::Store,
        MatrixMut::new(&mut [0.0; 2], 1),
    );
}
