//! Back ends, one folder each: `rust` writes what a network expands to, `text` prints graphs for people, `latex` for paper, `dot` and
//! `svg` draw them, and `numpy` writes them as Python source.

pub mod dot;
pub mod latex;
#[cfg(test)]
pub mod numpy;
pub mod rust;
#[cfg(feature = "pictures")]
pub mod svg;
pub mod text;
