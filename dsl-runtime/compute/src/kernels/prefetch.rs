//! Prefetching rows of a matrix: a few cache lines of each, at a distance of a page or a half, are what no
//! machine foresees by itself.

/// Asks for `V` vectors of `L` elements, one cache line each or less, to be fetched into the nearest cache from `at`
/// on; they may lie beyond the end.
#[inline(always)]
pub(super) fn prefetch<T, const L: usize, const V: usize>(x: &[T], at: usize) {
    // A loop over indices unrolls as those over sums do; one that is left would keep these from registers.
    for j in 0..V {
        prefetch_line(x.as_ptr().wrapping_add(at.wrapping_add(j * L)));
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn prefetch_line<T>(at: *const T) {
    use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch has no effect but on caches, whatever the address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) };
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn prefetch_line<T>(_at: *const T) {}
