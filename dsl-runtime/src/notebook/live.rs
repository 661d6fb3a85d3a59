//! A curve of letters that grows while a network is trained.

use crate::train::EpochReport;

/// The number of columns of the first loss.
const COLUMNS: f64 = 24.0;

/// Parts of a full block, by eighths.
const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A function for [`Trainer::on_epoch`](crate::train::Trainer::on_epoch) that prints each report behind a bar as long as the loss
/// in proportion to that of the first epoch: on test data, or on the training data where there are none.
///
/// ```no_run
/// use dsl_runtime::notebook::live_curve;
/// use dsl_runtime::prelude::*;
///
/// let trainer = Trainer::new(10).on_epoch(live_curve());
/// ```
pub fn live_curve() -> impl FnMut(&EpochReport) {
    let mut first = None;
    move |report| println!("{}", row(report, &mut first))
}

/// The line of an epoch; `first` is the loss of the first, once there is one.
fn row(report: &EpochReport, first: &mut Option<f64>) -> String {
    let loss = report.test_loss().unwrap_or(report.train_loss);
    let first = *first.get_or_insert(loss);
    // A loss that has grown, or is no number, has a bar that ends where the text begins.
    let part = (loss / first).clamp(0.0, 1.0);
    let eighths = if part.is_nan() {
        0
    } else {
        (part * COLUMNS * 8.0).round() as usize
    };
    let bar = "█".repeat(eighths / 8) + PARTS[eighths % 8];
    format!("{bar:<width$}  {report}", width = COLUMNS as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_the_losses() {
        let mut first = None;
        let mut bar = |train_loss| {
            let report = EpochReport {
                train_loss,
                ..EpochReport::default()
            };
            let row = row(&report, &mut first);
            let (bar, text) = row.split_at(row.find("  epoch").unwrap());
            assert!(text.ends_with(" s"), "{text}");
            assert_eq!(bar.chars().count(), 24);
            bar.trim_end().to_owned()
        };
        assert_eq!(bar(2.0), "█".repeat(24));
        assert_eq!(bar(1.0), "█".repeat(12));
        assert_eq!(bar(0.125), "█▌");
        assert_eq!(bar(8.0), "█".repeat(24));
        assert_eq!((bar(0.0), bar(f64::NAN)), (String::new(), String::new()));
    }
}
