//! Data augmentation: images changed at random during training, so that a network sees more than there are.

use crate::error::DatasetProblem;
use crate::random::Stream;
use crate::{Error, Real};

/// Random crops and mirror images, as used by He et al. (2015), *Deep Residual Learning for Image
/// Recognition*, section 4.2.
///
/// The changes to an image depend on seed, epoch and the image's index alone: not on its batch, nor on the
/// images before it. Works in place and allocates nothing.
///
/// ```
/// # use dsl_runtime::data::{Augment, Dataset};
/// # use dsl_runtime::Error;
/// # fn main() -> Result<(), Error> {
/// # let train = Dataset::new(vec![0.0f32; 5 * 3 * 32 * 32], 3 * 32 * 32, vec![0; 5], 10)?;
/// let augment = Augment::new([3, 32, 32], 7).crop(4).mirror();
/// let (mut images, mut labels) = (Vec::new(), Vec::new());
/// let (epoch, examples) = (0, [4, 2]);
/// train.gather(&examples, &mut images, &mut labels)?;
/// augment.apply(epoch, &examples, &mut images)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Augment {
    /// Channels, height and width.
    shape: [usize; 3],
    seed: u64,
    margin: usize,
    mirror: bool,
    fill: f64,
}

impl Augment {
    /// An augmentation without changes yet, for images of `shape` (channels, height, width), each channel row
    /// by row.
    pub fn new(shape: [usize; 3], seed: u64) -> Augment {
        Augment {
            shape,
            seed,
            margin: 0,
            mirror: false,
            fill: 0.0,
        }
    }

    /// Pads an image by `margin` values on each side and crops a window of its own size at a uniformly random
    /// position: the image is shifted by up to `margin` in each direction.
    #[must_use]
    pub fn crop(mut self, margin: usize) -> Augment {
        self.margin = margin;
        self
    }

    /// Mirrors half of the images horizontally.
    #[must_use]
    pub fn mirror(mut self) -> Augment {
        self.mirror = true;
        self
    }

    /// Sets the value that images are padded with; the default is 0, the mean of standardised images.
    #[must_use]
    pub fn fill(mut self, value: f64) -> Augment {
        self.fill = value;
        self
    }

    /// Changes `images`, which are those with the indices `examples`, one after the other.
    ///
    /// # Errors
    ///
    /// The number of values is not that of so many images; nothing was changed.
    pub fn apply<T: Real>(&self, epoch: u64, examples: &[usize], images: &mut [T]) -> Result<(), Error> {
        let [_, height, width] = self.shape;
        let size: usize = self.shape.iter().product();
        if examples.len().checked_mul(size) != Some(images.len()) {
            let problem = DatasetProblem::Image {
                shape: self.shape,
                width: images.len().checked_div(examples.len()).unwrap_or(images.len()),
            };
            return Err(Error::Dataset(problem));
        }
        if size == 0 {
            return Ok(());
        }
        let epoch_seed = Stream::indexed(self.seed, "augmentation", epoch)
            .uniform()
            .to_bits();
        for (&example, image) in examples.iter().zip(images.chunks_exact_mut(size)) {
            let mut stream = Stream::indexed(epoch_seed, "image", example as u64);
            let (down, right) = (self.shift(&mut stream), self.shift(&mut stream));
            let mirrored = self.mirror && stream.uniform() < 0.5;
            for plane in image.chunks_exact_mut(height * width) {
                shift_rows(plane, width, down, T::literal(self.fill));
                for row in plane.chunks_exact_mut(width) {
                    shift(row, right, T::literal(self.fill));
                    if mirrored {
                        row.reverse();
                    }
                }
            }
        }
        Ok(())
    }

    /// A uniformly random number of `-margin..=margin`.
    fn shift(&self, stream: &mut Stream) -> isize {
        let margin = self.margin.min(1 << 24) as isize;
        (stream.uniform() * (2 * margin + 1) as f64) as isize - margin
    }
}

