//! Pseudorandom choices, the same for the same seed.

use crate::reference::Numbers;

/// Makes the choices of one declaration.
pub struct Chance(Numbers);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(Numbers::seeded(seed))
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.0.next() >> 16) as usize % limit
    }

    /// A number from `least` to `most`, inclusive.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    /// True once in so many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn of<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// The size of an axis; often 1, the size at which shapes degenerate.
    pub fn size(&mut self) -> usize {
        self.of(&[1, 1, 2, 2, 3, 3, 4, 5])
    }

    /// A shape with few elements.
    pub fn shape(&mut self) -> Vec<usize> {
        let rank = self.of(&[0, 1, 1, 1, 2, 2, 2, 3, 3]);
        (0..rank).map(|_| self.size()).collect()
    }
}
