//! What a callback says of the training: to go on, or to stop.

use std::ops::ControlFlow;

/// The result of a callback: nothing, which goes on, or a [`ControlFlow`], whose `Break` stops the training after the step
/// or epoch that is reported, and saves it.
pub trait Verdict {
    /// Whether to go on.
    fn flow(self) -> ControlFlow<()>;
}

impl Verdict for () {
    fn flow(self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl Verdict for ControlFlow<()> {
    fn flow(self) -> ControlFlow<()> {
        self
    }
}
