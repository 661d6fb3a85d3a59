//! What a program has of the machine through the standard library: threads, the environment, the detection of
//! instruction sets, memory of each thread. All other code of this crate is written for `core` alone.

mod detect;
pub(crate) mod help;
mod memory;
mod team;

pub(crate) use memory::{PANEL_TERMS, with_own};
pub use team::Team;
