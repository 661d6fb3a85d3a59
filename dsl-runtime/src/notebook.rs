//! Results as pictures, formulas and tables in a notebook of [evcxr](https://github.com/evcxr/evcxr), Rust's kernel for Jupyter.
//!
//! What the last line of a cell is, the notebook shows: [`svg`], [`latex`] and [`html`] say as what. A
//! [`Fit`] shows the [`curves`] of its training, and what has a table or a picture of letters shows that:
//! [`Layout`], [`Costs`], [`ConfusionMatrix`], [`RateCurve`].
//!
//! ```text
//! :dep dsl-runtime = { path = "../dsl-runtime", features = ["notebook", "pictures"] }
//! use dsl_runtime::notebook::{latex, svg};
//! svg(Mlp::GRADIENT_SVG)
//! ```
//!
//! The kernel sends the result of a cell once, when the cell ends, but what the cell prints at once: [`live_curve`] prints a
//! curve that grows by a line with each epoch. `docs/notebook.ipynb` of the repository shows all of it.

mod curves;
mod live;

use std::fmt;
use std::io::{self, Write};

pub use curves::curves;
pub use live::live_curve;

use crate::metrics::ConfusionMatrix;
use crate::schedule::RateCurve;
use crate::train::{EpochReport, Fit};
use crate::{Costs, Layout};

/// A result in one or several forms, of which a notebook shows the richest that it can.
///
/// ```
/// use dsl_runtime::notebook::svg;
///
/// let square = svg("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>");
/// let square = square.or_text("■");
/// assert_eq!(square.forms().map(|(kind, _)| kind).collect::<Vec<_>>(), ["image/svg+xml", "text/plain"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a notebook shows what the last line of a cell is"]
pub struct Shown {
    /// MIME types and contents.
    forms: Vec<(&'static str, String)>,
}

/// A picture, such as `Mlp::LOSS_SVG`, which `#[document(svg)]` before the type asks for.
pub fn svg(picture: impl Into<String>) -> Shown {
    Shown::of("image/svg+xml", picture)
}

/// Formulas, such as `Mlp::GRADIENT_LATEX`, which `#[document(latex)]` asks for. Where they are not typeset, they are shown as they
/// are written.
pub fn latex(formulas: impl Into<String>) -> Shown {
    let formulas = formulas.into();
    Shown::of("text/latex", formulas.clone()).or_text(formulas)
}

/// A part of a page.
pub fn html(part: impl Into<String>) -> Shown {
    Shown::of("text/html", part)
}

/// Text as it stands, such as `Mlp::GRADIENT` or what displays as a table. The kernel by itself would show text in quotation
/// marks, on one line.
pub fn text(text: impl fmt::Display) -> Shown {
    Shown::of("text/plain", text.to_string())
}

impl Shown {
    fn of(kind: &'static str, content: impl Into<String>) -> Shown {
        Shown {
            forms: vec![(kind, content.into())],
        }
    }

    /// The same with a text for where the other forms cannot be shown.
    pub fn or_text(mut self, text: impl fmt::Display) -> Shown {
        self.forms.retain(|(kind, _)| *kind != "text/plain");
        self.forms.push(("text/plain", text.to_string()));
        self
    }

    /// The MIME types and contents.
    pub fn forms(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.forms.iter().map(|(kind, content)| (*kind, &**content))
    }

    /// What the kernel calls to show the result of a cell. Nothing is shown if standard output is closed.
    pub fn evcxr_display(&self) {
        let mut output = io::stdout().lock();
        // Nobody reads what cannot be written.
        let _ = self.write_to(&mut output).and_then(|()| output.flush());
    }

    /// Writes the forms as the kernel reads them.
    fn write_to(&self, output: &mut impl Write) -> io::Result<()> {
        for (kind, content) in &self.forms {
            writeln!(output, "EVCXR_BEGIN_CONTENT {kind}")?;
            for line in content.lines() {
                // A line that is the mark of the end itself would be taken for it.
                let blank = if line == END { " " } else { "" };
                writeln!(output, "{line}{blank}")?;
            }
            writeln!(output, "{END}")?;
        }
        Ok(())
    }
}

const END: &str = "EVCXR_END_CONTENT";

impl Fit {
    /// Shows the curves in a notebook.
    #[doc(hidden)]
    pub fn evcxr_display(&self) {
        curves(&self.history).evcxr_display();
    }
}

/// Shows in a notebook what a type displays as.
macro_rules! shown_as_displayed {
    ($($of:ty),*) => {
        $(impl $of {
            /// Shows the text in a notebook.
            #[doc(hidden)]
            pub fn evcxr_display(&self) {
                text(self).evcxr_display();
            }
        })*
    };
}

shown_as_displayed!(ConfusionMatrix, Costs, EpochReport, Layout, RateCurve);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_written_as_the_kernel_reads_them() {
        let mut written = Vec::new();
        latex("$x$\nEVCXR_END_CONTENT\n").write_to(&mut written).unwrap();
        let form = |kind| format!("EVCXR_BEGIN_CONTENT {kind}\n$x$\nEVCXR_END_CONTENT \nEVCXR_END_CONTENT\n");
        let expected = form("text/latex") + &form("text/plain");
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }

    #[test]
    fn a_text_takes_the_place_of_another() {
        let shown = latex("$x$").or_text("x");
        assert_eq!(
            shown.forms().collect::<Vec<_>>(),
            [("text/latex", "$x$"), ("text/plain", "x")]
        );
        assert_eq!(html("<b>x</b>").forms().next(), Some(("text/html", "<b>x</b>")));
    }
}
