//! Sums and maxima in an order that is fixed by the data alone.

use core::ops::Range;

use super::lanes::Lanes;
use super::pairwise::{LEVELS, Pairwise, TERMS, accumulate};
use crate::Real;
use crate::parallel::BLOCK;

/// The elements of a vector, and the number of vectors of partial results side by side: enough to hide the
/// latency of addition.
const LANES: usize = 16;
const VECTORS: usize = 4;

/// The number of elements below which a plain loop is as fast.
const SHORT: usize = 16;

/// The number of elements above which a sum is formed in blocks: below it a chain of additions is at most 64
/// long.
pub(super) const LONG: usize = 64 * LANES * VECTORS;

/// The number of elements of such a block.
const IN_A_BLOCK: usize = TERMS * LANES * VECTORS;

/// A vector of sums, or of terms added to it.
pub(super) type Sums<T> = Lanes<T, LANES>;

/// `Σ f(xᵢ, yᵢ)` over two slices of one length, where `add(sums, x, y)` adds `f` in each lane, and
/// `f(0, 0) = 0`.
///
/// The elements `i ≡ l (mod LANES·VECTORS)` are added in order for each lane `l`, and the lanes in a fixed
/// binary tree. A sum of more than [`LONG`] elements is cut into blocks of [`TERMS`] for each lane, which a
/// binary tree adds.
#[inline(always)]
pub(super) fn sum_of<T: Real>(x: &[T], y: &[T], add: impl Fn(Sums<T>, Sums<T>, Sums<T>) -> Sums<T>) -> T {
    if x.len() <= LONG {
        return block_of(x, y, &add).fold(|a, b| a + b);
    }
    let mut sums = Pairwise::<T, LANES, LEVELS>::new();
    for (x, y) in x.chunks(IN_A_BLOCK).zip(y.chunks(IN_A_BLOCK)) {
        sums.add(&mut block_of(x, y, &add).0);
    }
    let mut total = Sums::ZERO;
    sums.total(&mut total.0);
    total.fold(|a, b| a + b)
}

/// The sums of one block, one for each lane.
#[inline(always)]
fn block_of<T: Real>(x: &[T], y: &[T], add: &impl Fn(Sums<T>, Sums<T>, Sums<T>) -> Sums<T>) -> Sums<T> {
    let mut sums = [Sums::ZERO; VECTORS];
    let (x_whole, x_rest) = x.split_at(x.len() - x.len() % (LANES * VECTORS));
    let (y_whole, y_rest) = y.split_at(x_whole.len());
    for (x, y) in x_whole
        .chunks_exact(LANES * VECTORS)
        .zip(y_whole.chunks_exact(LANES * VECTORS))
    {
        #[expect(
            clippy::needless_range_loop,
            reason = "by index, so that the loop unrolls; by iterators it is itself vectorised, with gathers"
        )]
        for vector in 0..VECTORS {
            let first = vector * LANES;
            sums[vector] = add(sums[vector], Lanes::load(&x[first..]), Lanes::load(&y[first..]));
        }
    }
    #[expect(
        clippy::needless_range_loop,
        reason = "by index, so that the loops unroll completely"
    )]
    for vector in 0..VECTORS {
        let first = vector * LANES;
        if first < x_rest.len() {
            let end = (first + LANES).min(x_rest.len());
            let (x, y) = (&x_rest[first..end], &y_rest[first..end]);
            sums[vector] = add(sums[vector], Lanes::load_padded(x), Lanes::load_padded(y));
        }
    }
    halve(sums, |a, b| a + b)
}

/// Combines one half of the vectors with the other until one is left.
#[inline(always)]
fn halve<T: Real>(vectors: [Lanes<T, LANES>; VECTORS], combine: impl Fn(T, T) -> T + Copy) -> Sums<T> {
    let [a, b, c, d] = vectors;
    a.zip(c, combine).zip(b.zip(d, combine), combine)
}

/// `Σ xᵢ`, in an order fixed by the length; 0 for no elements. Inlined into vector code, it becomes vector
/// code.
#[inline(always)]
pub fn sum<T: Real>(x: &[T]) -> T {
    if x.len() < SHORT {
        return x.iter().fold(T::ZERO, |sum, x| sum + *x);
    }
    // The lanes of the sum of a row go through memory, or the compiler would form the sums of many rows side
    // by side and gather their elements from all over.
    if let Ok(lanes) = <&[T; LANES]>::try_from(x) {
        return Lanes(core::hint::black_box(*lanes)).fold(|a, b| a + b);
    }
    sum_of(x, x, |sums, x, _| sums.zip(x, |sum, x| sum + x))
}

