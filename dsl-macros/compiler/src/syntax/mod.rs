//! The front end: tokens → ast.

pub mod ast;
pub mod library;
pub mod mentions;
pub mod naming;
mod parse;
mod print;
pub mod references;
pub mod unused;
pub mod visit;

#[cfg(test)]
pub use parse::attributes;
pub use parse::{parse, parse_blocks, parse_imports, parse_prelude};
