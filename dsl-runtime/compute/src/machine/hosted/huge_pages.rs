//! Large blocks of memory in huge pages, where the system gives them only to those who ask.
//!
//! With pages of 4 KiB, walks through parameters and workspaces miss the tables of addresses again and again. Linux
//! holds a block in pages of 2 MiB once it is told to
//! ([madvise](https://man7.org/linux/man-pages/man2/madvise.2.html)); each is cleared when first written to.

use crate::machine::HUGE_PAGE;

/// Asks the system to hold a block in huge pages, as far as it covers whole ones. It is advice: the contents stay what
/// they are, and a system that has no such pages goes on without them.
pub fn prefer_huge_pages<T>(block: &mut [T]) {
    let bytes = block.as_mut_ptr_range();
    let first = bytes.start.addr().next_multiple_of(HUGE_PAGE);
    let end = bytes.end.addr() / HUGE_PAGE * HUGE_PAGE;
    if first < end {
        advise(bytes.start.cast::<u8>().with_addr(first), end - first);
    }
}

#[cfg(all(target_os = "linux", not(miri)))]
fn advise(start: *mut u8, len: usize) {
    use std::ffi::{c_int, c_void};

    // The standard library links the C library, whose declarations would be a dependency.
    unsafe extern "C" {
        fn madvise(start: *mut c_void, len: usize, advice: c_int) -> c_int;
    }
    /// The same number on every architecture.
    const MADV_HUGEPAGE: c_int = 14;
    // SAFETY: whole pages of a block that the caller borrows exclusively; the advice changes no contents. An error, such
    // as of a kernel without huge pages, changes nothing at all.
    unsafe { madvise(start.cast(), len, MADV_HUGEPAGE) };
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn advise(_: *mut u8, _: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_changes_no_contents() {
        for len in [0, 1, HUGE_PAGE - 1, HUGE_PAGE, 3 * HUGE_PAGE + 5] {
            let mut block: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            prefer_huge_pages(&mut block);
            let unchanged = block.iter().enumerate().all(|(i, &byte)| byte == (i % 251) as u8);
            assert!(unchanged, "{len} bytes");
        }
    }
}
