//! How well two masks agree.

/// Pixels in common and pixels in either, summed over scenes.
#[derive(Default, Clone, Copy)]
pub struct Overlap {
    common: usize,
    either: usize,
}

impl Overlap {
    /// Adds the pixels of a mask, those above the threshold, and of the true mask, those above 1/2.
    pub fn add(&mut self, found: &[f32], threshold: f32, truth: &[f32]) {
        for (&found, &truth) in found.iter().zip(truth) {
            let (found, truth) = (found > threshold, truth > 0.5);
            self.common += usize::from(found && truth);
            self.either += usize::from(found || truth);
        }
    }

    /// Intersection over union, `0..=1`; two empty masks agree.
    pub fn share(self) -> f64 {
        match self.either {
            0 => 1.0,
            either => self.common as f64 / either as f64,
        }
    }
}

/// The overlap of the best that a threshold on single pixels can do, of the thresholds 0, 1/20 … 1.
pub fn by_threshold<'a>(scenes: impl Iterator<Item = (&'a [f32], &'a [f32])> + Clone) -> f64 {
    let at = |threshold: f32| {
        let mut overlap = Overlap::default();
        for (scene, truth) in scenes.clone() {
            overlap.add(scene, threshold, truth);
        }
        overlap.share()
    };
    (0..=20).map(|step| at(step as f32 / 20.0)).fold(0.0, f64::max)
}
