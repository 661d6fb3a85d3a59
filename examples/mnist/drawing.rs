//! Digits drawn in the terminal.

use dsl_runtime::Error;
use dsl_runtime::data::Dataset;

use crate::beside::beside;
use crate::pictures::picture;

const SIDE: usize = 28;
const MARGIN: usize = 3;
/// Pixels above this are drawn.
const INK: f32 = 0.4;
/// Digits beside each other.
const ACROSS: usize = 3;

/// Draws the first digits, then the first that `classify` gets wrong, each with what it is taken for.
pub fn show(
    digits: &Dataset<f32>,
    mut classify: impl FnMut(&[f32]) -> Result<Option<usize>, Error>,
) -> Result<(), Error> {
    let mut first = Vec::new();
    let mut wrong = Vec::new();
    let images = digits.inputs().chunks_exact(digits.width());
    for (image, &label) in images.zip(digits.labels()) {
        if first.len() == ACROSS && wrong.len() == ACROSS {
            break;
        }
        let class = classify(image)?;
        let name = class.map_or("nothing".to_string(), |class| class.to_string());
        if first.len() < ACROSS {
            first.push((image, format!("taken for {name}")));
        }
        if class != Some(label as usize) && wrong.len() < ACROSS {
            wrong.push((image, format!("a {label}, taken for {name}")));
        }
    }
    row("The first test digits:", &first);
    row("The first mistakes:", &wrong);
    Ok(())
}

fn row(title: &str, digits: &[(&[f32], String)]) {
    if digits.is_empty() {
        return;
    }
    println!("\n{title}\n");
    let drawn = |(image, caption): &(&[f32], String)| {
        // Without the empty border.
        let middle: Vec<f32> = image
            .chunks_exact(SIDE)
            .flat_map(|row| &row[MARGIN..SIDE - MARGIN])
            .copied()
            .collect();
        let width = SIDE - 2 * MARGIN;
        let lines = picture(&middle[2 * width..(SIDE - 2) * width], width, INK);
        (lines, format!("{caption:^width$}"))
    };
    println!("{}", beside(&digits.iter().map(drawn).collect::<Vec<_>>()));
}
