//! Eight bells on a circle: what to draw points from, how to judge and draw points.

use std::f64::consts::TAU;

use dsl_runtime::random::Stream;

/// The number of bells.
pub const MODES: usize = 8;
/// The radius of the circle.
const RADIUS: f64 = 1.5;
/// The standard deviation of a bell in each direction.
const SPREAD: f64 = 0.06;

/// The middle of a bell.
pub fn mode(number: usize) -> [f64; 2] {
    let angle = TAU * number as f64 / MODES as f64;
    [RADIUS * angle.cos(), RADIUS * angle.sin()]
}

/// Points of the mixture, one after the other.
pub fn real(stream: &mut Stream, count: usize) -> Vec<f32> {
    let mut point = || {
        let mode = mode((stream.uniform() * MODES as f64) as usize);
        mode.map(|middle| (middle + SPREAD * stream.normal()) as f32)
    };
    (0..count).flat_map(|_| point()).collect()
}

/// What a cloud of points is like.
pub struct Judgement {
    /// The number of bells with at least half the points that are due to each, within four standard deviations.
    pub modes: usize,
    /// The mean distance of a point to the nearest middle.
    pub distance: f64,
}

/// Judges points by the bells.
pub fn judge(points: &[f32]) -> Judgement {
    let (mut hit, mut total) = ([0; MODES], 0.0);
    let count = points.len() / 2;
    for point in points.chunks_exact(2) {
        let distance = |number: usize| {
            let [x, y] = mode(number);
            (f64::from(point[0]) - x).hypot(f64::from(point[1]) - y)
        };
        let distances = (0..MODES).map(|number| (number, distance(number)));
        let (nearest, distance) = distances
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .unwrap_or((0, f64::INFINITY));
        hit[nearest] += usize::from(distance < 4.0 * SPREAD);
        total += distance;
    }
    Judgement {
        modes: hit.iter().filter(|&&hit| 2 * MODES * hit >= count).count(),
        distance: total / count as f64,
    }
}

/// How dense the points lie in a square grid of cells: 1 where they lie about as dense as in the middle of a bell.
pub fn density(points: &[f32], side: usize) -> Vec<f32> {
    let mut cells = vec![0.0; side * side];
    let full = points.len() as f32 / 2.0 / (8.0 * MODES as f32);
    let place = |value: f32| {
        let part = (value + 2.0) / 4.0;
        (0.0..1.0)
            .contains(&part)
            .then_some((part * side as f32) as usize)
    };
    for point in points.chunks_exact(2) {
        if let (Some(x), Some(y)) = (place(point[0]), place(-point[1])) {
            cells[y * side + x] += 1.0 / full;
        }
    }
    // The root shows where there are few.
    cells.iter().map(|cell: &f32| cell.sqrt()).collect()
}
