//! The confusion matrix as a table, the darker the more.

use super::contents::Contents;
use super::html::escaped;
use super::matrix::NamedMatrix;
use super::numbers::{short, thousands};

/// The matrix of a run, with recall and precision of each class; nothing if there is none.
pub(super) fn confusion(run: &Contents) -> String {
    let Some(NamedMatrix { classes, counts }) = &run.matrix else {
        return String::new();
    };
    let has_undecided = counts
        .iter()
        .any(|row| row.last().is_some_and(|count| *count > 0));
    let columns = classes.len() + usize::from(has_undecided);
    let mut table = String::from("<table class=\"matrix\">\n<thead><tr><td></td>");
    for class in classes {
        table += &format!("<th scope=\"col\">{}</th>", escaped(class));
    }
    if has_undecided {
        table += "<th scope=\"col\">undecided</th>";
    }
    table += "<th scope=\"col\">recall</th></tr></thead>\n<tbody>\n";
    for (label, (class, row)) in classes.iter().zip(counts).enumerate() {
        let total: u64 = row.iter().sum();
        table += &format!("<tr><th scope=\"row\">{}</th>", escaped(class));
        for (predicted, &count) in row[..columns].iter().enumerate() {
            table += &cell(count, total, label == predicted);
        }
        table += &measure(row[label], total);
        table += "</tr>\n";
    }
    table += "</tbody>\n<tfoot><tr><th scope=\"row\">precision</th>";
    for class in 0..classes.len() {
        let predicted = counts.iter().map(|row| row[class]).sum();
        table += &measure(counts[class][class], predicted);
    }
    table += &"<td></td>".repeat(1 + usize::from(has_undecided));
    table += "</tr></tfoot>\n</table>\n";
    let right: u64 = (0..classes.len()).map(|class| counts[class][class]).sum();
    let all: u64 = counts.iter().flatten().sum();
    format!(
        "<p class=\"soft\">Rows are what examples are, columns what they are taken for: {} of {} are right.</p>\n\
         <div class=\"card\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Confusion matrix\">\n{table}</div></div>\n",
        thousands(&right.to_string()),
        thousands(&all.to_string())
    )
}

/// A count, as dark as the root of its share of the row, so that few mistakes are seen too.
fn cell(count: u64, total: u64, is_right: bool) -> String {
    let share = (count as f64 / total.max(1) as f64).sqrt();
    let mut classes = Vec::new();
    if is_right {
        classes.push("right");
    }
    if count == 0 {
        classes.push("none");
    }
    if share > 0.75 {
        classes.push("strong");
    }
    format!(
        "<td class=\"{}\" style=\"--share:{share:.3}\">{count}</td>",
        classes.join(" ")
    )
}

/// A share of something, if there is something.
fn measure(part: u64, whole: u64) -> String {
    let text = match whole {
        0 => "–".to_owned(),
        _ => short(part as f64 / whole as f64),
    };
    format!("<td class=\"measure\">{text}</td>")
}
