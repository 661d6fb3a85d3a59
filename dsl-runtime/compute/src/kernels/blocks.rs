//! Conversion between the layout by examples, each contiguous, and the layout by blocks, where 16 examples
//! lie side by side.

use super::lanes::Lanes;
use crate::Real;
use crate::parallel::BLOCK;

/// Converts `x` to blocks: `y[b, i, e] = x[16·b + e, i]`, and zero for examples that the last block lacks.
///
/// * `examples`, `width`: the number of examples, and of elements of each;
/// * `x`: `[examples, width]`; `y`: `[⌈examples / 16⌉, width, 16]`, overwritten.
///
/// # Panics
/// If a slice has another length.
#[inline]
pub fn to_blocks<T: Real>(examples: usize, width: usize, x: &[T], y: &mut [T]) {
    T::to_blocks(examples, width, x, y);
}

/// The inverse of [`to_blocks`]: `y[16·b + e, i] = x[b, i, e]`.
///
/// * `x`: `[⌈examples / 16⌉, width, 16]`; `y`: `[examples, width]`, overwritten.
///
/// # Panics
/// As [`to_blocks`].
#[inline]
pub fn from_blocks<T: Real>(examples: usize, width: usize, x: &[T], y: &mut [T]) {
    T::from_blocks(examples, width, x, y);
}

/// Sets the examples that the last block lacks to zero, as sums over whole blocks need.
///
/// * `examples`, `width`: the number of examples, and of elements of each;
/// * `x`: `[⌈examples / 16⌉, width, 16]`, changed in the last block only, and only if that is not full.
///
/// # Panics
/// As [`to_blocks`].
#[inline]
pub fn clear_missing<T: Real>(examples: usize, width: usize, x: &mut [T]) {
    T::clear_missing(examples, width, x);
}

fn check(kernel: &str, examples: usize, width: usize, plain: usize, blocks: usize) {
    let want = |examples: Option<usize>| examples.and_then(|examples| examples.checked_mul(width));
    assert!(
        want(Some(examples)) == Some(plain) && want(examples.checked_next_multiple_of(BLOCK)) == Some(blocks),
        "{kernel}: slices of {plain} and {blocks} elements for {examples} examples of {width} elements"
    );
}

/// A square of elements, its rows aligned.
type Square<T> = [Lanes<T, BLOCK>; BLOCK];

vectorised! {
    /// Transposes a square, with another one as workspace. Four times, the first half of the rows is
    /// interleaved element by element with the second. An element's row and column number together form a bit
    /// string, which each interleaving rotates by one bit.
    fn transpose<'a, T, FMA, BYTES>(square: &'a mut Square<T>, other: &'a mut Square<T>) {
        shuffle(square, other);
        shuffle(other, square);
        shuffle(square, other);
        shuffle(other, square);
    }
}

#[inline(always)]
fn shuffle<T: Real>(from: &Square<T>, into: &mut Square<T>) {
    const HALF: usize = BLOCK / 2;
    for i in 0..HALF {
        let (a, b) = (from[i].0, from[i + HALF].0);
        for k in 0..HALF {
            into[2 * i].0[2 * k] = a[k];
            into[2 * i].0[2 * k + 1] = b[k];
            into[2 * i + 1].0[2 * k] = a[HALF + k];
            into[2 * i + 1].0[2 * k + 1] = b[HALF + k];
        }
    }
}

/// Elements `first..first + 16` of each row, padded with zeros where a row, or a whole row, is missing.
#[inline(always)]
fn square<T: Real>(rows: &[T], width: usize, first: usize) -> Square<T> {
    let mut square = [Lanes::ZERO; BLOCK];
    for (into, row) in square.iter_mut().zip(rows.chunks_exact(width)) {
        match row[first..].first_chunk() {
            Some(from) => *into = Lanes(*from),
            None => into.0[..width - first].copy_from_slice(&row[first..]),
        }
    }
    square
}

