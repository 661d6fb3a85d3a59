//! Divisions of examples into those to train on and those to be held out: at random, stratified, and in folds.
//!
//! They give the numbers of examples, which [`Subset`](super::Subset) makes a data set of, of whatever kind, and
//! [`Dataset::select`](super::Dataset::select) a copy. Equal seeds give equal divisions.
//!
//! ```
//! use dsl_runtime::data::{Batches, Dataset, Subset, split};
//!
//! # fn main() -> Result<(), dsl_runtime::Error> {
//! let data = Dataset::new((0..20).map(|x| x as f32).collect(), 2, vec![0, 1, 1, 1, 1, 0, 1, 1, 1, 1], 2)?;
//! for fold in split::stratified_k_fold(data.labels(), 2, 7)? {
//!     // One of the two rare examples is in each half.
//!     let rare = |numbers: &[usize]| numbers.iter().filter(|&&number| data.labels()[number] == 0).count();
//!     assert_eq!((rare(&fold.train), rare(&fold.held_out)), (1, 1));
//!     let train = Subset::new(&data, &fold.train)?;
//!     let mut batches = Batches::new(&train, 2, 1);
//!     while let Some(batch) = batches.next() {
//!         assert!(batch.labels.len() <= 2);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

use crate::Error;
use crate::error::DatasetProblem;
use crate::random::Stream;

/// The numbers of the examples on both sides of a division, each in ascending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Those to train on.
    pub train: Vec<usize>,
    /// Those to be held out.
    pub held_out: Vec<usize>,
}

/// Holds out a `share` of `examples` examples (rounded), drawn at random.
///
/// # Errors
///
/// One of the two sides would hold nothing; or `share` is NaN.
pub fn random(examples: usize, share: f64, seed: u64) -> Result<Split, Error> {
    let order = shuffled(&vec![0; examples], seed);
    by_share(&order, share)
}

/// Holds out a `share` of the examples with these labels (rounded), drawn at random so that the numbers of each class
/// on the two sides differ from those of the share by less than one.
///
/// # Errors
///
/// One of the two sides would hold nothing; or `share` is NaN.
pub fn stratified(labels: &[u32], share: f64, seed: u64) -> Result<Split, Error> {
    by_share(&shuffled(labels, seed), share)
}

/// `folds` divisions of `examples` examples, each of which is held out in one of them; the numbers held out differ by
/// at most one.
///
/// # Errors
///
/// There are fewer than two folds, or more than examples.
pub fn k_fold(examples: usize, folds: usize, seed: u64) -> Result<Vec<Split>, Error> {
    in_folds(&shuffled(&vec![0; examples], seed), folds)
}

/// `folds` divisions of the examples with these labels, each of which is held out in one of them; the numbers held
/// out differ by at most one, and so do those of each class.
///
/// # Errors
///
/// There are fewer than two folds, or more than examples.
pub fn stratified_k_fold(labels: &[u32], folds: usize, seed: u64) -> Result<Vec<Split>, Error> {
    in_folds(&shuffled(labels, seed), folds)
}

/// The numbers of all examples, class by class, in random order within each.
fn shuffled(labels: &[u32], seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    Stream::new(seed, "split").shuffle(&mut order);
    order.sort_by_key(|&example| labels[example]);
    order
}

/// Holds out evenly spaced places of an order: of every run of it a number that is next to its share.
fn by_share(order: &[usize], share: f64) -> Result<Split, Error> {
    let examples = order.len();
    let held_out = (examples as f64 * share).round();
    if !(held_out >= 1.0 && held_out < examples as f64) {
        return Err(Error::Dataset(DatasetProblem::HoldOut { share, examples }));
    }
    let until = |place: usize| (place as u128 * held_out as u128) / examples as u128;
    Ok(divided(order, |place| until(place + 1) > until(place)))
}

/// Deals an order out to the folds.
fn in_folds(order: &[usize], folds: usize) -> Result<Vec<Split>, Error> {
    let examples = order.len();
    if folds < 2 || folds > examples {
        return Err(Error::Dataset(DatasetProblem::Folds { folds, examples }));
    }
    let held_out = |fold| divided(order, |place| place % folds == fold);
    Ok((0..folds).map(held_out).collect())
}

