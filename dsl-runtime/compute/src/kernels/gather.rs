//! Gathers rows of a table by index, and scatters their gradient.

use core::ops::Range;

use crate::Real;

/// `out[i] = table[indices[i]]`, rows of `width` elements.
///
/// * `count`: the number of indices;
/// * `table`: `[rows, width]`;
/// * `indices`: `[count]`, each below `rows`;
/// * `out`: `[count, width]`, overwritten.
///
/// # Panics
/// If an index lies outside the table.
#[inline]
pub fn gather<T: Real>(count: usize, width: usize, table: &[T], indices: &[u32], out: &mut [T]) {
    T::gather(count, width, table, indices, out);
}

/// The gradient of [`gather`], for a range of the table's rows: `d_table[r] = Σ d_out[i]` over the `i` with
/// `indices[i] = r`, in the order of `i`.
///
/// * `count`: the number of indices; `width`: the number of elements of a row;
/// * `indices`: `[count]`, `d_out`: `[count, width]`;
/// * `rows`: the rows of the table to compute; indices of other rows are skipped;
/// * `d_table`: `[rows.len(), width]`, those rows only, overwritten.
///
/// A row has the same bits whatever range it is computed in.
#[inline]
pub fn scatter_add<T: Real>(
    count: usize,
    width: usize,
    indices: &[u32],
    d_out: &[T],
    rows: Range<usize>,
    d_table: &mut [T],
) {
    T::scatter_add(count, width, indices, d_out, rows, d_table);
}

pub(super) fn gather_body<T: Real>(count: usize, width: usize, table: &[T], indices: &[u32], out: &mut [T]) {
    assert_eq!(indices.len(), count, "gather: the number of indices");
    assert!(
        width.checked_mul(count) == Some(out.len()),
        "gather: out is not [{count}, {width}]"
    );
    if width == 0 {
        return;
    }
    for (index, out) in indices.iter().zip(out.chunks_exact_mut(width)) {
        let index = *index as usize;
        let rows = table.len() / width;
        assert!(index < rows, "gather: index {index} into a table of {rows} rows");
        out.copy_from_slice(&table[index * width..][..width]);
    }
}

vectorised! {
    pub(super) fn scatter_add_body<'a, T, FMA, BYTES>(
        count: usize,
        width: usize,
        indices: &'a [u32],
        d_out: &'a [T],
        rows: Range<usize>,
        d_table: &'a mut [T],
    ) {
        assert_eq!(indices.len(), count, "scatter_add: the number of indices");
        assert!(width.checked_mul(count) == Some(d_out.len()), "scatter_add: d_out is not [{count}, {width}]");
        assert!(
            width.checked_mul(rows.len()) == Some(d_table.len()),
            "scatter_add: d_table is not rows {rows:?} of {width}"
        );
        d_table.fill(T::ZERO);
        if width == 0 {
            return;
        }
        for (index, d_out) in indices.iter().zip(d_out.chunks_exact(width)) {
            let index = *index as usize;
            if rows.contains(&index) {
                let d_row = &mut d_table[(index - rows.start) * width..][..width];
                d_row.iter_mut().zip(d_out).for_each(|(sum, d_out)| *sum += *d_out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{close, values};

    fn rows_match<T: Real>() {
        let table_rows = 11;
        for count in [0, 1, 16, 40] {
            for width in [0, 1, 7, 16, 33] {
                let table: Vec<T> = values(table_rows * width, 1);
                let indices: Vec<u32> = (0..count).map(|i| (i * i % table_rows) as u32).collect();
                let mut out = vec![T::ONE; count * width];
                gather(count, width, &table, &indices, &mut out);
                let d_out: Vec<T> = values(count * width, 2);
                let mut d_table = vec![T::ONE; table.len()];
                scatter_add(count, width, &indices, &d_out, 0..table_rows, &mut d_table);

                let mut want = vec![0.0; table.len()];
                for (i, index) in indices.iter().enumerate() {
                    for j in 0..width {
                        assert_eq!(out[i * width + j], table[*index as usize * width + j]);
                        want[*index as usize * width + j] += d_out[i * width + j].to_f64();
                    }
                }
                close(&d_table, &want, count);
                for rows in [0..4, 4..11, 5..5] {
                    let mut part = vec![T::ONE; rows.len() * width];
                    scatter_add(count, width, &indices, &d_out, rows.clone(), &mut part);
                    assert_eq!(part, d_table[rows.start * width..rows.end * width]);
                }
            }
        }
    }

    #[test]
    fn rows_match_plain_loops() {
        rows_match::<f32>();
        rows_match::<f64>();
    }

    #[test]
    #[should_panic(expected = "index 3 into a table of 3 rows")]
    fn an_index_outside_the_table_is_refused() {
        gather(1, 2, &[0.0f32; 6], &[3], &mut [0.0; 2]);
    }
}
