//! The machine without the standard library: one thread, and the instruction set of the target.

use crate::isa::Isa;
use crate::parallel::Sequential;

/// The executor of a team that says nothing else.
pub type DefaultExecutor = Sequential;

/// What a team holds of something that others hold too. Nothing is allocated, so it lasts.
pub type Held<T> = &'static T;

/// The only executor there is, whatever number of workers is asked for.
pub(crate) fn executor(_workers: usize) -> DefaultExecutor {
    Sequential
}

/// Advice about memory, which nobody here takes.
pub fn prefer_huge_pages<T>(_block: &mut [T]) {}

impl Isa {
    /// The instruction set that this crate is compiled for.
    #[inline]
    pub fn current() -> &'static Isa {
        &Isa::BASELINE
    }
}

/// Help from idle workers, of which there are none.
pub(crate) mod help {
    /// The number of workers that could share a piece of work.
    pub(crate) fn available() -> usize {
        1
    }

    /// Calls `body(part)` once for each part below `parts`.
    pub(crate) fn together(parts: usize, body: &(dyn Fn(usize) + Sync)) {
        (0..parts).for_each(body);
    }
}

/// The number of terms of the panels into which kernels copy what they multiply: they lie on the stack, of
/// which a small machine has little.
pub(crate) const PANEL_TERMS: usize = 32;

/// The number of rows of a left factor in a panel: whole tiles of 6.
pub(crate) const PANEL_ROWS: usize = 48;

/// Calls a function with a value that lasts for the call: `with_own!(Type = initial value, function)`.
macro_rules! with_own {
    ($type:ty = $initial:expr, $work:expr) => {{
        let mut own: $type = $initial;
        $work(&mut own)
    }};
}

pub(crate) use with_own;
