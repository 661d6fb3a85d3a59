//! The parts of the report of one run.

use super::charts::{Named, figure};
use super::contents::Contents;
use super::curve::{Curve, SECONDS, STEP};
use super::html::{address, escaped};
use super::numbers::{duration, short, thousands};
use super::page::{Cell, Section, table, tiles};

/// The most epochs in the table of them: of more, some are left out evenly.
const MOST_EPOCHS: usize = 200;

/// What a run came to, above all else.
pub(super) fn introduction(run: &Contents) -> String {
    let set = |name: &str| run.configuration.get(name).unwrap_or_default().to_owned();
    let mut line = Vec::new();
    for (name, before) in [
        ("network", ""),
        ("optimizer", "by "),
        ("started", "started "),
        ("status", ""),
    ] {
        let value = set(name);
        if !value.is_empty() {
            line.push(format!("{before}{}", escaped(&value)));
        }
    }
    let mut facts = Vec::new();
    for (name, curve, is_best) in [
        ("Test accuracy", "accuracy/test", true),
        ("Test loss", "loss/test", false),
        ("Training loss", "loss/train", false),
    ] {
        if let Some(summary) = run.curve(curve).and_then(Curve::summary) {
            let best = if is_best { summary.highest } else { summary.lowest };
            let remark = format!(
                "best {} at step {}",
                short(best.1),
                thousands(&best.0.to_string())
            );
            facts.push((name, short(summary.last.1), remark));
        }
    }
    if facts.is_empty() {
        for curve in run.curves.iter().take(3) {
            if let Some(summary) = curve.summary() {
                facts.push(("Last value", short(summary.last.1), curve.name()));
            }
        }
    }
    if let Some((_, epoch)) = run.epochs.last() {
        facts.push(("Epochs", short(*epoch), String::new()));
    }
    let last = run
        .curves
        .iter()
        .filter_map(|curve| Some(curve.points.last()?.0))
        .max();
    facts.extend(last.map(|last| ("Steps", thousands(&last.to_string()), String::new())));
    if let Some(seconds) = run.curve(SECONDS) {
        let total = seconds.finite().map(|(_, value)| value).sum();
        facts.push(("Time in steps", duration(total), String::new()));
    }
    let parameters = set("parameters");
    if !parameters.is_empty() {
        facts.push(("Parameters", thousands(&parameters), String::new()));
    }
    format!("<p class=\"soft\">{}</p>\n{}", line.join(" · "), tiles(&facts))
}

/// All that a folder holds.
pub(super) fn sections(run: &Contents) -> Vec<Section> {
    let sections = [
        ("curves", "Curves", curves(run)),
        ("epochs", "Epochs", epochs(run)),
        ("confusion", "Confusion matrix", super::confusion::confusion(run)),
        ("samples", "Samples", samples(run)),
        ("network", "Network", network(run)),
        ("configuration", "Configuration", configuration(run)),
    ];
    let filled = sections.into_iter().filter(|(_, _, body)| !body.is_empty());
    let section = |(id, heading, body)| Section { id, heading, body };
    filled.map(section).collect()
}

fn curves(run: &Contents) -> String {
    let mut figures = String::new();
    let mut rest = &run.curves[..];
    let mut number = 0;
    while let Some(first) = rest.first() {
        let chart = &first.chart;
        let (curves, after) = rest.split_at(rest.iter().take_while(|curve| curve.chart == *chart).count());
        let named = curves.iter().enumerate().map(|(colour, curve)| Named {
            name: &curve.line,
            curve,
            colour,
        });
        if chart != SECONDS {
            figures += &figure(number, chart, chart, &named.collect::<Vec<_>>(), true);
        }
        (rest, number) = (after, number + 1);
    }
    match figures.is_empty() {
        true => "<p>Nothing has been logged yet.</p>\n".to_owned(),
        false => format!(
            "<p class=\"soft\">By the number of the step. Of many steps a line shows the means of neighbours, and a shade what lies \
             between their lowest and highest.</p>\n<div class=\"charts\">\n{figures}</div>\n"
        ),
    }
}

