//! What is promised of saved files: whole whatever happens, on the disk, the last saver's, and nothing left behind.
//!
//! What ends a process, or takes its disk away, is done to processes of this test's own program: each runs one of the
//! ignored tests, its *roles*.

#![forbid(unsafe_code)]

mod disk;
#[cfg(unix)]
mod interrupt;
mod kill;
mod network;
mod process;
mod savers;