vectorised! {
    pub(super) fn to_blocks_body<'a, T, FMA, BYTES>(examples: usize, width: usize, x: &'a [T], y: &'a mut [T]) {
        check("to_blocks", examples, width, x.len(), y.len());
        if y.is_empty() {
            return;
        }
        let mut other = [Lanes::ZERO; BLOCK];
        for (x, y) in x.chunks(width * BLOCK).zip(y.chunks_exact_mut(width * BLOCK)) {
            for (number, y) in y.as_chunks_mut::<BLOCK>().0.chunks_mut(BLOCK).enumerate() {
                let mut square = square(x, width, number * BLOCK);
                transpose(&mut square, &mut other);
                y.iter_mut().zip(&square).for_each(|(y, row)| *y = row.0);
            }
        }
    }
}

vectorised! {
    pub(super) fn from_blocks_body<'a, T, FMA, BYTES>(examples: usize, width: usize, x: &'a [T], y: &'a mut [T]) {
        check("from_blocks", examples, width, y.len(), x.len());
        if y.is_empty() {
            return;
        }
        let mut other = [Lanes::ZERO; BLOCK];
        for (x, y) in x.chunks_exact(width * BLOCK).zip(y.chunks_mut(width * BLOCK)) {
            for (number, x) in x.as_chunks::<BLOCK>().0.chunks(BLOCK).enumerate() {
                let mut square = [Lanes::ZERO; BLOCK];
                square.iter_mut().zip(x).for_each(|(row, x)| *row = Lanes(*x));
                transpose(&mut square, &mut other);
                for (from, row) in square.iter().zip(y.chunks_exact_mut(width)) {
                    let into = &mut row[number * BLOCK..];
                    match into.first_chunk_mut() {
                        Some(into) => *into = from.0,
                        None => into.copy_from_slice(&from.0[..into.len()]),
                    }
                }
            }
        }
    }
}

pub(super) fn clear_missing_body<T: Real>(examples: usize, width: usize, x: &mut [T]) {
    check(
        "clear_missing",
        examples,
        width,
        examples.saturating_mul(width),
        x.len(),
    );
    let (whole, present) = (examples / BLOCK, examples % BLOCK);
    if present > 0 {
        let last = x[whole * width * BLOCK..].as_chunks_mut::<BLOCK>().0;
        last.iter_mut()
            .for_each(|examples| examples[present..].fill(T::ZERO));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::values;

    fn there_and_back<T: Real>() {
        for examples in [0, 1, 3, 15, 16, 17, 40] {
            for width in [0, 1, 7, 15, 16, 17, 40, 784] {
                let x: Vec<T> = values(examples * width, 1);
                let blocks = examples.div_ceil(BLOCK);
                let mut y = vec![T::ONE; blocks * width * BLOCK];
                to_blocks(examples, width, &x, &mut y);
                for (at, got) in y.iter().enumerate() {
                    let (block, i, lane) = (at / BLOCK / width, at / BLOCK % width, at % BLOCK);
                    let example = block * BLOCK + lane;
                    let want = if example < examples {
                        x[example * width + i]
                    } else {
                        T::ZERO
                    };
                    assert_eq!(*got, want, "{examples} examples of {width}: {at}");
                }
                let mut back = vec![T::ONE; x.len()];
                from_blocks(examples, width, &y, &mut back);
                assert_eq!(back, x);
            }
        }
    }

    #[test]
    fn blocks_hold_the_examples_side_by_side() {
        there_and_back::<f32>();
        there_and_back::<f64>();
    }

    #[test]
    fn only_what_no_example_has_is_cleared() {
        for examples in [0, 1, 16, 17, 40] {
            let ones = vec![1.0f32; examples * 3];
            let mut expected = vec![0.0; examples.div_ceil(BLOCK) * 3 * BLOCK];
            to_blocks(examples, 3, &ones, &mut expected);
            let mut x = vec![1.0; expected.len()];
            clear_missing(examples, 3, &mut x);
            assert_eq!(x, expected, "{examples}");
        }
    }

    #[test]
    #[should_panic(expected = "3 examples of 2 elements")]
    fn other_lengths_are_refused() {
        to_blocks(3, 2, &[0.0f32; 6], &mut [0.0; 6]);
    }
}
