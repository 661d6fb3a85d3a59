//! The charts of a page, each with its legend and what its curves come to.

use super::chart::{Chart, Line, colour};
use super::curve::{Curve, GAP, STEP, Summary};
use super::html::{escaped, title};
use super::numbers::{short, thousands};
use super::page::{Cell, table};
use super::reduce::reduced;

/// A curve in a chart, under the name that it has there.
pub(super) struct Named<'c> {
    pub name: &'c str,
    pub curve: &'c Curve,
    /// The place of its colour.
    pub colour: usize,
}

/// A chart of some curves, as a figure; `number` tells it from the others of the page. Nothing if no curve has a finite value.
pub(super) fn figure(
    number: usize,
    heading: &str,
    chart: &str,
    curves: &[Named<'_>],
    with_bands: bool,
) -> String {
    let curves: Vec<(&Named<'_>, Summary)> = curves
        .iter()
        .filter_map(|named| Some((named, named.curve.summary()?)))
        .collect();
    if curves.is_empty() {
        return String::new();
    }
    let is_alone = curves.len() == 1;
    let lines: Vec<Line> = curves
        .iter()
        .map(|(named, _)| {
            let mut points = reduced(named.curve.finite());
            if !with_bands {
                points.band.clear();
            }
            let is_faint = !is_alone && with_bands && named.name == STEP;
            Line {
                points,
                colour: named.colour,
                is_faint,
            }
        })
        .collect();
    let heading = title(heading);
    let described = curves.iter().map(|(named, summary)| {
        let name = if named.name.is_empty() {
            &heading
        } else {
            named.name
        };
        format!(
            "{name}: from {} at step {} to {} at step {}, lowest {} and highest {}.",
            short(summary.first.1),
            summary.first.0,
            short(summary.last.1),
            summary.last.0,
            short(summary.lowest.1),
            short(summary.highest.1)
        )
    });
    let description = described.collect::<Vec<_>>().join(" ");
    let picture = Chart {
        id: &format!("chart{number}"),
        title: &format!("{heading} by step"),
        description: &description,
        lines: &lines,
        // A rate that is meant to reach 0 has no logarithm there, and is looked at for its shape.
        may_be_logarithmic: chart != "learning rate",
    };
    let mut remarks = Vec::new();
    if picture.is_logarithmic() {
        remarks.push("logarithmic scale".to_owned());
    }
    if chart == GAP {
        remarks.push("mean loss on the test data less that on the training data, R(θ) − R_emp(θ)".to_owned());
    }
    let infinite: usize = curves
        .iter()
        .map(|(named, _)| named.curve.points.len() - named.curve.finite().count())
        .sum();
    if infinite > 0 {
        remarks.push(format!(
            "{infinite} values that are infinite or NaN are not drawn"
        ));
    }
    let remarks = match remarks.is_empty() {
        true => String::new(),
        false => format!("<p>{}</p>", escaped(&title(&remarks.join("; ")))),
    };
    let legend = curves.iter().map(|(named, summary)| {
        format!(
            "<li><span class=\"swatch c{}\"></span>{} <b>{}</b></li>\n",
            colour(named.colour),
            escaped(if named.name.is_empty() { "last" } else { named.name }),
            short(summary.last.1)
        )
    });
    format!(
        "<figure class=\"card\">\n<figcaption><h3>{}</h3>{remarks}</figcaption>\n{}<ul class=\"legend\">\n{}</ul>\n\
         <details><summary>Numbers</summary><div class=\"scroll\">\n{}</div></details>\n</figure>\n",
        escaped(&heading),
        picture.svg(),
        legend.collect::<String>(),
        summed_up(&heading, &curves)
    )
}

/// What curves begin and end with, and where they are lowest and highest.
fn summed_up(heading: &str, curves: &[(&Named<'_>, Summary)]) -> String {
    let heads = [
        "curve", "first", "last", "lowest", "at step", "highest", "at step",
    ]
    .map(str::to_owned);
    let rows = curves.iter().map(|(named, summary)| {
        let step = |step: u64| Cell::Number(thousands(&step.to_string()));
        let number = |value| Cell::Number(short(value));
        vec![
            Cell::Head(
                if named.name.is_empty() {
                    heading
                } else {
                    named.name
                }
                .to_owned(),
            ),
            number(summary.first.1),
            number(summary.last.1),
            number(summary.lowest.1),
            step(summary.lowest.0),
            number(summary.highest.1),
            step(summary.highest.0),
        ]
    });
    table(&heads, &rows.collect::<Vec<_>>())
}
