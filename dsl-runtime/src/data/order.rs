//! The order in which examples are visited.

use super::AliasTable;
use crate::Error;
use crate::random::Stream;

/// Batches of example numbers: every epoch visits each example once, in an order of its own; or draws them by
/// weights.
///
/// The order of an epoch depends on the seed and the epoch's number alone, so a run can be resumed at any
/// [`Place`]. Memory is allocated only on construction.
#[derive(Debug, Clone)]
pub struct Order {
    order: Vec<usize>,
    /// The weights that numbers are drawn by; without them all numbers are shuffled.
    weights: Option<AliasTable>,
    batch: usize,
    seed: u64,
    epoch: u64,
    position: usize,
}

/// A place in an [`Order`], from which it can be taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The number of the epoch, from 0.
    pub epoch: u64,
    /// The number of examples of that epoch that were visited.
    pub visited: usize,
}

impl Order {
    /// `examples` examples in batches of `batch` (0 is taken as 1); the last of an epoch may be smaller.
    pub fn new(examples: usize, batch: usize, seed: u64) -> Order {
        Order::of(examples, None, batch, seed)
    }

    /// Epochs of `draws` draws with replacement: an example is drawn as often as its weight is of the sum of all.
    ///
    /// [`class_weights`](super::class_weights) are those by which all classes are drawn equally often.
    ///
    /// ```
    /// use dsl_runtime::data::{Batches, Dataset, Order, class_weights};
    ///
    /// # fn main() -> Result<(), dsl_runtime::Error> {
    /// // Nine examples of one class, one of the other.
    /// let data = Dataset::new(vec![0.0f32; 10], 1, [vec![0; 9], vec![1]].concat(), 2)?;
    /// let order = Order::weighted(&class_weights(data.labels())?, 1000, 10, 7)?;
    /// let mut batches = Batches::in_order_of(&data, order)?;
    /// let mut rare = 0;
    /// while let Some(batch) = batches.next() {
    ///     rare += batch.labels.iter().sum::<u32>();
    /// }
    /// assert!((450..550).contains(&rare));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// There are no weights, one is negative, infinite or NaN, or all are 0.
    pub fn weighted(weights: &[f64], draws: usize, batch: usize, seed: u64) -> Result<Order, Error> {
        Ok(Order::of(draws, Some(AliasTable::new(weights)?), batch, seed))
    }

    fn of(len: usize, weights: Option<AliasTable>, batch: usize, seed: u64) -> Order {
        let mut order = Order {
            order: vec![0; len],
            weights,
            batch: batch.max(1),
            seed,
            epoch: 0,
            position: 0,
        };
        order.start_epoch(0);
        order
    }

