//! Data augmentation: images changed at random during training, so that a network sees more than there are.

mod cutout;
mod rotation;

use cutout::cut_out;
use rotation::rotate;

use crate::error::DatasetProblem;
use crate::random::Stream;
use crate::{Error, Real};

/// Random crops and mirror images, as used by He et al. (2015), *Deep Residual Learning for Image
/// Recognition*, section 4.2; shifts, rotations and holes.
///
/// The changes to an image depend on seed, epoch and the image's index alone: not on its batch, nor on the
/// images before it. Each that is asked for leaves the draws of the others as they are. They are done in this order:
/// rotation, shift, mirror images, hole. Works in place, and allocates nothing but, for rotations, the memory of one
/// channel.
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
    /// The largest shift down or up, and right or left.
    margins: [usize; 2],
    mirror: bool,
    flip: bool,
    /// The largest angle, in radians.
    angle: f64,
    /// The side of the hole.
    hole: usize,
    fill: f64,
}

impl Augment {
    /// An augmentation without changes yet, for images of `shape` (channels, height, width), each channel row
    /// by row.
    pub fn new(shape: [usize; 3], seed: u64) -> Augment {
        Augment {
            shape,
            seed,
            margins: [0; 2],
            mirror: false,
            flip: false,
            angle: 0.0,
            hole: 0,
            fill: 0.0,
        }
    }

    /// Pads an image by `margin` values on each side and crops a window of its own size at a uniformly random
    /// position: the image is shifted by up to `margin` in each direction.
    #[must_use]
    pub fn crop(self, margin: usize) -> Augment {
        self.shift(margin, margin)
    }

    /// Shifts an image by up to `vertical` rows up or down and up to `horizontal` columns to either side, each
    /// uniformly random.
    #[must_use]
    pub fn shift(mut self, vertical: usize, horizontal: usize) -> Augment {
        self.margins = [vertical, horizontal];
        self
    }

    /// Rotates an image about its centre by a uniformly random angle of up to `degrees` in either direction; values
    /// between pixels are interpolated bilinearly.
    #[must_use]
    pub fn rotate(mut self, degrees: f64) -> Augment {
        self.angle = degrees.to_radians();
        self
    }

    /// Cuts a square of `side` pixels out of an image, around a uniformly random pixel: where that is near an edge, part
    /// of the square lies outside (DeVries & Taylor 2017, *Improved Regularization of Convolutional Neural Networks with
    /// Cutout*).
    #[must_use]
    pub fn cutout(mut self, side: usize) -> Augment {
        self.hole = side;
        self
    }

    /// Mirrors half of the images horizontally.
    #[must_use]
    pub fn mirror(mut self) -> Augment {
        self.mirror = true;
        self
    }

    /// Turns half of the images upside down, as mirror images.
    #[must_use]
    pub fn flip(mut self) -> Augment {
        self.flip = true;
        self
    }

    /// Sets the value that images are padded with and holes hold; the default is 0, the mean of standardised images.
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
        let fill = T::literal(self.fill);
        let mut copy = Vec::new();
        let epoch_seed = Stream::indexed(self.seed, "augmentation", epoch)
            .uniform()
            .to_bits();
        for (&example, image) in examples.iter().zip(images.chunks_exact_mut(size)) {
            let mut stream = Stream::indexed(epoch_seed, "image", example as u64);
            let [down, right] = self.margins.map(|margin| displacement(margin, &mut stream));
            let mirrored = self.mirror && stream.uniform() < 0.5;
            let draw = |name| Stream::indexed(epoch_seed, name, example as u64);
            let flipped = self.flip && draw("flip").uniform() < 0.5;
            let angle = self.angle * (2.0 * draw("rotation").uniform() - 1.0);
            let mut stream = draw("cutout");
            let hole = [height, width].map(|size| (stream.uniform() * size as f64) as usize);
            for plane in image.chunks_exact_mut(height * width) {
                if self.angle != 0.0 {
                    rotate(plane, width, angle, fill, &mut copy);
                }
                shift_rows(plane, width, down, fill);
                for row in plane.chunks_exact_mut(width) {
                    shift(row, right, fill);
                    // Upside down is the mirror image of what is read from its end.
                    if mirrored != flipped {
                        row.reverse();
                    }
                }
                if flipped {
                    plane.reverse();
                }
                if self.hole > 0 {
                    cut_out(plane, width, self.hole, hole.into(), fill);
                }
            }
        }
        Ok(())
    }
}

