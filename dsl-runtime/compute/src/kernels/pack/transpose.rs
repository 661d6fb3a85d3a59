//! Transposition of squares of 16 by 16 numbers in AVX-512 registers.

use core::arch::x86_64::*;

/// The number of words of a vector register.
pub(in super::super) const LANES: usize = 16;

/// Transposes a square by interleaving the words of its two halves four times. An element's row and column
/// number together form a bit string, which each interleaving rotates by one bit.
#[inline]
#[target_feature(enable = "avx512f")]
pub(in super::super) fn transpose(mut square: [__m512i; LANES]) -> [__m512i; LANES] {
    let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    let high = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    for _ in 0..4 {
        let from = square;
        for i in 0..LANES / 2 {
            let (a, b) = (from[i], from[i + LANES / 2]);
            square[2 * i] = _mm512_permutex2var_epi32(a, low, b);
            square[2 * i + 1] = _mm512_permutex2var_epi32(a, high, b);
        }
    }
    square
}

/// Transposes whole squares of 16 lines of equal length: element `p` of line `j` becomes element `j` of row
/// `p`, and rows are `width` apart. Returns the number of elements of each line that were transposed.
#[target_feature(enable = "avx512f")]
pub(in super::super) fn squares(lines: &[&[f32]; LANES], rows: &mut [f32], width: usize) -> usize {
    let done = lines[0].len() / LANES * LANES;
    for first in (0..done).step_by(LANES) {
        let mut square = [_mm512_setzero_si512(); LANES];
        for (line, words) in lines.iter().zip(&mut square) {
            let numbers = &line[first..][..LANES];
            // SAFETY: 16 numbers are as long as the register.
            *words = unsafe { _mm512_loadu_epi32(numbers.as_ptr().cast()) };
        }
        for (p, words) in transpose(square).into_iter().enumerate() {
            let row = &mut rows[(first + p) * width..][..LANES];
            // SAFETY: as above.
            unsafe { _mm512_storeu_epi32(row.as_mut_ptr().cast(), words) };
        }
    }
    done
}
