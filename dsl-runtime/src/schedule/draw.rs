//! Schedules as pictures made of letters.

use std::fmt::Write;

/// The number of columns and of rows.
const COLUMNS: u64 = 60;
const ROWS: usize = 10;

/// Parts of a full block, by eighths.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A picture of the first so many values of a function of the number of a step, such as a
/// [`Schedule`](super::Schedule)`::of(…)` or [`RateCurve`](super::RateCurve)'s losses: time goes to the right, and
/// each column shows the value of its first step. The scale begins at 0 and is linear.
///
/// ```
/// use dsl_runtime::schedule::{cosine, draw, warmup};
///
/// println!("{}", draw(warmup(100).then(cosine(900)).of(1e-3), 1000));
/// ```
pub fn draw(value: impl Fn(u64) -> f64, steps: u64) -> String {
    let columns = steps.clamp(1, COLUMNS);
    let first = |column: u64| (u128::from(column) * u128::from(steps) / u128::from(columns)) as u64;
    let values: Vec<f64> = (0..columns).map(|column| value(first(column))).collect();
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let highest = finite.fold(0.0, f64::max);
    let mut picture = String::new();
    for row in (0..ROWS).rev() {
        let label = match row {
            _ if row + 1 == ROWS => format!("{highest:9.2e}"),
            0 => format!("{:>9}", 0),
            _ => " ".repeat(9),
        };
        let cells = values.iter().map(|&value| cell(value / highest, row));
        let cells: String = cells.collect();
        // Writing to a string cannot fail.
        let _ = writeln!(picture, "{label} │{}", cells.trim_end());
    }
    let _ = writeln!(picture, "{:9} └{}", "", "─".repeat(columns as usize));
    let _ = write!(picture, "{:9}  0{steps:>1$}", "", columns as usize - 1);
    picture
}

/// The letter of a value, as a part of the highest, in a row from below.
fn cell(part: f64, row: usize) -> char {
    if !part.is_finite() {
        return if part.is_nan() { ' ' } else { '↑' };
    }
    let eighths = (part * (8 * ROWS) as f64).round() - (8 * row) as f64;
    BLOCKS[eighths.clamp(0.0, 8.0) as usize]
}
