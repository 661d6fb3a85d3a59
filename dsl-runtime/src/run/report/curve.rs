//! The curves of a run: what each name of its log comes to, step by step.

use std::collections::BTreeMap;

use crate::run::log::Line;

/// The chart of the generalisation gap.
pub(super) const GAP: &str = "generalisation gap";

/// The curve that numbers epochs, which is not drawn.
pub(super) const EPOCH: &str = "epoch";

/// The curve whose points are single steps, where others of its chart are of epochs.
pub(super) const STEP: &str = "step";

/// What is in the table of epochs alone, as its inverse is a chart.
pub(super) const SECONDS: &str = "seconds per epoch";

/// A number over steps.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    /// What stands before the slash in its name: curves of one chart share it.
    pub chart: String,
    /// What stands behind it, nothing where there is none.
    pub line: String,
    /// In the order of steps; several of one step in the order in which they were logged.
    pub points: Vec<(u64, f64)>,
}

/// What a curve comes to. Values that are not finite are left out but for the last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Summary {
    pub first: (u64, f64),
    pub last: (u64, f64),
    pub lowest: (u64, f64),
    pub highest: (u64, f64),
}

impl Curve {
    /// The whole name.
    pub fn name(&self) -> String {
        match self.line.is_empty() {
            true => self.chart.clone(),
            false => format!("{}/{}", self.chart, self.line),
        }
    }

    /// Points whose value is a finite number.
    pub fn finite(&self) -> impl Iterator<Item = (u64, f64)> + Clone {
        self.points.iter().copied().filter(|(_, value)| value.is_finite())
    }

    /// `None` if no value is finite.
    pub fn summary(&self) -> Option<Summary> {
        let by_value = |a: &(u64, f64), b: &(u64, f64)| a.1.total_cmp(&b.1);
        Some(Summary {
            first: self.finite().next()?,
            last: *self.points.last()?,
            lowest: self.finite().min_by(by_value)?,
            // The first of several.
            highest: self.finite().reduce(|highest, point| match point.1 > highest.1 {
                true => point,
                false => highest,
            })?,
        })
    }

    /// The value in a step, if there is one.
    pub fn at(&self, step: u64) -> Option<f64> {
        let end = self.points.partition_point(|(known, _)| *known <= step);
        let &(known, value) = self.points[..end].last()?;
        (known == step).then_some(value)
    }
}

/// The curves of a log, with that of the generalisation gap, in the order in which they are shown.
pub(super) fn curves(lines: Vec<Line>) -> Vec<Curve> {
    let mut places = BTreeMap::new();
    let mut curves: Vec<Curve> = Vec::new();
    for Line { step, name, value } in lines {
        let place = match places.get(&name) {
            Some(&place) => place,
            None => {
                let (chart, line) = name.split_once('/').unwrap_or((&name, ""));
                curves.push(Curve {
                    chart: chart.to_owned(),
                    line: line.to_owned(),
                    points: Vec::new(),
                });
                places.insert(name, curves.len() - 1);
                curves.len() - 1
            }
        };
        curves[place].points.push((step, value));
    }
    for curve in &mut curves {
        curve.points.sort_by_key(|(step, _)| *step);
    }
    curves.extend(gap(&curves));
    curves.sort_by_key(|curve| rank(&curve.chart));
    curves
}

/// The mean loss on data that were not learnt from without that on those that were, `R(θ) - R_emp(θ)` as estimated.
fn gap(curves: &[Curve]) -> Option<Curve> {
    let loss = |line| {
        curves
            .iter()
            .find(|curve| curve.chart == "loss" && curve.line == line)
    };
    let (train, test) = (loss("train")?, loss("test")?);
    let points = test.points.iter();
    let points: Vec<_> = points
        .filter_map(|&(step, risk)| Some((step, risk - train.at(step)?)))
        .collect();
    (!points.is_empty()).then(|| Curve {
        chart: GAP.to_owned(),
        line: String::new(),
        points,
    })
}

/// What is asked first comes first; what is not known here is taken for a metric.
fn rank(chart: &str) -> usize {
    match chart {
        "loss" => 0,
        GAP => 2,
        "learning rate" => 3,
        "gradient norm" => 4,
        "examples per second" => 5,
        SECONDS => 6,
        EPOCH => 7,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[(u64, &str, f64)]) -> Vec<Line> {
        let line = |&(step, name, value): &(u64, &str, f64)| Line {
            step,
            name: name.to_owned(),
            value,
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn names_are_charts_and_curves_and_the_gap_is_their_difference() {
        let found = curves(lines(&[
            (1, "learning rate", 0.1),
            (1, "loss/step", 2.0),
            (2, "F1/test", 0.5),
            (2, "loss/train", 1.0),
            (2, "loss/test", 1.25),
            (4, "loss/train", 0.25),
            (4, "loss/test", 1.0),
            (6, "loss/test", 0.9),
        ]));
        let names: Vec<String> = found.iter().map(Curve::name).collect();
        assert_eq!(
            names,
            [
                "loss/step",
                "loss/train",
                "loss/test",
                "F1/test",
                GAP,
                "learning rate"
            ]
        );
        assert_eq!(found[4].points, [(2, 0.25), (4, 0.75)]);
    }

    #[test]
    fn a_curve_is_summed_up_without_what_is_not_finite() {
        let log = [
            (3, "a", 1.0),
            (1, "a", f64::NAN),
            (2, "a", 4.0),
            (4, "a", 4.0),
            (5, "a", 2.0),
        ];
        let found = &curves(lines(&log))[0];
        assert_eq!(
            found.summary().unwrap(),
            Summary {
                first: (2, 4.0),
                last: (5, 2.0),
                lowest: (3, 1.0),
                highest: (2, 4.0)
            }
        );
        assert_eq!((found.at(3), found.at(9), found.at(0)), (Some(1.0), None, None));
        assert_eq!(curves(lines(&[(1, "b", f64::INFINITY)]))[0].summary(), None);
    }
}
