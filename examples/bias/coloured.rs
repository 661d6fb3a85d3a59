//! Digits in two colours, which mostly tell what the digit does (Arjovsky et al., 2019, with another task).

use dsl_runtime::data::Arrays;
use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;

/// Values of a grey image.
const PIXELS: usize = 784;

/// Classes times colours.
pub const GROUPS: usize = 4;

/// Coloured digits: red in the first half of the values, green in the second.
pub struct Coloured {
    pub images: Vec<f32>,
    /// 0 for the digits 0 to 4, 1 for 5 to 9.
    pub classes: Vec<u32>,
    /// `2 class + colour`, where colour 0 is red and 1 green.
    pub groups: Vec<usize>,
}

impl Coloured {
    /// Digits of which so large a share has the colour with the number of its class, the others the other one.
    pub fn of(digits: &Dataset<f32>, agreeing: f64, seed: u64) -> Coloured {
        let mut stream = Stream::new(seed, "colours");
        let mut coloured = Coloured {
            images: vec![0.0; 2 * digits.inputs().len()],
            classes: Vec::new(),
            groups: Vec::new(),
        };
        let images = coloured.images.chunks_exact_mut(2 * PIXELS);
        let digits = digits.inputs().chunks_exact(PIXELS).zip(digits.labels());
        for (image, (grey, &digit)) in images.zip(digits) {
            let class = u32::from(digit >= 5);
            let agrees = stream.uniform() < agreeing;
            let colour = if agrees {
                class as usize
            } else {
                1 - class as usize
            };
            image[colour * PIXELS..][..PIXELS].copy_from_slice(grey);
            coloured.classes.push(class);
            coloured.groups.push(2 * class as usize + colour);
        }
        coloured
    }

    /// How many digits each group has.
    pub fn counts(&self) -> [usize; GROUPS] {
        let mut counts = [0; GROUPS];
        for &group in &self.groups {
            counts[group] += 1;
        }
        counts
    }

    /// Of each digit the inverse of its group's share, with mean 1: with it, all groups that there are weigh the same.
    pub fn weights(&self) -> Vec<f64> {
        let counts = self.counts();
        let groups = counts.iter().filter(|count| **count > 0).count() as f64;
        let whole = self.groups.len() as f64;
        let weights = self.groups.iter();
        weights
            .map(|&group| whole / (groups * counts[group] as f64))
            .collect()
    }

    /// Images, classes and the weights of their losses.
    pub fn weighted_by(&self, weights: &[f64]) -> Result<Arrays<f32>, Error> {
        let weights = weights.iter().map(|weight| *weight as f32).collect();
        Arrays::new()
            .numbers("image", 2 * PIXELS, self.images.clone())?
            .indices("class", 1, 2, self.classes.clone())?
            .numbers("weight", 1, weights)
    }
}
