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

/// Pictures beside each other, each with a caption below.
pub fn beside(pictures: &[(Vec<String>, String)]) -> String {
    let width = |(lines, caption): &(Vec<String>, String)| {
        let widest = lines.iter().map(|line| line.chars().count()).max();
        widest.unwrap_or(0).max(caption.chars().count())
    };
    let height = pictures.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in 0..=height {
        let mut whole = String::new();
        for picture in pictures {
            let (lines, caption) = picture;
            let part = match row == height {
                true => caption.as_str(),
                false => lines.get(row).map_or("", String::as_str),
            };
            whole.push_str(&format!("  {part:<width$}", width = width(picture)));
        }
        text.push_str(whole.trim_end());
        text.push('\n');
    }
    text
}
