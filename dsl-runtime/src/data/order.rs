//! The order in which examples are visited.

use crate::random::Stream;

/// Batches of example numbers: every epoch visits each example once, in an order of its own.
///
/// The order of an epoch depends on the seed and the epoch's number alone, so a run can be resumed at any
/// epoch. Memory is allocated only on construction.
#[derive(Debug, Clone)]
pub struct Order {
    order: Vec<usize>,
    batch: usize,
    seed: u64,
    epoch: u64,
    position: usize,
}

impl Order {
    /// `examples` examples in batches of `batch` (0 is taken as 1); the last of an epoch may be smaller.
    pub fn new(examples: usize, batch: usize, seed: u64) -> Order {
        let mut order = Order {
            order: vec![0; examples],
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
        if start == self.order.len() {
            self.start_epoch(self.epoch + 1);
            return None;
        }
        self.position = start.saturating_add(self.batch).min(self.order.len());
        Some(&self.order[start..self.position])
    }

    /// Goes to the beginning of the given epoch; the first is 0.
    pub fn start_epoch(&mut self, epoch: u64) {
        (self.epoch, self.position) = (epoch, 0);
        for (number, place) in self.order.iter_mut().enumerate() {
            *place = number;
        }
        Stream::indexed(self.seed, "order of examples", epoch).shuffle(&mut self.order);
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
    fn odd_sizes_are_no_trouble() {
        assert!(Order::new(0, 4, 1).next().is_none());
        assert_eq!(Order::new(3, 0, 1).batches_per_epoch(), 3);
        assert_eq!(epoch(&mut Order::new(3, usize::MAX, 1))[0].len(), 3);
    }
}