/// The largest element, NaN if there is one, `-∞` for no elements.
#[inline(always)]
pub fn max<T: Real>(x: &[T]) -> T {
    if x.len() < SHORT {
        return x.iter().fold(T::NEG_INFINITY, |most, x| T::max(most, *x));
    }
    let mut most = [Sums::splat(T::NEG_INFINITY); VECTORS];
    let (whole, rest) = x.split_at(x.len() - x.len() % (LANES * VECTORS));
    for x in whole.chunks_exact(LANES * VECTORS) {
        for vector in 0..VECTORS {
            most[vector] = most[vector].zip(Lanes::load(&x[vector * LANES..]), T::max);
        }
    }
    for (most, rest) in most.iter_mut().zip(rest.chunks(LANES)) {
        most.0
            .iter_mut()
            .zip(rest)
            .for_each(|(most, x)| *most = T::max(*most, *x));
    }
    halve(most, T::max).fold(T::max)
}

/// `outⱼ = Σ partials[b, columns.start + j]` over all blocks `b`, in a fixed binary tree.
///
/// * `width`: columns of `partials`;
/// * `partials`: `[blocks, width]`, any number of blocks (none gives zeros);
/// * `columns`: which columns to sum, at most `0..width`;
/// * `out`: `[columns.len()]`, overwritten.
///
/// A column has the same bits whatever range it is computed in.
#[inline]
pub fn sum_blocks<T: Real>(width: usize, partials: &[T], columns: Range<usize>, out: &mut [T]) {
    T::sum_blocks(width, partials, columns, out);
}

/// `outⱼ = Σ x[e, columns.start + j]` over all examples `e`. Blocks of [`BLOCK`] examples are summed in order
/// (in two halves if there are more than 4080 examples), then the blocks in the binary tree of
/// [`sum_blocks`].
///
/// * `examples`, `width`: the shape of `x`, `[examples, width]`;
/// * `columns`: which columns to sum, at most `0..width`;
/// * `out`: `[columns.len()]`, overwritten; zeros without examples.
///
/// A column has the same bits whatever range it is computed in.
#[inline]
pub fn sum_examples<T: Real>(examples: usize, width: usize, x: &[T], columns: Range<usize>, out: &mut [T]) {
    T::sum_examples(examples, width, x, columns, out);
}

/// `out[b, j] = Σ x[b, j, e]` over the examples `e` of each block `b`, which lie side by side.
///
/// * `examples`: the number of examples; the elements of examples that the last block lacks enter no sum;
/// * `x`: `[blocks, width, 16]`, where the number of blocks is that of examples divided by [`BLOCK`], rounded
///   up;
/// * `out`: `[blocks, width]`, overwritten.
#[inline]
pub fn sum_of_blocks<T: Real>(examples: usize, width: usize, x: &[T], out: &mut [T]) {
    T::sum_of_blocks(examples, width, x, out);
}

vectorised! {
    pub(super) fn sum_of_blocks_body<'a, T, FMA, BYTES>(examples: usize, width: usize, x: &'a [T], out: &'a mut [T]) {
        let blocks = examples.div_ceil(BLOCK);
        assert_eq!(width.checked_mul(blocks), Some(out.len()), "sum_of_blocks: the sums of {blocks} blocks of {width}");
        assert_eq!(out.len().checked_mul(BLOCK), Some(x.len()), "sum_of_blocks: {blocks} blocks of {width}");
        let x = x.as_chunks::<BLOCK>().0;
        for (out, x) in out.iter_mut().zip(x) {
            *out = Lanes(*x).fold(|a, b| a + b);
        }
        let present = examples % BLOCK;
        if present > 0 {
            let last = out.len() - width;
            for (out, x) in out[last..].iter_mut().zip(&x[last..]) {
                *out = Lanes::<T, BLOCK>::load_padded(&x[..present]).fold(|a, b| a + b);
            }
        }
    }
}

