//! tokens → ast.

pub mod ast;
