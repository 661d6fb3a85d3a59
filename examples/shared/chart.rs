//! Points in the terminal, both axes in powers of ten.

/// Some points, and the character that they are drawn as.
pub struct Series {
    pub mark: char,
    /// Positive coordinates, across and up.
    pub points: Vec<(f64, f64)>,
}

/// Draws series over each other, the first on top, in so many columns and lines, with the limits of both axes.
pub fn chart(series: &[Series], width: usize, height: usize) -> String {
    let all = || series.iter().flat_map(|series| &series.points);
    let (left, right) = limits(all().map(|point| point.0));
    let (low, high) = limits(all().map(|point| point.1));
    let mut rows = vec![vec![' '; width]; height];
    for series in series.iter().rev() {
        for &(x, y) in &series.points {
            let column = place(x, left, right, width);
            let row = height - 1 - place(y, low, high, height);
            rows[row][column] = series.mark;
        }
    }
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let label = match number {
            0 => format!("{high:8.0e}"),
            _ if number == height - 1 => format!("{low:8.0e}"),
            _ => String::new(),
        };
        let row: String = row.iter().collect();
        text.push_str(format!("{label:8} │{row}").trim_end());
        text.push('\n');
    }
    text.push_str(&format!("{:9}└{}\n", "", "─".repeat(width)));
    let half = width / 2;
    let ends = format!("{left:<half$.0e}{right:>rest$.0e}", rest = width - half);
    text.push_str(&format!("{:10}{ends}\n", ""));
    text
}

/// The least and the largest of some numbers, rounded to powers of ten.
fn limits(numbers: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let least = numbers.clone().fold(f64::INFINITY, f64::min);
    let largest = numbers.fold(0.0, f64::max);
    (
        10f64.powf(least.log10().floor()),
        10f64.powf(largest.log10().ceil()),
    )
}

/// The number of the cell, among so many from `first` to `last`, that a number falls into.
fn place(number: f64, first: f64, last: f64, cells: usize) -> usize {
    let part = (number / first).ln() / (last / first).ln();
    ((part * cells as f64) as usize).min(cells - 1)
}
