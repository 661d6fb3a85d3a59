//! Figures as SVG, on a light ground of their own, so that they can be read on any page.

use std::io;

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::figure::{Figure, Panel, Point, Ruler, Series, Shape, label};

/// The width and the height of a panel, in pixels.
const PANEL: (u32, u32) = (420, 330);
/// The drawing is made so many times as large and shown smaller, as its coordinates are whole numbers.
const FINE: u32 = 4;

const GROUND: RGBColor = RGBColor(252, 252, 250);
const INK: RGBColor = RGBColor(40, 44, 52);
const FAINT: RGBColor = RGBColor(226, 226, 222);
const CONTOUR: RGBColor = RGBColor(176, 182, 190);
/// Colours that the colour-blind can tell apart too (Okabe and Ito, 2008), and black.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(110, 85, 60),
    INK,
];

impl Ranged for Ruler {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (first, last): (i32, i32)) -> i32 {
        let part = self.place(*value).unwrap_or(0.0);
        first + (part * f64::from(last - first)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // The lines between those with a label are left out.
        match hint.weight().allow_light_points() {
            true => Vec::new(),
            false => self.ticks(hint.max_num_points().min(8)),
        }
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Ruler {
    fn format_ext(&self, value: &f64) -> String {
        label(*value)
    }
}

/// The text of a file.
pub fn draw(figure: &Figure) -> io::Result<String> {
    let columns = figure.columns.clamp(1, figure.panels.len().max(1));
    let rows = figure.panels.len().div_ceil(columns).max(1);
    let (width, height) = (PANEL.0 * columns as u32, PANEL.1 * rows as u32);
    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, (width * FINE, height * FINE)).into_drawing_area();
    area.fill(&GROUND).map_err(failed)?;
    for (panel, area) in figure.panels.iter().zip(area.split_evenly((rows, columns))) {
        draw_panel(panel, &area).map_err(failed)?;
    }
    area.present().map_err(failed)?;
    drop(area);
    let fine = format!("width=\"{}\" height=\"{}\"", width * FINE, height * FINE);
    let text = text.replacen(&fine, &format!("width=\"{width}\" height=\"{height}\""), 1);
    // Which is what there is without it.
    Ok(text.replace(" opacity=\"1\"", ""))
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Ruler, Ruler>>;
type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

fn failed(error: DrawingAreaErrorKind<io::Error>) -> io::Error {
    io::Error::other(error.to_string())
}

/// Pixels of the picture in units of the drawing.
fn fine(pixels: u32) -> u32 {
    pixels * FINE
}

fn font(pixels: u32) -> TextStyle<'static> {
    ("sans-serif", fine(pixels)).into_font().color(&INK)
}

fn draw_panel(panel: &Panel, area: &Area) -> Drawn {
    let (across, up) = panel.rulers();
    let legend = legend_rows(panel);
    let legend_height = 16 * legend.len() as u32 + 6;
    let (_, height) = area.dim_in_pixel();
    let (area, below) = area.split_vertically(height - fine(legend_height));
    let mut chart = ChartBuilder::on(&area)
        .caption(&panel.title, font(14))
        .margin(fine(8))
        .margin_right(fine(16))
        .x_label_area_size(fine(36))
        .y_label_area_size(fine(50))
        .build_cartesian_2d(across, up)?;
    chart
        .configure_mesh()
        .x_labels(7)
        .y_labels(7)
        .axis_style(INK.mix(0.5).stroke_width(FINE))
        .bold_line_style(FAINT.stroke_width(FINE))
        .label_style(font(11))
        .axis_desc_style(font(12))
        .set_all_tick_mark_size(fine(3))
        .x_desc(&panel.x.name)
        .y_desc(&panel.y.name)
        .draw()?;
    for series in panel.series.iter().rev() {
        draw_series(&mut chart, series, &across, &up)?;
    }
    for (row, entries) in legend.iter().enumerate() {
        for &(left, series) in entries {
            let y = fine(16 * row as u32 + 5) as i32;
            let style = stroke(series);
            let line = |from: u32, to: u32| {
                let ends = [from, to].map(|along| (fine(left + along) as i32, y));
                PathElement::new(ends, style)
            };
            match series.shape {
                Shape::Dots => {
                    below.draw(&Circle::new((fine(left + 8) as i32, y), fine(3), style.filled()))?
                }
                Shape::Dashes => {
                    below.draw(&line(0, 6))?;
                    below.draw(&line(10, 16))?;
                }
                _ => below.draw(&line(0, 16))?,
            }
            let beside = font(11).pos(Pos::new(HPos::Left, VPos::Center));
            let name = series.name.clone();
            below.draw(&Text::new(name, (fine(left + 21) as i32, y), beside))?;
        }
    }
    Ok(())
}

/// The entries of the legend, in rows, each with the place where it begins.
fn legend_rows(panel: &Panel) -> Vec<Vec<(u32, &Series)>> {
    const LEFT: u32 = 30;
    let mut rows = vec![Vec::new()];
    let mut left = LEFT;
    for series in panel.series.iter().filter(|series| !series.name.is_empty()) {
        let width = 36 + 6 * series.name.chars().count() as u32;
        if left + width > PANEL.0 && left > LEFT {
            rows.push(Vec::new());
            left = LEFT;
        }
        rows.last_mut()
            .expect("there is a first row")
            .push((left, series));
        left += width;
    }
    rows
}

fn stroke(series: &Series) -> ShapeStyle {
    match series.shape {
        Shape::Thin => CONTOUR.stroke_width(FINE),
        _ => COLOURS[series.colour % COLOURS.len()].stroke_width(2 * FINE),
    }
}

fn draw_series(chart: &mut Chart, series: &Series, across: &Ruler, up: &Ruler) -> Drawn {
    let style = stroke(series);
    let inside = |x: f64, y: f64| across.place(x).is_some() && up.place(y).is_some();
    let seen = |point: &Point| inside(point.x, point.y);
    // A line that leaves the panel is broken there.
    let parts = series.points.split(|point| !seen(point));
    let parts = parts.map(|part| match series.shape {
        Shape::Line | Shape::Thin => thinned(part, across, up),
        _ => part.iter().map(|point| (point.x, point.y)).collect(),
    });
    match series.shape {
        Shape::Dotted | Shape::Line | Shape::Thin => {
            for part in parts.filter(|part| part.len() > 1) {
                chart.draw_series([PathElement::new(part, style)])?;
            }
        }
        Shape::Dashes => {
            for part in parts {
                chart.draw_series(DashedLineSeries::new(part, fine(5), fine(4), style))?;
            }
        }
        Shape::Dots => {}
    }
    if matches!(series.shape, Shape::Dotted | Shape::Dots) {
        let thin = style.color.stroke_width(FINE);
        for point in series.points.iter().filter(|point| seen(point)) {
            chart.draw_series([Circle::new((point.x, point.y), fine(3), style.filled())])?;
            let (low, high) = (point.y - point.spread, point.y + point.spread);
            let (low, high) = (low.max(up.low), high.min(up.high));
            if point.spread > 0.0 {
                let bar = [(point.x, low), (point.x, high)];
                chart.draw_series([PathElement::new(bar, thin)])?;
            }
        }
    }
    Ok(())
}

/// The points of a line without those that lie within four pixels or so of the one before; the last stays.
fn thinned(points: &[Point], across: &Ruler, up: &Ruler) -> Vec<(f64, f64)> {
    let pixel = |point: &Point| {
        let [x, y] = [across.place(point.x), up.place(point.y)].map(Option::unwrap_or_default);
        [x * f64::from(PANEL.0), y * f64::from(PANEL.1)]
    };
    let mut kept: Vec<&Point> = Vec::new();
    for (number, point) in points.iter().enumerate() {
        let [x, y] = pixel(point);
        let near = kept.last().is_some_and(|last| {
            let [before, below] = pixel(last);
            (x - before).hypot(y - below) < 4.0
        });
        if !near || number + 1 == points.len() {
            kept.push(point);
        }
    }
    kept.iter().map(|point| (point.x, point.y)).collect()
}
