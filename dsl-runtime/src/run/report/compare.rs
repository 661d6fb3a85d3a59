//! Several runs on one page: their curves over each other, and what differs.

use super::charts::{Named, figure};
use super::contents::Contents;
use super::curve::SECONDS;
use super::html::escaped;
use super::numbers::{short, thousands};
use super::page::{Cell, Section, page, table};

/// Entries that say nothing of what was asked of a run.
const OF_THE_RUN: [&str; 2] = ["started", "status"];

/// The page of several runs.
pub(super) fn compared(runs: &[Contents]) -> String {
    let names = names(runs);
    let title = format!("{} runs compared", runs.len());
    let legend = names.iter().zip(runs).enumerate().map(|(place, (name, run))| {
        let status = run.configuration.get("status").unwrap_or("status unknown");
        format!(
            "<li><span class=\"swatch c{}\"></span><b>{}</b> <span class=\"soft\">{}</span></li>\n",
            super::chart::colour(place),
            escaped(name),
            escaped(status)
        )
    });
    let introduction = format!("<ul class=\"legend\">\n{}</ul>\n", legend.collect::<String>());
    let curves = curves_of(runs);
    let sections = [
        Section {
            id: "figures",
            heading: "Final figures",
            body: figures(runs, &names, &curves),
        },
        Section {
            id: "configuration",
            heading: "Differences of the configuration",
            body: differences(runs, &names),
        },
        Section {
            id: "curves",
            heading: "Curves",
            body: charts(runs, &names, &curves),
        },
    ];
    page(&title, &introduction, &sections)
}

/// The names of folders, or as much of their paths as tells them from each other.
fn names(runs: &[Contents]) -> Vec<String> {
    let short: Vec<String> = runs.iter().map(Contents::name).collect();
    let is_one = |name: &String| short.iter().filter(|other| *other == name).count() == 1;
    let name = |(name, run): (&String, &Contents)| match is_one(name) {
        true => name.clone(),
        false => run.folder.display().to_string(),
    };
    short.iter().zip(runs).map(name).collect()
}

/// The names of all curves, with their charts, in the order of the first run that has them.
fn curves_of(runs: &[Contents]) -> Vec<(String, String)> {
    let mut curves: Vec<(String, String)> = Vec::new();
    for curve in runs.iter().flat_map(|run| &run.curves) {
        let name = curve.name();
        if !curves.iter().any(|(known, _)| *known == name) {
            curves.push((name, curve.chart.clone()));
        }
    }
    curves
}

fn charts(runs: &[Contents], names: &[String], curves: &[(String, String)]) -> String {
    let drawn = curves.iter().filter(|(name, _)| name != SECONDS);
    let figures = drawn.enumerate().map(|(number, (name, chart))| {
        // Each run has its colour, also where others lack the curve.
        let found = names.iter().zip(runs).enumerate();
        let named = found.filter_map(|(colour, (run_name, run))| {
            Some(Named {
                name: run_name,
                curve: run.curve(name)?,
                colour,
            })
        });
        let named: Vec<Named<'_>> = named.collect();
        figure(number, name, chart, &named, false)
    });
    format!("<div class=\"charts\">\n{}</div>\n", figures.collect::<String>())
}

/// The entries that are not the same in all runs.
fn differences(runs: &[Contents], names: &[String]) -> String {
    let mut entries: Vec<&str> = Vec::new();
    for (name, _) in runs.iter().flat_map(|run| &run.configuration.0) {
        if !entries.contains(&&**name) && !OF_THE_RUN.contains(&&**name) {
            entries.push(name);
        }
    }
    let all = entries.len();
    let value = |run: &Contents, entry: &str| run.configuration.get(entry).map(str::to_owned);
    let differs = |entry: &&str| runs.iter().any(|run| value(run, entry) != value(&runs[0], entry));
    let rows: Vec<Vec<Cell>> = entries
        .into_iter()
        .filter(differs)
        .map(|entry| {
            let values = runs
                .iter()
                .map(|run| Cell::Text(value(run, entry).unwrap_or_else(|| "–".to_owned())));
            [Cell::Head(entry.to_owned())].into_iter().chain(values).collect()
        })
        .collect();
    let same = match (all - rows.len(), rows.len()) {
        (_, 0) => "There are none.".to_owned(),
        (1, _) => "One other entry is the same.".to_owned(),
        (same, _) => format!("{same} other entries are the same."),
    };
    let table = match rows.is_empty() {
        true => String::new(),
        false => {
            let heads: Vec<String> = ["entry".to_owned()]
                .into_iter()
                .chain(names.iter().cloned())
                .collect();
            format!(
                "<div class=\"card\"><div class=\"scroll\">\n{}</div></div>\n",
                table(&heads, &rows)
            )
        }
    };
    format!("{table}<p class=\"soft\">{same}</p>\n")
}

/// What the curves of each run end with, and between two runs the difference.
fn figures(runs: &[Contents], names: &[String], curves: &[(String, String)]) -> String {
    let mut heads = vec!["last value".to_owned()];
    heads.extend(names.iter().cloned());
    let two = runs.len() == 2;
    if two {
        heads.push("difference".to_owned());
    }
    let last = |run: &Contents, name: &str| run.curve(name)?.points.last().map(|point| point.1);
    let mut rows = Vec::new();
    for (name, _) in curves {
        let values: Vec<Option<f64>> = runs.iter().map(|run| last(run, name)).collect();
        let mut row = vec![Cell::Head(name.clone())];
        let shown = |value: &Option<f64>| Cell::Number(value.map_or("–".to_owned(), short));
        row.extend(values.iter().map(shown));
        if two {
            let difference = values[1].zip(values[0]).map(|(second, first)| second - first);
            let signed = |value: f64| match value > 0.0 {
                true => format!("+{}", short(value)),
                false => short(value),
            };
            row.push(Cell::Number(difference.map_or(String::new(), signed)));
        }
        rows.push(row);
    }
    let steps = runs.iter().map(|run| {
        run.curves
            .iter()
            .filter_map(|curve| Some(curve.points.last()?.0))
            .max()
    });
    let steps =
        steps.map(|last| Cell::Number(last.map_or("–".to_owned(), |last| thousands(&last.to_string()))));
    let mut row: Vec<Cell> = [Cell::Head("steps".to_owned())]
        .into_iter()
        .chain(steps)
        .collect();
    if two {
        row.push(Cell::Number(String::new()));
    }
    rows.push(row);
    format!(
        "<div class=\"card\"><div class=\"scroll\">\n{}</div></div>\n",
        table(&heads, &rows)
    )
}
