//! Transposition of squares of numbers in vector registers: 16 by 16 in those of AVX-512, 8 by 8 in those of AVX2.

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

/// The number of words of a vector register of AVX2.
const NARROW: usize = 8;

/// The same as [`squares`] in the registers of AVX2. The last square of lines that are not whole squares overlaps the one
/// before, so only lines shorter than a square are left to the caller.
#[target_feature(enable = "avx2")]
pub(in super::super) fn narrow_squares(lines: &[&[f32]; LANES], rows: &mut [f32], width: usize) -> usize {
    let len = lines[0].len();
    if len < NARROW {
        return 0;
    }
    for line in lines {
        assert!(line.len() == len, "lines of different lengths");
    }
    let last_row = rows.len().checked_sub(LANES);
    assert!(
        last_row.is_some_and(|last| last / width.max(1) >= len - 1),
        "rows are missing"
    );
    let mut first = 0;
    while first < len {
        let here = first.min(len - NARROW);
        for (half, lines) in lines.as_chunks::<NARROW>().0.iter().enumerate() {
            // SAFETY: all lines have eight elements from this one on. From `row * width` on there are 16 elements for each row
            // below `len`, by the second assertion.
            unsafe {
                narrow_square(
                    lines,
                    here,
                    rows.as_mut_ptr().add(here * width + half * NARROW),
                    width,
                )
            };
        }
        first += NARROW;
    }
    len
}

/// Transposes the square of eight lines from element `first` on, by halves of registers: pairs of neighbours change places, then
/// pairs of pairs; what is four elements off is loaded to its half of the register.
///
/// # Safety
/// The lines have eight elements from `first` on, and so has the memory from `corner` on, and at seven places more that are
/// `width` apart.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn narrow_square(lines: &[&[f32]; NARROW], first: usize, corner: *mut f32, width: usize) {
    for half in 0..2 {
        let mut pairs = [_mm256_setzero_ps(); 4];
        for i in 0..4 {
            // SAFETY: by the contract.
            pairs[i] = unsafe {
                let (low, high) = (lines[i].as_ptr().add(first), lines[i + 4].as_ptr().add(first));
                _mm256_loadu2_m128(high.add(4 * half), low.add(4 * half))
            };
        }
        let [a, b, c, d] = pairs;
        let (ab_low, ab_high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        let (cd_low, cd_high) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
        let columns = [
            _mm256_shuffle_ps::<0b01_00_01_00>(ab_low, cd_low),
            _mm256_shuffle_ps::<0b11_10_11_10>(ab_low, cd_low),
            _mm256_shuffle_ps::<0b01_00_01_00>(ab_high, cd_high),
            _mm256_shuffle_ps::<0b11_10_11_10>(ab_high, cd_high),
        ];
        for (p, column) in columns.into_iter().enumerate() {
            // SAFETY: by the contract.
            unsafe { _mm256_storeu_ps(corner.add((4 * half + p) * width), column) };
        }
    }
}
