//! What the benchmarks learn: seeded noise.

use dsl_runtime::random::Stream;

/// Normal noise, one image after the other, and a class for each.
pub fn images(examples: usize, size: usize) -> (Vec<f32>, Vec<u32>) {
    let mut stream = Stream::new(0, "digits");
    let images = (0..examples * size).map(|_| stream.normal() as f32).collect();
    let classes = (0..examples).map(|_| (stream.uniform() * 10.0) as u32).collect();
    (images, classes)
}

/// Normal noise, one scene after the other, and masks of 0 and 1 of `pixels` each.
pub fn scenes(examples: usize, size: usize, pixels: usize) -> (Vec<f32>, Vec<f32>) {
    let mut stream = Stream::new(0, "scenes");
    let scenes = (0..examples * size).map(|_| stream.normal() as f32).collect();
    let masks = (0..examples * pixels)
        .map(|_| (stream.uniform() * 2.0).floor() as f32)
        .collect();
    (scenes, masks)
}

/// Normal noise twice, so many numbers for each example.
pub fn pairs(examples: usize, first: usize, second: usize) -> (Vec<f32>, Vec<f32>) {
    let mut stream = Stream::new(0, "pairs");
    let mut numbers = |count| (0..count).map(|_| stream.normal() as f32).collect();
    (numbers(examples * first), numbers(examples * second))
}

/// Letters and the letters that follow.
pub fn letters(windows: usize) -> (Vec<u32>, Vec<u32>) {
    let mut stream = Stream::new(0, "letters");
    let mut letters = || {
        (0..windows * 64)
            .map(|_| (stream.uniform() * 65.0) as u32)
            .collect()
    };
    (letters(), letters())
}
