//! Images that no network of digits has learnt from.

use dsl_runtime::random::Stream;

/// The side of an image.
pub const SIDE: usize = 28;
/// The values of an image.
pub const PIXELS: usize = SIDE * SIDE;

/// Images turned about their centre, clockwise, with bilinear interpolation; what comes from outside is black.
pub fn turned(images: &[f32], degrees: f64) -> Vec<f32> {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let middle = (SIDE as f64 - 1.0) / 2.0;
    let at = |image: &[f32], row: f64, column: f64| {
        let inside = |place: f64| (0.0..SIDE as f64).contains(&place);
        match inside(row) && inside(column) {
            true => f64::from(image[row as usize * SIDE + column as usize]),
            false => 0.0,
        }
    };
    let mut all = Vec::with_capacity(images.len());
    for image in images.chunks_exact(PIXELS) {
        for place in 0..PIXELS {
            let (down, right) = ((place / SIDE) as f64 - middle, (place % SIDE) as f64 - middle);
            let row = middle + cosine * down - sine * right;
            let column = middle + sine * down + cosine * right;
            let (top, left) = (row.floor(), column.floor());
            let (below, beside) = (row - top, column - left);
            let line = |row| (1.0 - beside) * at(image, row, left) + beside * at(image, row, left + 1.0);
            all.push(((1.0 - below) * line(top) + below * line(top + 1.0)) as f32);
        }
    }
    all
}

/// Images with normal noise of a deviation, cut to `0..=1`.
pub fn noisy(images: &[f32], deviation: f64, seed: u64) -> Vec<f32> {
    let mut stream = Stream::new(seed, "noise");
    let pixels = images.iter();
    pixels
        .map(|pixel| (f64::from(*pixel) + deviation * stream.normal()).clamp(0.0, 1.0) as f32)
        .collect()
}

/// White for black.
pub fn negative(images: &[f32]) -> Vec<f32> {
    images.iter().map(|pixel| 1.0 - pixel).collect()
}

/// The pixels of each image in an order of its own: as bright as digits, without shape.
pub fn shuffled(images: &[f32], seed: u64) -> Vec<f32> {
    let mut stream = Stream::new(seed, "places");
    let mut images = images.to_vec();
    images
        .chunks_exact_mut(PIXELS)
        .for_each(|image| stream.shuffle(image));
    images
}

/// Threads woven over each other, from another place and with another width in every image.
pub fn cloth(count: usize, seed: u64) -> Vec<f32> {
    let mut stream = Stream::new(seed, "cloth");
    let mut images = Vec::with_capacity(count * PIXELS);
    for _ in 0..count {
        let mut drawn = |limit: f64| (limit * stream.uniform()) as usize;
        let (width, down, right) = (2 + drawn(3.0), drawn(8.0), drawn(8.0));
        images.extend((0..PIXELS).map(|place| {
            let (row, column) = ((place / SIDE + down) / width, (place % SIDE + right) / width);
            f32::from(u8::from((row + column) % 2 == 0))
        }));
    }
    images
}

/// Polygons of three to six corners, drawn with a pen as wide as that of the digits: lines like theirs, but no digits.
pub fn polygons(count: usize, seed: u64) -> Vec<f32> {
    let mut stream = Stream::new(seed, "polygons");
    let mut images = Vec::with_capacity(count * PIXELS);
    for _ in 0..count {
        let corners = 3 + (4.0 * stream.uniform()) as usize;
        let places: Vec<[f64; 2]> = (0..corners)
            .map(|_| [0, 1].map(|_| 5.0 + 17.0 * stream.uniform()))
            .collect();
        images.extend((0..PIXELS).map(|place| {
            let at = [(place / SIDE) as f64, (place % SIDE) as f64];
            let sides =
                (0..corners).map(|corner| distance(at, places[corner], places[(corner + 1) % corners]));
            let nearest = sides.fold(f64::INFINITY, f64::min);
            // A pen of two pixels with a soft edge.
            (1.8 - nearest).clamp(0.0, 1.0) as f32
        }));
    }
    images
}

/// How far a place is from the line between two others.
fn distance(at: [f64; 2], begin: [f64; 2], end: [f64; 2]) -> f64 {
    let [along, beside] = [
        [end[0] - begin[0], end[1] - begin[1]],
        [at[0] - begin[0], at[1] - begin[1]],
    ];
    let length = along[0].powi(2) + along[1].powi(2);
    let part = (along[0] * beside[0] + along[1] * beside[1]) / length.max(1e-12);
    let part = part.clamp(0.0, 1.0);
    (beside[0] - part * along[0]).hypot(beside[1] - part * along[1])
}
