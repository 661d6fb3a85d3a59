//! Charts of curves, as SVG.

use std::ops::Range;

use plotters::coord::ranged1d::ValueFormatter;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::html::escaped;
use super::numbers::{short, thousands};
use super::reduce::Reduced;

/// The sides of a picture, in its own units; the page shows it at about half of them, as its coordinates are whole numbers.
const SIZE: (u32, u32) = (760, 470);

/// Letters and lines, in the same units.
const LETTERS: f64 = 29.0;
const LINE: u32 = 4;
const THIN: u32 = 2;

/// The most points that are marked each.
const MARKED: usize = 40;

/// The colours of lines, told apart whatever one's eyes (Okabe & Ito, 2008). The page has brighter ones where it is dark.
const LINES: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 130, 95),
    RGBColor(176, 82, 138),
    RGBColor(128, 96, 0),
    RGBColor(60, 60, 160),
];

/// Of letters and of the grid.
const INK: RGBColor = RGBColor(90, 98, 110);
const GRID: RGBColor = RGBColor(225, 229, 234);

/// A positive range is shown by its logarithm where its ends are so many times apart.
const WIDE: f64 = 50.0;

/// The number of the colour of a line.
pub(super) fn colour(line: usize) -> usize {
    line % LINES.len()
}

/// A chart: its title, what it shows in words, and its lines.
pub(super) struct Chart<'c> {
    /// A name that no other element of the page has.
    pub id: &'c str,
    pub title: &'c str,
    pub description: &'c str,
    pub lines: &'c [Line],
    /// Whether a wide range may be shown by its logarithm.
    pub may_be_logarithmic: bool,
}

/// A line of a chart.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Line {
    pub points: Reduced,
    /// The place of its colour among those of lines.
    pub colour: usize,
    /// Whether others are to stand out from it.
    pub is_faint: bool,
}

impl Chart<'_> {
    /// Whether the values are shown by their logarithms.
    pub fn is_logarithmic(&self) -> bool {
        let range = self.values();
        self.may_be_logarithmic && range.start > 0.0 && range.end / range.start > WIDE
    }

    /// The picture, which says to those who do not see it what it shows.
    pub fn svg(&self) -> String {
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
            let values = self.values();
            // Drawing on a string cannot fail.
            let _ = match self.is_logarithmic() {
                true => {
                    let wider = (values.start / 1.1..values.end * 1.1).log_scale();
                    self.draw(&area, LogCoord::from(wider))
                }
                false => self.draw(&area, RangedCoordf64::from(padded(values))),
            };
        }
        let Chart {
            id,
            title,
            description,
            ..
        } = self;
        let opening = format!(
            "<svg role=\"img\" aria-labelledby=\"{id}-title {id}-text\" viewBox=\"0 0 {} {}\" \
             xmlns=\"http://www.w3.org/2000/svg\">\n<title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-text\">{}</desc>",
            SIZE.0,
            SIZE.1,
            escaped(title),
            escaped(description)
        );
        let inner = svg
            .find("<svg")
            .and_then(|at| svg[at..].find('>').map(|end| at + end + 1));
        opening + &svg[inner.unwrap_or(0)..]
    }

    /// The range of all values, without what the means of some leave out.
    fn values(&self) -> Range<f64> {
        let values = self.lines.iter().flat_map(|line| &line.points.means);
        let range = values.fold(f64::INFINITY..f64::NEG_INFINITY, |range, (_, value)| {
            range.start.min(*value)..range.end.max(*value)
        });
        if range.start <= range.end { range } else { 0.0..1.0 }
    }

    fn draw<Y>(&self, area: &Area<'_>, values: Y) -> Drawn
    where
        Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let places = self
            .lines
            .iter()
            .flat_map(|line| &line.points.means)
            .map(|(step, _)| *step);
        let first = places.clone().fold(f64::INFINITY, f64::min);
        let last = places.fold(f64::NEG_INFINITY, f64::max);
        let steps = match first < last {
            true => first..last,
            false if first.is_finite() => first - 1.0..first + 1.0,
            false => 0.0..1.0,
        };
        // Charts of steps and of epochs begin together.
        let steps = if (0.0..0.5 * steps.end).contains(&steps.start) {
            0.0..steps.end
        } else {
            steps
        };
        let bounds = values.range();
        let mut chart = ChartBuilder::on(area)
            .margin(12)
            .margin_right(34)
            .set_label_area_size(LabelAreaPosition::Left, 118)
            .set_label_area_size(LabelAreaPosition::Bottom, 50)
            .build_cartesian_2d(steps, values)?;
        let letters = ("sans-serif", LETTERS).into_font().color(&INK);
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(2))
            .axis_style(GRID.stroke_width(2))
            .x_labels(5)
            .y_labels(6)
            .x_label_formatter(&|step| thousands(&format!("{step:.0}")))
            .y_label_formatter(&|value| match value.abs() < 1e-9 * (bounds.end - bounds.start) {
                // What rounding has left of it.
                true => short(0.0),
                false => short(*value),
            })
            .label_style(letters)
            .draw()?;
        let inside = |value: f64| value.clamp(bounds.start, bounds.end);
        for Line {
            points,
            colour: place,
            is_faint,
        } in self.lines
        {
            let colour = LINES[colour(*place)];
            if !points.band.is_empty() {
                let upper = points
                    .band
                    .iter()
                    .map(|&(step, _, highest)| (step, inside(highest)));
                let lower = points
                    .band
                    .iter()
                    .rev()
                    .map(|&(step, lowest, _)| (step, inside(lowest)));
                let outline: Vec<(f64, f64)> = upper.chain(lower).collect();
                chart.draw_series([Polygon::new(outline, colour.mix(0.2))])?;
            }
            let width = if *is_faint { THIN } else { LINE };
            chart.draw_series(LineSeries::new(
                points.means.iter().copied(),
                colour.stroke_width(width),
            ))?;
            if points.means.len() <= MARKED {
                let points = points.means.iter();
                chart.draw_series(points.map(|&point| Circle::new(point, 6, colour.filled())))?;
            }
        }
        Ok(())
    }
}