    /// The next batch; `None` at the end of an epoch, after which the next epoch begins.
    #[expect(
        clippy::should_implement_trait,
        reason = "a batch borrows the order, which no Iterator's item may"
    )]
    pub fn next(&mut self) -> Option<&[usize]> {
        let start = self.position;
        if self.is_at_end() {
            self.start_epoch(self.epoch + 1);
            return None;
        }
        self.position = start.saturating_add(self.batch).min(self.order.len());
        Some(&self.order[start..self.position])
    }

    /// Whether the next batch is the end of the epoch.
    pub(super) fn is_at_end(&self) -> bool {
        self.position == self.order.len()
    }

    /// Goes to the beginning of the given epoch; the first is 0.
    pub fn start_epoch(&mut self, epoch: u64) {
        (self.epoch, self.position) = (epoch, 0);
        if let Some(weights) = &self.weights {
            let mut stream = Stream::indexed(self.seed, "draws of examples", epoch);
            self.order.fill_with(|| weights.draw(&mut stream));
            return;
        }
        for (number, place) in self.order.iter_mut().enumerate() {
            *place = number;
        }
        Stream::indexed(self.seed, "order of examples", epoch).shuffle(&mut self.order);
    }

    /// The place of the next batch.
    pub fn place(&self) -> Place {
        Place {
            epoch: self.epoch,
            visited: self.position,
        }
    }

    /// Goes to a place that [`place`](Order::place) returned: the batches that follow are those that followed it. Of a
    /// shorter epoch it is the end.
    pub fn resume(&mut self, place: Place) {
        self.start_epoch(place.epoch);
        self.position = place.visited.min(self.order.len());
    }

    /// The number of examples that it chooses from.
    pub fn examples(&self) -> usize {
        self.weights.as_ref().map_or(self.order.len(), AliasTable::len)
    }

    /// The number of examples in a batch; the last of an epoch may have fewer.
    pub fn batch(&self) -> usize {
        self.batch.min(self.order.len())
    }

    /// The number of the epoch that the next batch belongs to.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The number of batches in an epoch.
    pub fn batches_per_epoch(&self) -> usize {
        self.order.len().div_ceil(self.batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(order: &mut Order) -> Vec<Vec<usize>> {
        let mut batches = Vec::new();
        while let Some(batch) = order.next() {
            batches.push(batch.to_vec());
        }
        batches
    }

    #[test]
    fn an_epoch_visits_each_example_once_and_ends_with_the_smaller_batch() {
        let mut order = Order::new(10, 4, 1);
        assert_eq!(order.batches_per_epoch(), 3);
        let batches = epoch(&mut order);
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
        let mut all = batches.concat();
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn epochs_differ_and_can_be_reproduced_and_taken_up() {
        let (mut one, mut two) = (Order::new(50, 50, 1), Order::new(50, 50, 1));
        let (first, second) = (epoch(&mut one), epoch(&mut one));
        assert_ne!(first, second);
        assert_ne!(first, epoch(&mut Order::new(50, 50, 2)));
        two.start_epoch(1);
        assert_eq!((two.epoch(), epoch(&mut two)), (1, second));
    }

    #[test]
    fn any_place_can_be_taken_up() {
        let weights: Vec<f64> = (0..20).map(f64::from).collect();
        for order in [Order::new(23, 5, 1), Order::weighted(&weights, 23, 5, 1).unwrap()] {
            let mut places = Vec::new();
            let mut whole = order.clone();
            for _ in 0..12 {
                let place = whole.place();
                places.push((place, whole.next().map(<[usize]>::to_vec)));
            }
            for start in 0..places.len() {
                let mut again = order.clone();
                again.resume(places[start].0);
                for (place, batch) in &places[start..] {
                    assert_eq!(
                        (again.place(), again.next().map(<[usize]>::to_vec)),
                        (*place, batch.clone())
                    );
                }
            }
        }
    }

    #[test]
    fn an_epoch_can_be_taken_up_anywhere_with_batches_of_any_size() {
        let mut order = Order::new(10, 4, 1);
        let all = epoch(&mut order).concat();
        for visited in 0..=12 {
            for batch in [1, 4, 7] {
                let mut other = Order::new(10, batch, 1);
                other.resume(Place { epoch: 0, visited });
                assert_eq!(other.place().visited, visited.min(10));
                assert_eq!(epoch(&mut other).concat(), all[visited.min(10)..]);
                assert_eq!(other.epoch(), 1);
            }
        }
    }

    #[test]
    fn draws_are_by_weights_and_new_in_every_epoch() {
        let mut order = Order::weighted(&[0.0, 1.0, 3.0], 4000, 7, 1).unwrap();
        assert_eq!(
            (order.examples(), order.batch(), order.batches_per_epoch()),
            (3, 7, 572)
        );
        let (first, second) = (epoch(&mut order).concat(), epoch(&mut order).concat());
        assert_ne!(first, second);
        for drawn in [first, second] {
            let counts = [0, 1, 2].map(|number| drawn.iter().filter(|&&other| other == number).count());
            assert!(counts[0] == 0 && (900..1100).contains(&counts[1]), "{counts:?}");
        }
        assert!(Order::weighted(&[], 5, 1, 1).is_err());
    }

    #[test]
    fn odd_sizes_are_no_trouble() {
        assert!(Order::new(0, 4, 1).next().is_none());
        assert_eq!(Order::new(3, 0, 1).batches_per_epoch(), 3);
        assert_eq!(epoch(&mut Order::new(3, usize::MAX, 1))[0].len(), 3);
    }
}