/// What each epoch came to.
fn epochs(run: &Contents) -> String {
    let of_epochs = |curve: &&Curve| run.epochs.iter().any(|(step, _)| curve.at(*step).is_some());
    let curves: Vec<&Curve> = run
        .curves
        .iter()
        .filter(|curve| curve.line != STEP)
        .filter(of_epochs)
        .collect();
    if curves.is_empty() {
        return String::new();
    }
    let every = run.epochs.len().div_ceil(MOST_EPOCHS);
    let last = run.epochs.len() - 1;
    let shown = run.epochs.iter().enumerate();
    let shown = shown.filter(|(place, _)| place.is_multiple_of(every) || *place == last);
    let rows = shown.map(|(_, (step, epoch))| {
        let mut row = vec![
            Cell::Head(short(*epoch)),
            Cell::Number(thousands(&step.to_string())),
        ];
        let value = |curve: &&Curve| Cell::Number(curve.at(*step).map_or(String::new(), short));
        row.extend(curves.iter().map(value));
        row
    });
    let heads = ["epoch".to_owned(), "step".to_owned()].into_iter();
    let heads: Vec<String> = heads.chain(curves.iter().map(|curve| curve.name())).collect();
    let remark = match every {
        1 => String::new(),
        _ => format!("<p class=\"soft\">One of {every} epochs is shown; <code>log.csv</code> has all.</p>\n"),
    };
    let table = table(&heads, &rows.collect::<Vec<_>>());
    format!(
        "{remark}<div class=\"card\"><div class=\"scroll tall\" tabindex=\"0\" role=\"region\" aria-label=\"Epochs\">\n{table}</div></div>\n"
    )
}

fn samples(run: &Contents) -> String {
    if run.samples.is_empty() {
        return String::new();
    }
    let items = run.samples.iter().map(|sample| {
        let verdict = match (&sample.expected, &sample.predicted) {
            (Some(expected), Some(predicted)) if expected == predicted => {
                format!("<span class=\"good\">✓ {}</span>", escaped(predicted))
            }
            (Some(expected), Some(predicted)) => {
                let (expected, predicted) = (escaped(expected), escaped(predicted));
                format!("<span class=\"bad\">✗ {predicted}</span>, is {expected}")
            }
            (Some(expected), None) => format!("is {}", escaped(expected)),
            (None, Some(predicted)) => format!("taken for {}", escaped(predicted)),
            (None, None) => String::new(),
        };
        let picture = match sample.picture.is_empty() {
            true => String::new(),
            false => {
                let expected = sample.expected.as_deref().unwrap_or("an example");
                format!(
                    "<img src=\"{}\" alt=\"Picture of {}\">",
                    escaped(&sample.picture),
                    escaped(expected)
                )
            }
        };
        let text = match sample.text.is_empty() {
            true => String::new(),
            false => format!("<div>{}</div>", escaped(&sample.text)),
        };
        format!("<li>{picture}{text}{verdict}</li>\n")
    });
    format!("<ul class=\"samples\">\n{}</ul>\n", items.collect::<String>())
}

fn network(run: &Contents) -> String {
    let picture = run.picture.as_ref().map(|svg| {
        format!(
            "<figure class=\"card picture\"><div class=\"scroll\"><img src=\"{}\" alt=\"The graph of the network\"></div></figure>\n",
            address("image/svg+xml", svg.as_bytes())
        )
    });
    let table = run.network.as_ref().map(|text| {
        format!(
            "<div class=\"card\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Parameters\"><pre>{}</pre></div></div>\n",
            escaped(text)
        )
    });
    [picture, table]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("<p></p>\n")
}

fn configuration(run: &Contents) -> String {
    let rows = run.configuration.0.iter();
    let rows = rows.map(|(name, value)| vec![Cell::Head(name.clone()), Cell::Text(value.clone())]);
    let table = table(
        &["entry".to_owned(), "value".to_owned()],
        &rows.collect::<Vec<_>>(),
    );
    format!("<div class=\"card\"><div class=\"scroll\">\n{table}</div></div>\n")
}
