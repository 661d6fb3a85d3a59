//! Cuts the phases of a network into shares for the workers of a team.
//!
//! An entry point is a sequence of *phases*: steps that need not wait for one another within a range of
//! examples (or of rows of a parameter). A [`Team`] cuts the work into ranges, gives each worker its own
//! [`Share`] of every slice, and waits for all. The position of the cuts never changes the result, so its
//! bits do not depend on the number of threads.

mod cuts;
mod elementwise;
pub(crate) mod executor;
mod long;
mod observe;
mod phases;
mod routine;
mod shares;
mod team;
mod turns;

pub use crate::isa::instruction_set;
pub use crate::machine::DefaultExecutor;
#[cfg(feature = "std")]
pub use crate::machine::Threads;
#[cfg(feature = "simulated")]
pub use crate::machine::simulated;
pub(crate) use cuts::{granular_part, part};
pub use elementwise::{Elementwise, elementwise};
pub use executor::{Executor, Sequential};
pub use long::{LongPhase, LongShare, Part, Reads, Writes};
pub use observe::{Cut, Held, Numbers, Observer, Seen, Sight, Watch};
pub use phases::Phase;
pub use routine::{Routine, call};
pub use shares::{Rows, RowsMut, Share, blocks, blocks_mut, rows, rows_mut};
pub use team::Team;

/// The number of examples in a block. Shares are whole blocks, and sums over examples are formed within
/// blocks first, so that they come out the same however the blocks are divided among the workers.
pub const BLOCK: usize = 16;
