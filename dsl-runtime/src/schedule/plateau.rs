//! A learning rate that falls when the loss no longer does.

/// Reduces a learning rate when a loss has stopped improving, as PyTorch's `ReduceLROnPlateau`.
///
/// It is told a loss from time to time, usually that on held-out data after each epoch. When more than
/// [`patience`](Plateau::patience) of them in a row have not been lower than the best by the
/// [`threshold`](Plateau::threshold), the [`rate`](Plateau::rate) falls.
///
/// ```
/// use dsl_runtime::schedule::Plateau;
///
/// let mut plateau = Plateau::new().factor(0.5).patience(1);
/// for (loss, rate) in [(1.0, 1.0), (0.8, 1.0), (0.8, 1.0), (0.9, 0.5), (0.7, 0.5)] {
///     plateau.observe(loss);
///     // optimizer.set_learning_rate(1e-3 * plateau.rate());
///     assert_eq!(plateau.rate(), rate);
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Plateau {
    factor: f64,
    patience: u64,
    threshold: f64,
    cooldown: u64,
    least: f64,
    rate: f64,
    best: f64,
    /// The number of losses in a row that were no better.
    worse: u64,
    /// The number of losses that are still to be waited for before any counts as worse.
    cooling: u64,
}

impl Default for Plateau {
    fn default() -> Self {
        Plateau::new()
    }
}

impl Plateau {
    /// The names of its state in checkpoints.
    #[cfg(feature = "checkpoint")]
    pub(crate) const NAMES: [&'static str; 4] =
        ["plateau_rate", "plateau_best", "plateau_worse", "plateau_cooling"];

    /// A tenth of the rate after more than 10 losses that are not lower than the best by a part of 1e-4.
    pub fn new() -> Self {
        Plateau {
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            cooldown: 0,
            least: 0.0,
            rate: 1.0,
            best: f64::MAX,
            worse: 0,
            cooling: 0,
        }
    }

    /// Sets the factor by which the rate falls.
    #[must_use]
    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// Sets the number of losses in a row that may be no better.
    #[must_use]
    pub fn patience(mut self, losses: u64) -> Self {
        self.patience = losses;
        self
    }

    /// Sets the part of the best loss by which one must be lower to be better.
    #[must_use]
    pub fn threshold(mut self, part: f64) -> Self {
        self.threshold = part;
        self
    }

    /// Sets the number of losses after a fall that do not count as worse.
    #[must_use]
    pub fn cooldown(mut self, losses: u64) -> Self {
        self.cooldown = losses;
        self
    }

    /// Sets the least value of the rate.
    #[must_use]
    pub fn least(mut self, rate: f64) -> Self {
        self.least = rate;
        self
    }

    /// The factor of the learning rate, 1 at the beginning.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// Takes a loss. A NaN is no better than any. Returns true if the rate has fallen.
    pub fn observe(&mut self, loss: f64) -> bool {
        if loss < self.best - self.threshold * self.best.abs() {
            (self.best, self.worse) = (loss, 0);
        } else {
            self.worse += 1;
        }
        if self.cooling > 0 {
            (self.cooling, self.worse) = (self.cooling - 1, 0);
        }
        if self.worse <= self.patience {
            return false;
        }
        (self.cooling, self.worse) = (self.cooldown, 0);
        let before = self.rate;
        self.rate = (self.rate * self.factor).max(self.least.min(self.rate));
        self.rate < before
    }

    /// Its state, by [name](Plateau::NAMES).
    #[cfg(feature = "checkpoint")]
    pub(crate) fn state(&self) -> [(&'static str, f64); 4] {
        let values = [self.rate, self.best, self.worse as f64, self.cooling as f64];
        std::array::from_fn(|i| (Plateau::NAMES[i], values[i]))
    }

    /// Restores the state.
    pub(crate) fn restore(&mut self, [rate, best, worse, cooling]: [f64; 4]) {
        (self.rate, self.best) = (rate, best);
        (self.worse, self.cooling) = (worse as u64, cooling as u64);
    }
}
