//! Loops that are no loops in the machine code.

/// Calls `body` for each number below `N`, at most 8: the compiler may leave a short `for` a loop, and then
/// sums that it goes over are in memory rather than in registers.
#[inline(always)]
pub(super) fn unroll<const N: usize>(mut body: impl FnMut(usize)) {
    macro_rules! each {
        ($($number:literal)*) => {$( if N > $number { body($number); } )*};
    }
    const { assert!(N <= 8) }
    each!(0 1 2 3 4 5 6 7);
}
