//! The frame of a page.

use super::html::escaped;

const STYLE: &str = include_str!("style.css");

/// A part of a page: a name for links to it, a heading, and what stands below.
pub(super) struct Section {
    pub id: &'static str,
    pub heading: &'static str,
    pub body: String,
}

/// A whole page: a title, what stands below it, and sections, to which it has links.
pub(super) fn page(title: &str, introduction: &str, sections: &[Section]) -> String {
    let title = escaped(title);
    let links = sections
        .iter()
        .map(|Section { id, heading, .. }| format!("<li><a href=\"#{id}\">{heading}</a></li>\n"));
    let bodies = sections.iter().map(|Section { id, heading, body }| {
        format!("<section id=\"{id}\" aria-labelledby=\"{id}-heading\">\n<h2 id=\"{id}-heading\">{heading}</h2>\n{body}</section>\n")
    });
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n{introduction}\
         <nav aria-label=\"Sections\"><ul>\n{}</ul></nav>\n</header>\n<main>\n{}</main>\n\
         <footer><p>Made by dsl-runtime {}. This page is one file and loads nothing.</p></footer>\n</body>\n</html>\n",
        links.collect::<String>(),
        bodies.collect::<String>(),
        env!("CARGO_PKG_VERSION"),
    )
}

/// A line of facts, each a name and a value, some with a remark.
pub(super) fn tiles(facts: &[(&str, String, String)]) -> String {
    let tiles = facts.iter().map(|(name, value, remark)| {
        let remark = match remark.is_empty() {
            true => String::new(),
            false => format!("<small>{}</small>", escaped(remark)),
        };
        format!(
            "<div><dt>{}</dt><dd>{}{remark}</dd></div>\n",
            escaped(name),
            escaped(value)
        )
    });
    format!("<dl class=\"tiles\">\n{}</dl>\n", tiles.collect::<String>())
}

/// A cell of a table.
pub(super) enum Cell {
    /// The name of a row.
    Head(String),
    Text(String),
    Number(String),
}

/// A table with a heading for each column; all columns but the first hold what their cells are.
pub(super) fn table(heads: &[String], rows: &[Vec<Cell>]) -> String {
    let first = rows.first();
    let heads = heads.iter().enumerate().map(|(column, head)| {
        let is_number = first.is_some_and(|row| matches!(row.get(column), Some(Cell::Number(_))));
        let class = if is_number { " class=\"number\"" } else { "" };
        format!("<th scope=\"col\"{class}>{}</th>", escaped(head))
    });
    let rows = rows.iter().map(|row| {
        let cells = row.iter().map(|cell| match cell {
            Cell::Head(text) => format!("<th scope=\"row\">{}</th>", escaped(text)),
            Cell::Text(text) => format!("<td class=\"text\">{}</td>", escaped(text)),
            Cell::Number(text) => format!("<td class=\"number\">{}</td>", escaped(text)),
        });
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    });
    format!(
        "<table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n",
        heads.collect::<String>(),
        rows.collect::<String>()
    )
}
