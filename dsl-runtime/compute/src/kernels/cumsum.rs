//! Running sums along an axis.

use crate::Real;

/// `yᵢ = Σⱼ xⱼ` over all `j ≤ i` along an axis, or over all `j ≥ i` if it is `reverse`.
///
/// * `count`, `length`, `inner`: the shape of `x` and `y`, `[count, length, inner]`; the sums run along the middle axis.
///
/// The terms are added one after the other: each sum is the one before and one more term. A NaN or an infinity is in its own
/// sum and in those after it, and in no others.
#[inline]
pub fn cumsum<T: Real>(count: usize, length: usize, inner: usize, reverse: bool, x: &[T], y: &mut [T]) {
    T::cumsum(count, length, inner, reverse, x, y);
}

vectorised! {
    pub(super) fn cumsum_body<'a, T, FMA, BYTES>(
        count: usize,
        length: usize,
        inner: usize,
        reverse: bool,
        x: &'a [T],
        y: &'a mut [T],
    ) {
        check(count, length, inner, x, y);
        let all = (length * inner).max(1);
        for (x, y) in x.chunks_exact(all).zip(y.chunks_exact_mut(all)) {
            match (inner, reverse) {
                (1, false) => add_numbers(x.iter().zip(y)),
                (1, true) => add_numbers(x.iter().zip(y).rev()),
                _ => {
                    y.copy_from_slice(x);
                    let rows = y.chunks_exact_mut(inner);
                    match reverse {
                        false => add_rows(rows),
                        true => add_rows(rows.rev()),
                    }
                }
            }
        }
    }
}

/// The running sum of single numbers.
#[inline(always)]
fn add_numbers<'a, T: Real>(pairs: impl Iterator<Item = (&'a T, &'a mut T)>) {
    // The sum of nothing: added to any number, even to -0, it leaves that.
    let mut sum = -T::ZERO;
    for (x, y) in pairs {
        sum += *x;
        *y = sum;
    }
}

/// Adds to each row the one before it.
#[inline(always)]
fn add_rows<'a, T: Real>(mut rows: impl Iterator<Item = &'a mut [T]>) {
    let Some(mut before) = rows.next() else { return };
    for row in rows {
        for (y, before) in row.iter_mut().zip(before.iter()) {
            *y += *before;
        }
        before = row;
    }
}

fn check<T>(count: usize, length: usize, inner: usize, x: &[T], y: &[T]) {
    let plane = length.checked_mul(inner);
    let elements = plane.and_then(|plane| plane.checked_mul(count));
    for (name, len) in [("x", x.len()), ("y", y.len())] {
        assert!(
            elements == Some(len),
            "cumsum: {name} holds {len} elements, not [{count}, {length}, {inner}]"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{SIZES, close, values};

    /// Each sum by itself, in double precision.
    fn naive<T: Real>([count, length, inner]: [usize; 3], reverse: bool, x: &[T]) -> Vec<f64> {
        let mut sums = Vec::new();
        for c in 0..count {
            for l in 0..length {
                for i in 0..inner {
                    let terms = if reverse { l..length } else { 0..l + 1 };
                    sums.push(terms.map(|l| x[(c * length + l) * inner + i].to_f64()).sum());
                }
            }
        }
        sums
    }

    fn sums_match<T: Real>() {
        for count in [0, 1, 3] {
            for length in SIZES {
                for inner in [0, 1, 2, 7, 8, 17, 33] {
                    for reverse in [false, true] {
                        let x: Vec<T> = values(count * length * inner, 1);
                        let mut y = vec![T::ONE; x.len()];
                        cumsum(count, length, inner, reverse, &x, &mut y);
                        close(&y, &naive([count, length, inner], reverse, &x), length);
                    }
                }
            }
        }
    }

    #[test]
    fn sums_match_their_definition() {
        sums_match::<f32>();
        sums_match::<f64>();
    }

    #[test]
    fn what_is_no_number_is_in_the_sums_after_it_alone() {
        fn check<T: Real>(inner: usize) {
            let length = 9;
            for broken in [T::INFINITY, T::NEG_INFINITY, T::literal(f64::NAN)] {
                for place in 0..length {
                    for reverse in [false, true] {
                        let mut x: Vec<T> = values(length * inner, 3);
                        x[place * inner] = broken;
                        let mut y = vec![T::ONE; x.len()];
                        cumsum(1, length, inner, reverse, &x, &mut y);
                        for (at, y) in y.iter().enumerate() {
                            let (l, i) = (at / inner, at % inner);
                            let is_after = if reverse { l <= place } else { l >= place };
                            match i == 0 && is_after {
                                true => {
                                    assert!(*y == broken || (y.is_nan() && broken.is_nan()), "{y} at {at}")
                                }
                                false => assert!(y.is_finite(), "{y} at {at}"),
                            }
                        }
                    }
                }
            }
            // Infinities of both signs have no sum.
            let x = vec![[T::INFINITY, T::NEG_INFINITY, T::ONE]; inner].concat();
            let mut y = vec![T::ONE; 3 * inner];
            cumsum(inner, 3, 1, false, &x, &mut y);
            assert!(y[0] == T::INFINITY && y[1].is_nan() && y[2].is_nan());
        }
        for inner in [1, 2, 16] {
            check::<f32>(inner);
            check::<f64>(inner);
        }
    }

    #[test]
    fn a_negative_zero_stays_one() {
        for inner in [1, 2] {
            let (x, mut y) = ([-0.0f32; 4], [1.0; 4]);
            cumsum(1, 4 / inner, inner, false, &x, &mut y);
            assert!(y.iter().all(|y| y.to_bits() == (-0.0f32).to_bits()), "{y:?}");
        }
    }
}
