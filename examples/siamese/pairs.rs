//! Pairs of images: two of one class, or one each of two.

use dsl_runtime::data::{Dataset, Examples};
use dsl_runtime::random::Stream;

/// Every image with some partners, which are of its class or not, equally often.
pub struct Pairs<'d> {
    images: &'d Dataset<f32>,
    /// First one for each image, then a second for each, and so on.
    partners: Vec<usize>,
}

/// Some pairs, one after the other.
pub struct PairBatch<'b> {
    /// One image of each pair.
    pub left: &'b [f32],
    /// The other.
    pub right: &'b [f32],
    /// 1 where both are of one class, else 0.
    pub same: &'b [f32],
}

impl<'d> Pairs<'d> {
    /// Draws so many partners for each image. A class of which there is one image only is paired with itself.
    pub fn draw(images: &'d Dataset<f32>, each: usize, seed: u64) -> Pairs<'d> {
        let mut stream = Stream::new(seed, "pairs");
        let mut of_class = vec![Vec::new(); images.classes()];
        for (image, &label) in images.labels().iter().enumerate() {
            of_class[label as usize].push(image);
        }
        let mut below = |limit: usize| (stream.uniform() * limit as f64) as usize;
        let partner = |&label: &u32| {
            let own = &of_class[label as usize];
            let others = images.len() - own.len();
            if others == 0 || below(2) == 0 {
                return own[below(own.len())];
            }
            // The so-manieth image of another class.
            let mut left = below(others);
            for (class, members) in of_class.iter().enumerate() {
                match (class == label as usize, left < members.len()) {
                    (true, _) => {}
                    (false, true) => return members[left],
                    (false, false) => left -= members.len(),
                }
            }
            own[0]
        };
        let all = images.labels().repeat(each);
        let partners = all.iter().map(partner).collect();
        Pairs { images, partners }
    }
}

impl Examples for Pairs<'_> {
    type Memory = [Vec<f32>; 3];
    type Batch<'b> = PairBatch<'b>;

    fn count(&self) -> usize {
        self.partners.len()
    }

    fn memory(&self, batch: usize) -> [Vec<f32>; 3] {
        let width = self.images.width();
        [batch * width, batch * width, batch].map(Vec::with_capacity)
    }

    fn gather<'b>(&self, examples: &[usize], memory: &'b mut [Vec<f32>; 3]) -> PairBatch<'b> {
        let [left, right, same] = memory;
        let (width, labels) = (self.images.width(), self.images.labels());
        let image = |number: usize| &self.images.inputs()[number * width..(number + 1) * width];
        left.clear();
        right.clear();
        same.clear();
        for &example in examples {
            let (example, partner) = (example % labels.len(), self.partners[example]);
            left.extend_from_slice(image(example));
            right.extend_from_slice(image(partner));
            same.push(if labels[example] == labels[partner] {
                1.0
            } else {
                0.0
            });
        }
        PairBatch { left, right, same }
    }
}
