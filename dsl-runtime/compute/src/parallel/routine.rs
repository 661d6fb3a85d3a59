//! Routines: steps that run in several phases, or several times in one, on different data.

use crate::isa::{Kernel, dispatch};

/// Steps that occur more than once, with the memory they read and write: compiled once for every instruction
/// set, however often they are called.
pub trait Routine {
    /// Runs the steps. Implementations are `#[inline(always)]`: the body is compiled for several instruction
    /// sets. `FMA` is true if fused multiply-add is one instruction there.
    fn run<const FMA: bool>(self);
}

/// Runs the steps of `routine` on the instruction set of this process.
#[inline]
pub fn call<R: Routine>(routine: R) {
    dispatch(Called(routine));
}

/// A routine as a body for every instruction set.
struct Called<R>(R);

impl<R: Routine> Kernel for Called<R> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool, const BYTES: usize>(self) {
        self.0.run::<FMA>();
    }
}
