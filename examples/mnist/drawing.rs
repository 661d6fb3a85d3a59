//! Digits drawn in the terminal.

use dsl_runtime::Error;
use dsl_runtime::data::Dataset;

const SIDE: usize = 28;
const MARGIN: usize = 3;
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
    let pictures: Vec<Vec<String>> = digits.iter().map(|(image, _)| picture(image)).collect();
    for line in 0..pictures[0].len() {
        let parts: Vec<&str> = pictures.iter().map(|picture| picture[line].as_str()).collect();
        println!("  {}", parts.join("  ").trim_end());
    }
    let captions: Vec<String> = digits
        .iter()
        .map(|(_, caption)| format!("{caption:^width$}", width = SIDE - 2 * MARGIN))
        .collect();
    println!("\n  {}\n", captions.join("  ").trim_end());
}

/// The middle of an image, two rows of pixels to a line.
fn picture(image: &[f32]) -> Vec<String> {
    let dark = |y: usize, x: usize| image[y * SIDE + x] > 0.4;
    let line = |y: usize| {
        let characters = (MARGIN..SIDE - MARGIN).map(|x| match (dark(y, x), dark(y + 1, x)) {
            (false, false) => ' ',
            (true, false) => '▀',
            (false, true) => '▄',
            (true, true) => '█',
        });
        characters.collect()
    };
    (2..SIDE - 2).step_by(2).map(line).collect()
}