vectorised! {
    pub(super) fn sum_blocks_body<'a, T, FMA, BYTES>(width: usize, partials: &'a [T], columns: Range<usize>, out: &'a mut [T]) {
        if width == 0 {
            assert!(partials.is_empty() && columns.is_empty() && out.is_empty(), "sum_blocks: blocks of no columns");
            return;
        }
        assert!(partials.len().is_multiple_of(width), "sum_blocks: {} elements in blocks of {width}", partials.len());
        sum_rows(1, partials.len() / width, width, partials, columns, out);
    }
}

vectorised! {
    pub(super) fn sum_examples_body<'a, T, FMA, BYTES>(examples: usize, width: usize, x: &'a [T], columns: Range<usize>, out: &'a mut [T]) {
        assert!(width.checked_mul(examples) == Some(x.len()), "sum_examples: {} elements for [{examples}, {width}]", x.len());
        sum_rows(BLOCK, examples, width, x, columns, out);
    }
}

/// The number of columns summed at once: a buffer of the tree holds these.
const COLUMNS: usize = 64;

/// Sums rows in order within groups of `group`, and the groups in the binary tree of [`Pairwise`].
#[inline(always)]
fn sum_rows<T: Real>(group: usize, rows: usize, width: usize, x: &[T], columns: Range<usize>, out: &mut [T]) {
    let Range { start, end } = columns.clone();
    assert!(start <= end && end <= width, "columns {start}..{end} of {width}");
    assert_eq!(out.len(), end - start, "the sums of columns {start}..{end}");
    match rows.div_ceil(group) {
        0 => out.fill(T::ZERO),
        // A single group is summed directly into the result.
        1 => {
            out.copy_from_slice(&x[start..end]);
            for row in 1..rows {
                accumulate(&x[row * width + start..row * width + end], out);
            }
        }
        // Clearing the deepest tree takes longer than most sums, so this tree has few levels.
        2..256 => sum_tree::<T, 8>(group, rows, width, x, columns, out),
        // With so many rows every rounding counts: groups are as short as the blocks of other long sums.
        _ => sum_tree::<T, LEVELS>(group.min(TERMS), rows, width, x, columns, out),
    }
}

