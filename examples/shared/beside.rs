//! Pictures of characters in one row.

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
