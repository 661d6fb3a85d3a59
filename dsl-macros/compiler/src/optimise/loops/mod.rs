//! Loop transformations: as little as possible is carried from step to step.
//!
//! Work that does not depend on the carried values is computed for all steps at once before the loop (the
//! input projections of a recurrent network become one product). Work that the carried values do not depend
//! on is computed after it (weight gradients become one product over all steps). A reverse loop reads
//! residuals that the forward loop has computed. Both transformations of recurrent networks are described by
//! Appleyard, Kočiský & Blunsom (2016), "Optimizing Performance of Recurrent Neural Networks on GPUs".
//! Afterwards these invariants hold:
//!
//! - no operator in a body crosses the batch: a loop with one has been unrolled;
//! - the leaves of a body are formal values, literals, the batch size, iotas and noise;
//! - in a loop with per-example values, the shared values of the body are formal values, literals and views;
//! - every result, carried value and argument is needed, and none is duplicated.

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