/// Sums several groups; their number is below `2` to the number of levels.
#[inline(always)]
fn sum_tree<T: Real, const LEVELS: usize>(
    group: usize,
    rows: usize,
    width: usize,
    x: &[T],
    Range { start, end }: Range<usize>,
    out: &mut [T],
) {
    let mut sums = Pairwise::<T, COLUMNS, LEVELS>::new();
    let mut sum = [T::ZERO; COLUMNS];
    for (first, out) in (start..end).step_by(COLUMNS).zip(out.chunks_mut(COLUMNS)) {
        let row = |row: usize| &x[row * width + first..][..out.len()];
        let sum = &mut sum[..out.len()];
        sums.restart();
        for first_row in (0..rows).step_by(group) {
            sum.copy_from_slice(row(first_row));
            for next_row in first_row + 1..(first_row + group).min(rows) {
                accumulate(row(next_row), sum);
            }
            sums.add(sum);
        }
        sums.total(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{SIZES, close, values};

    fn sums_match<T: Real>() {
        for n in SIZES {
            let x: Vec<T> = values(n, 1);
            let want: f64 = x.iter().map(|x| x.to_f64()).sum();
            close(&[sum(&x)], &[want], n);
            let most = x.iter().fold(f64::NEG_INFINITY, |most, x| most.max(x.to_f64()));
            assert_eq!(max(&x).to_f64(), most);
            for position in 0..n {
                let mut x = x.clone();
                x[position] = T::literal(f64::NAN);
                assert!(max(&x).is_nan());
            }
        }
    }

    /// Copies of 0.1, whose roundings in a chain all go one way.
    fn tenths(n: usize) -> Vec<f32> {
        vec![0.1; n]
    }

    #[track_caller]
    fn is_mean_of_tenths(sum: f32, n: usize) {
        let error = (f64::from(sum) / n as f64 / f64::from(0.1f32) - 1.0).abs();
        let bound = if n.is_power_of_two() || n == 196_608 {
            1e-7
        } else {
            2e-7
        };
        assert!(error < bound, "{n}: {error:e}");
    }

    #[test]
    fn sums_of_many_elements_lose_nothing_to_their_number() {
        for n in [LONG + 1, LONG + 511, 8191, 65_536, 100_003, 196_608, 1 << 20] {
            let x = tenths(n);
            is_mean_of_tenths(sum(&x), n);
            is_mean_of_tenths(crate::kernels::asum(&x), n);
            is_mean_of_tenths(crate::kernels::dot(&x, &vec![1.0; n]), n);
            let norm = f64::from(crate::kernels::nrm2(&x));
            let error = norm / ((n as f64).sqrt() * f64::from(0.1f32)) - 1.0;
            assert!(error.abs() < 2e-7, "{n}: {error:e}");
            let mut rows = [0.0];
            sum_examples(n, 1, &x, 0..1, &mut rows);
            is_mean_of_tenths(rows[0], n);
            sum_blocks(1, &x, 0..1, &mut rows);
            is_mean_of_tenths(rows[0], n);
        }
        let mut columns = [0.0; 4];
        sum_examples(65_536, 4, &tenths(4 * 65_536), 0..4, &mut columns);
        columns
            .iter()
            .for_each(|column| is_mean_of_tenths(*column, 65_536));
    }

    #[test]
    fn long_sums_match_plain_ones() {
        for n in [LONG, LONG + 1, LONG + 63, LONG + 512, 3 * LONG + 77] {
            let x: Vec<f32> = values(n, 3);
            let want: f64 = x.iter().map(|x| x.to_f64()).sum();
            close(&[sum(&x)], &[want], 64);
            let square: f64 = x.iter().map(|x| x.to_f64().powi(2)).sum();
            close(&[crate::kernels::dot(&x, &x)], &[square], 64);
        }
    }

    #[test]
    fn sums_and_maxima_of_slices() {
        sums_match::<f32>();
        sums_match::<f64>();
    }

    fn sums_of_blocks_match<T: Real>() {
        for examples in [0usize, 1, 15, 16, 17, 40] {
            let width = 3;
            let x: Vec<T> = values(examples.div_ceil(BLOCK) * width * BLOCK, 1);
            let mut out = vec![T::ONE; examples.div_ceil(BLOCK) * width];
            sum_of_blocks(examples, width, &x, &mut out);
            for (at, got) in out.iter().enumerate() {
                let present = BLOCK.min(examples - at / width * BLOCK);
                let want: f64 = x[at * BLOCK..][..present].iter().map(|x| x.to_f64()).sum();
                close(&[*got], &[want], present);
            }
        }
    }

    #[test]
    fn sums_of_blocks_leave_out_what_no_example_has() {
        sums_of_blocks_match::<f32>();
        sums_of_blocks_match::<f64>();
    }

    fn rows_match<T: Real>() {
        for rows in [0, 1, 2, 3, 15, 16, 17, 33, 48, 100, 257] {
            for width in [0, 1, 3, 64, 65, 130] {
                let x: Vec<T> = values(rows * width, 2);
                let want: Vec<f64> = (0..width)
                    .map(|j| (0..rows).map(|i| x[i * width + j].to_f64()).sum())
                    .collect();
                let (mut blocks, mut examples) = (vec![T::ONE; width], vec![T::ONE; width]);
                sum_blocks(width, &x, 0..width, &mut blocks);
                sum_examples(rows, width, &x, 0..width, &mut examples);
                close(&blocks, &want, rows);
                close(&examples, &want, rows);
                for columns in [0..width / 2, width / 3..width] {
                    let (mut some_blocks, mut some_examples) =
                        (vec![T::ONE; columns.len()], vec![T::ONE; columns.len()]);
                    sum_blocks(width, &x, columns.clone(), &mut some_blocks);
                    sum_examples(rows, width, &x, columns.clone(), &mut some_examples);
                    assert_eq!(
                        some_blocks,
                        blocks[columns.clone()],
                        "columns {columns:?} of {width}"
                    );
                    assert_eq!(some_examples, examples[columns]);
                }
            }
        }
    }

    #[test]
    fn rows_are_summed_whatever_the_columns_asked_for() {
        rows_match::<f32>();
        rows_match::<f64>();
    }

    #[test]
    fn the_tree_is_the_one_described() {
        // A sum of 1, ε/2, … keeps the small terms only in a tree that pairs neighbours.
        let tiny = f64::EPSILON / 2.0;
        let mut out = [0.0];
        sum_blocks(1, &[1.0, 0.0, tiny, tiny], 0..1, &mut out);
        assert_eq!(out, [1.0 + f64::EPSILON]);
        // Five blocks are paired as four and one.
        sum_blocks(1, &[1.0, 0.0, 0.0, tiny, tiny], 0..1, &mut out);
        assert_eq!(out, [1.0]);
    }
}
