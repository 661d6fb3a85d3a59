//! Panels of a figure in the terminal.

use super::figure::{Panel, label};

/// Draws a panel in so many columns and lines, with the limits of both axes and a legend.
pub fn draw(panel: &Panel, width: usize, height: usize) -> String {
    let (across, up) = panel.rulers();
    let mut cells = vec![vec![' '; width]; height];
    let cell = |part: f64, count: usize| ((part * count as f64) as usize).min(count - 1);
    for series in panel.series.iter().rev() {
        for point in &series.points {
            if let (Some(x), Some(y)) = (across.place(point.x), up.place(point.y)) {
                cells[height - 1 - cell(y, height)][cell(x, width)] = series.mark;
            }
        }
    }
    let mut text = format!("{}\n{:>10}\n", panel.title, panel.y.name);
    for (number, row) in cells.iter().enumerate() {
        let limit = match number {
            0 => short(up.high),
            _ if number == height - 1 => short(up.low),
            _ => String::new(),
        };
        let row: String = row.iter().collect();
        text.push_str(format!("{limit:>9} │{row}").trim_end());
        text.push('\n');
    }
    text.push_str(&format!("{:10}└{}\n", "", "─".repeat(width)));
    let (low, high) = (short(across.low), short(across.high));
    let middle = width.saturating_sub(low.chars().count() + high.chars().count());
    text.push_str(&format!("{:11}{low}{:^middle$}{high}\n", "", panel.x.name));
    let named = panel.series.iter().filter(|series| !series.name.is_empty());
    let legend: Vec<String> = named
        .map(|series| format!("{} {}", series.mark, series.name))
        .collect();
    text.push_str(&format!("{:11}{}\n", "", legend.join(", ")));
    text
}

/// A limit, to about three digits.
fn short(value: f64) -> String {
    if value == 0.0 {
        return label(value);
    }
    let unit = 10f64.powf(value.abs().log10().floor() - 2.0);
    label((value / unit).round() * unit)
}
