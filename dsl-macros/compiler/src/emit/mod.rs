//! Back ends, one folder each: `rust` writes what a network expands to, `text` prints graphs for people, `latex` for paper, and
//! `numpy` writes them as Python source.

#[cfg(test)]
pub mod latex;
#[cfg(test)]
pub mod numpy;
pub mod rust;
pub mod text;
