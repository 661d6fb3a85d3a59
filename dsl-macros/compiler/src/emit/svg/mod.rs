//! A picture as SVG, which needs no other program to be drawn.
//!
//! `arrange` gives boxes, frames and edges their places, `draw` prints them. The colours are made for pages of any colour: text
//! stands in boxes of their own colour, and what stands outside of them is of a middle tone.

mod arrange;
mod draw;
#[cfg(test)]
mod tests;

use crate::picture::Picture;
use arrange::Arranged;

/// The picture as an `<svg>` element without empty lines, so that Markdown takes it as it is.
pub fn emit_svg(title: &str, picture: &Picture) -> String {
    draw::svg(title, picture, &Arranged::new(picture))
}
