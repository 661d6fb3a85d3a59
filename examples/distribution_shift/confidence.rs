//! What scores say about how sure a network is, and how far that is right.

use dsl_runtime::Error;
use dsl_runtime::metrics::{Metric, RocAuc};

/// Bins of confidence, each as wide.
pub const BINS: usize = 15;

/// The digit that a network reads, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    pub digit: u32,
    /// The largest probability, `max softmax(scores)` (Hendrycks and Gimpel, 2017).
    pub confidence: f64,
    /// Minus the energy, `log Σ exp(scores)` (Liu et al., 2020): larger where the network has seen the like.
    pub negative_energy: f64,
}

impl Reading {
    /// What a row of scores says.
    pub fn of(scores: &[f32]) -> Reading {
        let largest = scores
            .iter()
            .enumerate()
            .max_by(|one, other| one.1.total_cmp(other.1));
        let (digit, largest) = largest.map_or((0, 0.0), |(digit, score)| (digit as u32, f64::from(*score)));
        let sum: f64 = scores
            .iter()
            .map(|score| (f64::from(*score) - largest).exp())
            .sum();
        Reading {
            digit,
            confidence: 1.0 / sum,
            negative_energy: largest + sum.ln(),
        }
    }
}

/// The readings whose confidence falls into one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    pub count: usize,
    /// The mean confidence.
    pub confidence: f64,
    /// The share that is right.
    pub accuracy: f64,
}

/// How far confidence and accuracy agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    pub confidence: f64,
    pub accuracy: f64,
    pub bins: [Bin; BINS],
}

impl Calibration {
    /// Of readings and the true digits, at least one.
    pub fn of(readings: &[Reading], digits: &[u32]) -> Calibration {
        let mut bins = [Bin::default(); BINS];
        for (reading, digit) in readings.iter().zip(digits) {
            let bin = &mut bins[((reading.confidence * BINS as f64) as usize).min(BINS - 1)];
            bin.count += 1;
            bin.confidence += reading.confidence;
            bin.accuracy += f64::from(u8::from(reading.digit == *digit));
        }
        let whole = digits.len() as f64;
        let (confidence, accuracy) = bins.iter().fold((0.0, 0.0), |(confidence, accuracy), bin| {
            (
                confidence + bin.confidence / whole,
                accuracy + bin.accuracy / whole,
            )
        });
        for bin in bins.iter_mut().filter(|bin| bin.count > 0) {
            bin.confidence /= bin.count as f64;
            bin.accuracy /= bin.count as f64;
        }
        Calibration {
            confidence,
            accuracy,
            bins,
        }
    }

    /// The expected calibration error, `Σ n_b / n |accuracy_b − confidence_b|` over the bins (Naeini et al., 2015).
    pub fn error(&self) -> f64 {
        let whole: usize = self.bins.iter().map(|bin| bin.count).sum();
        let bins = self.bins.iter();
        bins.map(|bin| bin.count as f64 / whole as f64 * (bin.accuracy - bin.confidence).abs())
            .sum()
    }
}

/// The probability that a familiar image has a larger measure than a foreign one.
pub fn area(familiar: &[f64], foreign: &[f64]) -> Result<f64, Error> {
    let mut area = RocAuc::new();
    area.observe(familiar, &vec![1; familiar.len()])?;
    area.observe(foreign, &vec![0; foreign.len()])?;
    Ok(area.value().unwrap_or(f64::NAN))
}

/// The curve whose area that is: for so many thresholds, the share of foreign images taken for familiar ones and the share of
/// familiar ones that are.
pub fn curve(familiar: &[f64], foreign: &[f64], points: usize) -> Vec<(f64, f64)> {
    let above = |values: &[f64], threshold: f64| {
        values.iter().filter(|value| **value >= threshold).count() as f64 / values.len() as f64
    };
    let mut thresholds: Vec<f64> = familiar.iter().chain(foreign).copied().collect();
    thresholds.sort_by(|one, other| other.total_cmp(one));
    let last = thresholds.len() - 1;
    let chosen = (0..=points).map(|number| thresholds[number * last / points]);
    let curve = chosen.map(|threshold| (above(foreign, threshold), above(familiar, threshold)));
    std::iter::once((0.0, 0.0)).chain(curve).collect()
}