/// The examples of an order, by whether their place is one of those held out.
fn divided(order: &[usize], is_held_out: impl Fn(usize) -> bool) -> Split {
    let (mut train, mut held_out) = (Vec::new(), Vec::new());
    for (place, &example) in order.iter().enumerate() {
        let side = if is_held_out(place) {
            &mut held_out
        } else {
            &mut train
        };
        side.push(example);
    }
    train.sort_unstable();
    held_out.sort_unstable();
    Split { train, held_out }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Classes of 50, 7 and 3 examples, not in order.
    fn labels() -> Vec<u32> {
        (0..60)
            .map(|number| match number % 20 {
                3 => 2,
                5 | 11 => 1,
                _ if number == 18 => 1,
                _ => 0,
            })
            .collect()
    }

    fn counts(numbers: &[usize], labels: &[u32]) -> [usize; 3] {
        [0, 1, 2].map(|class| numbers.iter().filter(|&&number| labels[number] == class).count())
    }

    fn check(Split { train, held_out }: &Split, examples: usize) {
        assert!(train.is_sorted() && held_out.is_sorted());
        let mut all = [&train[..], held_out].concat();
        all.sort_unstable();
        assert_eq!(all, (0..examples).collect::<Vec<_>>());
    }

    #[test]
    fn a_share_is_held_out_at_random() {
        for examples in [2, 3, 10, 101] {
            for share in [0.5, 0.3, 0.6] {
                let split = random(examples, share, 1).unwrap();
                check(&split, examples);
                assert_eq!(split.held_out.len(), (examples as f64 * share).round() as usize);
            }
        }
        let split = |seed| random(100, 0.2, seed).unwrap();
        assert_eq!(split(1), split(1));
        assert_ne!(split(1), split(2));
        // Every example is held out by some seeds.
        let mut times = [0; 10];
        for seed in 0..1000 {
            random(10, 0.3, seed)
                .unwrap()
                .held_out
                .iter()
                .for_each(|&number| times[number] += 1);
        }
        assert!(times.iter().all(|times| (230..370).contains(times)), "{times:?}");
        for share in [0.0, 1.0, -1.0, 2.0, 0.01, f64::NAN, f64::INFINITY] {
            let text = random(10, share, 1).unwrap_err().to_string();
            assert!(text.contains("of 10 examples"), "{text}");
        }
        assert!(random(0, 0.5, 1).is_err() && random(1, 0.5, 1).is_err());
    }

    #[test]
    fn classes_keep_their_shares() {
        let labels = labels();
        let whole = counts(&(0..60).collect::<Vec<_>>(), &labels);
        assert_eq!(whole, [50, 7, 3]);
        for seed in 0..20 {
            for share in [0.1, 0.25, 0.5, 0.9] {
                let split = stratified(&labels, share, seed).unwrap();
                check(&split, 60);
                for (held_out, all) in counts(&split.held_out, &labels).into_iter().zip(whole) {
                    assert!((held_out as f64 - all as f64 * share).abs() < 1.0 + 1e-9);
                }
            }
        }
        assert_ne!(
            stratified(&labels, 0.5, 1).unwrap(),
            stratified(&labels, 0.5, 2).unwrap()
        );
    }

    #[test]
    fn every_example_is_held_out_in_one_fold() {
        let labels = labels();
        for folds in [2, 3, 7, 60] {
            for (splits, classes) in [
                (k_fold(60, folds, 3).unwrap(), false),
                (stratified_k_fold(&labels, folds, 3).unwrap(), true),
            ] {
                assert_eq!(splits.len(), folds);
                splits.iter().for_each(|split| check(split, 60));
                let mut all: Vec<usize> = splits.iter().flat_map(|split| split.held_out.clone()).collect();
                all.sort_unstable();
                assert_eq!(all, (0..60).collect::<Vec<_>>());
                let apart = |numbers: &mut dyn Iterator<Item = usize>| {
                    let numbers: Vec<usize> = numbers.collect();
                    numbers.iter().max().unwrap() - numbers.iter().min().unwrap()
                };
                assert!(apart(&mut splits.iter().map(|split| split.held_out.len())) <= 1);
                for class in (0..3).filter(|_| classes) {
                    let held_out = |split: &Split| counts(&split.held_out, &labels)[class];
                    assert!(apart(&mut splits.iter().map(held_out)) <= 1);
                }
            }
        }
        for folds in [0, 1, 61, usize::MAX] {
            let text = k_fold(60, folds, 1).unwrap_err().to_string();
            assert!(text.contains("60 examples"), "{text}");
            assert!(stratified_k_fold(&labels, folds, 1).is_err());
        }
    }
}
