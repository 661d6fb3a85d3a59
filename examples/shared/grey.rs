//! Grey images in shades.

/// A grey image of values in `0..=1` in characters, two rows of pixels to a line; white ones are full.
pub fn grey(image: &[f32], width: usize) -> Vec<String> {
    let rows: Vec<&[f32]> = image.chunks_exact(width).collect();
    let line = |pair: &[&[f32]]| {
        let shade = |x: usize| {
            let sum: f32 = pair.iter().map(|row| row[x]).sum();
            [' ', '·', '░', '▒', '▓', '█'][(sum / pair.len() as f32 * 5.99).clamp(0.0, 5.0) as usize]
        };
        (0..width).map(shade).collect()
    };
    rows.chunks(2).map(line).collect()
}
