//! What every peer in Rust shares: the line protocol, the clock, and the weights and data that ours wrote.
//!
//! The protocol is described in `benches/peers/README.md`.

mod clock;
mod protocol;
mod work;

pub use protocol::{Job, Loaded, job, serve};
pub use work::{Kind, Work};
