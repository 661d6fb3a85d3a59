//! Grey images in a file that every viewer of pictures reads: the Portable Grey Map of Netpbm.

use std::fs;
use std::path::Path;

use dsl_runtime::Error;

/// Writes images of `side` × `side` values in `0..=1` into one picture, so many across.
pub fn write(path: &Path, images: &[f32], side: usize, across: usize) -> Result<(), Error> {
    let failed = |source| Error::File {
        action: "write",
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, bytes(images, side, across)).map_err(failed)
}

/// The file: a header, then a byte per pixel; a line of grey between images.
pub fn bytes(images: &[f32], side: usize, across: usize) -> Vec<u8> {
    let count = images.len() / (side * side);
    let down = count.div_ceil(across);
    let (width, height) = (across * (side + 1) - 1, down * (side + 1) - 1);
    let mut bytes = format!("P5\n{width} {height}\n255\n").into_bytes();
    for y in 0..height {
        for x in 0..width {
            let (number, y, x) = (
                y / (side + 1) * across + x / (side + 1),
                y % (side + 1),
                x % (side + 1),
            );
            let inside = number < count && y < side && x < side;
            bytes.push(match inside {
                true => (images[(number * side + y) * side + x].clamp(0.0, 1.0) * 255.0).round() as u8,
                false => 128,
            });
        }
    }
    bytes
}
