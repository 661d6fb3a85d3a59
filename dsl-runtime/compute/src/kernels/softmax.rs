//! Softmax of rows.

use super::lanes::Lanes;
use super::pairwise::{LEVELS, Pairwise, TERMS};
use super::reduce::{LONG, max, sum};
use crate::Real;
use crate::machine::help;
use crate::parallel::{granular_part, rows_mut};

/// `yᵢ = e^xᵢ / Σⱼ e^xⱼ` in each row, computed after subtracting the row's maximum.
///
/// * `rows`, `n`: the shape of `x` and `y`, `[rows, n]`.
///
/// A row of `-∞` alone (a completely masked one) gives zeros. Elements of `+∞` take the whole of their row,
/// in equal shares. A NaN makes its row NaN.
#[inline]
pub fn softmax<T: Real>(rows: usize, n: usize, x: &[T], y: &mut [T]) {
    T::softmax(rows, n, x, y);
}

/// `yᵢ = xᵢ - ln Σⱼ e^xⱼ` in each row: the logarithm of [`softmax`] without its cancellation.
///
/// * `rows`, `n`: the shape of `x` and `y`, `[rows, n]`.
///
/// A row of `-∞` alone gives `-∞`, and so does every other element of a row that holds `+∞`. A NaN makes its
/// row NaN.
#[inline]
pub fn log_softmax<T: Real>(rows: usize, n: usize, x: &[T], y: &mut [T]) {
    T::log_softmax(rows, n, x, y);
}

pub(super) fn softmax_body<T: Real>(rows: usize, n: usize, x: &[T], y: &mut [T]) {
    share_out(rows, n, x, y, softmax_of_rows);
}

pub(super) fn log_softmax_body<T: Real>(rows: usize, n: usize, x: &[T], y: &mut [T]) {
    share_out(rows, n, x, y, log_softmax_of_rows);
}

/// The number of elements from which it pays to have an idle worker help.
const SHARED: usize = 8192;

/// Divides the rows among as many idle workers as there is work for; the bits of each row are the same.
fn share_out<T: Real>(rows: usize, n: usize, x: &[T], y: &mut [T], form: fn(usize, &[T], &mut [T])) {
    check(rows, n, x, y);
    let parts = match x.len() {
        0..SHARED => 1,
        len => help::available().min(len / (SHARED / 2)).min(rows),
    };
    if parts == 1 {
        return form(n, x, y);
    }
    let y = rows_mut(y, n);
    help::together(parts, &|index| {
        let part = granular_part(rows, parts, index);
        // SAFETY: each part is computed once, and the parts are disjoint.
        let own = unsafe { y.cut(&part) };
        form(n, &x[part.start * n..part.end * n], own);
    });
}

vectorised! {
    fn softmax_of_rows<'a, T, FMA, BYTES>(n: usize, x: &'a [T], y: &'a mut [T]) {
        for (x, y) in x.chunks_exact(n.max(1)).zip(y.chunks_exact_mut(n.max(1))) {
            let most = greatest(x);
            if most == T::INFINITY {
                shares_of_infinite(x, y);
                continue;
            }
            let Some(total) = exponentials::<T, FMA>(x, most, y) else {
                y.fill(T::ZERO);
                continue;
            };
            let scale = T::ONE / total;
            y.iter_mut().for_each(|y| *y *= scale);
        }
    }
}

vectorised! {
    fn log_softmax_of_rows<'a, T, FMA, BYTES>(n: usize, x: &'a [T], y: &'a mut [T]) {
        for (x, y) in x.chunks_exact(n.max(1)).zip(y.chunks_exact_mut(n.max(1))) {
            let most = greatest(x);
            if most == T::INFINITY {
                shares_of_infinite(x, y);
                y.iter_mut().for_each(|y| *y = T::ln::<FMA>(*y));
                continue;
            }
            let Some(total) = exponentials::<T, FMA>(x, most, y) else {
                y.fill(T::NEG_INFINITY);
                continue;
            };
            let logarithm = T::ln::<FMA>(total);
            for (y, x) in y.iter_mut().zip(x) {
                *y = (*x - most) - logarithm;
            }
        }
    }
}

/// The softmax of a row that holds `+∞`: its limit, in which equal elements stay equal. It is a function of
/// its own because such rows are rare.
#[cold]
#[inline(never)]
fn shares_of_infinite<T: Real>(x: &[T], y: &mut [T]) {
    let infinite = x.iter().filter(|x| **x == T::INFINITY).count();
    let share = T::literal(1.0 / infinite as f64);
    let broken = x.iter().find(|x| x.is_nan());
    for (y, x) in y.iter_mut().zip(x) {
        let own = if *x == T::INFINITY { share } else { T::ZERO };
        *y = broken.copied().unwrap_or(own);
    }
}

/// The number of elements in a vector.
const LANES: usize = 16;

