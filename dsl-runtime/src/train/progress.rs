//! The progress of an epoch, as a bar on standard error.

#[cfg(feature = "progress")]
use std::time::{Duration, Instant};

#[cfg(feature = "progress")]
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The time between two messages: each is a new string, so not every step has one.
#[cfg(feature = "progress")]
const BETWEEN: Duration = Duration::from_millis(100);

/// A bar for one epoch: how far it is, the loss of the last step, examples per second, and the time that is left. It draws
/// nothing if standard error is no terminal, and never without the feature `progress`. It is gone when dropped, so that an error
/// that ends the epoch stands on a line of its own.
pub struct Progress {
    #[cfg(feature = "progress")]
    bar: ProgressBar,
    #[cfg(feature = "progress")]
    begun: Instant,
    /// The number of examples since.
    #[cfg(feature = "progress")]
    examples: usize,
    /// When the last message was set, if one was.
    #[cfg(feature = "progress")]
    told: Option<Instant>,
}

#[cfg(feature = "progress")]
impl Progress {
    /// A bar of so many steps, some of which are done, for an epoch, of so many if that is known.
    pub fn new(shown: bool, epoch: u64, epochs: Option<u64>, steps: usize, done: usize) -> Self {
        let target = match shown {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        Progress::on(target, epoch, epochs, steps, done)
    }

    fn on(target: ProgressDrawTarget, epoch: u64, epochs: Option<u64>, steps: usize, done: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(steps as u64), target).with_position(done as u64);
        let template = "{prefix} {wide_bar} {pos}/{len}  {msg}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(match epochs {
            Some(epochs) => format!("epoch {epoch}/{epochs}"),
            None => format!("epoch {epoch}"),
        });
        bar.reset_eta();
        Progress {
            bar,
            begun: Instant::now(),
            examples: 0,
            told: None,
        }
    }

    /// Counts one more step, by so many examples.
    pub fn advance(&mut self, loss: f64, examples: usize) {
        self.examples += examples;
        let is_due = self.told.is_none_or(|told| told.elapsed() >= BETWEEN);
        if is_due && !self.bar.is_hidden() {
            let speed = self.examples as f64 / self.begun.elapsed().as_secs_f64();
            self.bar.set_message(message(loss, speed));
            self.told = Some(Instant::now());
        }
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub fn finish(self) {}
}

#[cfg(feature = "progress")]
fn message(loss: f64, speed: f64) -> String {
    // Of a few examples in a second the fraction matters too.
    let digits = if speed < 10.0 { 2 } else { 0 };
    format!("loss {loss:.4}  {speed:.digits$} examples/s")
}

#[cfg(feature = "progress")]
impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(not(feature = "progress"))]
impl Progress {
    pub fn new(_: bool, _: u64, _: Option<u64>, _: usize, _: usize) -> Self {
        Progress {}
    }

    pub fn advance(&mut self, _: f64, _: usize) {}

    pub fn finish(self) {}
}

#[cfg(all(test, feature = "progress"))]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;

    #[test]
    fn the_bar_says_loss_speed_and_time_left_and_goes() {
        let terminal = InMemoryTerm::new(3, 90);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let mut progress = Progress::on(target, 3, Some(15), 8, 2);
        progress.advance(0.25, 32);
        progress.bar.force_draw();
        let line = terminal.contents();
        assert!(
            line.starts_with("epoch 3/15 ") && line.contains(" 3/8  loss 0.2500  "),
            "{line}"
        );
        assert!(
            line.contains(" examples/s  ") && line.ends_with(" left"),
            "{line}"
        );
        assert_eq!(message(1.0, 2.5), "loss 1.0000  2.50 examples/s");
        assert_eq!(message(1.0, 1234.5), "loss 1.0000  1234 examples/s");
        // An error ends an epoch without a word.
        drop(progress);
        assert_eq!(terminal.contents(), "");
    }

    #[test]
    fn a_bar_that_is_not_wanted_draws_nothing() {
        let mut progress = Progress::new(false, 1, None, 4, 0);
        progress.advance(1.0, 32);
        assert!(progress.bar.is_hidden() && progress.told.is_none());
    }
}
