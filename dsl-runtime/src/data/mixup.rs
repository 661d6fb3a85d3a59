//! Mixtures of two examples: Zhang et al. 2018, *mixup: Beyond Empirical Risk Minimization*.

use super::Dataset;
use crate::error::DatasetProblem;
use crate::random::Stream;
use crate::{Error, Real};

/// Mixes each example with another: inputs and one-hot labels become `λ a + (1 - λ) b`, where `b` is any example and
/// `λ` is drawn from the Beta distribution with both parameters `α`.
///
/// The mixture depends on seed, epoch and the example's index alone. Labels are rows of shares, one for each class, for
/// a network whose loss is the `softmax_cross_entropy` of its scores and such a tensor.
///
/// ```
/// use dsl_runtime::data::{Dataset, Mixup};
///
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// let data = Dataset::new(vec![0.0f32, 10.0, 20.0], 1, vec![0, 1, 2], 3)?;
/// let mixup = Mixup::new(0.2, 7)?;
/// let (mut inputs, mut targets) = (Vec::new(), Vec::new());
/// let (epoch, examples) = (0, [2, 0]);
/// mixup.gather(&data, epoch, &examples, &mut inputs, &mut targets)?;
/// for (input, shares) in inputs.iter().zip(targets.chunks_exact(3)) {
///     assert!((input - (10.0 * shares[1] + 20.0 * shares[2])).abs() < 1e-5);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mixup {
    alpha: f64,
    seed: u64,
}

/// What an example is mixed with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mixture {
    /// The index of the other example, which may be the same.
    pub partner: usize,
    /// The share of the example itself, `λ`, in `0..=1`.
    pub lambda: f64,
}

impl Mixup {
    /// Mixtures by Beta(α, α): small `alpha`, such as 0.2, leaves most examples nearly as they are.
    ///
    /// # Errors
    ///
    /// `alpha` is not a finite number above 0.
    pub fn new(alpha: f64, seed: u64) -> Result<Mixup, Error> {
        match alpha.is_finite() && alpha > 0.0 {
            true => Ok(Mixup { alpha, seed }),
            false => Err(Error::Hyperparameter {
                owner: "Mixup",
                name: "alpha",
                value: alpha,
                expected: "a finite number above 0",
            }),
        }
    }

    /// What an example is mixed with, in an epoch of a data set of `count` examples, at least 1.
    pub fn mixture(&self, epoch: u64, example: usize, count: usize) -> Mixture {
        let epoch_seed = Stream::indexed(self.seed, "mixup", epoch).uniform().to_bits();
        let mut stream = Stream::indexed(epoch_seed, "mixture", example as u64);
        let partner = (stream.uniform() * count as f64) as usize;
        // Of two Gamma variables the share of the first is a Beta variable.
        let (one, two) = (
            log_gamma(self.alpha, &mut stream),
            log_gamma(self.alpha, &mut stream),
        );
        let lambda = 1.0 / (1.0 + (two - one).exp());
        Mixture { partner, lambda }
    }

    /// Replaces the contents of `inputs` and `targets` by these examples, each mixed with its partner: `width` values and
    /// one share for each class.
    ///
    /// # Errors
    ///
    /// An index is not below the number of examples; nothing is changed.
    pub fn gather<T: Real>(
        &self,
        data: &Dataset<T>,
        epoch: u64,
        examples: &[usize],
        inputs: &mut Vec<T>,
        targets: &mut Vec<T>,
    ) -> Result<(), Error> {
        let count = data.len();
        if let Some(position) = examples.iter().position(|&example| example >= count) {
            return Err(Error::Dataset(DatasetProblem::Example {
                position,
                example: examples[position],
                count,
            }));
        }
        inputs.clear();
        targets.clear();
        let of = |example: usize| &data.inputs()[example * data.width()..][..data.width()];
        for &example in examples {
            let Mixture { partner, lambda } = self.mixture(epoch, example, count);
            let pairs = of(example).iter().zip(of(partner));
            inputs.extend(
                pairs.map(|(one, two)| T::literal(lambda * one.to_f64() + (1.0 - lambda) * two.to_f64())),
            );
            let start = targets.len();
            targets.resize(start + data.classes(), T::ZERO);
            let shares = &mut targets[start..];
            shares[data.labels()[example] as usize] += T::literal(lambda);
            shares[data.labels()[partner] as usize] += T::literal(1.0 - lambda);
        }
        Ok(())
    }
}