/// The greatest element of a row, `-∞` for an empty one. It may miss a NaN, which the exponentials still
/// show.
#[inline(always)]
fn greatest<T: Real>(x: &[T]) -> T {
    let greater = |a: T, b: T| if a > b { a } else { b };
    if x.len() < LANES {
        return max(x);
    }
    // The last vector may overlap the one before.
    let mut most = Lanes::<T, LANES>::load(&x[x.len() - LANES..]);
    for x in x.as_chunks::<LANES>().0 {
        most = most.zip(Lanes(*x), greater);
    }
    most.fold(greater)
}

/// Computes `y = e^(x - most)` for each element of a row, and returns their sum; `None` for a row that is
/// `-∞` throughout.
#[inline(always)]
fn exponentials<T: Real, const FMA: bool>(x: &[T], most: T, y: &mut [T]) -> Option<T> {
    if most == T::NEG_INFINITY && x.iter().all(|x| *x == most) {
        return None;
    }
    if x.len() < LANES {
        for (y, x) in y.iter_mut().zip(x) {
            *y = T::exp::<FMA>(*x - most);
        }
        return Some(sum(y));
    }
    let exponential = |mut x: Lanes<T, LANES>| {
        for lane in 0..LANES {
            x.0[lane] = T::exp::<FMA>(x.0[lane] - most);
        }
        x
    };
    let mut sums = Lanes::<T, LANES>::ZERO;
    // A long row is summed in blocks of a few vectors.
    let mut blocks = (x.len() > LONG).then(Pairwise::<T, LANES, LEVELS>::new);
    let vectors = x.as_chunks::<LANES>().0;
    let block = if blocks.is_some() { TERMS } else { vectors.len() };
    let pieces = vectors
        .chunks(block)
        .zip(y.as_chunks_mut::<LANES>().0.chunks_mut(block));
    for (x, y) in pieces {
        for (x, y) in x.iter().zip(y) {
            let exponentials = exponential(Lanes(*x));
            *y = exponentials.0;
            sums = sums.zip(exponentials, |sum, y| sum + y);
        }
        if let Some(blocks) = &mut blocks {
            blocks.add(&mut sums.0);
            sums = Lanes::ZERO;
        }
    }
    let rest = x.len() % LANES;
    if rest > 0 {
        // The last vector overlaps the one before, whose elements are in the sum already.
        let first = x.len() - LANES;
        let exponentials = exponential(Lanes::load(&x[first..]));
        exponentials.store(&mut y[first..]);
        for lane in 0..LANES {
            sums.0[lane] += if lane >= LANES - rest {
                exponentials.0[lane]
            } else {
                T::ZERO
            };
        }
    }
    if let Some(blocks) = &mut blocks {
        blocks.add(&mut sums.0);
        blocks.total(&mut sums.0);
    }
    Some(sums.fold(|a, b| a + b))
}

