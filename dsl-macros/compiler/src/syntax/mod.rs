//! The front end: tokens → ast.

pub mod ast;
pub mod library;
pub mod mentions;
pub mod naming;
mod parse;
mod print;
pub mod unused;
pub mod visit;

pub use parse::{parse, parse_blocks, parse_imports, parse_prelude};
