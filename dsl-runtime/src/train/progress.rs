//! The progress of an epoch, as a bar on standard error.

#[cfg(feature = "progress")]
use indicatif::{ProgressBar, ProgressStyle};

/// A bar for one epoch. It draws nothing if standard error is no terminal, and never without the feature
/// `progress`.
pub struct Progress {
    #[cfg(feature = "progress")]
    bar: ProgressBar,
}

#[cfg(feature = "progress")]
impl Progress {
    /// A bar of so many steps, some of which are done, for an epoch, of so many if that is known.
    pub fn new(shown: bool, epoch: u64, epochs: Option<u64>, steps: usize, done: usize) -> Self {
        if !shown {
            let bar = ProgressBar::hidden();
            return Progress { bar };
        }
        let bar = ProgressBar::new(steps as u64).with_position(done as u64);
        let template = "{prefix} {wide_bar} {pos}/{len}  {msg}  {per_sec}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(match epochs {
            Some(epochs) => format!("epoch {epoch}/{epochs}"),
            None => format!("epoch {epoch}"),
        });
        bar.reset_eta();
        Progress { bar }
    }

    /// Counts one more step, the training's `number`-th.
    pub fn advance(&self, number: u64, loss: f64) {
        // A message is a new string, so not every step sets one.
        if number.is_multiple_of(32) && !self.bar.is_hidden() {
            self.bar.set_message(format!("loss {loss:.4}"));
        }
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(not(feature = "progress"))]
impl Progress {
    pub fn new(_: bool, _: u64, _: Option<u64>, _: usize, _: usize) -> Self {
        Progress {}
    }

    pub fn advance(&self, _: u64, _: f64) {}

    pub fn finish(self) {}
}
