//! Digits among noise and clutter, with the mask of where the digit is.

use dsl_runtime::data::{Dataset, Examples};
use dsl_runtime::random::Stream;

/// Side of a scene.
pub const SIDE: usize = 28;
const SIZE: usize = SIDE * SIDE;
/// A pixel of a digit above this is part of it.
const INK: f32 = 0.5;
/// Standard deviation of the noise on every pixel; ink is 1, paper 0.
const NOISE: f64 = 0.35;
/// Straight strokes across the scene, as bright as the digit.
const STROKES: usize = 3;

/// Noisy scenes and their masks.
pub struct Scenes {
    scenes: Vec<f32>,
    masks: Vec<f32>,
}

/// Some scenes, one after the other.
pub struct SceneBatch<'b> {
    /// What is seen.
    pub scenes: &'b [f32],
    /// 1 where the digit is, else 0.
    pub masks: &'b [f32],
}

impl Scenes {
    /// A scene for each digit, which are images of [`SIDE`] × [`SIDE`] in `0..=1`.
    pub fn of(digits: &Dataset<f32>, seed: u64) -> Scenes {
        let mut scenes = digits.inputs().to_vec();
        let masks = scenes
            .iter()
            .map(|&ink| if ink > INK { 1.0 } else { 0.0 })
            .collect();
        for (number, scene) in scenes.chunks_exact_mut(SIZE).enumerate() {
            let mut stream = Stream::indexed(seed, "scene", number as u64);
            for _ in 0..STROKES {
                stroke(scene, &mut stream);
            }
            for pixel in scene {
                *pixel += (NOISE * stream.normal()) as f32;
            }
        }
        Scenes { scenes, masks }
    }

    /// All scenes in order, in batches of at most so many, at least 1.
    pub fn in_order(&self, batch: usize) -> impl Iterator<Item = SceneBatch<'_>> {
        let scenes = self.scenes.chunks(batch * SIZE);
        let both = scenes.zip(self.masks.chunks(batch * SIZE));
        both.map(|(scenes, masks)| SceneBatch { scenes, masks })
    }
}

/// A straight line one pixel wide between two points of the scene's border region, as long as a digit is high or longer.
fn stroke(scene: &mut [f32], stream: &mut Stream) {
    let mut at = |most: usize| stream.uniform() * (most - 1) as f64;
    let (from, to) = match at(3) < 1.0 {
        true => ([at(SIDE), 0.0], [at(SIDE), (SIDE - 1) as f64]),
        false => ([0.0, at(SIDE)], [(SIDE - 1) as f64, at(SIDE)]),
    };
    for step in 0..2 * SIDE {
        let along = step as f64 / (2 * SIDE - 1) as f64;
        let [x, y] = [0, 1].map(|axis| (from[axis] + along * (to[axis] - from[axis])).round() as usize);
        scene[y * SIDE + x] = 1.0;
    }
}

impl Examples for Scenes {
    type Memory = [Vec<f32>; 2];
    type Batch<'b> = SceneBatch<'b>;

    fn count(&self) -> usize {
        self.scenes.len() / SIZE
    }

    fn memory(&self, batch: usize) -> [Vec<f32>; 2] {
        [(); 2].map(|()| Vec::with_capacity(batch * SIZE))
    }

    fn gather<'b>(&self, examples: &[usize], [scenes, masks]: &'b mut [Vec<f32>; 2]) -> SceneBatch<'b> {
        scenes.clear();
        masks.clear();
        for &example in examples {
            let pixels = example * SIZE..(example + 1) * SIZE;
            scenes.extend_from_slice(&self.scenes[pixels.clone()]);
            masks.extend_from_slice(&self.masks[pixels]);
        }
        SceneBatch { scenes, masks }
    }
}