/// The logarithm of a number drawn from the Gamma distribution of this shape and scale 1: Marsaglia & Tsang 2000, *A
/// simple method for generating gamma variables*. Of small shapes the number itself may be too small for `f64`.
fn log_gamma(shape: f64, stream: &mut Stream) -> f64 {
    if shape < 1.0 {
        let uniform = 1.0 - stream.uniform();
        return log_gamma(shape + 1.0, stream) + uniform.ln() / shape;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = stream.normal();
        let cube = (1.0 + c * x).powi(3);
        let uniform = 1.0 - stream.uniform();
        if cube > 0.0 && uniform.ln() < 0.5 * x * x + d - d * cube + d * cube.ln() {
            return d.ln() + cube.ln();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_beta_distribution() {
        // Mean 1/2, variance 1 / (4 (2 α + 1)).
        for alpha in [0.1, 0.4, 1.0, 2.5, 30.0] {
            let mixup = Mixup::new(alpha, 3).unwrap();
            let all: Vec<f64> = (0..20_000)
                .map(|example| mixup.mixture(0, example, 10).lambda)
                .collect();
            assert!(all.iter().all(|lambda| (0.0..=1.0).contains(lambda)));
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            let variance = all.iter().map(|lambda| (lambda - mean).powi(2)).sum::<f64>() / all.len() as f64;
            assert!((mean - 0.5).abs() < 0.015, "{alpha}: {mean}");
            let expected = 0.25 / (2.0 * alpha + 1.0);
            assert!(
                (variance / expected - 1.0).abs() < 0.05,
                "{alpha}: {variance} {expected}"
            );
        }
        // Beta(1, 1) is uniform.
        let mixup = Mixup::new(1.0, 3).unwrap();
        let below = (0..10_000)
            .filter(|&example| mixup.mixture(0, example, 10).lambda < 0.1)
            .count();
        assert!((900..1100).contains(&below), "{below}");
    }

    #[test]
    fn partners_are_any_example_and_mixtures_reproducible() {
        let mixup = Mixup::new(0.5, 3).unwrap();
        let mut counts = [0; 5];
        (0..5000).for_each(|example| counts[mixup.mixture(1, example, 5).partner] += 1);
        assert!(
            counts.iter().all(|count| (900..1100).contains(count)),
            "{counts:?}"
        );
        assert_eq!(mixup.mixture(1, 7, 5), mixup.mixture(1, 7, 5));
        assert_ne!(mixup.mixture(1, 7, 5), mixup.mixture(2, 7, 5));
        assert_ne!(
            mixup.mixture(1, 7, 5),
            Mixup::new(0.5, 4).unwrap().mixture(1, 7, 5)
        );
        assert_eq!(mixup.mixture(0, 0, 1).partner, 0);
    }

    #[test]
    fn inputs_and_targets_are_mixed_by_the_same_shares() {
        let data = Dataset::new(vec![1.0f64, 10.0, 2.0, 20.0, 3.0, 30.0], 2, vec![0, 2, 2], 3).unwrap();
        let mixup = Mixup::new(1.0, 3).unwrap();
        let (mut inputs, mut targets) = (vec![9.0], vec![9.0]);
        mixup
            .gather(&data, 4, &[2, 0, 1], &mut inputs, &mut targets)
            .unwrap();
        for (place, example) in [2, 0, 1].into_iter().enumerate() {
            let Mixture { partner, lambda } = mixup.mixture(4, example, 3);
            let expected = lambda * (example + 1) as f64 + (1.0 - lambda) * (partner + 1) as f64;
            assert!((inputs[2 * place] - expected).abs() < 1e-12);
            assert!((inputs[2 * place + 1] - 10.0 * expected).abs() < 1e-12);
            let shares = &targets[3 * place..][..3];
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12 && shares[1] == 0.0);
            let zeros = [example, partner].map(|number| f64::from(u8::from(number == 0)));
            assert!((shares[0] - lambda * zeros[0] - (1.0 - lambda) * zeros[1]).abs() < 1e-12);
        }
        let error = mixup
            .gather(&data, 4, &[0, 3], &mut inputs, &mut targets)
            .unwrap_err();
        assert!(error.to_string().contains("example 3") && inputs.len() == 6);
        for alpha in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(
                Mixup::new(alpha, 1)
                    .unwrap_err()
                    .to_string()
                    .contains("alpha of Mixup")
            );
        }
    }
}