type Area<'s> = DrawingArea<SVGBackend<'s>, plotters::coord::Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// A little more than a range, from 0 on where it begins near that.
fn padded(range: Range<f64>) -> Range<f64> {
    let Range { start, end } = range;
    let room = match end - start {
        0.0 if end == 0.0 => 1.0,
        0.0 => end.abs() * 0.1,
        width => width * 0.06,
    };
    let from = if (0.0..=0.3 * end).contains(&start) {
        0.0
    } else {
        start - room
    };
    from..end + room
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(colour: usize, points: &[(f64, f64)]) -> Line {
        let points = Reduced {
            means: points.to_vec(),
            ..Reduced::default()
        };
        let is_faint = false;
        Line {
            points,
            colour,
            is_faint,
        }
    }

    fn drawn(lines: &[Line]) -> (String, bool) {
        let chart = Chart {
            id: "c1",
            title: "a < b",
            description: "\"quoted\"",
            lines,
            may_be_logarithmic: true,
        };
        (chart.svg(), chart.is_logarithmic())
    }

    #[test]
    fn a_chart_has_a_title_a_text_and_a_line_for_each_curve() {
        let (svg, is_logarithmic) = drawn(&[
            line(0, &[(1.0, 0.5), (2.0, 0.25)]),
            line(1, &[(1.0, 1.0), (2.0, 2.0)]),
        ]);
        assert!(
            svg.starts_with("<svg role=\"img\" aria-labelledby=\"c1-title c1-text\""),
            "{svg}"
        );
        assert!(
            svg.contains("<title id=\"c1-title\">a &lt; b</title>") && svg.contains("&quot;quoted&quot;")
        );
        assert!(
            svg.contains("stroke=\"#0072B2\"") && svg.contains("stroke=\"#D55E00\""),
            "{svg}"
        );
        assert!(
            svg.matches("<circle").count() == 4 && svg.ends_with("</svg>\n"),
            "{svg}"
        );
        assert!(!is_logarithmic);
    }

    #[test]
    fn wide_ranges_are_logarithmic_and_odd_ones_are_drawn_too() {
        assert!(drawn(&[line(0, &[(1.0, 1e-3), (2.0, 1.0)])]).1);
        assert!(!drawn(&[line(0, &[(1.0, 0.0), (2.0, 1.0)])]).1);
        for lines in [
            vec![],
            vec![line(0, &[])],
            vec![line(0, &[(5.0, 0.0)])],
            vec![line(0, &[(5.0, -3.0), (5.0, -3.0)])],
        ] {
            assert!(drawn(&lines).0.contains("</svg>"));
        }
        assert_eq!(
            (padded(0.1..1.0).start, padded(0.9..1.0).start),
            (0.0, 0.9 - 0.006)
        );
    }
}
