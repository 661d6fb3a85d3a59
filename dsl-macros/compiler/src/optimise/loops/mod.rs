//! Loops that stay loops: as little as possible goes round.
//!
//! What does not depend on the carried state is computed for all steps at once before the loop (the input projection
//! of a recurrent network becomes one product), what the state does not depend on after it (weight gradients become
//! one product over all steps), and a reverse loop reads what the forward loop has computed anyway. Afterwards
//!
//! - nothing in a body crosses the batch: such a loop has been unrolled;
//! - the leaves of a body are formal values, literal numbers, the batch size and noise;
//! - in a loop that differs between examples, the shared values of a body are formal values, numbers, and views;
//! - results, carries and arguments that nobody needs are gone, and none is there twice.

mod distribute;
mod fuse;
mod hoist;
mod mutable;
mod placement;
mod residuals;
mod restructure;
mod simplify;
mod unroll;

pub use fuse::fuse;
pub use hoist::hoist;
