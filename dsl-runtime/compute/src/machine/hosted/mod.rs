//! The machine through the standard library: threads, the environment, the detection of instruction sets,
//! memory of each thread, and its pages.

#[cfg(target_arch = "x86_64")]
mod amx;
mod detect;
pub(crate) mod help;
mod huge_pages;
mod memory;
#[cfg(feature = "simulated")]
pub mod simulated;
mod threads;

pub use huge_pages::prefer_huge_pages;
pub(crate) use memory::{PANEL_ROWS, PANEL_TERMS, with_own};
pub use threads::Threads;

/// The executor of a team that says nothing else.
#[cfg(not(feature = "simulated"))]
pub type DefaultExecutor = Threads;
#[cfg(feature = "simulated")]
pub use simulated::Workers as DefaultExecutor;

/// Threads for so many workers, or fewer.
pub(crate) fn executor(workers: usize) -> DefaultExecutor {
    DefaultExecutor::new(workers)
}

/// What a team holds of something that others hold too.
pub type Held<T> = std::sync::Arc<T>;
