//! Figures: what a study shows, before it is drawn in the terminal or as SVG.

#![allow(dead_code, reason = "a study draws what it needs")]

use std::path::{Path, PathBuf};
use std::{fs, io};

use dsl_runtime::Error;

use super::{svg, terminal};

/// Panels beside and below each other.
pub struct Figure {
    /// The name of its file, without the ending.
    pub name: &'static str,
    pub panels: Vec<Panel>,
    /// The number of panels in a row.
    pub columns: usize,
}

/// Series between two axes.
pub struct Panel {
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    /// The first lies on top.
    pub series: Vec<Series>,
}

/// The meaning of a direction.
pub struct Axis {
    pub name: String,
    pub logarithmic: bool,
    /// The first and the last value; without them, those of the series.
    pub limits: Option<(f64, f64)>,
}

impl Axis {
    /// Equal distances are equal differences.
    pub fn linear(name: impl Into<String>) -> Axis {
        Axis {
            name: name.into(),
            logarithmic: false,
            limits: None,
        }
    }

    /// Equal distances are equal factors. Values that are not positive are not drawn.
    pub fn logarithmic(name: impl Into<String>) -> Axis {
        Axis {
            logarithmic: true,
            ..Axis::linear(name)
        }
    }

    /// Draws what lies between these values alone.
    pub fn between(self, low: f64, high: f64) -> Axis {
        Axis {
            limits: Some((low, high)),
            ..self
        }
    }
}

/// How points are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Joined, each with a dot.
    Dotted,
    /// Joined.
    Line,
    /// Joined by dashes.
    Dashes,
    /// Dots alone.
    Dots,
    /// Joined by a thin grey line, such as a contour.
    Thin,
}

/// A point, and how far the value spreads to either side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
    pub spread: f64,
}

/// Points that belong together.
pub struct Series {
    /// What the legend says; nothing for what is not in it.
    pub name: String,
    /// What it is drawn by in the terminal.
    pub mark: char,
    /// The number of its colour.
    pub colour: usize,
    pub shape: Shape,
    /// A line is broken at points that are not finite.
    pub points: Vec<Point>,
}

impl Series {
    /// Points in the order in which they are joined.
    pub fn new(
        name: impl Into<String>,
        mark: char,
        colour: usize,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Series {
        let points = points.into_iter().map(|(x, y)| Point { x, y, spread: 0.0 });
        Series {
            name: name.into(),
            mark,
            colour,
            shape: Shape::Line,
            points: points.collect(),
        }
    }

    /// Points with the spread of each, as `(x, y, spread)`.
    pub fn spread(
        name: impl Into<String>,
        mark: char,
        colour: usize,
        points: impl IntoIterator<Item = (f64, f64, f64)>,
    ) -> Series {
        let points = points.into_iter().map(|(x, y, spread)| Point { x, y, spread });
        Series {
            points: points.collect(),
            ..Series::new(name, mark, colour, []).shape(Shape::Dotted)
        }
    }

    /// The same in another shape.
    pub fn shape(self, shape: Shape) -> Series {
        Series { shape, ..self }
    }
}

/// The values of an axis, and where they lie on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ruler {
    pub low: f64,
    pub high: f64,
    pub logarithmic: bool,
}

impl Ruler {
    /// From the axis's first to its last value, or a little beyond those that are given.
    fn of(axis: &Axis, values: impl Iterator<Item = f64>) -> Ruler {
        let logarithmic = axis.logarithmic;
        let drawn = values.filter(|value| value.is_finite() && (!logarithmic || *value > 0.0));
        let (low, high) = axis.limits.unwrap_or_else(|| {
            let scaled = drawn.map(|value| if logarithmic { value.ln() } else { value });
            let (low, high) = scaled.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
            let (low, high) = if low < high { (low, high) } else { (-1.0, 1.0) };
            let margin = 0.04 * (high - low);
            let (low, high) = (low - margin, high + margin);
            if logarithmic {
                (low.exp(), high.exp())
            } else {
                (low, high)
            }
        });
        Ruler {
            low,
            high,
            logarithmic,
        }
    }

    /// The part of the way from the first to the last value, `0..=1`; `None` outside.
    pub fn place(&self, value: f64) -> Option<f64> {
        let part = if self.logarithmic {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        let slack = 1e-9;
        (-slack..=1.0 + slack)
            .contains(&part)
            .then(|| part.clamp(0.0, 1.0))
    }

    /// The values to be written beside the axis, with about `most` of them at the most.
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        let inside = |value: &f64| self.place(*value).is_some();
        if !self.logarithmic {
            let step = round_step((self.high - self.low) / most.max(2) as f64);
            let first = (self.low / step).ceil() as i64;
            let last = (self.high / step).floor() as i64;
            return (first..=last).map(|number| number as f64 * step).collect();
        }
        let (first, last) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        let decades = |factors: &[f64], each: i32| -> Vec<f64> {
            let powers = (first..=last).filter(|power| power % each == 0);
            let values =
                powers.flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)));
            values.filter(inside).collect()
        };
        const FINEST: [&[f64]; 4] = [&[1.0, 2.0, 3.0, 5.0], &[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
        let finest = FINEST.iter().map(|factors| decades(factors, 1));
        let coarser = (2..100).map(|each| decades(&[1.0], each));
        finest
            .chain(coarser)
            .find(|ticks| ticks.len() <= most)
            .unwrap_or_default()
    }
}

/// The next of 1, 2 and 5 times a power of ten.
fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    factors
        .into_iter()
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// A number as it stands beside an axis.
pub fn label(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || (1e-3 * (1.0 - 1e-9)..1e4).contains(&size) {
        let text = format!("{value:.4}");
        return text.trim_end_matches('0').trim_end_matches('.').replace('-', "−");
    }
    let power = (size.log10() + 1e-9).floor() as i32;
    let factor = value / 10f64.powi(power);
    let raised = |digit| match digit {
        '-' => '⁻',
        digit => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize - '0' as usize],
    };
    let power: String = power.to_string().chars().map(raised).collect();
    if (factor - 1.0).abs() < 1e-6 {
        format!("10{power}")
    } else {
        format!("{}·10{power}", label(factor))
    }
}

impl Panel {
    /// The two axes, across and up.
    pub fn rulers(&self) -> (Ruler, Ruler) {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let up = points().flat_map(|point| [point.y - point.spread, point.y, point.y + point.spread]);
        (
            Ruler::of(&self.x, points().map(|point| point.x)),
            Ruler::of(&self.y, up),
        )
    }
}

impl Figure {
    /// Prints it, and writes it to `NAME.svg` in the folder if there is one.
    pub fn show(&self, folder: Option<&Path>) -> Result<(), Error> {
        for panel in &self.panels {
            println!("\n{}", terminal::draw(panel, 72, 20));
        }
        let Some(folder) = folder else { return Ok(()) };
        let path = folder.join(format!("{}.svg", self.name));
        let failed = |path: PathBuf| {
            move |source: io::Error| Error::File {
                action: "write",
                path,
                source,
            }
        };
        fs::create_dir_all(folder).map_err(failed(folder.to_owned()))?;
        let drawn = svg::draw(self).map_err(failed(path.clone()))?;
        fs::write(&path, drawn).map_err(failed(path.clone()))?;
        println!("{} is written", path.display());
        Ok(())
    }
}