fn check<T>(rows: usize, n: usize, x: &[T], y: &[T]) {
    let elements = rows.checked_mul(n);
    assert!(
        elements == Some(x.len()),
        "softmax: x holds {} elements, not [{rows}, {n}]",
        x.len()
    );
    assert!(
        elements == Some(y.len()),
        "softmax: y holds {} elements, not [{rows}, {n}]",
        y.len()
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{SIZES, close, values};
    use crate::parallel::Team;

    fn rows_match<T: Real>() {
        for rows in [0, 1, 3, 17] {
            for n in SIZES {
                let x: Vec<T> = values::<T>(rows * n, 1)
                    .iter()
                    .map(|x| *x * T::literal(20.0))
                    .collect();
                let (mut y, mut log_y) = (vec![T::ONE; rows * n], vec![T::ONE; rows * n]);
                softmax(rows, n, &x, &mut y);
                log_softmax(rows, n, &x, &mut log_y);
                for row in 0..rows {
                    let range = row * n..(row + 1) * n;
                    let total: f64 = x[range.clone()].iter().map(|x| x.to_f64().exp()).sum();
                    let want: Vec<f64> = x[range.clone()]
                        .iter()
                        .map(|x| x.to_f64().exp() / total)
                        .collect();
                    let log_want: Vec<f64> =
                        x[range.clone()].iter().map(|x| x.to_f64() - total.ln()).collect();
                    close(&y[range.clone()], &want, n);
                    close(&log_y[range], &log_want, n + 64);
                }
            }
        }
    }

    #[test]
    fn rows_match_their_definition() {
        rows_match::<f32>();
        rows_match::<f64>();
    }

    #[test]
    fn help_changes_no_bit() {
        fn check<T: Real>() {
            for threads in [2, 3, 5] {
                let mut team = Team::new(threads);
                for (rows, n) in [
                    (1, 20_000),
                    (3, 5000),
                    (131, 65),
                    (256, 64),
                    (4000, 10),
                    (9000, 1),
                ] {
                    let x: Vec<T> = values(rows * n, 1);
                    for form in [softmax::<T>, log_softmax::<T>] {
                        let (mut alone, mut helped) = (vec![T::ONE; rows * n], vec![T::ONE; rows * n]);
                        form(rows, n, &x, &mut alone);
                        team.run_alone(|| form(rows, n, &x, &mut helped));
                        assert_eq!(alone, helped, "{rows} rows of {n} on {threads} threads");
                    }
                }
            }
        }
        check::<f32>();
        check::<f64>();
    }

    #[test]
    fn rows_of_many_classes_lose_nothing_to_their_number() {
        for n in [LONG, LONG + 1, 5000, 65_536, 100_003] {
            let x = vec![0.0f32; n];
            let (mut y, mut log_y) = (x.clone(), x.clone());
            softmax(1, n, &x, &mut y);
            log_softmax(1, n, &x, &mut log_y);
            let (share, logarithm) = (1.0 / n as f64, -(n as f64).ln());
            assert!(y.iter().all(|y| (f64::from(*y) / share - 1.0).abs() < 2e-7));
            assert!(
                log_y
                    .iter()
                    .all(|y| (f64::from(*y) / logarithm - 1.0).abs() < 2e-7)
            );
            // Numbers that are not round.
            let x: Vec<f32> = values(n, 5);
            softmax(1, n, &x, &mut y);
            let total: f64 = x.iter().map(|x| f64::from(*x).exp()).sum();
            let error = |(x, y): (&f32, &f32)| (f64::from(*y) / (f64::from(*x).exp() / total) - 1.0).abs();
            assert!(x.iter().zip(&y).all(|pair| error(pair) < 1e-6));
        }
    }

    #[test]
    fn long_rows_masked_or_broken_anywhere() {
        for n in [16, 20, 33, 64, 65] {
            let hidden = vec![f32::NEG_INFINITY; n];
            let (mut y, mut log_y) = (vec![7.0; n], vec![7.0; n]);
            softmax(1, n, &hidden, &mut y);
            log_softmax(1, n, &hidden, &mut log_y);
            assert!(y.iter().all(|y| *y == 0.0));
            assert_eq!(log_y, hidden);
            for place in 0..n {
                for rest in [0.0, f32::NEG_INFINITY] {
                    let mut x = vec![rest; n];
                    x[place] = 3.0;
                    softmax(1, n, &x, &mut y);
                    log_softmax(1, n, &x, &mut log_y);
                    let of_rest = if rest == 0.0 { 1.0 } else { 0.0 };
                    let of_place = 3f64.exp();
                    let total = of_place + of_rest * (n - 1) as f64;
                    let weight = |i: usize| if i == place { of_place } else { of_rest } / total;
                    close(&y, &(0..n).map(weight).collect::<Vec<f64>>(), n);
                    let seen = |log_y: f32, i: usize| {
                        rest < 0.0 && log_y == rest || (f64::from(log_y) - weight(i).ln()).abs() < 1e-5
                    };
                    assert!(
                        log_y.iter().enumerate().all(|(i, log_y)| seen(*log_y, i)),
                        "{log_y:?}"
                    );
                    x[place] = f32::INFINITY;
                    softmax(1, n, &x, &mut y);
                    log_softmax(1, n, &x, &mut log_y);
                    let whole = |i: usize| if i == place { 1.0 } else { 0.0 };
                    assert!(y.iter().enumerate().all(|(i, y)| *y == whole(i)), "{y:?}");
                    let logs = log_y.iter().enumerate();
                    assert!(logs.into_iter().all(|(i, y)| *y == whole(i).ln()), "{log_y:?}");
                    let infinite = x.clone();
                    x[place] = f32::NAN;
                    for broken in [&x, &[&infinite[..n - 1], &[f32::NAN]].concat()] {
                        softmax(1, n, broken, &mut y);
                        log_softmax(1, n, broken, &mut log_y);
                        assert!(y.iter().chain(&log_y).all(|y| y.is_nan()), "at {place} of {n}");
                    }
                }
            }
        }
    }

    #[test]
    fn masked_and_broken_rows() {
        let (hidden, broken) = (f32::NEG_INFINITY, f32::NAN);
        let x = [
            hidden, hidden, 0.0, hidden, broken, 0.0, broken, broken, 1e30, 0.0,
        ];
        let (mut y, mut log_y) = ([7.0; 10], [7.0; 10]);
        softmax(5, 2, &x, &mut y);
        log_softmax(5, 2, &x, &mut log_y);
        assert_eq!(y[..4], [0.0, 0.0, 1.0, 0.0]);
        assert_eq!(log_y[..4], [hidden, hidden, 0.0, hidden]);
        assert!(y[4..8].iter().chain(&log_y[4..8]).all(|y| y.is_nan()));
        assert_eq!(y[8..], [1.0, 0.0]);
        assert_eq!(log_y[8..], [0.0, -1e30]);
    }
}
