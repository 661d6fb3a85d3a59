//! Vectors of 16 numbers rounded to bf16, in AVX-512.

use core::arch::x86_64::*;

use super::super::pack::transpose::LANES;

/// Rounds two times 16 numbers to 16 pairs of neighbours: words of two rounded numbers, the even one in the lower
/// half.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
pub(in super::super) fn neighbours(first: __m512, second: __m512) -> __m512i {
    words(_mm512_cvtne2ps_pbh(second, first))
}

/// Pairs each of 16 numbers with the one in the same lane of another vector, and rounds them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
pub(in super::super) fn pairs(even: __m512, odd: __m512) -> __m512i {
    // The indices, in the two vectors one after the other, of the numbers of each pair in turn.
    const PLACES: [u16; 2 * LANES] = {
        let mut places = [0; 2 * LANES];
        let mut lane = 0;
        while lane < LANES {
            places[2 * lane] = lane as u16;
            places[2 * lane + 1] = (LANES + lane) as u16;
            lane += 1;
        }
        places
    };
    // SAFETY: 32 times two bytes are as long as the register.
    let places = unsafe { _mm512_loadu_epi16(PLACES.as_ptr().cast()) };
    _mm512_permutexvar_epi16(places, neighbours(even, odd))
}

/// The bits of 32 rounded numbers.
#[inline]
#[target_feature(enable = "avx512f")]
fn words(pairs: __m512bh) -> __m512i {
    // SAFETY: both types are 64 bytes for which every pattern is valid.
    unsafe { core::mem::transmute::<__m512bh, __m512i>(pairs) }
}

/// Rounds 16 numbers.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
pub(in super::super) fn rounded(numbers: __m512) -> __m512 {
    _mm512_cvtpbh_ps(_mm512_cvtneps_pbh(numbers))
}

/// The first 16 numbers, padded with zeros.
#[inline]
#[target_feature(enable = "avx512f")]
pub(in super::super) fn load(x: &[f32]) -> __m512 {
    if let Some(x) = x.first_chunk::<LANES>() {
        // SAFETY: an array of 16 is as long as the register.
        return unsafe { _mm512_loadu_ps(x.as_ptr()) };
    }
    let mask = ((1u32 << x.len()) - 1) as __mmask16;
    // SAFETY: the mask excludes the memory beyond `x`.
    unsafe { _mm512_maskz_loadu_ps(mask, x.as_ptr()) }
}

/// Stores numbers, of which there may be fewer than 16.
#[inline]
#[target_feature(enable = "avx512f")]
pub(in super::super) fn store(numbers: __m512, x: &mut [f32]) {
    if let Some(x) = x.first_chunk_mut::<LANES>() {
        // SAFETY: an array of 16 is as long as the register.
        return unsafe { _mm512_storeu_ps(x.as_mut_ptr(), numbers) };
    }
    let mask = ((1u32 << x.len()) - 1) as __mmask16;
    // SAFETY: the mask excludes the memory beyond `x`.
    unsafe { _mm512_mask_storeu_ps(x.as_mut_ptr(), mask, numbers) }
}

/// Stores words.
#[inline]
#[target_feature(enable = "avx512f")]
pub(in super::super) fn store_words(words: __m512i, into: &mut [u32; LANES]) {
    // SAFETY: an array of 16 is as long as the register.
    unsafe { _mm512_storeu_epi32(into.as_mut_ptr().cast(), words) }
}
