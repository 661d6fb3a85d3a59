//! The curves of a training as a picture.

use std::fmt::Write;

use super::{Shown, svg};
use crate::train::EpochReport;

/// The size of a panel, and what lies around its axes.
const PANEL: [f64; 2] = [360.0, 240.0];
const MARGINS: Margins = Margins {
    left: 52.0,
    right: 12.0,
    top: 30.0,
    bottom: 34.0,
};

struct Margins {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// What is drawn as one line: its name and colour, and its values where there are some.
struct Series {
    name: &'static str,
    colour: &'static str,
    values: Vec<Option<f64>>,
}

/// Loss by epochs and, where it is known, accuracy, on the training data and on the test data. The text for where no pictures are
/// shown has the reports, a line each.
///
/// `trainer.history()` and `Fit::history` are such reports.
pub fn curves(history: &[EpochReport]) -> Shown {
    let of = |value: &dyn Fn(&EpochReport) -> Option<f64>| {
        let finite = |report| value(report).filter(|value| value.is_finite());
        history.iter().map(finite).collect::<Vec<_>>()
    };
    let series = |train, test| {
        let both = [("train", "#1f77b4", train), ("test", "#d62728", test)];
        both.map(|(name, colour, values)| Series { name, colour, values })
    };
    let losses = series(of(&|report| Some(report.train_loss)), of(&EpochReport::test_loss));
    let accuracies = series(of(&EpochReport::train_accuracy), of(&EpochReport::test_accuracy));
    let panels: Vec<(&str, &[Series])> = [("loss", &losses), ("accuracy", &accuracies)]
        .into_iter()
        .filter(|(_, series)| {
            series
                .iter()
                .any(|series| series.values.iter().any(Option::is_some))
        })
        .map(|(title, series)| (title, &series[..]))
        .collect();
    let mut picture = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        picture,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" \
         font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
        PANEL[0] * panels.len().max(1) as f64,
        PANEL[1]
    );
    let first = history.first().map_or(1, |report| report.epoch);
    for (number, (title, series)) in panels.into_iter().enumerate() {
        let _ = writeln!(
            picture,
            "<g transform=\"translate({},0)\">",
            PANEL[0] * number as f64
        );
        draw(&mut picture, title, series, first);
        picture.push_str("</g>\n");
    }
    picture.push_str("</svg>");
    let lines: Vec<String> = history.iter().map(EpochReport::to_string).collect();
    svg(picture).or_text(lines.join("\n"))
}

/// Draws a panel.
fn draw(picture: &mut String, title: &str, series: &[Series], first: usize) {
    let Margins {
        left,
        right,
        top,
        bottom,
    } = MARGINS;
    let (right, bottom) = (PANEL[0] - right, PANEL[1] - bottom);
    let values = || {
        series
            .iter()
            .flat_map(|series| series.values.iter().copied().flatten())
    };
    let lowest = values().fold(f64::INFINITY, f64::min);
    let highest = values().fold(f64::NEG_INFINITY, f64::max);
    let span = if highest > lowest { highest - lowest } else { 1.0 };
    let epochs = series.iter().map(|series| series.values.len()).max().unwrap_or(0);
    let x = |epoch: usize| left + (right - left) * epoch as f64 / (epochs.max(2) - 1) as f64;
    let y = |value: f64| bottom - (bottom - top) * (value - lowest) / span;
    let _ = writeln!(
        picture,
        "<text x=\"{left}\" y=\"18\" font-weight=\"bold\">{title}</text>\n\
         <path d=\"M{left},{top}V{bottom}H{right}\" fill=\"none\" stroke=\"#888888\"/>"
    );
    for value in [lowest, lowest + span / 2.0, lowest + span] {
        let _ = writeln!(
            picture,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value:.3}</text>",
            left - 6.0,
            y(value) + 4.0
        );
    }
    for (place, anchor) in [(0, "start"), (epochs.saturating_sub(1), "end")] {
        let _ = writeln!(
            picture,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">epoch {}</text>",
            x(place),
            bottom + 18.0,
            first + place
        );
    }
    let mut legend = right - 44.0 * series.len() as f64;
    for Series { name, colour, values } in series {
        let mut points = String::new();
        for (epoch, value) in values.iter().enumerate() {
            let Some(value) = *value else { continue };
            let _ = write!(points, "{:.1},{:.1} ", x(epoch), y(value));
            let _ = writeln!(
                picture,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\" fill=\"{colour}\"/>",
                x(epoch),
                y(value)
            );
        }
        if points.is_empty() {
            continue;
        }
        let _ = writeln!(
            picture,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\n\
             <text x=\"{legend:.1}\" y=\"18\" fill=\"{colour}\">{name}</text>",
            points.trim_end()
        );
        legend += 44.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Evaluation;

    fn report(epoch: usize, train_loss: f64, test: Option<(f64, f64)>) -> EpochReport {
        EpochReport {
            epoch,
            train_loss,
            test: test.map(|(loss, accuracy)| Evaluation {
                loss,
                accuracy: Some(accuracy),
                examples: 10,
            }),
            ..EpochReport::default()
        }
    }

    fn picture(history: &[EpochReport]) -> String {
        let shown = curves(history);
        let (kind, picture) = shown.forms().next().unwrap();
        assert_eq!(kind, "image/svg+xml");
        assert_eq!(picture.matches('<').count(), picture.matches('>').count());
        assert!(!picture.contains("NaN") && !picture.contains("inf"), "{picture}");
        picture.to_owned()
    }

    #[test]
    fn each_series_is_a_line_from_its_first_value_to_its_last() {
        let history = [
            report(1, 2.0, Some((1.0, 0.5))),
            report(2, 1.0, Some((1.5, 0.75))),
            report(3, 0.0, Some((0.5, 1.0))),
        ];
        let picture = picture(&history);
        // The training loss falls from the top on the left to the bottom on the right.
        assert!(
            picture.contains("points=\"52.0,30.0 200.0,118.0 348.0,206.0\""),
            "{picture}"
        );
        assert_eq!(picture.matches("<polyline").count(), 3);
        assert!(
            picture.contains(">epoch 1<") && picture.contains(">epoch 3<") && picture.contains("\"720\"")
        );
        let shown = curves(&history);
        let (_, text) = shown.forms().last().unwrap();
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn whatever_is_missing_is_left_out() {
        assert_eq!(picture(&[]).matches("<polyline").count(), 0);
        assert_eq!(picture(&[report(7, 1.0, None)]).matches("<polyline").count(), 1);
        let broken = [
            report(1, f64::NAN, None),
            report(2, f64::INFINITY, None),
            report(3, 1.0, None),
        ];
        assert_eq!(picture(&broken).matches("<circle").count(), 1);
        assert_eq!(
            picture(&[report(1, f64::NAN, None)]).matches("<circle").count(),
            0
        );
    }
}
