//! The machine, as far as this crate asks for it: an executor and idle workers, the instruction set, memory that lasts.
//! With the standard library that is [`hosted`]: threads, detection, the environment. Without it, it is
//! [`bare`]. All other code is written for `core` alone.

#[cfg(not(feature = "std"))]
mod bare;
#[cfg(feature = "std")]
mod hosted;

#[cfg(not(feature = "std"))]
pub(crate) use bare::{PANEL_ROWS, PANEL_TERMS, executor, help, with_own};
#[cfg(feature = "std")]
pub(crate) use hosted::{PANEL_ROWS, PANEL_TERMS, executor, help, with_own};

#[cfg(not(feature = "std"))]
pub use bare::{DefaultExecutor, Held, prefer_huge_pages};
#[cfg(feature = "simulated")]
pub use hosted::simulated;
#[cfg(feature = "std")]
pub use hosted::{DefaultExecutor, Held, Threads, prefer_huge_pages};

/// The bytes of a huge page, on most machines.
pub const HUGE_PAGE: usize = 2 << 20;