/// Moves rows down by `by`, or up if it is negative; rows that come in are `fill`.
fn shift_rows<T: Real>(plane: &mut [T], width: usize, by: isize, fill: T) {
    let rows = (plane.len() / width) as isize;
    shift(plane, by.clamp(-rows, rows) * width as isize, fill);
}

/// Moves values towards the end by `by`, or towards the beginning if it is negative; values that come in are
/// `fill`.
fn shift<T: Real>(values: &mut [T], by: isize, fill: T) {
    let len = values.len();
    let distance = by.unsigned_abs().min(len);
    if by >= 0 {
        values.copy_within(..len - distance, distance);
        values[..distance].fill(fill);
    } else {
        values.copy_within(distance.., 0);
        values[len - distance..].fill(fill);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const SHAPE: [usize; 3] = [2, 3, 4];
    const SIZE: usize = 24;

    fn image() -> Vec<f64> {
        (1..=SIZE).map(|value| value as f64).collect()
    }

    fn applied(augment: Augment, epoch: u64, examples: &[usize]) -> Vec<f64> {
        let mut images = image().repeat(examples.len());
        augment.apply(epoch, examples, &mut images).unwrap();
        images
    }

    /// The definition: the value at (y, x) comes from (y - down, x - right) of the padded image.
    fn cropped(down: isize, right: isize, mirrored: bool, fill: f64) -> Vec<f64> {
        let source = image();
        let mut out = Vec::new();
        for channel in 0..2isize {
            for y in 0..3isize {
                for x in 0..4isize {
                    let x = if mirrored { 3 - x } else { x };
                    let (from_y, from_x) = (y - down, x - right);
                    let inside = (0..3).contains(&from_y) && (0..4).contains(&from_x);
                    let at = (channel * 12 + from_y * 4 + from_x) as usize;
                    out.push(if inside { source[at] } else { fill });
                }
            }
        }
        out
    }

    #[test]
    fn every_image_is_a_window_of_the_padded_one_and_every_window_occurs() {
        let augment = Augment::new(SHAPE, 3).crop(2).mirror().fill(-1.0);
        let mut windows = BTreeSet::new();
        for example in 0..1000 {
            let image = applied(augment, 0, &[example]);
            let found = (0..50).find(|&code| {
                let (down, right) = (code / 2 / 5 - 2, code / 2 % 5 - 2);
                image == cropped(down, right, code % 2 == 1, -1.0)
            });
            windows.insert(found.expect("a window of the padded image"));
        }
        assert_eq!(windows.len(), 50);
    }

    #[test]
    fn a_change_depends_on_seed_epoch_and_number_alone() {
        let augment = Augment::new(SHAPE, 3).crop(2).mirror();
        let numbers: Vec<usize> = (0..40).collect();
        let together = applied(augment, 1, &numbers);
        for (&number, image) in numbers.iter().zip(together.chunks_exact(SIZE)) {
            assert_eq!(applied(augment, 1, &[number]), image);
        }
        assert_ne!(together, applied(augment, 2, &numbers));
        assert_ne!(
            together,
            applied(Augment::new(SHAPE, 4).crop(2).mirror(), 1, &numbers)
        );
        assert_eq!(applied(Augment::new(SHAPE, 3), 1, &numbers), image().repeat(40));
    }

    #[test]
    fn margins_beyond_the_image_leave_the_fill() {
        let augment = Augment::new(SHAPE, 3).crop(usize::MAX).fill(5.0);
        assert_eq!(applied(augment, 0, &[0]), [5.0; SIZE]);
    }

    #[test]
    fn images_of_another_size_are_refused() {
        let error = Augment::new(SHAPE, 3)
            .apply(0, &[0, 1], &mut [0f32; 46])
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "not a data set: an image of [2, 3, 4] has not 23 values"
        );
        assert!(Augment::new(SHAPE, 3).apply(0, &[], &mut [0f32; 1]).is_err());
        assert!(Augment::new([0, 3, 4], 3).apply(0, &[1], &mut [0f32; 0]).is_ok());
    }
}
