//! The machine through the standard library: threads, the environment, the detection of instruction sets,
//! memory of each thread, and its pages.

#[cfg(target_arch = "x86_64")]
mod amx;
mod detect;
pub(crate) mod help;
mod huge_pages;
mod memory;
mod threads;

pub use huge_pages::prefer_huge_pages;
pub(crate) use memory::{PANEL_ROWS, PANEL_TERMS, with_own};
pub use threads::Threads;

/// The executor of a team that says nothing else.
pub type DefaultExecutor = Threads;

/// Threads for so many workers, or fewer.
pub(crate) fn executor(workers: usize) -> DefaultExecutor {
    Threads::new(workers)
}