/// A uniformly random number of `-margin..=margin`.
fn displacement(margin: usize, stream: &mut Stream) -> isize {
    let margin = margin.min(1 << 24) as isize;
    (stream.uniform() * (2 * margin + 1) as f64) as isize - margin
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
    fn images_are_flipped_shifted_and_cut_as_asked() {
        let upside_down: Vec<f64> = image()
            .chunks_exact(12)
            .flat_map(|plane| plane.chunks_exact(4).rev().flatten().copied().collect::<Vec<_>>())
            .collect();
        let augment = Augment::new(SHAPE, 3).flip();
        let flipped = (0..200).filter(|&example| {
            let found = applied(augment, 0, &[example]);
            assert!(found == image() || found == upside_down);
            found == upside_down
        });
        assert!((70..130).contains(&flipped.count()));
        // One change leaves the draws of another as they are.
        let numbers: Vec<usize> = (0..40).collect();
        let both = applied(augment.mirror(), 0, &numbers);
        let mut expected = applied(Augment::new(SHAPE, 3).mirror(), 0, &numbers);
        for (example, image) in expected.chunks_exact_mut(SIZE).enumerate() {
            let is_flipped = applied(augment, 0, &[example]) == upside_down;
            for plane in image.chunks_exact_mut(12).filter(|_| is_flipped) {
                let rows: Vec<f64> = plane.chunks_exact(4).rev().flatten().copied().collect();
                plane.copy_from_slice(&rows);
            }
        }
        assert_eq!(both, expected);
        // Along one axis only.
        let sideways = Augment::new(SHAPE, 3).shift(0, 1).fill(-1.0);
        let windows: BTreeSet<String> = (0..100)
            .map(|example| {
                let image = applied(sideways, 0, &[example]);
                assert!((-1..=1).any(|right| image == cropped(0, right, false, -1.0)));
                format!("{image:?}")
            })
            .collect();
        assert_eq!(windows.len(), 3);
        // A hole is the same in all channels, and everywhere in some image.
        let mut cut = [false; 12];
        for example in 0..200 {
            let image = applied(Augment::new(SHAPE, 3).cutout(2).fill(-1.0), 0, &[example]);
            let holes = |plane: &[f64]| plane.iter().map(|&value| value == -1.0).collect::<Vec<_>>();
            assert_eq!(holes(&image[..12]), holes(&image[12..]));
            let size = holes(&image[..12]).iter().filter(|&&hole| hole).count();
            assert!(matches!(size, 1 | 2 | 4));
            cut.iter_mut()
                .zip(holes(&image))
                .for_each(|(ever, hole)| *ever |= hole);
        }
        assert_eq!(cut, [true; 12]);
    }

    #[test]
    fn rotations_are_of_every_angle_up_to_the_largest() {
        // A plane whose values grow to the right: after a rotation the slope at the centre tells the angle.
        const SIDE: usize = 9;
        let ramp: Vec<f64> = (0..SIDE * SIDE).map(|at| (at % SIDE) as f64).collect();
        let augment = Augment::new([1, SIDE, SIDE], 3).rotate(30.0);
        let angles: Vec<f64> = (0..300)
            .map(|example| {
                let mut image = ramp.clone();
                augment.apply(0, &[example], &mut image).unwrap();
                let centre = SIDE / 2 * SIDE + SIDE / 2;
                (image[centre + SIDE] - image[centre]).asin().to_degrees()
            })
            .collect();
        assert!(angles.iter().all(|angle| angle.abs() <= 30.0 + 1e-9));
        let (least, most) = (
            angles.iter().copied().fold(0.0, f64::min),
            angles.iter().copied().fold(0.0, f64::max),
        );
        assert!(least < -28.0 && most > 28.0, "{least} {most}");
        let below = angles.iter().filter(|&&angle| angle < 0.0).count();
        assert!((120..180).contains(&below));
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
