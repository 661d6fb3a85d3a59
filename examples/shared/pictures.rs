//! Images in the terminal.

/// A grey image in characters, two rows of pixels to a line; a pixel is drawn where it is above `threshold`.
pub fn picture(image: &[f32], width: usize, threshold: f32) -> Vec<String> {
    let rows: Vec<&[f32]> = image.chunks_exact(width).collect();
    let drawn = |row: Option<&&[f32]>, x: usize| row.is_some_and(|row| row[x] > threshold);
    let line = |pair: &[&[f32]]| {
        let character = |x| match (drawn(pair.first(), x), drawn(pair.get(1), x)) {
            (false, false) => ' ',
            (true, false) => '▀',
            (false, true) => '▄',
            (true, true) => '█',
        };
        (0..width).map(character).collect()
    };
    rows.chunks(2).map(line).collect()
}
