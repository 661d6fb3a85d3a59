//! tokens → ast.

pub mod ast;
mod parse;
mod print;

pub use parse::{parse, parse_blocks};
